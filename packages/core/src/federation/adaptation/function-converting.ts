/**
 * Converting a function (SA-FE): what its consumer gives, by the terms of its own dictionary, into what the owner's function takes, and what comes out of it back.
 * An input that cannot be converted is refused; an output that cannot is left out and counted.
 */
import type { Json } from '../../ground/json.ts';
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import type { JsonSchema } from '../../twin/feature-information.ts';
import type { AdaptationRule, FeatureAdaptation } from './profile.ts';

type Members = Readonly<Record<string, Json>>;
type Turn = (rule: AdaptationRule, value: Json) => Json | undefined;

const significantDigits = 12;
const rounded = (value: number): number => Number(value.toPrecision(significantDigits));

/** Each number of a value, through lists; undefined where something else is among them. */
const eachNumber = (value: Json, turn: (number: number) => number): Json | undefined => {
  if (typeof value === 'number') return rounded(turn(value));
  if (!Array.isArray(value)) return undefined;
  const turned = value.map((one: Json) => eachNumber(one, turn));
  return turned.every((one) => one !== undefined) ? turned : undefined;
};

const toConsumer: Turn = ({ op, factor = 1, offset = 0, codes = {} }, value) => {
  if (op === 'unit') return eachNumber(value, (number) => number * factor + offset);
  return op === 'code' && Object.hasOwn(codes, String(value)) ? codes[String(value)] : value;
};

const toOwner: Turn = ({ op, factor = 1, offset = 0, codes = {} }, value) => {
  if (op === 'unit') return eachNumber(value, (number) => (number - offset) / factor);
  return op === 'code' ? (Object.entries(codes).find(([, code]) => code === value)?.[0] ?? value) : value;
};

/** The owner's inputs; `badInput` names the first one that it does not have, or that is no number where its unit is converted. */
export const inputsToOwner = ({ inputs: rules = [] }: Pick<FeatureAdaptation, 'inputs'>, given: Members): Result<Members> => {
  const inputs: Record<string, Json> = {};
  for (const [name, value] of Object.entries(given)) {
    const rule = rules.find(({ to }) => to === name);
    const turned = rule && toOwner(rule, value);
    if (!rule) return fail(problem('badInput', { path: `/inputs/${name}`, accepted: rules.map(({ to }) => to).join(', ') }));
    if (turned === undefined) return fail(problem('badInput', { path: `/inputs/${name}`, accepted: `numbers in ${rule.toUnit}` }));
    inputs[rule.from] = turned;
  }
  return ok(inputs);
};

const membersToConsumer = (members: Members, rules: readonly AdaptationRule[]): { readonly members: Members; readonly dropped: number } => {
  const turned: Record<string, Json> = {};
  for (const rule of rules) {
    const found = Object.hasOwn(members, rule.from) ? members[rule.from] : undefined;
    const value = found === undefined ? undefined : toConsumer(rule, found);
    if (value !== undefined) turned[rule.to] = value;
  }
  return { members: turned, dropped: Object.keys(members).length - Object.keys(turned).length };
};

type Told = { readonly inputs?: Members | undefined; readonly outputs?: Members | undefined };

/** What is told of an invocation, in the consumer's words, and how many of its outputs are not among them. */
export const runToConsumer = <R extends Told>(
  run: R,
  { inputs = [], rules }: Pick<FeatureAdaptation, 'inputs' | 'rules'>,
): { readonly run: R; readonly dropped: number } => {
  const outputs = run.outputs && membersToConsumer(run.outputs, rules);
  const given = run.inputs && membersToConsumer(run.inputs, inputs).members;
  return { run: { ...run, ...(given && { inputs: given }), ...(outputs && { outputs: outputs.members }) }, dropped: outputs?.dropped ?? 0 };
};

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const bounds = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'default']);
const spoken = new Set(['type', 'title', 'description', 'items']);

/** What a schema says of numbers, said in the other unit. */
const inUnit = (schema: Members, rule: AdaptationRule): Members => ({
  ...Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]): (readonly [string, Json])[] => {
      if (name === 'items' && isObject(value)) return [[name, inUnit(value, rule)]];
      if (spoken.has(name)) return [[name, value]];
      const turned = bounds.has(name) && (rule.factor ?? 1) > 0 ? toConsumer(rule, value) : undefined;
      return turned === undefined ? [] : [[name, turned]];
    }),
  ),
});

const propertyOf = (found: Json | undefined, rule: AdaptationRule): Members => {
  const schema = isObject(found) ? found : {};
  const { enum: named, ...rest } = schema;
  const said =
    rule.op === 'unit'
      ? inUnit(schema, rule)
      : rule.op === 'code'
        ? { ...rest, ...(Array.isArray(named) && { enum: named.map((one: Json) => toConsumer(rule, one) ?? one) }) }
        : schema;
  return { ...said, ...(rule.toUnit !== undefined && { unit: rule.toUnit }) };
};

/** JSON Schema of the same members in the consumer's words; `unit` says in which each is. */
export const schemaToConsumer = (schema: JsonSchema, rules: readonly AdaptationRule[]): JsonSchema => {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const needed = rules.filter(({ from }) => required.includes(from)).map(({ to }) => to);
  const turned = Object.fromEntries(rules.map((rule) => [rule.to, propertyOf(properties[rule.from], rule)]));
  return { type: 'object', properties: turned, ...(needed.length > 0 && { required: needed }) } as JsonSchema; // branding: parts of a JSON schema are JSON
};
