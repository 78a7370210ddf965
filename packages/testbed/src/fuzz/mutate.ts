/**
 * Mutate: what may become of a message on purpose: of its value (then it can be signed again), of its text, and of its bytes.
 */
import type { Random } from '../simulation/random.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const nested = (depth: number): Json => {
  let value: Json = 1;
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values that somebody did not think of. */
const strange: readonly [() => Json, ...(() => Json)[]] = [
  ...([() => null, () => true, () => '', () => 0, () => -1, () => 1e308, () => -1e-308, () => 2 ** 53 + 2, () => 0.1 + 0.2] as const),
  ...([() => [], () => ({}), () => [[]], () => nested(70), () => nested(400)] as const),
  ...([() => 'x'.repeat(70_000), () => '\u0000', () => '\ud800', () => 'é\u202e\u{1F6B2}', () => '../../etc/passwd', () => "' OR 1=1 --"] as const),
  ...([() => 'urn:dtf:twin:nobody.example:agency', () => 'urn:uuid:00000000-0000-4000-8000-000000000000', () => '9999-12-31T23:59:59.999Z'] as const),
  ...([() => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}'), () => Array.from({ length: 1_000 }, () => 1)] as const),
];

type Path = readonly (string | number)[];

const isObject = (value: Json): value is { readonly [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);

const partsOf = (value: Json): readonly (readonly [string | number, Json])[] =>
  Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];

const pathsMax = 2_000;

const pathsIn = (value: Json, path: Path = [], found: Path[] = []): readonly Path[] => {
  for (const [name, part] of partsOf(value)) {
    if (found.length >= pathsMax) return found;
    found.push([...path, name]);
    pathsIn(part, [...path, name], found);
  }
  return found;
};

type Change = (value: Json | undefined) => Json | undefined;

const changeAt = (value: Json, [name, ...rest]: Path, change: Change): Json => {
  if (name === undefined) return change(value) ?? null;
  const parts = partsOf(value).flatMap(([key, part]): readonly (readonly [string | number, Json])[] => {
    if (key !== name) return [[key, part]];
    const changed = rest.length === 0 ? change(part) : changeAt(part, rest, change);
    return changed === undefined ? [] : [[key, changed]];
  });
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
};

const partAt = (value: Json, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((found, name) => (found === undefined ? undefined : partsOf(found).find(([key]) => key === name)?.[1]), value);

/** JSON has no other numbers. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.MAX_VALUE);

/** One to three things of a value are another. `others` are messages from which parts are taken. */
export const mutateValue = (random: Random, value: Json, others: readonly [Json, ...Json[]]): Json => {
  let changed = value;
  for (let left = random.between(1, 3); left > 0; left -= 1) {
    const [first, ...more] = pathsIn(changed);
    if (!first) return changed;
    const path = random.pick([first, ...more]);
    const other = random.pick(others);
    const changes: readonly [Change, ...Change[]] = [
      () => undefined,
      () => random.pick(strange)(),
      () => partAt(other, path) ?? random.pick(strange)(),
      (part) => (typeof part === 'string' ? part.slice(0, random.between(0, part.length)) : [part ?? null]),
      (part) => (typeof part === 'string' ? `${part}${random.pick(['x', ' ', '/', ':', '\u0000'])}` : (part ?? null)),
      (part) => (typeof part === 'number' ? finite(part * random.pick([-1, 1e9, 0.5])) : (part ?? null)),
      (part) => (Array.isArray(part) && part.length < 50 ? Array.from({ length: 600 }, () => part[0] ?? null) : (part ?? null)),
    ];
    changed = changeAt(changed, path, random.pick(changes));
  }
  return changed;
};

type TextChange = (text: string, random: Random) => string;

const cutAt = (text: string, random: Random): readonly [string, string] => {
  const at = random.between(0, text.length);
  return [text.slice(0, at), text.slice(at)];
};

const textChanges: readonly [TextChange, ...TextChange[]] = [
  (text, random) => cutAt(text, random)[0],
  (text, random) => cutAt(text, random)[1],
  (text, random) => cutAt(text, random).join(random.pick(['"', '}', ']', ',', '\\', '\u0000', '1e999999', '-', '{"a":'])),
  (text) => `${text}${text}`,
  (text) => `\ufeff${text}`,
  (text) => text.replace('{', '{"header":{},"header":[],'),
  (text) => text.replaceAll(/\d+/g, '9'.repeat(400)),
  (_, random) => random.pick(['[', '{"a":', '"', '[[', ' ']).repeat(random.between(1, 60_000)),
  () => '',
];

export const mutateText = (random: Random, text: string): string => random.pick(textChanges)(text, random);

/** A few bytes are others; what comes out need not be UTF-8. */
export const mutateBytes = (random: Random, text: string): Buffer => {
  const bytes = Buffer.from(text);
  for (let left = random.between(1, 8); left > 0 && bytes.length > 0; left -= 1) bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  return bytes;
};
