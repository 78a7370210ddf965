/**
 * Far content: what of an agency's own records may leave under an agreement: members that were declared and are not held back, in the area agreed on.
 */
import {
  type Box,
  boxOf,
  type FarContent,
  Geometry,
  type GrantedFeature,
  geometryToCrs84,
  intersects,
  type Json,
  mayShow,
  type TwinsRead,
} from '@cityweave/core';
import { type FarInterface, formatOf } from '../../config/far-interface.ts';
import type { Room } from '../room.ts';

type Members = Readonly<Record<string, Json>>;

export const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = ({ properties }: Members): Members => (isMembers(properties) ? properties : {});

/** A member of a record without what its format wraps it in. */
const bareMember = ({ protocol }: FarInterface, record: Members, name: string): Json | undefined => {
  if (protocol === 'ogc-api-features') return propertiesOf(record)[name] ?? (name === 'id' ? record['id'] : undefined);
  const found = record[name];
  return isMembers(found) ? (found['value'] ?? found['object']) : found;
};

/** A member as a text to tell records apart by; undefined where the record does not say it. */
export const textOf = (given: FarInterface, record: Json, member: string): string | undefined => {
  const found = isMembers(record) ? bareMember(given, record, member) : undefined;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
};

/** What tells a record apart. */
export const keyOf = (given: FarInterface, record: Json): string | undefined => textOf(given, record, given.key);

const namesShown = (room: Room, { key, name, observedAt, members }: FarInterface, granted: GrantedFeature): ReadonlySet<string> => {
  const parts = [key, name, observedAt].filter((one) => one !== undefined);
  const declared = new Map(members.map(({ member, term }) => [member, term]));
  const shown = (member: string): boolean => {
    const term = declared.get(member);
    return term === undefined || mayShow(term, granted, room.vocabulary());
  };
  return new Set([...parts, ...declared.keys()].filter(shown));
};

const only = (members: Members, names: ReadonlySet<string>): Members => Object.fromEntries(Object.entries(members).filter(([name]) => names.has(name)));

const withoutHidden = (given: FarInterface, record: Members, names: ReadonlySet<string>): Json => {
  if (given.protocol === 'ngsi-ld') {
    const { id = null, type = null, location } = record;
    return { id, type, ...only(record, names), ...(location !== undefined && { location }) };
  }
  const { geometry = null, id } = record;
  return { type: 'Feature', ...(id !== undefined && { id }), geometry, properties: only(propertiesOf(record), names) };
};

const placeOf = ({ protocol, crs = 'OGC:CRS84' }: FarInterface, record: Members): Geometry | undefined => {
  const { location } = record;
  const parsed = Geometry.safeParse(protocol === 'ngsi-ld' ? (isMembers(location) ? location['value'] : undefined) : record['geometry']).data;
  const converted = parsed && geometryToCrs84(parsed, crs);
  return converted?.ok ? converted.value : undefined;
};

const meetsBox = (place: Geometry, box: Box): boolean => {
  const own = boxOf(place);
  return own[0] <= box[2] && box[0] <= own[2] && own[1] <= box[3] && box[1] <= own[3];
};

/** An interface as it was granted, and where what is told of it must lie. */
export type Granted = {
  readonly given: FarInterface;
  readonly granted: GrantedFeature;
  readonly area?: Geometry | undefined;
  readonly box?: Box | undefined;
};

const isInside = ({ given, area, box }: Granted, record: Members): boolean => {
  if (!area && !box) return true;
  const place = placeOf(given, record);
  return place !== undefined && (!box || meetsBox(place, box)) && (!area || intersects(place, area));
};

/** The records as they may be told, in their own format. */
export const contentOf = (room: Room, one: Granted, records: readonly Json[]): FarContent => {
  const { given, granted } = one;
  const names = namesShown(room, given, granted);
  const content = records.filter(isMembers).filter((record) => isInside(one, record));
  return { featureId: granted.featureId, format: formatOf(given), content: content.map((record) => withoutHidden(given, record, names)) };
};

export const withheldOf = (room: Room, interfaces: readonly Pick<Granted, 'given' | 'granted'>[]): TwinsRead['withheld'] => {
  const kept = interfaces.flatMap(({ given, granted }) => given.members.map(({ term }) => term).filter((term) => !mayShow(term, granted, room.vocabulary())));
  return kept.length > 0 ? { terms: [...new Set(kept)] } : undefined;
};
