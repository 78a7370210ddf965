/**
 * Pages, counts and groups of what a filter lets through, as SQL: every order ends in the id.
 */
import {
  type Box,
  brevityStepsMax,
  cellDegrees,
  type Facet,
  gridOf,
  normaliseKey,
  type Order,
  type PageKey,
  relevanceClass,
  splitAtAntimeridian,
  statusTerm,
  wordsOfText,
} from '@cityweave/core';
import { type Compiled, joined, pathOf, type Sql, sql } from '../sqlite/sql-filter.ts';

type Sorting = { readonly key: Sql; readonly nullable: boolean; readonly descending: boolean };

const columns = { id: 't.id', name: 't.name', kind: 't.kind', updatedAt: 't.updated_at' } as const;

/** The number or text of a term; anything else sorts as if it were missing. */
const termKey = (term: string): Sql => {
  const path = `${pathOf(term)}.value`;
  return sql("(SELECT CASE WHEN json_type(doc, ?) IN ('integer', 'real', 'text') THEN json_extract(doc, ?) END FROM body WHERE body.n = t.n)", path, path);
};

/** `relevanceOf` of core over the column that `foldedNames` filled. */
export const relevanceKey = (text: string): Sql => {
  const words = wordsOfText(text);
  const line = `\n ${words.join(' ')}`;
  const inWords = joined(
    words.map((word) => sql('instr(t.folded, ?)', ` ${word}`)),
    'AND',
    '1',
  );
  const known = sql('t.id = ? OR EXISTS (SELECT 1 FROM alt AS a WHERE a.value = ? AND a.n = t.n)', text, normaliseKey(text));
  const brevity = brevityStepsMax.map((most) => `(length(t.folded) > ${most})`).join(' + ');
  return sql(
    `(CASE WHEN instr(t.folded, ?) OR ${known.text} THEN 0 WHEN instr(t.folded, ?) THEN 1 WHEN ${inWords.text} THEN 2 ELSE 3 END * ${relevanceClass} + ${brevity})`,
    ...[`${line}\n`, ...known.params, line, ...inWords.params],
  );
};

const sortingOf = (order: Order | undefined): Sorting => {
  const { by, descending } = order ?? { by: 'id', descending: false };
  if (typeof by === 'string') return { key: sql(columns[by]), nullable: false, descending };
  return 'text' in by ? { key: relevanceKey(by.text), nullable: false, descending } : { key: termKey(by.term), nullable: true, descending };
};

/** Rows beyond a position, in the direction of the walk. Missing values come last, so a walk back meets them first. */
const beyond = ({ nullable, descending }: Sorting, { value, id }: PageKey, backwards: boolean): Sql => {
  const further = backwards ? '<' : '>';
  const onward = descending === backwards ? '>' : '<';
  if (value === null) return sql(backwards ? '(key IS NOT NULL OR id < ?)' : '(key IS NULL AND id > ?)', id);
  const missing = nullable && !backwards ? ' OR key IS NULL' : '';
  return sql(`(key ${onward} ? OR (key = ? AND id ${further} ?)${missing})`, value, value, id);
};

const ordering = ({ nullable, descending }: Sorting, backwards: boolean): string => {
  const [forth, back] = backwards ? ['DESC', 'ASC'] : ['ASC', 'DESC'];
  return `ORDER BY ${nullable ? `key IS NULL ${forth}, ` : ''}key ${descending ? back : forth}, id ${forth}`;
};

export type FindShape = { readonly order: Order | undefined; readonly after: PageKey | undefined; readonly backwards: boolean; readonly limit: number };

const idPage = ({ from, where }: Compiled, { order, after, backwards, limit }: FindShape): Sql => {
  const down = (order?.descending ?? false) !== backwards;
  const past = after ? sql(` AND t.id ${down ? '<' : '>'} ?`, after.id) : sql('');
  return sql(
    `SELECT t.n, t.seq, t.id FROM ${from} WHERE ${where.text}${past.text} ORDER BY t.id ${down ? 'DESC' : 'ASC'} LIMIT ?`,
    ...where.params,
    ...past.params,
    limit,
  );
};

const keyPage = ({ from, where }: Compiled, sorting: Sorting, { after, backwards, limit }: FindShape): Sql => {
  const past = after ? beyond(sorting, after, backwards) : sql('1');
  return sql(
    `SELECT n, seq, id, key FROM (SELECT t.n, t.seq, t.id, ${sorting.key.text} AS key FROM ${from} WHERE ${where.text}) WHERE ${past.text} ${ordering(sorting, backwards)} LIMIT ?`,
    ...sorting.key.params,
    ...where.params,
    ...past.params,
    limit,
  );
};

/** One page, narrow: number, last change, id, and the key where that is another. */
export const findSql = (compiled: Compiled, shape: FindShape): Sql =>
  shape.order === undefined || shape.order.by === 'id' ? idPage(compiled, shape) : keyPage(compiled, sortingOf(shape.order), shape);

export const countSql = ({ from, where }: Compiled): Sql => ({ text: `SELECT count(*) AS twins FROM ${from} WHERE ${where.text}`, params: where.params });

const textOf = (term: string): Sql => {
  const path = `${pathOf(term)}.value`;
  return sql("(SELECT CASE json_type(doc, ?) WHEN 'text' THEN json_extract(doc, ?) END FROM body WHERE body.n = t.n)", path, path);
};

const facetKeys: Readonly<Record<Facet, Sql>> = { kind: sql('t.kind'), agency: sql('t.agency'), status: textOf(statusTerm) };

export const groupSql = ({ from, where }: Compiled, facets: readonly Facet[]): Sql => {
  const keys = facets.map((facet) => facetKeys[facet]);
  const told = keys.map(({ text }, at) => `${text} AS ${facets[at]}`).join(', ');
  const by = facets.map((_, at) => at + 1).join(', ');
  return sql(`SELECT ${told}, count(*) AS twins FROM ${from} WHERE ${where.text} GROUP BY ${by}`, ...keys.flatMap(({ params }) => params), ...where.params);
};

/** The middle of a twin's box, no farther than the ends of the world: `middleOf` of core. */
const middle = { x: 'max(-180.0, min(180.0, (t.west + t.east) / 2))', y: 'max(-90.0, min(90.0, (t.south + t.north) / 2))' } as const;

/** `cellAt` of core. */
export const cellSql = ({ from, where }: Compiled, { box, level }: { readonly box: Box; readonly level: number }): Sql => {
  const [size, { columns: most, rows }] = [cellDegrees(level), gridOf(level)];
  const inside = joined(
    splitAtAntimeridian(box).map(([west, south, east, north]) => sql('(x BETWEEN ? AND ? AND y BETWEEN ? AND ?)', west, east, south, north)),
    'OR',
    '0',
  );
  return sql(
    `SELECT min(?, CAST((x + 180) / ? AS INTEGER)) AS col, min(?, CAST((y + 90) / ? AS INTEGER)) AS row, count(*) AS twins
FROM (SELECT ${middle.x} AS x, ${middle.y} AS y FROM ${from} WHERE ${where.text}) WHERE ${inside.text} GROUP BY 1, 2 ORDER BY 2, 1`,
    ...[most - 1, size, rows - 1, size],
    ...where.params,
    ...inside.params,
  );
};
