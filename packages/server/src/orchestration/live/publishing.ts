/**
 * Publishing (T10, T11), the sender's side: a subscription reads the change log from its own place; nothing is kept for it but that.
 */
import {
  type AgreementId,
  betweenTurnsMs,
  canonicalJson,
  type FederationId,
  fail,
  type GrantedFeature,
  limits,
  type Message,
  ok,
  onChange,
  problem,
  type Request,
  type Result,
  requestMessage,
  type SubscriptionId,
  type SubscriptionTerms,
  subscriptionIdOf,
  type TwinsChanged,
  type UsableAgreement,
  utf8Bytes,
} from '@cityweave/core';
import { newMessageId, pause } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { noteExchange } from '../../exchange/logged.ts';
import type { StreamEvent } from '../../exchange/stream-event.ts';
import { signMessage } from '../../trust/signature.ts';
import { checkPass, type MayListen } from '../../trust/stream-pass.ts';
import { agreementInForce, checkWay } from '../agreement-in-force.ts';
import type { Room } from '../room.ts';
import { type Areas, withKnownAreas } from '../utilization/sent-areas.ts';
import { mentions, withheldTerms } from '../utilization/sight.ts';
import type { Feed, Granted } from './feed.ts';
import { createMovement, createTurns, type Movement, saysSomething, type Turns } from './turns.ts';

type Subscription = {
  readonly id: SubscriptionId;
  readonly subscriber: string;
  readonly federationId: FederationId;
  readonly agreementId: AgreementId;
  readonly after: number;
  /** the adaptor that its messages go over */
  readonly via: string | undefined;
  readonly terms: SubscriptionTerms;
  readonly turns: Turns;
};

/** Where what is told comes from, by the way that it goes. */
type FeedOf = (via: string | undefined) => Feed;

type Desk = { readonly room: Room; readonly feedOf: FeedOf; readonly areas: Areas };
type Parameters = Request<'digitalTwin.subscribe.exchangeData'>['parameters'];
type Wanted = { readonly terms: SubscriptionTerms; readonly used: UsableAgreement; readonly via: string | undefined };
type Beginning = { readonly parameters: Parameters; readonly used: UsableAgreement; readonly by: AskedBy };

export type Publishing = {
  readonly subscribe: (request: Request<'digitalTwin.subscribe.exchangeData'>, by: AskedBy) => Promise<Done<'digitalTwin.subscribe.exchangeData'>>;
  readonly unsubscribe: (request: Request<'digitalTwin.unsubscribe.exchangeData'>, by: AskedBy) => Done<'digitalTwin.unsubscribe.exchangeData'>;
  /** Whether a pass shows that whoever opens the stream is its subscriber, and for how long. */
  readonly mayListen: (id: string, pass: string | undefined) => Promise<Result<MayListen>>;
  /** Events from `after` on (else from where the subscription began) until nobody listens or the agreement ends; undefined where the id is unknown. */
  readonly events: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
};

const isOver = (room: Room, { terms: { expiresAt } }: Subscription): boolean => expiresAt !== undefined && expiresAt <= room.deps.clock.now();

const wantedOf = (features: readonly GrantedFeature[], { featureId }: SubscriptionTerms): readonly GrantedFeature[] =>
  features.filter((feature) => featureId === undefined || feature.featureId === featureId);

const grantedTo = (room: Room, subscription: Subscription): Granted | undefined => {
  const { agreementId, subscriber, terms } = subscription;
  const used = agreementInForce(room, { id: agreementId, mode: 'subscribe' }, { sender: subscriber });
  if (!used.ok || isOver(room, subscription)) return undefined;
  return { features: wantedOf(used.value.features, terms), area: used.value.agreement.terms.area, query: terms.query };
};

const toMessage = (room: Room, subscription: Subscription, attributes: TwinsChanged): Promise<Message> => {
  const id = newMessageId(room.deps.ids);
  const content = {
    parameters: { subscriptionId: subscription.id },
    objects: [{ kind: 'exchangeData' as const, id, attributes }] as [{ kind: 'exchangeData'; id: string; attributes: TwinsChanged }],
  }; // branding: a list of one
  const source = { id: room.self.id, role: 'digitalTwin' as const };
  return signMessage(
    requestMessage('digitalTwin.publish.exchangeData', content, {
      messageId: id,
      source,
      destination: { id: subscription.subscriber, role: 'digitalTwin' },
      timestamp: room.deps.clock.now(),
      federationId: subscription.federationId,
      sequence: attributes.seq,
    }),
    room.keys.current(),
  );
};

const toEvent = async (room: Room, subscription: Subscription, changed: TwinsChanged): Promise<StreamEvent> => {
  const message = await toMessage(room, subscription, changed);
  const { federationId, agreementId } = subscription;
  noteExchange(room.log, { direction: 'said', message, problem: undefined, under: { federationId, agreementId } });
  return { type: 'message', id: String(changed.seq), text: JSON.stringify(message) };
};

/** The newest change that there is; where none is told, the one that was reached. */
const headOf = async (feed: Feed, after: number): Promise<number> => {
  const head = await feed.head();
  return head.ok ? head.value : after;
};

type Looking = { readonly feed: Feed; readonly moves: Movement; readonly granted: Granted; readonly signal: AbortSignal };

/** Looks beyond what was told for something that cannot wait for the next turn; each change is looked at once. */
const createLookout = () => {
  let looked = 0;
  return async (after: number, { feed, moves, granted, signal }: Looking): Promise<boolean> => {
    looked = Math.max(looked, after);
    while (!signal.aborted) {
      const seen = await feed.next(looked, granted);
      if (seen.type !== 'changed') return false;
      if (moves.isUrgent(seen.changed)) return true;
      looked = seen.seq;
    }
    return false;
  };
};

/** For so long, or until something changes. */
const waitOrChange = async (room: Room, ms: number, { feed, signal }: Looking): Promise<void> => {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, signal]);
  await Promise.race([feed.wait(either), pause(room.deps.timers, ms, either)]);
  over.abort();
};

type Standing = Looking & { readonly after: number; readonly turns: Turns; readonly between: ReturnType<typeof betweenTurnsMs> };

/** What is to be waited for before something is told; nothing where a turn goes on, is due, or something moved too far to wait. */
const restBefore = async (
  room: Room,
  isUrgent: ReturnType<typeof createLookout>,
  { after, turns, between, ...looking }: Standing,
): Promise<(() => Promise<void>) | undefined> => {
  const [leastWaitMs, waitMs] = [turns.waitMs(between.leastMs), turns.waitMs(between.unmovedMs)];
  if (leastWaitMs > 0) return () => pause(room.deps.timers, Math.min(leastWaitMs, limits.streamHeartbeatMs), looking.signal);
  if (waitMs === 0 || (await isUrgent(after, looking))) return undefined;
  return () => waitOrChange(room, Math.min(waitMs, limits.streamHeartbeatMs), looking);
};

async function* follow({ room, feedOf }: Desk, subscription: Subscription, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const { terms, turns, via } = subscription;
  const [feed, moves, isUrgent] = [feedOf(via), createMovement(terms), createLookout()];
  let { after } = subscription;
  feed.open(signal);
  while (!signal.aborted) {
    const granted = grantedTo(room, subscription);
    if (!granted) return;
    const between = betweenTurnsMs(terms, granted.features);
    const rest = await restBefore(room, isUrgent, { feed, moves, granted, signal, after, turns, between });
    if (rest) {
      yield { type: 'heartbeat', id: String(after), text: String(after) };
      await rest();
      continue;
    }
    const told = await feed.next(after, granted);
    if (told.type === 'over') return;
    if (told.type === 'quiet') {
      turns.reached(told.head);
      yield { type: 'heartbeat', id: String(after), text: String(told.head) };
      await feed.wait(signal);
      continue;
    }
    after = told.seq;
    const changed = moves.telling(told.changed);
    if (between.unmovedMs > 0 && saysSomething(changed) && !turns.isOn()) turns.begin(await headOf(feed, after));
    turns.reached(after);
    yield saysSomething(changed) ? await toEvent(room, subscription, changed) : { type: 'heartbeat', id: String(after), text: String(after) };
  }
}

/** A place that was never reached here is of another store: who holds it has to look for itself. */
const beginning = (after: number | undefined, headSeq: number): Result<number> =>
  after === undefined || after <= headSeq ? ok(after ?? headSeq) : fail(problem('resnapshot', { found: `after ${after}`, limit: headSeq }));

/** What is asked for must be granted, known, possible on the way that it goes, and small enough to be kept for as long as the subscription lasts. */
const checkTerms = ({ room, areas }: Desk, { terms, used, via }: Wanted): Result<SubscriptionTerms> => {
  const { featureId, query, trigger, or, maxRatePerMinute, expiresAt } = terms;
  const looking = onChange(terms).map(({ term }) => term);
  if (expiresAt !== undefined && expiresAt <= room.deps.clock.now())
    return fail(problem('invalid', { path: '/data/action/parameters/expiresAt', found: expiresAt, accepted: 'a time to come' }));
  const features = wantedOf(used.features, terms);
  if (featureId !== undefined && features.length === 0) return fail(problem('notFound', { subject: featureId, accepted: 'a feature that is granted' }));
  if (via !== undefined && (query || looking.length > 0))
    return fail(
      problem('badQuery', { subject: 'query, trigger', accepted: 'a feature, an interval, a rate and an end: over an adaptor there is nothing else' }),
    );
  const filter = withKnownAreas(areas, query?.filter ?? {}, {});
  if (!filter.ok) return filter;
  const [hidden] = withheldTerms(room, { granted: features }, [...mentions(filter.value), ...looking]);
  if (hidden) return fail(problem('notAuthorised', { subject: hidden, accepted: 'terms that the agreement grants' }));
  const kept = { featureId, trigger, or, maxRatePerMinute, expiresAt, ...(query && { query: { ...query, filter: filter.value } }) };
  const { controlMessageBytesMax: limit } = limits;
  return utf8Bytes(canonicalJson(kept)) <= limit ? ok(kept) : fail(problem('tooLarge', { subject: 'what is subscribed to', limit }));
};

const begin = async (desk: Desk, { parameters, used, by }: Beginning): Promise<Result<Subscription>> => {
  const { room, feedOf } = desk;
  const { federationId, agreementId, after, ...asked } = parameters;
  const across = checkWay(room, agreementId, by);
  if (!across.ok) return across;
  const terms = checkTerms(desk, { terms: asked, used, via: by.via });
  if (!terms.ok) return terms;
  const reached = await feedOf(by.via).head();
  const begins = reached.ok ? beginning(after, reached.value) : reached;
  if (!begins.ok) return begins;
  const id = subscriptionIdOf(room.self.authority, room.deps.ids.uuid());
  const turns = createTurns(room.deps.clock.monotonicMs);
  return ok({ id, subscriber: by.sender, federationId, agreementId, after: begins.value, via: by.via, terms: terms.value, turns });
};

/** How many listen to each. */
const count = (listening: Map<string, number>, id: string, by: 1 | -1): void => {
  const now = (listening.get(id) ?? 0) + by;
  if (now > 0) listening.set(id, now);
  else listening.delete(id);
};

const forgetExpired = (room: Room, subscriptions: Map<string, Subscription>): void => {
  for (const one of subscriptions.values()) if (isOver(room, one)) subscriptions.delete(one.id);
};

export const createPublishing = (desk: Desk): Publishing => {
  const { room } = desk;
  const subscriptions = new Map<string, Subscription>();
  const listening = new Map<string, number>();
  /** Room for one more: the oldest that nobody listens to any more gives way, as a subscriber that broke down never says goodbye. */
  const makeRoom = (subscriber: string): boolean => {
    forgetExpired(room, subscriptions);
    const own = [...subscriptions.values()].filter((one) => one.subscriber === subscriber);
    const idle = own.find(({ id }) => !listening.has(id));
    if (own.length < limits.streamsPerPeerMax) return true;
    return idle !== undefined && subscriptions.delete(idle.id);
  };
  async function* listened(subscription: Subscription, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    count(listening, subscription.id, 1);
    try {
      yield* follow(desk, subscription, signal);
    } finally {
      count(listening, subscription.id, -1);
    }
  }
  return {
    subscribe: async ({ parameters }, by) => {
      const agreement = agreementInForce(room, { id: parameters.agreementId, mode: 'subscribe', federationId: parameters.federationId }, by);
      if (!agreement.ok) return agreement;
      if (!makeRoom(by.sender)) return fail(problem('overloaded', { subject: 'subscriptions', limit: limits.streamsPerPeerMax }));
      const begun = await begin(desk, { parameters, used: agreement.value, by });
      if (!begun.ok) return begun;
      const { id, after } = begun.value;
      subscriptions.set(id, begun.value);
      return ok({ reply: { parameters: {}, objects: [{ kind: 'subscription', id, attributes: { seq: after } }] } });
    },
    unsubscribe: ({ parameters }, by) => {
      const found = subscriptions.get(parameters.subscriptionId);
      if (found?.subscriber !== by.sender) return fail(problem('unknownSubscription', { subject: parameters.subscriptionId }));
      subscriptions.delete(parameters.subscriptionId);
      return ok({ reply: { parameters: {}, objects: [] } });
    },
    mayListen: async (id, pass) => {
      forgetExpired(room, subscriptions);
      const subscriber = subscriptions.get(id)?.subscriber;
      if (subscriber === undefined) return fail(problem('unknownSubscription', { found: id.slice(0, 80) }));
      const listening = { subscriber, publisher: room.self.id, subscription: id };
      return checkPass(pass, listening, { keys: () => room.partners.keysOf(subscriber), now: room.deps.clock.now() });
    },
    events: (id, after, signal) => {
      forgetExpired(room, subscriptions);
      const subscription = subscriptions.get(id);
      return subscription && listened({ ...subscription, after: after ?? subscription.after }, AbortSignal.any([signal, room.signal]));
    },
  };
};
