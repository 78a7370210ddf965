/**
 * Converting (SA-FE): one record of an owner, by the rules of a profile, into a twin as the exchange has it. What cannot be converted is left out and counted, never guessed.
 */
import { agencyOf, authorityOf, type TwinId, twinIdOf } from '../../ground/id.ts';
import type { Instant } from '../../ground/instant.ts';
import type { Json } from '../../ground/json.ts';
import type { Geometry } from '../../ground/place/place.ts';
import { geometryToCrs84 } from '../../ground/place/reference-system.ts';
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import type { Twin } from '../../twin/twin.ts';
import type { Reading } from '../../twin/value.ts';
import { readTime } from './local-time.ts';
import type { AdaptationRule, FeatureAdaptation } from './profile.ts';

/** A value as the owner's format tells it; a format may say more of it than its number. */
export type FarValue = { readonly value: Json; readonly unit?: string | undefined; readonly observedAt?: string | undefined };

/** One record, its format taken off: members by name, coordinates still in the owner's system. */
export type FarRecord = { readonly members: Readonly<Record<string, FarValue>>; readonly geometry?: Geometry | undefined };

export type Converting = { readonly adaptation: FeatureAdaptation; readonly owner: TwinId; readonly adaptor: TwinId; readonly now: Instant };

const significantDigits = 12;

const ruleTo = (rules: readonly AdaptationRule[], part: string): AdaptationRule | undefined => rules.find(({ to }) => to === part);

const memberOf = ({ members }: FarRecord, rule: AdaptationRule | undefined): FarValue | undefined =>
  rule && Object.hasOwn(members, rule.from) ? members[rule.from] : undefined;

const isKnown = (found: FarValue | undefined): found is FarValue => found !== undefined && found.value !== null && found.value !== '';

const numberOf = (value: Json): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** The value in the consumer's unit; rounding hides what the conversion itself adds. */
const convertValue = ({ op, factor = 1, offset = 0, toUnit, codes }: AdaptationRule, { value }: FarValue): Result<Reading> => {
  if (op === 'unit') {
    const number = numberOf(value);
    if (number === undefined) return fail(problem('notConvertible', { found: JSON.stringify(value), accepted: 'a number' }));
    return ok({ value: Number((number * factor + offset).toPrecision(significantDigits)), ...(toUnit !== undefined && { unit: toUnit }) });
  }
  const coded = op === 'code' && codes && Object.hasOwn(codes, String(value)) ? codes[String(value)] : undefined;
  return ok({ value: coded ?? value, ...(toUnit !== undefined && { unit: toUnit }) });
};

/** A unit that a record names against what its owner declared: such a value says something else. */
const isAsDeclared = ({ fromUnit }: AdaptationRule, { unit }: FarValue): boolean => unit === undefined || fromUnit === undefined || unit === fromUnit;

type Values = { readonly values: Record<string, Reading>; readonly dropped: number };

const valuesOf = (record: FarRecord, rules: readonly AdaptationRule[], observedAt: Instant): Values => {
  const zone = ruleTo(rules, 'observedAt')?.timeZone;
  const values: Record<string, Reading> = {};
  let dropped = 0;
  for (const rule of rules.filter(({ to }) => to.includes(':'))) {
    const found = memberOf(record, rule);
    if (!isKnown(found)) continue;
    const converted = isAsDeclared(rule, found) ? convertValue(rule, found) : undefined;
    const at = readTime(found.observedAt, zone);
    if (converted?.ok) values[rule.to] = { ...converted.value, ...(at && at !== observedAt && { observedAt: at }) };
    else dropped += 1;
  }
  return { values, dropped };
};

/** Where the record itself does not say when it was true: when the newest of its values was. */
const latestOf = (record: FarRecord, rules: readonly AdaptationRule[]): Instant | undefined =>
  rules
    .flatMap((rule) => readTime(memberOf(record, rule)?.observedAt, undefined) ?? [])
    .toSorted()
    .at(-1);

const placeOf = ({ geometry }: FarRecord, rule: AdaptationRule | undefined): Result<Pick<Twin, 'position' | 'footprint'>> => {
  if (!geometry) return ok({});
  const converted = geometryToCrs84(geometry, rule?.fromCrs ?? 'OGC:CRS84');
  if (!converted.ok) return converted;
  if (converted.value.type !== 'Point') return ok({ footprint: converted.value });
  const [x = 0, y = 0] = converted.value.coordinates;
  return ok({ position: [x, y] });
};

const textOf = (found: FarValue | undefined): string | undefined =>
  isKnown(found) && (typeof found.value === 'string' || typeof found.value === 'number') ? String(found.value) : undefined;

/** The twin, and how many of its values could not be converted; a record without a key, or off the earth, is none. */
export const convertRecord = (
  record: FarRecord,
  { adaptation, owner, adaptor, now }: Converting,
): Result<{ readonly twin: Twin; readonly dropped: number }> => {
  const { rules, source, kind } = adaptation;
  const key = textOf(memberOf(record, ruleTo(rules, 'key')));
  if (key === undefined)
    return fail(problem('notConvertible', { subject: source, found: 'a record without its key', accepted: ruleTo(rules, 'key')?.from ?? 'a key' }));
  const place = placeOf(record, ruleTo(rules, 'place'));
  if (!place.ok) return place;
  const time = ruleTo(rules, 'observedAt');
  const observedAt = readTime(memberOf(record, time)?.value, time?.timeZone) ?? latestOf(record, rules) ?? now;
  const { values, dropped } = valuesOf(record, rules, observedAt);
  const twin: Twin = {
    id: twinIdOf(authorityOf(owner), source, key),
    agency: agencyOf(owner),
    kind: kind.to,
    name: { en: textOf(memberOf(record, ruleTo(rules, 'name'))) ?? key },
    ...place.value,
    provenance: { observedAt, recordedAt: now, source: agencyOf(owner), origin: source, via: adaptor },
    values,
    version: 1,
    createdAt: observedAt,
    updatedAt: observedAt,
  };
  return ok({ twin, dropped });
};
