/**
 * Ask: one message of the catalogue to one peer and its parsed answer. Retry is decided here and only here, from the table of problems.
 */
import {
  addMs,
  type FederationId,
  fail,
  isRetryable,
  limits,
  type Message,
  type MessageId,
  messageText,
  msOfInstant,
  ok,
  type Priority,
  type Problem,
  parseMessage,
  parseReply,
  problem,
  type Qos,
  type Reply,
  type Request,
  type Result,
  type RowName,
  requestMessage,
  rowOf,
  traceOf,
} from '@cityweave/core';
import { type Deps, newMessageId, pause, type Timers } from '../deps.ts';
import type { Events } from '../events.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { traceNow } from '../trace.ts';
import type { NodeKeys } from '../trust/node-key.ts';
import { signMessage } from '../trust/signature.ts';
import { type NotedLog, noteExchange } from './logged.ts';
import type { PartnerKeys } from './partner-keys.ts';
import type { Peer, Self } from './peer.ts';
import { readThrough } from './via.ts';

export type Asking = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** saved before it is sent; a repeat keeps it */
  readonly messageId?: MessageId | undefined;
  readonly federationId?: FederationId | undefined;
  /** what it is part of, where more is said about the same */
  readonly conversationId?: string | undefined;
  /** refused by whoever hears it after so long; what nobody waits for any more would else be done late */
  readonly expiresInMs?: number | undefined;
  /** how often a retryable failure is tried again; reads under a deadline are not */
  readonly attempts?: number;
  /** 0: said once, whatever comes of it; 2: answered once, and the answer kept; 1 where absent */
  readonly qos?: Qos | undefined;
  /** how urgent it is to this node; normal where absent */
  readonly priority?: Priority | undefined;
  /** told of the header of the answer, whatever it says */
  readonly heard?: ((header: Message['header']) => void) | undefined;
  /** for whom it is asked, where not for this agency */
  readonly onBehalfOf?: string | undefined;
};

export type Ask = <N extends RowName>(peer: Peer, name: N, content: Request<N>, asking?: Asking) => Promise<Result<Reply<N>>>;

type Room = {
  readonly deps: Deps;
  readonly events: Events;
  readonly protocol: Protocol;
  readonly keys: Pick<NodeKeys, 'current'>;
  readonly partners: Pick<PartnerKeys, 'verify' | 'keyFor'>;
  readonly self: Self;
  readonly log: NotedLog;
  readonly role?: 'application';
};

export const askTimeoutDefaultMs = 5_000;

const isAnswerTo = ({ header }: Message, { header: asked }: Message): boolean =>
  header.messageType === 'response' && header.correlationId === asked.messageId && header.destination.id === asked.source.id;

/** The answer must be to this very message, from the peer itself and signed by a key of its own; of an adaptor between them only that it could not pass it on. */
const checkAnswer = async (
  { partners }: Room,
  raw: unknown,
  { request, peer }: { readonly request: Message; readonly peer: Peer },
): Promise<Result<Message>> => {
  const parsed = parseMessage(raw);
  if (!parsed.ok) return parsed;
  if (!isAnswerTo(parsed.value, request)) return fail(problem('malformed', { path: '/header', accepted: 'the response to the message asked' }));
  const { id } = parsed.value.header.source;
  const { through } = peer;
  if (through && id === through.id && parsed.value.data.action.result?.status === 'failure') {
    const verified = await partners.verify(parsed.value, { keys: through.keys, endpoint: peer.address });
    return verified.ok ? parsed : verified;
  }
  if (id !== peer.id) return fail(problem('badSignature', { found: id, accepted: peer.id }));
  const verified = await partners.verify(parsed.value, { keys: peer.keys, ...(!through && { endpoint: peer.address }) });
  if (!verified.ok || !through) return verified.ok ? parsed : verified;
  const read = await readThrough(parsed.value, async (adaptorId, keyId) => (adaptorId === through.id ? partners.keyFor(adaptorId, keyId) : undefined));
  return read.ok ? ok(read.value.message) : read;
};

/** One message as it is to be said. */
type Said<N extends RowName> = { readonly name: N; readonly content: Request<N>; readonly asking: Asking; readonly sequence: number | undefined };

const build = <N extends RowName>(room: Room, peer: Peer, { name, content, asking, sequence }: Said<N>): Message => {
  const now = room.deps.clock.now();
  const [messageId, cause] = [asking.messageId ?? newMessageId(room.deps.ids), traceNow()];
  const message = requestMessage(name, content, {
    messageId,
    source: { id: room.self.id, role: 'digitalTwin', endpoint: room.self.address() },
    destination: { id: peer.id, role: peer.role },
    timestamp: now,
    expiresAt: asking.expiresInMs === undefined ? undefined : addMs(now, asking.expiresInMs),
    federationId: asking.federationId,
    qos: asking.qos,
    priority: asking.priority,
    conversationId: asking.conversationId,
    sequence,
    trace: cause && traceOf(cause, messageId),
  });
  const { onBehalfOf } = asking;
  return onBehalfOf === undefined ? message : { ...message, header: { ...message.header, security: { scheme: 'jws', onBehalfOf } } };
};

const wayTo = ({ address, socket }: Peer) => ({ address, socket });

/** Who lies between, or is asked to, is named as what it is. */
const onTheWay = ({ id, role, through }: Peer, found: Problem): Problem => {
  const adaptor = through?.id ?? (role === 'communicationAdaptor' ? id : undefined);
  return adaptor !== undefined && found.kind === 'unreachable' ? problem('adaptorUnreachable', { subject: adaptor }) : found;
};

const askOnce = async <N extends RowName>(room: Room, peer: Peer, said: Said<N>): Promise<Result<Reply<N>>> => {
  const { name } = said;
  const { timeoutMs = askTimeoutDefaultMs, signal, priority, conversationId: conversation } = said.asking;
  const message = await signMessage(build(room, peer, said), room.keys.current());
  const text = messageText(message);
  const { bytesMax } = rowOf(name);
  if (Buffer.byteLength(text) > bytesMax) return fail(problem('tooLarge', { subject: 'message', limit: bytesMax }));
  const sent = await room.protocol.send({ ...wayTo(peer), text, messageId: message.header.messageId, timeoutMs, bytesMax, signal, priority, conversation });
  const answer = sent.ok ? await checkAnswer(room, sent.value, { request: message, peer }) : fail(onTheWay(peer, sent.problem));
  if (answer.ok) said.asking.heard?.(answer.value.header);
  const result = answer.ok ? parseReply(name, answer.value) : answer;
  noteExchange(room.log, { direction: 'said', message, problem: result.ok ? undefined : result.problem, answer: answer.ok ? answer.value : undefined });
  return result;
};

/** Longer with each attempt, and spread by the message's own id, so that not all who were let down come back at once. */
const delayMs = (attempt: number, messageId: MessageId): number => {
  const spread = 1 + Number.parseInt(messageId.slice(-2), 16) / 256;
  return Math.min(limits.retryDelayMinMs * 2 ** (attempt - 1) * spread, limits.retryDelayMaxMs);
};

type Retrying = { readonly timers: Timers; readonly attempts: number; readonly messageId: MessageId; readonly signal: AbortSignal | undefined };

const retrying = async <T>(attempt: () => Promise<Result<T>>, { timers, attempts, messageId, signal }: Retrying): Promise<Result<T>> => {
  for (let made = 1; ; made += 1) {
    const result = await attempt();
    if (result.ok || made >= attempts || signal?.aborted || !isRetryable(result.problem)) return result;
    await pause(timers, delayMs(made, messageId), signal);
  }
};

/** Numbers that rise, by the clock, so that they go on where the node was started again. */
const createNumbers = ({ clock }: Deps): (() => number) => {
  let last = 0;
  return () => {
    last = Math.max(last + 1, msOfInstant(clock.now()));
    return last;
  };
};

export const createAsk = (room: Room): Ask => {
  const nextNumber = createNumbers(room.deps);
  return async (peer, name, content, asking = {}) => {
    const from = room.deps.clock.monotonicMs();
    const messageId = asking.messageId ?? newMessageId(room.deps.ids);
    // of notices of one conversation the newest stands, whichever comes first
    const isNumbered = rowOf(name).messageType === 'notification' && asking.conversationId !== undefined;
    const said = { name, content, asking: { ...asking, messageId }, sequence: isNumbered ? nextNumber() : undefined };
    const attempt = () => askOnce(room, peer, said);
    const attempts = asking.qos === 0 ? 1 : Math.min(asking.attempts ?? 1, limits.retryAttemptsMax);
    const result = await retrying(attempt, { timers: room.deps.timers, attempts, messageId, signal: asking.signal });
    room.events.asked({ row: name, to: peer.id, ms: room.deps.clock.monotonicMs() - from, problem: result.ok ? undefined : result.problem });
    return result.ok ? ok(result.value) : fail({ ...result.problem, agency: result.problem.agency ?? peer.id });
  };
};
