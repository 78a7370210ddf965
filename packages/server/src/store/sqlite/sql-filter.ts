/**
 * A filter as SQL: pure functions giving text and parameters. Nothing that a caller gives becomes text, and no condition is ever NULL, so that `not` is exact.
 * What SQL cannot say (areas, tests of properties) is asked of the functions `area_holds` and `test_holds`, by its place in a list.
 */
import {
  type AreaTest,
  type Box,
  type LinkTest,
  normaliseKey,
  type Order,
  type PageKey,
  type PropertyTest,
  relevanceCharactersMax,
  splitAtAntimeridian,
  type TwinFilter,
  wordsOfText,
} from '@cityweave/core';
import { preparedArea } from '../area-memory.ts';

export type SqlValue = string | number | null;
export type Sql = { readonly text: string; readonly params: readonly SqlValue[] };

/** Areas and tests that the statement refers to by their place. */
export type Asked = { readonly areas: AreaTest[]; readonly tests: PropertyTest[] };

const sql = (text: string, ...params: readonly SqlValue[]): Sql => ({ text, params });
const never = sql('0');

const joined = (parts: readonly Sql[], word: string, otherwise: string): Sql =>
  parts.length === 0 ? sql(otherwise) : { text: `(${parts.map(({ text }) => text).join(` ${word} `)})`, params: parts.flatMap(({ params }) => params) };

const both = (parts: readonly Sql[]): Sql => joined(parts, 'AND', '1');
const either = (parts: readonly Sql[]): Sql => joined(parts, 'OR', '0');

const isOneOf = (column: string, values: readonly string[]): Sql =>
  values.length === 1 ? sql(`${column} = ?`, values[0] ?? null) : sql(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(values));

/** Whom a condition speaks of: a twin of this store under an alias, or only the id at the far end of a link. */
type Subject = { readonly alias: string; readonly asked: Asked; readonly depth: number };

const known = (ids: readonly string[], { alias }: Subject): Sql => {
  const asked = JSON.stringify(ids);
  return sql(
    `${alias}.n IN (SELECT n FROM twin WHERE id IN (SELECT value FROM json_each(?)) UNION SELECT n FROM twin WHERE object IN (SELECT value FROM json_each(?)) UNION SELECT n FROM alt WHERE value IN (SELECT value FROM json_each(?)))`,
    asked,
    asked,
    JSON.stringify(ids.map(normaliseKey)),
  );
};

/** The function knows which words of the index begin so. */
const hasWords = (text: string, { alias }: Subject): Sql => {
  const words = wordsOfText(text);
  return words.length === 0 ? sql('1') : sql(`${alias}.n IN (SELECT rowid FROM words WHERE words MATCH words_beginning(?))`, words.join(' '));
};

const placed = ([west, south, east, north]: Box): Sql =>
  sql('SELECT n FROM place WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?', east, west, north, south);

const exactly = ([west, south, east, north]: Box, { alias }: Subject): Sql =>
  sql(`${alias}.west <= ? AND ${alias}.east >= ? AND ${alias}.south <= ? AND ${alias}.north >= ?`, east, west, north, south);

/** The tree keeps 32-bit, padded boxes: the exact one is looked at again in the same statement. */
const meetsBox = (box: Box, subject: Subject): Sql => {
  const tree = placed(box);
  const exact = exactly(box, subject);
  return { text: `(${subject.alias}.n IN (${tree.text}) AND ${exact.text})`, params: [...tree.params, ...exact.params] };
};

const nearBoxes = (boxes: readonly Box[], { alias }: Subject): Sql => {
  const [first] = boxes;
  if (first && boxes.length === 1) {
    const tree = placed(first);
    return sql(`${alias}.n IN (${tree.text})`, ...tree.params);
  }
  return sql(
    `${alias}.n IN (SELECT r.n FROM json_each(?) AS b CROSS JOIN place AS r WHERE r.west <= b.value ->> 2 AND r.east >= b.value ->> 0 AND r.south <= b.value ->> 3 AND r.north >= b.value ->> 1)`,
    JSON.stringify(boxes),
  );
};

const isInArea = (area: AreaTest, subject: Subject): Sql => {
  const prepared = preparedArea(area);
  if (!prepared) return never;
  const near = nearBoxes(prepared.boxes, subject);
  const { alias, asked } = subject;
  const exact = `area_holds(${asked.areas.push(area) - 1}, ${alias}.west, ${alias}.south, (SELECT footprint FROM body WHERE body.n = ${alias}.n))`;
  return { text: `(${near.text} AND ${exact})`, params: near.params };
};

/** A JSON path of one member, quoted as JSON is. */
const pathOf = (term: string): string => `$.values.${JSON.stringify(term)}`;

const comparisons = { eq: '=', lt: '<=', lte: '<=', gt: '>=', gte: '>=' } as const;

const isCompared = (op: PropertyTest['op']): op is keyof typeof comparisons => op in comparisons;

/** SQL and JSON may read the last digit of a number differently. */
const widening = 1e-9;

/** Texts that SQL reads out of JSON as they are. */
const isPlain = /^[\x20-\x7e]*$/;

/** What SQL can leave out before our function is asked; numbers and texts in the unit that they came in. Nothing that passes is left out. */
const mayPass = ({ op, term, unit, value }: PropertyTest, { alias }: Subject): Sql | undefined => {
  if (unit !== undefined || !isCompared(op)) return undefined;
  const found = `(SELECT doc ->> ? FROM body WHERE body.n = ${alias}.n)`;
  const path = `${pathOf(term)}.value`;
  if (typeof value === 'string' && op === 'eq' && isPlain.test(value)) return sql(`coalesce(${found} = ?, 0)`, path, value);
  if (typeof value !== 'number') return undefined;
  const [below, above] = [value - Math.abs(value) * widening, value + Math.abs(value) * widening];
  if (op === 'eq') return sql(`coalesce(${found} BETWEEN ? AND ?, 0)`, path, below, above);
  return sql(`coalesce(${found} ${comparisons[op]} ?, 0)`, path, op.startsWith('l') ? above : below);
};

const passes = (test: PropertyTest, subject: Subject): Sql => {
  const { alias, asked } = subject;
  const exact = sql(`test_holds(${asked.tests.push(test) - 1}, (SELECT doc -> ? FROM body WHERE body.n = ${alias}.n))`, pathOf(test.term));
  const sieve = mayPass(test, subject);
  return sieve ? both([sieve, exact]) : exact;
};

/** The agency in an id: `urn:dtf:twin:<authority>:...`. */
const agencyOfId = (column: string): string => `'urn:dtf:agency:' || substr(${column}, 14, instr(substr(${column}, 14), ':') - 1)`;

/** Of a twin that is not here only the id is known; what needs more does not hold. */
const matchesId = (filter: TwinFilter, column: string): Sql => {
  const { ids, agencies, all, any, ...rest } = filter;
  if (Object.values(rest).some((part) => part !== undefined)) return never;
  return both([
    ...(ids ? [isOneOf(column, ids)] : []),
    ...(agencies ? [isOneOf(agencyOfId(column), agencies)] : []),
    ...(all ?? []).map((part) => matchesId(part, column)),
    ...(any ? [either(any.map((part) => matchesId(part, column)))] : []),
  ]);
};

const farEnd = (to: TwinFilter, column: string, subject: Subject): Sql => {
  const alias = `t${subject.depth + 1}`;
  const own = conditionOf(to, { ...subject, alias, depth: subject.depth + 1 });
  const near = sql(`${column} IN (SELECT ${alias}.id FROM twin AS ${alias} WHERE ${own.text})`, ...own.params);
  const foreign = matchesId(to, column);
  if (foreign === never) return near;
  return {
    text: `(${near.text} OR (${foreign.text} AND NOT EXISTS (SELECT 1 FROM twin AS o WHERE o.id = ${column})))`,
    params: [...near.params, ...foreign.params],
  };
};

const linkedOneWay = ({ kind, to }: LinkTest, [near, far]: readonly ['src' | 'dst', 'src' | 'dst'], subject: Subject): Sql => {
  const conditions = [...(kind === undefined ? [] : [sql('l.kind = ?', kind)]), ...(to ? [farEnd(to, `l.${far}`, subject)] : [])];
  if (to) {
    const { text, params } = both(conditions);
    return { text: `${subject.alias}.id IN (SELECT l.${near} FROM link AS l WHERE ${text})`, params };
  }
  const { text, params } = both([sql(`l.${near} = ${subject.alias}.id`), ...conditions]);
  return { text: `EXISTS (SELECT 1 FROM link AS l WHERE ${text})`, params };
};

const isLinked = (test: LinkTest, subject: Subject): Sql =>
  either([
    ...(test.direction === 'in' ? [] : [linkedOneWay(test, ['src', 'dst'], subject)]),
    ...(test.direction === 'out' ? [] : [linkedOneWay(test, ['dst', 'src'], subject)]),
  ]);

/** Cheap conditions first: SQLite takes them in this order where no index decides. */
const conditionOf = (filter: TwinFilter, subject: Subject): Sql =>
  both([
    ...(filter.ids ? [known(filter.ids, subject)] : []),
    ...(filter.kinds ? [isOneOf(`${subject.alias}.kind`, filter.kinds)] : []),
    ...(filter.agencies ? [isOneOf(`${subject.alias}.agency`, filter.agencies)] : []),
    ...(filter.changedSince ? [sql(`${subject.alias}.updated_at >= ?`, filter.changedSince)] : []),
    ...(filter.box ? [either(splitAtAntimeridian(filter.box).map((box) => meetsBox(box, subject)))] : []),
    ...(filter.text === undefined ? [] : [hasWords(filter.text, subject)]),
    ...(filter.linked ?? []).map((test) => isLinked(test, subject)),
    ...(filter.all ?? []).map((part) => conditionOf(part, subject)),
    ...(filter.any ? [either(filter.any.map((part) => conditionOf(part, subject)))] : []),
    ...(filter.not ? [negated(filter.not, subject)] : []),
    ...(filter.property ?? []).map((test) => passes(test, subject)),
    ...(filter.areas ?? []).map((area) => isInArea(area, subject)),
  ]);

const negated = (filter: TwinFilter, subject: Subject): Sql => {
  const { text, params } = conditionOf(filter, subject);
  return { text: `NOT ${text}`, params };
};

export type Compiled = { readonly from: string; readonly where: Sql; readonly asked: Asked };

/** A plain box is walked from the tree; everything else the planner may order as it likes. */
const treeBox = ({ box, ids, text, linked }: TwinFilter): Box | undefined =>
  box && box[0] <= box[2] && !ids && text === undefined && !linked ? box : undefined;

export const compileFilter = (filter: TwinFilter): Compiled => {
  const asked: Asked = { areas: [], tests: [] };
  const subject = { alias: 't', asked, depth: 0 };
  const box = treeBox(filter);
  if (!box) return { from: 'twin AS t', where: conditionOf(filter, subject), asked };
  const [west, south, east, north] = box;
  const rest = { ...filter, box: undefined };
  const tree = sql('r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ?', east, west, north, south);
  return { from: 'place AS r CROSS JOIN twin AS t ON t.n = r.n', where: both([tree, exactly(box, subject), conditionOf(rest, subject)]), asked };
};

type Sorting = { readonly key: Sql; readonly nullable: boolean; readonly descending: boolean };

const columns = { id: 't.id', name: 't.name', kind: 't.kind', updatedAt: 't.updated_at' } as const;

/** The number or text of a term; anything else sorts as if it were missing. */
const termKey = (term: string): Sql => {
  const path = `${pathOf(term)}.value`;
  return sql("(SELECT CASE WHEN json_type(doc, ?) IN ('integer', 'real', 'text') THEN json_extract(doc, ?) END FROM body WHERE body.n = t.n)", path, path);
};

/** `relevanceOf` of core over the column that `foldedNames` filled. */
const relevanceKey = (text: string): Sql => {
  const words = wordsOfText(text);
  const line = `\n ${words.join(' ')}`;
  const inWords = joined(
    words.map((word) => sql('instr(t.folded, ?)', ` ${word}`)),
    'AND',
    '1',
  );
  const known = sql('t.id = ? OR EXISTS (SELECT 1 FROM alt AS a WHERE a.value = ? AND a.n = t.n)', text, normaliseKey(text));
  return sql(
    `(CASE WHEN instr(t.folded, ?) OR ${known.text} THEN 0 WHEN instr(t.folded, ?) THEN 1 WHEN ${inWords.text} THEN 2 ELSE 3 END * ${relevanceCharactersMax + 1} + min(length(t.folded), ${relevanceCharactersMax}))`,
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

export const groupSql = ({ from, where }: Compiled, facets: readonly ('kind' | 'agency')[]): Sql => {
  const by = facets.map((facet) => `t.${facet}`).join(', ');
  return { text: `SELECT ${by}, count(*) AS twins FROM ${from} WHERE ${where.text} GROUP BY ${by}`, params: where.params };
};
