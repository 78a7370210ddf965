/**
 * Feed: where the changes come from that a subscription tells: the change log of the store, or an agency's own systems. And the former.
 */
import {
  type Geometry,
  type GrantedFeature,
  limits,
  type Result,
  type SubscriptionTerms,
  type TermId,
  type Twin,
  type TwinFilter,
  type TwinId,
  type TwinRow,
  type TwinsChanged,
} from '@cityweave/core';
import { pause } from '../../deps.ts';
import type { ChangesPage } from '../../store/store.ts';
import { answered } from '../../store/unanswered.ts';
import type { Room } from '../room.ts';
import { shown } from '../utilization/sight.ts';

/** What a subscriber may be told of, and of that what it asked for. */
export type Granted = {
  readonly features: readonly GrantedFeature[];
  readonly area?: Geometry | undefined;
  readonly query?: SubscriptionTerms['query'];
};

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

const idsFitting = async (room: Room, ids: readonly TwinId[], filter: Omit<TwinFilter, 'ids'>): Promise<ReadonlySet<TwinId>> =>
  new Set((await room.store.find({ filter: { ...filter, ids }, first: ids.length })).twins.map(({ id }) => id));

const isGranted = ({ features }: Pick<Granted, 'features'>, kind: TermId | undefined): boolean => features.some((feature) => feature.kind === kind);

type Seen = { readonly rows: readonly TwinRow[]; readonly outside: readonly TwinId[] };

/** Of twins that changed those that may be told, as they may be seen; beside them those that were not asked for. */
const seenBy = async (room: Room, { features, area, query }: Granted, twins: ReadonlyMap<TwinId, Twin>): Promise<Seen> => {
  const granted = [...twins.values()].filter(({ kind }) => isGranted({ features }, kind));
  const ids = granted.map(({ id }) => id);
  if (ids.length === 0) return { rows: [], outside: [] };
  const inArea = area && (await idsFitting(room, ids, { areas: [{ relation: 'intersects', geometry: area }] }));
  const told = granted.filter(({ id }) => !inArea || inArea.has(id));
  const fitting = query?.filter && (await idsFitting(room, ids, { all: [query.filter] }));
  const sight = { granted: features, area };
  return {
    rows: told.filter(({ id }) => !fitting || fitting.has(id)).map((twin) => ({ twin: shown({ room, sight }, twin, query ?? {}) })),
    outside: fitting ? told.filter(({ id }) => !fitting.has(id)).map(({ id }) => id) : [],
  };
};

/** The changes of a stretch of the log, latest per twin; a twin that is gone, or of another kind since, is told as deleted, if its kind was granted. */
const changedTwins = async (room: Room, granted: Granted, { changes, seen: seq }: ChangesPage): Promise<TwinsChanged> => {
  const twins = await room.store.get([...new Set(changes.map(({ id }) => id))]);
  const { rows, outside } = await seenBy(room, granted, twins);
  const left = changes.filter(({ id, op, kind }) => op === 'put' && isGranted(granted, kind) && !isGranted(granted, twins.get(id)?.kind));
  const gone = changes.filter(({ id, op }) => op === 'delete' && !twins.has(id));
  // a log of an older version does not say what was deleted: the subscriber has to look for itself
  if (gone.some(({ kind }) => kind === undefined)) return { seq, rows: [], deleted: [], resnapshot: true };
  const deleted = [...new Set([...gone.filter(({ kind }) => isGranted(granted, kind)), ...left].map(({ id }) => id))];
  return { seq, rows: [...rows], deleted, ...(outside.length > 0 && { outside: [...outside] }) };
};

/** Resolves at the next commit, after the heartbeat's time, or when nobody listens. */
const nextCommit = async (room: Room, signal: AbortSignal): Promise<void> => {
  const over = new AbortController();
  const stop = room.store.onCommit(() => over.abort());
  await pause(room.deps.timers, limits.streamHeartbeatMs, AbortSignal.any([over.signal, signal]));
  stop();
};

const nextOf = async (room: Room, after: number, granted: Granted): Promise<Told> => {
  const kinds = [...new Set(granted.features.map(({ kind }) => kind))];
  const page = await room.store.changes(after, { limit: limits.streamBatchTwinsMax, kinds });
  const { head, oldest, seen } = page;
  if (after + 1 < oldest && after < head) return { type: 'changed', seq: head, changed: { seq: head, rows: [], deleted: [], resnapshot: true } };
  return seen <= after ? { type: 'quiet', head } : { type: 'changed', seq: seen, changed: await changedTwins(room, granted, page) };
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
