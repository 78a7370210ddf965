/**
 * A store unloaded: rows of each part as they are told to another store.
 */
import { compareText } from '@cityweave/core';
import type { Unloadable, UnloadedPage } from '../moving/moved.ts';
import type { Asker } from '../neo4j/find.ts';
import { trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import type { Row } from '../neo4j/save.ts';
import { type Page, unloadGone, unloadLinks, unloadPasts, unloadRegisters, unloadTerms, unloadTwins } from '../neo4j-cypher/moving.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { Cypher, Space } from '../neo4j-cypher/space.ts';

/** A part: by which columns its rows are told apart, and how a page of them is asked for. */
type Told<K extends string = string> = {
  readonly keys: readonly K[];
  readonly statement: (space: Space, page: Page<K>) => Cypher;
  /** what one row of the store tells */
  readonly toRows: (row: Row) => readonly unknown[];
};

const told = <K extends string>(given: Told<K>): Told => trusted(given);

const given = (row: Row, names: readonly string[]): object => Object.fromEntries(names.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]])));

const ofRegisters = (beginning: string, toRow: (row: Row) => unknown): Told =>
  told({ keys: ['key'], statement: (space, page: Page<'key'>) => unloadRegisters(space, beginning, page), toRows: (row) => [toRow(row)] });

const parts: { readonly [P in keyof Unloadable]: Told } = {
  twin: told({
    keys: ['id'],
    statement: unloadTwins,
    toRows: (row) => [
      {
        part: 'twin',
        twin: twinOf(String(row['doc'])),
        ...given(row, ['source', 'digest']),
        ...(typeof row['shapes'] === 'string' && { shapes: JSON.parse(row['shapes']) }),
      },
    ],
  }),
  link: told({
    keys: ['from', 'kind', 'to'],
    statement: unloadLinks,
    toRows: (row) => [{ part: 'link', link: given(row, Object.keys(row)) }],
  }),
  gone: told({
    keys: ['key'],
    statement: unloadGone,
    toRows: ({ key, version }) => [{ part: 'gone', id: key, version }],
  }),
  term: told({
    keys: ['kind', 'term'],
    statement: unloadTerms,
    toRows: (row) => [{ part: 'term', kind: row['kind'], term: row['term'], ...given(row, ['unit']) }],
  }),
  import: ofRegisters('import:', (row) => ({ part: 'import', record: JSON.parse(String(row['doc'])) })),
  cursor: ofRegisters('cursor:', (row) => ({ part: 'cursor', peer: String(row['key']).slice('cursor:'.length), seq: Number(row['seq']) })),
  series: told({
    keys: ['key'],
    statement: unloadPasts,
    // kept as they were first said, told in the order of every store
    toRows: ({ key, names }) =>
      trusted<readonly string[]>(names)
        .toSorted(compareText)
        .map((series) => ({ id: key, series })),
  }),
};

export const unload = async <P extends keyof Unloadable>(
  { reading, space }: Asker,
  part: P,
  { after, first }: { readonly after?: string | undefined; readonly first: number },
): Promise<UnloadedPage<P>> => {
  const { keys, statement, toRows } = parts[part];
  const from = after === undefined ? Object.fromEntries(keys.map((key) => [key, ''])) : JSON.parse(after);
  const found = await reading.run(statement(space, { ...from, limit: whole(first) }));
  const last = found.length === first ? found.at(-1) : undefined;
  return { rows: trusted(found.flatMap(toRows)), ...(last && { next: JSON.stringify(given(last, keys)) }) };
};
