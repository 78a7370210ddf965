/**
 * Find: pages, counts and groups. What the server can only say too widely is looked at again with the functions of core, row by row as it comes.
 */
import {
  assert,
  boxOfTwin,
  type CellCount,
  cellAt,
  compareGroups,
  type Facet,
  type Facets,
  facetsOf,
  type Group,
  groupKey,
  isMiddleIn,
  isOverview,
  type LinkTest,
  matchesFilter,
  middleOf,
  pageKeyOf,
  placeOf,
  type Twin,
  type TwinFilter,
} from '@cityweave/core';
import { preparedArea } from '../area-memory.ts';
import { groupsSoughtMax, wantedOf } from '../groups.ts';
import { undecided } from '../neo4j-cypher/filter.ts';
import { cellTwins, findTwins, groupTwins, walkTwins } from '../neo4j-cypher/find.ts';
import { isOfWords, wordsSought } from '../neo4j-cypher/find-words.ts';
import { type Finding, type Found, isById, isDown } from '../neo4j-cypher/finding.ts';
import { readHead } from '../neo4j-cypher/read.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { pageAlong } from '../neo4j-words/along-ids.ts';
import { findBest } from '../neo4j-words/best.ts';
import type { CellsQuery, FindQuery, FoundPage } from '../store.ts';
import type { Reading } from './connection.ts';
import { textsIn, trusted, twinOf } from './neo4j-rows.ts';
import type { Row } from './save.ts';

export type Asker = { readonly reading: Reading; readonly space: Space };

type Ends = ReadonlyMap<LinkTest, readonly string[]>;

const alone = { linksOf: () => [], twin: () => undefined };

/** Whether a twin passes, where the server has said which of its tests of links hold. */
const holds = (filter: TwinFilter, twin: Twin, flags: ReadonlyMap<LinkTest, boolean>): boolean => {
  const { areas = [], linked = [], all = [], any, not, ...rest } = filter;
  const place = placeOf(twin);
  return (
    matchesFilter(rest, twin, alone) &&
    linked.every((test) => flags.get(test)) &&
    all.every((part) => holds(part, twin, flags)) &&
    (any?.some((part) => holds(part, twin, flags)) ?? true) &&
    !(not && holds(not, twin, flags)) &&
    areas.every((area) => place !== undefined && preparedArea(area)?.holds(place))
  );
};

/** Rows that pass, until it is enough. */
const passing = async ({ reading }: Asker, { found, filter }: { readonly found: Found; readonly filter: TwinFilter }, enough: (twin: Twin) => boolean) => {
  await reading.each(found.cypher, (row) => {
    const said: readonly boolean[] = trusted(row['flags'] ?? []);
    const twin = twinOf(String(row['doc']));
    const passes = found.exact || holds(filter, twin, new Map(found.flags.map((test, at) => [test, said[at] === true])));
    return passes && enough(twin);
  });
};

/** Far ends of links that a condition alone cannot decide: twins that pass, by id. */
const endsOf = async (asker: Asker, filter: TwinFilter): Promise<Ends> => {
  const ends = new Map<LinkTest, readonly string[]>();
  for (const test of undecided(filter, asker.space)) {
    const ids: string[] = [];
    const inner = test.to ?? {};
    const found = walkTwins({ space: asker.space, filter: inner, ends });
    await passing(asker, { found, filter: inner }, ({ id }) => {
      ids.push(id);
      return false;
    });
    ends.set(test, ids);
  }
  return ends;
};

export const headOf = async ({ reading, space }: Asker): Promise<number> => Number((await reading.run(readHead(space)))[0]?.['seq'] ?? 0);

/** The head is read first: what was written after it may be in the page already, and is told once more by the log. */
const headAndTwins = async (asker: Asker, { found, filter }: { readonly found: Found; readonly filter: TwinFilter }, most: number) => {
  if (found.exact) {
    const rows = await asker.reading.run(found.cypher);
    return { seq: Number(rows[0]?.['seq'] ?? 0), twins: textsIn(rows).map(twinOf) };
  }
  const seq = await headOf(asker);
  const twins: Twin[] = [];
  await passing(asker, { found, filter }, (twin) => twins.push(twin) >= most);
  return { seq, twins };
};

/** The text of a filter whose page is found bucket by bucket: it begins with words, and goes on as `relevanceOf` orders. */
const bestTextOf = ({ filter, order, backwards }: FindQuery): string | undefined => {
  const by = order?.by;
  const text = typeof by === 'object' && 'text' in by ? by.text : undefined;
  return text === undefined || text !== filter?.text || order?.descending || backwards ? undefined : text;
};

const findRows = async (asker: Asker, finding: Finding, query: FindQuery) => {
  const { order, first, after, backwards = false } = query;
  const text = bestTextOf(query);
  if (isOfWords(finding)) {
    if (text !== undefined) return findBest(asker.reading, finding, { text, after, limit: first + 1 });
    const shape = { order, after, backwards };
    if (isById(shape))
      return pageAlong({ reading: asker.reading, seeking: wordsSought(finding), along: { after: after?.id, down: isDown(shape), limit: first + 1 } });
  }
  const found = findTwins(finding, { order, after, backwards }, first + 1);
  return headAndTwins(asker, { found, filter: finding.filter }, first + 1);
};

/** One twin more than asked for tells whether there is a next page. */
export const findPage = async (asker: Asker, query: FindQuery): Promise<FoundPage> => {
  const { filter = {}, order, first } = query;
  const before = undecided(filter, asker.space).length > 0 ? await headOf(asker) : undefined;
  const ends = await endsOf(asker, filter);
  const { seq, twins } = await findRows(asker, { space: asker.space, filter, ends }, query);
  const last = twins.length > first ? twins[first - 1] : undefined;
  return { twins: twins.slice(0, first), seq: before ?? seq, ...(last && { next: pageKeyOf(last, order) }) };
};

/** A statement that counts, and what each twin counts as where only core can tell whether it passes; undefined where it counts as nothing. */
type Counting = {
  readonly counted: (finding: Parameters<typeof groupTwins>[0]) => Found;
  readonly as: (twin: Twin) => Row | undefined;
  /** where there may be any number of rows: those that are wanted, and no more than are sought */
  readonly isWanted?: (row: Row) => boolean;
};

const someGroups = async ({ reading }: Asker, { cypher }: Found, isWanted: (row: Row) => boolean): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  await reading.each(cypher, (row) => {
    if (isWanted(row)) rows.push(row);
    return rows.length === groupsSoughtMax;
  });
  return rows;
};

const countBy = async (asker: Asker, filter: TwinFilter, { counted, as, isWanted }: Counting): Promise<readonly Row[]> => {
  const found = counted({ space: asker.space, filter, ends: await endsOf(asker, filter) });
  if (found.exact) return isWanted ? someGroups(asker, found, isWanted) : asker.reading.run(found.cypher);
  const counts = new Map<string, { readonly row: Row; twins: number }>();
  await passing(asker, { found, filter }, (twin) => {
    const row = as(twin);
    const known = row && (isWanted?.(row) ?? true) && (counts.get(JSON.stringify(row)) ?? { row, twins: 0 });
    if (known) counts.set(JSON.stringify(known.row), { ...known, twins: known.twins + 1 });
    return isWanted !== undefined && counts.size === groupsSoughtMax;
  });
  return [...counts.values()].map(({ row, twins }) => ({ ...row, twins }));
};

type Counted = { readonly facets: Facets; readonly twins: number };

const groupsBy = async (
  asker: Asker,
  filter: TwinFilter,
  { by, wanted }: { readonly by: readonly Facet[]; readonly wanted?: ReadonlyMap<string, unknown> | undefined },
): Promise<readonly Counted[]> => {
  const rows = await countBy(asker, filter, {
    counted: (finding) => groupTwins(finding, by),
    as: (twin) => facetsOf(twin, by),
    ...(by.length > 0 && { isWanted: (row) => !wanted || wanted.has(groupKey(trusted(row))) }),
  });
  return rows.map(({ twins, ...facets }) => ({
    facets: trusted(Object.fromEntries(Object.entries(facets).filter(([, value]) => value !== null))),
    twins: Number(twins),
  }));
};

export const countTwins = async (asker: Asker, filter: TwinFilter): Promise<number> => (await groupsBy(asker, filter, { by: [] }))[0]?.twins ?? 0;

/** What matches, and beside it all of the same kinds and agencies. A kind that was asked for and matches nothing is told too: none of twelve is an answer. */
export const summarise = async (asker: Asker, filter: TwinFilter, by: readonly Facet[]): Promise<readonly Group[]> => {
  const matching = new Map((await groupsBy(asker, filter, { by })).map(({ facets, twins }) => [groupKey(facets), twins]));
  const all = await groupsBy(asker, { kinds: filter.kinds, agencies: filter.agencies }, { by, wanted: wantedOf(filter, matching) });
  const groups = all.map(({ facets, twins: of }): Group => ({ ...facets, count: matching.get(groupKey(facets)) ?? 0, of }));
  return groups.filter(({ count }) => count > 0 || filter.kinds !== undefined).toSorted(compareGroups);
};

const cellOf = (twin: Twin, { box, level }: CellsQuery): Row | undefined => {
  const own = boxOfTwin(twin);
  const middle = own && middleOf(own);
  if (!middle || !isMiddleIn(middle, box)) return undefined;
  const { column, row } = cellAt(middle, level);
  return { col: column, row };
};

export const cellsIn = async (asker: Asker, query: CellsQuery): Promise<readonly CellCount[]> => {
  const { box, filter = {}, level } = query;
  assert(isOverview(box, level), 'an overview has no more cells than it may');
  const rows = await countBy(asker, { box, all: [filter] }, { counted: (finding) => cellTwins(finding, query), as: (twin) => cellOf(twin, query) });
  const cells = rows.map(({ col, row, twins }) => ({ column: Number(col), row: Number(row), count: Number(twins) }));
  return cells.toSorted((a, b) => a.row - b.row || a.column - b.column);
};
