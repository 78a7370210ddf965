/**
 * Past: twins as they were, and their history, within what an asker may see.
 */
import {
  agencyOf,
  fail,
  type HistoryQuery,
  type Moment,
  matchesFilter,
  ok,
  problem,
  type Result,
  type Sample,
  type SamplePage,
  type Twin,
  type TwinFilter,
  TwinId,
  type TwinQuery,
  type TwinRow,
} from '@cityweave/core';
import type { Deadline } from './member-read.ts';
import { isShown, type Reading } from './sight.ts';
import { type Desk, withinDeadline } from './source-asking.ts';

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

/** The history of a twin as its owner tells it. */
export const askHistory = async (
  { sources }: Pick<Desk, 'sources'>,
  { id, history }: { readonly id: TwinId; readonly history: HistoryQuery },
  deadline: Deadline,
): Promise<Result<SamplePage>> => {
  const source = sources.find(({ agency }) => agency === agencyOf(id));
  if (!source) return fail(problem('notMember', { subject: agencyOf(id) }));
  const interrupted = source.interruption();
  if (interrupted) return fail(interrupted.problem);
  const query: TwinQuery = { version: 1, filter: { ids: [id] }, terms: [], page: { first: 1 }, history };
  const part = await withinDeadline(() => source.read(query, deadline), deadline);
  if (!part.ok) return part;
  return ok(part.value.page.rows[0]?.history ?? { samples: [] });
};
