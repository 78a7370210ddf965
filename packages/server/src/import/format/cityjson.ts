/**
 * CityJSON: one document, read twice. The first pass looks at type and version and gathers what objects share (vertices, transform, templates); the second
 * gives the objects one by one. Memory is bounded by the shared vertices and one object, never by the file.
 */
import { fail, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { Reader, ReaderItem } from '../record.ts';
import type { Source } from '../source.ts';
import { type CityFile, checkVersion, createParents, referenceOf, toCityRecord } from './city-object.ts';
import { createVertices, flatVertices, parseTransform, type Templates, transformAccepted } from './cityjson-geometry.ts';
import { fileFault, readFileChunks } from './file.ts';
import { createScanner, parseJson, type ScanItem, type ScanPlan } from './scan.ts';

export const readCityjson: Reader = async function* (path, source, signal) {
  const shared = await gatherShared(path, signal);
  const file = shared.ok ? toCityFile(source, shared.value) : shared;
  if (!shared.ok || !file.ok) return yield { type: 'fault', problem: file.ok ? problem('internal') : file.problem };
  yield toHeader(shared.value.members);
  yield* readObjects(path, file.value, signal);
};

export const toHeader = (members: ReadonlyMap<string, unknown>): ReaderItem => {
  const crs = crsOf(members.get('metadata'));
  return { type: 'header', version: String(members.get('version')), ...(crs !== undefined && { crs }) };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const crsOf = (metadata: unknown): string | undefined => {
  const crs = isObject(metadata) ? metadata['referenceSystem'] : undefined;
  return typeof crs === 'string' ? crs : undefined;
};

type Shared = { readonly members: Map<string, unknown>; coordinates: Float64Array; vertices: number };

const sharedPlan: ScanPlan = { streamed: new Set(['vertices']), wanted: new Set(['type', 'version', 'transform', 'metadata', 'geometry-templates']) };

const gatherShared = async (path: string, signal: AbortSignal): Promise<Result<Shared, Problem>> => {
  const shared: Shared = { members: new Map(), coordinates: new Float64Array(3 * 1024), vertices: 0 };
  const scanner = createScanner(sharedPlan);
  for await (const chunk of readFileChunks(path, signal)) {
    if (chunk.type === 'fault') return fail(chunk.problem);
    for (const item of scanner.push(chunk.bytes)) {
      const fault = takeShared(shared, item);
      if (fault) return fail(fault);
    }
  }
  for (const item of scanner.end()) if (item.type === 'fault') return fail(item.problem);
  const fault = checkVersion(shared.members.get('type'), shared.members.get('version'));
  return fault ? fail(fault) : ok(shared);
};

const takeShared = (shared: Shared, item: ScanItem): Problem | undefined => {
  if (item.type === 'fault') return item.problem;
  if (item.type === 'enter') return undefined;
  if (item.member === 'vertices' && item.key !== undefined) return addVertex(shared, item.type === 'value' ? parseJson(item.bytes) : undefined);
  if (item.type === 'tooLarge') return problem('tooLarge', { subject: `${item.member}, in bytes`, limit: importLimits.memberBytesMax });
  const value = parseJson(item.bytes);
  if (value === undefined) return fileFault(`/${item.member}`, shorten(item.bytes.toString('utf8', 0, 100)), 'JSON');
  shared.members.set(item.member, value);
  const { members } = shared;
  return members.has('type') && members.has('version') ? checkVersion(members.get('type'), members.get('version')) : undefined;
};

const addVertex = (shared: Shared, vertex: unknown): Problem | undefined => {
  if (shared.vertices >= importLimits.verticesMax) return problem('tooLarge', { subject: 'vertices', limit: importLimits.verticesMax });
  const at = 3 * shared.vertices;
  if (at + 3 > shared.coordinates.length) {
    const wider = new Float64Array(2 * shared.coordinates.length);
    wider.set(shared.coordinates);
    shared.coordinates = wider;
  }
  shared.coordinates.set(flatVertices([vertex]), at);
  shared.vertices += 1;
  return undefined;
};

const toCityFile = (source: Source, { members, coordinates, vertices }: Shared): Result<CityFile, Problem> => {
  const transform = parseTransform(members.get('transform'));
  if (!transform && (vertices > 0 || members.has('transform')))
    return fail(fileFault('/transform', shorten(members.get('transform') ?? 'nothing'), transformAccepted));
  const templates = templatesOf(members.get('geometry-templates'));
  const { metresPerUnit, ...reference } = referenceOf(source, crsOf(members.get('metadata')));
  return ok({ source, metresPerUnit, space: { ...reference, vertices: createVertices(coordinates, vertices, transform), templates } });
};

/** Vertices of templates stand in real coordinates: they are not transformed. */
export const templatesOf = (value: unknown): Templates | undefined => {
  if (!isObject(value) || !Array.isArray(value['templates']) || !Array.isArray(value['vertices-templates'])) return undefined;
  const geometries: readonly unknown[] = value['templates'];
  const list: readonly unknown[] = value['vertices-templates'];
  return { geometries, vertices: createVertices(flatVertices(list), list.length) };
};

const objectsPlan: ScanPlan = { streamed: new Set(['CityObjects']), wanted: new Set() };

async function* readObjects(path: string, file: CityFile, signal: AbortSignal): AsyncGenerator<ReaderItem> {
  const scanner = createScanner(objectsPlan);
  const parents = createParents();
  let entered = false;
  for await (const chunk of readFileChunks(path, signal)) {
    if (chunk.type === 'fault') return yield chunk;
    for (const item of scanner.push(chunk.bytes)) {
      if (item.type === 'enter') entered = item.shape === 'object';
      const given = takeObject(file, item, parents.take);
      if (given) yield given;
      if (given?.type === 'fault') return;
    }
  }
  if (!entered) return yield { type: 'fault', problem: fileFault('/CityObjects', 'nothing', 'an object of city objects') };
  for (const item of parents.rest()) yield item;
}

type TakeRecord = ReturnType<typeof createParents>['take'];

const takeObject = (file: CityFile, item: ScanItem, take: TakeRecord): ReaderItem | undefined => {
  if (item.type === 'fault') return item;
  if (item.type === 'enter') return item.shape === 'list' ? { type: 'fault', problem: fileFault('/CityObjects', 'a list', 'an object') } : undefined;
  const where = `/CityObjects/${String(item.key).slice(0, 200)}`;
  if (item.type === 'tooLarge')
    return { type: 'refused', refusal: { where, problem: problem('tooLarge', { subject: 'the city object, in bytes', limit: importLimits.recordBytesMax }) } };
  const result = toCityRecord(file, { id: String(item.key), value: parseJson(item.bytes), where, bytes: item.bytes });
  return result.ok ? take(result.value) : { type: 'refused', refusal: { where, problem: result.problem } };
};
