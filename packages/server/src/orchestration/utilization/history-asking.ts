/**
 * History asking: what was said of a twin before, asked of the one source that keeps it.
 */
import {
  type Alignment,
  agencyOf,
  fail,
  type HistoryQuery,
  limits,
  ok,
  type Problem,
  problem,
  type Result,
  type SamplePage,
  type SlotValue,
  type TwinId,
  type TwinQuery,
} from '@cityweave/core';
import type { Deadline } from './member-read.ts';
import { type Desk, withinDeadline } from './source-asking.ts';

/** One series of several twins in one grid of slots and one unit; what is not told, or in part, says why. */
export type Aligning = { readonly ids: readonly TwinId[]; readonly history: HistoryQuery; readonly align: Alignment };
export type AlignedSeries = { readonly id: TwinId; readonly slots: readonly SlotValue[]; readonly problem?: Problem };

const moreSlots = (id: TwinId): Problem =>
  problem('tooMany', {
    subject: `slots of ${id}`,
    accepted: `a period from where these end: an answer has so many slots, of ${limits.slotSamplesMax} samples in all`,
    limit: limits.slotsMax,
  });

const askSlots = async (
  { sources }: Pick<Desk, 'sources'>,
  { id, history, align }: Omit<Aligning, 'ids'> & { readonly id: TwinId },
  deadline: Deadline,
): Promise<AlignedSeries> => {
  const source = sources.find(({ agency }) => agency === agencyOf(id));
  const away = source ? source.interruption()?.problem : problem('notMember', { subject: agencyOf(id) });
  if (!source || away) return { id, slots: [], problem: away ?? problem('notMember') };
  const query: TwinQuery = { version: 1, filter: { ids: [id] }, terms: [], page: { first: 1 }, history, align };
  const part = await withinDeadline(() => source.read(query, deadline), deadline);
  if (!part.ok) return { id, slots: [], problem: part.problem };
  const [row] = part.value.page.rows;
  if (!row) return { id, slots: [], problem: problem('notFound', { subject: id }) };
  const { slots = [], slotsBeyond } = row;
  return { id, slots, ...(slotsBeyond && { problem: moreSlots(id) }) };
};

export const askAligned = (desk: Pick<Desk, 'sources'>, { ids, ...asked }: Aligning, deadline: Deadline): Promise<readonly AlignedSeries[]> =>
  Promise.all(ids.map((id) => askSlots(desk, { id, ...asked }, deadline)));

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
