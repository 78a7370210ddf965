/**
 * SemanticDictionary: shared vocabulary (SD-FE, Y.4489 8.2.2). Kinds of twins, properties and kinds of links are its terms.
 */
import { z } from 'zod';
import { DictionaryId, TermId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import type { Json } from '../ground/json.ts';
import { openObject } from '../ground/json.ts';
import { LanguageMap } from '../ground/language.ts';
import { limits } from '../ground/limits.ts';
import { type Problem, problem, shorten } from '../ground/problem.ts';
import { convert } from '../ground/quantity.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { TermMapping } from './term-mapping.ts';

export const TermRole = z.enum(['kind', 'property', 'link', 'domain']);
export type TermRole = z.infer<typeof TermRole>;

/** rate: how much in a time, such as a flow; count: how many within the time that a value stands for; state: how it is. It decides how values within a slot become one. */
export const QuantityNature = z.enum(['rate', 'count', 'state']);
export type QuantityNature = z.infer<typeof QuantityNature>;

export const Term = openObject({
  term: TermId,
  role: TermRole,
  label: LanguageMap,
  definition: LanguageMap.optional(),
  /** of a property */
  dataType: z.enum(['text', 'number', 'boolean', 'instant', 'json']).optional(),
  /** UCUM code in which values of this property are compared and shown by default */
  unit: z.string().optional(),
  /** of a property that is a number; a state where absent */
  nature: QuantityNature.optional(),
  /** the wider terms, or the only one: a FireStation is an EmergencyFacility */
  broader: z
    .union([z.array(TermId), TermId.transform((wider) => [wider])])
    .readonly()
    .optional(),
  /** terms of other dictionaries that mean exactly this */
  sameAs: z.array(TermId).readonly().optional(),
  /** of a kind: the properties that its twins are expected to have; they become fields of a GraphQL type */
  properties: z.array(TermId).readonly().optional(),
});
export type Term = z.infer<typeof Term>;

export const SemanticDictionary = openObject({
  id: DictionaryId,
  version: z.string(),
  prefix: z.string(),
  name: LanguageMap,
  domain: z.string().optional(),
  terms: z.array(Term).max(limits.dictionaryTermsMax).readonly(),
  /** how its terms relate to those of other dictionaries */
  mappings: z.array(TermMapping).readonly().optional(),
});
export type SemanticDictionary = z.infer<typeof SemanticDictionary>;

const numbersOf = (version: string): readonly number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

/** Whether a version is later than another, number by number: 1.10 is later than 1.9. */
export const isLaterVersion = (version: string, than: string): boolean => {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index).find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
  return at !== undefined && (a[at] ?? 0) > (b[at] ?? 0);
};

/** Several dictionaries, looked up as one. */
export type Vocabulary = {
  readonly dictionaries: readonly SemanticDictionary[];
  readonly term: (id: string) => Term | undefined;
  /** the term itself, its synonyms, and every term narrower than these, each once */
  readonly narrowed: (id: string) => readonly string[];
  /** true where `id` is `wanted`, a synonym of it or narrower */
  readonly isA: (id: string, wanted: string) => boolean;
};

const narrowerIndex = (terms: readonly Term[]): ReadonlyMap<string, readonly string[]> => {
  const index = new Map<string, string[]>();
  const note = (wider: string, narrower: string) => index.set(wider, [...(index.get(wider) ?? []), narrower]);
  for (const { term, broader = [], sameAs = [] } of terms) {
    for (const wider of broader) note(wider, term);
    for (const other of sameAs) {
      note(other, term);
      note(term, other);
    }
  }
  return index;
};

const reach = (index: ReadonlyMap<string, readonly string[]>, from: string): readonly string[] => {
  const seen = new Set([from]);
  for (const id of seen) for (const narrower of index.get(id) ?? []) seen.add(narrower);
  return [...seen];
};

export const createVocabulary = (dictionaries: readonly SemanticDictionary[]): Vocabulary => {
  const terms = dictionaries.flatMap((dictionary) => dictionary.terms);
  const byId = new Map<string, Term>(terms.map((term) => [term.term, term]));
  const index = narrowerIndex(terms);
  const memory = new Map<string, readonly string[]>();
  const narrowed = (id: string): readonly string[] => {
    const known = memory.get(id) ?? reach(index, id);
    if (byId.has(id)) memory.set(id, known);
    return known;
  };
  return { dictionaries, term: (id) => byId.get(id), narrowed, isA: (id, wanted) => id === wanted || narrowed(wanted).includes(id) };
};

/** Every term must be known, or the first that is not is named. Terms of prefixes that no dictionary has pass: their owner keeps them apart. */
export const checkTerms = (vocabulary: Vocabulary, ids: readonly string[]): Result<true, Problem> => {
  const prefixes = new Set(vocabulary.dictionaries.map(({ prefix }) => prefix));
  const unknown = ids.find((id) => prefixes.has(id.split(':')[0] ?? '') && !vocabulary.term(id));
  return unknown === undefined ? ok(true) : fail(problem('unknownTerm', { subject: unknown }));
};

const isOfType: Readonly<Record<NonNullable<Term['dataType']>, (value: Json) => boolean>> = {
  // registers write numbers where a dictionary has text: "791" and 791 are one parcel
  text: (value) => typeof value === 'string' || typeof value === 'number',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  instant: (value) => typeof value === 'string' && Instant.safeParse(value).success,
  json: () => true,
};

/** Whether a value can be of a property: of its data type. Terms that no dictionary has take anything. */
export const checkValueOf = (term: Term | undefined, value: Json): Result<true, Problem> => {
  if (!term?.dataType || isOfType[term.dataType](value)) return ok(true);
  return fail(problem('invalid', { subject: term.term, found: shorten(value), accepted: term.dataType === 'instant' ? 'an RFC 3339 instant' : term.dataType }));
};

/** A unit of a term that has one must convert into it. */
export const checkUnitOf = (term: Term | undefined, unit: string): Result<true, Problem> => {
  if (term?.unit === undefined || convert(1, unit, term.unit).ok) return ok(true);
  return fail(problem('unitsDiffer', { subject: term.term, found: shorten(unit), accepted: `a unit convertible to ${term.unit}` }));
};
