/**
 * Labels: names over the city, few enough to be read, none on another or on what an answer found; of two the heavier stays. The lists say them too.
 */
import type { PerspectiveCamera } from 'three';
import type { Free, Label } from '../staged.ts';
import { createBadges, type Found } from './badges.ts';
import type { GroupPlace } from './groups.ts';
import { createGround, type Ground, liftOf, lineHeight } from './placement.ts';
import { type AwayOf, type Size, seeFrom } from './seeing.ts';
import { createTexts } from './texts.ts';

/** Over a point its sign stands, too. */
export type PlacedLabel = Label & { readonly at: GroupPlace; readonly isPoint?: boolean };

export type Labels = {
  /** names of twins */
  readonly set: (labels: readonly PlacedLabel[]) => void;
  /** how many links a bundle of arcs stands for */
  readonly setCounts: (counts: readonly PlacedLabel[]) => void;
  readonly setFound: (found: Found) => void;
  /** Names stand in this part of the picture alone, and whole. */
  readonly keepIn: (free: Free) => void;
  /** Moves them to where they are seen now. */
  readonly place: (camera: PerspectiveCamera, size: Size) => void;
  readonly close: () => void;
};

export const labelsMax = 60;
const gapPixels = 4;

/** Of what an answer found so many, the heaviest, stand as far up as there is room: from afar all of their neighbourhood is discs. */
export const farUpMax = 5;
const stepsFrom = (least: number, most: number): readonly number[] => Array.from({ length: (most - least) / 6 + 1 }, (_, at) => least + at * 6);

/** Above its twin; over a sign or a disc, and a little further up beside the next; the name that must not be missing finds room wherever there is some. */
const lifts = { plain: [5], sign: stepsFrom(12, 24), farUp: stepsFrom(12, 120), chosen: [5, ...stepsFrom(12, 66)] } as const;

/** What a name has over its twin at least. */
const standsAbove = lineHeight + 5;

export type Seen = { readonly label: PlacedLabel; readonly x: number; readonly y: number; readonly width: number; readonly isSign: boolean };
export type Stands = Seen & { readonly lift: number };

const liftsOf = ({ label: { isChosen = false }, isSign }: Seen, isHeavy: boolean): readonly number[] => {
  if (isChosen) return isSign ? lifts.chosen.slice(1) : lifts.chosen;
  if (!isSign) return lifts.plain;
  return isHeavy ? lifts.farUp : lifts.sign;
};

/** Those that are shown, heaviest first, none where another stands. */
export const declutter = (seen: readonly Seen[], ground: Ground): readonly Stands[] => {
  const shown: Stands[] = [];
  const inOrder = seen.toSorted((a, b) => b.label.weight - a.label.weight || a.label.row - b.label.row);
  const heavy = new Set(inOrder.filter(({ isSign }) => isSign).slice(0, farUpMax));
  for (const one of inOrder) {
    if (shown.length >= labelsMax) break;
    const wanted = liftsOf(one, heavy.has(one));
    const found = liftOf({ x: one.x, bottom: one.y, width: one.width + 2 * gapPixels, lifts: wanted }, ground);
    const lift = found ?? (one.label.isChosen === true ? wanted[0] : undefined);
    if (lift !== undefined) shown.push({ ...one, lift });
  }
  return shown;
};

export const wholePicture: Free = { left: 0, right: 1, top: 0, bottom: 1 };

/** The middle of what is so wide, moved until all of it lies between the two edges. */
export const wholeBetween = (x: number, width: number, [from, to]: readonly [number, number]): number =>
  Math.max(from + width / 2 + gapPixels, Math.min(to - width / 2 - gapPixels, x));

export const createLabels = (beside: HTMLElement, awayOf: AwayOf): Labels => {
  const [badges, texts] = [createBadges(beside, awayOf), createTexts(beside)];
  let [names, counts, free]: [readonly PlacedLabel[], readonly PlacedLabel[], Free] = [[], [], wholePicture];
  let widths: readonly (readonly [PlacedLabel, number])[] = [];
  const setTexts = (): void => {
    texts.keep(() => false);
    widths = [...names, ...counts].map((label) => [label, texts.widthOf(label.text)]);
  };
  const seenNow = (camera: PerspectiveCamera, size: Size): readonly Seen[] =>
    widths.flatMap(([label, width]): readonly Seen[] => {
      const { x, y, isBefore } = seeFrom(camera, label.at, awayOf(label.row));
      if (!(isBefore && x > free.left && x < free.right && y * size.height - standsAbove > free.top * size.height && y < free.bottom)) return [];
      const middle = wholeBetween(x * size.width, width, [free.left * size.width, free.right * size.width]);
      return [{ label, x: middle, y: y * size.height, width, isSign: badges.has(label.row) || (label.isChosen === true && label.isPoint === true) }];
    });
  return {
    set: (given) => {
      names = given;
      setTexts();
    },
    setCounts: (given) => {
      counts = given;
      setTexts();
    },
    setFound: badges.set,
    keepIn: (given) => {
      free = given;
    },
    place: (camera, size) => {
      const ground = createGround();
      badges.place(camera, size, ground);
      const stays = declutter(seenNow(camera, size), ground);
      const rows = new Set(stays.map(({ label }) => label.row));
      texts.keep((row) => rows.has(row));
      for (const { label, x, y, lift } of stays) texts.put(label, { x, y: y - lift });
    },
    close: () => {
      texts.close();
      badges.close();
    },
  };
};
