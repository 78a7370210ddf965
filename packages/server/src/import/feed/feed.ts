/**
 * Feed: plays a recorded feed in step with the clock: first the state as of now, then each reading when it was published. The store is its only memory:
 * an older observation never overwrites a newer one, a correction (the same observation, published later) does.
 */
import { isRetryable, limits, msOfInstant, ok, type Problem, type Result, type Twin, type TwinId } from '@cityweave/core';
import type { Clock, Timers } from '../../deps.ts';
import type { TwinStore } from '../../store/store.ts';
import type { Source } from '../source.ts';
import type { ImportThreads } from '../threads.ts';
import { dueRows, waitMs } from './due.ts';
import { type Latest, latestOf } from './latest.ts';
import { patchOf } from './patch.ts';
import { dayMs, type Recording } from './recording.ts';

export type FeedOptions = {
  readonly source: Source;
  /** the recording, resolved */
  readonly path: string;
  readonly store: TwinStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly threads: ImportThreads;
  readonly signal: AbortSignal;
  /** told when the store does not take a batch; the feed tries again */
  readonly onProblem?: ((found: Problem) => void) | undefined;
};

export type FeedStatus = { readonly rows: number; readonly refused: number; readonly applied: number; readonly unresolved: readonly string[] };

export type Feed = {
  readonly status: () => FeedStatus;
  /** once everything that is due by now is in the store */
  readonly idle: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

type Playing = FeedOptions & {
  readonly refused: number;
  readonly rows: Recording['rows'];
  readonly daily: boolean;
  /** what was published up to then is in the store */
  doneMs: number;
  /** what was published up to then is in the history of the store, also of an earlier start */
  keptMs: number;
  applied: number;
  readonly ids: Map<string, TwinId>;
  readonly unresolved: Set<string>;
  readonly placedAtMs: Map<string, number>;
};

/** How long a feed waits after a store that did not answer. */
const retryMs = 1_000;
const batchTwins = 250;
const unresolvedListedMax = 100;

export const createFeed = async (options: FeedOptions): Promise<Result<Feed, Problem>> => {
  const nowMs = msOfInstant(options.clock.now());
  const recording = await options.threads.readRecording({ path: options.path, source: options.source, midnightMs: nowMs - (nowMs % dayMs) }, options.signal);
  if (!recording.ok) return recording;
  const daily = options.source.feed?.repeat !== 'once';
  const keptMs = (await options.store.cursor(cursorOf(options.source))) ?? Number.NEGATIVE_INFINITY;
  const start = { doneMs: daily ? nowMs - dayMs : Number.NEGATIVE_INFINITY, keptMs, applied: 0 };
  const { rows, refused } = recording.value;
  const playing: Playing = { ...options, ...start, rows, refused, daily, ids: new Map(), unresolved: new Set(), placedAtMs: new Map() };
  return ok(play(playing));
};

/** By this name the feed keeps its place in the store, as a peer does, and its readings say where they come from. */
const cursorOf = ({ id }: Source): string => `feed ${id}`;

/** One step at a time; each ends by setting the timer to the next row that is due. */
const play = (playing: Playing): Feed => {
  let cancel: () => void = () => undefined;
  let closed = false;
  let work: Promise<void> = Promise.resolve();
  const wake = () => {
    work = work.then(step);
  };
  const step = async () => {
    if (closed) return;
    cancel();
    const failed = await catchUp(playing);
    if (failed) playing.onProblem?.(failed);
    if (!closed) cancel = playing.timers.after(failed ? retryMs : waitMs(playing, msOfInstant(playing.clock.now())), wake);
  };
  wake();
  return {
    status: () => statusOf(playing),
    idle: async () => {
      wake();
      await work;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      cancel();
      await work;
    },
  };
};

const statusOf = ({ rows, refused, applied, unresolved }: Playing): FeedStatus => ({
  rows: rows.length,
  refused,
  applied,
  unresolved: [...unresolved].slice(0, unresolvedListedMax),
});

/** Brings the store from what was done last to now. */
const catchUp = async (playing: Playing): Promise<Problem | undefined> => {
  const nowMs = msOfInstant(playing.clock.now());
  const latest = latestOf(dueRows(playing, nowMs), { origin: cursorOf(playing.source), keptMs: playing.keptMs });
  const keys = [...latest.keys()];
  // a clock that was set back must not make the batch look like one that came before
  const kept = Math.max(nowMs, playing.keptMs + 1);
  for (let from = 0; from < keys.length; from += batchTwins) {
    const seq = from + batchTwins >= keys.length ? kept : undefined;
    const failed = await putBatch(playing, latest, { keys: keys.slice(from, from + batchTwins), seq });
    if (failed) return failed;
  }
  playing.doneMs = Math.max(playing.doneMs, nowMs);
  playing.keptMs = kept;
  return undefined;
};

/** `seq` comes with the last batch of a step. */
type Turn = { readonly keys: readonly string[]; readonly seq: number | undefined };

const putBatch = async (playing: Playing, latest: ReadonlyMap<string, Latest>, { keys, seq }: Turn): Promise<Problem | undefined> => {
  const { store, clock, source } = playing;
  await resolveKeys(playing, keys);
  const twins = await store.get([...new Set(keys.flatMap((key) => playing.ids.get(key) ?? []))]);
  const commands = keys.flatMap((key) => patchKey(playing, key, { latest: latest.get(key), twin: twins.get(playing.ids.get(key) ?? noTwin) }));
  if (commands.length === 0) return undefined;
  const cursor = seq === undefined ? {} : { cursor: { peer: cursorOf(source), seq } };
  const outcomes = await store.apply(commands, { atomic: false, at: clock.now(), ...cursor });
  playing.applied += outcomes.filter((outcome) => outcome.ok).length;
  return outcomes.flatMap((outcome) => (outcome.ok || !isRetryable(outcome.problem) ? [] : [outcome.problem]))[0];
};

/** A twin that is gone is looked up again with its next reading. */
const patchKey = (
  { ids, keptMs, placedAtMs }: Playing,
  key: string,
  { latest, twin }: { readonly latest: Latest | undefined; readonly twin: Twin | undefined },
) => {
  if (!twin || !latest) {
    ids.delete(key);
    return [];
  }
  const commands = patchOf(latest, { twin, keptMs, placedAtMs: placedAtMs.get(key) });
  if (latest.position) placedAtMs.set(key, Math.max(latest.position.observedMs, placedAtMs.get(key) ?? Number.NEGATIVE_INFINITY));
  return commands;
};

const noTwin = '' as TwinId; // branding: names no twin

/** Keys that name no twin are looked up again with their next reading: the twin may come later. */
const resolveKeys = async ({ store, source, ids, unresolved }: Playing, keys: readonly string[]): Promise<void> => {
  const asked = keys.filter((key) => !ids.has(key));
  if (asked.length === 0) return;
  const found = await store.resolve(asked, { scheme: source.feed?.scheme, limit: 1 });
  for (const key of asked) {
    const [id] = found.get(key) ?? [];
    if (id) ids.set(key, id);
    if (id) unresolved.delete(key);
    else if (unresolved.size < limits.filterIdsMax) unresolved.add(key);
  }
};
