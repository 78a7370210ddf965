/**
 * Feed: where the changes come from that a subscription tells: the change log of the store, or an agency's own systems. And the former.
 */
import { type Change, type Geometry, type GrantedFeature, limits, mayShow, type Result, type Twin, type TwinsChanged } from '@cityweave/core';
import { pause } from '../../deps.ts';
import { answered } from '../../store/unanswered.ts';
import type { Room } from '../room.ts';

/** What a subscriber may be told of. */
export type Granted = { readonly features: readonly GrantedFeature[]; readonly area?: Geometry | undefined };

export type Told =
  /** up to `seq` */
  | { readonly type: 'changed'; readonly seq: number; readonly changed: TwinsChanged }
  | { readonly type: 'quiet'; readonly head: number }
  /** nothing can be told any more; why, is what `head` says */
  | { readonly type: 'over' };

export type Feed = {
  /** how far it reaches now */
  readonly head: () => Promise<Result<number>>;
  /** somebody listens until then */
  readonly open: (signal: AbortSignal) => void;
  /** The next changes after a sequence, as far as they may be told. */
  readonly next: (after: number, granted: Granted) => Promise<Told>;
  /** Resolves when it is worth looking again, or when nobody listens. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
};

const shownTo = (room: Room, { features }: Granted, twin: Twin): Twin | undefined => {
  const grant = features.find(({ kind }) => kind === twin.kind);
  if (!grant) return undefined;
  if (!(grant.withheld ?? []).length) return twin;
  return { ...twin, values: Object.fromEntries(Object.entries(twin.values).filter(([term]) => mayShow(term, grant, room.vocabulary()))) };
};

/** The changes of a stretch of the log, latest per twin; a twin that is gone is told as deleted, if its kind was granted. */
const changedTwins = async (room: Room, granted: Granted, changes: readonly Change[]): Promise<TwinsChanged> => {
  const ids = [...new Set(changes.map(({ id }) => id))];
  const twins = await room.store.get(ids);
  const { area } = granted;
  const inArea =
    area &&
    new Set((await room.store.find({ filter: { ids, areas: [{ relation: 'intersects', geometry: area }] }, first: ids.length })).twins.map(({ id }) => id));
  const rows = [...twins.values()].flatMap((twin) => (inArea && !inArea.has(twin.id) ? [] : (shownTo(room, granted, twin) ?? []))).map((twin) => ({ twin }));
  const seq = changes.at(-1)?.seq ?? 0;
  const gone = changes.filter(({ id, op }) => op === 'delete' && !twins.has(id));
  // a log of an older version does not say what was deleted: the subscriber has to look for itself
  if (gone.some(({ kind }) => kind === undefined)) return { seq, rows: [], deleted: [], resnapshot: true };
  return { seq, rows, deleted: [...new Set(gone.filter(({ kind }) => granted.features.some((feature) => feature.kind === kind)).map(({ id }) => id))] };
};

/** Resolves at the next commit, after the heartbeat's time, or when nobody listens. */
const nextCommit = async (room: Room, signal: AbortSignal): Promise<void> => {
  const over = new AbortController();
  const stop = room.store.onCommit(() => over.abort());
  await pause(room.deps.timers, limits.streamHeartbeatMs, AbortSignal.any([over.signal, signal]));
  stop();
};

const nextOf = async (room: Room, after: number, granted: Granted): Promise<Told> => {
  const { changes, head, oldest } = await room.store.changes(after, { limit: limits.streamBatchTwinsMax });
  if (after + 1 < oldest && after < head) return { type: 'changed', seq: head, changed: { seq: head, rows: [], deleted: [], resnapshot: true } };
  if (changes.length === 0) return { type: 'quiet', head };
  return { type: 'changed', seq: changes.at(-1)?.seq ?? after, changed: await changedTwins(room, granted, changes) };
};

export const createStoreFeed = (room: Room): Feed => ({
  head: () => answered(room.store.head()),
  open: () => undefined,
  next: async (after, granted) => {
    const told = await answered(nextOf(room, after, granted));
    return told.ok ? told.value : { type: 'over' };
  },
  wait: (signal) => nextCommit(room, signal),
});
