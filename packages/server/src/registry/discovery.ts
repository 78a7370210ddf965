/**
 * Discovery (DTD-FE, Y.4489 8.2.3): registered twins and features that fit a need, of those that the asker may see, here and at the peers.
 */
import { featureFits, ok, pageOf, type Reply, type Request, toldInParts, twinFits } from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { adaptorBridges } from './adaptor-registration.ts';
import { type RegistryRoom, stateNow, type TwinEntry, twinEntries, twinEntry } from './entry.ts';
import { featureEntries, featureEntry } from './feature-entry.ts';
import { askerOf, askPeers, findAtPeers, foundHere, foundThere, merged, searchOf, toldCut } from './peer-registries.ts';
import { isFeatureVisible, isTwinVisible, kindsOf, maySee } from './visibility.ts';

type FoundTwin = Reply<'registry.discover.digitalTwin'>['objects'][number];
type FoundFeature = Reply<'registry.discover.feature'>['objects'][number];
type RegisteredTwinObject = Reply<'registry.retrieve.digitalTwin'>['objects'][0];

const twinObject = (id: RegisteredTwinObject['id'], entry: TwinEntry): RegisteredTwinObject => {
  const { registeredAt, updatedAt, leaseUntil } = entry;
  return { kind: 'digitalTwin', id, revision: entry.revision, attributes: { ...entry.attributes, registeredAt, updatedAt, leaseUntil } };
};

const sightOf = (room: RegistryRoom) => ({ vocabulary: room.vocabulary(), bridges: adaptorBridges(room) });

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
  const queryId = searchOf(room, parameters);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.digitalTwin', parameters: { ...parameters, queryId }, asker });
  const { total, next, objects } = merged<FoundTwin>([foundHere(own), ...replies.map(foundThere)], parameters);
  return ok({ reply: { parameters: { total, next, queryId, ...toldCut(cut) }, objects: toldInParts(objects, parameters.fields) } });
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
  const queryId = searchOf(room, parameters);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.feature', parameters: { ...parameters, queryId }, asker });
  const { total, next, objects } = merged<FoundFeature>([foundHere(own), ...replies.map(foundThere)], parameters);
  return ok({ reply: { parameters: { total, next, queryId, ...toldCut(cut) }, objects: toldInParts(objects, parameters.fields) } });
};

export const retrieveTwin = async (
  room: RegistryRoom,
  request: Request<'registry.retrieve.digitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.retrieve.digitalTwin'>> => {
  const [{ id }] = request.objects;
  const asker = await askerOf(room, by, request.parameters.forwarding);
  const entry = twinEntry(room.records, id);
  if (entry && stateNow(entry, room.deps.clock.now()) !== 'REMOVED' && maySee(room, entry.attributes.visibility, { owner: id, asker }))
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
