/**
 * Meaning: the rows that the filter means by kinds, agencies and ranges: those that are lit, and those that a histogram counts.
 */
import { useMemo } from 'react';
import type { Flag } from '../../graphql/answers.ts';
import type { ToldValues as Column } from '../../scene/staged.ts';
import { columnOf, useColumns } from '../state/columns.ts';
import { useDrawn } from '../state/drawn.ts';
import { flagAt, isComparable, isTelling, rowsWithin } from '../state/filter.ts';
import { type PropertyRange, usePerson } from '../state/person.ts';

/** Ranges that are brushed over columns that are read. */
const useRangesRead = (): readonly (readonly [PropertyRange, Column])[] => {
  const ranges = usePerson((state) => state.filter.ranges);
  const read = useColumns((state) => state.read);
  const rowsRevision = useDrawn((state) => state.drawn?.scene.rowsRevision);
  return useMemo(
    () =>
      ranges.filter(isTelling).flatMap((range) => {
        const column = columnOf({ read }, range.term, rowsRevision);
        return column && isComparable(range, column) ? [[range, column] as const] : [];
      }),
    [ranges, read, rowsRevision],
  );
};

/** Undefined where nothing is brushed. */
export const useWithin = (): readonly number[] | undefined => {
  const ranges = useRangesRead();
  const { drawn, isMeant } = useDrawn();
  return useMemo(() => (drawn && ranges.length > 0 ? rowsWithin({ rows: drawn.scene.rows, isMeant, ranges }) : undefined), [drawn, isMeant, ranges]);
};

/** The values of a column of the twins that the filter means, whatever it says of that property itself; of all twins where nothing is drawn. */
export const useMeantValues = (column: Column): Float32Array => {
  const { values } = column;
  const rows = useMeantRows(column);
  return useMemo(() => (rows ? Float32Array.from(rows, (row) => values[row] ?? Number.NaN) : values), [rows, values]);
};

const useMeantRows = ({ term }: Pick<Column, 'term'>): readonly number[] | undefined => {
  const ranges = useRangesRead();
  const { drawn, isMeant } = useDrawn();
  return useMemo(
    () => drawn && rowsWithin({ rows: drawn.scene.rows, isMeant, ranges: ranges.filter(([range]) => range.term !== term) }),
    [drawn, isMeant, ranges, term],
  );
};

/** How many of the twins that the filter means have a value that came about so, whatever it says of that property itself. */
export const useMeantFlags = (column: Column): ReadonlyMap<Flag, number> => {
  const rows = useMeantRows(column);
  return useMemo(() => {
    const counts = new Map<Flag, number>();
    for (const row of rows ?? column.values.keys()) {
      const flag = flagAt(column, row);
      if (flag) counts.set(flag, (counts.get(flag) ?? 0) + 1);
    }
    return counts;
  }, [rows, column]);
};
