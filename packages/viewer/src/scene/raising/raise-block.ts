/**
 * Raise block: one ring under a flat roof. Most of a city is that, so it is written straight into the arrays.
 */
import { type Outlines, roofShapes } from '@cityweave/core/scene/tiles';
import earcut from 'earcut';
import { directionOf, faceTriangles } from './facing.ts';
import { type Mesh, reserve } from './mesh.ts';

const flatRoof = roofShapes.indexOf('flat');

/** Twice the area, less than 0 for a ring that runs clockwise; and the last corners at which it turns left and right, less than 0 where it never does. */
type Turns = { readonly twice: number; readonly left: number; readonly right: number };

const turnsOf = ({ corners }: Outlines, from: number, to: number): Turns => {
  let twice = 0;
  let [left, right] = [-1, -1];
  let [ax, ay] = [corners[to * 2 - 4] ?? 0, corners[to * 2 - 3] ?? 0];
  let [bx, by] = [corners[to * 2 - 2] ?? 0, corners[to * 2 - 1] ?? 0];
  for (let at = from; at < to; at += 1) {
    const cx = corners[at * 2] ?? 0;
    const cy = corners[at * 2 + 1] ?? 0;
    twice += bx * cy - cx * by;
    const turn = (bx - ax) * (cy - by) - (by - ay) * (cx - bx);
    const bend = at === from ? to - from - 1 : at - from - 1;
    if (turn > 0) left = bend;
    if (turn < 0) right = bend;
    ax = bx;
    ay = by;
    bx = cx;
    by = cy;
  }
  return { twice, left, right };
};

type Ring = { readonly from: number; readonly count: number; readonly isClockwise: boolean };

/** Roof corners, then those at the foot, anticlockwise. */
const addRings = (to: Mesh, tile: Outlines, { item, from, count, isClockwise }: Ring & { readonly item: number }): void => {
  const base = tile.base[item] ?? 0;
  const top = base + (tile.height[item] ?? 0);
  const row = tile.rows[item] ?? 0;
  for (let at = 0; at < count; at += 1) {
    const corner = from + (isClockwise ? count - 1 - at : at);
    for (let ring = 0; ring < 2; ring += 1) {
      const put = to.count + at + ring * count;
      to.corners[put * 3] = tile.corners[corner * 2] ?? 0;
      to.corners[put * 3 + 1] = ring === 0 ? top : base;
      to.corners[put * 3 + 2] = -(tile.corners[corner * 2 + 1] ?? 0);
      to.rows[put] = row;
    }
  }
  to.count += count * 2;
};

const put = (to: Mesh, a: number, [b, c]: readonly [number, number]): void => {
  to.index[to.indices] = a;
  to.index[to.indices + 1] = b;
  to.index[to.indices + 2] = c;
  to.indices += 3;
};

/** Twice the area of a triangle of corners of the mesh as seen from above, less than 0 for one that looks down. */
const spanOf = ({ corners }: Mesh, a: number, [b, c]: readonly [number, number]): number => {
  const [x, z] = [corners[a * 3] ?? 0, corners[a * 3 + 2] ?? 0];
  return ((corners[b * 3 + 2] ?? 0) - z) * ((corners[c * 3] ?? 0) - x) - ((corners[b * 3] ?? 0) - x) * ((corners[c * 3 + 2] ?? 0) - z);
};

/** `apex`: the corner from which the roof is to be seen. */
type Roof = { readonly first: number; readonly count: number; readonly apex: number };

/** Whether one of the roof's corners sees all of it. */
const seesAll = (to: Mesh, { first, count, apex }: Roof): boolean => {
  for (let at = 2; at < count; at += 1) if (spanOf(to, first + apex, [first + ((apex + at - 1) % count), first + ((apex + at) % count)]) < 0) return false;
  return true;
};

const addFan = (to: Mesh, { first, count, apex }: Roof): void => {
  for (let at = 2; at < count; at += 1) put(to, first + ((apex + at - 1) % count), [first + ((apex + at) % count), first + apex]);
};

const addEars = (to: Mesh, { first, count }: Roof): void => {
  const flat: number[] = [];
  for (let at = first; at < first + count; at += 1) flat.push(to.corners[at * 3] ?? 0, -(to.corners[at * 3 + 2] ?? 0));
  const found = earcut(flat);
  for (let at = 0; at + 2 < found.length; at += 3) put(to, first + (found[at] ?? 0), [first + (found[at + 1] ?? 0), first + (found[at + 2] ?? 0)]);
};

const upward = directionOf(0, 1, 0);

/** Corners of the roof speak for it and none of them for a wall. */
const addRoof = (to: Mesh, roof: Roof): void => {
  to.spoken.fill(upward, roof.first, roof.first + roof.count);
  if (seesAll(to, roof)) addFan(to, roof);
  else addEars(to, roof);
};

/** The four corners of a wall come in a row, the one at its foot that speaks for both triangles last. */
const addWall = (to: Mesh, [here, next]: readonly [number, number], count: number): void => {
  const { corners, spoken } = to;
  const [along, south] = [(corners[next * 3] ?? 0) - (corners[here * 3] ?? 0), (corners[next * 3 + 2] ?? 0) - (corners[here * 3 + 2] ?? 0)];
  spoken[here + count] = directionOf(-south, 0, along);
  put(to, next, [here, here + count]);
  put(to, next + count, [next, here + count]);
};

/** Every other wall first: each brings four new corners, and the walls between have theirs by then. */
const addWalls = (to: Mesh, first: number, count: number): void => {
  for (let turn = 0; turn < 2; turn += 1) for (let at = turn; at < count; at += 2) addWall(to, [first + at, first + ((at + 1) % count)], count);
};

/** False where the item is more than one ring under a flat roof. */
export const addBlock = (to: Mesh, tile: Outlines, item: number): boolean => {
  const ring = tile.ringFrom[item] ?? 0;
  const [from, end] = [tile.cornerFrom[ring] ?? 0, tile.cornerFrom[ring + 1] ?? 0];
  const count = end - from;
  if (tile.ringFrom[item + 1] !== ring + 1 || tile.roof[item] !== flatRoof || tile.isHole[ring] === 1 || count < 3) return false;
  const { twice, left, right } = turnsOf(tile, from, end);
  const isClockwise = twice < 0;
  const inward = isClockwise ? left : right;
  reserve(to, count * 2, count * 9);
  faceTriangles(to);
  const first = to.count;
  addRings(to, tile, { item, from, count, isClockwise });
  addWalls(to, first, count);
  addRoof(to, { first, count, apex: inward < 0 ? 0 : isClockwise ? count - 1 - inward : inward });
  to.faced = to.indices;
  return true;
};
