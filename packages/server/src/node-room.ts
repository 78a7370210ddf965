/**
 * What a node opens when it starts: its folder under a lock, its records, its key, its store, and the room that orchestration works in.
 */
import { agencyIdOf, agencyTwinIdOf, fail, ok, type Problem, problem, type Result, TermId, type Vocabulary } from '@cityweave/core';
import { z } from 'zod';
import type { NodeFile } from './config/node-file.ts';
import type { Deps } from './deps.ts';
import type { Events, LogLevel } from './events.ts';
import { createAsk } from './exchange/ask.ts';
import { introduce } from './exchange/introduction.ts';
import type { NotedLog } from './exchange/logged.ts';
import { lookUpPartner } from './exchange/look-up.ts';
import { createPartnerKeys, type LookUp } from './exchange/partner-keys.ts';
import { endpointsAt, type Peer } from './exchange/peer.ts';
import type { Example } from './graphql/endpoint.ts';
import { type ExchangeLog, openExchangeLog } from './log/exchange-log.ts';
import { openLogFiles } from './log/log-files.ts';
import type { NodeThreads } from './node-threads.ts';
import { coverageOf } from './orchestration/feature-information.ts';
import type { Room } from './orchestration/room.ts';
import { createProtocol } from './protocol/bindings.ts';
import { createFarFetch } from './protocol/far-fetch.ts';
import type { Protocol } from './protocol/protocol.ts';
import { openStore } from './store/open-store.ts';
import { openRecordStore } from './store/records.ts';
import { lockDirectory } from './store/sqlite/sqlite-lock.ts';
import type { RecordStore, TwinStore } from './store/store.ts';
import { type NodeKeys, openNodeKeys } from './trust/node-key.ts';

export type AgencyNodeOptions = {
  readonly node: NodeFile;
  /** what the node remembers lives here; one lock a node */
  readonly directory: string;
  readonly deps: Deps;
  readonly logLevel: LogLevel;
  readonly production: boolean;
  /** the built-in dictionary and those of the city or node file; nodes of one process share it, and with it their GraphQL schema */
  readonly vocabulary: Vocabulary;
  readonly examples: readonly Example[];
  readonly threads: Omit<NodeThreads, typeof Symbol.asyncDispose>;
};

export type Opened = {
  readonly records: RecordStore;
  readonly store: TwinStore;
  readonly keys: NodeKeys;
  readonly log: ExchangeLog;
  readonly protocol: Protocol;
  readonly unlock: () => void;
};

export const open = async ({ directory, deps, threads, node }: AgencyNodeOptions): Promise<Result<Opened>> => {
  const locked = await lockDirectory(directory);
  if (!locked.ok) return locked;
  const records = openRecordStore({ directory, clock: deps.clock });
  if (!records.ok) return records;
  const store = await openStore({ store: node.store, authority: node.agency, directory, deps, threads, ofNode: true });
  if (!store.ok) {
    records.value.close();
    locked.value();
    return store;
  }
  const owner = agencyTwinIdOf(node.agency);
  const keys = await openNodeKeys(records.value, owner);
  const log = openExchangeLog({ files: openLogFiles(directory), deps, records: records.value, owner, keys });
  return ok({ records: records.value, store: store.value, keys, log, protocol: createProtocol(deps, node.bindings), unlock: locked.value });
};

/** The agency twin stands in the store like any other, so that links can name it and people can find it. */
export const putAgencyTwin = async (room: Room): Promise<void> => {
  const now = room.deps.clock.now();
  const known = await room.store.get([room.self.id]);
  if (known.has(room.self.id)) return;
  const footprint = coverageOf(room);
  const provenance = { observedAt: now, recordedAt: now, source: room.self.agency };
  const twin = {
    id: room.self.id,
    agency: room.self.agency,
    kind: TermId.parse('city:AgencyTwin'),
    name: room.self.name,
    provenance,
    values: {},
    ...(footprint && { footprint }),
  };
  await room.store.apply([{ op: 'putTwin', twin }], { at: now });
};

/** Closed by a problem, open without one; each new problem is told on. */
export const problemGate = (tell: (found: Problem) => unknown) => {
  let last: Problem | undefined = problem('unavailable', { subject: 'the node is starting' });
  let opened: () => void = () => undefined;
  const open_ = new Promise<void>((resolve) => {
    opened = resolve;
  });
  return {
    told: (found: Problem | undefined): void => {
      if (found && found.kind !== last?.kind) tell(found);
      last = found;
      if (!found) opened();
    },
    state: (): Result<true> => (last ? fail(last) : ok(true)),
    opened: open_,
  };
};

/** What a node needs to speak to others. */
export type SpeakingRoom = Pick<Room, 'deps' | 'events' | 'records' | 'protocol' | 'keys' | 'self' | 'node' | 'signal'> & {
  readonly log: NotedLog;
};
/** Its voice, and whom it may turn to. */
export type Speaking = Pick<Room, 'ask' | 'partners' | 'registry' | 'peers'>;

export const createSpeaking = (room: SpeakingRoom): Speaking => {
  const { deps, records, protocol, keys, self, node, signal } = room;
  const lookUp: LookUp = (partner) => lookUpPartner({ protocol, ask, registry, peers, named: node.registry, signal }, partner);
  const partners = createPartnerKeys({ deps, records, self: { id: self.id, keys: keys.published }, lookUp });
  const ask = createAsk({ ...room, partners });
  const meet = (address: NodeFile['peers'][number]) => introduce({ protocol, records, clock: deps.clock }, address);
  const peers = async (): Promise<readonly Peer[]> => (await Promise.all(node.peers.map(meet))).flatMap((peer) => peer ?? []);
  const ownRegistry = (): Peer => ({ id: self.id, role: 'registry', address: self.address(), keys: keys.published() });
  const registry = node.roles.includes('registry') ? async () => ownRegistry() : () => introduce({ protocol, records, clock: deps.clock }, node.registry);
  return { ask, partners, registry, peers };
};

/** Who a node is, and where it takes messages. */
export const selfOf = ({ agency, name, bindings }: NodeFile, base: () => string): Room['self'] => {
  const address = () => `${base()}/dtf/messages`;
  const endpoints = () => endpointsAt(address(), bindings);
  return { id: agencyTwinIdOf(agency), agency: agencyIdOf(agency), authority: agency, name, address, endpoints };
};

const addressRecord = ['listening', 'address'] as const;

/** Where a node listens, or listened last, for whoever looks at it from outside. */
export const noteAddress = (records: RecordStore, address: string): void => records.put(...addressRecord, address);
export const addressOf = (records: RecordStore): string | undefined => z.url().safeParse(records.get(...addressRecord)).data;

export const createRoom = (
  { node, deps, vocabulary }: Pick<AgencyNodeOptions, 'node' | 'deps' | 'vocabulary'>,
  { keys, records, log, protocol, store }: Opened,
  { events, address, signal }: { readonly events: Events; readonly address: () => string; readonly signal: AbortSignal },
): Room => {
  const speaking = { deps, events, records, protocol, keys, log, self: selfOf(node, address), node, signal };
  return { ...speaking, ...createSpeaking(speaking), log, store, far: createFarFetch(), vocabulary: () => vocabulary };
};
