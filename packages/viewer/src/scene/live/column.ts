/**
 * Column: values of one property by row, filled by frames as they come, and what is out of order about each. It grows in a worker; the page is told what is another now.
 */
import { type StateHead, type StateValues, stateFlags } from '@cityweave/core/scene/tiles';
import { type Bounds, markBits } from '../staged.ts';
import { createShown, type Shown } from './shown.ts';

export type GrowingColumn = {
  /** Returns the marks of all rows. */
  readonly takeHead: (head: StateHead) => Uint8Array<ArrayBuffer>;
  readonly takeValues: (changed: StateValues) => void;
  /** Looks for what grew stale since it came. */
  readonly age: () => void;
  /** Rows that are others since this was last asked, each once. */
  readonly others: () => Shown;
};

type ColumnGiven = {
  readonly rows: number;
  readonly bounds: Bounds;
  readonly agencyOf: (row: number) => number;
  readonly nowSeconds: () => number;
};

type Columns = {
  readonly values: Float32Array;
  readonly observed: Float64Array;
  readonly flags: Uint8Array;
  readonly known: Uint8Array;
  readonly marks: Uint8Array<ArrayBuffer>;
};

const columnsOf = (rows: number): Columns => ({
  values: new Float32Array(rows).fill(Number.NaN),
  observed: new Float64Array(rows).fill(Number.NaN),
  ...{ flags: new Uint8Array(rows), known: new Uint8Array(rows), marks: new Uint8Array(rows) },
});

/** What is out of order about a row now. */
const createMarking = ({ values, observed, flags, known }: Columns, { bounds, agencyOf, nowSeconds }: ColumnGiven) => {
  let silent: ReadonlySet<number> = new Set();
  return {
    silence: (head: StateHead): void => {
      silent = new Set(head.silent.map(({ agency }) => agency));
    },
    marksOf: (row: number): number => {
      if (known[row] !== 1) return 0;
      const [value, flag] = [values[row] ?? Number.NaN, flags[row] ?? 0];
      const isOld = bounds.staleAfter !== undefined && nowSeconds() - (observed[row] ?? Number.NaN) > bounds.staleAfter;
      const missing = (flag & stateFlags.missing) !== 0 || (silent.size > 0 && silent.has(agencyOf(row)));
      const alarm = value < (bounds.least ?? -Infinity) || value > (bounds.most ?? Infinity);
      return ((flag & stateFlags.carried) !== 0 || isOld ? markBits.stale : 0) + (missing ? markBits.missing : 0) + (alarm ? markBits.alarm : 0);
    },
  };
};

export const createColumn = (given: ColumnGiven): GrowingColumn => {
  const { rows } = given;
  const columns = columnsOf(rows);
  const { values, observed, flags, known, marks } = columns;
  const { silence, marksOf } = createMarking(columns, given);
  const touched = new Set<number>();
  return {
    takeHead: (head) => {
      silence(head);
      for (let row = 0; row < rows; row += 1) marks[row] = marksOf(row);
      return marks.slice();
    },
    takeValues: (changed) => {
      for (const [at, row] of changed.rows.entries()) {
        if (row >= rows) continue;
        values[row] = changed.values[at] ?? Number.NaN;
        observed[row] = changed.observed[at] ?? Number.NaN;
        flags[row] = changed.flags[at] ?? 0;
        known[row] = 1;
        touched.add(row);
      }
    },
    age: () => {
      for (let row = 0; row < rows; row += 1) if (known[row] === 1 && marksOf(row) !== marks[row]) touched.add(row);
    },
    others: () => {
      const shown = createShown(touched.size);
      let at = 0;
      for (const row of touched) {
        const after = marksOf(row);
        if (((after ^ (marks[row] ?? 0)) & markBits.alarm) !== 0) shown.alarmed.push(row);
        marks[row] = after;
        shown.put(at, { row, value: values[row] ?? Number.NaN, observed: observed[row] ?? Number.NaN, marks: after });
        at += 1;
      }
      touched.clear();
      return shown;
    },
  };
};
