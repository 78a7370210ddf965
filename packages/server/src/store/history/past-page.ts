/**
 * Past page: the first twins that matched at a moment, in any order, out of twins met step by step in the order of their ids; the same for every store.
 */
import {
  comparePageKeys,
  compareText,
  type Facet,
  type Facets,
  facetsOf,
  type Group,
  groupKey,
  type PageKey,
  pageKeyOf,
  type Twin,
  type TwinFilter,
} from '@cityweave/core';
import { groupsSoughtMax } from '../groups.ts';
import type { FindQuery, FoundPage } from '../store.ts';

export type PastPage = Pick<FindQuery, 'order' | 'first' | 'after' | 'backwards'>;

type Placed = { readonly twin: Twin; readonly key: PageKey };

const compareIn =
  ({ order, backwards = false }: PastPage) =>
  (a: PageKey, b: PageKey): number =>
    (backwards ? -1 : 1) * comparePageKeys(a, b, order?.descending ?? false);

/** The page so far with more twins in it; one twin more than it holds tells whether there is a next page. */
export const withMore = (found: readonly Placed[], twins: readonly Twin[], page: PastPage): readonly Placed[] => {
  const compare = compareIn(page);
  const { after, order, first } = page;
  const more = twins.map((twin) => ({ twin, key: pageKeyOf(twin, order) })).filter(({ key }) => !after || compare(key, after) > 0);
  return [...found, ...more].toSorted((a, b) => compare(a.key, b.key)).slice(0, first + 1);
};

/** Whether twins are wanted in the order in which they are met. */
export const goesById = ({ order, backwards = false }: PastPage): boolean => (order === undefined || (order.by === 'id' && !order.descending)) && !backwards;

/** Nobody who is met later can stand before those found. */
export const isSettled = (found: readonly Placed[], page: PastPage): boolean => goesById(page) && found.length > page.first;

export const pageOfFound = (found: readonly Placed[], { first }: PastPage): Pick<FoundPage, 'twins' | 'next'> => {
  const next = found.length > first ? found[first - 1]?.key : undefined;
  return { twins: found.slice(0, first).map(({ twin }) => twin), ...(next && { next }) };
};

/** How many there are of each facet. */
export type Tally = Map<string, { readonly facets: Facets; count: number }>;
export type Tallying = { readonly by: readonly Facet[]; readonly wanted?: Tally | undefined };

/** Of the groups that are wanted; whether there are as many as are sought. */
export const tally = (counts: Tally, twins: readonly Twin[], { by, wanted }: Tallying): boolean => {
  for (const twin of twins) {
    const facets = facetsOf(twin, by);
    const key = groupKey(facets);
    if (wanted && !wanted.has(key)) continue;
    const known = counts.get(key) ?? { facets, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  return counts.size >= groupsSoughtMax;
};

/** A kind that was asked for and matches nothing is told too: none of twelve is an answer. */
export const groupsOf = (matching: Tally, all: Tally, { kinds }: TwinFilter): readonly Group[] =>
  [...all]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, { facets, count: of }]) => ({ ...facets, count: matching.get(key)?.count ?? 0, of }))
    .filter(({ count }) => count > 0 || kinds !== undefined);

/** Twins looked at together. */
export const twinsPerStep = 200;
