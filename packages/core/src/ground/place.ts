/**
 * Place: where a twin is. CRS84 (WGS 84 longitude, latitude) everywhere inside; other reference systems are converted at the door.
 * Predicates are planar in CRS84; distances are geodesic metres.
 */
import booleanIntersects from '@turf/boolean-intersects';
import booleanWithin from '@turf/boolean-within';
import distance from '@turf/distance';
import type { Geometry as GeoJsonGeometry, Position as GeoJsonPosition } from 'geojson';
import { z } from 'zod';
import { openObject } from './json.ts';

/** [longitude, latitude] or [longitude, latitude, metres in the named vertical datum]. */
export const Position = z.union([z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number(), z.number()])]);
export type Position = z.infer<typeof Position>;

/** [west, south, east, north] in degrees; a box across the antimeridian has west > east. */
export const Box = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90), z.number().min(-180).max(180), z.number().min(-90).max(90)]);
export type Box = z.infer<typeof Box>;

type Nested1 = number[];
type Nested2 = Nested1[];
type Nested3 = Nested2[];
type Nested4 = Nested3[];

const isPosition = (value: readonly unknown[]): boolean => value.length <= 3 && value.every((part) => Number.isFinite(part));

/** Lists within lists, each at least as long as `least` says for its level; the innermost are positions. */
const isNested = (value: unknown, least: readonly number[], level: number): boolean => {
  if (!Array.isArray(value) || value.length < (least[level] ?? 0)) return false;
  return level === least.length - 1 ? isPosition(value) : value.every((part) => isNested(part, least, level + 1));
};

const jsonSchemaOf = (least: readonly number[]): Record<string, unknown> =>
  least.reduceRight<Record<string, unknown>>(
    (items, minItems, level) => (level === least.length - 1 ? { type: 'array', minItems, maxItems: 3, items } : { type: 'array', minItems, items }),
    {
      type: 'number',
    },
  );

/** Checked in one walk and handed on as it is: an area has a hundred thousand numbers, and what was made of them once (its text, its digest) still belongs to it. */
const coordinates = <T>(least: readonly number[], meaning: string) => z.custom<T>((value) => isNested(value, least, 0), meaning).meta(jsonSchemaOf(least));

const geometryOf = (object: typeof openObject) =>
  z.discriminatedUnion('type', [
    object({ type: z.literal('Point'), coordinates: coordinates<Nested1>([2], 'a position') }),
    object({ type: z.literal('MultiPoint'), coordinates: coordinates<Nested2>([1, 2], 'positions') }),
    object({ type: z.literal('LineString'), coordinates: coordinates<Nested2>([2, 2], 'two positions or more') }),
    object({ type: z.literal('MultiLineString'), coordinates: coordinates<Nested3>([1, 2, 2], 'lines of two positions or more') }),
    object({ type: z.literal('Polygon'), coordinates: coordinates<Nested3>([1, 4, 2], 'rings of four positions or more') }),
    object({ type: z.literal('MultiPolygon'), coordinates: coordinates<Nested4>([1, 1, 4, 2], 'polygons of rings of four positions or more') }),
  ]);

/** A GeoJSON geometry in CRS84. */
export const Geometry = geometryOf(z.object);
export type Geometry = z.infer<typeof Geometry>;

/** ... with whatever else its author wrote beside it: where it is hashed, signed or passed on. */
export const ToldGeometry: typeof Geometry = geometryOf(openObject);

export const SpatialRelation = z.enum(['intersects', 'within', 'nearerThan']);
export type SpatialRelation = z.infer<typeof SpatialRelation>;

type Nested = number | readonly Nested[];

const visit = (coordinates: Nested, each: (position: readonly number[]) => void): void => {
  if (typeof coordinates === 'number') return;
  if (typeof coordinates[0] === 'number')
    each(coordinates as readonly number[]); // branding: the innermost list holds numbers only
  else for (const part of coordinates) visit(part, each);
};

export const eachPosition = (geometry: Geometry, each: (position: readonly number[]) => void): void => visit(geometry.coordinates, each);

export const verticesOf = (geometry: Geometry): number => {
  let count = 0;
  eachPosition(geometry, () => {
    count += 1;
  });
  return count;
};

/** The smallest box around a geometry. */
export const boxOf = (geometry: Geometry): Box => {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  eachPosition(geometry, ([x = 0, y = 0]) => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  });
  return box;
};

/** Edges are inclusive. Both boxes have west <= east: those across the antimeridian are split before. */
export const boxesMeet = (a: Box, b: Box): boolean => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** One or two boxes with west <= east that cover the same part of the earth. */
export const splitAtAntimeridian = (box: Box): readonly Box[] =>
  box[0] <= box[2]
    ? [box]
    : [
        [box[0], box[1], 180, box[3]],
        [-180, box[1], box[2], box[3]],
      ];

export const polygonOfBox = ([west, south, east, north]: Box): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

// Turf and this file describe the same GeoJSON; its own types ask for mutable positions.
const toGeoJson = (geometry: Geometry): GeoJsonGeometry => geometry as GeoJsonGeometry;

/** Parts of a geometry, each of one piece. */
export const partsOf = (geometry: Geometry): readonly Geometry[] => {
  switch (geometry.type) {
    case 'MultiPoint':
      return geometry.coordinates.map((coordinates) => ({ type: 'Point', coordinates }));
    case 'MultiLineString':
      return geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates }));
    case 'MultiPolygon':
      return geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }));
    default:
      return [geometry];
  }
};

export const intersects = (a: Geometry, b: Geometry): boolean => boxesMeet(boxOf(a), boxOf(b)) && booleanIntersects(toGeoJson(a), toGeoJson(b));

/** 0 for points, 1 for lines, 2 for areas. */
const dimensionOf = ({ type }: Geometry): number => (type.endsWith('Polygon') ? 2 : type.endsWith('LineString') ? 1 : 0);

/** Every part of `inner` lies in one part of `outer`; edges count as inside. What has more dimensions cannot lie within what has fewer. */
export const within = (inner: Geometry, outer: Geometry): boolean =>
  dimensionOf(inner) <= dimensionOf(outer) && partsOf(inner).every((part) => partsOf(outer).some((whole) => booleanWithin(toGeoJson(part), toGeoJson(whole))));

/** Geodesic metres between two positions (mean earth radius). */
const metresBetween = (a: readonly number[], b: readonly number[]): number => distance(a as GeoJsonPosition, b as GeoJsonPosition, { units: 'meters' }); // branding: a position is a list of numbers

/** Metres from a position to the nearest point of a geometry: 0 inside. */
const metresTo = (from: readonly number[], geometry: Geometry): number => {
  if (intersects({ type: 'Point', coordinates: [from[0] ?? 0, from[1] ?? 0] }, geometry)) return 0;
  return Math.min(...partsOf(geometry).flatMap((part) => linesOf(part).map((line) => metresToLine(from, line))));
};

/** The lines that a geometry is drawn with; a point is a line of one position. */
export const linesOf = (geometry: Geometry): readonly (readonly (readonly number[])[])[] => {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates]];
    case 'LineString':
      return [geometry.coordinates];
    case 'Polygon':
      return geometry.coordinates;
    default:
      return partsOf(geometry).flatMap(linesOf);
  }
};

const metresToLine = (from: readonly number[], line: readonly (readonly number[])[]): number => {
  let best = Infinity;
  for (let index = 0; index < line.length; index += 1) {
    best = Math.min(best, metresBetween(from, nearestOnSegment(from, line[Math.max(0, index - 1)] ?? [], line[index] ?? [])));
  }
  return best;
};

/** On the plane that touches the earth at `from`: right to the millimetre for segments of a city. */
const nearestOnSegment = (from: readonly number[], a: readonly number[], b: readonly number[]): readonly number[] => {
  const shrink = Math.cos(((from[1] ?? 0) * Math.PI) / 180);
  const [ax, ay] = [((a[0] ?? 0) - (from[0] ?? 0)) * shrink, (a[1] ?? 0) - (from[1] ?? 0)];
  const [bx, by] = [((b[0] ?? 0) - (from[0] ?? 0)) * shrink, (b[1] ?? 0) - (from[1] ?? 0)];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length));
  return [(a[0] ?? 0) + along * ((b[0] ?? 0) - (a[0] ?? 0)), (a[1] ?? 0) + along * ((b[1] ?? 0) - (a[1] ?? 0))];
};

/** The least distance in metres between two geometries: 0 where they meet. */
export const metresApart = (a: Geometry, b: Geometry): number => {
  if (intersects(a, b)) return 0;
  let best = Infinity;
  eachPosition(a, (position) => {
    best = Math.min(best, metresTo(position, b));
  });
  eachPosition(b, (position) => {
    best = Math.min(best, metresTo(position, a));
  });
  return best;
};

/** True where every coordinate of the one is within `tolerance` degrees of the same coordinate of the other. */
export const sameWithin = (a: Geometry | undefined, b: Geometry | undefined, tolerance: number): boolean =>
  a === undefined || b === undefined ? a === b : a.type === b.type && nearlyEqual(a.coordinates, b.coordinates, tolerance);

const nearlyEqual = (a: Nested, b: Nested, tolerance: number): boolean => {
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance;
  return a.length === b.length && a.every((part, index) => nearlyEqual(part, b[index] ?? [], tolerance));
};
