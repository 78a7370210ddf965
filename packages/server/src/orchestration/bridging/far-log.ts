/**
 * Far log: what an agency's own systems have, looked at when somebody asks and, while somebody follows, from time to time or when they say that something changed.
 */
import { fail, type Json, limits, msOfInstant, ok, type Problem, type Result } from '@cityweave/core';
import type { FarInterface } from '../../config/far-interface.ts';
import { pause } from '../../deps.ts';
import { traced } from '../../trace.ts';
import type { Room } from '../room.ts';
import { createFarChanges, type FarChange, type Kept, type Records } from './far-changes.ts';
import { keyOf } from './far-content.ts';
import { createFarSubscriptions, type FarSubscriptions } from './far-subscription.ts';

export type FarLog = {
  /** The records of an interface, no older than it says is fresh. */
  readonly records: (given: FarInterface) => Promise<Result<readonly Json[]>>;
  /** Looks whether anything changed anywhere; the sequence grows where something did. */
  readonly look: () => Promise<Result<number>>;
  readonly head: () => number;
  readonly changes: (after: number, most: number) => { readonly changes: readonly FarChange[]; readonly head: number; readonly since: number };
  /** Goes on looking for as long as somebody listens; what keeps it from looking is what it says. */
  readonly follow: (signal: AbortSignal) => void;
  readonly failure: () => Problem | undefined;
  /** Resolves at the next look that found something or failed, after the heartbeat's time, or when nobody listens. */
  readonly next: (signal: AbortSignal) => Promise<void>;
  /** A system says that something changed; false where nobody asked it to. */
  readonly notified: FarSubscriptions['notified'];
};

type Looked = { readonly records: readonly Json[]; readonly byKey: Records; readonly atMs: number };

type Desk = {
  readonly room: Room;
  readonly changes: ReturnType<typeof createFarChanges>;
  readonly looked: Map<string, Looked>;
  readonly running: Map<string, Promise<Result<Looked>>>;
  readonly failures: Map<string, Problem>;
  readonly waiting: Set<() => void>;
};

const byKeyOf = (given: FarInterface, records: readonly Json[]): Records =>
  new Map(
    records.flatMap((record): [string, Kept][] =>
      ((key) => (key === undefined ? [] : [[key, { record, text: JSON.stringify(record) }]]))(keyOf(given, record)),
    ),
  );

const wakeAll = ({ waiting }: Desk): void => {
  for (const wake of waiting) wake();
};

const note = (desk: Desk, given: FarInterface, now: Looked): void => {
  const { room, changes, looked } = desk;
  const before = looked.get(given.id);
  const atMs = msOfInstant(room.deps.clock.now());
  looked.set(given.id, now);
  if (before?.records.length !== now.records.length) room.records.put('farRecords', given.id, now.records.length);
  if (!before) changes.begin(atMs);
  else if (changes.note(given, { before: before.byKey, now: now.byKey, atMs })) wakeAll(desk);
};

const lookNow = async (desk: Desk, given: FarInterface): Promise<Result<Looked>> => {
  const { room, failures } = desk;
  const bounds = { recordsMax: limits.farRecordsMax, bytesMax: limits.exchangeDataBytesMax / 2, timeoutMs: limits.farFetchMs };
  const fetched = await room.far.records({ ...given, ...bounds, signal: room.signal });
  if (!fetched.ok) {
    failures.set(given.id, fetched.problem);
    wakeAll(desk);
    return fetched;
  }
  failures.delete(given.id);
  const records = fetched.value as readonly Json[]; // branding: parsed from JSON
  const now: Looked = { records, byKey: byKeyOf(given, records), atMs: room.deps.clock.monotonicMs() };
  note(desk, given, now);
  return ok(now);
};

/** Looked at once for all who ask at a time. */
const lookTogether = ({ running, ...desk }: Desk, given: FarInterface): Promise<Result<Looked>> => {
  const under = running.get(given.id);
  if (under) return under;
  const made = lookNow({ running, ...desk }, given).finally(() => running.delete(given.id));
  running.set(given.id, made);
  return made;
};

/** Not looked at again while it is fresh. */
const lookFresh = (desk: Desk, given: FarInterface): Promise<Result<Looked>> => {
  const known = desk.looked.get(given.id);
  const isFresh = known !== undefined && desk.room.deps.clock.monotonicMs() - known.atMs < given.freshMs;
  return isFresh ? Promise.resolve(ok(known)) : lookTogether(desk, given);
};

const lookAtAll = async (desk: Desk): Promise<Result<number>> => {
  const all = await Promise.all(desk.room.node.interfaces.map((given) => lookFresh(desk, given)));
  const failed = all.flatMap((one) => (one.ok ? [] : [one.problem]))[0];
  return failed ? fail({ ...failed, agency: desk.room.self.agency }) : ok(desk.changes.head());
};

/** One loop an interface, for as long as anybody follows, and so under no trace of who came first; a hint ends its rest. */
const keepLooking = async (
  desk: Desk,
  given: FarInterface,
  { hints, signal }: { readonly hints: FarSubscriptions; readonly signal: AbortSignal },
): Promise<void> => {
  const { timers } = desk.room.deps;
  while (!signal.aborted) {
    const rest = hints.begin(given, signal);
    await lookTogether(desk, given);
    await pause(timers, (await rest.subscribed) ? limits.farSubscribedLookMs : given.lookMs, AbortSignal.any([rest.hint, signal]));
  }
};

export const createFarLog = (room: Room): FarLog => {
  const desk: Desk = { room, changes: createFarChanges(), looked: new Map(), running: new Map(), failures: new Map(), waiting: new Set() };
  const hints = createFarSubscriptions(room);
  let followers = 0;
  let stop = new AbortController();
  const begin = (): void => {
    stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, room.signal]);
    for (const given of room.node.interfaces)
      void traced(undefined, () => keepLooking(desk, given, { hints, signal })).catch((cause) =>
        signal.aborted ? undefined : room.events.defect('far-log', cause),
      );
  };
  return {
    records: async (given) => {
      const looked = await lookFresh(desk, given);
      return looked.ok ? ok(looked.value.records) : looked;
    },
    look: () => lookAtAll(desk),
    head: desk.changes.head,
    changes: (after, most) => ({ changes: desk.changes.after(after, most), head: desk.changes.head(), since: desk.changes.since() }),
    follow: (signal) => {
      if (signal.aborted) return;
      followers += 1;
      if (followers === 1) begin();
      signal.addEventListener(
        'abort',
        () => {
          followers -= 1;
          if (followers === 0) stop.abort();
        },
        { once: true },
      );
    },
    failure: () => ((found) => found && { ...found, agency: room.self.agency })([...desk.failures.values()][0]),
    next: async (signal) => {
      const over = new AbortController();
      const wake = (): void => over.abort();
      desk.waiting.add(wake);
      await pause(room.deps.timers, limits.streamHeartbeatMs, AbortSignal.any([over.signal, signal]));
      desk.waiting.delete(wake);
    },
    notified: hints.notified,
  };
};
