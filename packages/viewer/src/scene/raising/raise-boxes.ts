/**
 * Raise boxes: from far away most of what stands is a box, or a few beside one another, and is told as such: where a roof is, half of one side of it, and how wide half of the other is.
 * Every building of a city comes through here, so nothing is made for one: it is worked out in the same few arrays.
 */
import { type Outlines, roofShapes } from '@cityweave/core/scene/tiles';
import { type Mesh, reserve } from './mesh.ts';

const flatRoof = roofShapes.indexOf('flat');
/**
 * Corners of a ring that is told as boxes; and by how many times the error of its tile one reaches, in any direction: what is larger is drawn by its walls,
 * as a box is looked for in all of a square about it.
 */
export const boxLimits = { cornersMax: 12, spansMax: 30 } as const;

/** Of the error: what is thinner has no inside to be looked for in, and is left out. */
const thinnestShare = 0.05;

/** A side that runs aslant becomes two along and two across. */
const numbers = (): Float64Array => new Float64Array(boxLimits.cornersMax * 2);

/** The ring in hand as seen along its longest side: which way that runs, its corners, where sides across it stand, and sides along it, from where to where. */
const ring = {
  ...{ way: new Float64Array(2), p: numbers(), q: numbers(), cut: numbers(), side: numbers(), from: numbers(), to: numbers(), between: numbers() },
  ...{ corners: 0, cuts: 0, sides: 0, pen: new Float64Array(2) },
};

/** The first so many, from the least on. */
const sort = (values: Float64Array, count: number): void => {
  for (let at = 1; at < count; at += 1) {
    const value = values[at] ?? 0;
    let to = at;
    for (; to > 0 && (values[to - 1] ?? 0) > value; to -= 1) values[to] = values[to - 1] ?? 0;
    values[to] = value;
  }
};

const turnToLongest = (corners: Float32Array, from: number, end: number): void => {
  let [longest, alongX, alongY] = [0, 1, 0];
  for (let at = from, before = end - 1; at < end; before = at, at += 1) {
    const x = (corners[at * 2] ?? 0) - (corners[before * 2] ?? 0);
    const y = (corners[at * 2 + 1] ?? 0) - (corners[before * 2 + 1] ?? 0);
    const long = x * x + y * y;
    if (long <= longest) continue;
    longest = long;
    alongX = x;
    alongY = y;
  }
  const length = Math.sqrt(longest) || 1;
  ring.way[0] = alongX / length;
  ring.way[1] = alongY / length;
};

const takeCorners = (corners: Float32Array, from: number, end: number): void => {
  turnToLongest(corners, from, end);
  const { p, q } = ring;
  const [cos = 1, sin = 0] = [ring.way[0], ring.way[1]];
  ring.corners = end - from;
  for (let at = 0; at < ring.corners; at += 1) {
    const x = corners[(from + at) * 2] ?? 0;
    const y = corners[(from + at) * 2 + 1] ?? 0;
    p[at] = x * cos + y * sin;
    q[at] = y * cos - x * sin;
  }
};

/** Takes a side from where the pen is, and leaves it there: one that runs along, or a cut. */
const goTo = (p: number, q: number): void => {
  const { pen, sides } = ring;
  const [fromP = 0, fromQ = 0] = [pen[0], pen[1]];
  if (Math.abs(p - fromP) > Math.abs(q - fromQ)) {
    ring.side[sides] = (fromQ + q) / 2;
    ring.from[sides] = Math.min(fromP, p);
    ring.to[sides] = Math.max(fromP, p);
    ring.sides += 1;
  } else {
    ring.cut[ring.cuts] = (fromP + p) / 2;
    ring.cuts += 1;
  }
  pen[0] = p;
  pen[1] = q;
};

/** What a side aslant may cut off, in errors: the steps that stand for it lie no further from it than a third of that. */
const cutOffMost = 3;

/** Two steps to there: the first goes on as the side before did, which needs the fewest boxes. */
const climbTo = (p: number, q: number, goesAlong: boolean): void => {
  const [fromP = 0, fromQ = 0] = [ring.pen[0], ring.pen[1]];
  const stepP = fromP + ((p - fromP) * (goesAlong ? 1 : 2)) / 3;
  const stepQ = fromQ + ((q - fromQ) * (goesAlong ? 2 : 1)) / 3;
  if (goesAlong) goTo(stepP, fromQ);
  else goTo(fromP, stepQ);
  goTo(stepP, stepQ);
  if (goesAlong) goTo(p, stepQ);
  else goTo(stepP, q);
  goTo(p, q);
};

/** False where a side runs aslant and cuts off too much. */
const takeSides = (within: number): boolean => {
  const { p, q, pen, corners } = ring;
  ring.sides = 0;
  ring.cuts = 0;
  pen[0] = p[corners - 1] ?? 0;
  pen[1] = q[corners - 1] ?? 0;
  let wentAlong = Math.abs((p[corners - 2] ?? 0) - pen[0]) > Math.abs((q[corners - 2] ?? 0) - pen[1]);
  for (let at = 0; at < corners; at += 1) {
    const [toP, toQ] = [p[at] ?? 0, q[at] ?? 0];
    const [along, across] = [Math.abs(toP - pen[0]), Math.abs(toQ - pen[1])];
    if (Math.min(along, across) <= within) goTo(toP, toQ);
    else if (along * across > within * cutOffMost * Math.sqrt(along * along + across * across)) return false;
    else climbTo(toP, toQ, wentAlong);
    wentAlong = along > across;
  }
  return true;
};

/** Sides along that pass there, by where they stand; how many. */
const sidesAt = (middle: number): number => {
  let count = 0;
  for (let at = 0; at < ring.sides; at += 1) {
    if ((ring.from[at] ?? 0) >= middle || (ring.to[at] ?? 0) <= middle) continue;
    ring.between[count] = ring.side[at] ?? 0;
    count += 1;
  }
  sort(ring.between, count);
  return count;
};

/** The roof and the row of the item in hand, and how long a side of a box may be. */
type Told = { readonly top: number; readonly row: number; readonly spanMost: number; readonly thinMost: number };

const put = (to: Mesh, at: number, [east, north, up]: readonly [number, number, number]): void => {
  to.corners[at * 3] = east;
  to.corners[at * 3 + 1] = up;
  to.corners[at * 3 + 2] = -north;
};

/** Two corners of the mesh: the middle of a roof, and instead of a place half of a side and how wide half of the other is. */
const addBox = (to: Mesh, [from, end, right, left]: readonly [number, number, number, number], { top, row }: Told): void => {
  const [cos = 1, sin = 0] = [ring.way[0], ring.way[1]];
  const [p, q, half] = [(from + end) / 2, (right + left) / 2, (end - from) / 2];
  reserve(to, 2, 0);
  put(to, to.count, [p * cos - q * sin, p * sin + q * cos, top]);
  put(to, to.count + 1, [half * cos, half * sin, (left - right) / 2]);
  to.rows.fill(row, to.count, to.count + 2);
  to.count += 2;
};

/** What lies between sides along, from one cut to the next; false where it is too large. */
const addBetween = (to: Mesh, [from, end]: readonly [number, number], told: Told): boolean => {
  const count = sidesAt((from + end) / 2);
  for (let pair = 1; pair < count; pair += 2) {
    const [right, left] = [ring.between[pair - 1] ?? 0, ring.between[pair] ?? 0];
    if (Math.max(end - from, left - right) > told.spanMost) return false;
    if (left - right <= told.thinMost) continue;
    addBox(to, [from, end, right, left], told);
  }
  return true;
};

/** Between each two sides that stand across, if they are further apart than `within`. */
const addAll = (to: Mesh, within: number, told: Told): boolean => {
  const { cut, cuts } = ring;
  sort(cut, cuts);
  let from = cut[0] ?? 0;
  for (let at = 1; at < cuts; at += 1) {
    const end = cut[at] ?? 0;
    if (end - (cut[at - 1] ?? 0) <= within) continue;
    if (!addBetween(to, [from, end], told)) return false;
    from = end;
  }
  return true;
};

/** One ring, that stands on the ground under a flat roof, and is not too high. */
const isPlain = ({ ringFrom, cornerFrom, roof, base, height }: Outlines, item: number, spanMost: number): boolean => {
  const first = ringFrom[item] ?? 0;
  const corners = (cornerFrom[first + 1] ?? 0) - (cornerFrom[first] ?? 0);
  return ringFrom[item + 1] === first + 1 && roof[item] === flatRoof && base[item] === 0 && corners <= boxLimits.cornersMax && (height[item] ?? 0) <= spanMost;
};

/** `within`: metres by which they may lie from the item; false where they would lie further, or it is too large, and then nothing is added. */
export const addBoxes = (to: Mesh, { tile, within }: { readonly tile: Outlines; readonly within: number }, item: number): boolean => {
  const spanMost = within * boxLimits.spansMax;
  if (!isPlain(tile, item, spanMost)) return false;
  const first = tile.ringFrom[item] ?? 0;
  takeCorners(tile.corners, tile.cornerFrom[first] ?? 0, tile.cornerFrom[first + 1] ?? 0);
  const before = to.count;
  const told = { top: tile.height[item] ?? 0, row: tile.rows[item] ?? 0, spanMost, thinMost: within * thinnestShare };
  if (takeSides(within) && addAll(to, within, told) && to.count > before) return true;
  to.count = before;
  return false;
};
