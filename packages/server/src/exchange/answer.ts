/**
 * Answer: the telephone desk of a node. Parse, authorise, dispatch, reply; a change is saved together with its answer before the answer is sent.
 */
import {
  type AddressedRole,
  addMs,
  type ComponentRole,
  checkTime,
  contentText,
  fail,
  type GivenFor,
  isRetryable,
  isTrace,
  kindOfCode,
  limits,
  type Message,
  ok,
  type Problem,
  type PublicKey,
  parseMessage,
  parseRequest,
  problem,
  type Reply,
  type Request,
  type Result,
  type RowName,
  replyMessage,
  rowNameOf,
  rowOf,
  utf8Bytes,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { type Deps, newMessageId } from '../deps.ts';
import type { Events } from '../events.ts';
import { createTurns } from '../protocol/turns.ts';
import type { RecordStore } from '../store/store.ts';
import { traced } from '../trace.ts';
import type { NodeKeys } from '../trust/node-key.ts';
import { sha256, signMessage } from '../trust/signature.ts';
import type { Authorise } from './authorise.ts';
import { type NotedLog, noMessage, noteExchange } from './logged.ts';
import { createOrder, type Order } from './order.ts';
import type { Self } from './peer.ts';
import { readThrough } from './via.ts';

export type Saved = { readonly noun: string; readonly id: string; readonly value: unknown };

/** What a room answers: the reply, the records to save with it, and what to do once both are safe. */
export type Answered = { readonly reply: unknown; readonly save?: readonly Saved[] | undefined; readonly afterwards?: (() => void) | undefined };

/** Who asks, as authorised, and when nobody waits for the answer any more. */
export type AskedBy = {
  readonly sender: string;
  readonly role: ComponentRole;
  /** as it is to be read: converted where an adaptor that this node knows converted it */
  readonly message: Message;
  readonly signal: AbortSignal;
  /** the adaptor that it came over */
  readonly via?: string | undefined;
  /** What follows depends on nothing that is still to come: the sender's next change may have its turn. */
  readonly letNext?: (() => void) | undefined;
};

/** Passes a message for another twin on (A5), where this node is an adaptor; the answer, or its own refusal. */
export type Relay = (message: Message, signal: AbortSignal) => Promise<Message>;

/** A room's outcome for a row: what it replies and what is saved with it. */
export type Done<N extends RowName> = Result<GivenFor<N, Answered>>;

type AnswerRow = (name: RowName, request: Request<RowName>, by: AskedBy) => Promise<Result<Answered>>;

/** The rooms of this node by the role under which they are addressed. */
export type Rooms = Readonly<Partial<Record<AddressedRole, Partial<Readonly<Record<RowName, (request: never, by: AskedBy) => unknown>>>>>>;

type Given = {
  readonly deps: Deps;
  readonly events: Events;
  readonly records: RecordStore;
  readonly keys: Pick<NodeKeys, 'current'>;
  readonly self: Self;
  readonly authorise: Authorise;
  readonly rooms: Rooms;
  readonly log: NotedLog;
  /** a key of an adaptor that passed something on, by its name */
  readonly keyFor: (id: string, keyId: string) => Promise<PublicKey | undefined>;
  /** whether the sender may be given once more what it was given */
  readonly mayHearAgain: (name: RowName, message: Message) => Result<unknown>;
  readonly relay?: Relay | undefined;
};

type Desk = Given & { readonly heard: Ids; readonly order: Order };

export type Answer = (
  raw: unknown,
  signal: AbortSignal,
  bytes: number,
) => Promise<{ readonly message: Message | undefined; readonly problem: Problem | undefined }>;

/** A room's answer to a row; a row of a role that this node does not have is refused. */
const dispatch =
  (rooms: Rooms): AnswerRow =>
  async (name, request, by) => {
    const room = rooms[rowOf(name).role]?.[name];
    if (!room) return fail(problem('notMyRole', { subject: name }));
    return (await room(request as never, by)) as Result<Answered>; // branding: the table's type `Answers` made sure that each row's room fits it
  };

type Kept = { readonly digest: string; readonly message: Message; readonly at: string };

/** Whoever chooses ids, he chooses his own: that another used one before says nothing of his message. */
const idOf = ({ header: { source, messageId } }: Message): string => `${source.id} ${messageId}`;

const keptAnswer = (desk: Desk, message: Message, digest: string): Result<Message | undefined> => {
  const kept = desk.records.get('answer', idOf(message)) as Kept | undefined; // branding: only this file writes the noun
  if (!kept) return ok(undefined);
  return kept.digest === digest ? ok(kept.message) : fail(problem('replayed', { subject: message.header.messageId }));
};

/** How many changes are answered between two looks for answers that are too old to be asked for again. */
const changesBetweenPrunes = 256;

const pruneCounts = new WeakMap<Desk, number>();

/** A message older than this is refused by its time, so that nobody can ask for its answer. */
const forgetOld = (desk: Desk): void => {
  const count = pruneCounts.get(desk) ?? 0;
  pruneCounts.set(desk, (count + 1) % changesBetweenPrunes);
  if (count === 0) desk.records.prune('answer', addMs(desk.deps.clock.now(), -limits.replayMemoryMs - limits.clockToleranceMs));
};

const reply = (desk: Desk, message: Message, outcome: Result<Reply<RowName>>): Promise<Message> => {
  const { destination } = message.header;
  const source = { id: desk.self.id, role: destination.role };
  return signMessage(replyMessage(message, outcome, { messageId: newMessageId(desk.deps.ids), timestamp: desk.deps.clock.now(), source }), desk.keys.current());
};

const outcomeOf = (answered: Result<Answered>): Result<Reply<RowName>> => (answered.ok ? ok(answered.value.reply as Reply<RowName>) : answered); // branding: see dispatch

/** Ids that were heard, so that none is used for two contents; a question said at most once is not answered twice either. */
type Ids = LRUCache<string, string>;

/** A message whose sender is known, with the digest of what it says. */
type Heard = AskedBy & { readonly digest: string };

const hear = (heard: Ids, message: Message, digest: string): Result<true> => {
  const { header } = message;
  const key = idOf(message);
  const before = heard.get(key);
  heard.set(key, before ?? digest);
  const isRepeat = before === digest && header.qos !== 0;
  return before === undefined || isRepeat ? ok(true) : fail(problem('replayed', { subject: header.messageId }));
};

/** An answer that is kept must be small enough to be kept: what an exchange of data may carry is not. */
const keepable = (name: RowName, answered: Result<Answered>): Result<Reply<RowName>> => {
  const outcome = outcomeOf(answered);
  const isLarge = outcome.ok && rowOf(name).effect === 'read' && utf8Bytes(JSON.stringify(outcome.value)) > limits.controlMessageBytesMax;
  return isLarge ? fail(problem('qosNotAttainable', { subject: name, accepted: 'qos 0 or 1', limit: limits.controlMessageBytesMax })) : outcome;
};

/** The kept answer, under the key of now: the one that it was signed with may be revoked. */
const repeat = async (desk: Desk, message: Message, { name, kept }: { readonly name: RowName; readonly kept: Message }): Promise<Message> => {
  const allowed = desk.mayHearAgain(name, message);
  if (!allowed.ok) return reply(desk, message, allowed);
  const key = desk.keys.current();
  return kept.header.security?.keyId === key.keyId ? kept : signMessage(kept, key);
};

/** What was refused for good stays refused when it is said again, whatever has changed since; what was refused for now may be tried again. */
const isFinal = (answered: Result<Answered>): boolean => answered.ok || !(isRetryable(answered.problem) || answered.problem.kind === 'cancelled');

/** What a notice that was overtaken by a newer one is answered. */
const overtaken: Result<Answered> = ok({ reply: { parameters: {}, objects: [] } });

/** Answers a change, or a question whose answer must be kept: the records and the answer itself become durable in one step, then the answer may leave. */
const answerChange = async (desk: Desk, name: RowName, { digest, ...by }: Heard): Promise<Message> => {
  const { message } = by;
  const kept = keptAnswer(desk, message, digest);
  if (!kept.ok) return reply(desk, message, kept);
  if (kept.value) return repeat(desk, message, { name, kept: kept.value });
  const request = parseRequest(name, message);
  const isLate = request.ok && desk.order.isLate(name, message);
  const answered = request.ok ? (isLate ? overtaken : await dispatch(desk.rooms)(name, request.value, by)) : request;
  const made = await reply(desk, message, keepable(name, answered));
  const save = answered.ok ? (answered.value.save ?? []) : [];
  const value: Kept = { digest, message: made, at: desk.deps.clock.now() };
  if (isFinal(answered)) {
    desk.records.putAll([...save, { noun: 'answer', id: idOf(message), value }]);
    forgetOld(desk);
  }
  if (answered.ok) desk.order.note(name, message);
  if (answered.ok) answered.value.afterwards?.();
  return made;
};

/** It may have waited for its turn longer than it holds. */
const answerInTime = async (desk: Desk, name: RowName, by: Heard): Promise<Message> => {
  const holds = checkTime(by.message.header, desk.deps.clock.now());
  return holds.ok ? answerChange(desk, name, by) : reply(desk, by.message, holds);
};

/** What is no trace is answered and logged as it came, and goes to nobody else. */
const traceIn = ({ header: { trace } }: Message): string | undefined => (trace !== undefined && isTrace(trace) ? trace : undefined);

const answerRead = async (desk: Desk, name: RowName, by: Heard): Promise<Message> => {
  const { message } = by;
  const request = parseRequest(name, message);
  const answered = request.ok ? await dispatch(desk.rooms)(name, request.value, by) : request;
  return reply(desk, message, outcomeOf(answered));
};

/** The problem an answer reports, for the log and the status of the transport. */
const problemIn = (message: Message): Problem | undefined => {
  const { result } = message.data.action;
  return result?.status === 'failure' ? { kind: kindOfCode(result.code), ...result.facts } : undefined;
};

export const createAnswer = (given: Given): Answer => {
  const desk: Desk = { ...given, heard: new LRUCache({ max: limits.messageIdsRememberedMax }), order: createOrder() };
  const inTurn = createTurns(1);
  const answerParsed = async (message: Message, signal: AbortSignal, bytes: number): Promise<Message> => {
    const named = rowNameOf(message);
    if (!named.ok) return reply(desk, message, named);
    if (desk.relay && message.header.destination.id !== desk.self.id) return desk.relay(message, signal);
    const { bytesMax } = rowOf(named.value);
    if (bytes > bytesMax) return reply(desk, message, fail(problem('tooLarge', { subject: named.value, limit: bytesMax })));
    const allowed = await desk.authorise(message, named.value);
    if (!allowed.ok) return reply(desk, message, allowed);
    const { source } = message.header;
    const digest = sha256(contentText(message));
    const heard = hear(desk.heard, message, digest);
    if (!heard.ok) return reply(desk, message, heard);
    const through = await readThrough(message, desk.keyFor);
    if (!through.ok) return reply(desk, message, through);
    const by: Heard = { sender: source.id, role: source.role, message: through.value.message, signal, digest, via: through.value.adaptorId };
    if (rowOf(named.value).effect === 'read' && message.header.qos !== 2) return answerRead(desk, named.value, by);
    const { priority, conversationId: conversation } = message.header;
    const answered = await inTurn({ line: source.id, priority, conversation }, (letNext) => answerInTime(desk, named.value, { ...by, letNext }));
    return answered ?? reply(desk, message, fail(problem('overloaded', { subject: source.id, limit: limits.turnsWaitingMax })));
  };
  const answerHeard = async (heard: Message, signal: AbortSignal, bytes: number): Promise<Awaited<ReturnType<Answer>>> => {
    const from = desk.deps.clock.monotonicMs();
    const { data, header } = heard;
    const message = await answerParsed(heard, signal, bytes).catch((cause) => reply(desk, heard, fail(desk.events.defect('answer', cause))));
    const refused = problemIn(message);
    noteExchange(desk.log, { direction: 'heard', message: heard, problem: refused, answer: message });
    desk.events.answered({
      row: `${data.action.verb}.${data.action.object}`.slice(0, 80),
      from: header.source.id,
      ms: desk.deps.clock.monotonicMs() - from,
      problem: refused,
    });
    return { message, problem: refused };
  };
  return async (raw, signal, bytes) => {
    const parsed = parseMessage(raw);
    if (parsed.ok) return traced(traceIn(parsed.value), () => answerHeard(parsed.value, signal, bytes));
    desk.log.append(noMessage(desk.self.id, parsed.problem));
    return { message: undefined, problem: parsed.problem };
  };
};
