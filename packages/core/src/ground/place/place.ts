/**
 * Place: where a twin is. CRS84 (WGS 84 longitude, latitude) everywhere inside; other reference systems are converted at the door.
 */
import { z } from 'zod';
import { openObject } from '../json.ts';

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

/** A ring has four positions or more, and ends where it begins. */
const ringPositions = 4;
const isClosed = (ring: readonly (readonly unknown[])[]): boolean => ring[0]?.[0] === ring.at(-1)?.[0] && ring[0]?.[1] === ring.at(-1)?.[1];

/** Lists within lists, each at least as long as `least` says for its level; the innermost are positions. */
const isNested = (value: unknown, least: readonly number[], level: number): boolean => {
  if (!Array.isArray(value) || value.length < (least[level] ?? 0)) return false;
  if (level === least.length - 1) return isPosition(value);
  return value.every((part) => isNested(part, least, level + 1)) && (least[level] !== ringPositions || isClosed(value));
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
    object({ type: z.literal('Polygon'), coordinates: coordinates<Nested3>([1, ringPositions, 2], 'closed rings of four positions or more') }),
    object({
      type: z.literal('MultiPolygon'),
      coordinates: coordinates<Nested4>([1, 1, ringPositions, 2], 'polygons of closed rings of four positions or more'),
    }),
  ]);

/** A GeoJSON geometry in CRS84. */
export const Geometry = geometryOf(z.object);
export type Geometry = z.infer<typeof Geometry>;

/** ... with whatever else its author wrote beside it: where it is hashed, signed or passed on. */
export const ToldGeometry: typeof Geometry = geometryOf(openObject);

export const SpatialRelation = z.enum(['intersects', 'within', 'nearerThan']);
export type SpatialRelation = z.infer<typeof SpatialRelation>;

type Nested = number | readonly Nested[];

/** True where every coordinate of the one is within `tolerance` degrees of the same coordinate of the other. */
export const sameWithin = (a: Geometry | undefined, b: Geometry | undefined, tolerance: number): boolean =>
  a === undefined || b === undefined ? a === b : a.type === b.type && nearlyEqual(a.coordinates, b.coordinates, tolerance);

const nearlyEqual = (a: Nested, b: Nested, tolerance: number): boolean => {
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance;
  return a.length === b.length && a.every((part, index) => nearlyEqual(part, b[index] ?? [], tolerance));
};
