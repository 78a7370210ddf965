/**
 * History asking: what was said of a twin before, asked of the one source that keeps it.
 */
import { agencyOf, fail, type HistoryQuery, ok, problem, type Result, type SamplePage, type TwinId, type TwinQuery } from '@cityweave/core';
import type { Deadline } from './member-read.ts';
import { type Desk, withinDeadline } from './source-asking.ts';

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
