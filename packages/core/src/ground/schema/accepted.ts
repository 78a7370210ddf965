/**
 * Accepted: what a schema would have accepted where something did not fit it, in words of ours; a schema's own words go before them.
 */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
export type PlacedIssue = { readonly issue: Issue; readonly path: readonly PropertyKey[] };

const depthOf = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

/** Of several alternatives the one that fits furthest, and of those that fit as far the one with the fewest faults. */
const closest = (alternatives: readonly (readonly Issue[])[]): readonly Issue[] =>
  alternatives.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? [];

/** The fault that somebody can act on: that of a union lies within its alternatives. */
export const placedIssue = (issue: Issue, within: readonly PropertyKey[] = []): PlacedIssue => {
  const path = [...within, ...issue.path];
  const inner = issue.code === 'invalid_union' ? closest(issue.errors).toSorted((a, b) => b.path.length - a.path.length)[0] : undefined;
  return inner ? placedIssue(inner, path) : { issue, path };
};

const types: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  never: 'nothing',
  undefined: 'nothing',
  nonoptional: 'a value',
};

const formats: Readonly<Record<string, string>> = { url: 'a URL', uuid: 'a UUID', datetime: 'an instant, as 2026-05-04T12:30:00.000Z' };

const units: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', map: 'item', record: 'member' };

type Bounded = { readonly origin: string; readonly exact?: boolean | undefined; readonly inclusive?: boolean | undefined };

const bounded = ({ origin, exact, inclusive }: Bounded, bound: string, limit: unknown): string => {
  const unit = units[origin];
  if (unit) return `${exact ? '' : `${bound} `}${limit} ${unit}${Number(limit) === 1 ? '' : 's'}`;
  return inclusive === false ? `a number ${bound === 'at most' ? 'below' : 'above'} ${limit}` : `a number of ${bound} ${limit}`;
};

const inOurWords = (issue: Issue): string => {
  if (issue.code === 'invalid_type') return types[issue.expected] ?? `a value of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue.code === 'too_big') return bounded(issue, 'at most', issue.maximum);
  if (issue.code === 'too_small') return bounded(issue, 'at least', issue.minimum);
  if (issue.code === 'invalid_format')
    return formats[issue.format] ?? (issue.pattern === undefined ? `a text of the form ${issue.format}` : `a text that fits ${issue.pattern}`);
  if (issue.code === 'not_multiple_of') return `a multiple of ${issue.divisor}`;
  if (issue.code === 'unrecognized_keys') return `no member ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_key' && issue.issues[0]) return `a member whose name is ${acceptedBy(issue.issues[0])}`;
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String).join(', ') : 'another value';
};

/** How the library of schemas begins what it says where a schema says nothing of its own. */
const libraryWords = /^(Invalid|Too big|Too small|Unrecognized)/;

export const acceptedBy = (issue: Issue): string => (libraryWords.test(issue.message) ? inOurWords(issue) : issue.message);
