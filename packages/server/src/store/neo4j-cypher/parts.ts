/**
 * Parts of a statement that has more rows than one may take.
 */
import { type Cypher, cypher } from './space.ts';

/** Rows of one statement: what a batch has more goes in further ones, of the same transaction. */
export const statementRowsMax = 1_000;

const isLong = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > statementRowsMax;

/** A statement that takes one list and gives nothing, as so many that each takes no more than it may. */
export const inParts = (statement: Cypher): readonly Cypher[] => {
  const { text, params } = statement;
  const [name, list] = Object.entries(params).find(([, value]) => isLong(value)) ?? [];
  if (name === undefined || !isLong(list)) return [statement];
  const starts = Array.from({ length: Math.ceil(list.length / statementRowsMax) }, (_, part) => part * statementRowsMax);
  return starts.map((from) => cypher(text, { ...params, [name]: list.slice(from, from + statementRowsMax) }));
};
