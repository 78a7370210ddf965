/**
 * Bridging (FC-FE), the initiator's side: where a member has its data in a form of its own, finds an adaptor, tries the adaptation, has the bridge set up, and takes it down.
 */
import {
  type AdaptorNeed,
  adaptorNeedOf,
  type Bridge,
  type Communication,
  type CommunicationAdaptor,
  canBridge,
  cityDictionary,
  type Feature,
  type FeatureId,
  fail,
  ok,
  type Problem,
  problem,
  protocolFor,
  type Request,
  type Result,
  reachedAt,
  serves,
  type TermId,
} from '@cityweave/core';
import type { Peer } from '../../exchange/peer.ts';
import { peerOf, type Saying } from '../forming/saying.ts';

/** This end, by a protocol that the owner offers as well, where there is one. */
const ownEndFor = ({ room }: Saying, features: readonly Feature[]) => ({
  dictionary: cityDictionary,
  protocol: protocolFor(features, room.node.bindings),
});

/** Features of a member that only an adaptor can read. */
const farFeatures = ({ member }: Saying): readonly FeatureId[] => member.features.filter(({ far }) => far).map(({ featureId }) => featureId);

export const needsBridge = (saying: Saying): boolean => farFeatures(saying).length > 0;

const retrieveFeatures = async ({ room }: Saying, registry: Peer, ids: readonly FeatureId[]): Promise<Result<readonly Feature[]>> => {
  const found: Feature[] = [];
  for (const id of ids) {
    const one = await room.ask(registry, 'registry.retrieve.feature', { parameters: {}, objects: [{ kind: 'feature', id }] }, { signal: room.signal });
    if (!one.ok) return one;
    const [{ attributes }] = one.value.objects;
    found.push({ id, attributes });
  }
  return ok(found);
};

type Found = { readonly id: string; readonly attributes: CommunicationAdaptor };

const describeNeed = ({ protocols, formats, dictionaries }: AdaptorNeed): string =>
  [protocols, formats, dictionaries].flatMap((pair) => (pair && pair[0] !== pair[1] ? [`${pair[1]} to ${pair[0]}`] : [])).join(', ');

/** Adaptors for all that the member offers, as the registry names them. */
const findAdaptors = async (saying: Saying, registry: Peer, features: readonly Feature[]): Promise<Result<readonly Peer[]>> => {
  const { room, member } = saying;
  const needs = features.flatMap((feature) => adaptorNeedOf(feature, ownEndFor(saying, features)) ?? []);
  const [first = {}] = needs;
  const asked = await room.ask(registry, 'registry.discover.communicationAdaptor', { parameters: first, objects: [] }, { signal: room.signal });
  if (!asked.ok) return asked;
  const fits = asked.value.objects.filter(({ attributes }) => needs.every((need) => canBridge(attributes, need)));
  return fits.length > 0
    ? ok(fits.map(adaptorPeer))
    : fail(problem('unbridgeable', { subject: member.twinId, found: needs.map(describeNeed).join('; '), accepted: 'an adaptor that is registered' }));
};

const adaptorPeer = ({ id, attributes }: Found): Peer => ({
  id,
  role: 'communicationAdaptor',
  address: '',
  ...reachedAt(attributes.endpoints),
  keys: attributes.keys,
});

/** What the needs that a member serves ask of it. */
const boundsOf = ({ room, federation, member }: Saying): { readonly terms?: TermId[]; readonly maxLoss?: number } => {
  const served = federation.needs.filter((need) => member.features.some(({ kind }) => serves(kind, need, room.vocabulary())));
  const losses = served.flatMap(({ maxLoss }) => maxLoss ?? []);
  const terms = [...new Set(served.flatMap(({ terms: wanted = [] }) => wanted))];
  return { ...(terms.length > 0 && { terms }), ...(losses.length > 0 && { maxLoss: Math.min(...losses) }) };
};

type Setting = { readonly saying: Saying; readonly adaptor: Peer; readonly features: readonly Feature[] };

const optionsOf = ({ saying, features }: Setting) => {
  const { dictionary, protocol } = ownEndFor(saying, features);
  return { features: [...features], dictionary: dictionary.id, protocol, ...boundsOf(saying) };
};

/** A3: what would come over and what would be lost, before anything is opened. */
const tryOut = async (setting: Setting): Promise<Result<unknown>> => {
  const { room, member, federation } = setting.saying;
  const parameters = { connectionId: member.connectionId, dryRun: true as const, owner: member.twinId, ...optionsOf(setting) };
  return room.ask(
    setting.adaptor,
    'communicationAdaptor.configure.adaptationProfile',
    { parameters, objects: [] },
    { federationId: federation.id, signal: room.signal },
  );
};

/** A2. */
const setUp = async (setting: Setting, requested: Communication): Promise<Result<Bridge>> => {
  const { room, member, federation } = setting.saying;
  const { id, ...attributes } = requested;
  const content = { parameters: { agreementId: member.agreementId, ...optionsOf(setting) }, objects: [{ kind: 'communication' as const, id, attributes }] };
  const asked = await room.ask(
    setting.adaptor,
    'communicationAdaptor.request.communication',
    content as Request<'communicationAdaptor.request.communication'>, // branding: a list of one
    { federationId: federation.id, signal: room.signal },
  );
  if (!asked.ok) return asked;
  const { bridge } = asked.value.objects[0].attributes;
  return bridge?.adaptorId === setting.adaptor.id
    ? ok(bridge)
    : fail(problem('malformed', { agency: setting.adaptor.id, accepted: 'the bridge of the connection' }));
};

/** What is no fault of what was asked: another adaptor may do it. */
const passedBy: readonly Problem['kind'][] = ['adaptorOverloaded', 'adaptorUnreachable', 'timedOut'];

/** The bridge of a member's connection, set up anew; of several adaptors the first that answers and has room. */
export const openBridge = async (saying: Saying, requested: Communication): Promise<Result<Bridge>> => {
  const registry = await saying.room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const features = await retrieveFeatures(saying, registry, farFeatures(saying));
  if (!features.ok) return features;
  const found = await findAdaptors(saying, registry, features.value);
  if (!found.ok) return found;
  let bridge: Result<Bridge> = fail(problem('unbridgeable', { subject: saying.member.twinId }));
  for (const adaptor of found.value) {
    const setting: Setting = { saying, adaptor, features: features.value };
    const tried = await tryOut(setting);
    bridge = tried.ok ? await setUp(setting, requested) : tried;
    if (bridge.ok || !passedBy.includes(bridge.problem.kind)) return bridge;
  }
  return bridge;
};

/** Opens the line over the bridge: the first probe that comes back connects it. */
export const probeBridge = ({ room, member, federation }: Saying, bridge: Bridge): Promise<Result<unknown>> =>
  room.ask(
    peerOf({ ...member, bridge }, 'data'),
    'digitalTwin.probe.digitalTwin',
    { parameters: { echo: room.deps.ids.uuid() }, objects: [{ kind: 'digitalTwin', id: member.twinId }] },
    { federationId: federation.id, signal: room.signal },
  );
