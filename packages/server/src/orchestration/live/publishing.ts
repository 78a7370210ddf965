/**
 * Publishing (T10, T11), the sender's side: a subscription reads the change log from its own place; nothing is kept for it but that.
 */
import {
  type AgreementId,
  type Change,
  fail,
  type Geometry,
  type GrantedFeature,
  limits,
  type Message,
  mayShow,
  ok,
  problem,
  type Request,
  type Result,
  requestMessage,
  type SubscriptionId,
  subscriptionIdOf,
  type Twin,
  type TwinsChanged,
} from '@cityweave/core';
import { newMessageId, pause } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { StreamEvent } from '../../exchange/stream-event.ts';
import { signMessage } from '../../trust/signature.ts';
import { checkPass } from '../../trust/stream-pass.ts';
import { agreementInForce } from '../agreement-in-force.ts';
import type { Room } from '../room.ts';

type Subscription = { readonly id: SubscriptionId; readonly subscriber: string; readonly agreementId: AgreementId; readonly after: number };

export type Publishing = {
  readonly subscribe: (request: Request<'digitalTwin.subscribe.exchangeData'>, by: AskedBy) => Promise<Done<'digitalTwin.subscribe.exchangeData'>>;
  readonly unsubscribe: (request: Request<'digitalTwin.unsubscribe.exchangeData'>, by: AskedBy) => Done<'digitalTwin.unsubscribe.exchangeData'>;
  /** Whether a pass shows that whoever opens the stream is its subscriber. */
  readonly mayListen: (id: string, pass: string | undefined) => Promise<Result<true>>;
  /** Events from `after` on (else from where the subscription began) until nobody listens or the agreement ends; undefined where the id is unknown. */
  readonly events: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
};

/** What a subscriber may be told of. */
type Granted = { readonly features: readonly GrantedFeature[]; readonly area?: Geometry | undefined };

const grantedTo = (room: Room, { agreementId, subscriber }: Subscription): Granted | undefined => {
  const used = agreementInForce(room, { id: agreementId, mode: 'subscribe' }, { sender: subscriber });
  return used.ok ? { features: used.value.features, area: used.value.agreement.terms.area } : undefined;
};

const shownTo = (room: Room, { features }: Granted, twin: Twin): Twin | undefined => {
  const grant = features.find(({ kind }) => kind === twin.kind);
  if (!grant) return undefined;
  if (!(grant.withheld ?? []).length) return twin;
  return { ...twin, values: Object.fromEntries(Object.entries(twin.values).filter(([term]) => mayShow(term, grant, room.vocabulary()))) };
};

/** The changes of a stretch of the log, latest per twin; a twin that is gone is told as deleted, if its kind was granted. */
const changedTwins = async (room: Room, granted: Granted, changes: readonly Change[]): Promise<TwinsChanged> => {
  const ids = [...new Set(changes.map(({ id }) => id))];
  const twins = await room.store.get(ids);
  const { area } = granted;
  const inArea =
    area &&
    new Set((await room.store.find({ filter: { ids, areas: [{ relation: 'intersects', geometry: area }] }, first: ids.length })).twins.map(({ id }) => id));
  const rows = [...twins.values()].flatMap((twin) => (inArea && !inArea.has(twin.id) ? [] : (shownTo(room, granted, twin) ?? []))).map((twin) => ({ twin }));
  const seq = changes.at(-1)?.seq ?? 0;
  const gone = changes.filter(({ id, op }) => op === 'delete' && !twins.has(id));
  // a log of an older version does not say what was deleted: the subscriber has to look for itself
  if (gone.some(({ kind }) => kind === undefined)) return { seq, rows: [], deleted: [], resnapshot: true };
  return { seq, rows, deleted: [...new Set(gone.filter(({ kind }) => granted.features.some((feature) => feature.kind === kind)).map(({ id }) => id))] };
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

const toEvent = async (room: Room, subscription: Subscription, changed: TwinsChanged): Promise<StreamEvent> => ({
  type: 'message',
  id: String(changed.seq),
  text: JSON.stringify(await toMessage(room, subscription, changed)),
});

/** Resolves at the next commit, after the heartbeat's time, or when nobody listens. */
const nextCommit = async (room: Room, signal: AbortSignal): Promise<void> => {
  const over = new AbortController();
  const stop = room.store.onCommit(() => over.abort());
  await pause(room.deps.timers, limits.streamHeartbeatMs, AbortSignal.any([over.signal, signal]));
  stop();
};

async function* follow(room: Room, subscription: Subscription, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  let { after } = subscription;
  while (!signal.aborted) {
    const granted = grantedTo(room, subscription);
    if (!granted) return;
    const { changes, head, oldest } = await room.store.changes(after, { limit: limits.streamBatchTwinsMax });
    if (after + 1 < oldest && after < head) {
      yield toEvent(room, subscription, { seq: head, rows: [], deleted: [], resnapshot: true });
      after = head;
    } else if (changes.length > 0) {
      yield toEvent(room, subscription, await changedTwins(room, granted, changes));
      after = changes.at(-1)?.seq ?? after;
    } else {
      yield { type: 'heartbeat', id: String(after), text: String(head) };
      await nextCommit(room, signal);
    }
  }
}

/** A place that this store never reached is of another one: who holds it has to look for itself. */
const beginning = (after: number | undefined, headSeq: number): Result<number> =>
  after === undefined || after <= headSeq ? ok(after ?? headSeq) : fail(problem('resnapshot', { found: `after ${after}`, limit: headSeq }));

/** How many listen to each. */
const count = (listening: Map<string, number>, id: string, by: 1 | -1): void => {
  const now = (listening.get(id) ?? 0) + by;
  if (now > 0) listening.set(id, now);
  else listening.delete(id);
};

export const createPublishing = (room: Room): Publishing => {
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
      yield* follow(room, subscription, signal);
    } finally {
      count(listening, subscription.id, -1);
    }
  }
  return {
    subscribe: async ({ parameters }, by) => {
      const agreement = agreementInForce(room, { id: parameters.agreementId, mode: 'subscribe', federationId: parameters.federationId }, by);
      if (!agreement.ok) return agreement;
      if (!makeRoom(by.sender)) return fail(problem('overloaded', { subject: 'subscriptions', limit: limits.streamsPerPeerMax }));
      const { headSeq } = await room.store.health();
      const begins = beginning(parameters.after, headSeq);
      if (!begins.ok) return begins;
      const id = subscriptionIdOf(room.self.authority, room.deps.ids.uuid());
      const subscription: Subscription = { id, subscriber: by.sender, agreementId: parameters.agreementId, after: begins.value };
      subscriptions.set(id, subscription);
      return ok({ reply: { parameters: {}, objects: [{ kind: 'subscription', id, attributes: { seq: subscription.after } }] } });
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
