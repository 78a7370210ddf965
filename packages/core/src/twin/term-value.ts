/**
 * TermValue: whether a value can be of a property as its dictionary describes it: of its data type, in a unit that measures the same.
 */
import { Instant } from '../ground/instant.ts';
import type { Json } from '../ground/json.ts';
import { type Problem, problem, shorten } from '../ground/problem.ts';
import { convert } from '../ground/quantity.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import type { Term } from './semantic-dictionary.ts';

const isOfType: Readonly<Record<NonNullable<Term['dataType']>, (value: Json) => boolean>> = {
  // registers write numbers where a dictionary has text: "791" and 791 are one parcel
  text: (value) => typeof value === 'string' || typeof value === 'number',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  instant: (value) => typeof value === 'string' && Instant.safeParse(value).success,
  json: () => true,
};

/** Terms that no dictionary has take anything. */
export const checkValueOf = (term: Term | undefined, value: Json): Result<true, Problem> => {
  if (!term?.dataType || isOfType[term.dataType](value)) return ok(true);
  return fail(problem('invalid', { subject: term.term, found: shorten(value), accepted: term.dataType === 'instant' ? 'an RFC 3339 instant' : term.dataType }));
};

/** A unit of a term that has one must convert into it. */
export const checkUnitOf = (term: Term | undefined, unit: string): Result<true, Problem> => {
  if (term?.unit === undefined || convert(1, unit, term.unit).ok) return ok(true);
  return fail(problem('unitsDiffer', { subject: term.term, found: shorten(unit), accepted: `a unit convertible to ${term.unit}` }));
};
