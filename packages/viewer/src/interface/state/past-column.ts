/**
 * Past column: one property as it was at a moment, of the twins that had it, by the rows of the scene.
 */
import type { TwinRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { lookUp, type RowsMeant } from '../../scene/fetching.ts';
import type { ToldValues as Column } from '../../scene/staged.ts';
import { ask } from './learning.ts';
import { person } from './person.ts';

/** As many twins are read, a page at a time. */
export const pastColumnTwinsMax = 10_000;
const pageRows = 500;

type Asked = { readonly rows: RowsMeant; readonly term: string; readonly asOf: string };

const readTwins = async ({ rows: { federation }, term, asOf }: Asked): Promise<readonly TwinRow[] | undefined> => {
  const rows: TwinRow[] = [];
  let after: string | undefined;
  do {
    const filter = { property: [{ term, op: 'EXISTS', value: true }] };
    const variables = { federation, filter, first: pageRows, terms: [term], asOf, lang: person.get().lang, ...(after !== undefined && { after }) };
    const got = await ask(queries.twins, variables);
    const page = got.ok ? got.value.federation?.twins : undefined;
    if (!page) return undefined;
    rows.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined && rows.length < pastColumnTwinsMax);
  return rows;
};

type Told = { readonly row: number; readonly value: unknown; readonly unit: string | null };

/** Texts are numbered in the order of the alphabet. */
export const toColumn = (term: string, told: readonly Told[]): Column => {
  const texts = [...new Set(told.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])))].sort();
  const values = new Float32Array(told.reduce((most, { row }) => Math.max(most, row + 1), 0)).fill(Number.NaN);
  for (const { row, value } of told) {
    if (typeof value === 'number') values[row] = value;
    else if (typeof value === 'string') values[row] = texts.indexOf(value);
  }
  return { term, unit: told[0]?.unit ?? undefined, categories: texts.length > 0 ? texts : undefined, values, missing: [] };
};

/** Undefined where it was not answered. */
export const readPastColumn = async (asked: Asked): Promise<Column | undefined> => {
  const twins = await readTwins(asked);
  const found = twins && (twins.length > 0 ? await lookUp(asked.rows, { ids: twins.map(({ id }) => id) }) : {});
  if (!found) return undefined;
  const { rows = [] } = found;
  const told = twins.flatMap(({ properties: [first] }, at): readonly Told[] => {
    const row = rows[at];
    return typeof row === 'number' && first ? [{ row, value: first.winner.value, unit: first.winner.unit }] : [];
  });
  return toColumn(asked.term, told);
};
