/**
 * Protocol adaptation (PA-FE, Y.4489 9.2.2): passes messages between the ends of a bridge on (A5), over HTTP or a WebSocket, whichever an end speaks. What its sender signed stays as it is.
 */
import {
  checkTime,
  fail,
  isRelayed,
  limits,
  type Message,
  messageText,
  ok,
  type Problem,
  parseMessage,
  problem,
  type Result,
  type RowName,
  replyMessage,
  rowNameOf,
  rowOf,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { newMessageId } from '../deps.ts';
import type { Relay } from '../exchange/answer.ts';
import { noteExchange } from '../exchange/logged.ts';
import { signHop } from '../exchange/via.ts';
import { signMessage } from '../trust/signature.ts';
import { type AdaptorRoom, type BridgeRecord, bridgeBetween, type Figures } from './bridge.ts';
import { type Converting, conversionOf } from './conversion.ts';
import { type Conversion, hopOf } from './profile-use.ts';
import type { Streams } from './stream-adaptation.ts';

export type PassedOn = (bridge: BridgeRecord, outcome: Result<unknown>) => Promise<void>;

type Passing = Converting & {
  readonly figures: Figures;
  /** told of every message that was passed on, before its answer is */
  readonly passedOn: PassedOn;
  readonly streams: Streams;
};

type Passage = { readonly message: Message; readonly name: RowName; readonly bridge: BridgeRecord; readonly signal: AbortSignal };

const probeName = 'digitalTwin.probe.digitalTwin';

/** Where the bridge carries what: at first only a probe, which opens it. */
const mayPass = ({ connection: { state, id } }: BridgeRecord, name: RowName): Result<true> => {
  const isProbe = name === probeName;
  if (state === 'CONNECTED' || state === 'INTERRUPTED' || (state === 'ADAPTING' && isProbe)) return ok(true);
  return fail(problem('notAllowedInState', { subject: id, found: state, accepted: 'CONNECTED' }));
};

const bridgeFor = (room: AdaptorRoom, { header }: Message, name: RowName): Result<BridgeRecord> => {
  const { source, destination, federationId } = header;
  const bridge = bridgeBetween(room, { from: source.id, to: destination.id, federationId });
  if (!bridge) return fail(problem('unknownConnection', { subject: destination.id, accepted: 'a connection that was asked for (A2)' }));
  const passes = mayPass(bridge, name);
  return passes.ok ? ok(bridge) : passes;
};

const timeoutOf = (name: RowName, { budgetMs = limits.answerMaxMs }: Conversion): number =>
  name === probeName ? limits.probeTimeoutMs : Math.min(budgetMs, limits.answerMaxMs);

const isAnswerTo = ({ header }: Message, { header: asked }: Message, owner: string): boolean =>
  header.messageType === 'response' && header.correlationId === asked.messageId && header.source.id === owner;

/** The owner's own answer, signed by the owner. */
const send = async (
  { room }: Passing,
  outgoing: Message,
  { bridge, name, signal, timeoutMs }: Passage & { readonly timeoutMs: number },
): Promise<Result<Message>> => {
  const { owner } = bridge;
  const { address, socket } = owner;
  const { bytesMax } = rowOf(name);
  const sent = await room.protocol.send({ address, socket, text: messageText(outgoing), messageId: outgoing.header.messageId, timeoutMs, bytesMax, signal });
  const answer = sent.ok ? parseMessage(sent.value) : sent;
  if (!answer.ok) return answer;
  if (!isAnswerTo(answer.value, outgoing, owner.id))
    return fail(problem('malformed', { subject: owner.id, accepted: 'the response of the twin that was asked' }));
  const verified = await room.partners.verify(answer.value, { keys: owner.keys });
  return verified.ok ? answer : verified;
};

type Inward = { readonly message: Message; readonly dropped?: number | undefined };

/** To the consumer: the owner's words as they are, and beside them what they are in the consumer's. */
const inward = (
  { room }: Passing,
  { bridge }: Passage,
  { answer, conversion }: { readonly answer: Message; readonly conversion: Conversion },
): Result<Inward> => {
  const hop = hopOf(room, bridge);
  const key = room.keys.current();
  if (answer.data.action.result?.status === 'failure') return ok({ message: signHop(answer, hop, key) });
  const made = conversion.inward(answer);
  if (!made.ok) return made;
  const { converted, dropped } = made.value;
  return ok({ message: signHop(answer, { ...hop, ...(converted && { converted }) }, key), dropped });
};

const pass = async (passing: Passing, passage: Passage): Promise<Result<Message>> => {
  const { room, figures, passedOn, streams } = passing;
  const { name, message, bridge } = passage;
  const conversion = conversionOf(passing, passage);
  if (!conversion.ok) return conversion;
  const { outward } = conversion.value;
  const from = room.deps.clock.monotonicMs();
  const outgoing = signHop(message, { ...hopOf(room, bridge), ...(outward && { converted: outward }) }, room.keys.current());
  const answer = await send(passing, outgoing, { ...passage, timeoutMs: timeoutOf(name, conversion.value) });
  const made = answer.ok ? inward(passing, passage, { answer: answer.value, conversion: conversion.value }) : answer;
  const dropped = made.ok ? made.value.dropped : undefined;
  figures.note(bridge, { ms: room.deps.clock.monotonicMs() - from, failed: !made.ok, dropped }, room.deps.clock.now());
  await passedOn(bridge, answer);
  if (made.ok && name === 'digitalTwin.subscribe.exchangeData') streams.opened(made.value.message, bridge);
  return made.ok ? ok(made.value.message) : made;
};

const check = async ({ room }: Passing, message: Message): Promise<Result<{ readonly name: RowName; readonly bridge: BridgeRecord }>> => {
  const name = rowNameOf(message);
  if (!name.ok) return name;
  if (!isRelayed(name.value))
    return fail(problem('notMyRole', { subject: name.value, accepted: 'a message that an adaptor passes on, or one to this node itself' }));
  const inTime = checkTime(message.header, room.deps.clock.now());
  if (!inTime.ok) return inTime;
  const verified = await room.partners.verify(message);
  if (!verified.ok) return verified;
  const bridge = bridgeFor(room, message, name.value);
  return bridge.ok ? ok({ name: name.value, bridge: bridge.value }) : bridge;
};

/** What the adaptor says for itself: it never speaks for an end. */
const refuse = ({ room }: Passing, message: Message, found: Problem): Promise<Message> => {
  const source = { id: room.self.id, role: 'communicationAdaptor' as const };
  const answer = replyMessage(message, fail(found), { messageId: newMessageId(room.deps.ids), timestamp: room.deps.clock.now(), source });
  return signMessage(answer, room.keys.current());
};

const contentsRememberedMax = 32;

export const createRelay = (given: Omit<Passing, 'converted'>): Relay => {
  const passing: Passing = { ...given, converted: new LRUCache({ max: contentsRememberedMax }) };
  return async (message, signal) => {
    const checked = await check(passing, message);
    const passed = checked.ok ? await pass(passing, { ...checked.value, message, signal }) : checked;
    noteExchange(passing.room.log, {
      direction: 'heard',
      message,
      problem: passed.ok ? undefined : passed.problem,
      answer: passed.ok ? passed.value : undefined,
    });
    return passed.ok ? passed.value : refuse(passing, message, passed.problem);
  };
};
