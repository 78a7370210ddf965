/**
 * City object: one object of a CityJSON file as a record: attributes, place on the ground, full geometry, parents. Extensions are kept as data.
 */
import {
  fail,
  type Geometry,
  type Json,
  ok,
  type Problem,
  parseReferenceSystem,
  problem,
  type Result,
  type Shape,
  shorten,
  verticalDatumOf,
  verticesOf,
} from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { ReaderItem, SourceRecord } from '../record.ts';
import type { Source } from '../source.ts';
import { resolveGeometry, type Space } from './cityjson-geometry.ts';
import { type Columns, exactColumns } from './columns.ts';
import { groundOf } from './faces.ts';

const acceptedVersion = /^(?:1\.1|2\.0)(?:\.\d+)?$/;

/** Type and version come first: what they are not known to be is not read any further. */
export const checkVersion = (type: unknown, version: unknown): Problem | undefined => {
  if (type !== 'CityJSON') return problem('badFile', { path: '/type', found: shorten(type ?? 'nothing'), accepted: 'CityJSON' });
  if (typeof version === 'string' && acceptedVersion.test(version)) return undefined;
  return problem('unsupportedVersion', { subject: 'CityJSON', found: shorten(version ?? 'none'), accepted: '1.1, 2.0' });
};

/** Everything the objects of one file share. */
export type CityFile = { readonly source: Source; readonly space: Space; readonly metresPerUnit: number };

export const referenceOf = (source: Source, headerCrs: string | undefined): Pick<Space, 'crs' | 'datum'> & { readonly metresPerUnit: number } => {
  const named = source.crs ?? headerCrs ?? '';
  const system = parseReferenceSystem(named);
  const datum = source.verticalDatum ?? verticalDatumOf(named);
  const metresPerUnit = system.ok && system.value.isGeographic ? 111_195 : 1;
  return { crs: named, metresPerUnit, ...(datum !== undefined && { datum }) };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((part) => typeof part === 'string') : []);

export type CityObject = { readonly id: string; readonly value: unknown; readonly where: string; readonly bytes?: Buffer };

export const toCityRecord = (file: CityFile, { id, value, where, bytes }: CityObject): Result<CityRecord, Problem> => {
  if (!isObject(value) || typeof value['type'] !== 'string')
    return fail(problem('malformed', { path: where, found: shorten(value ?? 'no JSON'), accepted: 'a city object with a type' }));
  const shapes = shapesOf(file, value['geometry'], where);
  if (!shapes.ok) return shapes;
  const columns = columnsOf(value, bytes);
  if (!columns.ok) return columns;
  const ground = groundOf(shapes.value, { lod: file.source.lod, metresPerUnit: file.metresPerUnit });
  const geometry = ground ?? centreOfExtent(value['geographicalExtent']);
  const parents = textsOf(value['parents']);
  return ok({
    hasParts: shapes.value.length === 0 && textsOf(value['children']).length > 0,
    record: {
      where,
      nativeId: id,
      columns: columns.value,
      derived: { _id: id, _type: value['type'], _lods: shapes.value.map(({ lod }) => lod).join(','), ...heightsOf(shapes.value) },
      ...(geometry && { geometry }),
      ...(shapes.value.length > 0 && { shapes: shapes.value }),
      ...(parents.length > 0 && { parents }),
    },
  });
};

/** `hasParts`: without geometry of its own, but with children that may have some. */
export type CityRecord = { readonly record: SourceRecord; readonly hasParts: boolean };

const shapesOf = ({ space }: CityFile, geometries: unknown, where: string): Result<readonly Shape[], Problem> => {
  if (geometries === undefined || geometries === null) return ok([]);
  if (!Array.isArray(geometries))
    return fail(problem('malformed', { path: `${where}/geometry`, found: shorten(geometries), accepted: 'a list of geometries' }));
  const shapes: Shape[] = [];
  for (const [index, geometry] of geometries.entries()) {
    const shape = resolveGeometry(geometry, space, `${where}/geometry/${index}`);
    if (!shape.ok) return shape;
    if (shape.value.vertices.length > 0) shapes.push(shape.value);
  }
  return ok(shapes);
};

const ownMembers = new Set(['type', 'attributes', 'geometry', 'parents', 'children']);

/** The attributes, and whatever else stands in the object: address, extent, roles of children, members of extensions. */
const columnsOf = (value: Readonly<Record<string, unknown>>, bytes: Buffer | undefined): Result<Columns, Problem> => {
  const attributes = exactColumns(value['attributes'], bytes, 'attributes');
  if (!attributes.ok) return attributes;
  const others = Object.entries(value).filter(([name]) => !ownMembers.has(name) && !Object.hasOwn(attributes.value, name));
  if (others.length === 0) return attributes;
  const rest = exactColumns(Object.fromEntries(others), undefined, 'object');
  return rest.ok ? ok({ ...attributes.value, ...rest.value }) : rest;
};

const heightsOf = (shapes: readonly Shape[]): Record<string, Json> => {
  let [low, high] = [Infinity, -Infinity];
  for (const { vertices } of shapes) {
    for (const [, , z] of vertices) {
      low = Math.min(low, z);
      high = Math.max(high, z);
    }
  }
  return low > high ? {} : { _minZ: low, _maxZ: high, _height: Math.round((high - low) * 1e6) / 1e6 };
};

const centreOfExtent = (extent: unknown): Geometry | undefined => {
  if (!Array.isArray(extent) || extent.length !== 6) return undefined;
  const [west, south, , east, north] = extent.map((part) => (typeof part === 'number' ? part : Number.NaN));
  const [x, y] = [((west ?? 0) + (east ?? 0)) / 2, ((south ?? 0) + (north ?? 0)) / 2];
  return Number.isFinite(x) && Number.isFinite(y) ? { type: 'Point', coordinates: [x, y] } : undefined;
};

type Parts = { readonly polygons: number[][][][]; low: number; high: number };

/** Objects that consist of their parts stand where these stand: they wait until the parts have been seen. */
export const createParents = (): { readonly take: (given: CityRecord) => ReaderItem | undefined; readonly rest: () => readonly ReaderItem[] } => {
  const waiting: SourceRecord[] = [];
  const partsById = new Map<string, Parts>();
  let vertices = 0;
  const note = (parent: string, { geometry, derived }: SourceRecord): void => {
    const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates] : geometry?.type === 'MultiPolygon' ? geometry.coordinates : [];
    if (!geometry || polygons.length === 0 || vertices > importLimits.partVerticesMax) return;
    vertices += verticesOf(geometry);
    const parts = partsById.get(parent) ?? { polygons: [], low: Infinity, high: -Infinity };
    parts.polygons.push(...polygons);
    if (typeof derived?.['_minZ'] === 'number') parts.low = Math.min(parts.low, derived['_minZ']);
    if (typeof derived?.['_maxZ'] === 'number') parts.high = Math.max(parts.high, derived['_maxZ']);
    partsById.set(parent, parts);
  };
  const take = ({ record, hasParts }: CityRecord): ReaderItem | undefined => {
    for (const parent of record.parents ?? []) note(parent, record);
    if (!hasParts || waiting.length >= importLimits.parentsWaitingMax) return { type: 'record', record };
    waiting.push(record);
    return undefined;
  };
  const rest = (): readonly ReaderItem[] => waiting.map((record) => ({ type: 'record', record: withParts(record, partsById.get(record.nativeId ?? '')) }));
  return { take, rest };
};

const withParts = (record: SourceRecord, parts: Parts | undefined): SourceRecord => {
  if (!parts) return record;
  const { polygons, low, high } = parts;
  const heights = low > high ? {} : { _minZ: low, _maxZ: high, _height: Math.round((high - low) * 1e6) / 1e6 };
  const geometry: Geometry = polygons.length === 1 ? { type: 'Polygon', coordinates: polygons[0] ?? [] } : { type: 'MultiPolygon', coordinates: polygons };
  return { ...record, geometry, derived: { ...record.derived, ...heights } };
};
