/**
 * GeoJSON: a FeatureCollection or a single Feature, read feature by feature; and features line by line (GeoJSONSeq, with or without record separators).
 * Coordinates are longitude first whatever the `crs` member of old files names.
 */
import { fail, type Geometry, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { Reader, ReaderItem, SourceRecord } from '../record.ts';
import { exactColumns } from './columns.ts';
import { fileFault, readFileChunks } from './file.ts';
import { parseGeometry } from './geojson-geometry.ts';
import { readLines } from './lines.ts';
import { createScanner, parseJson, type ScanItem } from './scan.ts';

const plan = { streamed: new Set(['features']), wanted: new Set(['type', 'crs', 'id', 'geometry', 'properties']) };
const accepted = 'a GeoJSON FeatureCollection or Feature';

/** What has been learnt of the document so far. */
type Document = { readonly root: Map<string, unknown>; features: number; entered: boolean };

export const readGeojson: Reader = async function* (path, _source, signal) {
  const scanner = createScanner(plan);
  const document: Document = { root: new Map(), features: 0, entered: false };
  for await (const chunk of readFileChunks(path, signal)) {
    if (chunk.type === 'fault') return yield chunk;
    for (const item of scanner.push(chunk.bytes)) {
      const given = take(document, item);
      if (given) yield given;
      if (given?.type === 'fault') return;
    }
  }
  for (const item of scanner.end()) {
    const given = take(document, item);
    if (given) yield given;
    if (given?.type === 'fault') return;
  }
  yield* conclude(document);
};

const take = (document: Document, item: ScanItem): ReaderItem | undefined => {
  if (item.type === 'fault') return item;
  if (item.type === 'enter') return enterFeatures(document, item.shape);
  if (item.key === undefined) return item.type === 'value' ? takeMember(document, item.member, item.bytes) : fault(tooLarge(item.member));
  document.features += 1;
  if (document.features > importLimits.featuresMax) return fault(problem('tooLarge', { subject: 'features', limit: importLimits.featuresMax }));
  const where = `/features/${item.key}`;
  if (item.type === 'tooLarge') return { type: 'refused', refusal: { where, problem: tooLarge('the feature') } };
  return toItem(parseFeature(item.bytes, where), where);
};

const fault = (given: Problem): ReaderItem => ({ type: 'fault', problem: given });
const tooLarge = (subject: string): Problem => problem('tooLarge', { subject: `${subject}, in bytes`, limit: importLimits.recordBytesMax });
const toItem = (result: Result<SourceRecord>, where: string): ReaderItem =>
  result.ok ? { type: 'record', record: result.value } : { type: 'refused', refusal: { where, problem: result.problem } };

const enterFeatures = (document: Document, shape: 'list' | 'object'): ReaderItem => {
  if (shape !== 'list') return fault(fileFault('/features', 'an object', 'a list of features'));
  if (document.entered) return fault(fileFault('/features', 'a second list of features', accepted));
  document.entered = true;
  return headerOf(document);
};

const headerOf = (document: Document): ReaderItem => {
  const crs = crsOf(document.root.get('crs'));
  return { type: 'header', ...(crs !== undefined && { crs }) };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name in the `crs` member of GeoJSON as it was before RFC 7946. */
const crsOf = (member: unknown): string | undefined => {
  const properties = isObject(member) ? member['properties'] : undefined;
  const name = isObject(properties) ? properties['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
};

const takeMember = (document: Document, member: string, bytes: Buffer): ReaderItem | undefined => {
  const value = parseJson(bytes);
  if (value === undefined) return fault(fileFault(`/${member}`, shorten(bytes.toString('utf8', 0, 100)), 'JSON'));
  document.root.set(member, value);
  if (member === 'type' && value !== 'FeatureCollection' && value !== 'Feature') return fault(fileFault('/type', shorten(value), accepted));
  if (member === 'crs' && document.entered && crsOf(value) !== undefined)
    return fault(fileFault('/crs', 'a reference system named after the features', 'one named before them, or `crs` declared for the source'));
  return undefined;
};

function* conclude(document: Document): Generator<ReaderItem> {
  const { root } = document;
  if (root.get('type') === 'Feature') {
    yield headerOf(document);
    yield toItem(toRecord(Object.fromEntries(root), 'the feature'), 'the feature');
  } else if (root.get('type') !== 'FeatureCollection') yield fault(fileFault('/type', shorten(root.get('type') ?? 'nothing'), accepted));
  else if (!document.entered) yield fault(fileFault('/features', 'nothing', 'a list of features'));
}

const parseFeature = (bytes: Buffer, where: string): Result<SourceRecord> => {
  const value = parseJson(bytes);
  if (value === undefined) return fail(problem('malformed', { path: where, found: shorten(bytes.toString('utf8', 0, 100)), accepted: 'JSON' }));
  return toRecord(value, where, bytes);
};

const toRecord = (value: unknown, where: string, bytes?: Buffer): Result<SourceRecord> => {
  if (!isObject(value) || value['type'] !== 'Feature')
    return fail(problem('malformed', { path: `${where}/type`, found: shorten(isObject(value) ? value['type'] : value), accepted: 'Feature' }));
  const geometry = geometryOf(value['geometry'], where);
  if (!geometry.ok) return geometry;
  const columns = exactColumns(value['properties'], bytes, 'properties');
  if (!columns.ok) return columns;
  const id = value['id'];
  const nativeId = typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
  return ok({ where, columns: columns.value, geometry: geometry.value, ...(nativeId !== undefined && { nativeId, derived: { _id: nativeId } }) });
};

const geometryOf = (value: unknown, where: string): Result<Geometry | undefined> => {
  if (value === null || value === undefined) return ok(undefined);
  if (!isObject(value)) return fail(problem('malformed', { path: `${where}/geometry`, found: shorten(value), accepted: 'a geometry or null' }));
  return parseGeometry(value['type'], value['coordinates'], `${where}/geometry`);
};

export const readGeojsonLines: Reader = async function* (path, _source, signal) {
  yield { type: 'header' };
  for await (const line of readLines(path, signal)) {
    if (line.type === 'fault') return yield line;
    const where = `line ${line.number}`;
    if (line.type === 'tooLarge') yield { type: 'refused', refusal: { where, problem: tooLarge('the line') } };
    else {
      const result = parseFeature(line.bytes, where);
      if (!result.ok && !line.ended && parseJson(line.bytes) === undefined) return yield fault(fileFault(where, 'cut off', 'a whole feature'));
      yield toItem(result, where);
    }
  }
};
