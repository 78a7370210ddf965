/**
 * Ask: one message of the catalogue to one peer and its parsed answer. Retry is decided here and only here, from the table of problems.
 */
import {
  canonicalJson,
  type FederationId,
  fail,
  isRetryable,
  limits,
  type Message,
  type MessageId,
  ok,
  type Problem,
  parseMessage,
  parseReply,
  problem,
  type Reply,
  type Request,
  type Result,
  type RowName,
  requestMessage,
  rowOf,
} from '@cityweave/core';
import pRetry, { AbortError } from 'p-retry';
import { type Deps, newMessageId } from '../deps.ts';
import type { Events } from '../events.ts';
import type { Protocol } from '../protocol/http.ts';
import type { NodeKey } from '../trust/node-key.ts';
import { signMessage, verifyMessage } from '../trust/signature.ts';
import type { Peer, Self } from './peer.ts';

export type Asking = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** saved before it is sent; a repeat keeps it */
  readonly messageId?: MessageId | undefined;
  readonly federationId?: FederationId | undefined;
  /** how often a retryable failure is tried again; reads under a deadline are not */
  readonly attempts?: number;
};

export type Ask = <N extends RowName>(peer: Peer, name: N, content: Request<N>, asking?: Asking) => Promise<Result<Reply<N>>>;

type Room = {
  readonly deps: Deps;
  readonly events: Events;
  readonly protocol: Protocol;
  readonly key: NodeKey;
  readonly self: Self;
  readonly role?: 'application';
};

const askTimeoutDefaultMs = 5_000;

/** The answer must be to this very message and signed by the peer's pinned key. */
const checkAnswer = async (raw: unknown, request: Message, peer: Peer): Promise<Result<Message>> => {
  const parsed = parseMessage(raw);
  if (!parsed.ok) return parsed;
  const { header } = parsed.value;
  if (header.correlationId !== request.header.messageId)
    return fail(problem('malformed', { path: '/header/correlationId', accepted: 'the id of the message asked' }));
  const verified = await verifyMessage(parsed.value, peer.keys);
  return verified.ok ? parsed : verified;
};

/** One message as it is to be said. */
type Said<N extends RowName> = { readonly name: N; readonly content: Request<N>; readonly asking: Asking };

const build = <N extends RowName>(room: Room, peer: Peer, { name, content, asking }: Said<N>): Message =>
  requestMessage(name, content, {
    messageId: asking.messageId ?? newMessageId(room.deps.ids),
    source: { id: room.self.id, role: 'digitalTwin', endpoint: room.self.address() },
    destination: { id: peer.id, role: peer.role },
    timestamp: room.deps.clock.now(),
    federationId: asking.federationId,
  });

const askOnce = async <N extends RowName>(room: Room, peer: Peer, said: Said<N>): Promise<Result<Reply<N>>> => {
  const { name } = said;
  const { timeoutMs = askTimeoutDefaultMs, signal } = said.asking;
  const message = await signMessage(build(room, peer, said), room.key);
  const text = canonicalJson(message);
  const { bytesMax } = rowOf(name);
  if (Buffer.byteLength(text) > bytesMax) return fail(problem('tooLarge', { subject: 'message', limit: bytesMax }));
  const sent = await room.protocol.send({ address: peer.address, text, timeoutMs, bytesMax, signal });
  if (!sent.ok) return sent;
  const answer = await checkAnswer(sent.value, message, peer);
  return answer.ok ? parseReply(name, answer.value) : answer;
};

/** Tells p-retry apart what may help when repeated; the problem travels in the cause. */
const retrying = async <T>(attempt: () => Promise<Result<T>>, attempts: number, signal: AbortSignal | undefined): Promise<Result<T>> => {
  let last: Problem = problem('cancelled');
  try {
    return await pRetry(
      async () => {
        const result = await attempt();
        if (result.ok) return result;
        last = result.problem;
        return Promise.reject(isRetryable(result.problem) ? new Error(result.problem.kind) : new AbortError(result.problem.kind));
      },
      { retries: attempts - 1, minTimeout: limits.retryDelayMinMs, maxTimeout: limits.retryDelayMaxMs, randomize: true, ...(signal && { signal }) },
    );
  } catch {
    return fail(last);
  }
};

export const createAsk =
  (room: Room): Ask =>
  async (peer, name, content, asking = {}) => {
    const from = room.deps.clock.monotonicMs();
    const messageId = asking.messageId ?? newMessageId(room.deps.ids);
    const attempt = () => askOnce(room, peer, { name, content, asking: { ...asking, messageId } });
    const attempts = Math.min(asking.attempts ?? 1, limits.retryAttemptsMax);
    const result = attempts > 1 ? await retrying(attempt, attempts, asking.signal) : await attempt();
    room.events.asked({ row: name, to: peer.id, ms: room.deps.clock.monotonicMs() - from, problem: result.ok ? undefined : result.problem });
    return result.ok ? ok(result.value) : fail({ ...result.problem, agency: result.problem.agency ?? peer.id });
  };
