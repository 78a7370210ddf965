/**
 * Past: twins as they were, and their history, within what an asker may see.
 */
import {
  type HistoryQuery,
  type Moment,
  matchesFilter,
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

/** Twins that are gone are known by their ids only; the others by whatever they are known by now. What is granted is judged on the twin as it was. */
export const pastTwins = async ({ room, signal }: Reading, { ids = [], ...granted }: TwinFilter, at: Moment): Promise<readonly Twin[]> => {
  const known = await room.store.resolve(ids, { signal });
  const named = ids.flatMap((id) => known.get(id) ?? TwinId.safeParse(id).data ?? []);
  const past = await room.store.stateAt([...new Set(named)], at, { signal });
  return [...past.values()].filter((twin) => matchesFilter(granted, twin, alone)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

/** Partners are told of properties; where a twin was is judged by where it is. */
const mayTell = (reading: Reading, { kind }: Twin, { series }: Sample): boolean =>
  reading.sight === undefined || (!series.startsWith('@') && isShown(reading, kind, series));

const historyOf = async (reading: Reading, twin: Twin, query: HistoryQuery): Promise<SamplePage> => {
  const page = await reading.room.store.history(twin.id, query, { signal: reading.signal });
  return { ...page, samples: page.samples.filter((sample) => mayTell(reading, twin, sample)) };
};

export const withHistory = async (reading: Reading, { history }: TwinQuery, rows: readonly TwinRow[]): Promise<readonly TwinRow[]> =>
  history ? Promise.all(rows.map(async (row) => ({ ...row, history: await historyOf(reading, row.twin, history) }))) : rows;
