/**
 * Subscriptions to changes of the registry (R8) and telling them (R9): whoever may see an entry that fits hears that it was registered, updated or removed.
 * Each notice is tried a few times; who was away longer discovers anew, which tells all that he missed.
 */
import {
  addMs,
  authorityOf,
  type DiscoveryQuery,
  type FeatureId,
  fail,
  featureFits,
  Instant,
  limits,
  ok,
  problem,
  type Request,
  reachedAt,
  type SubscriptionId,
  subscriptionIdOf,
  type TwinId,
  twinFits,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import type { Peer } from '../exchange/peer.ts';
import { adaptorBridges } from './adaptor-registration.ts';
import { type FeatureEntry, featureEntries, featureEntry, type RegistryRoom, type TwinEntry, twinEntry } from './entry.ts';
import { isFeatureVisible, maySee } from './visibility.ts';

type Subscription = {
  readonly subscriber: TwinId;
  readonly about: 'digitalTwin' | 'feature';
  readonly query: DiscoveryQuery & { readonly twins?: readonly TwinId[] | undefined };
  readonly expiresAt: Instant;
};

const noun = 'registry.subscription';
const subscriptionMsDefault = 24 * 60 * 60 * 1000;

// branding below: only this file writes the noun
const subscriptions = (room: RegistryRoom): readonly { readonly id: SubscriptionId; readonly value: Subscription }[] =>
  room.records.list(noun) as readonly { readonly id: SubscriptionId; readonly value: Subscription }[];

const alive = (room: RegistryRoom) => {
  const now = room.deps.clock.now();
  return subscriptions(room).filter(({ value }) => value.expiresAt >= now);
};

type Subscribing = Request<'registry.subscribe.feature'> | Request<'registry.subscribe.digitalTwin'>;

/** Of each subscriber no more than `registrySubscriptionsPerTwinMax`; those whose time is over make room. */
export const subscribe = (
  room: RegistryRoom,
  { parameters: { expiresAt, ...query } }: Subscribing,
  { by, about }: { readonly by: AskedBy; readonly about: Subscription['about'] },
): Done<'registry.subscribe.feature'> => {
  const subscriber = by.sender as TwinId; // branding: known by its entry, as the next line makes sure
  if (!twinEntry(room.records, subscriber)) return fail(problem('notRegistered', { subject: subscriber }));
  const now = room.deps.clock.now();
  for (const { id, value } of subscriptions(room)) if (value.expiresAt < now) room.records.remove(noun, id);
  if (alive(room).filter(({ value }) => value.subscriber === subscriber).length >= limits.registrySubscriptionsPerTwinMax)
    return fail(problem('overloaded', { subject: 'subscriptions', limit: limits.registrySubscriptionsPerTwinMax }));
  const until = expiresAt ?? addMs(now, subscriptionMsDefault);
  const id = subscriptionIdOf(authorityOf(room.self.id), room.deps.ids.uuid());
  const value: Subscription = { subscriber, about, query, expiresAt: until };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'subscription', id, attributes: { expiresAt: until } }] }, save: [{ noun, id, value }] });
};

export const unsubscribe = (room: RegistryRoom, { parameters }: Request<'registry.unsubscribe.feature'>, by: AskedBy): Done<'registry.unsubscribe.feature'> => {
  const id = parameters.subscriptionId;
  const found = subscriptions(room).find((one) => one.id === id);
  if (found?.value.subscriber !== by.sender) return fail(problem('unknownSubscription', { subject: id }));
  return ok({ reply: { parameters: {}, objects: [] }, save: [{ noun, id, value: { ...found.value, expiresAt: Instant.parse('1970-01-01T00:00:00Z') } }] });
};

/** What happened, as a subscriber sees it: an entry that he cannot find any more is gone for him. */
const changeOf = (saw: boolean, sees: boolean): 'registered' | 'updated' | 'removed' | undefined => {
  if (sees) return saw ? 'updated' : 'registered';
  return saw ? 'removed' : undefined;
};

const subscriberOf = (room: RegistryRoom, id: TwinId): Peer | undefined => {
  const attributes = twinEntry(room.records, id)?.attributes;
  const way = attributes && reachedAt(attributes.endpoints);
  return attributes && way ? { id, role: 'digitalTwin', ...way, keys: attributes.keys } : undefined;
};

export type TwinChange = { readonly id: TwinId; readonly before: TwinEntry | undefined; readonly after: TwinEntry };
export type FeatureChange = { readonly id: FeatureId; readonly before: FeatureEntry | undefined; readonly after: FeatureEntry };

const toldTimes = 3;

const sight = (room: RegistryRoom) => ({ vocabulary: room.vocabulary(), bridges: adaptorBridges(room) });

type Held = { readonly id: SubscriptionId; readonly value: Subscription };

const seesFeature = (room: RegistryRoom, { subscriber, query }: Subscription, entry: FeatureEntry | undefined): boolean =>
  entry !== undefined &&
  isFeatureVisible(room, entry, { asker: subscriber }) &&
  (query.twins === undefined || query.twins.includes(entry.attributes.twinId)) &&
  featureFits(query, entry.attributes, sight(room));

const seesTwin = (
  room: RegistryRoom,
  { subscriber, query }: Subscription,
  { id, entry }: { readonly id: TwinId; readonly entry: TwinEntry | undefined },
): boolean => {
  const kinds = featureEntries(room.records).flatMap(({ entry: feature }) => (feature.attributes.twinId === id ? [feature.attributes.semanticType] : []));
  return entry?.state === 'ACTIVE' && maySee(entry.attributes.visibility, id, subscriber) && twinFits(query, entry.attributes, { ...sight(room), kinds });
};

/** One subscriber's view of one change: what he saw is looked at before it is saved, what he sees afterwards. */
type Notice = () => Promise<unknown>;

const featureNotice = (
  room: RegistryRoom,
  { id: subscriptionId, value }: Held,
  { id, before, after, seenIn }: FeatureChange & { readonly seenIn: RegistryRoom },
): Notice => {
  const saw = seesFeature(seenIn, value, before);
  return async () => {
    const sees = seesFeature(room, value, after);
    const change = changeOf(saw, sees);
    const peer = change && subscriberOf(room, value.subscriber);
    if (!peer) return;
    const object = { kind: 'feature' as const, id, revision: after.revision, ...(sees && { attributes: after.attributes }) };
    await room.ask(peer, 'digitalTwin.notify.feature', { parameters: { subscriptionId, change }, objects: [object] }, { attempts: toldTimes });
  };
};

const twinNotice = (room: RegistryRoom, { id: subscriptionId, value }: Held, { id, before, after }: TwinChange): Notice => {
  const saw = seesTwin(room, value, { id, entry: before });
  return async () => {
    const sees = seesTwin(room, value, { id, entry: after });
    const change = changeOf(saw, sees);
    const peer = change && subscriberOf(room, value.subscriber);
    if (!peer) return;
    const object = { kind: 'digitalTwin' as const, id, revision: after.revision, ...(sees && { attributes: after.attributes }) };
    await room.ask(peer, 'digitalTwin.notify.digitalTwin', { parameters: { subscriptionId, change }, objects: [object] }, { attempts: toldTimes });
  };
};

/** Made before a change is saved, called once it is safe: everybody who listens is told, and nobody waits for it. */
export const telling = (
  room: RegistryRoom,
  { twins = [], features = [] }: { readonly twins?: readonly TwinChange[]; readonly features?: readonly FeatureChange[] },
  /** where what was seen before is not what is seen now: time went by */
  before: RegistryRoom = room,
) => {
  const notices = alive(room).flatMap((held): readonly Notice[] =>
    held.value.about === 'feature'
      ? features.map((change) => featureNotice(room, held, { ...change, seenIn: before }))
      : twins.map((change) => twinNotice(room, held, change)),
  );
  return (): void => {
    for (const notice of notices) void notice().catch((cause) => room.events.defect('registry', cause));
  };
};

/** What is saved for changed features, with the change that subscribers are told of. */
export const changedFeatures = (room: RegistryRoom, entries: readonly { readonly id: FeatureId; readonly entry: FeatureEntry }[]): readonly FeatureChange[] =>
  entries.map(({ id, entry }) => ({ id, before: featureEntry(room.records, id), after: entry }));
