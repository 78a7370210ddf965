/**
 * Live: one property of what is in view, as a column by row that is kept up to date. React is told a few times a second that something changed, never what.
 */
import type { StateFrame } from '@cityweave/core/scene/tiles';
import type { StatesAsked } from '../fetching.ts';
import type { Bounds, Live, LiveColumn } from '../staged.ts';
import { createColumn, type GrowingColumn } from './column.ts';
import { createStateFollowing, type StateFollowing } from './state-following.ts';

export type LiveRoom = {
  readonly federation: string;
  readonly rows: number;
  readonly agencyOf: (row: number) => number;
  /** stretches of rows that are drawn now */
  readonly inView: () => StatesAsked['ranges'];
  readonly mark: (column: LiveColumn, rows: Iterable<number>) => void;
  /** nothing is marked any more */
  readonly unmark: () => void;
  /** the rows of the scene are other twins */
  readonly revised: () => void;
};

const toldEveryMs = 250;
const againMs = 1_000;
const staleEveryMs = 5_000;
const rangesMax = 1_000;

const createBell = (): { readonly ring: () => void; readonly on: Live['onChanged'] } => {
  const listeners = new Set<() => void>();
  let waits = false;
  return {
    ring: () => {
      if (waits) return;
      waits = true;
      setTimeout(() => {
        waits = false;
        for (const run of listeners) run();
      }, toldEveryMs);
    },
    on: (run) => {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
};

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });

type Following = {
  readonly room: LiveRoom;
  readonly growing: GrowingColumn;
  readonly term: string;
  readonly ring: () => void;
  since: StatesAsked['since'];
  revision: string | undefined;
};

const take = (following: Following, frame: StateFrame): void => {
  const { room, growing, ring } = following;
  if ('head' in frame) {
    if (following.revision !== undefined && following.revision !== frame.head.revision) room.revised();
    following.revision = frame.head.revision;
    following.since = { epoch: frame.head.epoch, version: frame.version };
    growing.takeHead(frame.head);
    room.mark(growing.column(), growing.column().values.keys());
  } else {
    if (following.since) following.since = { ...following.since, version: frame.version };
    if (frame.changed.rows.length === 0) return;
    room.mark(growing.column(), growing.takeValues(frame.changed));
  }
  ring();
};

/** Stretches that lie near one another become one, until there are few enough. */
export const fewer = (ranges: StatesAsked['ranges'], most: number): StatesAsked['ranges'] => {
  let merged = ranges;
  for (let gap = 16; merged.length > most; gap *= 4) {
    const next: [number, number][] = [];
    for (const [from, to] of merged) {
      const last = next.at(-1);
      if (last && from - last[1] <= gap) last[1] = Math.max(last[1], to);
      else next.push([from, to]);
    }
    merged = next;
  }
  return merged;
};

/** What was seen before is known up to a version; what comes into view is asked for from the beginning. */
const followOn = async (
  { states, following }: { readonly states: StateFollowing; readonly following: Following },
  ranges: StatesAsked['ranges'],
  signal: AbortSignal,
): Promise<void> => {
  const { room, term } = following;
  while (!signal.aborted) {
    const { again } = await states.follow(
      { federation: room.federation, term, ranges, since: following.since },
      (frame) => signal.aborted || take(following, frame),
      signal,
    );
    if (!again) return;
    await sleep(againMs, signal);
  }
};

const sameRanges = (a: StatesAsked['ranges'], b: StatesAsked['ranges']): boolean =>
  a.length === b.length && a.every(([from, to], at) => from === b[at]?.[0] && to === b[at]?.[1]);

export type LiveHere = { readonly live: Live /** the view rests, perhaps on other rows */; readonly look: () => void; readonly close: () => void };

export const createLive = (room: LiveRoom): LiveHere => {
  const bell = createBell();
  const states = createStateFollowing();
  let following: Following | undefined;
  let [stop, stopTerm] = [new AbortController(), new AbortController()];
  let ranges: StatesAsked['ranges'] = [];
  const look = (): void => {
    if (!following) return;
    const now = fewer(room.inView(), rangesMax);
    if (sameRanges(now, ranges)) return;
    ranges = now;
    stop.abort();
    stop = new AbortController();
    following.since = undefined;
    void followOn({ states, following }, ranges, stop.signal);
  };
  const keepStale = async ({ growing }: Following, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await sleep(staleEveryMs, signal);
      const rows = signal.aborted ? [] : growing.takeStale();
      if (rows.length > 0) room.mark(growing.column(), rows);
    }
  };
  const follow = (term: string | undefined, bounds: Bounds = {}): void => {
    stop.abort();
    stopTerm.abort();
    stopTerm = new AbortController();
    ranges = [];
    if (following) room.unmark();
    following = undefined;
    bell.ring();
    if (term === undefined) return;
    const { rows, agencyOf } = room;
    const growing = createColumn({ term, rows, bounds, agencyOf, nowSeconds: () => Date.now() / 1_000 });
    following = { room, growing, term, ring: bell.ring, since: undefined, revision: undefined };
    look();
    void keepStale(following, stopTerm.signal);
  };
  const close = (): void => {
    stop.abort();
    stopTerm.abort();
    states.close();
  };
  return { live: { follow, column: () => following?.growing.column(), onChanged: bell.on }, look, close };
};
