/**
 * Discovery of federated twins (R7, R6): found as twins are, by what they are for and made of. Nobody learns of members that he may not see.
 */
import { type DiscoveryQuery, type FederatedTwinId, featureFits, holds, ok, pageOf, type Reply, type Request, toldInParts } from '@cityweave/core';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { adaptorBridges } from '../adaptor-registration.ts';
import { type RegistryRoom, twinEntry } from '../entry.ts';
import { featureEntry } from '../feature-entry.ts';
import { askerOf, askPeers, findAtPeers, foundHere, foundThere, merged, searchOf, toldCut } from '../peer-registries.ts';
import { isFeatureVisible, isTwinVisible } from '../visibility.ts';
import { type FederatedEntry, federatedEntries, federatedEntry } from './registration.ts';

type Found = Reply<'registry.retrieve.federatedDigitalTwin'>['objects'][0];
type Query = Request<'registry.discover.federatedDigitalTwin'>['parameters'];

/** As the asker may see it; undefined where its initiator leaves no trace for him. */
const shownTo = (room: RegistryRoom, asker: string, { id, entry }: { readonly id: FederatedTwinId; readonly entry: FederatedEntry }): Found | undefined => {
  const sees = (twin: FederatedEntry['attributes']['initiator']): boolean => {
    const registered = twinEntry(room.records, twin);
    return registered !== undefined && isTwinVisible(room, { id: twin, entry: registered }, asker);
  };
  const { attributes, revision, state } = entry;
  if (state !== 'ACTIVE' || !sees(attributes.initiator)) return undefined;
  const seen = (feature: string): boolean => {
    const registered = featureEntry(room.records, feature);
    return registered !== undefined && isFeatureVisible(room, registered, { asker });
  };
  const composedFeatures = (attributes.composedFeatures ?? []).filter(seen);
  const services = (attributes.services ?? []).filter(seen);
  return {
    kind: 'federatedDigitalTwin',
    id,
    revision,
    attributes: { ...attributes, memberTwins: attributes.memberTwins.filter(sees), composedFeatures, services },
  };
};

/** Purpose, domain and condition are judged on itself, kinds and place on what it is made of. */
const fits = (room: RegistryRoom, { purpose, domain, where, ...query }: Query, { attributes }: Found): boolean => {
  const vocabulary = room.vocabulary();
  if (purpose !== undefined && !vocabulary.isA(attributes.purpose, purpose)) return false;
  if (domain !== undefined && !(attributes.domain && vocabulary.isA(attributes.domain, domain))) return false;
  if (where !== undefined && !holds(where, attributes, vocabulary)) return false;
  if ([query.kinds, query.within, query.touches, query.near].every((asked) => asked === undefined)) return true;
  const sight = { vocabulary, bridges: adaptorBridges(room) };
  const ofFeature: DiscoveryQuery = { ...query };
  return (attributes.composedFeatures ?? []).some((id) => {
    const feature = featureEntry(room.records, id);
    return feature !== undefined && featureFits(ofFeature, feature.attributes, sight);
  });
};

export const discoverFederatedTwins = async (
  room: RegistryRoom,
  { parameters }: Request<'registry.discover.federatedDigitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.discover.federatedDigitalTwin'>> => {
  const asker = await askerOf(room, by, parameters.forwarding);
  const fitting = federatedEntries(room)
    .flatMap((entered) => shownTo(room, asker, entered) ?? [])
    .filter((found) => fits(room, parameters, found));
  const own = pageOf(fitting, parameters);
  const queryId = searchOf(room, parameters);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.federatedDigitalTwin', parameters: { ...parameters, queryId }, asker });
  const { total, next, objects } = merged<Reply<'registry.discover.federatedDigitalTwin'>['objects'][number]>(
    [foundHere(own), ...replies.map(foundThere)],
    parameters,
  );
  return ok({ reply: { parameters: { total, next, queryId, ...toldCut(cut) }, objects: toldInParts(objects, parameters.fields) } });
};

export const retrieveFederatedTwin = async (
  room: RegistryRoom,
  request: Request<'registry.retrieve.federatedDigitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.retrieve.federatedDigitalTwin'>> => {
  const [{ id }] = request.objects;
  const asker = await askerOf(room, by, request.parameters.forwarding);
  const entry = federatedEntry(room, id);
  const found = entry && shownTo(room, asker, { id, entry });
  if (found) return ok({ reply: { parameters: {}, objects: [found] } });
  const elsewhere = await findAtPeers(room, { name: 'registry.retrieve.federatedDigitalTwin', request, asker });
  return elsewhere.ok ? ok({ reply: elsewhere.value }) : elsewhere;
};
