/**
 * Raise boxes: from far away most of what stands is a box, or a few beside one another, and is told as such: where a roof is, half of one side of it, and how wide half of the other is.
 */
import { type Outlines, roofShapes } from '@cityweave/core/scene/tiles';
import { addCorner, type Mesh } from './mesh.ts';

const flatRoof = roofShapes.indexOf('flat');
/**
 * Corners of a ring that is told as boxes; and by how many times the error of its tile one reaches, in any direction: what is larger is drawn by its walls,
 * as a box is looked for in all of a square about it.
 */
export const boxLimits = { cornersMax: 12, spansMax: 40 } as const;

/** As seen along the longest side: where sides across it stand, and sides along it, from where to where. */
type Sides = {
  readonly cos: number;
  readonly sin: number;
  readonly across: number[];
  readonly along: { readonly at: number; readonly from: number; readonly to: number }[];
};

type Ring = { readonly tile: Outlines; readonly from: number; readonly end: number };

const wayOf = ({ tile: { corners }, from, end }: Ring): readonly [number, number] => {
  let [most, way]: [number, readonly [number, number]] = [0, [1, 0]];
  for (let at = from, before = end - 1; at < end; before = at, at += 1) {
    const [x, y] = [(corners[at * 2] ?? 0) - (corners[before * 2] ?? 0), (corners[at * 2 + 1] ?? 0) - (corners[before * 2 + 1] ?? 0)];
    const long = Math.hypot(x, y);
    if (long > most) [most, way] = [long, [x / long, y / long]];
  }
  return way;
};

/** Undefined where a side runs neither along nor across: its ends lie more than `within` apart. */
const sidesOf = (ring: Ring, within: number): Sides | undefined => {
  const { corners } = ring.tile;
  const [cos, sin] = wayOf(ring);
  const sides: Sides = { cos, sin, across: [], along: [] };
  for (let at = ring.from, before = ring.end - 1; at < ring.end; before = at, at += 1) {
    const [x, y, lastX, lastY] = [corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0, corners[before * 2] ?? 0, corners[before * 2 + 1] ?? 0];
    const [p, q, lastP, lastQ] = [x * cos + y * sin, y * cos - x * sin, lastX * cos + lastY * sin, lastY * cos - lastX * sin];
    const isAlong = Math.abs(p - lastP) > Math.abs(q - lastQ);
    if (Math.abs(isAlong ? q - lastQ : p - lastP) > within) return undefined;
    if (isAlong) sides.along.push({ at: (q + lastQ) / 2, from: Math.min(p, lastP), to: Math.max(p, lastP) });
    else sides.across.push((p + lastP) / 2);
  }
  return sides;
};

/** Along and across, from and to. */
type Box = readonly [number, number, number, number];

/** Between each two sides that stand across, what lies between sides along. */
const boxesOf = ({ across, along }: Sides, within: number): readonly Box[] => {
  const cuts = across.sort((a, b) => a - b).filter((cut, at) => at === 0 || cut - (across[at - 1] ?? 0) > within);
  const boxes: Box[] = [];
  for (let at = 1; at < cuts.length; at += 1) {
    const [from = 0, to = 0] = cuts.slice(at - 1, at + 1);
    const middle = (from + to) / 2;
    const between = along.flatMap((side) => (side.from < middle && side.to > middle ? side.at : [])).sort((a, b) => a - b);
    for (let pair = 1; pair < between.length; pair += 2) boxes.push([from, to, between[pair - 1] ?? 0, between[pair] ?? 0]);
  }
  return boxes;
};

const spanOf = ([from, to, right, left]: Box): number => Math.max(to - from, left - right);

/** Two corners of the mesh each: the middle of a roof, and instead of a place half of a side and how wide half of the other is. */
const add = (
  to: Mesh,
  { cos, sin }: Sides,
  { box: [from, end, right, left], top, row }: { readonly box: Box; readonly top: number; readonly row: number },
): void => {
  const [p, q, half] = [(from + end) / 2, (right + left) / 2, (end - from) / 2];
  addCorner(to, [p * cos - q * sin, p * sin + q * cos, top], row);
  addCorner(to, [half * cos, half * sin, (left - right) / 2], row);
};

/** The one ring of what stands on the ground under a flat roof, and is not too high. */
const ringOf = (tile: Outlines, item: number, heightMax: number): Ring | undefined => {
  const first = tile.ringFrom[item] ?? 0;
  const [from, end] = [tile.cornerFrom[first] ?? 0, tile.cornerFrom[first + 1] ?? 0];
  const isPlain = tile.ringFrom[item + 1] === first + 1 && tile.roof[item] === flatRoof && tile.base[item] === 0;
  return isPlain && end - from <= boxLimits.cornersMax && (tile.height[item] ?? 0) <= heightMax ? { tile, from, end } : undefined;
};

/** `within`: metres by which they may lie from the item; false where they would lie further, or it is too large. */
export const addBoxes = (to: Mesh, { tile, item }: { readonly tile: Outlines; readonly item: number }, within: number): boolean => {
  const spanMost = within * boxLimits.spansMax;
  const ring = ringOf(tile, item, spanMost);
  const sides = ring && sidesOf(ring, within);
  if (!sides) return false;
  const boxes = boxesOf(sides, within);
  if (boxes.length === 0 || boxes.some((box) => spanOf(box) > spanMost)) return false;
  for (const box of boxes) add(to, sides, { box, top: tile.height[item] ?? 0, row: tile.rows[item] ?? 0 });
  return true;
};
