/**
 * CityJSONSeq: the first line is a CityJSON document with what the others share, each further line one feature with its own vertices.
 */
import { fail, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { Reader, ReaderItem } from '../record.ts';
import type { Source } from '../source.ts';
import { type CityFile, checkVersion, createParents, referenceOf, toCityRecord } from './city-object.ts';
import { templatesOf, toHeader } from './cityjson.ts';
import { createVertices, flatVertices, parseTransform, type Transform, transformAccepted } from './cityjson-geometry.ts';
import { fileFault } from './file.ts';
import { type Line, readLines } from './lines.ts';
import { parseJson } from './scan.ts';

/** Without a transform no vertex has a place: only features without vertices can be read. */
type Shared = { readonly file: CityFile; readonly transform: Transform | undefined };

export const readCityjsonSeq: Reader = async function* (path, source, signal) {
  let shared: Shared | undefined;
  for await (const line of readLines(path, signal)) {
    if (line.type === 'fault') return yield line;
    if (shared) {
      const fault = yield* readFeature(shared, line);
      if (fault) return yield { type: 'fault', problem: fault };
    } else {
      const header = readHeader(source, line);
      if (!header.ok) return yield { type: 'fault', problem: header.problem };
      shared = header.value.shared;
      yield header.value.item;
    }
  }
  if (!shared) yield { type: 'fault', problem: fileFault('line 1', 'nothing', 'a CityJSON document') };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

type Header = { readonly shared: Shared; readonly item: ReaderItem };

const readHeader = (source: Source, line: Exclude<Line, { type: 'fault' }>): Result<Header, Problem> => {
  if (line.type === 'tooLarge') return fail(problem('tooLarge', { subject: 'the first line, in bytes', limit: importLimits.recordBytesMax }));
  const document = parseJson(line.bytes);
  if (!isObject(document)) return fail(fileFault(`line ${line.number}`, shorten(line.bytes.toString('utf8', 0, 100)), 'a CityJSON document'));
  const fault = checkVersion(document['type'], document['version']);
  if (fault) return fail(fault);
  const transform = parseTransform(document['transform']);
  if (!transform && document['transform'] !== undefined)
    return fail(fileFault(`line ${line.number}/transform`, shorten(document['transform']), transformAccepted));
  const item = toHeader(new Map(Object.entries(document)));
  const { metresPerUnit, ...reference } = referenceOf(source, item.type === 'header' ? item.crs : undefined);
  const templates = templatesOf(document['geometry-templates']);
  return ok({ item, shared: { transform, file: { source, metresPerUnit, space: { ...reference, vertices: createVertices([], 0), templates } } } });
};

/** The records of one line; returns a fault of the file where the last line is cut off. */
function* readFeature({ file, transform }: Shared, line: Exclude<Line, { type: 'fault' }>): Generator<ReaderItem, Problem | undefined> {
  const where = `line ${line.number}`;
  const refuse = (given: Problem): ReaderItem => ({ type: 'refused', refusal: { where, problem: given } });
  if (line.type === 'tooLarge') {
    yield refuse(problem('tooLarge', { subject: 'the line, in bytes', limit: importLimits.recordBytesMax }));
    return undefined;
  }
  const feature = parseJson(line.bytes);
  if (feature === undefined && !line.ended) return fileFault(where, 'cut off', 'a whole feature');
  if (!isObject(feature) || feature['type'] !== 'CityJSONFeature' || !isObject(feature['CityObjects'])) {
    yield refuse(
      problem('malformed', {
        path: where,
        found: shorten(isObject(feature) ? feature['type'] : line.bytes.toString('utf8', 0, 100)),
        accepted: 'a CityJSONFeature with CityObjects',
      }),
    );
    return undefined;
  }
  const list = listOf(feature['vertices']);
  if (!transform && list.length > 0) {
    yield refuse(problem('malformed', { path: 'line 1/transform', found: 'nothing', accepted: transformAccepted }));
    return undefined;
  }
  const space = { ...file.space, vertices: createVertices(flatVertices(list), list.length, transform) };
  yield* readObjects({ ...file, space }, feature['CityObjects'], where);
  return undefined;
}

function* readObjects(file: CityFile, objects: Readonly<Record<string, unknown>>, line: string): Generator<ReaderItem> {
  const parents = createParents();
  for (const [id, value] of Object.entries(objects)) {
    const where = `${line}/CityObjects/${id.slice(0, 200)}`;
    const result = toCityRecord(file, { id, value, where });
    const item: ReaderItem | undefined = result.ok ? parents.take(result.value) : { type: 'refused', refusal: { where, problem: result.problem } };
    if (item) yield item;
  }
  yield* parents.rest();
}
