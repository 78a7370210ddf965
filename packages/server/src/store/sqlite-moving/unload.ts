/**
 * A store unloaded, on the readers' side: rows of each part as they are told to another store.
 */

import type { Unloadable } from '../moving/moved.ts';
import { readSql } from '../sqlite/sql.ts';
import { linkOfRow } from '../sqlite/sqlite-links.ts';
import { twinText } from '../sqlite/sqlite-rows.ts';
import type { ReadingFile } from '../sqlite-reading/reading-file.ts';

type Row = Record<string, unknown>;

type Told = { readonly keys: readonly string[]; readonly toRow: (row: Row) => unknown };

const given = (row: Row, names: readonly string[]): object => Object.fromEntries(names.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]])));

const parts: { readonly [P in keyof Unloadable]: Told } = {
  twin: {
    keys: ['id'],
    toRow: (row) => ({
      part: 'twin',
      twin: JSON.parse(twinText(row)),
      ...given(row, ['source', 'digest']),
      ...(typeof row['shapes'] === 'string' && { shapes: JSON.parse(row['shapes']) }),
    }),
  },
  link: { keys: ['src', 'kind', 'dst'], toRow: (row) => ({ part: 'link', link: linkOfRow(row) }) },
  gone: { keys: ['id'], toRow: (row) => ({ part: 'gone', id: row['id'], version: Number(row['version']) }) },
  term: { keys: ['kind', 'term'], toRow: (row) => ({ part: 'term', kind: row['kind'], term: row['term'], ...given(row, ['unit']) }) },
  import: { keys: ['source'], toRow: (row) => ({ part: 'import', record: JSON.parse(String(row['doc'])) }) },
  cursor: { keys: ['peer'], toRow: (row) => ({ part: 'cursor', peer: row['peer'], seq: Number(row['seq']) }) },
  series: { keys: ['id', 'name'], toRow: (row) => ({ id: row['id'], series: row['name'] }) },
};

type Unload = { readonly part: keyof Unloadable; readonly after: string | undefined; readonly first: number };

export const unload = ({ statement }: ReadingFile, { part, after, first }: Unload): { readonly rows: readonly unknown[]; readonly next?: string } => {
  const { keys, toRow } = parts[part];
  const from: readonly string[] = after === undefined ? keys.map(() => '') : JSON.parse(after);
  const found = statement(readSql.unload[part]).all(...from, first);
  const last = found.length === first ? found.at(-1) : undefined;
  return { rows: found.map(toRow), ...(last && { next: JSON.stringify(keys.map((key) => last[key])) }) };
};
