/**
 * Stream adaptation (PA-FE): the event stream of a subscription over a bridge (T10, T11): each message as its owner signed it, and beside it what it is in the consumer's words.
 */
import { fail, limits, type Message, messageText, ok, parseMessage, parseReply, parseRequest, problem, type Result } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { parseJson } from '../exchange/json.ts';
import { noMessage, noteExchange } from '../exchange/logged.ts';
import type { StreamEvent } from '../exchange/stream-event.ts';
import { signHop } from '../exchange/via.ts';
import type { Way } from '../protocol/protocol.ts';
import { checkPass, type MayListen } from '../trust/stream-pass.ts';
import { type AdaptorRoom, type BridgeRecord, bridgeOf, type Figures } from './bridge.ts';
import { converterOf, hopOf } from './profile-use.ts';
import { changesToConsumer } from './semantic-adaptation.ts';

export type Streams = {
  /** Remembers the subscription that an owner's answer tells of. */
  readonly opened: (answer: Message, bridge: BridgeRecord) => void;
  /** Whether a pass shows that whoever opens the stream is its subscriber; undefined where the subscription goes over no bridge here. */
  readonly mayListen: (id: string, pass: string | undefined) => Promise<Result<MayListen>> | undefined;
  readonly events: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
};

/** A subscription of a bridge, with the pass that its subscriber showed last: the owner wants to see the same. */
type Subscription = { readonly connectionId: string; pass?: string | undefined };

type Room = { readonly room: AdaptorRoom; readonly figures: Figures };

const subscriptionsMax = limits.adaptorConnectionsMax * limits.streamsPerPeerMax;

const openBridgeOf = (room: AdaptorRoom, { connectionId }: Subscription): BridgeRecord | undefined => {
  const bridge = bridgeOf(room, connectionId);
  return bridge && ['CONNECTED', 'INTERRUPTED'].includes(bridge.connection.state) ? bridge : undefined;
};

const convert = async ({ room, figures }: Room, bridge: BridgeRecord, message: Message): Promise<Result<Message>> => {
  const { source } = message.header;
  if (source.id !== bridge.owner.id) return fail(problem('badSignature', { found: source.id, accepted: bridge.owner.id }));
  const verified = await room.partners.verify(message, { keys: bridge.owner.keys });
  if (!verified.ok) return verified;
  const told = parseRequest('digitalTwin.publish.exchangeData', message);
  if (!told.ok) return told;
  const [object] = told.value.objects;
  const { changed, dropped } = changesToConsumer(object.attributes, converterOf(room, bridge));
  figures.note(bridge, { ms: 0, failed: false, dropped }, room.deps.clock.now());
  const converted = { action: {}, objects: [{ ...object, attributes: changed }] };
  return ok(signHop(message, { ...hopOf(room, bridge), converted }, room.keys.current()));
};

/** The owner's message, beside it what it became, signed by this adaptor; passed on or refused, it is logged. */
const adapt = async (desk: Room, bridge: BridgeRecord, text: string): Promise<Result<Message>> => {
  const { log, self } = desk.room;
  const message = parseMessage(parseJson(text));
  if (!message.ok) {
    log.append(noMessage(self.id, message.problem));
    return message;
  }
  const adapted = await convert(desk, bridge, message.value);
  const { federationId, agreementId } = bridge.connection;
  noteExchange(log, { direction: 'heard', message: message.value, problem: adapted.ok ? undefined : adapted.problem, under: { federationId, agreementId } });
  return adapted;
};

/** The stream at each address where the owner takes messages. */
const streamWay = ({ owner: { address, socket } }: BridgeRecord, id: string): Way => {
  const at = (place: string): string => Object.assign(new URL('/dtf/events', place), { search: new URLSearchParams({ subscription: id }).toString() }).href;
  return { address: at(address), ...(socket !== undefined && { socket: at(socket) }) };
};

/** It ends with the owner's stream, with the bridge, and with a message that is not the owner's own. */
async function* follow(
  { room, figures }: Room,
  subscription: Subscription,
  { id, after, signal }: { readonly id: string; readonly after: number | undefined; readonly signal: AbortSignal },
): AsyncGenerator<StreamEvent> {
  const begun = openBridgeOf(room, subscription);
  if (!begun) return;
  const streaming = {
    ...streamWay(begun, id),
    headers: { authorization: `Bearer ${subscription.pass}` },
    ...(after !== undefined && { lastEventId: String(after) }),
    eventBytesMax: limits.exchangeDataBytesMax,
    silentMs: limits.streamSilentMs,
    signal,
  };
  for await (const event of room.protocol.stream(streaming)) {
    const bridge = openBridgeOf(room, subscription);
    if (!bridge) return;
    if (event.ok && event.value.type === 'heartbeat') {
      yield { type: 'heartbeat', id: event.value.id ?? '', text: event.value.text };
      continue;
    }
    const adapted = event.ok ? await adapt({ room, figures }, bridge, event.value.text) : event;
    if (!adapted.ok) {
      figures.note(bridge, { ms: 0, failed: true }, room.deps.clock.now());
      return;
    }
    yield { type: 'message', id: (event.ok && event.value.id) || '', text: messageText(adapted.value) };
  }
}

export const createStreams = (desk: Room): Streams => {
  const { room } = desk;
  const subscriptions = new LRUCache<string, Subscription>({ max: subscriptionsMax });
  return {
    opened: (answer, { connection }) => {
      const told = parseReply('digitalTwin.subscribe.exchangeData', answer);
      if (told.ok) subscriptions.set(told.value.objects[0].id, { connectionId: connection.id });
    },
    mayListen: (id, pass) => {
      const subscription = subscriptions.get(id);
      const bridge = subscription && bridgeOf(room, subscription.connectionId);
      if (!subscription || !bridge) return undefined;
      const listening = { subscriber: bridge.consumer.id, publisher: bridge.owner.id, subscription: id };
      subscription.pass = pass;
      return checkPass(pass, listening, { keys: () => room.partners.keysOf(bridge.consumer.id), now: room.deps.clock.now() });
    },
    events: (id, after, signal) => {
      const subscription = subscriptions.get(id);
      return subscription && follow(desk, subscription, { id, after, signal: AbortSignal.any([signal, room.signal]) });
    },
  };
};
