/**
 * Far history: what an agency's own system said of a record before: by the temporal entities of NGSI-LD, or by the items of a collection of OGC API Features, told by datetime.
 */
import { fail, type HistoryQuery, type Instant, type Json, limits, ok, partsOfTwinId, problem, type Result, TwinId, type TwinQuery } from '@cityweave/core';
import type { FarInterface } from '../../config/far-interface.ts';
import type { Room } from '../room.ts';
import { isMembers, keyOf } from './far-content.ts';

type Asked = { readonly query: TwinQuery; readonly records: readonly Json[]; readonly signal: AbortSignal };

/** The records that are asked about, by the ids that their twins have. */
const recordsAsked = (given: FarInterface, { query, records }: Asked): readonly Json[] => {
  const keys = new Set(
    (query.filter?.ids ?? []).flatMap((id) => {
      const parsed = TwinId.safeParse(id).data;
      const parts = parsed && partsOfTwinId(parsed);
      return parts?.source === given.id ? [parts.key] : [];
    }),
  );
  return records.filter((record) => ((key) => key !== undefined && keys.has(key))(keyOf(given, record)));
};

const bounds = { recordsMax: limits.farRecordsMax, bytesMax: limits.exchangeDataBytesMax / 4, timeoutMs: limits.farFetchMs };

/** Slots look back as far as `maxAge` says, so that what is carried into the first is known; the adaptor asks from then on. */
const periodOf = ({ from, to }: HistoryQuery, now: Instant): { readonly from: Instant | undefined; readonly to: Instant } => ({ from, to: to ?? now });

const temporalAddress = (address: string, id: string, { from, to }: ReturnType<typeof periodOf>): string => {
  const url = new URL(`${address.replace(/\/+$/, '')}/${encodeURIComponent(id)}`);
  url.searchParams.set('timerel', from ? 'between' : 'before');
  url.searchParams.set('timeAt', from ?? to);
  if (from) url.searchParams.set('endTimeAt', to);
  return url.href;
};

/** An entity with lists of instances as one entity for each of them. */
const statesOfEntity = (given: FarInterface, record: Json, temporal: unknown): readonly Json[] => {
  if (!isMembers(record) || !isMembers(temporal)) return [];
  const { id = null, type = null } = record;
  const named = given.key === 'id' || given.key === '@id' ? {} : { [given.key]: record[given.key] ?? null };
  return given.members.flatMap(({ member }) => {
    const instances = temporal[member];
    const all = Array.isArray(instances) ? instances : instances === undefined ? [] : [instances];
    return all.map((instance): Json => ({ id, type, ...named, [member]: instance }));
  });
};

const temporalOf = async (room: Room, given: FarInterface, { record, address, period, signal }: Where): Promise<Result<readonly Json[]>> => {
  const id = isMembers(record) ? record['id'] : undefined;
  if (typeof id !== 'string') return ok([]);
  const asked = await room.far.document({ ...given, ...bounds, address: temporalAddress(address, id, period), signal });
  if (!asked.ok) return asked;
  return ok(asked.value === undefined ? [] : statesOfEntity(given, record, asked.value));
};

type Where = { readonly record: Json; readonly address: string; readonly period: ReturnType<typeof periodOf>; readonly signal: AbortSignal };

/** The filter by a property is part of the standard's first part; what comes back is looked at all the same. */
const datedOf = async (room: Room, given: FarInterface, { record, address, period, signal }: Where): Promise<Result<readonly Json[]>> => {
  const key = keyOf(given, record);
  const url = new URL(address);
  url.searchParams.set('datetime', `${period.from ?? '..'}/${period.to}`);
  if (given.key !== 'id' && key !== undefined) url.searchParams.set(given.key, key);
  const read = await room.far.records({ ...given, ...bounds, address: url.href, signal });
  return read.ok ? ok((read.value as readonly Json[]).filter((state) => keyOf(given, state) === key)) : read; // branding: parsed from JSON
};

/** The records asked about and, of each, what it said before; `badQuery` where the system keeps nothing of that. */
export const farHistory = async (
  room: Room,
  given: FarInterface,
  asked: Asked,
): Promise<Result<{ readonly present: readonly Json[]; readonly past: readonly Json[] }>> => {
  const { history } = asked.query;
  if (!given.history || !history)
    return fail(
      problem('badQuery', { subject: 'history', path: `interfaces/${given.id}`, accepted: 'the present: the system behind this interface keeps no history' }),
    );
  const present = recordsAsked(given, asked);
  if (present.length > limits.historyTwinsMax) return fail(problem('tooMany', { subject: 'twins whose history is asked for', limit: limits.historyTwinsMax }));
  const where = { address: given.history.address, period: periodOf(history, room.deps.clock.now()), signal: asked.signal };
  const read = await Promise.all(present.map((record) => (given.protocol === 'ngsi-ld' ? temporalOf : datedOf)(room, given, { ...where, record })));
  const failed = read.flatMap((one) => (one.ok ? [] : [one]))[0];
  return failed ?? ok({ present, past: read.flatMap((one) => (one.ok ? one.value : [])) });
};
