/**
 * Far records: what a member answers that keeps its data in a system of its own (T9 over a bridge): the records as they are there, less what the agreement holds back.
 */
import {
  type FarContent,
  fail,
  featureIdOf,
  type GrantedFeature,
  normaliseKey,
  ok,
  type Problem,
  problem,
  type Result,
  type TwinId,
  type TwinQuery,
  type TwinsRead,
  twinIdOf,
  type UsableAgreement,
} from '@cityweave/core';
import type { FarInterface } from '../../config/far-interface.ts';
import type { Room } from '../room.ts';
import { contentOf, type Granted, keyOf, textOf, withheldOf } from './far-content.ts';
import { farHistory } from './far-history.ts';
import type { FarLog } from './far-log.ts';

type Identify = { readonly scheme: string; readonly values: readonly string[] };

export type FarRecords = {
  /** The records of the interfaces asked for, as far as the agreement goes. */
  readonly read: (used: UsableAgreement, query: TwinQuery | undefined, signal: AbortSignal) => Promise<Result<TwinsRead>>;
  /** Which twins are known by these identifiers; whoever asks needs no adaptor for that. */
  readonly identify: (asked: Identify, signal: AbortSignal) => Promise<Result<TwinsRead>>;
};

/** How many records were there last. */
export const farCount = ({ records }: Room, { id }: Pick<FarInterface, 'id'>): number => Number(records.get('farRecords', id) ?? 0);

export const farFeatureId = ({ self }: Room, { id, kind }: Pick<FarInterface, 'id' | 'kind'>) => featureIdOf(self.authority, `${kind}/${id}`);

/** The interfaces of this node that were granted. */
export const grantedInterfaces = (room: Room, features: readonly GrantedFeature[]): readonly Granted[] =>
  room.node.interfaces.flatMap((given) => {
    const granted = features.find(({ featureId }) => featureId === farFeatureId(room, given));
    return granted ? [{ given, granted }] : [];
  });

type Desk = { readonly room: Room; readonly log: FarLog };
type Asked = { readonly one: Granted; readonly query: TwinQuery | undefined; readonly signal: AbortSignal };

type Read = { readonly far: FarContent; readonly farPast?: FarContent };

const readOne = async ({ room, log }: Desk, { one, query, signal }: Asked): Promise<Result<Read>> => {
  const records = await log.records(one.given);
  if (!records.ok) return records;
  if (!query?.history) return ok({ far: contentOf(room, one, records.value) });
  const told = await farHistory(room, one.given, { query, records: records.value, signal });
  if (!told.ok) return told;
  const { area: _area, box: _box, ...anywhere } = one;
  const far = contentOf(room, one, told.value.present);
  // what may not be told now may not be told of before
  return ok({ far, farPast: contentOf(room, anywhere, far.content.length > 0 ? told.value.past : []) });
};

const readAll = async (desk: Desk, used: UsableAgreement, { query, signal }: Omit<Asked, 'one'>): Promise<Result<TwinsRead>> => {
  const { room, log } = desk;
  const kinds = query?.filter?.kinds;
  const within = { area: used.agreement.terms.area, box: query?.filter?.box };
  const asked = grantedInterfaces(room, used.features).filter(({ given }) => kinds === undefined || kinds.includes(given.kind));
  const read = await Promise.all(asked.map((one) => readOne(desk, { one: { ...one, ...within }, query, signal })));
  const failed: Problem | undefined = read.flatMap((one) => (one.ok ? [] : [one.problem]))[0];
  if (failed) return fail({ ...failed, agency: room.self.agency });
  const withheld = withheldOf(room, asked);
  const told = read.flatMap((one) => (one.ok ? [one.value] : []));
  const farPast = told.flatMap((one) => one.farPast ?? []);
  return ok({
    far: told.map(({ far }) => far),
    ...(query?.history && { farPast }),
    agreementId: used.agreement.id,
    seq: log.head(),
    ...(withheld && { withheld }),
  });
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

const identifyIn = async ({ room, log }: Desk, given: FarInterface, { scheme, values }: Identify): Promise<Result<readonly (readonly [string, TwinId])[]>> => {
  const members = given.identifiers.filter((one) => one.scheme === scheme).map(({ member }) => member);
  const records = members.length > 0 ? await log.records(given) : ok([]);
  if (!records.ok) return records;
  const wanted = new Map(values.map((value) => [normaliseKey(value), value]));
  return ok(
    records.value.flatMap((record) => {
      const key = keyOf(given, record);
      const known = members.flatMap((member) => textOf(given, record, member) ?? []).flatMap((text) => wanted.get(normaliseKey(text)) ?? []);
      return key === undefined ? [] : known.map((value) => [value, twinIdOf(room.self.authority, given.id, key)] as const);
    }),
  );
};

const identifyAll = async (desk: Desk, asked: Identify): Promise<Result<TwinsRead>> => {
  const { room, log } = desk;
  const found = await Promise.all(room.node.interfaces.map((given) => identifyIn(desk, given, asked)));
  const failed: Problem | undefined = found.flatMap((one) => (one.ok ? [] : [one.problem]))[0];
  if (failed) return fail({ ...failed, agency: room.self.agency });
  const identified: Record<string, TwinId[]> = {};
  for (const [value, id] of found.flatMap((one) => (one.ok ? one.value : []))) identified[value] = [...(identified[value] ?? []), id];
  return ok({ identified, seq: log.head() });
};

export const createFarRecords = (room: Room, log: FarLog): FarRecords => ({
  read: (used, query, signal) => unless(signal, readAll({ room, log }, used, { query, signal })),
  identify: (asked, signal) => unless(signal, identifyAll({ room, log }, asked)),
});
