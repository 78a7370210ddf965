/**
 * Agency node: wires the rooms of one agency and starts them in their order. One program, roles by configuration.
 */
import { join } from 'node:path';
import { type AgencyId, type Authority, checkTerms, type FederationId, fail, ok, problem, type Result, shownFirst, type TwinId } from '@cityweave/core';
import type { FederationRule, NodeFile } from './config/node-file.ts';
import { createEvents } from './events.ts';
import { createGraphql } from './graphql/endpoint.ts';
import { createTiles } from './http/tiles.ts';
import { createViewerFiles } from './http/viewer-files.ts';
import { createHttp } from './http.ts';
import { createSources, type Sources } from './import/sources.ts';
import { beginWork, createNodeDesk, loopback } from './node-desk.ts';
import { type AgencyNodeOptions, createRoom, noteAddress, type Opened, open, problemGate } from './node-room.ts';
import type { Orchestration } from './orchestration/orchestration.ts';
import type { Room } from './orchestration/room.ts';
import type { TwinStore } from './store/store.ts';
import { unansweredProblem } from './store/unanswered.ts';
import { createUpkeep } from './store/upkeep.ts';
import { createReadings } from './tiles/readings.ts';
import { createSceneFiles } from './tiles/scene-files.ts';
import { createScenes } from './tiles/scenes.ts';
import { createStates } from './tiles/states.ts';

export type AgencyNode = {
  readonly authority: Authority;
  readonly agency: AgencyId;
  readonly twin: TwinId;
  readonly name: NodeFile['name'];
  /** `http://host:port` */
  readonly address: string;
  readonly store: TwinStore;
  readonly orchestration: Orchestration;
  readonly sources: Sources;
  /** Forms a federation that a city file declares; the same one again is the same. */
  readonly federate: (rule: FederationRule) => Result<unknown>;
  /** Begins to cut the scene of a federation, so that who looks first does not wait for it. */
  readonly prepareScene: (federation: FederationId) => void;
  /** Resolves once sources are imported and the twin is registered. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
};

/** Elsewhere than on this machine, people must be told apart: that needs an identity provider, which this stage does not know. */
const checkBinding = ({ listen }: NodeFile): Result<true> =>
  loopback.has(listen.host)
    ? ok(true)
    : fail(
        problem('badConfiguration', {
          subject: 'listen.host',
          found: listen.host,
          accepted: 'a loopback address: binding elsewhere needs an identity provider (OIDC), which is not configured',
        }),
      );

const federationOf = (rule: FederationRule, initiator: TwinId) => {
  const { id, name, description, purpose, needs, twinTypes, authoritative, tolerance, area, onBehalfOf, validUntil, sync } = rule;
  return {
    id,
    name,
    purpose,
    needs,
    initiator,
    rules: { authoritative, tolerance },
    ...(description && { description }),
    ...(twinTypes && { twinTypes }),
    ...(onBehalfOf && { onBehalfOf }),
    ...(validUntil && { validUntil }),
    ...(sync && { sync }),
    ...(area && !Array.isArray(area) && { area }),
  };
};

const tilesOf = (room: Room, { directory, threads, examples }: AgencyNodeOptions, { federation, federations, sources, follow, onForget }: Orchestration) => {
  const files = createSceneFiles(join(directory, 'tiles'));
  const failed = (cause: unknown): void => void room.events.defect('tiles', cause);
  const { vocabulary, signal, deps } = room;
  const scenes = createScenes({ clock: deps.clock, vocabulary, federation, sources, files, threads: threads.cuts, failed, signal });
  const readings = createReadings();
  const states = createStates({ deps, scenes, vocabulary, federation, sources, readings, follow, failed, signal });
  onForget(scenes.forget);
  onForget(readings.forget);
  const first = () => shownFirst(federations(), examples)?.id;
  const answer = createTiles({ scenes, vocabulary, files, states, readings, federation, shownFirst: first, sources });
  return { answer, settled: scenes.settled, prepare: (id: FederationId) => void scenes.of(id) };
};

const readiness = async (state: Result<true>, store: TwinStore): Promise<Result<true>> => {
  if (!state.ok) return state;
  const health = await store.health();
  return health.ok ? state : fail(health.problem);
};

/** The rooms of a node, wired but not yet listening. */
const wire = (options: AgencyNodeOptions, opened: Opened, signal: AbortSignal) => {
  const { node, directory } = options;
  const events = createEvents({ agency: node.agency, level: options.logLevel, foreseen: unansweredProblem });
  const { otherFolder } = opened.store;
  if (otherFolder) events.storeShared({ folder: directory, other: otherFolder.path, openedAt: otherFolder.at });
  const bound = { port: 0 };
  const address = () => `http://${node.listen.host}:${bound.port}`;
  const room = createRoom(options, opened, { events, address, signal });
  const { orchestration, adaptor, answer, unread, streams, introduction, views } = createNodeDesk(room);
  const graphql = createGraphql({ ...room, orchestration, production: options.production, examples: options.examples });
  const tiles = tilesOf(room, options, orchestration);
  // what an orderly stop breaks off is no problem
  const gate = problemGate((found) => !signal.aborted && events.notReady({ problem: found }));
  const http = createHttp({
    events,
    answer,
    unread,
    introduction,
    views,
    stream: streams.events,
    mayListen: streams.mayListen,
    farNotice: orchestration.farNotified,
    deps: room.deps,
    takesSockets: node.bindings.includes('websocket'),
    graphql: graphql.handle,
    graphqlSocket: graphql.webSocket.upgrade,
    viewer: createViewerFiles(),
    tiles: tiles.answer,
    ready: () => readiness(gate.state(), room.store),
    version: () => ({ name: 'cityweave', version: '0.1.0', agency: node.agency }),
  });
  const scratch = join(directory, 'staging');
  const sources = createSources({ ...room, authority: node.agency, sources: node.sources, scratch, threads: options.threads.imports });
  return { room, events, bound, address, orchestration, adaptor, gate, http, socket: graphql.webSocket, sources, tiles, upkeep: upkeepOf(room) };
};

type Wired = ReturnType<typeof wire>;

const upkeepOf = ({ store, node, deps, events, vocabulary }: Room) =>
  createUpkeep({
    ...{ store, vocabulary, retention: node.store.retention, clock: deps.clock, timers: deps.timers },
    failed: (cause) => events.defect('upkeep', cause),
  });

const closeNode = async ({ upkeep, sources, socket, http, room, events, tiles }: Wired, opened: Opened): Promise<void> => {
  await upkeep.close();
  await sources.close();
  await socket.close();
  await http.close();
  await tiles.settled();
  await room.protocol.close();
  await room.far.close();
  await opened.store.close();
  await opened.log.close();
  opened.records.close();
  opened.unlock();
  events.stopped({ agency: room.self.authority });
};

const listen = async (wired: Wired, node: NodeFile): Promise<Result<true>> => {
  const checked = checkTerms(wired.room.vocabulary(), [node.domain]);
  if (!checked.ok) return checked;
  const listening = await wired.http.listen(node.listen.host, node.listen.port);
  if (!listening.ok) return listening;
  wired.bound.port = listening.value;
  noteAddress(wired.room.records, wired.address());
  wired.events.started({ agency: node.agency, address: wired.address() });
  return ok(true);
};

const toNode = (wired: Wired, close: () => Promise<void>): AgencyNode => {
  const { room, orchestration, sources, gate, address, tiles } = wired;
  return {
    authority: room.self.authority,
    agency: room.self.agency,
    twin: room.self.id,
    name: room.self.name,
    address: address(),
    store: room.store,
    orchestration,
    sources,
    federate: (rule) => orchestration.management.start(federationOf(rule, room.self.id)),
    prepareScene: tiles.prepare,
    ready: gate.opened,
    close,
  };
};

export const createAgencyNode = async (options: AgencyNodeOptions): Promise<Result<AgencyNode>> => {
  const binding = checkBinding(options.node);
  if (!binding.ok) return binding;
  const opened = await open(options);
  if (!opened.ok) return opened;
  const stop = new AbortController();
  const wired = wire(options, opened.value, stop.signal);
  const listening = await listen(wired, options.node);
  if (!listening.ok) {
    await closeNode(wired, opened.value);
    return listening;
  }
  const working = beginWork({ ...wired, readSources: wired.sources.run }, wired.gate.told).catch((cause) => {
    if (!stop.signal.aborted) wired.events.defect('agency-node', cause);
  });
  const close = async (): Promise<void> => {
    stop.abort();
    await working;
    await closeNode(wired, opened.value);
  };
  let closed: Promise<void> | undefined;
  return ok(
    toNode(wired, () => {
      closed ??= close();
      return closed;
    }),
  );
};

export type { AgencyNodeOptions };
