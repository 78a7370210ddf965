/**
 * Parts of what a batch has: a statement takes so many rows, and others go in further ones of the same transaction.
 */
import type { Cypher } from './space.ts';

export const statementRowsMax = 250;

/** Rows, so many as one statement takes. */
export function* partsOf<R>(rows: readonly R[]): Generator<readonly R[]> {
  for (let from = 0; from < rows.length; from += statementRowsMax) yield rows.slice(from, from + statementRowsMax);
}

/** Statements, each made only when it is asked for. */
export type Parts = Generator<Cypher>;

/** Of no rows there is none. */
export function* inParts<R>(rows: readonly R[], make: (rows: readonly R[]) => Cypher): Parts {
  for (const part of partsOf(rows)) yield make(part);
}
