/**
 * Labels: names over the city as texts of the page, few enough to be read; of two that would lie on one another the heavier stays. The lists say them too.
 */
import { type PerspectiveCamera, Vector3 } from 'three';
import type { Free } from '../staged.ts';
import { createBadges } from './badges.ts';
import type { PointGroup } from './groups.ts';

export type PlacedLabel = { readonly row: number; readonly text: string; readonly weight: number; readonly at: readonly [number, number, number] };

export type Labels = {
  /** names of twins */
  readonly set: (labels: readonly PlacedLabel[]) => void;
  /** how many links a bundle of arcs stands for */
  readonly setCounts: (counts: readonly PlacedLabel[]) => void;
  /** points that were found, where many lie in one place */
  readonly setGroups: (groups: readonly PointGroup[]) => void;
  /** Names stand in this part of the picture alone, and whole. */
  readonly keepIn: (free: Free) => void;
  /** Moves them to where they are seen now. */
  readonly place: (camera: PerspectiveCamera, size: { readonly width: number; readonly height: number }) => void;
  readonly close: () => void;
};

export const labelsMax = 60;
const charactersMax = 40;
/** One label a cell. */
const cell = { width: 132, height: 30 } as const;

type Seen = { readonly label: PlacedLabel; readonly x: number; readonly y: number };

/** Those that are shown, heaviest first, none in a cell that another took. */
export const declutter = (seen: readonly Seen[]): readonly Seen[] => {
  const taken = new Set<string>();
  const shown: Seen[] = [];
  for (const one of seen.toSorted((a, b) => b.label.weight - a.label.weight || a.label.row - b.label.row)) {
    const [column, line] = [Math.round(one.x / cell.width), Math.round(one.y / cell.height)];
    const cells = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => `${column + dx} ${line + dy}`));
    if (shown.length >= labelsMax || taken.has(`${column} ${line}`)) continue;
    for (const key of cells) taken.add(key);
    shown.push(one);
  }
  return shown;
};

export const wholePicture: Free = { left: 0, right: 1, top: 0, bottom: 1 };
const gapPixels = 4;

/** The middle of what is so wide, moved until all of it lies between the two edges. */
export const wholeBetween = (x: number, width: number, [from, to]: readonly [number, number]): number =>
  Math.max(from + width / 2 + gapPixels, Math.min(to - width / 2 - gapPixels, x));

const cut = (text: string): string => (text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text);

/** The texts that stand in the page, by row, each as wide as it is read once. */
const createTexts = (layer: HTMLElement) => {
  const shown = new Map<number, { readonly element: HTMLElement; readonly width: number }>();
  return {
    of: ({ row, text }: PlacedLabel) => {
      const known = shown.get(row);
      if (known) return known;
      const element = document.createElement('bdi');
      element.textContent = cut(text);
      layer.append(element);
      const made = { element, width: element.offsetWidth };
      shown.set(row, made);
      return made;
    },
    keep: (stays: (row: number) => boolean): void => {
      for (const [row, { element }] of shown)
        if (!stays(row)) {
          element.remove();
          shown.delete(row);
        }
    },
  };
};

/** Metres east and north by which a twin is seen elsewhere than it is. */
type AwayOf = (row: number) => readonly [east: number, north: number];

export const createLabels = (beside: HTMLElement, awayOf: AwayOf): Labels => {
  const layer = document.createElement('div');
  layer.className = 'scene-labels';
  layer.setAttribute('aria-hidden', 'true');
  beside.after(layer);
  const badges = createBadges(beside);
  const texts = createTexts(layer);
  let [names, counts, free]: [readonly PlacedLabel[], readonly PlacedLabel[], Free] = [[], [], wholePicture];
  const at = new Vector3();
  return {
    set: (given) => {
      names = given;
      texts.keep(() => false);
    },
    setCounts: (given) => {
      counts = given;
      texts.keep(() => false);
    },
    setGroups: badges.set,
    keepIn: (given) => {
      free = given;
    },
    place: (camera, { width, height }) => {
      badges.place(camera, { width, height });
      const seen = [...names, ...counts].flatMap((label): Seen[] => {
        const [east, north] = awayOf(label.row);
        at.set(label.at[0] + east, label.at[1], label.at[2] - north).project(camera);
        const [x, y] = [at.x * 0.5 + 0.5, 0.5 - at.y * 0.5];
        const isSeen = at.z < 1 && x > free.left && x < free.right && y > free.top && y < free.bottom;
        return isSeen ? [{ label, x: x * width, y: y * height }] : [];
      });
      const stays = declutter(seen);
      const rows = new Set(stays.map(({ label }) => label.row));
      texts.keep((row) => rows.has(row));
      for (const { label, x, y } of stays) {
        const { element, width: own } = texts.of(label);
        const middle = wholeBetween(x, own, [free.left * width, free.right * width]);
        element.style.transform = `translate(${Math.round(middle)}px, ${Math.round(y)}px) translate(-50%, -130%)`;
      }
    },
    close: () => {
      layer.remove();
      badges.close();
    },
  };
};
