/**
 * Cypher that finds twins: pages, counts and groups of what it finds.
 */
import { type Box, cellDegrees, type Facet, gridOf, type LinkTest, type Order, splitAtAntimeridian, statusTerm, type TwinFilter } from '@cityweave/core';
import { type Asking, agencyIn, both, type Condition, certain, conditionOf, param, propertyOf } from './filter.ts';
import { relevanceKey } from './find-words.ts';
import { asked, type Finding, type FindShape, type Found, headed, isById, isDown } from './finding.ts';
import { valueKey, whole } from './parameters.ts';
import { sizes } from './space.ts';
import { type Start, startOf } from './start.ts';

/** Tests of links that core cannot decide on a twin alone; the server says of each row whether they hold. */
const flagsOf = ({ linked = [], all = [], any = [], not }: TwinFilter): readonly LinkTest[] => [
  ...linked,
  ...[...all, ...any, ...(not ? [not] : [])].flatMap(flagsOf),
];

const flagColumn = (flags: readonly LinkTest[], asking: Asking): string =>
  flags.length === 0 ? '' : `, [${flags.map((test) => certain(conditionOf({ linked: [test] }, { asking, alias: 't' }).text)).join(', ')}] AS flags`;

type Sorting = { readonly key: string; readonly nullable: boolean; readonly descending: boolean };

/** The number or text of a term; anything else sorts as if it were missing. */
const sortingOf = (order: Order | undefined, asking: Asking): Sorting => {
  const { by, descending } = order ?? { by: 'id', descending: false };
  if (typeof by === 'string') return { key: `t.${by}`, nullable: false, descending };
  if ('text' in by) return { key: relevanceKey(by.text, asking), nullable: false, descending };
  const value = propertyOf(valueKey(by.term), { asking, alias: 't' });
  return { key: `CASE WHEN ${value} IS :: BOOLEAN THEN null ELSE ${value} END`, nullable: true, descending };
};

/** Numbers come before texts, as in every store; what is missing comes last whatever the direction. */
const isText = 'key IS :: STRING NOT NULL';

const beyond = ({ nullable, descending }: Sorting, { order, after, backwards }: FindShape, asking: Asking): Condition => {
  if (!after) return both([]);
  const further = backwards ? '<' : '>';
  const id = param(asking, after.id);
  if (after.value === null) return { text: backwards ? `(key IS NOT NULL OR t.id < ${id})` : `(key IS NULL AND t.id > ${id})`, exact: true };
  const onward = descending === backwards ? '>' : '<';
  const told = order?.by === 'updatedAt' ? Date.parse(String(after.value)) : after.value;
  const value = param(asking, told);
  const otherType = onward === '>' ? typeof told === 'number' && isText : typeof told === 'string' && `NOT ${isText} AND key IS NOT NULL`;
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

type Paging = { readonly asking: Asking; readonly exact: boolean; readonly flags: readonly LinkTest[] };

/**
 * What is exact comes as one row: the texts of the page; a row for each twin costs both sides more than the twin does.
 * What core looks at again comes twin by twin, until it is enough.
 */
const toPage = (found: string, { asking, exact, flags }: Paging): Found => {
  const text = exact ? headed(asking.space, `${found} RETURN collect(t.doc) AS docs`, 'docs') : `${found} RETURN t.doc AS doc${flagColumn(flags, asking)}`;
  return { cypher: { text, params: asking.params }, exact, flags };
};

/** In the order of ids; the beginning often has it already. */
const idPage = (finding: Finding, shape: FindShape, limit: number): Found => {
  const { filter } = finding;
  const [asking, down] = [asked(finding), isDown(shape)];
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

const keyPage = (finding: Finding, shape: FindShape, limit: number): Found => {
  const { filter } = finding;
  const asking = asked(finding);
  const start = startOf(filter, asking, { after: undefined, down: false });
  const sorting = sortingOf(shape.order, asking);
  const condition = conditionFrom(start, filter, asking);
  const flags = condition.exact ? [] : flagsOf(filter);
  const cut = condition.exact ? ` LIMIT ${param(asking, whole(limit))}` : '';
  const text = `${start.text} WHERE ${condition.text} WITH t, ${sorting.key} AS key WHERE ${beyond(sorting, shape, asking).text}
WITH t, key ORDER BY ${ordering(sorting, shape.backwards)}${cut}`;
  return toPage(text, { asking, exact: condition.exact, flags });
};

/** One page; where the filter is not exact, all that may belong to it and what comes after, in order. */
export const findTwins = (finding: Finding, shape: FindShape, limit: number): Found =>
  isById(shape) ? idPage(finding, shape, limit) : keyPage(finding, shape, limit);

/** All that may pass, a row each, in no order; of what is exact `told` instead. */
const allTwins = (finding: Finding, told?: (asking: Asking) => string): Found => {
  const { filter } = finding;
  const asking = asked(finding);
  const start = startOf(filter, asking, { after: undefined, down: false });
  const { text, exact } = conditionFrom(start, filter, asking);
  const flags = exact ? [] : flagsOf(filter);
  const result = exact && told ? told(asking) : `RETURN t.doc AS doc${flagColumn(flags, asking)}`;
  return { cypher: { text: `${start.text} WHERE ${text} ${result}`, params: asking.params }, exact, flags };
};

export const walkTwins = (finding: Finding): Found => allTwins(finding);

const status = `t.\`${valueKey(statusTerm)}\``;

const facetKeys: Readonly<Record<Facet, string>> = { kind: 't.kind', agency: agencyIn('t'), status: `CASE WHEN ${status} IS :: STRING THEN ${status} END` };

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
