/**
 * Subscriptions to changes of the registry (R8) and telling them (R9): whoever may see an entry that fits hears that it was registered, updated or removed.
 * Each notice is tried a few times; who was away longer discovers anew, which tells all that he missed.
 */
import {
  addMs,
  authorityOf,
  changedPaths,
  type DiscoveryQuery,
  type FeatureId,
  fail,
  featureFits,
  Instant,
  limits,
  msBetween,
  ok,
  problem,
  type Reply,
  type Request,
  type Result,
  reachedAt,
  type SubscriptionId,
  subscriptionIdOf,
  type TwinId,
  twinFits,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { AskedBy, Done } from '../exchange/answer.ts';
import type { Peer } from '../exchange/peer.ts';
import { adaptorBridges } from './adaptor-registration.ts';
import { type RegistryRoom, registeredNow, type TwinEntry } from './entry.ts';
import { type EnteredFeature, type FeatureEntry, featureEntry } from './feature-entry.ts';
import { type Relay, subscribeAtPeers, toldCut, unsubscribeAtPeers } from './peer-registries.ts';
import { isFeatureVisible, kindsFor, maySee } from './visibility.ts';

type Subscription = {
  /** who is told: a twin, or a registry on behalf of another */
  readonly subscriber: TwinId;
  /** who may see it, where that is not the subscriber */
  readonly onBehalfOf?: string;
  /** where peers were asked to tell of their changes */
  readonly relays?: readonly Relay[];
  readonly about: 'digitalTwin' | 'feature';
  readonly query: DiscoveryQuery & { readonly twins?: readonly TwinId[] | undefined };
  readonly expiresAt: Instant;
  readonly since: Instant;
};

const noun = 'registry.subscription';
const subscriptionMsDefault = 24 * 60 * 60 * 1000;

// branding below: only this file writes the noun
const subscriptions = (room: RegistryRoom): readonly Held[] =>
  room.records.list(noun).map(({ id, value }) => ({ id: id as SubscriptionId, value: value as Subscription }));

type Held = { readonly id: SubscriptionId; readonly value: Subscription };

const alive = (room: RegistryRoom) => {
  const now = room.deps.clock.now();
  return subscriptions(room).filter(({ value }) => value.expiresAt >= now);
};

type About = Subscription['about'];
type Subscribing = Request<'registry.subscribe.feature'> | Request<'registry.subscribe.digitalTwin'>;

/** A peer subscribes on behalf of somebody: who is told is not who must be allowed to see. */
const listenerFor = async (
  room: RegistryRoom,
  { parameters: { forwarding } }: Subscribing,
  by: AskedBy,
): Promise<Result<Pick<Subscription, 'subscriber' | 'onBehalfOf'>>> => {
  const subscriber = by.sender as TwinId; // branding: known as a peer or by its entry, as the next lines make sure
  const isPeer = forwarding !== undefined && (await room.peers()).some(({ id }) => id === subscriber);
  if (isPeer) return ok({ subscriber, onBehalfOf: forwarding.onBehalfOf ?? subscriber });
  const registered = registeredNow(room, subscriber);
  return registered.ok ? ok({ subscriber }) : registered;
};

/** Those whose time is over make room. */
const forgetEnded = (room: RegistryRoom): void => {
  const now = room.deps.clock.now();
  for (const { id, value } of subscriptions(room)) if (value.expiresAt < now) room.records.remove(noun, id);
};

/** How many one may have: a registry listens for many. */
const checkRoom = (room: RegistryRoom, { subscriber, onBehalfOf }: Pick<Subscription, 'subscriber' | 'onBehalfOf'>): Result<true> => {
  const own = alive(room).filter(({ value }) => value.subscriber === subscriber);
  const limit = onBehalfOf === undefined ? limits.registrySubscriptionsPerTwinMax : limits.registrySubscriptionsPerPeerMax;
  return own.length < limit ? ok(true) : fail(problem('overloaded', { subject: 'subscriptions', limit }));
};

type Asked = { readonly by: AskedBy; readonly about: About };

/** With those at peers; it is there before what these tell is looked at. */
const open = async (room: RegistryRoom, request: Subscribing, { by, about }: Asked): Promise<Done<'registry.subscribe.feature'>> => {
  const listener = await listenerFor(room, request, by);
  if (!listener.ok) return listener;
  forgetEnded(room);
  const allowed = checkRoom(room, listener.value);
  if (!allowed.ok) return allowed;
  const { subscriber, onBehalfOf } = listener.value;
  const since = room.deps.clock.now();
  const { expiresAt: asked = addMs(since, subscriptionMsDefault), forwarding, ...query } = request.parameters;
  const expiresAt = addMs(since, Math.min(msBetween(since, asked), limits.registrySubscriptionMsMax));
  const parameters = { ...query, expiresAt, ...(forwarding && { forwarding }) };
  const { relays, cut } = await subscribeAtPeers(room, { name: `registry.subscribe.${about}`, parameters, asker: onBehalfOf ?? subscriber });
  const id = subscriptionIdOf(authorityOf(room.self.id), room.deps.ids.uuid());
  const value: Subscription = { ...listener.value, about, query, expiresAt, since, relays };
  room.records.putAll([{ noun, id, value }]);
  return ok({ reply: { parameters: toldCut(cut), objects: [{ kind: 'subscription', id, attributes: { expiresAt } }] } });
};

const endAtPeers = (room: RegistryRoom, { about, relays = [] }: Subscription): void =>
  void unsubscribeAtPeers(room, `registry.unsubscribe.${about}`, relays).catch((cause) => room.events.defect('registry', cause));

export const unsubscribe = (room: RegistryRoom, { parameters }: Request<'registry.unsubscribe.feature'>, by: AskedBy): Done<'registry.unsubscribe.feature'> => {
  const id = parameters.subscriptionId;
  const found = subscriptions(room).find((one) => one.id === id);
  if (found?.value.subscriber !== by.sender) return fail(problem('unknownSubscription', { subject: id }));
  return ok({
    reply: { parameters: {}, objects: [] },
    save: [{ noun, id, value: { ...found.value, expiresAt: Instant.parse('1970-01-01T00:00:00Z') } }],
    afterwards: () => endAtPeers(room, found.value),
  });
};

/** What happened, as a subscriber sees it: an entry that he cannot find any more is gone for him. */
const changeOf = (saw: boolean, sees: boolean): 'registered' | 'updated' | 'removed' | undefined => {
  if (sees) return saw ? 'updated' : 'registered';
  return saw ? 'removed' : undefined;
};

const registeredAs = (room: RegistryRoom, id: TwinId): Peer | undefined => {
  const registered = registeredNow(room, id);
  if (!registered.ok) return undefined;
  const { attributes } = registered.value;
  const way = reachedAt(attributes.endpoints);
  return way ? { id, role: 'digitalTwin', ...way, keys: attributes.keys } : undefined;
};

const toldTimes = 3;

/** One change, wherever it is told of. */
type Change = Pick<Request<'registry.notify.feature'>['parameters'], 'change' | 'changeId' | 'paths'> & {
  readonly object: Request<`registry.notify.${About}`>['objects'][0];
};

/** To a twin as what its registry tells, to a registry as what it passes on; undefined where nobody is reached. */
const say = async (room: RegistryRoom, { id: subscriptionId, value }: Held, { object, changeId, ...told }: Change): Promise<Result<unknown> | undefined> => {
  const { subscriber, onBehalfOf, about } = value;
  const objects = [object] as never; // branding: of the kind that the subscription is about
  const asking = { attempts: toldTimes };
  if (onBehalfOf === undefined) {
    const twin = registeredAs(room, subscriber);
    return twin && room.ask(twin, `digitalTwin.notify.${about}`, { parameters: { subscriptionId, ...told }, objects }, asking);
  }
  const registry = (await room.peers()).find(({ id }) => id === subscriber);
  return registry && room.ask(registry, `registry.notify.${about}`, { parameters: { subscriptionId, changeId, ...told }, objects }, asking);
};

/** Who subscribed has the answer by then, or has given up waiting for it. */
const answeredAfterMs = 30_000;

/** One that its own subscriber does not know, whose answer was lost on its way, ends, here and at peers. */
const notify = async (room: RegistryRoom, held: Held, change: Change): Promise<void> => {
  const told = await say(room, held, change);
  const isYoung = held.value.since > addMs(room.deps.clock.now(), -answeredAfterMs);
  if (!told || told.ok || told.problem.kind !== 'unknownSubscription' || isYoung) return;
  room.records.remove(noun, held.id);
  endAtPeers(room, held.value);
};

export type TwinChange = { readonly id: TwinId; readonly before: TwinEntry | undefined; readonly after: TwinEntry };
export type FeatureChange = { readonly id: FeatureId; readonly before: FeatureEntry | undefined; readonly after: FeatureEntry };

const sight = (room: RegistryRoom) => ({ vocabulary: room.vocabulary(), bridges: adaptorBridges(room) });

const seesFeature = (room: RegistryRoom, { subscriber, onBehalfOf, query }: Subscription, entry: FeatureEntry | undefined): boolean =>
  entry !== undefined &&
  isFeatureVisible(room, entry, { asker: onBehalfOf ?? subscriber }) &&
  (query.twins === undefined || query.twins.includes(entry.attributes.twinId)) &&
  featureFits(query, entry.attributes, sight(room));

const seesTwin = (
  room: RegistryRoom,
  { subscriber, onBehalfOf, query }: Subscription,
  { id, entry }: { readonly id: TwinId; readonly entry: TwinEntry | undefined },
): boolean => {
  const asker = onBehalfOf ?? subscriber;
  return (
    entry?.state === 'ACTIVE' &&
    maySee(room, entry.attributes.visibility, { owner: id, asker }) &&
    twinFits(query, entry.attributes, { ...sight(room), kinds: kindsFor(room, id, asker) })
  );
};

type Attributed = { readonly attributes: object };

const pathsOf = (change: Change['change'], before: Attributed | undefined, after: Attributed): Change['paths'] =>
  change === 'updated' && before ? changedPaths(before.attributes, after.attributes) : undefined;

/** One subscriber's view of one change: what he saw is looked at before it is saved, what he sees afterwards. */
type Notice = () => Promise<unknown>;

const featureNotice = (
  room: RegistryRoom,
  held: Held,
  { id, before, after, seenIn, changeId }: FeatureChange & { readonly seenIn: RegistryRoom; readonly changeId: string },
): Notice => {
  const saw = seesFeature(seenIn, held.value, before);
  return async () => {
    const sees = seesFeature(room, held.value, after);
    const change = changeOf(saw, sees);
    if (!change) return;
    const object = { kind: 'feature' as const, id, revision: after.revision, ...(sees && { attributes: after.attributes }) };
    await notify(room, held, { change, changeId, object, paths: pathsOf(change, before, after) });
  };
};

const twinNotice = (room: RegistryRoom, held: Held, { id, before, after, changeId }: TwinChange & { readonly changeId: string }): Notice => {
  const saw = seesTwin(room, held.value, { id, entry: before });
  return async () => {
    const sees = seesTwin(room, held.value, { id, entry: after });
    const change = changeOf(saw, sees);
    if (!change) return;
    const object = { kind: 'digitalTwin' as const, id, revision: after.revision, ...(sees && { attributes: after.attributes }) };
    await notify(room, held, { change, changeId, object, paths: pathsOf(change, before, after) });
  };
};

/** Made before a change is saved, called once it is safe: everybody who listens is told, and nobody waits for it. */
export const telling = (
  room: RegistryRoom,
  { twins = [], features = [] }: { readonly twins?: readonly TwinChange[]; readonly features?: readonly FeatureChange[] },
  /** where what was seen before is not what is seen now: time went by */
  before: RegistryRoom = room,
) => {
  const named = <T>(change: T): T & { readonly changeId: string } => ({ ...change, changeId: room.deps.ids.uuid() });
  const [twinChanges, featureChanges] = [twins.map(named), features.map(named)];
  const notices = alive(room).flatMap((held): readonly Notice[] =>
    held.value.about === 'feature'
      ? featureChanges.map((change) => featureNotice(room, held, { ...change, seenIn: before }))
      : twinChanges.map((change) => twinNotice(room, held, change)),
  );
  return (): void => {
    for (const notice of notices) void notice().catch((cause) => room.events.defect('registry', cause));
  };
};

/** What is saved for changed features, with the change that subscribers are told of. */
export const changedFeatures = (room: RegistryRoom, entries: readonly EnteredFeature[]): readonly FeatureChange[] =>
  entries.map(({ id, entry }) => ({ id, before: featureEntry(room.records, id), after: entry }));

type PassedOn = Request<'registry.notify.feature'> | Request<'registry.notify.digitalTwin'>;

/** Opens subscriptions, and passes on what peers tell, each change once, on whatever ways it comes; what a peer tells of one that is being opened waits for that. */
export const createListening = (room: RegistryRoom) => {
  const passed = new LRUCache<string, true>({ max: limits.registryChangesRememberedMax });
  const opening = new Set<Promise<unknown>>();
  const subscribe = (request: Subscribing, asked: Asked): Promise<Done<'registry.subscribe.feature'>> => {
    const opened = open(room, request, asked).finally(() => opening.delete(opened));
    opening.add(opened);
    return opened;
  };
  const pass = async (
    { parameters: { subscriptionId, change, changeId, paths }, objects: [object] }: PassedOn,
    by: AskedBy,
  ): Promise<Done<'registry.notify.feature'>> => {
    const isItsOwn = ({ registry, subscriptionId: id }: Relay): boolean => registry === by.sender && id === subscriptionId;
    const relayed = (): Held | undefined => alive(room).find(({ value }) => value.relays?.some(isItsOwn));
    if (!relayed()) await Promise.allSettled(opening);
    const held = relayed();
    if (!held) return fail(problem('unknownSubscription', { subject: subscriptionId }));
    const reply = { parameters: {}, objects: [] } as Reply<'registry.notify.feature'>; // branding: it carries nothing
    const key = `${held.id} ${changeId}`;
    if (passed.has(key)) return ok({ reply });
    passed.set(key, true);
    return ok({
      reply,
      afterwards: () => void notify(room, held, { change, changeId, paths, object }).catch((cause) => room.events.defect('registry', cause)),
    });
  };
  return { subscribe, pass };
};
