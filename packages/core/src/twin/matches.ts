/**
 * What a filter means, as a pure function: the measure by which every store is checked, and the re-check on merged twins.
 * A test of something that a twin does not have fails; `not` turns that round.
 */

import { agencyOf, compareText, type TwinId } from '../ground/id.ts';
import { canonicalJson, type Json } from '../ground/json.ts';
import { prepareArea } from '../ground/place/area.ts';
import { boxesMeet, splitAtAntimeridian } from '../ground/place/parts.ts';
import { convert } from '../ground/quantity.ts';
import { type Link, normaliseKey } from './link.ts';
import type { AreaTest, LinkTest, PropertyTest, TwinFilter } from './query.ts';
import { boxOfTwin, placeOf, type Twin } from './twin.ts';
import type { Reading } from './value.ts';
import { wordsOfText, wordsOfTwin } from './words.ts';

/** What a filter asks beyond the twin itself. */
export type MatchContext = {
  /** links from or to a twin */
  readonly linksOf: (id: TwinId) => readonly Link[];
  /** the twin at the other end of a link, where it is known here */
  readonly twin: (id: TwinId) => Twin | undefined;
};

const significantDigits = 12;

/** The value in the unit of the test; undefined where it cannot be compared. Rounding hides what the conversion itself adds. */
const comparable = (reading: Reading, unit: string | undefined): Json | undefined => {
  if (unit === undefined || reading.unit === unit) return reading.value;
  if (typeof reading.value !== 'number' || reading.unit === undefined) return undefined;
  const converted = convert(reading.value, reading.unit, unit);
  return converted.ok ? Number(converted.value.toPrecision(significantDigits)) : undefined;
};

const same = (a: Json, b: Json): boolean => a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b));

/** Negative, zero or positive; undefined where the two have no order. */
const order = (a: Json, b: Json): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : undefined;
};

const inOrder = (a: Json, b: Json, fits: (difference: number) => boolean): boolean => {
  const difference = order(a, b);
  return difference !== undefined && fits(difference);
};

const textFits = (a: Json, b: Json, fits: (text: string, part: string) => boolean): boolean => typeof a === 'string' && typeof b === 'string' && fits(a, b);

const operators: Readonly<Record<Exclude<PropertyTest['op'], 'exists' | 'flagged'>, (found: Json, wanted: Json) => boolean>> = {
  eq: same,
  ne: (found, wanted) => !same(found, wanted),
  lt: (found, wanted) => inOrder(found, wanted, (difference) => difference < 0),
  lte: (found, wanted) => inOrder(found, wanted, (difference) => difference <= 0),
  gt: (found, wanted) => inOrder(found, wanted, (difference) => difference > 0),
  gte: (found, wanted) => inOrder(found, wanted, (difference) => difference >= 0),
  in: (found, wanted) => Array.isArray(wanted) && wanted.some((one) => same(found, one)),
  contains: (found, wanted) => textFits(found, wanted, (text, part) => text.includes(part)),
  prefix: (found, wanted) => textFits(found, wanted, (text, part) => text.startsWith(part)),
};

/** Whether a reading passes a test. Null is a value; a term that is not there is none. */
export const passesTest = (test: PropertyTest, reading: Reading | undefined): boolean => {
  if (test.op === 'exists') return (reading !== undefined) === (test.value !== false);
  if (reading === undefined || test.value === undefined) return false;
  if (test.op === 'flagged') return Array.isArray(test.value) && test.value.includes(reading.flag ?? 'MEASURED');
  const found = comparable(reading, test.unit);
  return found !== undefined && operators[test.op](found, test.value);
};

/** What a reading does not say of how it came about, the twin's provenance says. */
const flaggedBy = (reading: Reading | undefined, { provenance: { flag } }: Twin): Reading | undefined => reading && (flag ? { flag, ...reading } : reading);

const passesProperty = (test: PropertyTest, twin: Twin): boolean => {
  const reading = Object.hasOwn(twin.values, test.term) ? twin.values[test.term] : undefined;
  return passesTest(test, test.op === 'flagged' ? flaggedBy(reading, twin) : reading);
};

const isKnownBy = (twin: Twin, ids: readonly string[]): boolean => {
  const known = new Set(ids);
  if (known.has(twin.id) || (twin.objectOfInterest !== undefined && known.has(twin.objectOfInterest))) return true;
  const keys = new Set(ids.map(normaliseKey));
  return twin.altIds?.some(({ value }) => keys.has(normaliseKey(value))) ?? false;
};

const hasWords = (twin: Twin, text: string): boolean => {
  const words = [...wordsOfTwin(twin)];
  return wordsOfText(text).every((wanted) => words.some((word) => word.startsWith(wanted)));
};

const meetsBox = (twin: Twin, box: NonNullable<TwinFilter['box']>): boolean => {
  const own = boxOfTwin(twin);
  return own !== undefined && splitAtAntimeridian(box).some((part) => boxesMeet(own, part));
};

/** An area sent by digest alone must be looked up before: here it holds for nothing. */
const isInArea = (twin: Twin, { relation, geometry, metres }: AreaTest): boolean => {
  const place = placeOf(twin);
  return place !== undefined && geometry !== undefined && prepareArea({ relation, geometry, metres }).holds(place);
};

const otherEnds = (id: TwinId, { kind, except, direction }: LinkTest, links: readonly Link[]): readonly TwinId[] =>
  links
    .filter((link) => (kind === undefined || link.kind === kind) && link.kind !== except)
    .flatMap((link) => [...(direction !== 'in' && link.from === id ? [link.to] : []), ...(direction !== 'out' && link.to === id ? [link.from] : [])]);

/** A filter on a twin that is known by its id only: holds where the id alone decides. */
const matchesId = (filter: TwinFilter, id: TwinId): boolean => {
  const { ids, agencies, all, any, ...rest } = filter;
  if (Object.values(rest).some((part) => part !== undefined)) return false;
  return (
    (ids?.includes(id) ?? true) &&
    (agencies?.includes(agencyOf(id)) ?? true) &&
    (all?.every((part) => matchesId(part, id)) ?? true) &&
    (any?.some((part) => matchesId(part, id)) ?? true)
  );
};

const isLinked = (twin: Twin, test: LinkTest, context: MatchContext): boolean =>
  otherEnds(twin.id, test, context.linksOf(twin.id)).some((id) => {
    if (test.to === undefined) return true;
    const other = context.twin(id);
    return other ? matchesFilter(test.to, other, context) : matchesId(test.to, id);
  });

/** Whether a twin passes every member of a filter. `kinds` are taken as they stand: the caller has added their narrower terms. */
export const matchesFilter = (filter: TwinFilter, twin: Twin, context: MatchContext): boolean =>
  (filter.ids === undefined || isKnownBy(twin, filter.ids)) &&
  (filter.agencies?.includes(twin.agency) ?? true) &&
  (filter.kinds?.includes(twin.kind) ?? true) &&
  (filter.text === undefined || hasWords(twin, filter.text)) &&
  (filter.box === undefined || meetsBox(twin, filter.box)) &&
  (filter.changedSince === undefined || twin.updatedAt >= filter.changedSince) &&
  (filter.property?.every((test) => passesProperty(test, twin)) ?? true) &&
  (filter.areas?.every((test) => isInArea(twin, test)) ?? true) &&
  (filter.linked?.every((test) => isLinked(twin, test, context)) ?? true) &&
  (filter.all?.every((part) => matchesFilter(part, twin, context)) ?? true) &&
  (filter.any?.some((part) => matchesFilter(part, twin, context)) ?? true) &&
  (filter.not === undefined || !matchesFilter(filter.not, twin, context));
