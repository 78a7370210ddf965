/**
 * Machine: one agency's node of a history: the node's own code over a disk that survives, a clock that may be wrong, and a process that may die at any write.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Authority, agencyIdOf, agencyTwinIdOf, type Instant, instantOfMs, messageText, problem, type TwinId, type Vocabulary } from '@cityweave/core';
import {
  beginWork,
  createNodeDesk,
  createRoom,
  type Deps,
  type Events,
  type NodeDesk,
  NodeFile,
  type Opened,
  openExchangeLog,
  openNodeKeys,
  type Room,
  type StreamedEvent,
  type TwinStore,
} from '@cityweave/server';
import { createDisk, type Disk, type Write } from './disk.ts';
import { type FarSystem, farInterface } from './far-system.ts';
import type { Delivery, MachineView, Told } from './invariant.ts';
import type { Network } from './network.ts';
import type { Planted } from './planted.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Listener } from './wires.ts';

/** Whoever looks at what a machine does. */
export type Watcher = {
  readonly wrote: (machine: string, writes: readonly Write[], during: Delivery | undefined) => void;
  readonly said: (machine: string, message: Told) => void;
  readonly answered: (machine: string, exchange: { readonly asked: Told; readonly answer: Told; readonly again: boolean }) => void;
  readonly streamed: (machine: string, message: Told) => void;
  readonly broke: (machine: string, where: string, cause: unknown) => void;
};

export type Surroundings = {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  readonly vocabulary: Vocabulary;
  readonly watcher: Watcher;
  readonly originMs: number;
  readonly planted: Planted;
};

export type MachineOptions = {
  readonly name: string;
  readonly roles: readonly string[];
  /** what it computes for others */
  readonly functions: readonly string[];
  readonly registry: string;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly leaseSeconds: number;
  readonly store: TwinStore;
  /** where it keeps what it cannot tell in the city's words */
  readonly farSystem?: FarSystem;
};

export type Running = { readonly room: Room; readonly desk: NodeDesk };

export type Machine = MachineView & {
  readonly start: () => Promise<void>;
  readonly crash: () => void;
  /** dies with the n-th write from now, at once where that is none */
  readonly crashAtWrite: (n: number, died: () => void) => void;
  readonly lose: () => void;
  readonly running: () => Running | undefined;
  readonly setSkew: (ms: number) => void;
  readonly now: () => Instant;
};

export const authorityOf = (name: string): Authority => Authority.parse(`${name}.sim.example`);
export const twinIdOf = (name: string): TwinId => agencyTwinIdOf(authorityOf(name));
export const agencyOf = (name: string): string => agencyIdOf(authorityOf(name));
const originOf = (name: string): string => `http://${name}.sim.example:1`;

const deliveries = new AsyncLocalStorage<Delivery>();

const eventsOf = (name: string, watcher: Watcher, isAlive: () => boolean): Events => {
  const nothing = (): void => undefined;
  const told = {
    started: nothing,
    notReady: nothing,
    stopped: nothing,
    answered: nothing,
    asked: nothing,
    federationMoved: nothing,
    memberMoved: nothing,
    clocksDiffer: nothing,
  };
  const defect: Events['defect'] = (where, cause) => {
    if (isAlive()) watcher.broke(name, where, cause);
    return problem('internal');
  };
  return { ...told, metrics: async () => '', storeShared: nothing, imported: nothing, featureRefused: nothing, sourceFailed: nothing, defect };
};

/** The store as one process sees it: after its death it hears and does nothing more. */
const storeOf = (store: TwinStore, isAlive: () => boolean): TwinStore => ({
  ...store,
  apply: (commands, options) => (isAlive() ? store.apply(commands, options) : new Promise(() => undefined)),
  onCommit: (told) => store.onCommit((head) => void (isAlive() && told(head))),
});

const nodeFileOf = ({ name, roles, functions, registry, policy, leaseSeconds, farSystem }: MachineOptions): NodeFile =>
  NodeFile.parse({
    agency: authorityOf(name),
    name: { en: name },
    roles,
    functions,
    coverage: [0, 0, 1, 1],
    leaseSeconds,
    ...(registry !== name && { registry: { address: originOf(registry) } }),
    ...(policy && { policy }),
    ...(farSystem && { interfaces: [farInterface] }),
  });

/** What outlives the processes of a machine. */
type Hardware = {
  readonly options: MachineOptions;
  readonly around: Surroundings;
  readonly disk: Disk;
  readonly file: NodeFile;
  readonly chance: Random;
  readonly now: () => Instant;
  /** messages that were answered, by any process of this machine */
  readonly answeredIds: Set<string>;
  readonly wrote: (writes: readonly Write[]) => void;
};

type Life = { readonly isAlive: () => boolean; readonly signal: AbortSignal };

const depsOf = ({ around: { time, planted }, chance, now }: Hardware, { isAlive }: Life): Deps => ({
  clock: { now, monotonicMs: time.nowMs },
  ids: { uuid: chance.uuid },
  timers: { after: (ms, run) => time.after(planted.timerMs?.(ms) ?? ms, () => void (isAlive() && run())) },
});

const open = async (hardware: Hardware, { isAlive }: Life, deps: Deps): Promise<Opened> => {
  const { options, around, disk, now, wrote } = hardware;
  const { name, store } = options;
  const { network, watcher, planted } = around;
  const kept = disk.open({ isAlive, now, written: wrote });
  const records = planted.records?.(name, kept) ?? kept;
  const owner = twinIdOf(name);
  const keys = await openNodeKeys(records, owner);
  const log = openExchangeLog({ files: disk.openLog(isAlive, planted.logLines), deps, records, owner, keys });
  const said = (text: string): void => watcher.said(name, JSON.parse(text));
  return { records, store: storeOf(store, isAlive), keys, log, protocol: network.protocolOf({ machine: name, isAlive, said }), unlock: () => undefined };
};

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** A message heard, as the HTTP binding hears it: text in, text out; whoever dies meanwhile answers nothing. */
const hearing =
  ({ options: { name }, around: { watcher, planted }, answeredIds }: Hardware, { isAlive }: Life, desk: NodeDesk): Listener['hear'] =>
  async (text, gone) => {
    const asked: Told = JSON.parse(text);
    const { messageId } = asked.header;
    if (planted.isDeaf?.(name, `${asked.data.action.verb}.${asked.data.action.object}`)) return never();
    // what it only passes on is answered, and kept, by whom it is for
    const isOwn = asked.header.destination.id === twinIdOf(name) || asked.header.destination.role === 'registry';
    const again = isOwn && answeredIds.has(messageId);
    const { message } = await deliveries.run({ messageId, again }, () => desk.answer(JSON.parse(text), gone, Buffer.byteLength(text)));
    if (!isAlive()) return never();
    if (!message) return '{}';
    const text_ = messageText(message);
    const answer: Told = JSON.parse(text_);
    if (answer.data.action.result && answer.data.action.result.status !== 'failure') answeredIds.add(messageId);
    if (isOwn) watcher.answered(name, { asked, answer, again });
    return text_;
  };

/** An adaptor passes on what another one tells: that one is watched for it. */
const tellsItself = (name: string, { header }: Told): boolean => header.source.id === twinIdOf(name);

async function* watched({ options: { name }, around: { watcher, planted } }: Hardware, events: AsyncIterable<StreamedEvent>): AsyncGenerator<StreamedEvent> {
  for await (const event of events) {
    const told: Told | undefined = event.type === 'message' ? JSON.parse(event.text) : undefined;
    if (told && tellsItself(name, told)) watcher.streamed(name, told);
    yield event;
    if (planted.tellsTwice) yield event;
  }
}

const opening =
  (hardware: Hardware, { streams }: NodeDesk): Listener['open'] =>
  async ({ id, pass, after, signal }) => {
    const allowed = await streams.mayListen(id, pass);
    if (!allowed.ok) return allowed.problem;
    const events = streams.events(id, after, signal);
    return events ? watched(hardware, events) : problem('unknownSubscription');
  };

const boot = async (hardware: Hardware, life: Life): Promise<{ readonly running: Running; readonly leave: () => void }> => {
  const { options, around, file } = hardware;
  const { name } = options;
  const { watcher, network, vocabulary } = around;
  const deps = depsOf(hardware, life);
  const opened = await open(hardware, life, deps);
  const address = originOf(name);
  const surroundings = { events: eventsOf(name, watcher, life.isAlive), address: () => address, signal: life.signal };
  const made = createRoom({ node: file, deps, vocabulary }, opened, surroundings);
  const room: Room = { ...made, far: options.farSystem?.far ?? made.far };
  const desk = createNodeDesk(room);
  const listener = { machine: name, isAlive: life.isAlive, ended: life.signal, introduction: desk.introduction };
  const leave = network.listen(address, { ...listener, hear: hearing(hardware, life, desk), open: opening(hardware, desk) });
  void beginWork({ room, orchestration: desk.orchestration, adaptor: desk.adaptor, readSources: async () => undefined }, () => undefined).catch((cause) => {
    if (life.isAlive()) watcher.broke(name, 'work', cause);
  });
  return { running: { room, desk }, leave };
};

type Process = { readonly stop: AbortController; running: Running | undefined; leave: () => void };

export const createMachine = (options: MachineOptions, around: Surroundings): Machine => {
  const { name } = options;
  const disk = createDisk();
  let [skewMs, lost, dies] = [0, false, Number.POSITIVE_INFINITY];
  let process: Process | undefined;
  let mourn: (() => void) | undefined;
  const now = (): Instant => instantOfMs(around.originMs + Math.floor(around.time.nowMs()) + skewMs);
  const crash = (): void => {
    const [dead, mourning] = [process, mourn];
    [process, mourn, dies] = [undefined, undefined, Number.POSITIVE_INFINITY];
    dead?.leave();
    dead?.stop.abort();
    mourning?.();
  };
  const wrote = (writes: readonly Write[]): void => {
    around.watcher.wrote(name, writes, deliveries.getStore());
    dies -= 1;
    if (dies <= 0) crash();
  };
  const hardware: Hardware = { options, around, disk, file: nodeFileOf(options), chance: around.random.fork(name), now, answeredIds: new Set(), wrote };
  const start = async (): Promise<void> => {
    if (process || lost) return;
    const mine: Process = { stop: new AbortController(), running: undefined, leave: () => undefined };
    process = mine;
    Object.assign(mine, await boot(hardware, { isAlive: () => process === mine, signal: mine.stop.signal }));
    if (process !== mine) mine.leave();
  };
  return {
    ...{ name, id: twinIdOf(name), disk, start, crash, now },
    get lost() {
      return lost;
    },
    get isUp() {
      return process !== undefined;
    },
    crashAtWrite: (n, died) => {
      [dies, mourn] = [n, died];
      if (n <= 0) crash();
    },
    lose: () => {
      crash();
      lost = true;
    },
    running: () => process?.running,
    setSkew: (ms) => {
      skewMs = ms;
    },
  };
};
