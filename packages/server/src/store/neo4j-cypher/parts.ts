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

const rowsIn = ({ params }: Cypher): number => Object.values(params).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);

/** Statements that go together, as many as have the rows of one. */
export function* together(statements: Iterable<Cypher>): Generator<readonly Cypher[]> {
  let [some, rows]: [Cypher[], number] = [[], 0];
  for (const statement of statements) {
    some.push(statement);
    rows += rowsIn(statement);
    if (rows < statementRowsMax) continue;
    yield some;
    [some, rows] = [[], 0];
  }
  if (some.length > 0) yield some;
}
