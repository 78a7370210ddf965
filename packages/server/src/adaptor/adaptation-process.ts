/**
 * Adaptation process (AP-FE, Y.4489 9.2.1): compares both ends, works out what a connection needs and what is lost by it (A3), and sets the bridge up (A2).
 */
import {
  type AdaptationProfile,
  adaptCommunication,
  authorityOf,
  type Bridge,
  bindingOf,
  type ConnectionId,
  checkAllowed,
  checkRules,
  checkTerms,
  communicationLifecycle,
  createVocabulary,
  type DictionaryId,
  type Endpoint,
  type Feature,
  fail,
  joinReports,
  limits,
  ok,
  ownFormOf,
  type Problem,
  planFeature,
  problem,
  profileIdOf,
  type Reached,
  type Request,
  type Result,
  reachedAt,
  reportOfRules,
  type SemanticDictionary,
  schemaToConsumer,
  stepsBetween,
  type TermId,
  type TwinId,
  termsOfRules,
  type Vocabulary,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { type AdaptorRoom, type BridgeRecord, bridgeOf, bridgesOf, openBridges, savedBridge } from './bridge.ts';
import { convertContents } from './semantic-adaptation.ts';

type Wanted = {
  readonly connectionId: ConnectionId;
  readonly owner: TwinId;
  readonly features: readonly Feature[];
  readonly dictionary: DictionaryId;
  readonly protocol: string;
  readonly terms?: readonly TermId[] | undefined;
  readonly maxLoss?: number | undefined;
  /** of some features, in place of those that follow from form and dictionaries */
  readonly rules?: AdaptationProfile['features'] | undefined;
};

/** A dictionary that is not known here is read at the registry. */
const readDictionary = async (room: AdaptorRoom, id: DictionaryId): Promise<Result<SemanticDictionary>> => {
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const content = { parameters: {}, objects: [{ kind: 'semanticDictionary' as const, id }] };
  const read = await room.ask(registry, 'registry.retrieve.semanticDictionary', content, { signal: room.signal });
  if (!read.ok) return read;
  const [found] = read.value.objects;
  return found ? ok({ ...found.attributes, id }) : fail(problem('unknownDictionary', { subject: id }));
};

/** Every dictionary that is needed, looked up as one. */
const vocabularyFor = async (room: AdaptorRoom, ids: readonly DictionaryId[]): Promise<Result<Vocabulary>> => {
  const known = room.vocabulary();
  const missing = [...new Set(ids)].filter((id) => !known.dictionaries.some((dictionary) => dictionary.id === id));
  const read: SemanticDictionary[] = [];
  for (const id of missing) {
    const dictionary = await readDictionary(room, id);
    if (!dictionary.ok) return dictionary;
    read.push(dictionary.value);
  }
  return ok(read.length === 0 ? known : createVocabulary([...known.dictionaries, ...read]));
};

/** What was asked for must come over, and not more may be lost than is allowed. */
const checkBounds = ({ features, report }: AdaptationProfile, { owner, terms = [], maxLoss }: Wanted): Result<true> => {
  const mapped = new Set<string>(features.flatMap(({ rules }) => termsOfRules(rules)));
  const missing = terms.filter((term) => !mapped.has(term));
  if (missing.length > 0)
    return fail(problem('mappingMissing', { subject: owner, found: `nothing that becomes ${missing.join(', ')}`, accepted: 'a mapping of each' }));
  if (maxLoss !== undefined && report.expectedLoss > maxLoss)
    return fail(
      problem('lossTooHigh', {
        subject: owner,
        found: report.expectedLoss.toFixed(2),
        limit: maxLoss,
        accepted: report.unmapped.map(({ term }) => term).join(', '),
      }),
    );
  return ok(true);
};

/** Rules that a person gave in place of those that follow, and what is lost by them. */
export const withRules = (room: AdaptorRoom, profile: AdaptationProfile, given: AdaptationProfile['features']): Result<AdaptationProfile> => {
  const unknown = given.find(({ featureId }) => !profile.features.some((feature) => feature.featureId === featureId));
  if (unknown) return fail(problem('badProfile', { subject: unknown.featureId, accepted: 'a feature of the connection' }));
  const checked = checkRules(given);
  if (!checked.ok) return checked;
  const terms = given.flatMap(({ rules }) => [...termsOfRules(rules)]);
  const known = checkTerms(room.vocabulary(), terms);
  if (!known.ok) return known;
  const features = profile.features.map((feature) => given.find(({ featureId }) => featureId === feature.featureId) ?? feature);
  return ok({ ...profile, features, report: reportOfRules(features, profile.report) });
};

/** The profile that follows from form and dictionaries, or what is missing for one. */
const planProfile = async (room: AdaptorRoom, wanted: Wanted): Promise<Result<AdaptationProfile>> => {
  const { connectionId, owner, features, protocol } = wanted;
  const stranger = features.find(({ attributes }) => attributes.twinId !== owner);
  if (stranger) return fail(problem('notAuthorised', { subject: stranger.id, accepted: `features of ${owner}` }));
  const vocabulary = await vocabularyFor(room, [wanted.dictionary, ...features.flatMap((feature) => ownFormOf(feature)?.dictionary ?? [])]);
  if (!vocabulary.ok) return vocabulary;
  const dictionary = vocabulary.value.dictionaries.find(({ id }) => id === wanted.dictionary);
  if (!dictionary) return fail(problem('unknownDictionary', { subject: wanted.dictionary }));
  const target = { vocabulary: vocabulary.value, dictionary, protocol };
  const planned = features.map((feature) => planFeature(feature, target));
  const refused = planned.find((one) => !one.ok);
  if (refused && !refused.ok) return refused;
  const plans = planned.flatMap((one) => (one.ok ? [one.value] : []));
  const report = joinReports(plans.map((plan) => plan.report));
  const planning = { connectionId, steps: [...stepsBetween(features, target)], features: plans.map(({ adaptation }) => adaptation), report };
  const profile = wanted.rules ? withRules(room, planning, wanted.rules) : ok(planning);
  const bounded = profile.ok ? checkBounds(profile.value, wanted) : profile;
  return bounded.ok ? profile : bounded;
};

type Tried = Request<'communicationAdaptor.configure.adaptationProfile'>;

/** A3: nothing is opened and nothing kept. */
export const tryProfile = async (
  room: AdaptorRoom,
  { parameters, objects: [given] }: Tried,
  by: AskedBy,
): Promise<Done<'communicationAdaptor.configure.adaptationProfile'>> => {
  const profile = await planProfile(room, { ...parameters, rules: given?.attributes.features });
  if (!profile.ok) return profile;
  const { samples, owner, connectionId } = parameters;
  const format = samples && parameters.features.find(({ id }) => id === samples.featureId)?.attributes.data.form?.format;
  const converting = { profile: profile.value, owner, adaptor: room.self.id, now: room.deps.clock.now() };
  const made = samples && format ? convertContents([{ ...samples, format }], converting) : undefined;
  const id = profileIdOf(authorityOf(room.self.id), `${by.message.header.messageId.slice('urn:uuid:'.length)}/${connectionId.split(':').at(-1)}`);
  return ok({
    reply: {
      parameters: { ...(made && { samples: [...made.twins] }), dropped: made?.dropped ?? 0 },
      objects: [{ kind: 'adaptationProfile', id, attributes: profile.value }],
    },
  });
};

/** Where the owner takes what the consumer says: by the bindings that its features name. */
const wayToOwner = (endpoints: readonly Endpoint[], [feature]: readonly Feature[]): Reached | undefined => {
  const named = new Set(feature?.attributes.bindings.map(({ protocol }) => bindingOf(protocol)));
  return reachedAt(endpoints.filter(({ protocol }) => named.has(bindingOf(protocol)))) ?? reachedAt(endpoints);
};

/** An owner that nobody answers for may have moved: the registry knows where to. */
export const followOwner = async (room: AdaptorRoom, bridge: BridgeRecord, features: readonly Feature[] = []): Promise<void> => {
  const { owner, connection } = bridge;
  const found = await findOwner(room, owner.id as TwinId, features); // branding: an end of a connection is a twin
  const standing = bridgeOf(room, connection.id);
  if (found.ok && standing && found.value.address !== standing.owner.address) room.records.putAll([savedBridge({ ...standing, owner: found.value })]);
};

/** The owner as the registry knows it, not as whoever asks for the bridge says. */
const findOwner = async (room: AdaptorRoom, id: TwinId, features: readonly Feature[]): Promise<Result<BridgeRecord['owner']>> => {
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id }] }, { signal: room.signal });
  if (!found.ok) return found;
  const { endpoints, keys } = found.value.objects[0].attributes;
  const way = wayToOwner(endpoints, features);
  return way ? ok({ id, ...way, keys }) : fail(problem('unbridgeable', { subject: id, accepted: 'an endpoint' }));
};

type Asked = Request<'communicationAdaptor.request.communication'>;

/** What a feature is once converted; of a function also what goes in and what comes out. */
const featureOnBridge = (
  features: readonly Feature[],
  { featureId, kind, rules, inputs }: AdaptationProfile['features'][number],
): Bridge['features'][number] => {
  const computed = features.find(({ id }) => id === featureId)?.attributes.function;
  const schemas = computed && inputs && { inputs: schemaToConsumer(computed.inputs, inputs), outputs: schemaToConsumer(computed.outputs, rules) };
  return { featureId, kind: kind.to, terms: [...termsOfRules(rules)], ...schemas };
};

const bridgeFrom = (room: AdaptorRoom, profile: AdaptationProfile, features: readonly Feature[]): Bridge => ({
  adaptorId: room.self.id,
  address: room.self.address(),
  keys: [...room.keys.published()],
  profileId: profileIdOf(authorityOf(room.self.id), profile.connectionId.split(':').slice(3).join('/')),
  steps: profile.steps,
  features: profile.features.map((adaptation) => featureOnBridge(features, adaptation)),
  report: profile.report,
});

const toReply = ({ connection, profileId, profile, revision }: BridgeRecord): Done<'communicationAdaptor.request.communication'> => {
  const { id, ...attributes } = connection;
  const { steps, report } = profile;
  return ok({
    reply: { parameters: { profileId, steps, report }, objects: [{ kind: 'communication', id, revision, attributes }] },
  });
};

/** An adaptor sees no agreement; what it knows is who named this one, or this connection, before: between the same two, or it is another's. */
const isAnothers = (room: AdaptorRoom, { objects: [{ id, attributes }] }: Asked): boolean => {
  const { agreementId, ends } = attributes;
  const alike = bridgesOf(room).filter(({ connection }) => connection.id === id || connection.agreementId === agreementId);
  return alike.some(
    ({ connection, consumer, owner }) => connection.agreementId !== agreementId || consumer.id !== ends[0].twinId || owner.id !== ends[1].twinId,
  );
};

const mayAsk = (room: AdaptorRoom, asked: Asked, by: AskedBy): Problem | undefined => {
  const [{ id, attributes }] = asked.objects;
  const { agreementId, ends } = attributes;
  const [consumer, owner] = ends;
  if (consumer.twinId !== by.sender || owner.twinId === by.sender) return problem('notAuthorised', { subject: id, accepted: 'the consumer of the agreement' });
  if (asked.parameters.agreementId !== agreementId)
    return problem('invalid', { path: 'data.action.parameters.agreementId', found: asked.parameters.agreementId, accepted: agreementId });
  if (isAnothers(room, asked)) return problem('notAuthorised', { subject: id, accepted: 'a connection and an agreement of the sender with this owner' });
  const open = openBridges(room);
  return open.length >= limits.adaptorConnectionsMax && !open.some(({ connection }) => connection.id === id)
    ? problem('adaptorOverloaded', { subject: 'connections', limit: limits.adaptorConnectionsMax })
    : undefined;
};

/** What is set up: it stands as it stood, with whom that is still to be told, under the rules as they follow now; one that an end has taken down stays down. */
const bridgeAsked = (room: AdaptorRoom, [{ id, attributes }]: Asked['objects'], set: Pick<BridgeRecord, 'profile' | 'owner'> & { readonly bridge: Bridge }) => {
  const { bridge, ...found } = set;
  const [known, now] = [bridgeOf(room, id), room.deps.clock.now()];
  const { resting: _, ...before } = known ?? { revision: 0 };
  const asked = known?.connection ?? { ...attributes, id, state: communicationLifecycle.initial, since: now };
  const allowed = checkAllowed('communicationAdaptor.request.communication', 'connection', { state: asked.state, subject: id });
  const adapting = allowed.ok ? adaptCommunication({ ...asked, bridge }, now) : allowed;
  if (!adapting.ok) return adapting;
  const { twinId, address } = attributes.ends[0];
  const { state, since } = adapting.value;
  return ok({
    ...{ ...before, ...found, connection: adapting.value, profileId: bridge.profileId, revision: before.revision + 1 },
    consumer: { id: twinId, address, keys: [...room.partners.keysOf(twinId)] },
    figures: known?.figures ?? { state, since, messages: 0, failures: 0, dropped: 0 },
  } satisfies BridgeRecord);
};

/** A2. */
export const requestBridge = async (room: AdaptorRoom, request: Asked, by: AskedBy): Promise<Done<'communicationAdaptor.request.communication'>> => {
  const refused = mayAsk(room, request, by);
  if (refused) return fail(refused);
  const { parameters, objects } = request;
  const [{ id, attributes }] = objects;
  const [, { twinId }] = attributes.ends;
  const profile = await planProfile(room, { ...parameters, connectionId: id, owner: twinId });
  if (!profile.ok) return profile;
  const owner = await findOwner(room, twinId, parameters.features);
  if (!owner.ok) return owner;
  const bridge = bridgeFrom(room, profile.value, parameters.features);
  const record = bridgeAsked(room, objects, { bridge, profile: profile.value, owner: owner.value });
  if (!record.ok) return record;
  const made = toReply(record.value);
  return made.ok ? ok({ ...made.value, save: [savedBridge(record.value)] }) : made;
};
