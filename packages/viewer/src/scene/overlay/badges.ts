/**
 * Badges: points that an answer found: each with its sign in the scene, or, seen from afar, in groups as small discs of the page with their number. The lists say them too.
 */
import type { PerspectiveCamera } from 'three';
import type { GroupPlace, PointGroup } from './groups.ts';
import { boxAround, type Disc, type Ground, mergeDiscs } from './placement.ts';
import { type AwayOf, isInPicture, type Size, seeFrom } from './seeing.ts';

export type Found = { readonly points: readonly (readonly [row: number, at: GroupPlace])[]; readonly groups: readonly PointGroup[] };

export type Badges = {
  readonly set: (found: Found) => void;
  /** an answer found it */
  readonly has: (row: number) => boolean;
  /** Moves them to where they are seen now; where they and signs stand is taken. */
  readonly place: (camera: PerspectiveCamera, size: Size, ground: Ground) => void;
  readonly close: () => void;
};

/** More signs than these are not kept free of names. */
export const signsMax = 500;
const sign = { width: 20, height: 20 } as const;

const discsSeen = (groups: Found['groups'], camera: PerspectiveCamera, { width, height }: Size): readonly Disc[] =>
  groups.flatMap(({ at, count }): readonly Disc[] => {
    const seen = seeFrom(camera, at);
    return isInPicture(seen) ? [{ x: seen.x * width, y: seen.y * height, count }] : [];
  });

const takeSigns = (boxes: readonly { readonly x: number; readonly y: number }[], ground: Ground): void => {
  for (const { x, y } of boxes) ground.take(boxAround(x, y, sign), -1);
};

const makeLayer = (beside: HTMLElement): HTMLElement => {
  const layer = document.createElement('div');
  layer.className = 'scene-badges';
  layer.setAttribute('aria-hidden', 'true');
  beside.after(layer);
  return layer;
};

const draw = (layer: HTMLElement, discs: readonly Disc[]): void => {
  while (layer.children.length < discs.length) layer.append(document.createElement('span'));
  while (layer.children.length > discs.length) layer.lastElementChild?.remove();
  for (const [at, element] of [...layer.querySelectorAll('span')].entries()) {
    const { x = 0, y = 0, count = 1 } = discs[at] ?? {};
    const text = count > 1 ? String(count) : '';
    if (element.textContent !== text) element.textContent = text;
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)`;
  }
};

export const createBadges = (beside: HTMLElement, awayOf: AwayOf): Badges => {
  const layer = makeLayer(beside);
  let [signs, groups, rows]: [Found['points'], Found['groups'], ReadonlySet<number>] = [[], [], new Set()];
  return {
    set: (found) => {
      rows = new Set(found.points.map(([row]) => row));
      groups = found.groups;
      signs = groups.length > 0 ? [] : found.points.slice(0, signsMax);
    },
    has: (row) => rows.has(row),
    place: (camera, size, ground) => {
      draw(layer, mergeDiscs(discsSeen(groups, camera, size), ground));
      const seen = signs.map(([row, at]) => seeFrom(camera, at, awayOf(row))).filter(isInPicture);
      takeSigns(
        seen.map(({ x, y }) => ({ x: x * size.width, y: y * size.height })),
        ground,
      );
    },
    close: () => layer.remove(),
  };
};
