/**
 * Drawn solid: the surfaces of a twin's shape in longitude and latitude, standing on the ground: heights are told from its lowest corner.
 */
import { createLocalFrame, parseReferenceSystem, type Shape, type Surface, surfacesOf } from '@cityweave/core';
import { type Corner, cornersOf, groundMetres, normalOf, toOutward } from './outward.ts';

export type DrawnSolid = {
  /** longitude and latitude in CRS84, metres above its own ground */
  readonly corners: readonly Corner[];
  /** each looks outward, or is there for either side */
  readonly surfaces: readonly Surface[];
  readonly height: number;
};

/** Of the upward share of a normal. */
const downward = -0.95;

/** What lies on the ground and looks down is never seen. */
const isGround = ([outer = []]: Surface, corners: readonly Corner[]): boolean => {
  const ring = cornersOf(outer, corners);
  return ring.every(([, , up]) => up < groundMetres) && normalOf(ring)[2] < downward;
};

/** Undefined where it has no surfaces, no known reference system, or a corner that is nowhere. */
export const toDrawnSolid = (shape: Shape): DrawnSolid | undefined => {
  const system = parseReferenceSystem(shape.crs);
  const surfaces = surfacesOf(shape);
  if (!system.ok || surfaces.length === 0) return undefined;
  const lowest = shape.vertices.reduce((least, [, , z]) => Math.min(least, z), Infinity);
  const highest = shape.vertices.reduce((most, [, , z]) => Math.max(most, z), -Infinity);
  const corners = shape.vertices.map((vertex): Corner => [...system.value.toCrs84(vertex, 'authority'), vertex[2] - lowest]);
  const [first] = corners;
  if (!(first && corners.flat().every(Number.isFinite))) return undefined;
  const frame = createLocalFrame([first[0], first[1]]);
  const inMetres = corners.map(([longitude, latitude, up]): Corner => [...frame.toLocal(longitude, latitude), up]);
  const seen = toOutward(surfaces, inMetres).filter((surface) => !isGround(surface, inMetres));
  return { corners, surfaces: seen, height: highest - lowest };
};
