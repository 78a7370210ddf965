/**
 * Keepable: what a store of any kind takes, told at sight. What it keeps comes back as it was put in, so numbers that JSON or a 64-bit float cannot keep are refused.
 */
import { boxOfTwin, type Json, type Problem, problem, type TwinInput } from '@cityweave/core';
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

const checkValues = (id: string, values: Readonly<Record<string, { readonly value: Json } | null>>): Problem | undefined => {
  for (const [term, reading] of Object.entries(values)) {
    const found = reading === null || typeof reading.value === 'string' ? undefined : unkeepable(reading.value);
    if (found !== undefined)
      return problem('invalid', { subject: id, path: term, found: String(found), accepted: 'numbers that are finite and integers up to 2^53' });
  }
  return undefined;
};

const checkPlace = ({ id, position, footprint }: Pick<TwinInput, 'id' | 'position' | 'footprint'>): Problem | undefined => {
  const box = boxOfTwin({ position, footprint });
  const fits = (position?.every(Number.isFinite) ?? true) && (box?.every(Number.isFinite) ?? true);
  return fits ? undefined : problem('invalid', { subject: id, path: 'position', accepted: 'coordinates that are finite numbers' });
};

/** Why a twin cannot be kept as it is, where it cannot. */
export const checkTwin = (twin: TwinInput): Problem | undefined => checkValues(twin.id, twin.values) ?? checkPlace(twin);

/** The patch itself, and every reading that it brings along. */
export const checkPatch = ({ id, values, position, samples = {} }: Extract<Command, { op: 'patchTwin' }>): Problem | undefined => {
  const sampled = Object.entries(samples).flatMap(([term, readings]) => readings.map((reading) => ({ [term]: reading })));
  const unkept = [values, ...sampled].reduce<Problem | undefined>((found, part) => found ?? checkValues(id, part), undefined);
  return unkept ?? checkPlace({ id, position, footprint: undefined });
};

/** Refused where the change is based on another version than the one that stands. */
export const checkVersion = (id: string, expected: number | undefined, current: number): Extract<Outcome, { ok: false }> | undefined =>
  expected === undefined || expected === current
    ? undefined
    : { ok: false, problem: problem('revisionConflict', { subject: id, found: `version ${current}`, accepted: `version ${expected}` }), current };
