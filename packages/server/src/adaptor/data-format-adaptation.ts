/**
 * Data format adaptation (DFA-FE, Y.4489 9.2.3): takes the format off an owner's records: GeoJSON features, entities of NGSI-LD.
 */
import { type FarFormat, type FarRecord, type FarValue, fail, Geometry, type Json, ok, problem, type Result, shorten } from '@cityweave/core';

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const valueOf = (value: unknown): FarValue => ({ value: value as Json }); // branding: what came in a message is JSON

const geometryOf = (raw: unknown): Geometry | undefined => Geometry.safeParse(raw).data;

const readFeature = (raw: Members): Result<FarRecord> => {
  const { type, id, geometry, properties } = raw;
  if (type !== 'Feature') return fail(problem('notConvertible', { found: shorten(type), accepted: 'a GeoJSON Feature' }));
  const own = isMembers(properties) ? properties : {};
  const members = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, valueOf(value)]));
  const place = geometryOf(geometry);
  if (geometry !== undefined && geometry !== null && !place) return fail(problem('notConvertible', { path: '/geometry', accepted: 'a GeoJSON geometry' }));
  return ok({ members: { ...(id !== undefined && { id: valueOf(id) }), ...members }, ...(place && { geometry: place }) });
};

/** Codes of UN/CEFACT Recommendation 20, which NGSI-LD uses, as UCUM has them. */
const ucumOfCefact: Readonly<Record<string, string>> = {
  ...{ MTR: 'm', CMT: 'cm', MMT: 'mm', KMT: 'km', FOT: '[ft_i]', INH: '[in_i]', MTK: 'm2', HAR: 'har', MTQ: 'm3', LTR: 'L' },
  ...{
    MQS: 'm3/s',
    G51: 'L/s',
    MTS: 'm/s',
    KMH: 'km/h',
    HM: '[mi_i]/h',
    WTT: 'W',
    KWT: 'kW',
    MAW: 'MW',
    KWH: 'kW.h',
    WHR: 'W.h',
    VLT: 'V',
    KVT: 'kV',
    AMP: 'A',
  },
  ...{
    CEL: 'Cel',
    FAH: '[degF]',
    KEL: 'K',
    P1: '%',
    NX: '[ppth]',
    C62: '1',
    PAL: 'Pa',
    A97: 'hPa',
    BAR: 'bar',
    '2N': 'dB',
    SEC: 's',
    MIN: 'min',
    HUR: 'h',
    ANN: 'a',
    GQ: 'ug/m3',
  },
};

/** Property, GeoProperty or Relationship of a normalised entity; a bare value of a simplified one. */
const readAttribute = (raw: unknown): FarValue => {
  if (!isMembers(raw) || typeof raw['type'] !== 'string') return valueOf(raw);
  const { value, object, unitCode, observedAt } = raw;
  const unit = typeof unitCode === 'string' ? (ucumOfCefact[unitCode] ?? unitCode) : undefined;
  return { ...valueOf(value ?? object ?? null), ...(unit !== undefined && { unit }), ...(typeof observedAt === 'string' && { observedAt }) };
};

const notAttributes = new Set(['@context', 'type']);

const readEntity = (raw: Members): Result<FarRecord> => {
  if (typeof raw['id'] !== 'string' || raw['type'] === undefined)
    return fail(problem('notConvertible', { found: shorten(raw['id']), accepted: 'an NGSI-LD entity with id and type' }));
  const attributes = Object.entries(raw).filter(([name]) => !notAttributes.has(name));
  const members = Object.fromEntries(attributes.map(([name, value]) => [name, readAttribute(value)]));
  const place = geometryOf(members['location']?.value);
  return ok({ members, ...(place && { geometry: place }) });
};

const readers: Readonly<Record<FarFormat, (raw: Members) => Result<FarRecord>>> = {
  'application/geo+json': readFeature,
  'application/ld+json': readEntity,
};

/** One record of a format, or why it is none. */
export const readRecord = (format: FarFormat, raw: unknown): Result<FarRecord> =>
  isMembers(raw) ? readers[format](raw) : fail(problem('notConvertible', { found: shorten(raw), accepted: `a record of ${format}` }));

export const farFormats: readonly FarFormat[] = ['application/geo+json', 'application/ld+json'];
