/**
 * Condition: the `where` of a discovery query: a tree of all, any, not and tests of attributes by path (6.7 of the model, our design).
 */
import { z } from 'zod';
import { Json } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import { wordsOfText } from '../../twin/words.ts';

export const ConditionOperator = z.enum(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists', 'contains', 'isA', 'matches']);
export type ConditionOperator = z.infer<typeof ConditionOperator>;

/** One attribute, by its names joined with dots, as `quality.accuracy`. */
export const AttributePath = z
  .string()
  .max(limits.termCharactersMax)
  .regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/, 'names joined with dots, as quality.accuracy');

const AttributeTest = z.strictObject({ path: AttributePath, op: ConditionOperator, value: Json.optional() });
type AttributeTest = z.infer<typeof AttributeTest>;

export type Condition = AttributeTest | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] } | { readonly not: Condition };

const parts = () => z.array(z.lazy(() => Condition)).max(limits.filterNodesMax);

export const Condition: z.ZodType<Condition> = z.union([
  AttributeTest,
  z.strictObject({ all: parts() }),
  z.strictObject({ any: parts() }),
  z.strictObject({ not: z.lazy(() => Condition) }),
]);

const innerOf = (condition: Condition): readonly Condition[] => {
  if ('all' in condition) return condition.all;
  if ('any' in condition) return condition.any;
  return 'not' in condition ? [condition.not] : [];
};

/** True where the tree is neither too deep nor of too many parts. */
export const isBounded = (condition: Condition): boolean => {
  let level: readonly Condition[] = [condition];
  let count = 1;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.filterDepthMax || count > limits.filterNodesMax) return false;
    level = level.flatMap(innerOf);
    count += level.length;
  }
  return true;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that a path leads to: through lists to each of their members. */
export const valuesAt = (attributes: unknown, path: string): readonly unknown[] =>
  path
    .split('.')
    .reduce<readonly unknown[]>(
      (found, name) =>
        found
          .flatMap((value) => (Array.isArray(value) ? value : [value]))
          .flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [])),
      [attributes],
    );

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
};

/** Every word of the text wanted is among the words there, in whichever language. */
const matches = (found: unknown, wanted: unknown): boolean => {
  const words = new Set(textsIn(found).flatMap(wordsOfText));
  return typeof wanted === 'string' && wordsOfText(wanted).every((word) => words.has(word));
};

/** Negative, zero, positive; undefined where the two are not of one type that has an order. */
const compared = (found: unknown, wanted: unknown): number | undefined => {
  if (typeof found === 'number' && typeof wanted === 'number') return found - wanted;
  if (typeof found === 'string' && typeof wanted === 'string') return found < wanted ? -1 : found > wanted ? 1 : 0;
  return undefined;
};

const ordered = (found: unknown, wanted: unknown, fits: (difference: number) => boolean): boolean => {
  const difference = compared(found, wanted);
  return difference !== undefined && fits(difference);
};

type Test = (found: unknown, wanted: unknown, vocabulary: Vocabulary) => boolean;

const contains: Test = (found, wanted) => (typeof found === 'string' && typeof wanted === 'string' ? found.includes(wanted) : found === wanted);

const tests: Readonly<Record<Exclude<ConditionOperator, 'exists' | 'ne'>, Test>> = {
  eq: (found, wanted) => found === wanted,
  lt: (found, wanted) => ordered(found, wanted, (difference) => difference < 0),
  lte: (found, wanted) => ordered(found, wanted, (difference) => difference <= 0),
  gt: (found, wanted) => ordered(found, wanted, (difference) => difference > 0),
  gte: (found, wanted) => ordered(found, wanted, (difference) => difference >= 0),
  in: (found, wanted) => Array.isArray(wanted) && wanted.includes(found),
  contains,
  isA: (found, wanted, vocabulary) => typeof found === 'string' && typeof wanted === 'string' && vocabulary.isA(found, wanted),
  matches,
};

const testHolds = ({ path, op, value }: AttributeTest, attributes: unknown, vocabulary: Vocabulary): boolean => {
  const found = valuesAt(attributes, path).flatMap((one) => (Array.isArray(one) ? one : [one]));
  if (op === 'exists') return found.length > 0 === (value !== false);
  if (op === 'ne') return found.length > 0 && found.every((one) => one !== value);
  return found.some((one) => tests[op](one, value, vocabulary));
};

/** An attribute that is not there fails every test but `exists: false`; of a list one member is enough, but for `ne`. */
export const holds = (condition: Condition, attributes: unknown, vocabulary: Vocabulary): boolean => {
  if ('all' in condition) return condition.all.every((part) => holds(part, attributes, vocabulary));
  if ('any' in condition) return condition.any.some((part) => holds(part, attributes, vocabulary));
  if ('not' in condition) return !holds(condition.not, attributes, vocabulary);
  return testHolds(condition, attributes, vocabulary);
};
