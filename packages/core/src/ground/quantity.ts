/**
 * Quantity: a number with a UCUM unit. Units are converted before they are compared; what cannot be converted is a problem.
 */
/// <reference path="../../types/ucum.d.ts" />
import ucum from '@lhncbc/ucum-lhc';
import { type Problem, problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

const units = ucum.UcumLhcUtils.getInstance();

type Conversion = { readonly factor: number; readonly offset: number };

/** Conversions are linear, so two of them tell all others; the table of pairs met is bounded by what cities use. */
const conversions = new Map<string, Conversion | undefined>();
const conversionsMax = 1_000;

const findConversion = (from: string, to: string): Conversion | undefined => {
  const zero = units.convertUnitTo(from, 0, to);
  const one = units.convertUnitTo(from, 1, to);
  if (zero.status !== 'succeeded' || one.status !== 'succeeded') return undefined;
  return { factor: (one.toVal ?? 0) - (zero.toVal ?? 0), offset: zero.toVal ?? 0 };
};

const conversionOf = (from: string, to: string): Conversion | undefined => {
  const key = `${from} ${to}`;
  if (!conversions.has(key)) {
    if (conversions.size >= conversionsMax) conversions.clear();
    conversions.set(key, findConversion(from, to));
  }
  return conversions.get(key);
};

/** The number in another unit; `unitsDiffer` where the two measure different things or are no UCUM codes. */
export const convert = (value: number, from: string, to: string): Result<number, Problem> => {
  if (from === to) return ok(value);
  const conversion = conversionOf(from, to);
  return conversion
    ? ok(value * conversion.factor + conversion.offset)
    : fail(problem('unitsDiffer', { found: from, accepted: `a unit convertible to ${to}` }));
};

export const isUnit = (code: string): boolean => units.validateUnitString(code).status === 'valid';
