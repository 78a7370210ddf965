/**
 * City: several agency nodes in one process, each with its own port and its own store; the same code as separate processes.
 */
import { join } from 'node:path';
import { type Authority, cityDictionary, createVocabulary, type Federation, ok, type Result, type Vocabulary } from '@cityweave/core';
import { type AgencyNode, createAgencyNode } from './agency-node.ts';
import { type Broker, startBroker } from './broker/broker.ts';
import { replay } from './broker/replay.ts';
import { reachedAt } from './config/broker-rule.ts';
import type { LoadedCity } from './config/load.ts';
import type { NodeFile } from './config/node-file.ts';
import { type Deps, pause, systemDeps } from './deps.ts';
import type { LogLevel } from './events.ts';
import type { Example } from './graphql/endpoint.ts';
import { createNodeThreads, type NodeThreads } from './node-threads.ts';

export type CityOptions = {
  readonly city: LoadedCity;
  /** folder under which each node has one of its own */
  readonly state: string;
  readonly logLevel: LogLevel;
  readonly production?: boolean;
  /** true: every node takes a free port, whatever its file says */
  readonly freePorts?: boolean;
  readonly examples?: readonly Example[];
  readonly deps?: Deps;
};

export type City = {
  readonly nodes: readonly AgencyNode[];
  readonly node: (authority: string) => AgencyNode | undefined;
  /** the initiator of the first federation, else the registry's node */
  readonly front: AgencyNode;
  /** Resolves with true once every federation is ACTIVE, with false when nobody waits any more. */
  readonly active: (signal: AbortSignal) => Promise<boolean>;
  /** Resolves once the joins between the agencies have been tried, or nobody waits any more. */
  readonly joined: (signal: AbortSignal) => Promise<void>;
  readonly federations: () => readonly Federation[];
  /** a system of an agency that the city runs beside its nodes */
  readonly broker: (id: string) => Broker | undefined;
  readonly close: () => Promise<void>;
};

type Shared = {
  readonly vocabulary: Vocabulary;
  readonly options: CityOptions;
  readonly deps: Deps;
  readonly threads: NodeThreads;
};

type Brokers = AsyncDisposable & { readonly origins: ReadonlyMap<string, string>; readonly byId: ReadonlyMap<string, Broker> };

/** The systems that agencies of the city have, each with its recorded day. */
const startBrokers = async ({ city: { brokers }, freePorts }: CityOptions, deps: Deps): Promise<Brokers> => {
  const stop = new AbortController();
  const started = new Map<string, Broker>();
  for (const { id, entities, recording, port } of brokers) {
    const broker = await startBroker({ entities, deps, port: freePorts ? 0 : port });
    started.set(id, broker);
    if (recording.length > 0) void replay(broker.entities, recording, { deps, signal: stop.signal });
  }
  return {
    origins: new Map([...started].map(([id, { origin }]) => [id, origin])),
    byId: started,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all([...started.values()].map((broker) => broker.close()));
    },
  };
};

const writersPerCity = 2;

const startNode = ({ options, deps, threads, vocabulary }: Shared, node: NodeFile): Promise<Result<AgencyNode>> =>
  createAgencyNode({
    node: options.freePorts ? { ...node, listen: { ...node.listen, port: 0 } } : node,
    directory: join(options.state, node.agency),
    deps,
    logLevel: options.logLevel,
    production: options.production ?? false,
    vocabulary,
    examples: options.examples ?? [],
    threads,
  });

const pollMs = 20;

type Started = { readonly federation: Federation; readonly initiator: AgencyNode };

const startedIn = (city: LoadedCity, nodes: readonly AgencyNode[]): readonly Started[] =>
  city.federations.flatMap(({ id, initiator: authority }) => {
    const initiator = nodes.find((node) => node.authority === authority);
    const federation = initiator?.orchestration.federation(id);
    return initiator && federation ? [{ federation, initiator }] : [];
  });

const federationsOf = (city: LoadedCity, nodes: readonly AgencyNode[]): readonly Federation[] => startedIn(city, nodes).map(({ federation }) => federation);

/** A federation that was ACTIVE when its nodes stopped says so at once; it answers whole when its initiator has reached each member again. */
const isReached = ({ federation: { members }, initiator }: Started): boolean =>
  members
    .filter(({ state }) => state === 'ACTIVE' || state === 'INTERRUPTED')
    .every(({ twinId }) => initiator.orchestration.links.status(twinId)?.state === 'CONNECTED');

/** The registry first, so that the others know its address; then all at once. */
const startNodes = async (shared: Shared): Promise<Result<readonly AgencyNode[]>> => {
  const { nodes, registry } = shared.options.city;
  const started: AgencyNode[] = [];
  const stopAll = () => Promise.all(started.map((node) => node.close()));
  const isRegistry = ({ agency }: NodeFile) => agency === registry;
  for (const node of nodes.filter(isRegistry)) {
    const made = await startNode(shared, node);
    if (!made.ok) return made;
    started.push(made.value);
  }
  const address = started[0]?.address ?? '';
  const rest = await Promise.all(
    nodes.filter((node) => !isRegistry(node)).map((node) => startNode(shared, { ...node, registry: node.registry ?? { address } })),
  );
  for (const made of rest) if (made.ok) started.push(made.value);
  const failed = rest.find((made) => !made.ok);
  if (failed && !failed.ok) {
    await stopAll();
    return failed;
  }
  return ok(started);
};

type Waiting = { readonly city: LoadedCity; readonly nodes: readonly AgencyNode[]; readonly deps: Deps };

/** A federation may come back with a silent member; whoever waits for the city waits this long for the member. */
const degradedPatienceMs = 3_000;

/** Every node is ready, every federation ACTIVE and its members reached, or DEGRADED for a while; false when nobody waits any more. */
const waitActive = async ({ city, nodes, deps }: Waiting, signal: AbortSignal): Promise<boolean> => {
  await Promise.race([Promise.all(nodes.map(({ ready }) => ready)), aborted(signal)]);
  const from = deps.clock.monotonicMs();
  const isPatient = (): boolean => deps.clock.monotonicMs() - from <= degradedPatienceMs;
  const isUp = (started: Started): boolean => {
    const { state } = started.federation;
    return (state === 'ACTIVE' && isReached(started)) || ((state === 'ACTIVE' || state === 'DEGRADED') && !isPatient());
  };
  const all = () => startedIn(city, nodes);
  while (!signal.aborted && !(all().length === city.federations.length && all().every(isUp))) await pause(deps.timers, pollMs, signal);
  return !signal.aborted;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

const joinsTried = async (nodes: readonly AgencyNode[]): Promise<void> => {
  await Promise.all(nodes.map(({ orchestration }) => orchestration.joinsTried()));
};

const federate = (city: LoadedCity, nodes: readonly AgencyNode[]): void => {
  for (const rule of city.federations) void nodes.find(({ authority }) => authority === rule.initiator)?.federate(rule);
};

export const createCity = async (options: CityOptions): Promise<Result<City>> => {
  const deps = options.deps ?? systemDeps();
  const threads = createNodeThreads(deps.timers, writersPerCity);
  const vocabulary = createVocabulary([cityDictionary, ...options.city.vocabularies]);
  const brokers = await startBrokers(options, deps);
  const nodesOf = options.city.nodes.map((node) => reachedAt(node, brokers.origins));
  const shared: Shared = { options: { ...options, city: { ...options.city, nodes: nodesOf } }, deps, threads, vocabulary };
  const started = await startNodes(shared);
  if (!started.ok) {
    await brokers[Symbol.asyncDispose]();
    await threads[Symbol.asyncDispose]();
    return started;
  }
  const nodes = started.value;
  const { city } = options;
  const initiator: Authority = city.federations[0]?.initiator ?? city.registry;
  const [first] = nodes;
  const front = nodes.find(({ authority }) => authority === initiator) ?? first;
  if (!front) return started as Result<never>; // branding: a city file has at least one node, so this cannot be
  void Promise.all(nodes.map(({ ready }) => ready)).then(() => federate(city, nodes));
  return ok({
    nodes,
    node: (authority) => nodes.find((node) => node.authority === authority),
    front,
    active: (signal) => waitActive({ city, nodes, deps }, signal),
    joined: (signal) => Promise.race([joinsTried(nodes), aborted(signal)]),
    federations: () => federationsOf(city, nodes),
    broker: (id) => brokers.byId.get(id),
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await brokers[Symbol.asyncDispose]();
      await threads[Symbol.asyncDispose]();
    },
  });
};
