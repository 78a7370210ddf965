/**
 * Publishing (T10, T11), the sender's side: a subscription reads the change log from its own place; nothing is kept for it but that.
 */
import {
  type AgreementId,
  type FederationId,
  fail,
  limits,
  type Message,
  ok,
  problem,
  type Request,
  type Result,
  requestMessage,
  type SubscriptionId,
  subscriptionIdOf,
  type TwinsChanged,
} from '@cityweave/core';
import { newMessageId } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { noteExchange } from '../../exchange/logged.ts';
import type { StreamEvent } from '../../exchange/stream-event.ts';
import { signMessage } from '../../trust/signature.ts';
import { checkPass } from '../../trust/stream-pass.ts';
import { agreementInForce, checkWay } from '../agreement-in-force.ts';
import type { Room } from '../room.ts';
import type { Feed, Granted } from './feed.ts';

type Subscription = {
  readonly id: SubscriptionId;
  readonly subscriber: string;
  readonly federationId: FederationId;
  readonly agreementId: AgreementId;
  readonly after: number;
  /** the adaptor that its messages go over */
  readonly via: string | undefined;
};

/** Where what is told comes from, by the way that it goes. */
type FeedOf = (via: string | undefined) => Feed;

type Desk = { readonly room: Room; readonly feedOf: FeedOf };
type Parameters = Request<'digitalTwin.subscribe.exchangeData'>['parameters'];

export type Publishing = {
  readonly subscribe: (request: Request<'digitalTwin.subscribe.exchangeData'>, by: AskedBy) => Promise<Done<'digitalTwin.subscribe.exchangeData'>>;
  readonly unsubscribe: (request: Request<'digitalTwin.unsubscribe.exchangeData'>, by: AskedBy) => Done<'digitalTwin.unsubscribe.exchangeData'>;
  /** Whether a pass shows that whoever opens the stream is its subscriber. */
  readonly mayListen: (id: string, pass: string | undefined) => Promise<Result<true>>;
  /** Events from `after` on (else from where the subscription began) until nobody listens or the agreement ends; undefined where the id is unknown. */
  readonly events: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
};

const grantedTo = (room: Room, { agreementId, subscriber }: Subscription): Granted | undefined => {
  const used = agreementInForce(room, { id: agreementId, mode: 'subscribe' }, { sender: subscriber });
  return used.ok ? { features: used.value.features, area: used.value.agreement.terms.area } : undefined;
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

async function* follow({ room, feedOf }: Desk, subscription: Subscription, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const feed = feedOf(subscription.via);
  let { after } = subscription;
  feed.open(signal);
  while (!signal.aborted) {
    const granted = grantedTo(room, subscription);
    const told = granted && (await feed.next(after, granted));
    if (!told || told.type === 'over') return;
    if (told.type === 'changed') {
      yield toEvent(room, subscription, told.changed);
      after = told.seq;
    } else {
      yield { type: 'heartbeat', id: String(after), text: String(told.head) };
      await feed.wait(signal);
    }
  }
}

/** A place that was never reached here is of another store: who holds it has to look for itself. */
const beginning = (after: number | undefined, headSeq: number): Result<number> =>
  after === undefined || after <= headSeq ? ok(after ?? headSeq) : fail(problem('resnapshot', { found: `after ${after}`, limit: headSeq }));

const begin = async ({ room, feedOf }: Desk, { federationId, agreementId, after }: Parameters, by: AskedBy): Promise<Result<Subscription>> => {
  const across = checkWay(room, agreementId, by);
  if (!across.ok) return across;
  const reached = await feedOf(by.via).head();
  const begins = reached.ok ? beginning(after, reached.value) : reached;
  if (!begins.ok) return begins;
  return ok({
    id: subscriptionIdOf(room.self.authority, room.deps.ids.uuid()),
    subscriber: by.sender,
    federationId,
    agreementId,
    after: begins.value,
    via: by.via,
  });
};

/** How many listen to each. */
const count = (listening: Map<string, number>, id: string, by: 1 | -1): void => {
  const now = (listening.get(id) ?? 0) + by;
  if (now > 0) listening.set(id, now);
  else listening.delete(id);
};

export const createPublishing = (room: Room, feedOf: FeedOf): Publishing => {
  const subscriptions = new Map<string, Subscription>();
  const listening = new Map<string, number>();
  /** Room for one more: the oldest that nobody listens to any more gives way, as a subscriber that broke down never says goodbye. */
  const makeRoom = (subscriber: string): boolean => {
    const own = [...subscriptions.values()].filter((one) => one.subscriber === subscriber);
    const idle = own.find(({ id }) => !listening.has(id));
    if (own.length < limits.streamsPerPeerMax) return true;
    return idle !== undefined && subscriptions.delete(idle.id);
  };
  async function* listened(subscription: Subscription, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    count(listening, subscription.id, 1);
    try {
      yield* follow({ room, feedOf }, subscription, signal);
    } finally {
      count(listening, subscription.id, -1);
    }
  }
  return {
    subscribe: async ({ parameters }, by) => {
      const agreement = agreementInForce(room, { id: parameters.agreementId, mode: 'subscribe', federationId: parameters.federationId }, by);
      if (!agreement.ok) return agreement;
      if (!makeRoom(by.sender)) return fail(problem('overloaded', { subject: 'subscriptions', limit: limits.streamsPerPeerMax }));
      const begun = await begin({ room, feedOf }, parameters, by);
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
      const subscriber = subscriptions.get(id)?.subscriber;
      if (subscriber === undefined) return fail(problem('unknownSubscription', { found: id.slice(0, 80) }));
      const listening = { subscriber, publisher: room.self.id, subscription: id };
      return checkPass(pass, listening, { keys: room.partners.keysOf(subscriber), now: room.deps.clock.now() });
    },
    events: (id, after, signal) => {
      const subscription = subscriptions.get(id);
      return subscription && listened({ ...subscription, after: after ?? subscription.after }, AbortSignal.any([signal, room.signal]));
    },
  };
};
