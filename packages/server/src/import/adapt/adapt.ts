/**
 * Adapt: a record of a file becomes a twin of the agency, by the declaration of its source. Nothing is guessed; what cannot be kept true is refused.
 */
import {
  type AgencyId,
  type AlternativeId,
  type Authority,
  agencyIdOf,
  fail,
  type Instant,
  type Join,
  type Json,
  type Link,
  limits,
  linkIdOf,
  normaliseKey,
  ok,
  type Problem,
  type Provenance,
  parseReferenceSystem,
  partOf,
  problem,
  type Reading,
  type ReferenceSystem,
  type Result,
  shorten,
  type TermId,
  type TwinId,
  type TwinInput,
  twinIdOf,
} from '@cityweave/core';
import type { ReaderItem, SourceRecord, StagedTwin } from '../record.ts';
import type { Source } from '../source.ts';
import { type Cells, cellsOf, cellText, convertCell, fillTemplate, joinedText, parseInstant } from './columns.ts';
import { contentDigest, placeDigest } from './digest.ts';
import { keyOf } from './key.ts';
import { createPlacing, type Place, type Placing } from './place.ts';
import { createTermTable, type TermTable } from './terms.ts';

export type AdaptContext = {
  readonly authority: Authority;
  readonly recordedAt: Instant;
  /** when the data was true where the source does not say */
  readonly fileChangedAt: Instant;
  /** the file by name and version, never by path */
  readonly origin: string;
  /** what the file says of itself */
  readonly header: Extract<ReaderItem, { readonly type: 'header' }>;
};

export type Adaptation = {
  /** false where the record is none of the source's: its `where` selects others */
  readonly selects: (record: SourceRecord) => boolean;
  readonly adapt: (record: SourceRecord) => Result<StagedTwin, Problem>;
  /** columns kept so far whose names look personal, one sentence each */
  readonly warnings: () => readonly string[];
  /** degrees by which a place may differ and still be the same */
  readonly toleranceDegrees: number;
};

type Bench = {
  readonly source: Source;
  readonly context: AdaptContext;
  readonly agency: AgencyId;
  readonly placing: Placing;
  readonly terms: TermTable;
  readonly dropped: ReadonlySet<string>;
  readonly constants: Readonly<Record<string, Reading>>;
  readonly toleranceDegrees: number;
  readonly shapeTolerance: number;
};

const metresPerDegree = 111_195;
/** Coordinates in metres never mean less than this. */
const toleranceMetresMin = 0.001;

/** A problem where the file's reference system is not known: a fault of the file. */
export const createAdaptation = (source: Source, context: AdaptContext): Result<Adaptation, Problem> => {
  const system = systemOf(source, context.header.crs);
  if (!system.ok) return system;
  const { tolerance } = source.key;
  const shapeTolerance = system.value.isGeographic ? tolerance : Math.max(tolerance, toleranceMetresMin);
  const toleranceDegrees = system.value.isGeographic ? tolerance : shapeTolerance / metresPerDegree;
  const terms = createTermTable(source, context.authority);
  const bench: Bench = {
    source,
    context,
    agency: agencyIdOf(context.authority),
    placing: createPlacing(source, system.value),
    terms,
    dropped: new Set(source.drop),
    constants: Object.fromEntries(Object.entries(source.constants).map(([term, constant]) => [term, withoutAbsent(constant)])),
    toleranceDegrees,
    shapeTolerance,
  };
  return ok({ selects: selectionOf(source.where), adapt: (record) => adaptRecord(bench, record), warnings: terms.warnings, toleranceDegrees });
};

const noColumns: ReadonlySet<string> = new Set();

/** A dropped column may select: it is looked at, not kept. */
const selectionOf = (where: Source['where']): Adaptation['selects'] => {
  if (!where) return () => true;
  const values = new Set(where.values.map(normaliseKey));
  return ({ columns, derived }) => values.has(cellText(cellsOf(columns, derived, noColumns)(where.column)));
};

const systemOf = (source: Source, headerCrs: string | undefined): Result<ReferenceSystem, Problem> => {
  const needsOne = source.format === 'cityjson' || source.format === 'cityjson-seq';
  const crs = source.crs ?? headerCrs ?? (needsOne ? undefined : 'OGC:CRS84');
  if (crs !== undefined) return parseReferenceSystem(crs);
  return fail(problem('unknownReferenceSystem', { subject: 'the file', found: 'none', accepted: '`crs` declared for the source' }));
};

const withoutAbsent = ({ value, unit, datum }: { value: Json; unit?: string | undefined; datum?: string | undefined }): Reading => ({
  value,
  ...(unit !== undefined && { unit }),
  ...(datum !== undefined && { datum }),
});

const adaptRecord = (bench: Bench, record: SourceRecord): Result<StagedTwin, Problem> => {
  const cells = cellsOf(record.columns, record.derived, bench.dropped);
  const key = keyOf(bench.source.key, record, cells);
  if (!key.ok) return key;
  const place = bench.placing(record.geometry);
  if (!place.ok) return place;
  const values = readingsOf(bench, record, cells);
  if (!values.ok) return values;
  const twin = twinOf(bench, { record, cells, key: key.value, place: place.value, values: values.value });
  return twin.ok ? ok(stagedOf(bench, { record, cells, key: key.value, twin: twin.value })) : twin;
};

const readingsOf = ({ source, terms, constants }: Bench, record: SourceRecord, cells: Cells): Result<Record<string, Reading>, Problem> => {
  const values: Record<string, Reading> = { ...constants };
  for (const property of source.properties) {
    const converted = convertCell(cells(property.column), property);
    if (!converted.ok) return converted;
    if (converted.value !== undefined && !Object.hasOwn(values, property.term)) values[property.term] = withoutAbsent({ ...property, value: converted.value });
  }
  const kept = terms.keepOthers(record.columns, values);
  return kept.ok ? ok(values) : kept;
};

type Draft = { readonly record: SourceRecord; readonly cells: Cells; readonly key: string; readonly place: Place; readonly values: Record<string, Reading> };

const twinOf = ({ source, context, agency }: Bench, { record, cells, key, place, values }: Draft): Result<TwinInput, Problem> => {
  const kind = kindOf(source.kind, cells);
  if (!kind.ok) return kind;
  const observedAt = observedAtOf(source.observedAt, cells, context.fileChangedAt);
  if (!observedAt.ok) return observedAt;
  const altIds = altIdsOf(source, record, cells);
  if (!altIds.ok) return altIds;
  const object = source.objectOfInterest === undefined ? undefined : fillTemplate(source.objectOfInterest, cells);
  const objectOfInterest =
    object?.complete && object.text.length <= limits.idCharactersMax ? (object.text.toWellFormed() as NonNullable<TwinInput['objectOfInterest']>) : undefined; // branding: any URI within the bound
  return ok({
    id: twinIdOf(context.authority, source.id, key),
    agency,
    kind: kind.value,
    name: { [source.language]: nameOf(source, { cells, key, kind: kind.value }) },
    ...(altIds.value.length > 0 && { altIds: altIds.value }),
    ...(objectOfInterest !== undefined && { objectOfInterest }),
    ...place,
    provenance: { ...observedAt.value, recordedAt: context.recordedAt, source: agency, origin: context.origin },
    values,
  });
};

const kindOf = (kind: Source['kind'], cells: Cells): Result<TermId, Problem> => {
  if (typeof kind === 'string') return ok(kind);
  const code = cellText(cells(kind.column));
  const found = Object.hasOwn(kind.kinds, code) ? kind.kinds[code] : kind.otherwise;
  return found
    ? ok(found)
    : fail(problem('malformed', { path: `column ${kind.column}`, found: shorten(code), accepted: shorten(Object.keys(kind.kinds).join(', ')) }));
};

type Observed = Pick<Provenance, 'observedAt' | 'isFileDate'>;

const observedAtOf = (declared: Source['observedAt'], cells: Cells, fileChangedAt: Instant): Result<Observed, Problem> => {
  const ofFile: Observed = { observedAt: fileChangedAt, isFileDate: true };
  if (declared === undefined) return ok(ofFile);
  if (typeof declared === 'string') return ok({ observedAt: declared });
  const cell = cells(declared.column) ?? null;
  if (cellText(cell) === '') return ok(ofFile);
  const observedAt = parseInstant(cell);
  return observedAt
    ? ok({ observedAt })
    : fail(problem('malformed', { path: `column ${declared.column}`, found: shorten(cell), accepted: 'an instant with offset, or milliseconds since 1970' }));
};

const isCityJson = (source: Source): boolean => source.format === 'cityjson' || source.format === 'cityjson-seq';
const hasDeclaredKey = (source: Source): boolean => source.key.columns.length > 0 || source.key.geometry;

const altIdsOf = (source: Source, record: SourceRecord, cells: Cells): Result<readonly AlternativeId[], Problem> => {
  const found: AlternativeId[] = [];
  // Objects of a CityJSON file name one another by these; where another key is declared they must still be found by them.
  if (isCityJson(source) && hasDeclaredKey(source) && record.nativeId) found.push({ scheme: source.id, value: record.nativeId.toWellFormed() });
  for (const { scheme, columns } of source.identifiers) {
    const value = joinedText(columns, cells)?.toWellFormed();
    if (value !== undefined) found.push({ scheme, value });
  }
  const tooLong = found.find(({ value }) => value.length > limits.keyCharactersMax);
  return tooLong ? fail(problem('tooLarge', { subject: `identifier ${tooLong.scheme}, in characters`, limit: limits.keyCharactersMax })) : ok(found);
};

const nameOf = (source: Source, { cells, key, kind }: { cells: Cells; key: string; kind: TermId }): string => {
  const declared = source.name === undefined ? '' : fillTemplate(source.name, cells).text;
  const otherwise = source.key.geometry ? kind.slice(kind.indexOf(':') + 1) : key;
  return (declared || otherwise).toWellFormed().slice(0, limits.nameCharactersMax);
};

type Done = { readonly record: SourceRecord; readonly cells: Cells; readonly key: string; readonly twin: TwinInput };

const stagedOf = (bench: Bench, { record, cells, key, twin }: Done): StagedTwin => {
  const { source, terms, toleranceDegrees, shapeTolerance } = bench;
  const shapes = record.shapes ?? [];
  const joins = joinsOf(source, twin.id, cells);
  const parents = parentsOf(bench, twin.id, record);
  const localJoins = [...parents.localJoins, ...localJoinsOf(source, cells)];
  const facts = [
    twin.kind,
    twin.name,
    twin.altIds ?? [],
    twin.objectOfInterest ?? '',
    joins.map(({ kind, agency, scheme, value }) => [kind, agency, scheme, value]),
    parents.links.map(({ kind, to }) => [kind, to]),
    localJoins,
  ];
  const content = contentDigest({ facts, readings: twin.values, ignored: terms.ignored, shapes, shapeTolerance });
  return {
    where: record.where,
    key,
    twin,
    shapes,
    links: parents.links,
    joins,
    localJoins,
    digest: `${content}.${placeDigest(twin.position, twin.footprint, toleranceDegrees)}`,
  };
};

const joinsOf = (source: Source, from: TwinId, cells: Cells): readonly Join[] =>
  source.joins.flatMap(({ columns, kind, agency, scheme }) => {
    const value = joinedText(columns, cells);
    return value === undefined ? [] : [{ from, kind, agency, scheme, value: value.toWellFormed(), state: 'PENDING' as const }];
  });

const localJoinsOf = (source: Source, cells: Cells): StagedTwin['localJoins'] =>
  source.links.flatMap(({ columns, kind, scheme, direction }) => {
    const value = joinedText(columns, cells);
    return value === undefined ? [] : [{ kind, scheme, value: value.toWellFormed(), direction }];
  });

/** Parents in the same file: known by id where ids are made of the file's own, else by that as identifier. */
const parentsOf = ({ source, context, agency }: Bench, from: TwinId, record: SourceRecord): Pick<StagedTwin, 'links' | 'localJoins'> => {
  const parents = (record.parents ?? []).map((parent) => parent.toWellFormed());
  if (hasDeclaredKey(source)) return { links: [], localJoins: parents.map((value) => ({ kind: partOf, scheme: source.id, value, direction: 'out' as const })) };
  const links = parents.map((parent): Link => {
    const to = twinIdOf(context.authority, source.id, parent);
    return { id: linkIdOf(from, partOf, to), kind: partOf, from, to, source: agency, recordedAt: context.recordedAt };
  });
  return { links, localJoins: [] };
};
