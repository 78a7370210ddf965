/**
 * The events of a watch: everything as it is, and what changed since, each with the cursor behind which one can resume.
 */
import {
  type AgencyId,
  type FederatedFilter,
  type JoinedRow,
  limits,
  type MergeRules,
  type Problem,
  problem,
  relationsOf,
  type SourceReport,
  type TermId,
  type TwinId,
  type TwinQuery,
} from '@cityweave/core';
import type { Orchestration } from '../orchestration.ts';
import type { Room } from '../room.ts';
import type { FederatedAnswer, FederatedQuestion } from '../utilization/federated-twin.ts';
import type { SourceState, Sources } from './watch-sources.ts';
import { type ChangeQueue, encodeWatchCursor, type Held, isTooMany, type Taken } from './watch-state.ts';

type Told = { readonly cursor: string; readonly sources: readonly SourceReport[]; readonly rules: MergeRules };

export type WatchEvent =
  | ({ readonly type: 'snapshot'; readonly rows: readonly JoinedRow[]; readonly complete: boolean } & Told)
  | ({ readonly type: 'delta'; readonly changed: readonly JoinedRow[]; readonly removed: readonly string[] } & Told)
  | { readonly type: 'heartbeat'; readonly source: SourceState; readonly cursor: string }
  /** what the watcher has is no longer whole: a new snapshot follows */
  | { readonly type: 'resnapshot'; readonly agency: AgencyId | undefined; readonly reason: string; readonly cursor: string }
  /** the last event: it cannot go on */
  | { readonly type: 'failed'; readonly problem: Problem };

export type Watched = {
  readonly federation: string;
  readonly filter: FederatedFilter;
  readonly terms?: readonly TermId[] | undefined;
  readonly links?: TwinQuery['links'];
  /** the least time between two deltas */
  readonly everyMs: number;
  readonly cursor?: string | undefined;
  readonly signal: AbortSignal;
};

export type WatchRoom = { readonly room: Room; readonly orchestration: Pick<Orchestration, 'ask' | 'federation'> };

export type Desk = WatchRoom & {
  readonly watched: Watched;
  readonly sources: Sources;
  readonly queue: ChangeQueue;
  readonly held: Held;
  /** twins to whose places the filter relates */
  readonly related: Set<TwinId>;
  /** sources that were missing when the snapshot was taken, and when it is tried again */
  readonly missing: Set<AgencyId>;
  retryAtMs: number;
  retryMs: number;
  nextDeltaMs: number;
  resuming: boolean;
};

const isMissing = ({ status }: SourceReport): boolean => ['LATE', 'FAILED', 'PARTIAL'].includes(status);

export const cursorNow = ({ watched, sources }: Desk, whole: boolean): string =>
  encodeWatchCursor({ federation: watched.federation, whole, seqs: sources.reached });

export const nowMs = ({ room }: Desk): number => room.deps.clock.monotonicMs();

/** Pages of a question to their end, each within a deadline of its own. */
async function* pagesOf({ orchestration, watched }: Desk, question: Omit<FederatedQuestion, 'first'>): AsyncGenerator<FederatedAnswer | Problem> {
  let [after, pages]: [string | undefined, number] = [undefined, 0];
  do {
    if (pages === limits.walkPagesMax) return yield problem('tooMany', { subject: 'pages of one walk', accepted: 'a last page', limit: limits.walkPagesMax });
    const federation = orchestration.federation(watched.federation);
    if (!federation) return yield problem('unknownFederation', { subject: watched.federation });
    const asked = await orchestration.ask(
      federation,
      { ...question, first: limits.pageMax, ...(after !== undefined && { after }) },
      { deadlineMs: limits.deadlineDefaultMs, signal: watched.signal },
    );
    if (!asked.ok) return yield asked.problem;
    yield asked.value;
    after = asked.value.next;
    pages += 1;
  } while (after !== undefined && !watched.signal.aborted);
}

const questionOf = ({ watched }: Desk, filter: FederatedFilter): Omit<FederatedQuestion, 'first'> => ({
  filter,
  ...(watched.terms && { terms: watched.terms }),
  ...(watched.links && { links: watched.links }),
});

const isProblem = (page: FederatedAnswer | Problem): page is Problem => 'kind' in page;

/** The twins to whose places the filter relates: a change of one of them may change everything. False where there are more than a subscription holds. */
const noteRelated = async (desk: Desk): Promise<boolean> => {
  desk.related.clear();
  for (const { to } of relationsOf(desk.watched.filter))
    for await (const page of pagesOf(desk, { filter: to, terms: [] })) {
      if (!isProblem(page)) for (const { twin } of page.rows) for (const { id } of twin.representations) desk.related.add(id);
      if (isTooMany(desk.related.size)) return false;
    }
  return true;
};

const noteMissing = (desk: Desk, sources: readonly SourceReport[]): void => {
  for (const report of sources) if (isMissing(report)) desk.missing.add(report.agency);
};

const tooManyTwins = problem('tooMany', { subject: 'twins of a subscription', limit: limits.subscriptionTwinsMax });

const tooMany = (): WatchEvent => ({ type: 'failed', problem: tooManyTwins });

/** Everything as it is now; changes that come meanwhile wait, and what the snapshot has already is not told again. */
export async function* snapshot(desk: Desk, told: boolean): AsyncGenerator<WatchEvent> {
  const { held, missing, watched } = desk;
  held.clear();
  missing.clear();
  const seqs = new Map(desk.sources.reached);
  if (!(await noteRelated(desk))) return yield tooMany();
  for await (const page of pagesOf(desk, questionOf(desk, watched.filter))) {
    if (isProblem(page)) return yield { type: 'failed', problem: page };
    if (told) held.note(page.rows);
    else held.assume(page.rows);
    noteMissing(desk, page.sources);
    if (isTooMany(held.size())) return yield tooMany();
    const complete = page.next === undefined;
    const cursor = encodeWatchCursor({ federation: watched.federation, whole: complete, seqs });
    if (told) yield { type: 'snapshot', rows: page.rows, complete, cursor, sources: page.sources, rules: page.rules };
  }
  desk.retryMs = missing.size > 0 ? Math.min(desk.retryMs * 2, limits.deadlineMaxMs) : limits.streamHeartbeatMs;
  desk.retryAtMs = nowMs(desk) + desk.retryMs;
}

type Found = {
  readonly rows: readonly JoinedRow[];
  readonly sources: readonly SourceReport[];
  readonly rules: MergeRules;
  readonly missing: ReadonlySet<AgencyId>;
};

const findChanged = async (desk: Desk, ids: readonly TwinId[]): Promise<Found | Problem> => {
  const rows: JoinedRow[] = [];
  const missing = new Set<AgencyId>();
  let last: FederatedAnswer | undefined;
  for await (const page of pagesOf(desk, questionOf(desk, { all: [desk.watched.filter, { ids }] }))) {
    if (isProblem(page)) return page;
    rows.push(...page.rows);
    if (isTooMany(rows.length)) return tooManyTwins;
    for (const report of page.sources) if (isMissing(report)) missing.add(report.agency);
    last = page;
  }
  return { rows, sources: last?.sources ?? [], rules: last?.rules ?? { authoritative: {}, tolerance: {} }, missing };
};

const agencyOfId = (id: TwinId): string => `urn:dtf:agency:${id.split(':')[3] ?? ''}`;

/** What the watcher has and should no longer have. After a resumption it may have what this side has never told it. */
const removedBy = (desk: Desk, ids: readonly TwinId[], { rows, missing }: Found): readonly string[] => {
  const there = new Set(rows.map(({ twin }) => twin.id));
  const certain = (id: string): boolean => !desk.held.agenciesOf(id).some((agency) => missing.has(agency));
  const removed = ids.flatMap((id) => {
    const before = desk.held.idOf(id);
    if (before !== undefined) return there.has(before) || !certain(before) ? [] : [before];
    return desk.resuming && !there.has(id) && !rows.some(({ twin }) => twin.representations.some((one) => one.id === id)) ? [id] : [];
  });
  const regrouped = rows.flatMap(({ twin }) => twin.representations.flatMap(({ id }) => desk.held.idOf(id) ?? [])).filter((id) => !there.has(id));
  return [...new Set([...removed, ...regrouped])];
};

/** Sources that did not answer keep their changes in the queue and their place in the cursor. */
export const advance = (desk: Desk, { ids, seqs }: Taken, missing: ReadonlySet<AgencyId>): void => {
  for (const [agency, seq] of seqs) {
    if (missing.has(agency))
      desk.queue.putBack(
        agency,
        seq,
        ids.filter((id) => agencyOfId(id) === agency),
      );
    else desk.sources.reached.set(agency, seq);
  }
  if (missing.size > 0) desk.nextDeltaMs = nowMs(desk) + limits.streamHeartbeatMs;
};

const putAllBack = (desk: Desk, taken: Taken): void => advance(desk, taken, new Set(taken.seqs.keys()));

/** The next changes; nothing where what changed is not for this watcher. */
export const delta = async (desk: Desk, taken: Taken): Promise<WatchEvent | undefined> => {
  if (taken.ids.length === 0) return void advance(desk, taken, new Set());
  const found = await findChanged(desk, taken.ids);
  if (isProblemFound(found)) return void putAllBack(desk, taken);
  const removed = removedBy(desk, taken.ids, found);
  for (const id of removed) desk.held.remove(id);
  const changed = desk.held.note(found.rows);
  advance(desk, taken, found.missing);
  desk.resuming &&= desk.sources.states().some(({ caughtUp }) => !caughtUp) || !desk.queue.isEmpty();
  if (changed.length === 0 && removed.length === 0) return undefined;
  desk.nextDeltaMs = Math.max(desk.nextDeltaMs, nowMs(desk) + desk.watched.everyMs);
  return { type: 'delta', changed, removed, cursor: cursorNow(desk, true), sources: found.sources, rules: found.rules };
};

const isProblemFound = (found: Found | Problem): found is Problem => 'kind' in found;

/** Whether a change touches the places that the filter relates to. */
export const touchesRelated = async (desk: Desk, { ids }: Taken): Promise<boolean> => {
  const relations = relationsOf(desk.watched.filter);
  if (relations.length === 0 || ids.length === 0) return false;
  if (ids.some((id) => desk.related.has(id))) return true;
  for await (const page of pagesOf(desk, { filter: { any: relations.map(({ to }) => ({ all: [to, { ids }] })) }, terms: [] }))
    if (!isProblem(page) && page.rows.length > 0) return true;
  return false;
};
