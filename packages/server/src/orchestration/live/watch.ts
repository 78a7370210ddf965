/**
 * Watch: a federation's twins as they are, then every change, for as long as somebody listens. Each event's cursor covers all sources:
 * who resumes from it gets what followed, nothing missing and nothing twice.
 */
import { type AgencyId, type Federation, limits, mayBeAsked, type Problem, problem } from '@cityweave/core';
import { advance, cursorNow, type Desk, delta, nowMs, snapshot, touchesRelated, type WatchEvent, type Watched, type WatchRoom } from './watch-events.ts';
import { type SourceState, watchSources } from './watch-sources.ts';
import { createChangeQueue, createHeld, decodeWatchCursor, isTooMany } from './watch-state.ts';

export type { WatchEvent };

const lostReason = (desk: Desk): { readonly agency: AgencyId | undefined; readonly reason: string } | undefined => {
  const [lost] = desk.sources.takeLost();
  if (lost) return { agency: lost, reason: 'its history no longer reaches back so far' };
  const back = [...desk.missing].find((agency) => desk.sources.state(agency)?.alive);
  if (back && nowMs(desk) >= desk.retryAtMs) return { agency: back, reason: 'it was missing from the snapshot and is there again' };
  return isTooMany(desk.queue.twins()) ? { agency: undefined, reason: 'more twins changed than a subscription may hold' } : undefined;
};

async function* again(desk: Desk, { agency, reason }: { readonly agency: AgencyId | undefined; readonly reason: string }): AsyncGenerator<WatchEvent> {
  yield { type: 'resnapshot', agency, reason, cursor: cursorNow(desk, false) };
  yield* snapshot(desk, true);
}

const beats = (desk: Desk, sources: readonly SourceState[]): readonly WatchEvent[] =>
  sources.map((source) => ({ type: 'heartbeat', source, cursor: cursorNow(desk, true) }));

/** Until every source was heard of, or for as long as a silent one is waited for. */
const hear = async ({ sources, watched, room }: Desk): Promise<void> => {
  const until = room.deps.clock.monotonicMs() + limits.streamSilentMs;
  while (!watched.signal.aborted && sources.states().some(({ alive }) => alive === undefined) && room.deps.clock.monotonicMs() < until)
    await sources.wait(limits.streamSilentMs);
};

const isOver = (federation: Federation | undefined): boolean => !federation || ['RELEASING', 'RELEASED', 'FAILED'].includes(federation.state);

/** One look: who takes part, what is lost, what changed. */
async function* look(desk: Desk, federation: Federation): AsyncGenerator<WatchEvent> {
  const regrouped = desk.sources.followAll(federation);
  if (regrouped) await hear(desk);
  const reason = regrouped ? { agency: undefined, reason: 'somebody joined or left the federation' } : lostReason(desk);
  yield* beats(desk, desk.sources.takeMoved());
  if (reason) yield* again(desk, reason);
  const taken = nowMs(desk) < desk.nextDeltaMs ? undefined : desk.queue.take(limits.streamBatchTwinsMax);
  if (!taken) return;
  if (await touchesRelated(desk, taken)) {
    advance(desk, taken, new Set());
    return yield* again(desk, { agency: undefined, reason: 'the places that the filter relates to have changed' });
  }
  const event = await delta(desk, taken);
  if (event) yield event;
}

const waitMs = (desk: Desk): number =>
  desk.queue.isEmpty() ? limits.streamHeartbeatMs : Math.min(limits.streamHeartbeatMs, Math.max(0, desk.nextDeltaMs - nowMs(desk)));

type Beginning = 'fresh' | 'resumed' | 'lost';

async function* run(desk: Desk, beginning: Beginning): AsyncGenerator<WatchEvent> {
  const { watched, orchestration, sources } = desk;
  await hear(desk);
  if (beginning === 'lost') yield { type: 'resnapshot', agency: undefined, reason: 'the cursor does not know every source', cursor: cursorNow(desk, false) };
  yield* snapshot(desk, beginning !== 'resumed');
  yield* beats(desk, sources.takeMoved());
  let beatAtMs = nowMs(desk) + limits.streamHeartbeatMs;
  while (!watched.signal.aborted) {
    const federation = orchestration.federation(watched.federation);
    if (!federation || isOver(federation)) return;
    yield* look(desk, federation);
    if (nowMs(desk) >= beatAtMs) {
      yield* beats(
        desk,
        sources.states().filter(({ alive }) => alive === false),
      );
      beatAtMs = nowMs(desk) + limits.streamHeartbeatMs;
    }
    const ms = waitMs(desk);
    if (ms > 0) await sources.wait(ms);
  }
}

const ended = async function* (events: AsyncGenerator<WatchEvent>, stop: () => void): AsyncGenerator<WatchEvent> {
  try {
    for await (const event of events) {
      yield event;
      if (event.type === 'failed') return;
    }
  } finally {
    stop();
  }
};

/** Snapshot pages first (or, after a cursor, what followed it), then changes, until nobody listens or the federation is over. */
export const watch = (rooms: WatchRoom, watched: Watched): AsyncGenerator<WatchEvent> => {
  const federation = rooms.orchestration.federation(watched.federation);
  const cursor = watched.cursor === undefined ? undefined : decodeWatchCursor(watched.cursor, watched.federation);
  if (!federation) return failing(problem('unknownFederation', { subject: watched.federation }));
  if (cursor && !cursor.ok) return failing(cursor.problem);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, watched.signal]);
  const resumed = cursor?.value.whole === true && covers(federation, rooms.room.self.agency, cursor.value.seqs);
  const from = resumed ? cursor.value.seqs : new Map<AgencyId, number>();
  const queue = createChangeQueue();
  const sources = watchSources({ room: rooms.room, queue, from, signal });
  const desk: Desk = {
    ...rooms,
    watched: { ...watched, signal },
    sources,
    queue,
    held: createHeld(),
    related: new Set(),
    missing: new Set(),
    retryAtMs: 0,
    retryMs: limits.streamHeartbeatMs,
    nextDeltaMs: 0,
    resuming: resumed,
  };
  sources.followAll(federation);
  return ended(run(desk, resumed ? 'resumed' : cursor ? 'lost' : 'fresh'), () => stop.abort());
};

/** A cursor that does not know all who take part cannot tell what followed. */
const covers = ({ members }: Federation, own: AgencyId, seqs: ReadonlyMap<AgencyId, number>): boolean =>
  [own, ...members.filter(mayBeAsked).map(({ agency }) => agency)].every((agency) => seqs.has(agency));

async function* failing(given: Problem): AsyncGenerator<WatchEvent> {
  yield { type: 'failed', problem: given };
}
