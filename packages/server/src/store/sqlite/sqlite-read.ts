/**
 * The readers' side of the embedded store: each question answered from one snapshot, twins handed over as text.
 */
import { type Box, type Change, compareText, type Facet, type Facets, groupKey, isOfKinds, normaliseKey, type TermId, type TwinFilter } from '@cityweave/core';
import { groupsSoughtMax, wantedOf } from '../groups.ts';
import { history, stateAt } from '../sqlite-history/past.ts';
import { countThen, findThen, summariseThen } from '../sqlite-history/past-search.ts';
import { unload } from '../sqlite-moving/unload.ts';
import { isKnown, type ToldTwins } from '../sqlite-reading/known-twins.ts';
import { adjacent, linksAt, traverse } from '../sqlite-reading/links.ts';
import { asking, headOf, type Lists, type ReadingFile, type Rows, rowsOf } from '../sqlite-reading/reading-file.ts';
import { cellSql, countSql, type FindShape, findSql, groupSql } from '../sqlite-reading/sql-find.ts';
import { walkedText, walkWords } from '../sqlite-words/word-walk.ts';
import type { ChangesPage } from '../store.ts';
import { readSql, schemaSql } from './sql.ts';
import { boxAlone, boxCountSql, compileFilter, isBox } from './sql-filter.ts';
import { inSnapshot, numberOf } from './sqlite-file.ts';
import { twinText } from './sqlite-rows.ts';

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

export type Find = Omit<FindShape, 'limit'> & { readonly filter: TwinFilter; readonly first: number };

/** One row more than asked for tells whether there is a next page. Twins are told as `tell` does of their numbers and last changes. */
export const pageOf = <T>(reading: ReadingFile, { filter, first, ...shape }: Find, tell: (rows: Lists) => T) => {
  const text = walkedText({ filter, first, ...shape });
  const compiled = compileFilter(text === undefined ? filter : { ...filter, text: undefined });
  const page = { ...shape, limit: first + 1 };
  return asking(reading, compiled.asked, () =>
    inSnapshot(reading.file, () => {
      const rows = text === undefined ? reading.lists(findSql(compiled, page)) : walkWords(reading, { text, rest: compiled }, page);
      const [, , id, value = id] = (rows.length > first && rows[first - 1]) || [];
      return { twins: tell(rows.slice(0, first)), next: id === undefined ? undefined : { value, id }, seq: headOf(reading) };
    }),
  );
};

const find = (reading: ReadingFile, asked: Find) => pageOf(reading, asked, (rows) => tellTwins(reading, rows));

const unlimited = -1;

const count = (reading: ReadingFile, { filter }: { readonly filter: TwinFilter }): number => {
  const box = isBox(filter) && boxAlone(filter);
  if (box) return numberOf(rowsOf(reading, boxCountSql(box, unlimited))[0], 'twins');
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () => numberOf(rowsOf(reading, countSql(compiled))[0], 'twins'));
};

// branding: the columns of a group
const keyOf = (row: Rows[number]): string => groupKey(row as Facets);

type Grouping = { readonly filter: TwinFilter; readonly by: readonly Facet[] };

/** Of the groups that are wanted no more than are sought, however many the twins make. */
const groups = (reading: ReadingFile, { filter, by }: Grouping, wanted?: ReadonlySet<string>): Rows => {
  const compiled = compileFilter(filter);
  const { text, params } = by.length === 0 ? countSql(compiled) : groupSql(compiled, by);
  const found: Rows[number][] = [];
  for (const row of asking(reading, compiled.asked, () => reading.statement(text).iterate(...params))) {
    if (!wanted || wanted.has(keyOf(row))) found.push(row);
    if (found.length === groupsSoughtMax) break;
  }
  return found;
};

/** What matches, and beside it all of the same kinds and agencies. */
const summarise = (reading: ReadingFile, { filter, by }: Grouping) =>
  inSnapshot(reading.file, () => {
    const matching = groups(reading, { filter, by });
    const { kinds, agencies } = filter;
    return { matching, all: groups(reading, { filter: { kinds, agencies }, by }, wantedOf(filter, new Set(matching.map(keyOf)))) };
  });

type Cells = { readonly filter: TwinFilter; readonly box: Box; readonly level: number };

const cells = (reading: ReadingFile, { filter, ...grid }: Cells): Rows => {
  const compiled = compileFilter(filter);
  return asking(reading, compiled.asked, () => rowsOf(reading, cellSql(compiled, grid)));
};

type Resolve = { readonly identifiers: readonly string[]; readonly scheme: string | undefined; readonly limit: number };

/** Of each identifier the twins that have it, the first by their ids; of one that names none nothing. */
const resolve = (reading: ReadingFile, { identifiers, scheme, limit }: Resolve): readonly (readonly [string, readonly string[]])[] => {
  const idsOf = (text: string, ...params: readonly string[]): readonly string[] =>
    reading.lists({ text, params: [...params, limit] }).map(([id]) => String(id));
  const named = (key: string) => (scheme === undefined ? idsOf(readSql.resolveAlt, key) : idsOf(readSql.resolveAltOfScheme, key, scheme));
  const found = (identifier: string): readonly string[] => {
    const ids = [...idsOf(readSql.resolveId, identifier), ...idsOf(readSql.resolveObject, identifier), ...named(normaliseKey(identifier))];
    return [...new Set(ids)].toSorted(compareText).slice(0, limit);
  };
  return inSnapshot(reading.file, () => identifiers.map((identifier) => [identifier, found(identifier)] as const).filter(([, ids]) => ids.length > 0));
};

// branding: the rows of our own file keep their types
const changeOf = ([seq, id, op, at, link, kind]: readonly unknown[]): Change =>
  ({ seq, id, op, at, ...(link !== null && { link }), ...(kind !== null && { kind }) }) as Change;

type Changes = { readonly since: number; readonly limit: number; readonly kinds?: readonly TermId[] | undefined };

const changes = (reading: ReadingFile, { since, limit, kinds }: Changes): ChangesPage =>
  inSnapshot(reading.file, () => {
    const rows = reading.lists({ text: kinds ? readSql.changesWithKinds : readSql.changes, params: [since, limit] });
    const wanted = kinds && new Set(kinds);
    // branding: kinds of the own file
    const ofKinds = wanted ? rows.filter((row) => isOfKinds(changeOf(row), (row[6] ?? undefined) as TermId | undefined, wanted)) : rows;
    return {
      changes: ofKinds.map(changeOf),
      seen: Number(rows.at(-1)?.[0] ?? since),
      head: headOf(reading),
      oldest: numberOf(reading.statement(readSql.oldest).get(), 'oldest'),
    };
  });

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
  cells,
  resolve,
  adjacent,
  traverse,
  linksAt,
  changes,
  joins,
  history,
  stateAt,
  findThen,
  countThen,
  summariseThen,
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
