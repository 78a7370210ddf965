/**
 * Discovery (DTD-FE, Y.4489 8.2.3): registered twins and features that fit a need, of those that the asker may see, here and at the peers.
 */
import { cursorBehind, featureFits, ok, pageOf, type Reply, type Request, type TermId, twinFits } from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { adaptorBridges } from './adaptor-registration.ts';
import { featureEntries, featureEntry, type RegistryRoom, stateNow, type TwinEntry, twinEntries, twinEntry } from './entry.ts';
import { askerOf, askPeers, findAtPeers } from './peer-registries.ts';
import { isFeatureVisible, isTwinVisible, maySee } from './visibility.ts';

type RegisteredTwinObject = Reply<'registry.retrieve.digitalTwin'>['objects'][0];

const twinObject = (id: RegisteredTwinObject['id'], entry: TwinEntry): RegisteredTwinObject => {
  const { registeredAt, updatedAt, leaseUntil } = entry;
  return { kind: 'digitalTwin', id, revision: entry.revision, attributes: { ...entry.attributes, registeredAt, updatedAt, leaseUntil } };
};

const sightOf = (room: RegistryRoom) => ({ vocabulary: room.vocabulary(), bridges: adaptorBridges(room) });

/** Each once, wherever it was found; the one with the later revision. */
const once = <T extends { readonly id: string; readonly revision?: number | undefined }>(objects: readonly T[]): readonly T[] => {
  const byId = new Map<string, T>();
  for (const object of objects) if ((byId.get(object.id)?.revision ?? -1) < (object.revision ?? 0)) byId.set(object.id, object);
  return [...byId.values()];
};

type Found<T> = { readonly objects: readonly T[]; readonly total: number; readonly more: boolean };

/** Pages of several registries as one: each has what follows the same place, so the first of all of them are the first in all. */
const merged = <T extends { readonly id: string; readonly attributes: unknown; readonly revision?: number | undefined }>(
  pages: readonly Found<T>[],
  query: Parameters<typeof pageOf>[1],
) => {
  const { items, next } = pageOf(once(pages.flatMap(({ objects }) => objects)), { ...query, cursor: undefined });
  const last = items.at(-1);
  const rest = next ?? (last && pages.some(({ more }) => more) ? cursorBehind(last, query) : null);
  return { total: pages.reduce((sum, { total }) => sum + total, 0), next: rest, objects: items };
};

const kindsOf = (room: RegistryRoom, twinId: string, asker: string): readonly TermId[] =>
  featureEntries(room.records).flatMap(({ entry }) =>
    entry.attributes.twinId === twinId && isFeatureVisible(room, entry, { asker }) ? [entry.attributes.semanticType] : [],
  );

export const discoverTwins = async (
  room: RegistryRoom,
  { parameters }: Request<'registry.discover.digitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.discover.digitalTwin'>> => {
  const asker = await askerOf(room, by, parameters.forwarding);
  const sight = sightOf(room);
  const fitting = twinEntries(room.records)
    .filter((entered) => isTwinVisible(room, entered, asker))
    .filter(({ id, entry }) => twinFits(parameters, entry.attributes, { ...sight, kinds: kindsOf(room, id, asker) }))
    .map(({ id, entry }) => twinObject(id, entry));
  const own = pageOf(fitting, parameters);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.digitalTwin', parameters, asker });
  const theirs = replies.map((reply) => ({ objects: reply.objects, total: reply.parameters.total, more: reply.parameters.next !== null }));
  const { total, next, objects } = merged([{ objects: own.items, total: own.total, more: own.next !== null }, ...theirs], parameters);
  return ok({ reply: { parameters: { total, next, ...(cut.length > 0 && { cut: [...cut] }) }, objects: [...objects] } });
};

export const discoverFeatures = async (
  room: RegistryRoom,
  { parameters }: Request<'registry.discover.feature'>,
  by: AskedBy,
): Promise<Done<'registry.discover.feature'>> => {
  const asker = await askerOf(room, by, parameters.forwarding);
  const sight = sightOf(room);
  const { twins } = parameters;
  const fitting = featureEntries(room.records)
    .filter(({ entry }) => isFeatureVisible(room, entry, { asker }) && (twins === undefined || twins.includes(entry.attributes.twinId)))
    .filter(({ entry }) => featureFits(parameters, entry.attributes, sight))
    .map(({ id, entry }) => ({ kind: 'feature' as const, id, revision: entry.revision, attributes: entry.attributes }));
  const own = pageOf(fitting, parameters);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.feature', parameters, asker });
  const theirs = replies.map((reply) => ({ objects: reply.objects, total: reply.parameters.total, more: reply.parameters.next !== null }));
  const { total, next, objects } = merged([{ objects: own.items, total: own.total, more: own.next !== null }, ...theirs], parameters);
  return ok({ reply: { parameters: { total, next, ...(cut.length > 0 && { cut: [...cut] }) }, objects: [...objects] } });
};

export const retrieveTwin = async (
  room: RegistryRoom,
  request: Request<'registry.retrieve.digitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.retrieve.digitalTwin'>> => {
  const [{ id }] = request.objects;
  const asker = await askerOf(room, by, request.parameters.forwarding);
  const entry = twinEntry(room.records, id);
  if (entry && stateNow(entry, room.deps.clock.now()) !== 'REMOVED' && maySee(entry.attributes.visibility, id, asker))
    return ok({ reply: { parameters: {}, objects: [twinObject(id, entry)] } });
  const found = await findAtPeers(room, { name: 'registry.retrieve.digitalTwin', request, asker });
  return found.ok ? ok({ reply: found.value }) : found;
};

export const retrieveFeature = async (
  room: RegistryRoom,
  request: Request<'registry.retrieve.feature'>,
  by: AskedBy,
): Promise<Done<'registry.retrieve.feature'>> => {
  const [{ id }] = request.objects;
  const asker = await askerOf(room, by, request.parameters.forwarding);
  const entry = featureEntry(room.records, id);
  if (entry && isFeatureVisible(room, entry, { asker, states: ['ACTIVE', 'PAUSED'] }))
    return ok({ reply: { parameters: {}, objects: [{ kind: 'feature', id, revision: entry.revision, attributes: entry.attributes }] } });
  const found = await findAtPeers(room, { name: 'registry.retrieve.feature', request, asker });
  return found.ok ? ok({ reply: found.value }) : found;
};
