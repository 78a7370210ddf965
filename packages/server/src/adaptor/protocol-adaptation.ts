/**
 * Protocol adaptation (PA-FE, Y.4489 9.2.2): passes messages between the ends of a bridge on (A5), over HTTP or a WebSocket, whichever an end speaks. What its sender signed stays as it is.
 */
import {
  checkTime,
  type FarContent,
  fail,
  isRelayed,
  limits,
  type Message,
  messageText,
  ok,
  type Problem,
  parseMessage,
  parseReply,
  parseRequest,
  problem,
  type Request,
  type Result,
  type RowName,
  replyMessage,
  rowNameOf,
  rowOf,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { newMessageId } from '../deps.ts';
import type { Relay } from '../exchange/answer.ts';
import { toLogged } from '../exchange/logged.ts';
import { signHop } from '../exchange/via.ts';
import { sha256, signMessage } from '../trust/signature.ts';
import { type AdaptorRoom, type BridgeRecord, bridgeBetween, type Figures } from './bridge.ts';
import { converterOf, hopOf } from './profile-use.ts';
import { type Converted, convertContents, toConsumer, toOwner } from './semantic-adaptation.ts';
import type { Streams } from './stream-adaptation.ts';

export type PassedOn = (bridge: BridgeRecord, outcome: Result<unknown>) => Promise<void>;

type Passing = {
  readonly room: AdaptorRoom;
  readonly figures: Figures;
  /** told of every message that was passed on, before its answer is */
  readonly passedOn: PassedOn;
  readonly streams: Streams;
  /** what contents became, by what they were: an unchanged interface is converted once */
  readonly converted: LRUCache<string, Converted>;
};

type Passage = { readonly message: Message; readonly name: RowName; readonly bridge: BridgeRecord; readonly signal: AbortSignal };

const readName = 'digitalTwin.read.exchangeData';
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

/** To the owner: as it came, and beside it, where it is a question for data, the same in the owner's words. */
const outward = (passing: Passing, { message, name, bridge }: Passage, read: Request<typeof readName> | undefined): Message => {
  const hop = hopOf(passing.room, bridge);
  const converted = read && name === readName ? { action: { parameters: toOwner(read.parameters, bridge.profile) }, objects: [] } : undefined;
  return signHop(message, { ...hop, ...(converted && { converted }) }, passing.room.keys.current());
};

const timeoutOf = (name: RowName, read: Request<typeof readName> | undefined): number =>
  name === probeName ? limits.probeTimeoutMs : Math.min(read?.parameters.budgetMs ?? limits.answerMaxMs, limits.answerMaxMs);

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

const convertOnce = (passing: Passing, bridge: BridgeRecord, far: readonly FarContent[]): Converted => {
  const { connection, revision } = bridge;
  const key = sha256(`${connection.id} ${revision} ${JSON.stringify(far)}`);
  const known = passing.converted.get(key);
  if (known) return known;
  const made = convertContents(far, converterOf(passing.room, bridge));
  passing.converted.set(key, made);
  return made;
};

type Inward = { readonly message: Message; readonly dropped?: number };

/** To the consumer: the owner's words as they are, and beside them what they are in the consumer's. */
const inward = (
  passing: Passing,
  { name, bridge }: Passage,
  { answer, read }: { readonly answer: Message; readonly read: Request<typeof readName> | undefined },
): Result<Inward> => {
  const key = passing.room.keys.current();
  const hop = hopOf(passing.room, bridge);
  if (!read || answer.data.action.result?.status === 'failure') return ok({ message: signHop(answer, hop, key) });
  const told = parseReply(readName, answer);
  if (!told.ok || name !== readName) return told.ok ? ok({ message: signHop(answer, hop, key) }) : told;
  const { attributes } = told.value.objects[0];
  if (!attributes.far) return ok({ message: signHop(answer, hop, key) });
  const { twins, dropped } = convertOnce(passing, bridge, attributes.far);
  const states = attributes.farPast && convertOnce(passing, bridge, attributes.farPast).twins;
  const { vocabulary, deps } = passing.room;
  const made = toConsumer(read.parameters, attributes, { twins, states, vocabulary: vocabulary(), newId: deps.ids.uuid });
  if (!made.ok) return made;
  const converted = { action: { parameters: made.value.parameters }, objects: made.value.objects };
  return ok({ message: signHop(answer, { ...hop, converted }, key), dropped });
};

/** A question for data, parsed as its row has it; nothing of any other message needs to be understood. */
const readIn = (name: RowName, message: Message): Result<Request<typeof readName> | undefined> => {
  if (name !== readName) return ok(undefined);
  const parsed = parseRequest(readName, message);
  // which twins are known by an identifier is asked without values: nothing to convert
  return parsed.ok && parsed.value.parameters.identify ? ok(undefined) : parsed;
};

const pass = async (passing: Passing, passage: Passage): Promise<Result<Message>> => {
  const { room, figures, passedOn, streams } = passing;
  const { name, message, bridge } = passage;
  const read = readIn(name, message);
  if (!read.ok) return read;
  const from = room.deps.clock.monotonicMs();
  const answer = await send(passing, outward(passing, passage, read.value), { ...passage, timeoutMs: timeoutOf(name, read.value) });
  const made = answer.ok ? inward(passing, passage, { answer: answer.value, read: read.value }) : answer;
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
    const logged = toLogged('heard', message, passed.ok ? undefined : passed.problem);
    if (logged) passing.room.log.append(logged);
    return passed.ok ? passed.value : refuse(passing, message, passed.problem);
  };
};
