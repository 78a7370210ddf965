/**
 * Agency node: wires the rooms of one agency; the only file that knows them all. One program, roles by configuration.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgencyId, agencyIdOf, agencyTwinIdOf, type Authority, checkTerms, cityDictionary, createVocabulary, fail, limits, ok, type Problem, problem, type Result, type SemanticDictionary, TermId, type TwinId, type Vocabulary } from '@cityweave/core';
import type { FederationRule, NodeFile } from './config/node-file.ts';
import type { Deps } from './deps.ts';
import { createEvents, type Events, type LogLevel } from './events.ts';
import { createAnswer } from './exchange/answer.ts';
import { createAsk } from './exchange/ask.ts';
import { createAuthorise } from './exchange/authorise.ts';
import { introduce } from './exchange/introduction.ts';
import type { Peer } from './exchange/peer.ts';
import { createGraphql, type Example } from './graphql/endpoint.ts';
import { createHttp } from './http.ts';
import { createSources, type Sources } from './import/sources.ts';
import type { ImportThreads } from './import/threads.ts';
import { coverageOf, keepRegistered } from './orchestration/feature-information.ts';
import { createOrchestration, type Orchestration } from './orchestration/orchestration.ts';
import type { Room } from './orchestration/room.ts';
import { createHttpProtocol } from './protocol/http.ts';
import { createRegistry } from './registry/registry.ts';
import { openRecordStore } from './store/records.ts';
import { openSqliteStore } from './store/sqlite.ts';
import type { StoreThreads } from './store/sqlite-threads.ts';
import type { RecordStore, TwinStore } from './store/store.ts';
import { lockDirectory } from './store/lock.ts';
import { loadNodeKey, type NodeKey } from './trust/node-key.ts';

export type AgencyNodeOptions = {
  readonly node: NodeFile;
  /** what the node remembers lives here; one lock a node */
  readonly directory: string;
  readonly deps: Deps;
  readonly logLevel: LogLevel;
  readonly production: boolean;
  readonly dictionaries: readonly SemanticDictionary[];
  readonly examples: readonly Example[];
  readonly threads: { readonly store: StoreThreads; readonly imports: ImportThreads };
};

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
  /** Resolves once sources are imported and the twin is registered. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
};

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Elsewhere than on this machine, people must be told apart: that needs an identity provider, which this stage does not know. */
const checkBinding = ({ listen }: NodeFile): Result<true> =>
  loopback.has(listen.host)
    ? ok(true)
    : fail(problem('badConfiguration', { subject: 'listen.host', found: listen.host, accepted: 'a loopback address: binding elsewhere needs an identity provider (OIDC), which is not configured' }));

const federationOf = (rule: FederationRule, initiator: TwinId) => {
  const { id, name, purpose, needs, authoritative, tolerance, area } = rule;
  return { id, name, purpose, needs, initiator, rules: { authoritative, tolerance }, ...(area && !Array.isArray(area) && { area }) };
};

type Opened = { readonly records: RecordStore; readonly store: TwinStore; readonly key: NodeKey; readonly unlock: () => void };

const open = async ({ directory, deps, threads, node }: AgencyNodeOptions): Promise<Result<Opened>> => {
  await mkdir(directory, { recursive: true });
  const locked = await lockDirectory(directory);
  if (!locked.ok) return locked;
  const records = openRecordStore({ directory, clock: deps.clock });
  if (!records.ok) return records;
  const store = await openSqliteStore({ directory, clock: deps.clock, threads: threads.store, synchronous: node.store.synchronous });
  if (!store.ok) return store;
  return ok({ records: records.value, store: store.value, key: await loadNodeKey(records.value), unlock: locked.value });
};

/** The agency twin stands in the store like any other, so that links can name it and people can find it. */
const putAgencyTwin = async (room: Room): Promise<void> => {
  const now = room.deps.clock.now();
  const known = await room.store.get([room.self.id]);
  if (known.has(room.self.id)) return;
  const footprint = coverageOf(room);
  const provenance = { observedAt: now, recordedAt: now, source: room.self.agency };
  const twin = { id: room.self.id, agency: room.self.agency, kind: TermId.parse('city:AgencyTwin'), name: room.self.name, provenance, values: {}, ...(footprint && { footprint }) };
  await room.store.apply([{ op: 'putTwin', twin }], { at: now });
};

const problemGate = () => {
  let last: Problem | undefined = problem('unavailable', { subject: 'the node is starting' });
  let opened: () => void = () => undefined;
  const open_ = new Promise<void>((resolve) => {
    opened = resolve;
  });
  return {
    told: (found: Problem | undefined): void => {
      last = found;
      if (!found) opened();
    },
    state: (): Result<true> => (last ? fail(last) : ok(true)),
    opened: open_,
  };
};

const createVocabularies = (dictionaries: readonly SemanticDictionary[]): (() => Vocabulary) => {
  const vocabulary = createVocabulary([cityDictionary, ...dictionaries]);
  return () => vocabulary;
};

const createRoom = (options: AgencyNodeOptions, opened: Opened, rooms: { readonly events: Events; readonly address: () => string; readonly signal: AbortSignal }): Room => {
  const { node, deps } = options;
  const protocol = createHttpProtocol();
  const id = agencyTwinIdOf(node.agency);
  const self = { id, agency: agencyIdOf(node.agency), authority: node.agency, name: node.name, address: () => `${rooms.address()}/dtf/messages` };
  const ask = createAsk({ deps, events: rooms.events, protocol, key: opened.key, self });
  const ownRegistry = (): Peer => ({ id, role: 'registry', address: self.address(), keys: [opened.key.publicKey] });
  const registry = node.roles.includes('registry') ? async () => ownRegistry() : () => introduce({ protocol, records: opened.records, clock: deps.clock }, node.registry);
  return { deps, events: rooms.events, records: opened.records, store: opened.store, protocol, ask, key: opened.key, self, node, vocabulary: createVocabularies(options.dictionaries), registry, signal: rooms.signal };
};

const lookUpOf = (room: Room) => async (id: string) => {
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: id as TwinId }] }, { signal: room.signal }); // branding: the registry refuses what is none
  if (!found.ok) return found;
  const { keys, endpoints } = found.value.objects[0].attributes;
  return ok({ keys, endpoint: endpoints[0]?.address ?? '' });
};

const registryOf = (room: Room) =>
  createRegistry({ records: room.records, clock: room.deps.clock, vocabulary: room.vocabulary, leaseSeconds: limits.leaseSecondsDefault }, { id: room.self.id, name: room.self.name });

const answerOf = (room: Room, orchestration: Orchestration) => {
  const { deps, events, records, key, self, node } = room;
  const authorise = createAuthorise({ deps, records, self, lookUp: lookUpOf(room), openToApplications: loopback.has(node.listen.host) });
  const registry = node.roles.includes('registry') ? { registry: registryOf(room) } : {};
  return createAnswer({ deps, events, records, key, self, authorise, rooms: { digitalTwin: orchestration.answers, application: orchestration.answers, ...registry } });
};

/** Sources, then the registry, then whatever was not finished when the node stopped. */
const begin = async (room: Room, sources: Sources, orchestration: Orchestration, told: (found: Problem | undefined) => void): Promise<void> => {
  await putAgencyTwin(room);
  await sources.run();
  orchestration.resume();
  await keepRegistered(room, told);
};

export const createAgencyNode = async (options: AgencyNodeOptions): Promise<Result<AgencyNode>> => {
  const { node, directory } = options;
  const bound = checkBinding(node);
  if (!bound.ok) return bound;
  const opened = await open(options);
  if (!opened.ok) return opened;
  const stop = new AbortController();
  const events = createEvents({ agency: node.agency, level: options.logLevel });
  let port = 0;
  const address = () => `http://${node.listen.host}:${port}`;
  const room = createRoom(options, opened.value, { events, address, signal: stop.signal });
  const checked = checkTerms(room.vocabulary(), [node.domain]);
  if (!checked.ok) return checked;
  const orchestration = createOrchestration(room);
  const graphql = createGraphql({ ...room, orchestration, production: options.production, examples: options.examples });
  const gate = problemGate();
  const http = createHttp({
    events,
    answer: answerOf(room, orchestration),
    introduction: () => ({ id: room.self.id, name: node.name, keys: [room.key.publicKey], endpoint: room.self.address() }),
    stream: orchestration.publishing.events,
    graphql: graphql.handle,
    ready: gate.state,
    version: () => ({ name: 'cityweave', version: '0.1.0', agency: node.agency }),
  });
  const socket = graphql.attachWebSocket(http.server);
  const listening = await http.listen(node.listen.host, node.listen.port);
  if (!listening.ok) return listening;
  port = listening.value;
  events.started({ agency: node.agency, address: address() });
  const sources = createSources({ ...room, authority: node.agency, sources: node.sources, scratch: join(directory, 'staging'), threads: options.threads.imports });
  const working = begin(room, sources, orchestration, gate.told).catch((cause) => events.defect('agency-node', cause));
  return ok({
    authority: node.agency,
    agency: room.self.agency,
    twin: room.self.id,
    name: node.name,
    address: address(),
    store: room.store,
    orchestration,
    sources,
    federate: (rule) => orchestration.management.start(federationOf(rule, room.self.id)),
    ready: gate.opened,
    close: async () => {
      stop.abort();
      await sources.close();
      await socket.close();
      await http.close();
      await room.protocol.close();
      await working;
      await room.store.close();
      room.records.close();
      opened.value.unlock();
      events.stopped({ agency: node.agency });
    },
  });
};

