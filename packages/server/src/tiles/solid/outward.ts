/**
 * Outward: the surfaces of a solid, turned to look away from what they enclose: how their source turned them tells little. What encloses nothing is there twice, once for each side.
 */
import type { Surface } from '@cityweave/core';

export type Corner = readonly [number, number, number];

/** A surface, its normal, and the two axes that are left when it is looked at along the one that is nearest to that. */
type Face = { readonly rings: readonly (readonly Corner[])[]; readonly normal: Corner; readonly axes: readonly [0 | 1 | 2, 0 | 1 | 2] };

/** Of one solid: every surface is held against every other. Those of a larger one are all there twice. */
export const outwardSurfacesMax = 1_000;

/** Below that a surface lies on the ground. */
export const groundMetres = 0.3;
/** Nearer than that a surface is met where it begins. */
const nearestMetres = 1e-4;
/** No ray runs along the sides of a building, where it would meet edges. */
const aslant: Corner = [0.0731, 0.0517, 0.0393];

const dot = (a: Corner, b: Corner): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Corner, b: Corner): Corner => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const cornersOf = (ring: readonly number[], corners: readonly Corner[]): readonly Corner[] => ring.flatMap((at) => (corners[at] ? [corners[at]] : []));

/** Of length 1 (Newell). */
export const normalOf = (ring: readonly Corner[]): Corner => {
  let [x, y, z] = [0, 0, 0];
  for (const [at, a] of ring.entries()) {
    const b = ring[(at + 1) % ring.length] ?? a;
    x += (a[1] - b[1]) * (a[2] + b[2]);
    y += (a[2] - b[2]) * (a[0] + b[0]);
    z += (a[0] - b[0]) * (a[1] + b[1]);
  }
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
};

const axesOf = ([x, y, z]: Corner): Face['axes'] => {
  if (Math.abs(z) >= Math.max(Math.abs(x), Math.abs(y))) return [0, 1];
  return Math.abs(x) >= Math.abs(y) ? [1, 2] : [0, 2];
};

const toFace = (surface: Surface, corners: readonly Corner[]): Face => {
  const rings = surface.map((ring) => cornersOf(ring, corners));
  const normal = normalOf(rings[0] ?? []);
  return { rings, normal, axes: axesOf(normal) };
};

/** Where the sides of a face cross a line across it, along that line. */
const crossingsAt = ({ rings, axes: [u, v] }: Face, level: number): readonly number[] =>
  rings.flatMap((ring) =>
    ring.flatMap((a, at) => {
      const b = ring[(at + 1) % ring.length] ?? a;
      return a[v] > level === b[v] > level ? [] : [a[u] + ((b[u] - a[u]) * (level - a[v])) / (b[v] - a[v])];
    }),
  );

/** Whether a place of its plane lies on the face. */
const isOn = ({ rings, axes: [u, v] }: Face, place: Corner): boolean => {
  let isInside = false;
  for (const ring of rings) {
    let a = ring.at(-1);
    for (const b of ring) {
      if (a && a[v] > place[v] !== b[v] > place[v] && a[u] + ((b[u] - a[u]) * (place[v] - a[v])) / (b[v] - a[v]) > place[u]) isInside = !isInside;
      a = b;
    }
  }
  return isInside;
};

/** Of numbers in order those two that lie furthest apart. */
const widest = (numbers: readonly number[], step: 1 | 2): readonly [number, number] => {
  let found: readonly [number, number] = [0, 0];
  for (let at = 1; at < numbers.length; at += step) {
    const pair = [numbers[at - 1] ?? 0, numbers[at] ?? 0] as const;
    if (pair[1] - pair[0] > found[1] - found[0]) found = pair;
  }
  return found;
};

const middleOf = ([from, to]: readonly [number, number]): number => (from + to) / 2;
const inOrder = (numbers: readonly number[]): readonly number[] => [...numbers].sort((a, b) => a - b);

/** A place on the face, away from its sides. */
const placeOn = (face: Face): Corner => {
  const { rings, normal, axes } = face;
  const [u, v] = axes;
  const first = rings[0]?.[0] ?? [0, 0, 0];
  const level = middleOf(widest(inOrder((rings[0] ?? []).map((corner) => corner[v])), 1));
  const place: [number, number, number] = [0, 0, 0];
  place[v] = level;
  place[u] = middleOf(widest(inOrder(crossingsAt(face, level)), 2));
  const left = (3 - u - v) as 0 | 1 | 2; // branding: the third of three axes
  place[left] = first[left] - ((place[u] - first[u]) * normal[u] + (place[v] - first[v]) * normal[v]) / normal[left];
  return place;
};

/** Whether what goes from there that way meets the other faces an odd number of times: it begins within them. Many have no floor: what meets nothing on its way down went through it. */
const isWithin = (faces: readonly Face[], own: Face, [from, way]: readonly [Corner, Corner]): boolean => {
  let met = 0;
  for (const face of faces) {
    const first = face.rings[0]?.[0];
    const towards = dot(face.normal, way);
    if (!first || towards === 0 || face === own) continue;
    const away = dot(face.normal, minus(first, from)) / towards;
    if (away > nearestMetres && isOn(face, [from[0] + way[0] * away, from[1] + way[1] * away, from[2] + way[2] * away])) met += 1;
  }
  return met % 2 === 1 || (met === 0 && way[2] < 0 && from[2] > groundMetres);
};

/** Away from a face, on one side of it. */
const leaning = ([x, y, z]: Corner, side: number): Corner => [x * side + aslant[0], y * side + aslant[1], z * side + aslant[2]];

const turned = (surface: Surface): Surface => surface.map((ring) => ring.toReversed());

/** Metres, in which corners are told east, north and up from the lowest. */
export const toOutward = (surfaces: readonly Surface[], corners: readonly Corner[]): readonly Surface[] => {
  if (surfaces.length > outwardSurfacesMax) return surfaces.flatMap((surface) => [surface, turned(surface)]);
  const faces = surfaces.map((surface) => toFace(surface, corners));
  return faces.flatMap((face, at) => {
    const [own, from] = [surfaces[at] ?? [], placeOn(face)];
    const [ahead, behind] = [1, -1].map((side) => isWithin(faces, face, [from, leaning(face.normal, side)]));
    if (ahead === behind) return [own, turned(own)];
    return [ahead ? turned(own) : own];
  });
};
