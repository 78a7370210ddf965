/**
 * The readers' side of the embedded store: each question answered from one snapshot, twins handed over as text.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Change, type Facet, type Geometry, type Link, type Moment, type PreparedArea, passesTest, type Reading, type TwinFilter } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { preparedArea } from '../area-memory.ts';
import { history, pastLink, stateAt, withPast } from '../sqlite-history/past.ts';
import { unload } from '../sqlite-moving/unload.ts';
import { isKnown, type KnownChanges, type ToldTwins } from '../sqlite-reading/known-twins.ts';
import { matchOfBeginnings } from '../sqlite-reading/word-beginnings.ts';
import { linksSql, pastLinksSql, readSql, schemaSql } from './sql.ts';
import { type Asked, compileFilter, countSql, type FindShape, findSql, groupSql, type Sql } from './sql-filter.ts';
import { inSnapshot, numberOf } from './sqlite-file.ts';
import { linkOf } from './sqlite-links.ts';
import { twinText } from './sqlite-rows.ts';

/** An open file, its prepared statements, and what the statement now running asks of our functions. */
export type ReadingFile = {
  readonly file: DatabaseSync;
  readonly statement: (text: string) => StatementSync;
  /** rows as lists of their columns: for answers of many */
  readonly lists: (sql: Sql) => Lists;
  asked: Asked;
  areas: readonly (PreparedArea | undefined)[];
  /** what whoever asks has parsed already */
  known?: KnownChanges | undefined;
};

const statementsMax = 256;

const placeOfRow = (west: unknown, south: unknown, footprint: unknown): Geometry =>
  typeof footprint === 'string' ? JSON.parse(footprint) : { type: 'Point', coordinates: [Number(west), Number(south)] };

const registerFunctions = (reading: ReadingFile): void => {
  reading.file.function('area_holds', { varargs: true }, (...[index, west, south, footprint]) => {
    const area = reading.areas[Number(index)];
    return area?.holds(placeOfRow(west, south, footprint)) ? 1 : 0;
  });
  reading.file.function('test_holds', (index, text) => {
    const test = reading.asked.tests[Number(index)];
    const value: Reading | undefined = typeof text === 'string' ? JSON.parse(text) : undefined;
    return test && passesTest(test, value) ? 1 : 0;
  });
  reading.file.function('words_beginning', { deterministic: true }, (words) =>
    matchOfBeginnings(reading.statement(readSql.nextWord), String(words).split(' ')),
  );
};

const nothingAsked: Asked = { areas: [], tests: [] };

const createStatements = (prepare: (text: string) => StatementSync) => {
  const statements = new LRUCache<string, StatementSync>({ max: statementsMax });
  return (text: string): StatementSync => {
    const known = statements.get(text) ?? prepare(text);
    statements.set(text, known);
    return known;
  };
};

const asLists = (statement: StatementSync): StatementSync => {
  statement.setReturnArrays(true);
  return statement;
};

export const createReading = (file: DatabaseSync): ReadingFile => {
  const statement = createStatements((text) => file.prepare(text));
  const listing = createStatements((text) => asLists(file.prepare(text)));
  // branding: so it was told to return them
  const lists = ({ text, params }: Sql) => listing(text).all(...params) as unknown as Lists;
  const reading: ReadingFile = { file, statement, lists, asked: nothingAsked, areas: [] };
  registerFunctions(reading);
  return reading;
};

type Rows = readonly Record<string, unknown>[];
type Lists = readonly (readonly unknown[])[];

const rowsOf = ({ statement }: ReadingFile, { text, params }: Sql): Rows => statement(text).all(...params);

/** Our functions answer for this statement only. */
const asking = <T>(reading: ReadingFile, asked: Asked, read: () => T): T => {
  reading.asked = asked;
  reading.areas = asked.areas.map(preparedArea);
  return read();
};

const headOf = (reading: ReadingFile): number => numberOf(reading.statement(readSql.head).get(), 'head');

const nothing = new Uint8Array();

/** What the asker knows is not told again. */
const tellTwins = (reading: ReadingFile, rows: Lists): ToldTwins => {
  const unknown: unknown[] = [];
  const seqs = Float64Array.from(rows, ([n, seq]) => {
    if (isKnown(reading.known, Number(seq))) return Number(seq);
    unknown.push(n);
    return -Number(seq);
  });
  const told = unknown.length > 0 ? reading.statement(readSql.textOfTwins).get(JSON.stringify(unknown)) : undefined;
  return { seqs, text: told ? (told['text'] as Uint8Array<ArrayBuffer>) : nothing }; // branding: the column is a blob
};

const twinTexts = (rows: Rows): string => `[${rows.map(twinText).join(',')}]`;

type Find = Omit<FindShape, 'limit'> & { readonly filter: TwinFilter; readonly first: number };

/** One row more than asked for tells whether there is a next page. */
const find = (reading: ReadingFile, { filter, first, ...shape }: Find) => {
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () =>
    inSnapshot(reading.file, () => {
      const rows = reading.lists(findSql(compiled, { ...shape, limit: first + 1 }));
      const [, , id, value = id] = (rows.length > first && rows[first - 1]) || [];
      return { twins: tellTwins(reading, rows.slice(0, first)), next: id === undefined ? undefined : { value, id }, seq: headOf(reading) };
    }),
  );
};

const count = (reading: ReadingFile, { filter }: { readonly filter: TwinFilter }): number => {
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () => numberOf(rowsOf(reading, countSql(compiled))[0], 'twins'));
};

const groups = (reading: ReadingFile, filter: TwinFilter, by: readonly Facet[]): Rows => {
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () => rowsOf(reading, by.length === 0 ? countSql(compiled) : groupSql(compiled, by)));
};

/** What matches, and beside it all of the same kinds and agencies. */
const summarise = (reading: ReadingFile, { filter, by }: { readonly filter: TwinFilter; readonly by: readonly Facet[] }) =>
  inSnapshot(reading.file, () => ({ matching: groups(reading, filter, by), all: groups(reading, { kinds: filter.kinds, agencies: filter.agencies }, by) }));

type Resolve = { readonly identifiers: readonly string[]; readonly keys: readonly string[]; readonly scheme: string | undefined };

const resolve = ({ statement }: ReadingFile, { identifiers, keys, scheme }: Resolve) => {
  const asked = JSON.stringify(identifiers);
  const alts = JSON.stringify(keys);
  return {
    own: [...statement(readSql.resolveIds).all(asked), ...statement(readSql.resolveObjects).all(asked)],
    alternative: scheme === undefined ? statement(readSql.resolveAlts).all(alts) : statement(readSql.resolveAltsOfScheme).all(alts, scheme),
  };
};

type Adjacent = {
  readonly ids: readonly string[];
  readonly kinds: readonly string[] | undefined;
  readonly direction: 'out' | 'in' | 'both';
  readonly limit: number;
};

const linksOneWay = ({ lists }: ReadingFile, way: 'out' | 'in', { ids, kinds, limit, moment }: Adjacent & { readonly moment?: Moment }): readonly Link[] => {
  const text = linksSql({ way, ofKinds: kinds !== undefined, ofBefore: moment !== undefined });
  const params = [JSON.stringify(ids), ...(kinds ? [JSON.stringify(kinds)] : []), ...(moment ? [moment.valid, moment.known] : []), limit];
  return lists({ text, params }).map(linkOf);
};

const waysOf = (direction: Adjacent['direction']): readonly ('out' | 'in')[] => (direction === 'both' ? ['out', 'in'] : [direction]);

const adjacent = (reading: ReadingFile, asked: Adjacent): readonly Link[] => waysOf(asked.direction).flatMap((way) => linksOneWay(reading, way, asked));

/** Links that have a history are told by it, all others by themselves. */
const linksAt = (reading: ReadingFile, asked: Adjacent & { readonly moment: Moment }): readonly Link[] =>
  inSnapshot(reading.file, () =>
    waysOf(asked.direction).flatMap((way) => {
      const { ids, kinds, moment } = asked;
      const past = { text: pastLinksSql({ way, ofKinds: kinds !== undefined }), params: [JSON.stringify(ids), ...(kinds ? [JSON.stringify(kinds)] : [])] };
      return [...linksOneWay(reading, way, asked), ...reading.lists(past).flatMap(([s]) => pastLink(reading, Number(s), moment) ?? [])];
    }),
  );

// branding: the rows of our own file keep their types
const changeOf = ([seq, id, op, at, link, kind]: readonly unknown[]): Change =>
  ({ seq, id, op, at, ...(link !== null && { link }), ...(kind !== null && { kind }) }) as Change;

const changes = (reading: ReadingFile, { since, limit }: { readonly since: number; readonly limit: number }) =>
  inSnapshot(reading.file, () => ({
    changes: reading.lists({ text: readSql.changes, params: [since, limit] }).map(changeOf),
    head: headOf(reading),
    oldest: numberOf(reading.statement(readSql.oldest).get(), 'oldest'),
  }));

type Joins = { readonly state: string | undefined; readonly agency: string | undefined; readonly first: number; readonly after: readonly string[] };

const joins = ({ statement }: ReadingFile, { state, agency, first, after }: Joins): Rows => {
  const text = `${readSql.joins}${state === undefined ? '' : readSql.joinsOfState}${agency === undefined ? '' : readSql.joinsOfAgency}${readSql.joinsOrder}`;
  return statement(text).all(...after, ...(state === undefined ? [] : [state]), ...(agency === undefined ? [] : [agency]), first);
};

const kinds = (reading: ReadingFile, _asked: object) =>
  inSnapshot(reading.file, () => ({ kinds: reading.statement(readSql.kinds).all(), terms: reading.statement(readSql.kindTerms).all() }));

export const reads = {
  kinds,
  find,
  count,
  summarise,
  resolve,
  adjacent,
  linksAt,
  changes,
  joins,
  history,
  stateAt,
  withPast,
  unload,
  get: ({ statement }: ReadingFile, { ids }: { readonly ids: readonly string[] }) => twinTexts(statement(readSql.byIds).all(JSON.stringify(ids))),
  shapes: ({ statement }: ReadingFile, { ids }: { readonly ids: readonly string[] }): Rows => statement(readSql.shapes).all(JSON.stringify(ids)),
  identities: ({ statement }: ReadingFile, _asked: object) => numberOf(statement(readSql.identities).get(), 'twins'),
  linkedTwins: ({ statement }: ReadingFile, _asked: object) => numberOf(statement(readSql.linkedTwins).get(), 'twins'),
  cursor: ({ statement }: ReadingFile, { peer }: { readonly peer: string }): Rows => statement(readSql.cursor).all(peer),
  countJoins: ({ statement }: ReadingFile, _asked: object): Rows => statement(readSql.countJoins).all(),
  sourceState: ({ statement }: ReadingFile, { source, after, first }: { readonly source: string; readonly after: string; readonly first: number }): Rows =>
    statement(readSql.sourceState).all(source, after, first),
  lastImport: ({ statement }: ReadingFile, { source }: { readonly source: string }): Rows => statement(readSql.lastImport).all(source),
  head: (reading: ReadingFile, _asked: object) => headOf(reading),
  integrity: ({ statement }: ReadingFile, _asked: object): Rows => statement(schemaSql.integrity).all(),
} as const;

export type Reads = typeof reads;
export type ReadVerb = keyof Reads;
