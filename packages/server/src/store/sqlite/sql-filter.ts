/**
 * A filter as SQL: pure functions giving text and parameters. Nothing that a caller gives becomes text, and no condition is ever NULL, so that `not` is exact.
 * What SQL cannot say (areas, tests of properties) is asked of the functions `area_holds` and `test_holds`, by its place in a list.
 */
import { type AreaTest, type Box, type LinkTest, normaliseKey, type PropertyTest, splitAtAntimeridian, type TwinFilter, wordsOfText } from '@cityweave/core';
import { preparedArea } from '../area-memory.ts';

export type SqlValue = string | number | null;
export type Sql = { readonly text: string; readonly params: readonly SqlValue[] };

/** Areas and tests that the statement refers to by their place. */
export type Asked = { readonly areas: AreaTest[]; readonly tests: PropertyTest[] };

export const sql = (text: string, ...params: readonly SqlValue[]): Sql => ({ text, params });
const never = sql('0');

export const joined = (parts: readonly Sql[], word: string, otherwise: string): Sql =>
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
  return words.length === 0 ? sql('1') : sql(`${alias}.stand IN (SELECT rowid FROM words WHERE words MATCH words_beginning(?))`, words.join(' '));
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
export const pathOf = (term: string): string => `$.values.${JSON.stringify(term)}`;

const compared: readonly PropertyTest['op'][] = ['eq', 'lt', 'lte', 'gt', 'gte'];

/** SQL and JSON may read the last digit of a number differently. */
const widening = 1e-9;

/** Texts that SQL reads out of JSON as they are. */
const isPlain = /^[\x20-\x7e]*$/;

const numbersOnly = ({ op, unit, value }: PropertyTest): boolean => unit === undefined && compared.includes(op) && typeof value === 'number';

const textOnly = ({ op, unit, value }: PropertyTest): boolean => unit === undefined && op === 'eq' && typeof value === 'string' && isPlain.test(value);

/** The numbers that a test may let through. */
const rangeOf = ({ op, value }: PropertyTest): readonly [number, number] => {
  const [below, above] = [Number(value) - Math.abs(Number(value)) * widening, Number(value) + Math.abs(Number(value)) * widening];
  return [op.startsWith('l') ? -Infinity : below, op.startsWith('g') ? Infinity : above];
};

const between = (term: string, ranges: readonly (readonly [number, number])[]): Sql =>
  sql('doc ->> ? BETWEEN ? AND ?', `${pathOf(term)}.value`, Math.max(...ranges.map(([from]) => from)), Math.min(...ranges.map(([, to]) => to)));

/** What SQL can leave out before our function is asked; numbers and texts in the unit that they came in. Nothing that passes is left out. */
const mayPass = (tests: readonly PropertyTest[]): readonly Sql[] => [
  ...[...Map.groupBy(tests.filter(numbersOnly), ({ term }) => term)].map(([term, of]) => between(term, of.map(rangeOf))),
  ...tests.filter(textOnly).map(({ term, value }) => sql('doc ->> ? = ?', `${pathOf(term)}.value`, String(value))),
];

/** What a reading does not say of how it came about, the twin's provenance says. */
const flagged = ({ term, value }: PropertyTest): Sql => {
  const wanted = Array.isArray(value) ? value.filter((flag) => typeof flag === 'string') : [];
  return sql(
    `(doc -> ? IS NOT NULL AND coalesce(doc ->> ?, doc ->> '$.provenance.flag', 'MEASURED') IN (SELECT value FROM json_each(?)))`,
    pathOf(term),
    `${pathOf(term)}.flag`,
    JSON.stringify(wanted),
  );
};

/** All tests with one look at the twin's values; the limit keeps SQLite from asking other conditions first. */
const pass = (tests: readonly PropertyTest[], { alias, asked }: Subject): Sql => {
  const exact = tests.map((test) => (test.op === 'flagged' ? flagged(test) : sql(`test_holds(${asked.tests.push(test) - 1}, doc -> ?)`, pathOf(test.term))));
  const { text, params } = both([...mayPass(tests), ...exact]);
  return { text: `EXISTS (SELECT 1 FROM body WHERE body.n = ${alias}.n AND ${text} LIMIT 1)`, params };
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

const linkedOneWay = ({ kind, except, to }: LinkTest, [near, far]: readonly ['src' | 'dst', 'src' | 'dst'], subject: Subject): Sql => {
  const ofKind = [...(kind === undefined ? [] : [sql('l.kind = ?', kind)]), ...(except === undefined ? [] : [sql('l.kind <> ?', except)])];
  const conditions = [...ofKind, ...(to ? [farEnd(to, `l.${far}`, subject)] : [])];
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
    ...(filter.property?.length ? [pass(filter.property, subject)] : []),
    ...(filter.areas ?? []).map((area) => isInArea(area, subject)),
  ]);

const negated = (filter: TwinFilter, subject: Subject): Sql => {
  const { text, params } = conditionOf(filter, subject);
  return { text: `NOT ${text}`, params };
};

export type Compiled = { readonly from: string; readonly where: Sql; readonly asked: Asked };

/** The tree's boxes are never smaller than the twins': what lies inside as the tree has it need not be looked at again. */
const within = ([west, south, east, north]: Box): Sql => sql('(r.west >= ? AND r.south >= ? AND r.east <= ? AND r.north <= ?)', west, south, east, north);

/** How many twins meet a box, without a look at those that lie inside it; \`touched\` are those that were looked at, so many at most. */
export const boxCountSql = (box: Box, limit: number): Sql => {
  const [west, south, east, north] = box;
  const [inside, exact] = [within(box), exactly(box, { alias: 't', asked: { areas: [], tests: [] }, depth: 0 })];
  return {
    text: `SELECT count(*) AS touched, count(hit) AS twins FROM (SELECT CASE WHEN ${inside.text} THEN 1 ELSE (SELECT 1 FROM twin AS t WHERE t.n = r.n AND ${exact.text}) END AS hit FROM place AS r WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? LIMIT ?)`,
    params: [...inside.params, ...exact.params, east, west, north, south, limit],
  };
};

/** How many places of the tree a box meets, so many at most. */
export const treeCountSql = ([west, south, east, north]: Box, limit: number): Sql =>
  sql(
    'SELECT count(*) AS touched FROM (SELECT 1 FROM place WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? LIMIT ?)',
    east,
    west,
    north,
    south,
    limit,
  );

/** A plain box is walked from the tree; everything else the planner may order as it likes. */
const treeBox = ({ box, ids, text, linked }: TwinFilter): Box | undefined =>
  box && box[0] <= box[2] && !ids && text === undefined && !linked ? box : undefined;

/** The box of a filter that asks for nothing else but what stands in the twin's own columns. */
export const boxAlone = ({ box, kinds, agencies, changedSince, ...rest }: TwinFilter): Box | undefined =>
  Object.values(rest).every((part) => part === undefined) ? treeBox({ box }) : undefined;

/** Whether a box is all that a filter asks for. */
export const isBox = ({ box, ...rest }: TwinFilter): boolean => box !== undefined && Object.values(rest).every((part) => part === undefined);

export const compileFilter = (filter: TwinFilter): Compiled => {
  const asked: Asked = { areas: [], tests: [] };
  const subject = { alias: 't', asked, depth: 0 };
  const box = treeBox(filter);
  if (!box) return { from: 'twin AS t', where: conditionOf(filter, subject), asked };
  const [west, south, east, north] = box;
  const rest = { ...filter, box: undefined };
  const tree = sql('r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ?', east, west, north, south);
  const meets = either([within(box), exactly(box, subject)]);
  return { from: 'place AS r CROSS JOIN twin AS t ON t.n = r.n', where: both([tree, meets, conditionOf(rest, subject)]), asked };
};
