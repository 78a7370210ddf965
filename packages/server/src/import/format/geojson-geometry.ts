/**
 * Geometry as files give it: accepted where every coordinate is a finite number, every list has its depth and every ring is closed; else the reason why not.
 */
import { fail, type Geometry, ok, type Problem, problem, type Result, shorten, verticesOf } from '@cityweave/core';
import { importLimits } from '../limits.ts';

type Position = number[];

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPosition = (value: unknown): value is Position => Array.isArray(value) && (value.length === 2 || value.length === 3) && value.every(isFiniteNumber);
const isListOf =
  <T>(isPart: (value: unknown) => value is T, least: number) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.length >= least && value.every(isPart);
const isLine = isListOf(isPosition, 2);
const isRing = (value: unknown): value is Position[] => isListOf(isPosition, 4)(value) && isClosed(value);
const isPoints = isListOf(isPosition, 1);
const isLines = isListOf(isLine, 1);
const isPolygon = isListOf(isRing, 1);
const isPolygons = isListOf(isPolygon, 1);

const isClosed = (ring: readonly Position[]): boolean => {
  const [first, last] = [ring[0], ring.at(-1)];
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
};

/** How deep the lists are nested above positions, and what the innermost list is. */
const forms: Readonly<Record<string, Form>> = {
  Point: { depth: 0, least: 1, ring: false },
  MultiPoint: { depth: 1, least: 1, ring: false },
  LineString: { depth: 1, least: 2, ring: false },
  MultiLineString: { depth: 2, least: 2, ring: false },
  Polygon: { depth: 2, least: 4, ring: true },
  MultiPolygon: { depth: 3, least: 4, ring: true },
};
type Form = { readonly depth: number; readonly least: number; readonly ring: boolean };

/** A geometry, undefined where it has no coordinates at all. */
export const parseGeometry = (type: unknown, coordinates: unknown, where: string): Result<Geometry | undefined, Problem> => {
  const form = typeof type === 'string' && Object.hasOwn(forms, type) ? forms[type] : undefined;
  if (typeof type !== 'string' || !form)
    return fail(problem('malformed', { path: `${where}/type`, found: shorten(type), accepted: Object.keys(forms).join(', ') }));
  if (Array.isArray(coordinates) && coordinates.length === 0) return ok(undefined);
  const geometry = geometryOf(type, coordinates) ?? geometryOf(type, withoutExtras(coordinates, 0));
  if (!geometry) return fail(explain(coordinates, form, `${where}/coordinates`) ?? problem('malformed', { path: where, accepted: type }));
  return verticesOf(geometry) <= importLimits.recordVerticesMax
    ? ok(geometry)
    : fail(problem('tooLarge', { subject: 'vertices', limit: importLimits.recordVerticesMax }));
};

const geometryOf = (type: string, given: unknown): Geometry | undefined => {
  if (type === 'Point' && isPosition(given)) return { type, coordinates: given };
  if (type === 'MultiPoint' && isPoints(given)) return { type, coordinates: given };
  if (type === 'LineString' && isLine(given)) return { type, coordinates: given };
  if (type === 'MultiLineString' && isLines(given)) return { type, coordinates: given };
  if (type === 'Polygon' && isPolygon(given)) return { type, coordinates: given };
  if (type === 'MultiPolygon' && isPolygons(given)) return { type, coordinates: given };
  return undefined;
};

/** Positions with a fourth number (a measure along a line) lose it: the place stays true. */
const withoutExtras = (value: unknown, depth: number): unknown => {
  if (!Array.isArray(value) || depth > 4) return value;
  return typeof value[0] === 'number' ? value.slice(0, 3) : value.map((part) => withoutExtras(part, depth + 1));
};

const listAccepted = 'a list';
const positionAccepted = 'a position: [x, y] or [x, y, z]';

/** The first thing that is wrong, and where. */
const explain = (value: unknown, form: Form, where: string): Problem | undefined => {
  if (!Array.isArray(value)) return problem('malformed', { path: where, found: shorten(value), accepted: form.depth === 0 ? positionAccepted : listAccepted });
  if (form.depth === 0) return explainPosition(value, where);
  const parts: readonly unknown[] = value;
  for (const [index, part] of parts.entries()) {
    const found = explain(part, { ...form, depth: form.depth - 1 }, `${where}/${index}`);
    if (found) return found;
  }
  return form.depth === 1 ? explainLine(value, form, where) : undefined;
};

const explainPosition = (value: readonly unknown[], where: string): Problem | undefined => {
  const index = value.findIndex((part) => !isFiniteNumber(part));
  const found = value[index];
  if (index >= 0)
    return problem('malformed', { path: `${where}/${index}`, found: typeof found === 'number' ? String(found) : shorten(found), accepted: 'a finite number' });
  return value.length < 2 ? problem('malformed', { path: where, found: shorten(value), accepted: positionAccepted }) : undefined;
};

const explainLine = (line: unknown, form: Form, where: string): Problem | undefined => {
  if (!isPoints(line) || line.length < form.least)
    return problem('malformed', { path: where, found: `${Array.isArray(line) ? line.length : 0} positions`, accepted: `${form.least} positions or more` });
  return form.ring && !isClosed(line)
    ? problem('malformed', { path: where, found: 'a ring that is not closed', accepted: 'a ring whose last position is its first' })
    : undefined;
};
