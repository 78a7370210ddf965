/**
 * Drawn solid: the surfaces of a twin's shape in longitude and latitude, standing on the ground: heights are told from its lowest corner.
 */
import { parseReferenceSystem, type Shape, type Surface, surfacesOf } from '@cityweave/core';

export type DrawnSolid = {
  /** longitude and latitude in CRS84, metres above its own ground */
  readonly corners: readonly (readonly [number, number, number])[];
  readonly surfaces: readonly Surface[];
  readonly height: number;
};

type Corner = readonly [number, number, number];

/** The upward share of a ring's normal, by the area of its shadow (Newell). In metres, whatever the unit of its plane. */
const looksDown = (ring: readonly number[], corners: readonly Corner[]): boolean => {
  let [x, y, z] = [0, 0, 0];
  for (const [at, index] of ring.entries()) {
    const [a, b] = [corners[index], corners[ring[(at + 1) % ring.length] ?? index]];
    if (!(a && b)) continue;
    x += (a[1] - b[1]) * (a[2] + b[2]);
    y += (a[2] - b[2]) * (a[0] + b[0]);
    z += (a[0] - b[0]) * (a[1] + b[1]);
  }
  return z < -0.95 * Math.hypot(x, y, z);
};

const groundMetres = 0.3;

/** What lies on the ground and looks down is never seen. */
const isGround = ([outer = []]: Surface, corners: readonly Corner[], lowest: number): boolean =>
  outer.every((index) => (corners[index]?.[2] ?? 0) - lowest < groundMetres) && looksDown(outer, corners);

/** Undefined where it has no surfaces, no known reference system, or a corner that is nowhere. */
export const toDrawnSolid = (shape: Shape): DrawnSolid | undefined => {
  const system = parseReferenceSystem(shape.crs);
  const surfaces = surfacesOf(shape);
  if (!system.ok || surfaces.length === 0) return undefined;
  const lowest = shape.vertices.reduce((least, [, , z]) => Math.min(least, z), Infinity);
  const highest = shape.vertices.reduce((most, [, , z]) => Math.max(most, z), -Infinity);
  const corners = shape.vertices.map((vertex): Corner => [...system.value.toCrs84(vertex, 'authority'), vertex[2] - lowest]);
  if (!corners.flat().every(Number.isFinite)) return undefined;
  const seen = surfaces.filter((surface) => !isGround(surface, shape.vertices, lowest));
  return { corners, surfaces: seen, height: highest - lowest };
};
