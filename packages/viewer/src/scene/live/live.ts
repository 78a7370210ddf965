/**
 * Live: one property of what is in view, as a column by row that a worker keeps up to date. React is told a few times a second that something changed, never what.
 */
import type { StateHead } from '@cityweave/core/scene/tiles';
import type { StatesAsked } from '../fetching.ts';
import type { Bounds, Live, LiveColumn } from '../staged.ts';
import type { Followed, FollowTold } from './following.ts';
import { columnsOfShown, type ShownColumns } from './shown.ts';
import { createStateFollowing } from './state-following.ts';

export type LiveRoom = Pick<Followed, 'federation' | 'rows' | 'rowsRevision' | 'agencies'> & {
  /** stretches of rows that are drawn now */
  readonly inView: () => StatesAsked['ranges'];
  /** what is another now; `alarmed`: those of the rows that went into alarm, or out of it */
  readonly mark: (told: Omit<ShownColumns, 'observed'>, column: LiveColumn, alarmed: Iterable<number>) => void;
  /** nothing is marked any more */
  readonly unmark: () => void;
  /** the rows of the scene are other twins */
  readonly revised: () => void;
};

/** A little more often than the worker tells, so that what it tells is heard at once. */
const toldEveryMs = 200;
const rangesMax = 1_000;

/** At once where nobody was told for a while. */
export const createBell = (everyMs = toldEveryMs): { readonly ring: () => void; readonly on: Live['onChanged'] } => {
  const listeners = new Set<() => void>();
  let [waits, toldMs] = [false, Number.NEGATIVE_INFINITY];
  const tell = (): void => {
    [waits, toldMs] = [false, performance.now()];
    for (const run of listeners) run();
  };
  return {
    ring: () => {
      if (waits) return;
      const left = toldMs + everyMs - performance.now();
      waits = left > 0;
      if (waits) setTimeout(tell, left);
      else tell();
    },
    on: (run) => {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
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

const sameRanges = (a: StatesAsked['ranges'], b: StatesAsked['ranges']): boolean =>
  a.length === b.length && a.every(([from, to], at) => from === b[at]?.[0] && to === b[at]?.[1]);

type HeardColumn = {
  readonly values: Float32Array<ArrayBuffer>;
  readonly column: () => LiveColumn;
  readonly takeHead: (head: StateHead, marks: Uint8Array<ArrayBuffer>) => void;
  readonly take: (shown: ShownColumns) => void;
};

/** The column as the page has it: what the worker told. */
const createHeard = (term: string, rows: number): HeardColumn => {
  const values = new Float32Array(rows).fill(Number.NaN);
  const observed = new Float64Array(rows).fill(Number.NaN);
  let marks = new Uint8Array(rows);
  let head: StateHead | undefined;
  let silent: ReadonlyMap<number, string | undefined> = new Map();
  const marksOf = (row: number): number => marks[row] ?? 0;
  return {
    values,
    column: () => ({ term, unit: head?.unit, categories: head?.categories, values, observed, marksOf, silent }),
    takeHead: (given, all) => {
      [head, marks] = [given, all];
      silent = new Map(given.silent.map(({ agency, since }) => [agency, since]));
    },
    take: (shown) => {
      for (let at = 0; at < shown.rows.length; at += 1) {
        const row = shown.rows[at] ?? 0;
        values[row] = shown.values[at] ?? Number.NaN;
        observed[row] = shown.observed[at] ?? Number.NaN;
        marks[row] = shown.marks[at] ?? 0;
      }
    },
  };
};

export type LiveHere = { readonly live: Live /** the view rests, perhaps on other rows */; readonly look: () => void; readonly close: () => void };

const hearIn =
  (room: LiveRoom, ring: () => void) =>
  (own: HeardColumn, told: FollowTold): void => {
    if ('revised' in told) {
      room.revised();
      return;
    }
    if ('head' in told) {
      own.takeHead(told.head, told.marks);
      const every = Uint32Array.from({ length: room.rows }, (_, row) => row);
      room.mark({ rows: every, values: own.values, marks: told.marks }, own.column(), every);
    } else {
      const shown = columnsOfShown(told.shown);
      own.take(shown);
      room.mark(shown, own.column(), told.shown.alarmed);
    }
    ring();
  };

export const createLive = (room: LiveRoom, states = createStateFollowing()): LiveHere => {
  const { federation, rows, rowsRevision, agencies } = room;
  const bell = createBell();
  const hear = hearIn(room, bell.ring);
  let heard: HeardColumn | undefined;
  /** asks for what is followed, from the beginning */
  let begin = (): void => undefined;
  let isHeld = false;
  let ranges: StatesAsked['ranges'] = [];
  const look = (): void => {
    if (!heard || isHeld) return;
    const now = fewer(room.inView(), rangesMax);
    if (sameRanges(now, ranges)) return;
    ranges = now;
    states.look(ranges);
  };
  const follow = (term: string | undefined, bounds: Bounds = {}): void => {
    states.stop();
    if (heard) room.unmark();
    const own = term === undefined ? undefined : createHeard(term, rows);
    heard = own;
    bell.ring();
    begin = (): void => {
      ranges = [];
      if (term === undefined || !own || isHeld) return;
      states.follow({ federation, term, rows, rowsRevision, bounds, agencies }, (told) => hear(own, told));
      look();
    };
    begin();
  };
  const hold = (wanted: boolean): void => {
    if (wanted === isHeld) return;
    isHeld = wanted;
    if (isHeld) states.stop();
    else begin();
  };
  return { live: { follow, hold, column: () => heard?.column(), onChanged: bell.on }, look, close: states.close };
};
