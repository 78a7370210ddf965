/**
 * Past search on Neo4j: whoever may match is looked at as it was, step after step in the order of ids.
 */
import {
  compareText,
  type Facet,
  type Group,
  hopsOf,
  type Link,
  linkKindsOf,
  type MatchContext,
  type Moment,
  matchesFilter,
  type PastSieve,
  sieveOf,
  type Twin,
  type TwinFilter,
  type TwinId,
} from '@cityweave/core';
import { wantedOf } from '../groups.ts';
import { goesById, groupsOf, isSettled, pageOfFound, type Tally, type Tallying, tally, twinsPerStep, withMore } from '../history/past-page.ts';
import { type Asker, findPage, headOf } from '../neo4j/find.ts';
import { trusted } from '../neo4j/neo4j-rows.ts';
import { readWithPast } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { FindQuery, FoundPage } from '../store.ts';
import { stateAt } from './past.ts';
import { linksAt } from './past-links.ts';

type Asked = { readonly filter: TwinFilter; readonly at: Moment };

/** Of which something else was said; a step of them at most. */
const withPast = async ({ reading, space }: Asker, { series, ids: named }: PastSieve, after: TwinId | undefined): Promise<readonly TwinId[]> => {
  if (named) return named.filter((id) => after === undefined || compareText(id, after) > 0).toSorted(compareText);
  const rows = await reading.run(readWithPast(space, { after: after ?? '', series, limit: whole(twinsPerStep) }));
  return rows.map(({ id }) => trusted<TwinId>(id));
};

async function* candidates(asker: Asker, filter: TwinFilter, from: TwinId | undefined): AsyncGenerator<readonly TwinId[]> {
  const sieve = sieveOf(filter);
  for (let after = from, more = true; more; ) {
    const query = { filter: sieve.present, first: twinsPerStep, ...(after && { after: { value: after, id: after } }) };
    const [present, past] = await Promise.all([findPage(asker, query), withPast(asker, sieve, after)]);
    const reached = [...(present.next ? [present.next.id] : []), ...(!sieve.ids && past.length === twinsPerStep ? past.slice(-1) : [])].toSorted(
      compareText,
    )[0];
    const ids = new Set([...present.twins.map(({ id }) => id), ...past]);
    yield [...ids].filter((id) => reached === undefined || compareText(id, reached) <= 0).toSorted(compareText);
    after = reached;
    more = reached !== undefined;
  }
}

/** A filter means all links of its kinds that there were, however many. */
const allLinks = Number.MAX_SAFE_INTEGER;

/** What the filter looks at beside the twins themselves: so many links away. */
const contextOf = async (
  asker: Asker,
  { twins, filter }: { readonly twins: ReadonlyMap<TwinId, Twin>; readonly filter: TwinFilter },
  at: Moment,
): Promise<MatchContext> => {
  const [hops, kinds] = [hopsOf(filter), linkKindsOf(filter)];
  const known = new Map(twins);
  const links = new Map<TwinId, readonly Link[]>();
  let ids: readonly TwinId[] = [...known.keys()];
  for (let hop = 0; hop < hops && ids.length > 0; hop += 1) {
    const found = await linksAt(asker, { ids, kinds, direction: 'both', limit: allLinks, moment: at });
    for (const id of ids) links.set(id, []);
    for (const link of found) for (const end of new Set([link.from, link.to])) if (links.has(end)) links.set(end, [...(links.get(end) ?? []), link]);
    ids = [...new Set(found.flatMap(({ from, to }) => [from, to]))].filter((id) => !links.has(id));
    for (const [id, twin] of await stateAt(asker, ids, at)) known.set(id, twin);
  }
  return { linksOf: (id) => links.get(id) ?? [], twin: (id) => known.get(id) };
};

async function* matching(asker: Asker, { filter, at }: Asked, after?: TwinId): AsyncGenerator<readonly Twin[]> {
  for await (const ids of candidates(asker, filter, after)) {
    const twins = await stateAt(asker, ids, at);
    const context = await contextOf(asker, { twins, filter }, at);
    yield [...twins.values()].filter((twin) => matchesFilter(filter, twin, context));
  }
}

export const findThen = async (asker: Asker, { filter = {}, at, ...page }: FindQuery & Pick<Asked, 'at'>): Promise<FoundPage> => {
  const seq = await headOf(asker);
  let found: ReturnType<typeof withMore> = [];
  for await (const twins of matching(asker, { filter, at }, goesById(page) ? page.after?.id : undefined)) {
    found = withMore(found, twins, page);
    if (isSettled(found, page)) break;
  }
  return { ...pageOfFound(found, page), seq };
};

const tallyOf = async (asker: Asker, asked: Asked, tallying: Tallying): Promise<Tally> => {
  const counts: Tally = new Map();
  for await (const twins of matching(asker, asked)) if (tally(counts, twins, tallying)) break;
  return counts;
};

export const countThen = async (asker: Asker, asked: Asked): Promise<number> =>
  [...(await tallyOf(asker, asked, { by: [] })).values()].reduce((sum, { count }) => sum + count, 0);

/** What matched, and beside it all that were of the same kinds and agencies. */
export const summariseThen = async (asker: Asker, { filter, at }: Asked, by: readonly Facet[]): Promise<readonly Group[]> => {
  const { kinds, agencies } = filter;
  const met = await tallyOf(asker, { filter, at }, { by });
  return groupsOf(met, await tallyOf(asker, { filter: { kinds, agencies }, at }, { by, wanted: wantedOf(filter, met) }), filter);
};
