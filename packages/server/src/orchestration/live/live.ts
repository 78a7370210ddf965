/**
 * Live, the receiver's side: follows the change log of a member (T10, T11) or of the own store, and says when a source falls silent and comes back.
 */

import {
  type AgencyId,
  checkTime,
  type Federation,
  fail,
  type Instant,
  limits,
  type Member,
  type Message,
  ok,
  type Problem,
  parseMessage,
  parseRequest,
  problem,
  type Result,
  type TwinId,
  type TwinRow,
  type TwinsChanged,
} from '@cityweave/core';
import { pause } from '../../deps.ts';
import { parseJson } from '../../exchange/json.ts';
import { noMessage, noteExchange } from '../../exchange/logged.ts';
import { readThrough } from '../../exchange/via.ts';
import type { StreamedEvent, Way } from '../../protocol/protocol.ts';
import { answered } from '../../store/unanswered.ts';
import { writePass } from '../../trust/stream-pass.ts';
import { peerOf } from '../forming/saying.ts';
import { federationById, type Room } from '../room.ts';

export type SourceEvent =
  /** `rows`: the twins as they are now, where they came along */
  | { readonly type: 'changed'; readonly agency: AgencyId; readonly seq: number; readonly ids: readonly TwinId[]; readonly rows?: readonly TwinRow[] }
  /** the source is there; nothing changed */
  | { readonly type: 'alive'; readonly agency: AgencyId; readonly seq: number; readonly at: Instant }
  | { readonly type: 'silent'; readonly agency: AgencyId; readonly since: Instant; readonly problem: Problem }
  /** history is gone: what was known of this source must be read anew */
  | { readonly type: 'resnapshot'; readonly agency: AgencyId; readonly seq: number };

/** The stream of a subscription, at each address where messages are taken: over its bridge, where it has one. */
const streamWay = (member: Member, subscription: string): Way => {
  const { address, socket } = peerOf(member, 'data');
  const at = (place: string): string => Object.assign(new URL('/dtf/events', place), { search: new URLSearchParams({ subscription }).toString() }).href;
  return { address: at(address), ...(socket !== undefined && { socket: at(socket) }) };
};

type Following = { readonly room: Room; readonly federation: Federation; readonly member: Member; readonly signal: AbortSignal };

const openSubscription = async ({ room, federation, member }: Following, after: number | undefined): Promise<Result<string>> => {
  const parameters = { federationId: federation.id, agreementId: member.agreementId, ...(after !== undefined && { after }) };
  const opened = await room.ask(
    peerOf(member, 'data'),
    'digitalTwin.subscribe.exchangeData',
    { parameters, objects: [] },
    { timeoutMs: member.bridge ? limits.farFetchMs : limits.streamSilentMs, federationId: federation.id, signal: room.signal },
  );
  return opened.ok ? ok(opened.value.objects[0].id) : opened;
};

const checkEvent = async (room: Room, member: Member, message: Message): Promise<Result<TwinsChanged>> => {
  if (message.header.source.id !== member.twinId) return fail(problem('notAuthenticated', { subject: message.header.source.id }));
  const inTime = checkTime(message.header, room.deps.clock.now());
  if (!inTime.ok) return inTime;
  const verified = await room.partners.verify(message, { keys: member.keys, ...(!member.bridge && { endpoint: member.endpoint.address }) });
  if (!verified.ok) return verified;
  const { bridge } = member;
  const through = await readThrough(message, async (adaptorId, keyId) =>
    adaptorId === bridge?.adaptorId ? room.partners.keyFor(adaptorId, keyId) : undefined,
  );
  const request = through.ok ? parseRequest('digitalTwin.publish.exchangeData', through.value.message) : through;
  return request.ok ? ok(request.value.objects[0].attributes) : request;
};

/** A T11 message of the member itself, under its pinned key; heard or refused, it is logged. */
const parseEvent = async ({ room, federation, member }: Following, text: string): Promise<Result<TwinsChanged>> => {
  const message = parseMessage(parseJson(text));
  if (!message.ok) {
    room.log.append(noMessage(room.self.id, message.problem));
    return message;
  }
  const changed = await checkEvent(room, member, message.value);
  const under = { federationId: federation.id, agreementId: member.agreementId };
  noteExchange(room.log, { direction: 'heard', message: message.value, problem: changed.ok ? undefined : changed.problem, under });
  return changed;
};

const toSourceEvent = async (following: Following, event: StreamedEvent): Promise<Result<SourceEvent>> => {
  const { room, member } = following;
  const { agency } = member;
  if (event.type === 'heartbeat') return ok({ type: 'alive', agency, seq: Number(event.id ?? 0), at: room.deps.clock.now() });
  const changed = await parseEvent(following, event.text);
  if (!changed.ok) return changed;
  const { seq, rows, deleted, resnapshot } = changed.value;
  return ok(resnapshot ? { type: 'resnapshot', agency, seq } : { type: 'changed', agency, seq, ids: [...rows.map(({ twin }) => twin.id), ...deleted], rows });
};

/** One connection's life: opened after `after`, until it breaks; the last item says why. */
async function* connection(following: Following, after: number | undefined): AsyncGenerator<Result<SourceEvent>> {
  const { room, member, signal } = following;
  const opened = await openSubscription(following, after);
  if (!opened.ok) return yield opened;
  const listening = { subscriber: room.self.id, publisher: member.twinId, subscription: opened.value };
  const pass = writePass(listening, room.keys.current(), room.deps.clock.now());
  const headers = { authorization: `Bearer ${pass}` };
  const streaming = { ...streamWay(member, opened.value), headers, eventBytesMax: limits.exchangeDataBytesMax, silentMs: limits.streamSilentMs, signal };
  for await (const event of room.protocol.stream(streaming)) yield event.ok ? await toSourceEvent(following, event.value) : event;
}

/** It may have moved, or its adaptor may have, since somebody began to listen. */
const asNow = (following: Following): Following => {
  const { room, federation, member } = following;
  const now = federationById(room, federation.id)?.members.find(({ twinId }) => twinId === member.twinId);
  return now ? { ...following, member: now } : following;
};

/** A member's changes after a sequence, for as long as somebody listens; a broken line is opened again where it broke. */
export async function* followMember(following: Following, after: number | undefined): AsyncGenerator<SourceEvent> {
  const { room, member, signal } = following;
  let seq = after;
  let waitMs: number = limits.probeIntervalMinMs;
  while (!signal.aborted) {
    for await (const event of connection(asNow(following), seq)) {
      if (!event.ok && event.problem.kind === 'resnapshot') {
        seq = event.problem.limit;
        yield { type: 'resnapshot', agency: member.agency, seq: seq ?? 0 };
        break;
      }
      if (!event.ok) {
        if (!signal.aborted) yield { type: 'silent', agency: member.agency, since: room.deps.clock.now(), problem: event.problem };
        break;
      }
      if ('seq' in event.value) seq = event.value.seq;
      waitMs = limits.probeIntervalMinMs;
      yield event.value;
    }
    await pause(room.deps.timers, waitMs, signal);
    waitMs = Math.min(waitMs * 2, limits.probeIntervalMaxMs);
  }
}

const ownCommit = async (room: Room, signal: AbortSignal): Promise<void> => {
  const over = new AbortController();
  const stop = room.store.onCommit(() => over.abort());
  await pause(room.deps.timers, limits.streamHeartbeatMs, AbortSignal.any([over.signal, signal]));
  stop();
};

/** Nothing given, from where the log stands now. */
const changesAfter = async ({ store }: Room, from: number | undefined) => {
  const after = from ?? (await store.head());
  return { after, ...(await store.changes(after, { limit: limits.streamBatchTwinsMax })) };
};

/** The own store's changes, in the same form. A store that does not answer is looked at again, less and less often. */
export async function* followOwn(room: Room, from: number | undefined, signal: AbortSignal): AsyncGenerator<SourceEvent> {
  const { agency } = room.self;
  let [after, waitMs]: [number | undefined, number] = [from, limits.probeIntervalMinMs];
  while (!signal.aborted) {
    const read = await answered(changesAfter(room, after));
    if (!read.ok) {
      yield { type: 'silent', agency, since: room.deps.clock.now(), problem: read.problem };
      await pause(room.deps.timers, waitMs, signal);
      waitMs = Math.min(waitMs * 2, limits.probeIntervalMaxMs);
      continue;
    }
    const { changes, head, oldest } = read.value;
    waitMs = limits.probeIntervalMinMs;
    after = read.value.after;
    if ((after + 1 < oldest && after < head) || after > head) {
      after = head;
      yield { type: 'resnapshot', agency, seq: head };
    } else if (changes.length > 0) {
      after = changes.at(-1)?.seq ?? after;
      yield { type: 'changed', agency, seq: after, ids: [...new Set(changes.map(({ id }) => id))] };
    } else {
      yield { type: 'alive', agency, seq: after, at: room.deps.clock.now() };
      await ownCommit(room, signal);
    }
  }
}
