/**
 * Place: where a record is, from the coordinates of its file to CRS84: position, outline, and whether it lies in the declared coverage.
 */
import {
  type Box,
  boxesMeet,
  boxOf,
  eachPosition,
  fail,
  type Geometry,
  intersects,
  mapPositions,
  ok,
  type Position,
  type Problem,
  problem,
  type ReferenceSystem,
  type Result,
  splitAtAntimeridian,
} from '@cityweave/core';
import type { Source } from '../source.ts';

export type Place = { readonly position?: Position; readonly footprint?: Geometry };

type Convert = (position: readonly number[]) => [number, number];

export type Placing = (geometry: Geometry | undefined) => Result<Place, Problem>;

/** Only CityJSON keeps the axis order that a reference system declares; GeoJSON and columns named x and y are longitude first. */
const orderOf = (format: Source['format']): 'xy' | 'authority' => (format === 'cityjson' || format === 'cityjson-seq' ? 'authority' : 'xy');

export const createPlacing = (source: Source, system: ReferenceSystem): Placing => {
  const order = orderOf(source.format);
  const convert: Convert = (position) => system.toCrs84(position, order);
  const coverage = source.coverage;
  return (geometry) => {
    if (!geometry) return coverage ? fail(problem('outsideCoverage', { found: 'no coordinates', accepted: 'a place in the coverage' })) : ok({});
    const converted = mapPositions(geometry, convert);
    if (coverage && !isCovered(converted, coverage)) return fail(outside(geometry, { converted, coverage, convert }));
    const strange = strangePosition(converted);
    if (strange) return fail(problem('malformed', { found: strange.join(', '), accepted: `a place on the earth, in ${system.id}` }));
    return ok(placeOfGeometry(converted, geometry));
  };
};

const isBox = (coverage: Box | Geometry): coverage is Box => Array.isArray(coverage);

/** True where some of it lies in the coverage: a street may leave the city. */
const isCovered = (geometry: Geometry, coverage: Box | Geometry): boolean => {
  const box = boxOf(geometry);
  if (!box.every(Number.isFinite)) return false;
  return isBox(coverage) ? splitAtAntimeridian(coverage).some((part) => boxesMeet(part, box)) : intersects(geometry, coverage);
};

type Outside = { readonly converted: Geometry; readonly coverage: Box | Geometry; readonly convert: Convert };

const outside = (geometry: Geometry, { converted, coverage, convert }: Outside): Problem => {
  const swapped = mapPositions(geometry, ([x = 0, y = 0]) => convert([y, x]));
  const box = isBox(coverage) ? coverage : boxOf(coverage);
  const hint = isCovered(swapped, coverage) ? '; with x and y swapped it would fit' : '';
  return problem('outsideCoverage', { found: firstOf(converted).join(', '), accepted: `a place in [${box.join(', ')}]${hint}` });
};

const firstOf = (geometry: Geometry): readonly number[] => {
  let first: readonly number[] | undefined;
  eachPosition(geometry, (position) => {
    first ??= position;
  });
  return first ?? [];
};

const strangePosition = (geometry: Geometry): readonly number[] | undefined => {
  let strange: readonly number[] | undefined;
  eachPosition(geometry, (position) => {
    const [longitude = Number.NaN, latitude = Number.NaN] = position;
    if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90)) strange ??= position;
  });
  return strange;
};

const placeOfGeometry = (footprint: Geometry, original: Geometry): Place => {
  const [x, y] = centreOf(footprint);
  if (footprint.type !== 'Point') return { position: [x, y], footprint };
  const height = original.type === 'Point' ? original.coordinates[2] : undefined;
  return { position: height === undefined ? [x, y] : [x, y, height] };
};

/** Where a person would look for it: centre of mass of an area, half way along the longest line. */
export const centreOf = (geometry: Geometry): readonly [number, number] => {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0];
    case 'MultiPoint':
      return meanOf(geometry.coordinates);
    case 'LineString':
      return midwayOf(geometry.coordinates);
    case 'MultiLineString':
      return midwayOf(longestOf(geometry.coordinates));
    case 'Polygon':
      return centreOfMass([geometry.coordinates]);
    case 'MultiPolygon':
      return centreOfMass(geometry.coordinates);
  }
};

type Line = readonly (readonly number[])[];

const meanOf = (line: Line): readonly [number, number] => {
  let [x, y] = [0, 0];
  for (const [px = 0, py = 0] of line) [x, y] = [x + px, y + py];
  return [x / line.length, y / line.length];
};

const lengthOf = (line: Line): number => {
  let length = 0;
  for (let index = 1; index < line.length; index += 1) length += segmentLength(line[index - 1], line[index]);
  return length;
};

const segmentLength = (a: readonly number[] = [], b: readonly number[] = []): number => {
  const shrink = Math.cos(((a[1] ?? 0) * Math.PI) / 180);
  return Math.hypot(((b[0] ?? 0) - (a[0] ?? 0)) * shrink, (b[1] ?? 0) - (a[1] ?? 0));
};

const longestOf = (lines: readonly Line[]): Line => lines.reduce((longest, line) => (lengthOf(line) > lengthOf(longest) ? line : longest), lines[0] ?? []);

const midwayOf = (line: Line): readonly [number, number] => {
  let left = lengthOf(line) / 2;
  for (let index = 1; index < line.length; index += 1) {
    const [a = [], b = []] = [line[index - 1], line[index]];
    const length = segmentLength(a, b);
    const share = length === 0 ? 0 : left / length;
    if (left <= length) return [(a[0] ?? 0) + share * ((b[0] ?? 0) - (a[0] ?? 0)), (a[1] ?? 0) + share * ((b[1] ?? 0) - (a[1] ?? 0))];
    left -= length;
  }
  return meanOf(line);
};

/** Rings count by their place (the first is the outline, the others holes), whatever way round they run. */
const centreOfMass = (polygons: readonly (readonly Line[])[]): readonly [number, number] => {
  const origin = polygons[0]?.[0]?.[0] ?? [];
  const sum = { area: 0, x: 0, y: 0 };
  for (const polygon of polygons) for (const [index, ring] of polygon.entries()) addMoments(sum, ring, { origin, isHole: index > 0 });
  if (Math.abs(sum.area) < 1e-18) return meanOf(polygons[0]?.[0] ?? []);
  return [(origin[0] ?? 0) + sum.x / (3 * sum.area), (origin[1] ?? 0) + sum.y / (3 * sum.area)];
};

const addMoments = (sum: { area: number; x: number; y: number }, ring: Line, { origin, isHole }: { origin: readonly number[]; isHole: boolean }): void => {
  const [ox = 0, oy = 0] = origin;
  const own = { area: 0, x: 0, y: 0 };
  for (let index = 1; index < ring.length; index += 1) {
    const [ax, ay] = [(ring[index - 1]?.[0] ?? 0) - ox, (ring[index - 1]?.[1] ?? 0) - oy];
    const [bx, by] = [(ring[index]?.[0] ?? 0) - ox, (ring[index]?.[1] ?? 0) - oy];
    const cross = ax * by - bx * ay;
    own.area += cross;
    own.x += (ax + bx) * cross;
    own.y += (ay + by) * cross;
  }
  const sign = own.area < 0 === isHole ? 1 : -1;
  sum.area += sign * own.area;
  sum.x += sign * own.x;
  sum.y += sign * own.y;
};
