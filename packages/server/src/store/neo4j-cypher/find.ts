/**
 * Cypher that finds twins: pages, counts and groups of what it finds.
 */
import {
  type Box,
  brevityStepsMax,
  cellDegrees,
  type Facet,
  gridOf,
  type LinkTest,
  normaliseKey,
  type Order,
  type PageKey,
  relevanceClass,
  splitAtAntimeridian,
  statusTerm,
  type TwinFilter,
  wordsOfText,
} from '@cityweave/core';
import { type Asking, both, type Condition, certain, conditionOf, param, propertyOf } from './filter.ts';
import { alternativeKey, valueKey, whole } from './parameters.ts';
import { type Cypher, type Space, sizes } from './space.ts';
import { type Start, startAtAll, startAtWords, startOf, wordsIn } from './start.ts';

export type FindShape = { readonly order: Order | undefined; readonly after: PageKey | undefined; readonly backwards: boolean };

/** What is given back of a twin, and the tests of links in the order of their flags. */
export type Found = { readonly cypher: Cypher; readonly exact: boolean; readonly flags: readonly LinkTest[] };

/** Tests of links that core cannot decide on a twin alone; the server says of each row whether they hold. */
const flagsOf = ({ linked = [], all = [], any = [], not }: TwinFilter): readonly LinkTest[] => [
  ...linked,
  ...[...all, ...any, ...(not ? [not] : [])].flatMap(flagsOf),
];

const asked = (space: Space, ends: Asking['ends']): Asking => ({ space, params: {}, ends });

const flagColumn = (flags: readonly LinkTest[], asking: Asking): string =>
  flags.length === 0 ? '' : `, [${flags.map((test) => certain(conditionOf({ linked: [test] }, { asking, alias: 't' }).text)).join(', ')}] AS flags`;

type Sorting = { readonly key: string; readonly nullable: boolean; readonly descending: boolean };

/** The number or text of a term; anything else sorts as if it were missing. */
/** `relevanceOf` of core over the property that `foldedNames` filled. */
const relevanceKey = (text: string, asking: Asking): string => {
  const words = wordsOfText(text);
  const line = `\n ${words.join(' ')}`;
  const { knownAs, identifier } = asking.space;
  const known = `t.id = ${param(asking, text)} OR EXISTS { (t)-[:${knownAs}]->(known:${identifier}) WHERE known.key = ${param(asking, alternativeKey(normaliseKey(text)))} }`;
  const all = ['true', ...words.map((word) => `t.folded CONTAINS ${param(asking, ` ${word}`)}`)].join(' AND ');
  const rank = `CASE WHEN t.folded CONTAINS ${param(asking, `${line}\n`)} OR ${known} THEN 0 WHEN t.folded CONTAINS ${param(asking, line)} THEN 1 WHEN ${all} THEN 2 ELSE 3 END`;
  const brevity = brevityStepsMax.map((most) => `CASE WHEN size(t.folded) > ${most} THEN 1 ELSE 0 END`).join(' + ');
  return `${rank} * ${relevanceClass} + ${brevity}`;
};

const sortingOf = (order: Order | undefined, asking: Asking): Sorting => {
  const { by, descending } = order ?? { by: 'id', descending: false };
  if (typeof by === 'string') return { key: `t.${by}`, nullable: false, descending };
  if ('text' in by) return { key: relevanceKey(by.text, asking), nullable: false, descending };
  const value = propertyOf(valueKey(by.term), { asking, alias: 't' });
  return { key: `CASE WHEN ${value} IS :: BOOLEAN THEN null ELSE ${value} END`, nullable: true, descending };
};

/** Numbers come before texts, as in every store; what is missing comes last whatever the direction. */
const isText = 'key IS :: STRING NOT NULL';

const beyond = ({ nullable, descending }: Sorting, { after, backwards }: FindShape, asking: Asking): Condition => {
  if (!after) return both([]);
  const further = backwards ? '<' : '>';
  const id = param(asking, after.id);
  if (after.value === null) return { text: backwards ? `(key IS NOT NULL OR t.id < ${id})` : `(key IS NULL AND t.id > ${id})`, exact: true };
  const onward = descending === backwards ? '>' : '<';
  const value = param(asking, after.value);
  const otherType = onward === '>' ? typeof after.value === 'number' && isText : typeof after.value === 'string' && `NOT ${isText} AND key IS NOT NULL`;
  const parts = [
    `key ${onward} ${value}`,
    `(key = ${value} AND t.id ${further} ${id})`,
    ...(otherType ? [`(${otherType})`] : []),
    ...(nullable && !backwards ? ['key IS NULL'] : []),
  ];
  return { text: `coalesce(${parts.join(' OR ')}, false)`, exact: true };
};

const ordering = ({ nullable, descending }: Sorting, backwards: boolean): string => {
  const [forth, back] = backwards ? ['DESC', 'ASC'] : ['ASC', 'DESC'];
  const way = descending ? back : forth;
  return `${nullable ? `key IS NULL ${forth}, ${isText} ${way}, ` : ''}key ${way}, t.id ${forth}`;
};

/** What the beginning has not settled. */
const conditionFrom = ({ settled }: Start, filter: TwinFilter, asking: Asking): Condition => conditionOf({ ...filter, ...settled }, { asking, alias: 't' });

/** As one row, with the head of the log as it was before. */
const headed = (space: Space, found: string): string =>
  `MATCH (h:${space.register}) WHERE h.key = 'head' WITH h.seq AS seq CALL (seq) { ${found} } RETURN seq, docs`;

type Paging = { readonly asking: Asking; readonly exact: boolean; readonly flags: readonly LinkTest[] };

/**
 * What is exact comes as one row: the texts of the page; a row for each twin costs both sides more than the twin does.
 * What core looks at again comes twin by twin, until it is enough.
 */
const toPage = (found: string, { asking, exact, flags }: Paging): Found => {
  const text = exact ? headed(asking.space, `${found} RETURN collect(t.doc) AS docs`) : `${found} RETURN t.doc AS doc${flagColumn(flags, asking)}`;
  return { cypher: { text, params: asking.params }, exact, flags };
};

type Finding = { readonly space: Space; readonly filter: TwinFilter; readonly ends: Asking['ends'] };

/** So many twins are looked at one after the other before the index of words is asked, which takes as long. */
const nearTwins = 250;
/** So many that have the words are put in order. Where more have them, the next ones are met soon. */
const sortedTwins = 5_000;

/** Twins that have the words, in the order of ids: from the first ones on where most have them, else all that there are put in order, else from the first ones on all the same. */
const wordsPage = ({ space, filter, ends }: Finding, shape: FindShape, limit: number): Found => {
  const asking = asked(space, ends);
  const down = (shape.order?.descending ?? false) !== shape.backwards;
  const [most, near, sorted] = [limit, nearTwins, sortedTwins].map((value) => param(asking, whole(value)));
  const inOrder = `ORDER BY t.id ${down ? 'DESC' : 'ASC'}`;
  const walk = startAtAll(filter, asking, { after: shape.after?.id, down }).text;
  const passes = `WITH t WHERE ${conditionOf(filter, { asking, alias: 't' }).text}`;
  const past = shape.after ? ` AND t.id ${down ? '<' : '>'} ${param(asking, shape.after.id)}` : '';
  const told = `LIMIT ${most} RETURN collect(t.doc)`;
  const text = `CALL () { ${walk} ${inOrder} LIMIT ${near} ${passes} WITH t ${told} AS first }
CALL (first) { WITH first WHERE size(first) < ${most} ${startAtWords(wordsIn(filter), asking, `, {limit: ${sorted}}`).text} RETURN collect(t) AS found }
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN found ELSE [] END AS t ${passes}${past} WITH t ${inOrder} ${told} AS sorted }
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN [] ELSE [true] END AS many CALL (many) { ${walk} ${inOrder} ${passes} WITH t ${told} AS docs } RETURN collect(docs) AS walked }
RETURN CASE WHEN size(first) >= ${most} THEN first WHEN size(found) < ${sorted} THEN sorted ELSE walked[0] END AS docs`;
  return { cypher: { text: headed(space, text), params: asking.params }, exact: true, flags: [] };
};

/** In the order of ids; the beginning often has it already. */
const idPage = ({ space, filter, ends }: Finding, shape: FindShape, limit: number): Found => {
  const asking = asked(space, ends);
  const down = (shape.order?.descending ?? false) !== shape.backwards;
  const start = startOf(filter, asking, { after: shape.after?.id, down });
  const condition = conditionFrom(start, filter, asking);
  const past = start.sorted || !shape.after ? '' : ` AND t.id ${down ? '<' : '>'} ${param(asking, shape.after.id)}`;
  const flags = condition.exact ? [] : flagsOf(filter);
  const way = down ? 'DESC' : 'ASC';
  const sorted = start.sorted === 'kind' ? `t.kind ${way}, t.id ${way}` : `t.id ${way}`;
  const cut = condition.exact ? ` LIMIT ${param(asking, whole(limit))}` : '';
  const text = `${start.text} WHERE ${condition.text}${past} WITH t ORDER BY ${sorted}${cut}`;
  return toPage(text, { asking, exact: condition.exact, flags });
};

const keyPage = ({ space, filter, ends }: Finding, shape: FindShape, limit: number): Found => {
  const asking = asked(space, ends);
  const start = startOf(filter, asking, { after: undefined, down: false });
  const sorting = sortingOf(shape.order, asking);
  const condition = conditionFrom(start, filter, asking);
  const flags = condition.exact ? [] : flagsOf(filter);
  const cut = condition.exact ? ` LIMIT ${param(asking, whole(limit))}` : '';
  const text = `${start.text} WHERE ${condition.text} WITH t, ${sorting.key} AS key WHERE ${beyond(sorting, shape, asking).text}
WITH t, key ORDER BY ${ordering(sorting, shape.backwards)}${cut}`;
  return toPage(text, { asking, exact: condition.exact, flags });
};

/** Whether words are what a search begins with, and the server decides alone. */
const isOfWords = ({ space, filter, ends }: Finding): boolean =>
  filter.ids === undefined && wordsIn(filter).length > 0 && conditionOf(filter, { asking: asked(space, ends), alias: 't' }).exact;

/** One page; where the filter is not exact, all that may belong to it and what comes after, in order. */
export const findTwins = (finding: Finding, shape: FindShape, limit: number): Found => {
  if (shape.order !== undefined && shape.order.by !== 'id') return keyPage(finding, shape, limit);
  return isOfWords(finding) ? wordsPage(finding, shape, limit) : idPage(finding, shape, limit);
};

/** All that may pass, a row each, in no order; of what is exact `told` instead. */
const allTwins = ({ space, filter, ends }: Finding, told?: (asking: Asking) => string): Found => {
  const asking = asked(space, ends);
  const start = startOf(filter, asking, { after: undefined, down: false });
  const { text, exact } = conditionFrom(start, filter, asking);
  const flags = exact ? [] : flagsOf(filter);
  const result = exact && told ? told(asking) : `RETURN t.doc AS doc${flagColumn(flags, asking)}`;
  return { cypher: { text: `${start.text} WHERE ${text} ${result}`, params: asking.params }, exact, flags };
};

export const walkTwins = (finding: Finding): Found => allTwins(finding);

const status = `t.\`${valueKey(statusTerm)}\``;

const facetKeys: Readonly<Record<Facet, string>> = { kind: 't.kind', agency: 't.agency', status: `CASE WHEN ${status} IS :: STRING THEN ${status} END` };

/** Counts by facets; where the filter is not exact, the rows themselves. */
export const groupTwins = (finding: Finding, by: readonly Facet[]): Found => {
  const { space, filter } = finding;
  if (Object.values(filter).every((part) => part === undefined) && by.length === 0)
    return { cypher: { text: `MATCH (t:${space.twin}) RETURN count(t) AS twins`, params: {} }, exact: true, flags: [] };
  return allTwins(finding, () => `RETURN ${by.map((facet) => `${facetKeys[facet]} AS ${facet}, `).join('')}count(t) AS twins`);
};

const lesser = (value: string, most: string): string => `CASE WHEN ${value} > ${most} THEN ${most} ELSE ${value} END`;

/** Counts by cells, `cellAt` of core: a twin has its middle in the property of its size. Where the filter is not exact, the rows themselves. */
export const cellTwins = (finding: Finding, { box, level }: { readonly box: Box; readonly level: number }): Found =>
  allTwins(finding, (asking) => {
    const [size, { columns, rows }] = [param(asking, cellDegrees(level)), gridOf(level)];
    const inside = splitAtAntimeridian(box).map(
      ([west, south, east, north]) =>
        `(m.x >= ${param(asking, west)} AND m.x <= ${param(asking, east)} AND m.y >= ${param(asking, south)} AND m.y <= ${param(asking, north)})`,
    );
    const column = lesser(`toInteger((m.x + 180) / ${size})`, param(asking, whole(columns - 1)));
    const row = lesser(`toInteger((m.y + 90) / ${size})`, param(asking, whole(rows - 1)));
    return `WITH coalesce(${sizes.map(({ place }) => `t.${place}`).join(', ')}) AS m WHERE ${inside.join(' OR ')}
RETURN ${column} AS col, ${row} AS row, count(m) AS twins`;
  });
