/**
 * Keepable: what a store of any kind takes, told at sight. What it keeps comes back as it was put in, so numbers that JSON or a 64-bit float cannot keep are refused.
 */
import { type AlternativeId, boxOfTwin, type Join, type Json, type Link, linkIdOf, type Problem, problem, type TwinInput } from '@cityweave/core';
import type { Command, Outcome } from './store.ts';

/** A number that JSON or a 64-bit float cannot keep; undefined where all can be kept. Walks without recursion. */
const unkeepable = (value: Json): number | undefined => {
  const parts: Json[] = [value];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (typeof part === 'number' && (!Number.isFinite(part) || (Number.isInteger(part) && !Number.isSafeInteger(part)))) return part;
    if (typeof part === 'object' && part !== null) parts.push(...Object.values(part));
  }
  return undefined;
};

/** UTF-8 bytes of what something is found by, all its parts together: an index of Neo4j takes little more. */
export const keyBytesMax = 8_000;
const bytesOfUnitMax = 3;

const checkKey = (id: string, path: string, parts: readonly string[]): Problem | undefined => {
  const units = parts.reduce((sum, part) => sum + part.length, 0);
  if (units * bytesOfUnitMax <= keyBytesMax) return undefined;
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  if (bytes <= keyBytesMax) return undefined;
  return problem('invalid', { subject: id, path, found: `${bytes} bytes`, accepted: `at most ${keyBytesMax} bytes of UTF-8 in what it is found by` });
};

/** The first that is found. */
const firstOf = <T>(all: readonly T[], check: (one: T) => Problem | undefined): Problem | undefined => {
  for (const one of all) {
    const found = check(one);
    if (found) return found;
  }
  return undefined;
};

const checkAltIds = (id: string, altIds: readonly AlternativeId[]): Problem | undefined =>
  firstOf(altIds, ({ scheme, value }) => checkKey(id, 'altIds', [scheme, value]));

const checkKeys = ({ id, kind, objectOfInterest, altIds = [] }: TwinInput): Problem | undefined =>
  checkKey(id, 'kind', [id, kind]) ?? (objectOfInterest && checkKey(id, 'objectOfInterest', [objectOfInterest])) ?? checkAltIds(id, altIds);

const checkLink = ({ id, from, kind, to }: Link): Problem | undefined => checkKey(id, 'id', [id]) ?? checkKey(id, 'from, kind, to', [linkIdOf(from, kind, to)]);

const checkJoin = ({ from, kind, agency, scheme, value }: Join): Problem | undefined => checkKey(from, 'joins', [from, kind, agency, scheme, value]);

const checkValues = (id: string, values: Readonly<Record<string, { readonly value: Json } | null>>): Problem | undefined => {
  for (const [term, reading] of Object.entries(values)) {
    const unkept = checkKey(id, 'values', [id, term]);
    if (unkept) return unkept;
    const found = reading === null || typeof reading.value === 'string' ? undefined : unkeepable(reading.value);
    if (found !== undefined)
      return problem('invalid', { subject: id, path: term, found: String(found), accepted: 'numbers that are finite and integers up to 2^53' });
  }
  return undefined;
};

type Misplaced = { readonly path: string; readonly found: string };

/** The first number that is none to be kept, and where it stands. */
const misplaced = (path: string, value: unknown): Misplaced | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, found: String(value) };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = misplaced(`${path}.${key}`, part);
    if (found) return found;
  }
  return undefined;
};

const checkPlace = ({ id, position, footprint }: Pick<TwinInput, 'id' | 'position' | 'footprint'>): Problem | undefined => {
  const box = boxOfTwin({ position, footprint });
  if ((position?.every(Number.isFinite) ?? true) && (box?.every(Number.isFinite) ?? true)) return undefined;
  const found = misplaced('position', position) ?? misplaced('footprint', footprint) ?? { path: 'footprint', found: 'no coordinates' };
  return problem('invalid', { subject: id, ...found, accepted: 'coordinates that are finite numbers' });
};

/** Why a twin cannot be kept as it is, where it cannot. */
export const checkTwin = (twin: TwinInput): Problem | undefined => checkKeys(twin) ?? checkValues(twin.id, twin.values) ?? checkPlace(twin);

/** The same of what the row of a file declares beside it. */
export const checkDeclared = ({ joins, links }: { readonly joins: readonly Join[]; readonly links: readonly Link[] }): Problem | undefined =>
  firstOf(joins, checkJoin) ?? firstOf(links, checkLink);

/** The patch itself, and every reading that it brings along. */
const checkPatch = ({ id, values, position, samples = {} }: Extract<Command, { op: 'patchTwin' }>): Problem | undefined => {
  const sampled = Object.entries(samples).flatMap(([term, readings]) => readings.map((reading) => ({ [term]: reading })));
  return firstOf([values, ...sampled], (part) => checkValues(id, part)) ?? checkPlace({ id, position, footprint: undefined });
};

/** Why a command is refused at sight, where it is. */
export const checkCommand = (command: Command): Problem | undefined => {
  switch (command.op) {
    case 'putTwin':
      return checkTwin(command.twin);
    case 'patchTwin':
      return checkPatch(command);
    case 'putLink':
      return checkLink(command.link);
    case 'putJoins':
      return firstOf(command.joins, checkJoin);
    default:
      return undefined;
  }
};

/** What a command names and is not there. */
export const notThere = {
  twin: (id: string): Problem => problem('notFound', { subject: id, accepted: 'a twin that is there; putTwin makes one' }),
  link: (id: string): Problem => problem('notFound', { subject: id, accepted: 'a link that is there; putLink makes one' }),
  join: ({ from, value }: Join): Problem =>
    problem('notFound', { subject: from, found: value, accepted: 'a join that its twin declares; putJoins declares it' }),
} as const;

/** Refused where the change is based on another version than the one that stands. */
export const checkVersion = (id: string, expected: number | undefined, current: number): Extract<Outcome, { ok: false }> | undefined =>
  expected === undefined || expected === current
    ? undefined
    : { ok: false, problem: problem('revisionConflict', { subject: id, found: `version ${current}`, accepted: `version ${expected}` }), current };
