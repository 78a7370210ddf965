/**
 * Feed: plays a recorded feed in step with the clock: first the state as of now, then each reading when it was published. The store is its only memory:
 * an older observation never overwrites a newer one, a correction (the same observation, published later) does.
 */
import {
  type Instant,
  instantOfMs,
  isRetryable,
  limits,
  msOfInstant,
  ok,
  type Position,
  type Problem,
  type Reading,
  type Result,
  type Twin,
  type TwinId,
} from '@cityweave/core';
import type { Clock, Timers } from '../deps.ts';
import type { Command, TwinStore } from '../store/store.ts';
import { dayMs, type Recorded, type Recording } from './recording.ts';
import type { Source } from './source.ts';
import type { ImportThreads } from './threads.ts';

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
  readonly recording: Recording;
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

/** How long a feed sleeps at most, so that a clock that is set is noticed, and how long it waits after a store that did not answer. */
const sleepMaxMs = 60 * 60 * 1000;
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
  const playing: Playing = { ...options, ...start, recording: recording.value, daily, ids: new Map(), unresolved: new Set(), placedAtMs: new Map() };
  return ok(play(playing));
};

/** The feed keeps its place in the store as a peer does. */
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
    if (!closed) cancel = playing.timers.after(failed ? retryMs : waitMs(playing), wake);
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

const statusOf = ({ recording, applied, unresolved }: Playing): FeedStatus => ({
  rows: recording.rows.length,
  refused: recording.refused,
  applied,
  unresolved: [...unresolved].slice(0, unresolvedListedMax),
});

/** Brings the store from what was done last to now. */
const catchUp = async (playing: Playing): Promise<Problem | undefined> => {
  const nowMs = msOfInstant(playing.clock.now());
  const latest = latestOf(playing, dueRows(playing, nowMs));
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

type Due = { readonly row: Recorded; readonly publishedMs: number };

/** Rows published after `doneMs` and up to now, in that order; of a day played again, never more than the last 24 hours. */
const dueRows = ({ recording: { rows }, daily, doneMs }: Playing, nowMs: number): readonly Due[] => {
  if (!daily) return rows.slice(firstAfter(rows, doneMs), firstAfter(rows, nowMs)).map((row) => ({ row, publishedMs: row.publishedMs }));
  const fromMs = Math.max(doneMs, nowMs - dayMs);
  const due: Due[] = [];
  for (let midnightMs = fromMs - (fromMs % dayMs); midnightMs <= nowMs; midnightMs += dayMs)
    for (const row of rows.slice(firstAfter(rows, fromMs - midnightMs), firstAfter(rows, nowMs - midnightMs)))
      due.push({ row, publishedMs: midnightMs + row.publishedMs });
  return due;
};

/** Index of the first row published after `ms`. */
const firstAfter = (rows: readonly Recorded[], ms: number): number => {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.publishedMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Time until the next row is due. */
const waitMs = ({ recording: { rows }, daily, doneMs, clock }: Playing): number => {
  const midnightMs = daily ? doneMs - (doneMs % dayMs) : 0;
  const next = rows[firstAfter(rows, doneMs - midnightMs)]?.publishedMs;
  const tomorrow = daily && rows[0] ? dayMs + rows[0].publishedMs : undefined;
  const dueMs = next ?? tomorrow;
  return dueMs === undefined ? sleepMaxMs : Math.min(sleepMaxMs, Math.max(0, midnightMs + dueMs - msOfInstant(clock.now())));
};

type Latest = {
  readonly readings: Map<string, Reading> /** before the latest */;
  readonly samples: Map<string, readonly Reading[]>;
  position?: { readonly at: Position; readonly observedMs: number };
};

/** A reading whose times are still numbers: of thousands of rows only the last becomes a value. */
type Timed = { readonly reading: Reading; readonly observedMs: number; readonly publishedMs: number };

type Collected = { readonly timed: Map<string, Timed>; readonly passed: Map<string, Timed[]>; position?: Latest['position'] };

const isLater = (given: Timed, known: Timed | undefined): boolean =>
  !known || given.observedMs > known.observedMs || (given.observedMs === known.observedMs && given.publishedMs > known.publishedMs);

/** The latest of each term; what it passes, or what comes late, is for the history. */
const collect = ({ timed, passed }: Collected, term: string, given: Timed): void => {
  const known = timed.get(term);
  const [stands, other] = isLater(given, known) ? [given, known] : [known, given];
  if (stands) timed.set(term, stands);
  const before = passed.get(term);
  if (other && before) before.push(other);
  else if (other) passed.set(term, [other]);
};

const collectDue = (due: readonly Due[]): ReadonlyMap<string, Collected> => {
  const collected = new Map<string, Collected>();
  for (const { row, publishedMs } of due) {
    const observedMs = publishedMs - row.lagMs;
    const known: Collected = collected.get(row.key) ?? { timed: new Map(), passed: new Map() };
    for (const [term, reading] of Object.entries(row.readings)) collect(known, term, { reading, observedMs, publishedMs });
    if (row.position && observedMs >= (known.position?.observedMs ?? Number.NEGATIVE_INFINITY)) known.position = { at: row.position, observedMs };
    collected.set(row.key, known);
  }
  return collected;
};

/** Of several readings of one property the one that supersedes the others, and for the history those of them that it does not know: one patch a twin, never one a row. */
const latestOf = ({ source, keptMs }: Playing, due: readonly Due[]): ReadonlyMap<string, Latest> => {
  const origin = `feed ${source.id}`;
  const toReading = ({ reading, observedMs, publishedMs }: Timed): Reading => ({
    ...reading,
    observedAt: instantOfMs(observedMs),
    recordedAt: instantOfMs(publishedMs),
    origin,
  });
  const latest = new Map<string, Latest>();
  for (const [key, { timed, passed, position }] of collectDue(due)) {
    const readings = new Map([...timed].map(([term, found]) => [term, toReading(found)]));
    const samples = new Map([...passed].map(([term, all]) => [term, all.filter(({ publishedMs }) => publishedMs > keptMs).map(toReading)]));
    latest.set(key, { readings, samples, ...(position && { position }) });
  }
  return latest;
};

/** Newer observations win; of the same observation the later publication. What a file said without a time of its own gives way to any feed. */
const supersedes = (given: Reading, known: Reading | undefined): boolean => {
  if (known?.observedAt === undefined || known.origin === undefined) return true;
  const order = compareInstants(given.observedAt, known.observedAt);
  return order > 0 || (order === 0 && compareInstants(given.recordedAt, known.recordedAt) > 0);
};

const compareInstants = (a: Instant | undefined, b: Instant | undefined): number => {
  const [left, right] = [a ?? '', b ?? ''];
  return left === right ? 0 : left > right ? 1 : -1;
};

/** `seq` comes with the last batch of a step. */
type Turn = { readonly keys: readonly string[]; readonly seq: number | undefined };

const putBatch = async (playing: Playing, latest: ReadonlyMap<string, Latest>, { keys, seq }: Turn): Promise<Problem | undefined> => {
  const { store, clock, source } = playing;
  await resolveKeys(playing, keys);
  const twins = await store.get([...new Set(keys.flatMap((key) => playing.ids.get(key) ?? []))]);
  const commands = keys.flatMap((key) => patchOf(playing, { key, latest: latest.get(key), twin: twins.get(playing.ids.get(key) ?? noTwin) }));
  if (commands.length === 0) return undefined;
  const cursor = seq === undefined ? {} : { cursor: { peer: cursorOf(source), seq } };
  const outcomes = await store.apply(commands, { atomic: false, at: clock.now(), ...cursor });
  playing.applied += outcomes.filter((outcome) => outcome.ok).length;
  return outcomes.flatMap((outcome) => (outcome.ok || !isRetryable(outcome.problem) ? [] : [outcome.problem]))[0];
};

const noTwin = '' as TwinId; // branding: names no twin

/** Keys that name no twin are looked up again with their next reading: the twin may come later. */
const resolveKeys = async ({ store, source, ids, unresolved }: Playing, keys: readonly string[]): Promise<void> => {
  const asked = keys.filter((key) => !ids.has(key));
  if (asked.length === 0) return;
  const found = await store.resolve(asked, { scheme: source.feed?.scheme });
  for (const key of asked) {
    const [id] = found.get(key) ?? [];
    if (id) ids.set(key, id);
    if (id) unresolved.delete(key);
    else if (unresolved.size < limits.filterIdsMax) unresolved.add(key);
  }
};

type Patching = { readonly key: string; readonly latest: Latest | undefined; readonly twin: Twin | undefined };

/** What the history does not know yet: what the latest reading passed, and that one too where it came late. */
const samplesOf = (
  { readings, samples }: Latest,
  { stands, keptMs }: { readonly stands: Readonly<Record<string, Reading>>; readonly keptMs: number },
): Readonly<Record<string, readonly Reading[]>> => {
  const isNew = ({ recordedAt }: Reading): boolean => recordedAt !== undefined && msOfInstant(recordedAt) > keptMs;
  const all = [...readings].map(([term, reading]) => [term, [...(samples.get(term) ?? []), ...(!stands[term] && isNew(reading) ? [reading] : [])]] as const);
  return Object.fromEntries(all.filter(([, some]) => some.length > 0));
};

/** What the store does not know yet; nothing where it knows it all. */
const patchOf = ({ placedAtMs, ids, keptMs }: Playing, { key, latest, twin }: Patching): readonly Command[] => {
  if (!twin || !latest) {
    ids.delete(key);
    return [];
  }
  const values = Object.fromEntries([...latest.readings].filter(([term, reading]) => supersedes(reading, twin.values[term])));
  const samples = samplesOf(latest, { stands: values, keptMs });
  const position = latest.position && latest.position.observedMs >= (placedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) ? latest.position : undefined;
  if (position) placedAtMs.set(key, position.observedMs);
  const moved = position && JSON.stringify(position.at) !== JSON.stringify(twin.position) ? position.at : undefined;
  if (Object.keys(values).length + Object.keys(samples).length === 0 && !moved) return [];
  return [{ op: 'patchTwin', id: twin.id, values, samples, ...(moved && position && { position: moved, placedAt: instantOfMs(position.observedMs) }) }];
};
