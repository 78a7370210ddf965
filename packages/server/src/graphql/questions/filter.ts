/**
 * Filters: a GraphQL filter as the filter between agencies, and everything wrong with it named by where it stands.
 */
import {
  AgencyId,
  type AreaTest,
  Box,
  checkUnitOf,
  checkValueOf,
  type Direction,
  type FederatedFilter,
  Geometry,
  Instant,
  type Json,
  type LinkTest,
  limits,
  type PropertyTest,
  type Relation,
  type SpatialRelation,
  TermId,
  type TestOperator,
  ValueFlag,
  type Vocabulary,
  verticesOf,
} from '@cityweave/core';
import type { Faults } from '../fault.ts';

type Given<T> = T | null | undefined;

export type PropertyTestGiven = { readonly term: string; readonly op?: Given<TestOperator>; readonly value?: Given<Json>; readonly unit?: Given<string> };
export type LinkTestGiven = {
  readonly kind?: Given<string>;
  readonly except?: Given<string>;
  readonly direction?: Given<Direction>;
  readonly to?: Given<FilterGiven>;
};
export type RelationGiven = { readonly relation: SpatialRelation; readonly to: FilterGiven; readonly metres?: Given<number> };
export type CircleGiven = { readonly longitude: number; readonly latitude: number; readonly metres: number };
export type AreaGiven = { readonly box?: Given<readonly number[]>; readonly polygon?: Given<object>; readonly circle?: Given<CircleGiven> };

export type FilterGiven = {
  readonly ids?: Given<readonly string[]>;
  readonly agencies?: Given<readonly string[]>;
  readonly kinds?: Given<readonly string[]>;
  readonly text?: Given<string>;
  readonly within?: Given<AreaGiven>;
  readonly relates?: Given<readonly RelationGiven[]>;
  readonly property?: Given<readonly PropertyTestGiven[]>;
  readonly linked?: Given<readonly LinkTestGiven[]>;
  readonly changedSince?: Given<unknown>;
  readonly all?: Given<readonly FilterGiven[]>;
  readonly any?: Given<readonly FilterGiven[]>;
  readonly not?: Given<FilterGiven>;
};

type At = { readonly faults: Faults; readonly vocabulary: Vocabulary; readonly path: string; readonly depth: number; readonly parts: { count: number } };

const inner = (at: At, path: string): At => ({ ...at, path: `${at.path}.${path}`, depth: at.depth + 1 });

const listOf = <T, U>(
  given: Given<readonly T[]>,
  { faults, path, max }: Pick<At, 'faults' | 'path'> & { readonly max: number },
  each: (item: T, index: number) => U | undefined,
): readonly U[] | undefined => {
  if (!given) return undefined;
  if (given.length > max) return faults.note({ argument: path, found: `${given.length} items`, accepted: `at most ${max}`, limit: max });
  return given.flatMap((item, index) => each(item, index) ?? []);
};

export const parseTerm = (given: string, argument: string, faults: Faults): TermId | undefined => {
  const parsed = TermId.safeParse(given);
  return parsed.success ? parsed.data : faults.note({ argument, found: given, accepted: 'prefix:name, as city:FloodZone' });
};

export const parseAgency = (given: string, argument: string, faults: Faults): AgencyId | undefined => {
  const parsed = AgencyId.safeParse(given);
  return parsed.success ? parsed.data : faults.note({ argument, found: given, accepted: 'urn:dtf:agency:<authority>' });
};

export const parseGeometry = (given: unknown, argument: string, faults: Faults): Geometry | undefined => {
  const parsed = Geometry.safeParse(given);
  if (!parsed.success) return faults.note({ argument, found: given, accepted: 'a GeoJSON geometry in longitude and latitude' });
  const vertices = verticesOf(parsed.data);
  if (vertices > limits.areaVerticesMax)
    return faults.note({ argument, found: `${vertices} vertices`, accepted: `at most ${limits.areaVerticesMax}`, limit: limits.areaVerticesMax });
  return parsed.data;
};

const parseCircle = ({ longitude, latitude, metres }: CircleGiven, argument: string, faults: Faults): AreaTest | undefined => {
  const good = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 && metres > 0;
  if (!good) return faults.note({ argument, found: { longitude, latitude, metres }, accepted: 'longitude -180 to 180, latitude -90 to 90, metres above 0' });
  return { relation: 'nearerThan', geometry: { type: 'Point', coordinates: [longitude, latitude] }, metres };
};

const parseBox = (box: readonly number[], argument: string, faults: Faults): Box | undefined => {
  const parsed = Box.safeParse(box);
  return parsed.success && parsed.data[1] <= parsed.data[3]
    ? parsed.data
    : faults.note({ argument, found: box, accepted: '[west, south, east, north] in degrees, south below north' });
};

/** A box, a polygon or a circle as what filters know. */
const withinOf = (area: Given<AreaGiven>, { faults, path }: Pick<At, 'faults' | 'path'>): Pick<FederatedFilter, 'box' | 'areas'> => {
  if (!area) return {};
  const argument = `${path}.within`;
  const { box, polygon, circle } = area;
  if ([box, polygon, circle].filter((one) => one !== null && one !== undefined).length !== 1) {
    faults.note({ argument, found: area, accepted: 'one of box, polygon and circle' });
    return {};
  }
  const place = polygon && parseGeometry(polygon, `${argument}.polygon`, faults);
  const test = circle ? parseCircle(circle, `${argument}.circle`, faults) : place && ({ relation: 'intersects', geometry: place } as const);
  const parsed = box && parseBox(box, `${argument}.box`, faults);
  return { ...(parsed && { box: parsed }), ...(test && { areas: [test] }) };
};

/** The area of a need: a box becomes the polygon around it, as a polygon is. */
export const areaOf = (area: Given<AreaGiven>, path: string, faults: Faults): Pick<FederatedFilter, 'box' | 'areas'> => withinOf(area, { faults, path });

const isFlags = (value: unknown): boolean => Array.isArray(value) && value.every((flag) => ValueFlag.safeParse(flag).success);

const needsValue = (op: TestOperator): boolean => op !== 'exists';

/** What each operator compares with; `exists` has its own yes or no, and parts of texts are looked for in whatever is there. */
const comparedWith = (op: TestOperator, value: Json | undefined): readonly Json[] => {
  if (value === undefined || ['exists', 'contains', 'prefix', 'flagged'].includes(op)) return [];
  return op === 'in' && Array.isArray(value) ? value : [value];
};

/** A test that could never hold, because it compares what cannot be compared, is a mistake of whoever asks. */
const isComparable = ({ term, op, value, unit }: PropertyTest, argument: string, { faults, vocabulary }: At): boolean => {
  const known = vocabulary.term(term);
  const checked = [...comparedWith(op, value).map((one) => checkValueOf(known, one)), ...(unit === undefined ? [] : [checkUnitOf(known, unit)])];
  const wrong = checked.find((one) => !one.ok);
  if (!wrong || wrong.ok) return true;
  const { kind, found = '', accepted = '' } = wrong.problem;
  faults.note({ argument: `${argument}.${kind === 'unitsDiffer' ? 'unit' : 'value'}`, found, accepted: `${accepted}, for ${term}` });
  return false;
};

const propertyOf = ({ term, op, value, unit }: PropertyTestGiven, argument: string, at: At): PropertyTest | undefined => {
  const { faults } = at;
  const parsed = parseTerm(term, `${argument}.term`, faults);
  const operator = op ?? 'eq';
  if (value === undefined && needsValue(operator))
    return faults.note({ argument: `${argument}.value`, found: 'nothing', accepted: 'the value to compare with' });
  if (operator === 'flagged' && !isFlags(value))
    return faults.note({ argument: `${argument}.value`, found: value, accepted: `a list of ${ValueFlag.options.join(', ')}` });
  if (operator === 'in' && !Array.isArray(value)) return faults.note({ argument: `${argument}.value`, found: value, accepted: 'a list of values' });
  const test = parsed && { term: parsed, op: operator, ...(value !== undefined && { value }), ...(typeof unit === 'string' && { unit }) };
  return test && isComparable(test, argument, at) ? test : undefined;
};

const linkOf = ({ kind, except, direction, to }: LinkTestGiven, at: At): LinkTest | undefined => {
  const [parsed, other] = [
    ['kind', kind],
    ['except', except],
  ].map(([name, term]) => (typeof term === 'string' ? parseTerm(term, `${at.path}.${name}`, at.faults) : undefined));
  const far = to ? translate(to, inner(at, 'to')) : undefined;
  if (far && hasRelation(far)) return at.faults.note({ argument: `${at.path}.to`, found: 'relates', accepted: 'a filter without relates' });
  return { direction: direction ?? 'out', ...(parsed && { kind: parsed }), ...(other && { except: other }), ...(far && { to: far }) };
};

const hasRelation = ({ relates = [], all = [], any = [], not }: FederatedFilter): boolean =>
  relates.length > 0 || [...all, ...any, ...(not ? [not] : [])].some(hasRelation);

const relationOf = ({ relation, to, metres }: RelationGiven, at: At): Relation | undefined => {
  if (relation === 'nearerThan' && !(typeof metres === 'number' && metres > 0))
    return at.faults.note({ argument: `${at.path}.metres`, found: metres ?? 'nothing', accepted: 'metres above 0 with NEARER_THAN' });
  if (relation !== 'nearerThan' && typeof metres === 'number')
    return at.faults.note({ argument: `${at.path}.metres`, found: metres, accepted: 'metres with NEARER_THAN only' });
  return { relation, to: translate(to, inner(at, 'to')), ...(typeof metres === 'number' && { metres }) };
};

const instantOf = (given: unknown, { faults, path }: At): Instant | undefined =>
  given === null || given === undefined
    ? undefined
    : (Instant.safeParse(given).data ?? faults.note({ argument: `${path}.changedSince`, found: given, accepted: 'an RFC 3339 instant' }));

/** Members that are not given are left out: core knows no null. */
const present = <T extends object>(parts: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as never; // branding: only undefined members were taken away

const plainParts = (given: FilterGiven, at: At) => {
  const { path, faults } = at;
  const named = (name: string): At => ({ ...at, path: `${path}.${name}` });
  return {
    ids: listOf(given.ids, { ...named('ids'), max: limits.filterIdsMax }, (id) => id),
    agencies: listOf(given.agencies, { ...named('agencies'), max: limits.membersMax }, (id, index) => parseAgency(id, `${path}.agencies[${index}]`, faults)),
    kinds: listOf(given.kinds, { ...named('kinds'), max: limits.filterKindsMax }, (kind, index) => parseTerm(kind, `${path}.kinds[${index}]`, faults)),
    property: listOf(given.property, { ...named('property'), max: limits.filterNodesMax }, (test, index) => propertyOf(test, `${path}.property[${index}]`, at)),
    changedSince: instantOf(given.changedSince, at),
    text: textOf(given.text, at),
  };
};

const textOf = (text: Given<string>, { faults, path }: At): string | undefined => {
  if (text === null || text === undefined || text.length <= limits.filterTextCharactersMax) return text ?? undefined;
  return faults.note({
    argument: `${path}.text`,
    found: `${text.length} characters`,
    accepted: `at most ${limits.filterTextCharactersMax}`,
    limit: limits.filterTextCharactersMax,
  });
};

const nestedParts = (given: FilterGiven, at: At) => {
  const nested = (name: string) => (part: FilterGiven, index: number) => translate(part, inner(at, `${name}[${index}]`));
  const named = (name: string): At => ({ ...at, path: `${at.path}.${name}` });
  const step = (name: string, index: number): At => ({ ...at, path: `${at.path}.${name}[${index}]` });
  return {
    all: listOf(given.all, { ...named('all'), max: limits.filterNodesMax }, nested('all')),
    any: listOf(given.any, { ...named('any'), max: limits.filterNodesMax }, nested('any')),
    not: given.not ? translate(given.not, inner(at, 'not')) : undefined,
    linked: listOf(given.linked, { ...named('linked'), max: limits.filterNodesMax }, (test, index) => linkOf(test, step('linked', index))),
    relates: listOf(given.relates, { ...named('relates'), max: limits.filterNodesMax }, (test, index) => relationOf(test, step('relates', index))),
  };
};

/** Depth and parts are counted while the filter is walked, relations included: what is too large is not walked further. */
const isTooLarge = ({ faults, path, depth, parts }: At): boolean => {
  parts.count += 1;
  if (depth > limits.filterDepthMax)
    faults.note({ argument: path, found: `a filter nested ${depth} deep`, accepted: `at most ${limits.filterDepthMax}`, limit: limits.filterDepthMax });
  if (parts.count > limits.filterNodesMax)
    faults.note({ argument: path, found: `${parts.count} parts`, accepted: `at most ${limits.filterNodesMax}`, limit: limits.filterNodesMax });
  return depth > limits.filterDepthMax || parts.count > limits.filterNodesMax;
};

const translate = (given: FilterGiven, at: At): FederatedFilter =>
  isTooLarge(at) ? {} : present({ ...plainParts(given, at), ...nestedParts(given, at), ...withinOf(given.within, at) });

export const toFilter = (given: Given<FilterGiven>, faults: Faults, vocabulary: Vocabulary): FederatedFilter =>
  given ? translate(given, { faults, vocabulary, path: 'filter', depth: 1, parts: { count: 0 } }) : {};
