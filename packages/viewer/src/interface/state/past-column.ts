/**
 * Past column: one property as it was at a moment, of the twins that had it, by the rows of the scene.
 */
import { type Flag, type TwinRow, valueFlags } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { lookUp, type RowsMeant } from '../../scene/fetching.ts';
import type { ToldValues as Column } from '../../scene/staged.ts';
import { inUnitOf } from './in-unit.ts';
import { useKnown } from './known.ts';
import { ask } from './learning.ts';
import { person } from './person.ts';

/** As many twins are read, a page at a time. */
export const pastColumnTwinsMax = 10_000;
const pageRows = 500;

type Asked = { readonly rows: RowsMeant; readonly term: string; readonly asOf: string; readonly unit: string | undefined };

const readTwins = async ({ rows: { federation }, term, asOf }: Asked): Promise<{ readonly twins: readonly TwinRow[]; readonly isCut: boolean } | undefined> => {
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
  return { twins: rows, isCut: after !== undefined };
};

type Told = { readonly row: number; readonly value: unknown; readonly unit: string | null; readonly flag: Flag };

/** That of the dictionary; of a term that has none there, the first that is said. */
const unitFor = (term: string, told: readonly Told[]): string | undefined => {
  const properties = useKnown.getState().groups.flatMap(({ kind }) => kind.properties);
  return properties.find(({ id }) => id === term)?.unit ?? told.find(({ unit }) => unit !== null)?.unit ?? undefined;
};

/** Texts are numbered in the order of the alphabet. Numbers are told in one unit; one that has none in it counts as not known. */
export const toColumn = async (term: string, told: readonly Told[], wanted: string | undefined): Promise<Column> => {
  const unit = wanted ?? unitFor(term, told);
  const inUnit = await inUnitOf(
    unit,
    told.map(({ unit: own }) => own),
  );
  const texts = [...new Set(told.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])))].sort();
  const values = new Float32Array(told.reduce((most, { row }) => Math.max(most, row + 1), 0)).fill(Number.NaN);
  const flags = new Uint8Array(values.length);
  for (const { row, value, unit: own, flag } of told) {
    flags[row] = 1 + valueFlags.indexOf(flag);
    if (typeof value === 'number') values[row] = inUnit(value, own) ?? Number.NaN;
    else if (typeof value === 'string') values[row] = texts.indexOf(value);
  }
  return { term, unit, categories: texts.length > 0 ? texts : undefined, values, flags, missing: [] };
};

/** Undefined where it was not answered. */
export const readPastColumn = async (asked: Asked): Promise<Column | undefined> => {
  const got = await readTwins(asked);
  const twins = got?.twins;
  const found = twins && (twins.length > 0 ? await lookUp(asked.rows, { ids: twins.map(({ id }) => id) }) : {});
  if (!found) return undefined;
  const { rows = [] } = found;
  const told = twins.flatMap(({ properties: [first] }, at): readonly Told[] => {
    const row = rows[at];
    return typeof row === 'number' && first ? [{ row, value: first.winner.value, unit: first.winner.unit, flag: first.winner.flag }] : [];
  });
  return { ...(await toColumn(asked.term, told, asked.unit)), ...(got.isCut && { firstTwins: twins.length }) };
};
