/**
 * Adaptor: its part of the answers (A1 to A8), what it says of itself, and the bridges that it watches. A row of the catalogue that is forgotten here does not compile.
 */
import {
  type Answers,
  type CommunicationAdaptor,
  checkAllowed,
  cityDictionary,
  FunctionFormat,
  fail,
  limits,
  ok,
  problem,
  type Request,
  type Result,
} from '@cityweave/core';
import type { Answered, AskedBy, Done, Relay } from '../exchange/answer.ts';
import { requestBridge, tryProfile, withRules } from './adaptation-process.ts';
import { type AdaptorRoom, type BridgeRecord, bridgesOf, createFigures, openBridges, ownBridge, savedBridge } from './bridge.ts';
import { farFormats } from './data-format-adaptation.ts';
import { createRelay } from './protocol-adaptation.ts';
import { type Desk, report, unawaited, watch } from './standing.ts';
import { createStreams, type Streams } from './stream-adaptation.ts';
import { closeStopped, disconnect, restIdle } from './taking-down.ts';
import { createTelling } from './telling.ts';

export type AdaptorAnswers = Answers<'communicationAdaptor', AskedBy, Answered>;

export type Adaptor = {
  readonly answers: AdaptorAnswers;
  readonly relay: Relay;
  /** event streams that go over a bridge */
  readonly streams: Streams;
  /** Makes it known to the registry with what it converts; again, it renews. */
  readonly register: () => Promise<Result<unknown>>;
  /** Goes on with what was under way when the node stopped, going down or being told; from then on what nobody uses any more is put to rest. */
  readonly resume: () => void;
};

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

const status = ({ room, figures }: Desk, { objects: [{ id }] }: Request<'communicationAdaptor.query.communicationStatus'>, by: AskedBy) => {
  const bridge = ownBridge(room, id, by);
  if (!bridge.ok) return bridge;
  if (bridge.value.resting) return fail(problem('unknownConnection', { subject: id, accepted: 'a connection that is asked for again (A2)' }));
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'communicationStatus', id, attributes: figures.of(bridge.value) }] },
  }) satisfies Done<'communicationAdaptor.query.communicationStatus'>;
};

type Updating = Request<'communicationAdaptor.update.adaptationProfile'>;

const changed = (room: AdaptorRoom, bridge: BridgeRecord, { parameters, objects: [{ attributes }] }: Updating): Result<BridgeRecord> => {
  if (parameters.baseRevision !== bridge.revision) return fail(problem('revisionConflict', { subject: bridge.profileId, limit: bridge.revision }));
  const profile = withRules(room, bridge.profile, attributes.features);
  return profile.ok ? ok({ ...bridge, profile: profile.value, revision: bridge.revision + 1 }) : profile;
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
    afterwards: () => unawaited(desk, report(desk, next.value)),
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
  const desk: Desk = { room, figures: createFigures(), telling: createTelling(room) };
  const streams = createStreams(desk);
  return {
    answers: answersOf(desk),
    relay: createRelay({ room, figures: desk.figures, passedOn: watch(desk), streams }),
    streams,
    register: () => register(desk),
    resume: () => {
      closeStopped(desk);
      for (const bridge of openBridges(room)) desk.telling.again(bridge);
      unawaited(desk, restIdle(desk));
    },
  };
};
