/**
 * The readers' side of the embedded store: each question answered from one snapshot, twins handed over as text.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Facet, type Geometry, type PreparedArea, passesTest, type Reading, type TwinFilter } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { preparedArea } from '../area-memory.ts';
import { history, stateAt } from '../sqlite-history/past.ts';
import { unload } from '../sqlite-moving/unload.ts';
import { readSql, schemaSql } from './sql.ts';
import { type Asked, compileFilter, countSql, type FindShape, findSql, groupSql, type Sql } from './sql-filter.ts';
import { inSnapshot, numberOf } from './sqlite-file.ts';
import { linkIdOfRow } from './sqlite-links.ts';
import { twinText } from './sqlite-rows.ts';

/** An open file, its prepared statements, and what the statement now running asks of our functions. */
export type ReadingFile = {
  readonly file: DatabaseSync;
  readonly statement: (text: string) => StatementSync;
  asked: Asked;
  areas: readonly (PreparedArea | undefined)[];
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
};

const nothingAsked: Asked = { areas: [], tests: [] };

export const createReading = (file: DatabaseSync): ReadingFile => {
  const statements = new LRUCache<string, StatementSync>({ max: statementsMax });
  const statement = (text: string): StatementSync => {
    const known = statements.get(text) ?? file.prepare(text);
    statements.set(text, known);
    return known;
  };
  const reading: ReadingFile = { file, statement, asked: nothingAsked, areas: [] };
  registerFunctions(reading);
  return reading;
};

type Rows = readonly Record<string, unknown>[];

const rowsOf = ({ statement }: ReadingFile, { text, params }: Sql): Rows => statement(text).all(...params);

/** Our functions answer for this statement only. */
const asking = <T>(reading: ReadingFile, asked: Asked, read: () => T): T => {
  reading.asked = asked;
  reading.areas = asked.areas.map(preparedArea);
  return read();
};

const headOf = (reading: ReadingFile): number => numberOf(reading.statement(readSql.head).get(), 'head');

const twinTexts = (rows: Rows): string => `[${rows.map(twinText).join(',')}]`;

type Find = Omit<FindShape, 'limit'> & { readonly filter: TwinFilter; readonly first: number };

/** One row more than asked for tells whether there is a next page. */
const find = (reading: ReadingFile, { filter, first, ...shape }: Find) => {
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () =>
    inSnapshot(reading.file, () => {
      const rows = rowsOf(reading, findSql(compiled, { ...shape, limit: first + 1 }));
      const last = rows.length > first ? rows[first - 1] : undefined;
      return { twins: twinTexts(rows.slice(0, first)), next: last && { value: last['key'], id: last['id'] }, seq: headOf(reading) };
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

const linkOf = (row: Record<string, unknown>): readonly unknown[] => [
  linkIdOfRow({ src: String(row['src']), kind: String(row['kind']), dst: String(row['dst']), ownId: typeof row['own_id'] === 'string' ? row['own_id'] : null }),
  row['kind'],
  row['src'],
  row['dst'],
  row['source'],
  row['recorded_at'],
  row['evidence'],
];

const linksOneWay = ({ statement }: ReadingFile, way: 'out' | 'in', { ids, kinds, limit }: Adjacent): Rows => {
  const frontier = JSON.stringify(ids);
  if (!kinds) return statement(way === 'out' ? readSql.linksOut : readSql.linksIn).all(frontier, limit);
  return statement(way === 'out' ? readSql.linksOutOfKinds : readSql.linksInOfKinds).all(frontier, JSON.stringify(kinds), limit);
};

const adjacent = (reading: ReadingFile, asked: Adjacent) => {
  const out = asked.direction === 'in' ? [] : linksOneWay(reading, 'out', asked);
  const inward = asked.direction === 'out' ? [] : linksOneWay(reading, 'in', asked);
  return [...out, ...inward].map(linkOf);
};

const changes = (reading: ReadingFile, { since, limit }: { readonly since: number; readonly limit: number }) =>
  inSnapshot(reading.file, () => ({
    changes: reading.statement(readSql.changes).all(since, limit),
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
  changes,
  joins,
  history,
  stateAt,
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
