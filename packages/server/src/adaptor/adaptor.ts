/**
 * Adaptor: its part of the answers (A1 to A8), what it says of itself, and the bridges that it watches. A row of the catalogue that is forgotten here does not compile.
 */
import {
  type Answers,
  addMs,
  type CommunicationAdaptor,
  type CommunicationState,
  checkAllowed,
  checkRules,
  checkTerms,
  cityDictionary,
  FunctionFormat,
  fail,
  limits,
  ok,
  type Problem,
  problem,
  type Request,
  type Result,
  reportOfRules,
  termsOfRules,
} from '@cityweave/core';
import { pause } from '../deps.ts';
import type { Answered, AskedBy, Done, Relay } from '../exchange/answer.ts';
import { followOwner, requestBridge, tryProfile } from './adaptation-process.ts';
import { type AdaptorRoom, type BridgeRecord, bridgeOf, bridgesOf, createFigures, type Figures, moveBridge, openBridges, savedBridge } from './bridge.ts';
import { farFormats } from './data-format-adaptation.ts';
import { createRelay, type PassedOn } from './protocol-adaptation.ts';
import { createStreams, type Streams } from './stream-adaptation.ts';
import { createTelling, endPeer, type Telling, tellEnd } from './telling.ts';

export type AdaptorAnswers = Answers<'communicationAdaptor', AskedBy, Answered>;

export type Adaptor = {
  readonly answers: AdaptorAnswers;
  readonly relay: Relay;
  /** event streams that go over a bridge */
  readonly streams: Streams;
  /** Makes it known to the registry with what it converts; again, it renews. */
  readonly register: () => Promise<Result<unknown>>;
  /** Takes down what was on its way down when the node stopped, and from then on what nobody uses any more. */
  readonly resume: () => void;
};

type Desk = { readonly room: AdaptorRoom; readonly figures: Figures };

const describe = ({ room }: Desk): CommunicationAdaptor => ({
  endpoints: room.self.endpoints(),
  keys: [...room.keys.published()],
  protocolPairs: room.self.endpoints().length > 1 ? [['http', 'websocket']] : [],
  formatPairs: [...new Set<string>([...farFormats, ...FunctionFormat.options])].map((format) => ['application/json', format]),
  dictionaryPairs: room
    .vocabulary()
    .dictionaries.filter(({ id }) => id !== cityDictionary.id)
    .slice(0, limits.adaptorPairsMax)
    .map(({ id }) => [cityDictionary.id, id]),
  capacity: { connections: limits.adaptorConnectionsMax, used: openBridges(room).length },
  status: 'online',
});

const register = async (desk: Desk): Promise<Result<unknown>> => {
  const { room } = desk;
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const content = { parameters: {}, objects: [{ kind: 'communicationAdaptor' as const, id: room.self.id, attributes: describe(desk) }] };
  return room.ask(
    registry,
    'registry.register.communicationAdaptor',
    content as Request<'registry.register.communicationAdaptor'>, // branding: a list of one
    { signal: room.signal },
  );
};

/** A6: what went over it, for the consumer. */
const report = async ({ room, figures }: Desk, bridge: BridgeRecord): Promise<void> => {
  const { id, federationId } = bridge.connection;
  const content = { parameters: {}, objects: [{ kind: 'communicationStatus' as const, id, attributes: figures.of(bridge) }] };
  await room.ask(
    endPeer(bridge.consumer),
    'digitalTwin.report.communicationStatus',
    content as Request<'digitalTwin.report.communicationStatus'>, // branding: a list of one
    { federationId, timeoutMs: limits.probeTimeoutMs, signal: room.signal },
  );
};

const lost: readonly Problem['kind'][] = ['unreachable', 'timedOut', 'interrupted', 'malformed', 'badSignature', 'keyNotTrusted'];

/** Where the bridge stands after a message went over it, or did not. */
const stateAfter = ({ connection: { state } }: BridgeRecord, outcome: Result<unknown>): CommunicationState => {
  if (outcome.ok) return 'CONNECTED';
  return state === 'CONNECTED' && lost.includes(outcome.problem.kind) ? 'INTERRUPTED' : state;
};

/** Both ends know that it stands before the first answer comes over it; of a break the consumer hears. Whom that did not reach is told again with the next message. */
const watch =
  (desk: Desk, telling: Telling): PassedOn =>
  async ({ connection: { id } }, outcome) => {
    const { room, figures } = desk;
    const bridge = bridgeOf(room, id);
    if (!bridge || bridge.connection.state === 'CLOSING') return;
    if (!outcome.ok && outcome.problem.kind === 'unreachable') void followOwner(room, bridge).catch((cause) => room.events.defect('adaptor', cause));
    const to = stateAfter(bridge, outcome);
    const moved = moveBridge(bridge, to, room.deps.clock.now());
    if (!moved.ok || to === bridge.connection.state) return telling.again(bridge);
    const ends = to === 'CONNECTED' ? [bridge.consumer, bridge.owner] : [bridge.consumer];
    const kept = { ...moved.value, figures: figures.of(moved.value), untold: ends.map((end) => end.id) };
    room.records.putAll([savedBridge(kept)]);
    const told = telling.tell(kept, outcome.ok ? undefined : outcome.problem.kind);
    if (to === 'CONNECTED') await told;
    void report(desk, kept).catch((cause) => room.events.defect('adaptor', cause));
  };

/** A bridge of the sender's: nobody else learns that it is there. */
const ownBridge = (room: AdaptorRoom, id: string, by: AskedBy): Result<BridgeRecord> => {
  const bridge = bridgeOf(room, id);
  const isEnd = bridge !== undefined && (bridge.consumer.id === by.sender || bridge.owner.id === by.sender);
  return isEnd ? ok(bridge) : fail(problem('unknownConnection', { subject: id }));
};

const status = ({ room, figures }: Desk, { objects: [{ id }] }: Request<'communicationAdaptor.query.communicationStatus'>, by: AskedBy) => {
  const bridge = ownBridge(room, id, by);
  if (!bridge.ok) return bridge;
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'communicationStatus', id, attributes: figures.of(bridge.value) }] },
  }) satisfies Done<'communicationAdaptor.query.communicationStatus'>;
};

type Updating = Request<'communicationAdaptor.update.adaptationProfile'>;

const changed = (room: AdaptorRoom, bridge: BridgeRecord, { parameters, objects: [{ attributes }] }: Updating): Result<BridgeRecord> => {
  if (parameters.baseRevision !== bridge.revision) return fail(problem('revisionConflict', { subject: bridge.profileId, limit: bridge.revision }));
  const unknown = attributes.features.find(({ featureId }) => !bridge.profile.features.some((feature) => feature.featureId === featureId));
  if (unknown) return fail(problem('badProfile', { subject: unknown.featureId, accepted: 'a feature of the connection' }));
  const checked = checkRules(attributes.features);
  const terms = checked.ok
    ? checkTerms(
        room.vocabulary(),
        attributes.features.flatMap(({ rules }) => [...termsOfRules(rules)]),
      )
    : checked;
  if (!terms.ok) return terms;
  const features = bridge.profile.features.map((feature) => attributes.features.find(({ featureId }) => featureId === feature.featureId) ?? feature);
  const profile = { ...bridge.profile, features, report: reportOfRules(features, bridge.profile.report) };
  return ok({ ...bridge, profile, revision: bridge.revision + 1 });
};

/** A7. */
const updateProfile = (desk: Desk, request: Updating, by: AskedBy): Done<'communicationAdaptor.update.adaptationProfile'> => {
  const { room } = desk;
  const [{ id }] = request.objects;
  const named = bridgesOf(room).find(({ profileId }) => profileId === id);
  const bridge = named ? ownBridge(room, named.connection.id, by) : fail(problem('unknownConnection', { subject: id }));
  if (!bridge.ok) return bridge;
  const { state } = bridge.value.connection;
  const allowed = checkAllowed('communicationAdaptor.update.adaptationProfile', 'connection', { state, subject: id });
  const next = allowed.ok ? changed(room, bridge.value, request) : allowed;
  if (!next.ok) return next;
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'adaptationProfile', id, revision: next.value.revision, attributes: next.value.profile }] },
    save: [savedBridge(next.value)],
    afterwards: () => void report(desk, next.value).catch((cause) => room.events.defect('adaptor', cause)),
  });
};

/** Down for good: the profile goes with it, and the owner is told. */
const close = async (desk: Desk, bridge: BridgeRecord): Promise<void> => {
  const { room, figures } = desk;
  const closed = moveBridge(bridge, 'CLOSED', room.deps.clock.now());
  if (!closed.ok) return;
  const kept = { ...closed.value, figures: figures.of(closed.value), profile: { ...closed.value.profile, features: [] } };
  room.records.putAll([savedBridge(kept)]);
  figures.forget(kept);
  await tellEnd(room, kept, { end: kept.owner });
};

/**
 * Nobody says anything over it any more, and who ended it may not have been heard. Its consumer may come back and ask for it again, so that to its owner it is
 * interrupted, until the agreement ends.
 */
const expire = async (desk: Desk, bridge: BridgeRecord): Promise<void> => {
  const { room, figures } = desk;
  const closed = moveBridge(bridge, 'CLOSED', room.deps.clock.now());
  if (!closed.ok) return;
  room.records.putAll([savedBridge({ ...closed.value, figures: figures.of(closed.value), profile: { ...closed.value.profile, features: [] } })]);
  figures.forget(bridge);
  const interrupted = moveBridge(bridge, 'INTERRUPTED', room.deps.clock.now());
  if (interrupted.ok) await tellEnd(room, interrupted.value, { end: bridge.owner, reason: 'idle' });
};

const idleLooks = 8;

/** Bridges over which nothing came for `bridgeIdleMs`, counted from when this node started at the earliest. */
const takeDownIdle = async (desk: Desk): Promise<void> => {
  const { room, figures } = desk;
  const { clock, timers } = room.deps;
  const startedAt = clock.now();
  while (!room.signal.aborted) {
    await pause(timers, limits.bridgeIdleMs / idleLooks, room.signal);
    const since = addMs(clock.now(), -limits.bridgeIdleMs);
    const idle = openBridges(room).filter((bridge) => [startedAt, bridge.connection.since, figures.of(bridge).lastMessageAt ?? ''].every((at) => at <= since));
    for (const bridge of room.signal.aborted ? [] : idle) await expire(desk, bridge);
  }
};

/** A8. */
const disconnect = (
  desk: Desk,
  { parameters, objects: [{ id }] }: Request<'communicationAdaptor.disconnect.communication'>,
  by: AskedBy,
): Done<'communicationAdaptor.disconnect.communication'> => {
  const { room, figures } = desk;
  const bridge = ownBridge(room, id, by);
  if (!bridge.ok) return bridge;
  const final = figures.of(bridge.value);
  const { state } = bridge.value.connection;
  if (state === 'CLOSED' || state === 'FAILED') return ok({ reply: { parameters: { final }, objects: [] } });
  const closing = moveBridge(bridge.value, state === 'ADAPTING' ? 'CLOSED' : 'CLOSING', room.deps.clock.now());
  if (!closing.ok) return closing;
  const end = (): void => void close(desk, closing.value).catch((cause) => room.events.defect('adaptor', cause));
  return ok({
    reply: { parameters: { final: { ...final, state: closing.value.connection.state } }, objects: [] },
    save: [savedBridge(closing.value)],
    afterwards: () => {
      if (parameters.drainSeconds) room.deps.timers.after(parameters.drainSeconds * 1000, end);
      else end();
    },
  });
};

const answersOf = (desk: Desk): AdaptorAnswers => ({
  'communicationAdaptor.retrieve.communicationAdaptor': () =>
    ok({ reply: { parameters: {}, objects: [{ kind: 'communicationAdaptor', id: desk.room.self.id, attributes: describe(desk) }] } }),
  'communicationAdaptor.request.communication': (request, by) => requestBridge(desk.room, request, by),
  'communicationAdaptor.configure.adaptationProfile': (request, by) => tryProfile(desk.room, request, by),
  'communicationAdaptor.query.communicationStatus': (request, by) => status(desk, request, by),
  'communicationAdaptor.update.adaptationProfile': (request, by) => updateProfile(desk, request, by),
  'communicationAdaptor.disconnect.communication': (request, by) => disconnect(desk, request, by),
});

export const createAdaptor = (room: AdaptorRoom): Adaptor => {
  const desk: Desk = { room, figures: createFigures() };
  const streams = createStreams(desk);
  return {
    answers: answersOf(desk),
    relay: createRelay({ room, figures: desk.figures, passedOn: watch(desk, createTelling(room)), streams }),
    streams,
    register: () => register(desk),
    resume: () => {
      for (const bridge of openBridges(room).filter(({ connection }) => connection.state === 'CLOSING'))
        void close(desk, bridge).catch((cause) => room.events.defect('adaptor', cause));
      void takeDownIdle(desk).catch((cause) => (room.signal.aborted ? undefined : room.events.defect('adaptor', cause)));
    },
  };
};
