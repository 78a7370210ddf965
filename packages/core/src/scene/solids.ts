/**
 * Solids: the true surfaces of what stands in a tile, behind its outlines: corners and the rings that they make. Bytes in, arrays out.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { sceneLimits } from './scene-limits.ts';

export type Solid = {
  /** metres east and north of the scene's origin, metres above its ground */
  readonly corners: readonly (readonly [number, number, number])[];
  /** rings of corner indices, the outer one first */
  readonly surfaces: readonly (readonly (readonly number[])[])[];
};

/** The same as arrays: item i has corners cornerFrom[i] to cornerFrom[i + 1] and surfaces surfaceFrom[i] to surfaceFrom[i + 1]; 0 of both where it has none. */
export type Solids = {
  readonly cornerFrom: Uint32Array;
  readonly surfaceFrom: Uint32Array;
  /** rings of surface s: ringFrom[s] to ringFrom[s + 1]; their indices: indexFrom[r] to indexFrom[r + 1] */
  readonly ringFrom: Uint32Array;
  readonly indexFrom: Uint32Array;
  /** within the corners of the item */
  readonly index: Uint32Array;
  /** east, north, up in metres, relative to the centre of the tile */
  readonly corners: Float32Array;
};

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** Where the tile's centre is, and how many steps of its grain a metre has. */
export type SolidGrid = { readonly centre: readonly [number, number]; readonly perMetre: number };

const writeCorners = (to: ByteWriter, solids: readonly Solid[], { centre: [east, north], perMetre }: SolidGrid): void => {
  const before: [number, number, number] = [0, 0, 0];
  for (const { corners } of solids)
    for (const [x, y, up] of corners)
      for (const [axis, value] of [x - east, y - north, up].entries()) {
        const at = Math.round(value * perMetre);
        to.int(at - (before[axis] ?? 0));
        before[axis] = at;
      }
};

/** Indices go as differences: the next corner of a ring is mostly the next or the last one. */
const writeIndices = (to: ByteWriter, rings: readonly (readonly number[])[]): void => {
  let before = 0;
  for (const ring of rings)
    for (const index of ring) {
      to.int(index - before);
      before = index;
    }
};

/** Four counts, of which the first is 0 where nothing follows; then what each item, surface and ring counts, indices and corners. */
export const encodeSolids = (to: ByteWriter, items: readonly (Solid | undefined)[], grid: SolidGrid): void => {
  const solids = items.filter((solid) => solid !== undefined);
  const surfaces = solids.flatMap((solid) => solid.surfaces);
  const rings = surfaces.flat();
  const corners = sum(solids.map((solid) => solid.corners.length));
  to.uint(corners);
  if (corners === 0) return;
  for (const count of [surfaces.length, rings.length, sum(rings.map((ring) => ring.length))]) to.uint(count);
  for (const solid of items) to.uint(solid?.corners.length ?? 0);
  for (const solid of items) to.uint(solid?.surfaces.length ?? 0);
  for (const surface of surfaces) to.uint(surface.length);
  for (const ring of rings) to.uint(ring.length);
  writeIndices(to, rings);
  writeCorners(to, solids, grid);
};

const lying = (found: string) => fail(problem('malformed', { subject: 'solids of a tile', found, accepted: 'surfaces whose counts agree with their bytes' }));

/** Where each begins, from how many each has; undefined where they do not add up to what was counted. */
const readFrom = (from: ByteReader, count: number, total: number): Uint32Array | undefined => {
  const starts = new Uint32Array(count + 1);
  let all = 0;
  for (let at = 0; at < count; at += 1) {
    all += from.uint();
    if (all > total) return undefined;
    starts[at + 1] = all;
  }
  return all === total ? starts : undefined;
};

const readIndices = (from: ByteReader, count: number): Uint32Array | undefined => {
  const index = new Uint32Array(count);
  let before = 0;
  for (let at = 0; at < count; at += 1) {
    before += from.int();
    if (before < 0 || before > sceneLimits.tileCornersMax) return undefined;
    index[at] = before;
  }
  return index;
};

const readCorners = (from: ByteReader, count: number, perMetre: number): Float32Array => {
  const corners = new Float32Array(count * 3);
  const before: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < corners.length; at += 1) {
    const axis = at % 3;
    before[axis] = (before[axis] ?? 0) + from.int();
    corners[at] = (before[axis] ?? 0) / perMetre;
  }
  return corners;
};

/** Every index leads to a corner of its own item. */
const leadsToCorners = ({ cornerFrom, surfaceFrom, ringFrom, indexFrom, index }: Omit<Solids, 'corners'>): boolean => {
  for (let item = 0; item + 1 < cornerFrom.length; item += 1) {
    const corners = (cornerFrom[item + 1] ?? 0) - (cornerFrom[item] ?? 0);
    const [first, last] = [indexFrom[ringFrom[surfaceFrom[item] ?? 0] ?? 0] ?? 0, indexFrom[ringFrom[surfaceFrom[item + 1] ?? 0] ?? 0] ?? 0];
    for (let at = first; at < last; at += 1) if ((index[at] ?? 0) >= corners) return false;
  }
  return true;
};

export const readSolids = (from: ByteReader, items: number, perMetre: number): Result<Solids | undefined> => {
  const corners = from.uint();
  if (corners === 0) return from.isSound() ? ok(undefined) : lying('cut off');
  const [surfaces, rings, indices] = [from.uint(), from.uint(), from.uint()];
  if (Math.max(corners, surfaces, rings, indices) > sceneLimits.tileCornersMax)
    return fail(problem('tooLarge', { subject: 'corners of a tile', found: `${corners}`, limit: sceneLimits.tileCornersMax }));
  if (items * 2 + surfaces + rings + indices + corners * 3 > from.left()) return lying('fewer bytes than it counts');
  const [cornerFrom, surfaceFrom] = [readFrom(from, items, corners), readFrom(from, items, surfaces)];
  const [ringFrom, indexFrom] = [readFrom(from, surfaces, rings), readFrom(from, rings, indices)];
  const index = readIndices(from, indices);
  if (!(cornerFrom && surfaceFrom && ringFrom && indexFrom && index)) return lying('surfaces, rings or corners that do not add up');
  const found = { cornerFrom, surfaceFrom, ringFrom, indexFrom, index };
  return leadsToCorners(found) ? ok({ ...found, corners: readCorners(from, corners, perMetre) }) : lying('a corner that is not there');
};
