/**
 * Shown: rows that are others now and what is known of them, in one piece of memory, so that little is to be done where they are handed over.
 */

/** What goes from the worker to the page. */
export type ShownBytes = {
  readonly buffer: ArrayBuffer;
  readonly count: number /** those of the rows that went into alarm, or out of it */;
  readonly alarmed: number[];
};

export type ShownColumns = {
  readonly observed: Float64Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  readonly rows: Uint32Array<ArrayBuffer>;
  /** sums of `markBits` */
  readonly marks: Uint8Array<ArrayBuffer>;
};

type ShownRow = { readonly row: number; readonly value: number; readonly observed: number; readonly marks: number };
export type Shown = ShownBytes & { readonly put: (at: number, shown: ShownRow) => void };

const bytesARow = 17;

export const columnsOfShown = ({ buffer, count }: Pick<ShownBytes, 'buffer' | 'count'>): ShownColumns => ({
  observed: new Float64Array(buffer, 0, count),
  values: new Float32Array(buffer, count * 8, count),
  rows: new Uint32Array(buffer, count * 12, count),
  marks: new Uint8Array(buffer, count * 16, count),
});

export const createShown = (count: number): Shown => {
  const buffer = new ArrayBuffer(count * bytesARow);
  const columns = columnsOfShown({ buffer, count });
  return {
    ...{ buffer, count, alarmed: [] },
    put: (at, { row, value, observed, marks }) => {
      columns.observed[at] = observed;
      columns.values[at] = value;
      columns.rows[at] = row;
      columns.marks[at] = marks;
    },
  };
};
