/**
 * Far records: what a member answers that keeps its data in a system of its own (T9 over a bridge): the records as they are there, less what the agreement holds back.
 */
import {
  type Box,
  boxOf,
  type FarContent,
  fail,
  featureIdOf,
  Geometry,
  type GrantedFeature,
  geometryToCrs84,
  intersects,
  type Json,
  limits,
  mayShow,
  msOfInstant,
  ok,
  type Problem,
  problem,
  type Result,
  type TwinQuery,
  type TwinsRead,
  type UsableAgreement,
} from '@cityweave/core';
import { type FarInterface, formatOf } from '../../config/far-interface.ts';
import { sha256 } from '../../trust/signature.ts';
import type { Room } from '../room.ts';

export type FarRecords = {
  /** The records of the interfaces asked for, as far as the agreement goes. */
  readonly read: (used: UsableAgreement, query: TwinQuery | undefined, signal: AbortSignal) => Promise<Result<TwinsRead>>;
  /** Looks whether anything changed; the sequence grows where something did. */
  readonly sequence: (signal: AbortSignal) => Promise<Result<number>>;
};

type Fetched = { readonly records: readonly Json[]; readonly digest: string; readonly seq: number; readonly atMs: number };

type Members = Readonly<Record<string, Json>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

type Desk = { readonly room: Room; readonly kept: Map<string, Fetched>; readonly running: Map<string, Promise<Result<Fetched>>> };

const fetchNow = async ({ room, kept }: Desk, given: FarInterface): Promise<Result<Fetched>> => {
  const { id, protocol, address } = given;
  const bounds = { recordsMax: limits.farRecordsMax, bytesMax: limits.exchangeDataBytesMax / 2, timeoutMs: limits.farFetchMs };
  const fetched = await room.far.records({ protocol, address, ...bounds, signal: room.signal });
  if (!fetched.ok) return fetched;
  const records = fetched.value as readonly Json[]; // branding: parsed from JSON
  const digest = sha256(JSON.stringify(records));
  const before = kept.get(id);
  const seq = before?.digest === digest ? before.seq : Math.max(msOfInstant(room.deps.clock.now()), (before?.seq ?? 0) + 1);
  const now: Fetched = { records, digest, seq, atMs: room.deps.clock.monotonicMs() };
  kept.set(id, now);
  if (before?.records.length !== records.length) room.records.put('farRecords', id, records.length);
  return ok(now);
};

/** Fetched once for all who ask at a time, and not again while it is fresh. */
const fetchRecords = (desk: Desk, given: FarInterface): Promise<Result<Fetched>> => {
  const { room, kept, running } = desk;
  const known = kept.get(given.id);
  if (known && room.deps.clock.monotonicMs() - known.atMs < given.freshMs) return Promise.resolve(ok(known));
  const under = running.get(given.id);
  if (under) return under;
  const made = fetchNow(desk, given).finally(() => running.delete(given.id));
  running.set(given.id, made);
  return made;
};

/** Only members that were declared leave, and of those none that the agreement holds back. */
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
  const { properties, geometry = null, id } = record;
  return { type: 'Feature', ...(id !== undefined && { id }), geometry, properties: isMembers(properties) ? only(properties, names) : {} };
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

type Limits = {
  readonly given: FarInterface;
  readonly records: readonly Json[];
  readonly granted: GrantedFeature;
  readonly area: Geometry | undefined;
  readonly box: Box | undefined;
};

const contentOf = (room: Room, { given, records, granted, area, box }: Limits): FarContent => {
  const names = namesShown(room, given, granted);
  const content = records.filter(isMembers).filter((record) => {
    if (!area && !box) return true;
    const place = placeOf(given, record);
    return place !== undefined && (!box || meetsBox(place, box)) && (!area || intersects(place, area));
  });
  return { featureId: granted.featureId, format: formatOf(given), content: content.map((record) => withoutHidden(given, record, names)) };
};

const grantOf = (room: Room, { features }: UsableAgreement, { id, kind }: FarInterface): GrantedFeature | undefined =>
  features.find(({ featureId }) => featureId === farFeatureId(room, { id, kind }));

/** How many records were there last. */
export const farCount = ({ records }: Room, { id }: Pick<FarInterface, 'id'>): number => Number(records.get('farRecords', id) ?? 0);

export const farFeatureId = ({ self }: Room, { id, kind }: Pick<FarInterface, 'id' | 'kind'>) => featureIdOf(self.authority, `${kind}/${id}`);

const withheldOf = (room: Room, interfaces: readonly { readonly given: FarInterface; readonly granted: GrantedFeature }[]): TwinsRead['withheld'] => {
  const kept = interfaces.flatMap(({ given, granted }) => given.members.map(({ term }) => term).filter((term) => !mayShow(term, granted, room.vocabulary())));
  return kept.length > 0 ? { terms: [...new Set(kept)] } : undefined;
};

const readAll = async (desk: Desk, used: UsableAgreement, query: TwinQuery | undefined): Promise<Result<TwinsRead>> => {
  const { room } = desk;
  const kinds = query?.filter?.kinds;
  const asked = room.node.interfaces.flatMap((given) => {
    const granted = grantOf(room, used, given);
    return granted && (kinds === undefined || kinds.includes(given.kind)) ? [{ given, granted }] : [];
  });
  const fetched = await Promise.all(asked.map(({ given }) => fetchRecords(desk, given)));
  const failed: Problem | undefined = fetched.flatMap((one) => (one.ok ? [] : [one.problem]))[0];
  if (failed) return fail({ ...failed, agency: room.self.agency });
  const within = { area: used.agreement.terms.area, box: query?.filter?.box };
  const far = asked.map((one, at) => {
    const found = fetched[at];
    return contentOf(room, { ...one, ...within, records: found?.ok ? found.value.records : [] });
  });
  const seq = Math.max(0, ...fetched.map((one) => (one.ok ? one.value.seq : 0)));
  const withheld = withheldOf(room, asked);
  return ok({ far, agreementId: used.agreement.id, seq, ...(withheld && { withheld }) });
};

/** A call that goes away does not end what others wait for. */
const unless = async <T>(signal: AbortSignal, work: Promise<Result<T>>): Promise<Result<T>> => {
  const gone = new Promise<Result<T>>((resolve) => {
    const leave = (): void => resolve(fail(problem('timedOut')));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  return Promise.race([work, gone]);
};

export const createFarRecords = (room: Room): FarRecords => {
  const desk: Desk = { room, kept: new Map(), running: new Map() };
  return {
    read: (used, query, signal) => unless(signal, readAll(desk, used, query)),
    sequence: async (signal) => {
      const fetched = await unless(
        signal,
        Promise.all(room.node.interfaces.map((given) => fetchRecords(desk, given))).then((all) => ok(all)),
      );
      if (!fetched.ok) return fetched;
      const failed = fetched.value.flatMap((one) => (one.ok ? [] : [one.problem]))[0];
      return failed ? fail(failed) : ok(Math.max(0, ...fetched.value.map((one) => (one.ok ? one.value.seq : 0))));
    },
  };
};
