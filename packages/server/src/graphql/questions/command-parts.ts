/**
 * Command parts: what commands say of a twin: its id, terms, values, place, names, each refused with where it stands and what would be accepted.
 */
import {
  AlternativeId,
  agencyOf,
  checkTerms,
  checkUnitOf,
  checkValueOf,
  eachPosition,
  fail,
  Geometry,
  type Instant,
  isUnit,
  type Json,
  LanguageMap,
  ObjectOfInterestId,
  ok,
  Position,
  type Problem,
  problem,
  type Reading,
  type Result,
  shorten,
  type Term,
  TermId,
  type TermRole,
  TwinId,
  type TwinInput,
  type ValueFlag,
} from '@cityweave/core';
import type { Context } from '../room.ts';
import type { PutGiven } from './own-commands.ts';

type Given<T> = T | null | undefined;

export type ValueGiven = {
  readonly term: string;
  readonly value?: Given<Json>;
  readonly unit?: Given<string>;
  readonly observedAt?: Given<Instant>;
  readonly flag?: Given<ValueFlag>;
};

export const invalid = (path: string, found: unknown, accepted: string): Problem => problem('invalid', { path, found: shorten(found), accepted });

export const ownId = ({ room }: Context, given: string, path: string): Result<TwinId> => {
  const id = TwinId.safeParse(given);
  if (!id.success) return fail(problem('badId', { path, found: shorten(given), accepted: 'urn:dtf:twin:<authority>:<source>/<key>' }));
  if (agencyOf(id.data) !== room.self.agency)
    return fail(problem('notAuthorised', { path, subject: shorten(given), accepted: `a twin of ${room.self.agency}` }));
  return id.data === room.self.id ? fail(problem('notAuthorised', { path, subject: given, accepted: 'any twin but that of the agency itself' })) : ok(id.data);
};

type Named = { readonly given: string; readonly path: string; readonly role: TermRole };

/** A term in the role in which it is used; terms of prefixes that no dictionary has pass. */
export const known = ({ room }: Context, { given, path, role }: Named): Result<TermId> => {
  const term = TermId.safeParse(given);
  if (!term.success) return fail(invalid(path, given, 'prefix:name, as city:height'));
  const checked = checkTerms(room.vocabulary(), [term.data]);
  if (!checked.ok) return fail({ ...checked.problem, path });
  const found = room.vocabulary().term(term.data)?.role;
  return found === undefined || found === role ? ok(term.data) : fail(invalid(path, `${given}, which is a ${found}`, `a ${role}`));
};

/** A value as its dictionary describes it; null says that there is none. */
const checkReading = ({ room }: Context, term: TermId, { value = null, unit }: ValueGiven): Result<true> => {
  const described = room.vocabulary().term(term);
  if (value === null) return ok(true);
  const typed = checkValueOf(described, value);
  if (!typed.ok) return typed;
  if (typeof unit !== 'string') return ok(true);
  return isUnit(unit) ? checkUnitOf(described, unit) : fail(invalid('unit', unit, 'a unit of UCUM'));
};

type Readings = Readonly<Record<string, Reading>>;

/** A number without a unit is in that of its dictionary. */
const readingOf = ({ value, unit, observedAt, flag }: ValueGiven, described: Term | undefined): Reading => {
  const measured = typeof value === 'number' ? (unit ?? described?.unit) : unit;
  return { value: value ?? null, ...(typeof measured === 'string' && { unit: measured }), ...(observedAt && { observedAt }), ...(flag && { flag }) };
};

export const readingsOf = (context: Context, given: Given<readonly ValueGiven[]>): Result<Readings> => {
  const readings: [string, Reading][] = [];
  for (const [index, value] of (given ?? []).entries()) {
    const term = known(context, { given: value.term, path: `values[${index}].term`, role: 'property' });
    if (!term.ok) return term;
    const checked = checkReading(context, term.value, value);
    if (!checked.ok) return fail({ ...checked.problem, path: `values[${index}]` });
    readings.push([term.value, readingOf(value, context.room.vocabulary().term(term.value))]);
  }
  return ok(Object.fromEntries(readings));
};

export const optional = <T>(
  given: unknown,
  path: string,
  { parse, accepted }: { readonly parse: (found: unknown) => T | undefined; readonly accepted: string },
): Result<T | undefined> => {
  if (given === null || given === undefined) return ok(undefined);
  const parsed = parse(given);
  return parsed === undefined ? fail(invalid(path, given, accepted)) : ok(parsed);
};

const isOnEarth = (geometry: Geometry): boolean => {
  let isThere = true;
  eachPosition(geometry, ([longitude = 0, latitude = 0]) => {
    isThere &&= Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
  });
  return isThere;
};

const onEarth = <T>(found: T | undefined, toGeometry: (place: T) => Geometry): T | undefined =>
  found !== undefined && isOnEarth(toGeometry(found)) ? found : undefined;

export const position = {
  parse: (found: unknown) => onEarth(Position.safeParse(found).data, (coordinates) => ({ type: 'Point', coordinates })),
  accepted: '[longitude, latitude] or [longitude, latitude, metres], in degrees of CRS84',
};
const geometry = {
  parse: (found: unknown) => onEarth(Geometry.safeParse(found).data, (place) => place),
  accepted: 'a GeoJSON geometry in longitude and latitude of CRS84',
};
const altIds = { parse: (found: unknown) => AlternativeId.array().safeParse(found).data, accepted: 'schemes and values that are not empty' };
const object = { parse: (found: unknown) => ObjectOfInterestId.safeParse(found).data, accepted: 'a URI' };
export const name = {
  parse: (found: unknown) => LanguageMap.refine((texts) => Object.keys(texts).length > 0).safeParse(found).data,
  accepted: '{"en": "name", ...} by BCP 47 tag',
};

export const placed = (given: PutGiven): Result<Pick<TwinInput, 'position' | 'footprint' | 'altIds' | 'objectOfInterest'>> => {
  const parts = {
    position: optional(given.position, 'put.position', position),
    footprint: optional(given.geometry, 'put.geometry', geometry),
    altIds: optional(given.altIds, 'put.altIds', altIds),
    objectOfInterest: optional(given.objectOfInterest, 'put.objectOfInterest', object),
  };
  for (const part of Object.values(parts)) if (!part.ok) return part;
  return ok(Object.fromEntries(Object.entries(parts).flatMap(([key, part]) => (part.ok && part.value !== undefined ? [[key, part.value]] : []))));
};
