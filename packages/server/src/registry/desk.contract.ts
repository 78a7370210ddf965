/**
 * A registry's desk as its tests sit at it: real records in a folder of their own, a clock that is told, and partners who sign what they say.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  addMs,
  agencyIdOf,
  agencyTwinIdOf,
  cityDictionary,
  createVocabulary,
  type DigitalTwin,
  type Feature,
  fail,
  featureIdOf,
  instantOfMs,
  type LoggedExchange,
  limits,
  type Message,
  type MessageId,
  ok,
  type Problem,
  problem,
  type Request,
  type Result,
  type RowName,
  requestMessage,
  TermId,
  type TwinId,
} from '@cityweave/core';
import { newMessageId, systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { createAnswer, type Rooms } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import { createAuthorise } from '../exchange/authorise.ts';
import { createPartnerKeys } from '../exchange/partner-keys.ts';
import { endpointsAt } from '../exchange/peer.ts';
import { openRecordStore } from '../store/records.ts';
import { loadNodeKey, type NodeKey, openNodeKeys } from '../trust/node-key.ts';
import { signMessage } from '../trust/signature.ts';
import { forgetGone, runOutLeases } from './lease-watch.ts';
import { createRegistry } from './registry.ts';

export type Partner = { readonly id: TwinId; readonly authority: Authority; readonly key: NodeKey };
/** What the registry said to somebody. */
export type Notice = { readonly to: string; readonly name: RowName; readonly content: unknown };
export type Told = { readonly message: Message | undefined; readonly problem: Problem | undefined };

type Header = Message['header'];
/** A partner, and what is peculiar about how it says something. */
type Speaking = Partner & { readonly messageId?: MessageId; readonly header?: (header: Header) => Header };

const openRecords = async (folder: string, clock: ReturnType<typeof systemDeps>['clock']) => {
  const records = openRecordStore({ directory: await mkdtemp(join(folder, 'records-')), clock });
  if (!records.ok) throw new Error(records.problem.kind);
  return records.value;
};

const toldClock = () => {
  let now = instantOfMs(Date.UTC(2026, 0, 1));
  return {
    clock: { now: () => now, monotonicMs: () => 0 },
    pass: (ms: number): void => {
      now = addMs(now, ms);
    },
  };
};

export const describeTwin = (
  { id, authority, key }: Partner,
  changes: Partial<DigitalTwin> = {},
): { kind: 'digitalTwin'; id: TwinId; attributes: DigitalTwin } => ({
  kind: 'digitalTwin',
  id,
  attributes: {
    name: { en: authority },
    twinType: TermId.parse('city:AgencyTwin'),
    domain: TermId.parse('city:domain'),
    owner: { name: authority, organizationId: agencyIdOf(authority) },
    status: 'online',
    endpoints: [{ protocol: 'http', address: `http://${authority}/dtf/messages`, format: 'application/json', security: 'jws' }],
    keys: [key.publicKey],
    features: [],
    visibility: { level: 'federation' },
    ...changes,
  },
});

export const describeFeature = ({ id, authority }: Partner, kind: string, changes: Partial<Feature['attributes']> = {}): Feature & { kind: 'feature' } => ({
  kind: 'feature',
  id: featureIdOf(authority, kind),
  attributes: {
    twinId: id,
    name: { en: kind },
    featureType: 'data',
    semanticType: TermId.parse(kind),
    direction: 'provides',
    data: { schema: {}, terms: [], count: 1, stage: 'transformed' },
    coverage: {},
    bindings: [{ protocol: 'http', address: `http://${authority}/dtf/messages`, format: 'application/json', security: 'jws' }],
    policy: {},
    visibility: { level: 'federation' },
    status: 'active',
    version: '1.0.0',
    ...changes,
  },
});

/** Desks whose registry makes sure of addresses, and what is heard from there. */
type Opening = {
  readonly verifyEndpoints?: boolean;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly answers?: Ask /** whether what was given may be given again */;
  readonly mayHearAgain?: () => Result<unknown>;
  /** what it answers to as a twin */
  readonly twin?: Rooms['digitalTwin'];
};

export const openDesk = async ({ verifyEndpoints = false, groups = {}, answers, mayHearAgain = () => ok(true), twin }: Opening = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-desk-'));
  const { clock, pass } = toldClock();
  const deps = { ...systemDeps(), clock };
  const records = await openRecords(folder, clock);
  const key = await loadNodeKey(records);
  const registryAuthority = Authority.parse('registry.example');
  const self = { id: agencyTwinIdOf(registryAuthority), address: () => 'http://registry.example/dtf/messages' };
  const vocabulary = createVocabulary([cityDictionary]);
  const events = createEvents({ agency: registryAuthority, level: 'silent' });
  const told: Notice[] = [];
  const logged: LoggedExchange[] = [];
  const ask: Ask = async (peer, name, content) => {
    told.push({ to: peer.id, name, content });
    return answers ? answers(peer, name, content) : fail(problem('unreachable'));
  };
  const room = {
    records,
    deps,
    events,
    vocabulary: () => vocabulary,
    leaseSeconds: limits.leaseSecondsDefault,
    verifyEndpoints,
    groups,
    self: { id: self.id, name: { en: 'Registry' }, endpoints: () => endpointsAt(self.address(), ['http']) },
    jurisdiction: { type: 'Point' as const, coordinates: [7, 50] as [number, number] },
    ask,
    peers: async () => [],
  };
  const registry = createRegistry(room);
  const lookUp = async (id: string) => fail(problem('notRegistered', { subject: id }));
  const keys = await openNodeKeys(records, self.id);
  const partners = createPartnerKeys({ deps, records, self: { id: self.id, keys: keys.published }, lookUp });
  const authorise = createAuthorise({ deps, self, partners, openToApplications: false });
  const answer = createAnswer({
    deps,
    events,
    records,
    keys,
    self,
    log: { append: (exchange) => void logged.push(exchange), count: () => undefined },
    authorise,
    keyFor: async () => undefined,
    mayHearAgain,
    rooms: { registry, ...(twin && { digitalTwin: twin }) },
  });

  const partner = async (name: string): Promise<Partner> => {
    const own = await openRecords(folder, clock);
    const authority = Authority.parse(name);
    const made = { id: agencyTwinIdOf(authority), authority, key: await loadNodeKey(own) };
    own.close();
    return made;
  };
  const write = <N extends RowName>(
    { id, key: signer, authority, messageId = newMessageId(deps.ids), header = (given) => given }: Speaking,
    name: N,
    content: Request<N>,
  ) => {
    const source = { id, role: 'digitalTwin' as const, endpoint: `http://${authority}/dtf/messages` };
    const message = requestMessage(name, content, { messageId, source, destination: { id: self.id, role: 'registry' }, timestamp: clock.now() });
    return signMessage({ ...message, header: header(message.header) }, signer);
  };
  const hear = (raw: unknown, bytes = 1): Promise<Told> => answer(structuredClone(raw), new AbortController().signal, bytes);
  const say = async <N extends RowName>(who: Speaking, name: N, content: Request<N>): Promise<Told> => hear(await write(who, name, content));
  const register = (who: Partner, changes?: Partial<DigitalTwin>, leaseSeconds?: number): Promise<Told> =>
    say(who, 'registry.register.digitalTwin', { parameters: { leaseSeconds }, objects: [describeTwin(who, changes)] });
  return {
    logged,
    clock,
    /** before anything that this desk heard */
    longAgo: instantOfMs(0),
    pass,
    told,
    /** as it does by itself, when time went by */
    runOutLeases: () => runOutLeases(room),
    forgetGone: () => forgetGone(room),
    records,
    key,
    keys,
    self,
    partner,
    write,
    hear,
    say,
    register,
    [Symbol.asyncDispose]: async () => {
      records.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export type Desk = Awaited<ReturnType<typeof openDesk>>;
