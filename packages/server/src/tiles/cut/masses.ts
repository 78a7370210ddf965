/**
 * Masses: blocks that stand for what is built close together and about as high, where the view is too far to tell one building from the next.
 */
import type { Outline, OutlineRing } from '@cityweave/core';
import { boxOfRings, type LocalBox } from './local.ts';
import type { Outlines } from './placed.ts';

export type Corner = readonly [number, number];

/** `alone` is what no mass stands for. */
export type Masses = { readonly alone: readonly Outline[]; readonly masses: readonly Outline[] };

/** Side of a cell by how much its masses may lie from the truth. */
const errorsPerCell = 3;
/** A building as large as this many cells is told apart by itself. */
const largeCells = 1.2;
/**
 * Between buildings one sees walls, where a block has none, and walls are darker than the ground: it is higher for it, by so much of what it lacks,
 * by a part of the error at most, and by less where it is high: between towers one does not see down. Worked out so that a town is as dark as in full detail.
 */
const lacking = { share: 5, errors: 0.9, errorsPerHeight: 1.3 } as const;

export const areaOf = (corners: readonly Corner[]): number => {
  let twice = 0;
  for (let at = 0; at < corners.length; at += 1) {
    const [a, b] = [corners[at], corners[(at + 1) % corners.length]];
    if (a && b) twice += a[0] * b[1] - b[0] * a[1];
  }
  return Math.abs(twice) / 2;
};

export const footprintArea = (rings: readonly OutlineRing[]): number =>
  rings.reduce((sum, { corners, isHole }) => sum + (isHole ? -1 : 1) * areaOf(corners), 0);

const lengthOf = (corners: readonly Corner[]): number =>
  corners.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length] ?? [x, y];
    return sum + Math.hypot(nextX - x, nextY - y);
  }, 0);

/** One for all that stands in a cell, on about the same ground. */
const keyOf = ([west, south, east, north]: LocalBox, base: number, error: number): string | undefined => {
  const cell = error * errorsPerCell;
  if (Math.max(east - west, north - south) > cell * largeCells) return undefined;
  const [x, y] = [Math.floor((west + east) / 2 / cell), Math.floor((south + north) / 2 / cell)];
  return `${x} ${y} ${Math.round(base / (error * 2))}`;
};

type Axis = readonly [cos: number, sin: number];

/** The direction of the longest side: what stands in a row stands along it. */
export const axisOf = ({ rings }: Pick<Outline, 'rings'>): Axis => {
  const corners = rings[0]?.corners ?? [];
  let [most, axis]: [number, Axis] = [0, [1, 0]];
  for (const [at, [x, y]] of corners.entries()) {
    const [nextX, nextY] = corners[(at + 1) % corners.length] ?? [x, y];
    const length = Math.hypot(nextX - x, nextY - y);
    if (length > most) [most, axis] = [length, [(nextX - x) / length, (nextY - y) / length]];
  }
  return axis;
};

type Weighed = {
  readonly area: number;
  readonly height: number;
  readonly base: number;
  readonly largest: Outline;
  readonly middle: Corner;
  readonly walls: number;
};

const weigh = (members: readonly [Outline, ...Outline[]]): Weighed => {
  let [area, volume, ground, x, y, walls] = [0, 0, 0, 0, 0, 0];
  let [largest, most]: [Outline, number] = [members[0], 0];
  for (const outline of members) {
    const own = Math.max(1, footprintArea(outline.rings));
    const [west, south, east, north] = boxOfRings(outline.rings);
    area += own;
    volume += own * outline.height;
    ground += own * outline.base;
    x += (own * (west + east)) / 2;
    y += (own * (south + north)) / 2;
    walls += outline.rings.reduce((sum, { corners }) => sum + lengthOf(corners), 0);
    if (own > most) [largest, most] = [outline, own];
  }
  return { area, height: volume / area, base: ground / area, largest, middle: [x / area, y / area], walls };
};

/** How far the members reach along an axis and across it. */
export const reachOf = (members: readonly Pick<Outline, 'rings'>[], [cos, sin]: Axis): readonly [number, number] => {
  let [left, right, near, far] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { rings } of members)
    for (const { corners } of rings)
      for (const [x, y] of corners) {
        const [along, across] = [x * cos + y * sin, y * cos - x * sin];
        [left, right, near, far] = [Math.min(left, along), Math.max(right, along), Math.min(near, across), Math.max(far, across)];
      }
  return [Math.max(1, right - left), Math.max(1, far - near)];
};

const heightFor = (lacks: number, height: number, error: number): number =>
  Math.max(0, Math.min(error * lacking.errors, lacks * lacking.share)) * Math.min(1, (lacking.errorsPerHeight * error) / Math.max(1, height));

/** A block as long to as wide as its members together, with their footprint and their volume, about where most of it stands; its row is that of the largest. */
export const blockOf = (members: readonly [Outline, ...Outline[]], error: number): Outline => {
  const { area, height, base, largest, middle, walls } = weigh(members);
  const [cos, sin] = axisOf(largest);
  const [long, wide] = reachOf(members, [cos, sin]);
  const share = Math.min(1, Math.sqrt(area / (long * wide))) / 2;
  const corners = [-1, 1].flatMap((across) =>
    [-across, across].map((along): Corner => {
      const [u, v] = [-along * long * share, across * wide * share];
      return [middle[0] + u * cos - v * sin, middle[1] + u * sin + v * cos];
    }),
  );
  const lacks = height * (walls / (4 * share * (long + wide)) - 1) * (1 - area / (long * wide));
  return { row: largest.row, rings: [{ corners, isHole: false }], base, height: height + heightFor(lacks, height, error), roof: 'flat' };
};

const topOf = ({ base, height }: Outline): number => base + height;

/** From the lowest up, those whose roofs lie within twice the error of the lowest of them: a tower among houses stays a tower. */
const byHeight = (members: readonly Outline[], error: number): readonly (readonly Outline[])[] => {
  const groups: Outline[][] = [];
  let lowest = Number.NEGATIVE_INFINITY;
  for (const outline of members.toSorted((a, b) => topOf(a) - topOf(b))) {
    const last = groups.at(-1);
    if (last && topOf(outline) - lowest <= error * 2) last.push(outline);
    else {
      groups.push([outline]);
      lowest = topOf(outline);
    }
  }
  return groups;
};

/** `error`: metres by which what is drawn may lie from the truth, along the ground and in height. Outlines are made cell by cell. */
export const toMasses = (outlines: Outlines, error: number): Masses => {
  const cells = new Map<string, number[]>();
  const alone: Outline[] = [];
  for (let at = 0; at < outlines.length; at += 1) {
    const key = keyOf(outlines.boxAt(at), outlines.baseAt(at), error);
    const members = key === undefined ? undefined : cells.get(key);
    if (members) members.push(at);
    else if (key === undefined) alone.push(outlines.at(at));
    else cells.set(key, [at]);
  }
  const masses: Outline[] = [];
  for (const cell of cells.values())
    for (const members of byHeight(cell.map(outlines.at), error)) {
      const [first, second] = members;
      if (first && second) masses.push(blockOf([first, ...members.slice(1)], error));
      else if (first) alone.push(first);
    }
  return { alone, masses };
};
