/**
 * Past: twins as they were, and their history, within what an asker may see.
 */
import {
  type Alignment,
  addMs,
  alignSamples,
  compareText,
  type HistoryQuery,
  type Instant,
  limits,
  type Moment,
  matchesFilter,
  msOfDuration,
  type PageKey,
  type Sample,
  type SamplePage,
  type Twin,
  type TwinFilter,
  TwinId,
  type TwinQuery,
  type TwinRow,
} from '@cityweave/core';
import { isShown, type Reading } from './sight.ts';

const alone = { linksOf: () => [], twin: () => undefined };

/** Twins that are gone are known by their ids only; the others by whatever they are known by now. */
const namedIn = async ({ room, signal }: Reading, identifiers: readonly string[]): Promise<readonly TwinId[]> => {
  const known = await room.store.resolve(identifiers, { signal });
  return identifiers.flatMap((id) => known.get(id) ?? TwinId.safeParse(id).data ?? []);
};

/** What a twin of which nothing else was ever said meets now if it met the filter then: it said no more then than it does now. */
const ofPresent = ({ all, any, not: _not, property, changedSince: _since, ...rest }: TwinFilter): TwinFilter => ({
  ...rest,
  ...(property && { property: property.filter(({ op }) => op !== 'exists') }),
  ...(all && { all: all.map(ofPresent) }),
  ...(any && { any: any.map(ofPresent) }),
});

/** Twins looked at together. */
const twinsPerStep = 200;

/** Whoever may match: twins that match now, and all of which something else was said; step after step in the order of ids. */
async function* candidates({ room, signal }: Reading, filter: TwinFilter, from: TwinId | undefined): AsyncGenerator<readonly TwinId[]> {
  for (let after = from, more = true; more; ) {
    const query = { filter: ofPresent(filter), first: twinsPerStep, ...(after && { after: { value: after, id: after } }) };
    const [present, past] = await Promise.all([room.store.find(query, { signal }), room.store.withPast({ after, first: twinsPerStep }, { signal })]);
    const reached = [...(present.next ? [present.next.id] : []), ...(past.length === twinsPerStep ? past.slice(-1) : [])].toSorted(compareText)[0];
    const ids = new Set([...present.twins.map(({ id }) => id), ...past]);
    yield [...ids].filter((id) => reached === undefined || compareText(id, reached) <= 0).toSorted(compareText);
    after = reached;
    more = reached !== undefined;
  }
}

async function* named(reading: Reading, identifiers: readonly string[], from: TwinId | undefined): AsyncGenerator<readonly TwinId[]> {
  const ids = new Set(await namedIn(reading, identifiers));
  yield [...ids].filter((id) => from === undefined || compareText(id, from) > 0).toSorted(compareText);
}

const stateOf = async ({ room, signal }: Reading, ids: readonly TwinId[], at: Moment): Promise<readonly Twin[]> => {
  const past = await room.store.stateAt(ids, at, { signal });
  return ids.flatMap((id) => past.get(id) ?? []);
};

export type PastPage = { readonly twins: readonly Twin[]; readonly next?: PageKey | undefined };

/** A page of the twins that matched then, in the order of ids. What is granted is judged on the twin as it was. */
export const pastTwins = async (
  reading: Reading,
  { ids, ...filter }: TwinFilter,
  { at, page }: { readonly at: Moment } & Pick<TwinQuery, 'page'>,
): Promise<PastPage> => {
  const { first = limits.pageDefault, after } = page ?? {};
  const found: Twin[] = [];
  const steps = ids ? named(reading, ids, after?.id) : candidates(reading, filter, after?.id);
  for await (const step of steps) {
    found.push(...(await stateOf(reading, step, at)).filter((twin) => matchesFilter(filter, twin, alone)));
    if (found.length > first) break;
  }
  const last = found.length > first ? found[first - 1] : undefined;
  return { twins: found.slice(0, first), ...(last && { next: { value: last.id, id: last.id } }) };
};

/** Partners are told of properties; where a twin was is judged by where it is. */
const mayTell = (reading: Reading, { kind }: Twin, { series }: Sample): boolean =>
  reading.sight === undefined || (!series.startsWith('@') && isShown(reading, kind, series));

const historyOf = async (reading: Reading, twin: Twin, query: HistoryQuery): Promise<SamplePage> => {
  const page = await reading.room.store.history(twin.id, query, { signal: reading.signal });
  return { ...page, samples: page.samples.filter((sample) => mayTell(reading, twin, sample)) };
};

/** Samples of a series from so long before the first slot that what is carried into it is known, `slotSamplesMax` at most. */
const samplesFor = async (reading: Reading, twin: Twin, { history, align }: Aligned): Promise<readonly Sample[]> => {
  const back = align.maxAge === undefined ? undefined : addMs(history.from, -(msOfDuration(align.maxAge) ?? 0));
  const samples: Sample[] = [];
  let after: HistoryQuery['after'];
  do {
    const page = await historyOf(reading, twin, { ...history, from: back, first: limits.pageMax, after });
    samples.push(...page.samples);
    after = page.next;
  } while (after && samples.length < limits.slotSamplesMax);
  return samples;
};

type Aligned = { readonly history: HistoryQuery & { readonly from: Instant; readonly to: Instant }; readonly align: Alignment };

const slotsOf = async (reading: Reading, row: TwinRow, asked: Aligned): Promise<TwinRow> => ({
  ...row,
  slots: [...alignSamples(await samplesFor(reading, row.twin, asked), asked.align, asked.history)],
});

export const withHistory = async (reading: Reading, { history, align }: TwinQuery, rows: readonly TwinRow[]): Promise<readonly TwinRow[]> => {
  if (!history) return rows;
  const { from, to } = history;
  if (align && from && to) return Promise.all(rows.map((row) => slotsOf(reading, row, { history: { ...history, from, to }, align })));
  return Promise.all(rows.map(async (row) => ({ ...row, history: await historyOf(reading, row.twin, history) })));
};
