/**
 * Past search, on the readers' side of the embedded store: whoever may match is looked at as it was, step after step, in one snapshot.
 */
import {
  type Facet,
  type Group,
  hopsOf,
  type Link,
  linkKindsOf,
  type MatchContext,
  type Moment,
  matchesFilter,
  sieveOf,
  type Twin,
  type TwinFilter,
  type TwinId,
} from '@cityweave/core';
import { wantedOf } from '../groups.ts';
import { goesById, groupsOf, isSettled, type PastPage, pageOfFound, type Tally, type Tallying, tally, twinsPerStep, withMore } from '../history/past-page.ts';
import { compileFilter } from '../sqlite/sql-filter.ts';
import { inSnapshot } from '../sqlite/sqlite-file.ts';
import { linksThen } from '../sqlite-reading/links.ts';
import { asking, headOf, type ReadingFile } from '../sqlite-reading/reading-file.ts';
import { statesThen } from './past.ts';
import { candidatesSql } from './sql-past.ts';

type Asked = { readonly filter: TwinFilter; readonly at: Moment };

/** Sorts before every id. */
const beginning = '';

/** In the order of their ids. */
function* candidates(reading: ReadingFile, filter: TwinFilter, after: TwinId | undefined): Generator<readonly TwinId[]> {
  const sieve = sieveOf(filter);
  const compiled = compileFilter(sieve.present);
  const { text, params } = candidatesSql(compiled, sieve, after ?? beginning);
  const rows = asking(reading, compiled.asked, () => reading.statement(text).iterate(...params));
  let step: TwinId[] = [];
  for (const { id } of rows) {
    step.push(id as TwinId); // branding: ids of the own file
    if (step.length < twinsPerStep) continue;
    yield step;
    step = [];
  }
  yield step;
}

/** A filter means all links of its kinds that there were, however many. */
const allLinks = Number.MAX_SAFE_INTEGER;

/** What the filter looks at beside the twins themselves: so many links away. */
const contextOf = (reading: ReadingFile, { twins, filter }: { readonly twins: readonly Twin[]; readonly filter: TwinFilter }, at: Moment): MatchContext => {
  const [hops, kinds] = [hopsOf(filter), linkKindsOf(filter)];
  const known = new Map(twins.map((twin) => [twin.id, twin]));
  const links = new Map<TwinId, readonly Link[]>();
  let ids: readonly TwinId[] = [...known.keys()];
  for (let hop = 0; hop < hops && ids.length > 0; hop += 1) {
    const found = linksThen(reading, { ids, kinds, direction: 'both', limit: allLinks, moment: at });
    for (const id of ids) links.set(id, []);
    for (const link of found) for (const end of new Set([link.from, link.to])) if (links.has(end)) links.set(end, [...(links.get(end) ?? []), link]);
    ids = [...new Set(found.flatMap(({ from, to }) => [from, to]))].filter((id) => !links.has(id));
    for (const twin of statesThen(reading, { ids, moment: at })) known.set(twin.id, twin);
  }
  return { linksOf: (id) => links.get(id) ?? [], twin: (id) => known.get(id) };
};

function* matching(reading: ReadingFile, { filter, at }: Asked, after?: TwinId): Generator<readonly Twin[]> {
  for (const ids of candidates(reading, filter, after)) {
    const twins = statesThen(reading, { ids, moment: at });
    const context = contextOf(reading, { twins, filter }, at);
    yield twins.filter((twin) => matchesFilter(filter, twin, context));
  }
}

export const findThen = (reading: ReadingFile, { filter, at, ...page }: Asked & PastPage) =>
  inSnapshot(reading.file, () => {
    let found: ReturnType<typeof withMore> = [];
    for (const twins of matching(reading, { filter, at }, goesById(page) ? page.after?.id : undefined)) {
      found = withMore(found, twins, page);
      if (isSettled(found, page)) break;
    }
    return { ...pageOfFound(found, page), seq: headOf(reading) };
  });

const tallyOf = (reading: ReadingFile, asked: Asked, tallying: Tallying): Tally => {
  const counts: Tally = new Map();
  for (const twins of matching(reading, asked)) if (tally(counts, twins, tallying)) break;
  return counts;
};

export const countThen = (reading: ReadingFile, asked: Asked): number =>
  inSnapshot(reading.file, () => [...tallyOf(reading, asked, { by: [] }).values()].reduce((sum, { count }) => sum + count, 0));

/** What matched, and beside it all that were of the same kinds and agencies. */
export const summariseThen = (reading: ReadingFile, { filter, at, by }: Asked & { readonly by: readonly Facet[] }): readonly Group[] =>
  inSnapshot(reading.file, () => {
    const { kinds, agencies } = filter;
    const met = tallyOf(reading, { filter, at }, { by });
    return groupsOf(met, tallyOf(reading, { filter: { kinds, agencies }, at }, { by, wanted: wantedOf(filter, met) }), filter);
  });
