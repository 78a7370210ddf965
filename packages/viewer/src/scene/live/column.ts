/**
 * Column: values of one property by row, filled by frames as they come, and what is out of order about each.
 */
import { type StateHead, type StateValues, stateFlags } from '@cityweave/core/scene/tiles';
import { type Bounds, type LiveColumn, markBits } from '../staged.ts';

export type GrowingColumn = {
  readonly column: () => LiveColumn;
  readonly takeHead: (head: StateHead) => void;
  /** Returns the rows that are others now. */
  readonly takeValues: (changed: StateValues) => Uint32Array;
  /** rows that grew stale since this was last asked */
  readonly takeStale: () => readonly number[];
};

type Given = {
  readonly term: string;
  readonly rows: number;
  readonly bounds: Bounds;
  readonly agencyOf: (row: number) => number;
  readonly nowSeconds: () => number;
};

export const createColumn = ({ term, rows, bounds, agencyOf, nowSeconds }: Given): GrowingColumn => {
  const values = new Float32Array(rows).fill(Number.NaN);
  const observed = new Float64Array(rows).fill(Number.NaN);
  const flags = new Uint8Array(rows);
  const known = new Uint8Array(rows);
  const grown = new Uint8Array(rows);
  let head: StateHead | undefined;
  let silent: ReadonlyMap<number, string | undefined> = new Map();
  const isStale = (row: number): boolean => {
    const age = nowSeconds() - (observed[row] ?? Number.NaN);
    return ((flags[row] ?? 0) & stateFlags.carried) !== 0 || (bounds.staleAfter !== undefined && age > bounds.staleAfter);
  };
  const marksOf = (row: number): number => {
    if (known[row] !== 1) return 0;
    const value = values[row] ?? Number.NaN;
    const missing = ((flags[row] ?? 0) & stateFlags.missing) !== 0 || (silent.size > 0 && silent.has(agencyOf(row)));
    const alarm = value < (bounds.least ?? -Infinity) || value > (bounds.most ?? Infinity);
    return (isStale(row) ? markBits.stale : 0) + (missing ? markBits.missing : 0) + (alarm ? markBits.alarm : 0);
  };
  return {
    column: () => ({ term, unit: head?.unit, categories: head?.categories, values, observed, marksOf, silent }),
    takeHead: (given) => {
      head = given;
      silent = new Map(given.silent.map(({ agency, since }) => [agency, since]));
    },
    takeValues: (changed) => {
      for (const [at, row] of changed.rows.entries()) {
        if (row >= rows) continue;
        values[row] = changed.values[at] ?? Number.NaN;
        observed[row] = changed.observed[at] ?? Number.NaN;
        flags[row] = changed.flags[at] ?? 0;
        known[row] = 1;
        grown[row] = 0;
      }
      return changed.rows;
    },
    takeStale: () => {
      const found: number[] = [];
      for (let row = 0; row < rows; row += 1) {
        if (known[row] !== 1 || grown[row] === 1 || !isStale(row)) continue;
        grown[row] = 1;
        found.push(row);
      }
      return found;
    },
  };
};
