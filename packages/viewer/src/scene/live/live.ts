/**
 * Live: one property of what is in view, as a column by row that is kept up to date. React is told a few times a second that something changed, never what.
 */
import type { Live, LiveColumn } from '../staged.ts';

/** Where columns come from: a whole column now, then what changed, until the signal says so. */
export type LiveSource = {
  readonly follow: (
    asked: { readonly term: string; readonly rows: number; readonly inView: () => readonly (readonly [number, number])[] },
    taken: Taken,
    signal: AbortSignal,
  ) => void;
};

export type Taken = {
  readonly column: (column: LiveColumn) => void;
  /** these rows of the column are others now */
  readonly rows: (rows: Iterable<number>) => void;
};

type Room = {
  readonly source: LiveSource;
  readonly rows: number;
  readonly inView: () => readonly (readonly [number, number])[];
  readonly mark: (column: LiveColumn, rows: Iterable<number>) => void;
};

const toldEveryMs = 250;

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

export const createLive = ({ source, rows, inView, mark }: Room): { readonly live: Live; readonly close: () => void } => {
  const bell = createBell();
  let stop = new AbortController();
  let column: LiveColumn | undefined;
  const taken: Taken = {
    column: (given) => {
      column = given;
      mark(given, given.values.keys());
      bell.ring();
    },
    rows: (changed) => {
      if (column) mark(column, changed);
      bell.ring();
    },
  };
  const follow = (term: string | undefined): void => {
    stop.abort();
    stop = new AbortController();
    column = undefined;
    if (term !== undefined) source.follow({ term, rows, inView }, taken, stop.signal);
    bell.ring();
  };
  return { live: { follow, column: () => column, onChanged: bell.on }, close: () => stop.abort() };
};
