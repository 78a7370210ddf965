/**
 * The SQL of a walk along the full-text index: twins of a step that match, in the order of their stands.
 */
import { normaliseKey } from '@cityweave/core';
import { joined, type Sql, sql } from '../sqlite/sql-filter.ts';
import { labelsOfStep, slotsMax } from './sql-shelves.ts';

export type StepShape = {
  readonly match: string;
  /** what else must hold of the twin */
  readonly rest: Sql;
  /** what it is sorted by beside the step */
  readonly key: Sql;
  readonly step: number;
  readonly from: number;
};

/** The index leaps to a place only where that is given as an integer. */
export const stepSql = ({ match, rest, key, step, from }: StepShape): Sql => ({
  text: `SELECT t.n, t.seq, t.id, ${key.text} AS key, t.stand FROM words AS w CROSS JOIN twin AS t ON t.stand = w.rowid WHERE words MATCH ? AND w.rowid >= CAST(? AS INTEGER) AND w.rowid < ${(step + 1) * labelsOfStep * slotsMax} AND ${rest.text} ORDER BY w.rowid`,
  params: [...key.params, match, from, ...rest.params],
});

/** Those known as exactly this, which match as well. */
export const knownSql = (text: string, { match, rest, key }: Pick<StepShape, 'match' | 'rest' | 'key'>): Sql => {
  const known = sql(
    't.n IN (SELECT n FROM twin WHERE id = ? UNION SELECT n FROM alt WHERE value = ?) AND EXISTS (SELECT 1 FROM words WHERE words MATCH ? AND rowid = t.stand)',
    ...[text, normaliseKey(text), match],
  );
  const where = joined([known, rest], 'AND', '1');
  return {
    text: `SELECT t.n, t.seq, t.id, ${key.text} AS key, t.stand FROM twin AS t WHERE ${where.text} ORDER BY t.id`,
    params: [...key.params, ...where.params],
  };
};
