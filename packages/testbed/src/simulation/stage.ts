/**
 * Stage: one city of a history: its machines, its network, its clock, and the judge who looks at all of it.
 */
import {
  cityDictionary,
  createVocabulary,
  type FeatureId,
  type FederationId,
  federationIdOf,
  instantOfMs,
  type RunId,
  SemanticDictionary,
} from '@cityweave/core';
import { createStoreInline, openSqliteStore, type TwinStore } from '@cityweave/server';
import { valueOf } from '../city.ts';
import { bridged, createFarSystem, type FarSystem, riverWords } from './far-system.ts';
import type { Invariant, World } from './invariant.ts';
import { authorityOf, createMachine, type Machine, type Watcher } from './machine.ts';
import { createNetwork, type Network } from './network.ts';
import { adaptor, initiator, members, type Plan } from './plan.ts';
import type { Planted } from './planted.ts';
import { createRandom, type Random } from './random.ts';
import { twinCommand } from './twin-command.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';
import { usualLatency } from './wires.ts';

export type Violation = { readonly invariant: string; readonly atMs: number; readonly found: string };

/** Looks at everything with every invariant, and remembers the first that does not hold. */
export type Judge = {
  readonly note: (line: string) => void;
  readonly look: <K extends keyof Invariant>(at: K, see: (invariant: Invariant) => string | undefined) => void;
  readonly violation: () => Violation | undefined;
  readonly lines: readonly string[];
};

/** A run that was begun for the initiator, by the process that asked for it. */
export type Begun = { readonly room: unknown; readonly feature: FeatureId; readonly runId: RunId };

export type Following = { readonly room: unknown; readonly told: Map<string, number[]>; readonly known: Map<string, number> };

export type Stage = {
  readonly plan: Plan;
  readonly planted: Planted;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly stores: ReadonlyMap<string, TwinStore>;
  /** where the one behind an adaptor keeps its gauges */
  readonly farSystem: FarSystem;
  readonly random: Random;
  readonly judge: Judge;
  readonly world: World;
  readonly asked: { federations: number; readonly followers: Following[]; readonly begun: Begun[] };
};

export const originMs = Date.UTC(2026, 4, 4, 8);

/** What each of them offers. */
export const kinds: Readonly<Record<string, string>> = {
  front: 'city:Building',
  water: 'city:RiverGauge',
  county: 'city:RiverGauge',
  energy: 'city:Substation',
};

/** Who computes for others, and what kind of function that is. */
const computing = ['energy'];
const functionKind = 'city:Exposure';

/** Who can serve a need for a kind. */
export const serving = (kind: string): readonly string[] => (kind === functionKind ? computing : members.filter((name) => kinds[name] === kind));

export const kindOf = (name: string): string => kinds[name] ?? 'city:Building';

export const federationIdOfNumber = (number: number): FederationId => federationIdOf(authorityOf(initiator), `sim-${number}`);

export const createJudge = (time: VirtualTime, invariants: readonly Invariant[]): Judge => {
  const lines: string[] = [];
  let first: Violation | undefined;
  const note = (line: string): void => void lines.push(`${(time.nowMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  return {
    note,
    lines,
    violation: () => first,
    look: (at, see) => {
      for (const invariant of first ? [] : invariants) {
        const found = invariant[at] === undefined ? undefined : see(invariant);
        if (found === undefined) continue;
        first = { invariant: invariant.name, atMs: time.nowMs(), found };
        note(`!! ${invariant.name}: ${found}`);
        return;
      }
    },
  };
};

export const machineOf = ({ machines }: Pick<Stage, 'machines'>, name: string): Machine =>
  machines.find((one) => one.name === name) ?? (machines[0] as Machine); // branding: a history has machines

const worldOf = (plan: Plan, machines: readonly Machine[]): World => ({
  machines,
  machine: (name) => machineOf({ machines }, name),
  byId: (id) => machines.find((one) => one.id === id),
  initiator,
  registry: plan.registry,
});

type Opening = { readonly plan: Plan; readonly time: VirtualTime; readonly threads: ReturnType<typeof createStoreInline> };

const isBehindAdaptor = (plan: Plan, name: string): boolean => plan.bridged === true && name === bridged;

const openTwins = async (name: string, { plan, time, threads }: Opening): Promise<TwinStore> => {
  const now = () => instantOfMs(originMs + Math.floor(time.nowMs()));
  const clock = { now, monotonicMs: time.nowMs };
  const twins = valueOf(await openSqliteStore({ directory: `memory/${plan.seed}/${name}`, clock, threads, synchronous: 'normal' }));
  const own = isBehindAdaptor(plan, name) ? [] : [0, 1];
  await twins.apply(
    own.map((at) => twinCommand(name, { kind: kindOf(name), at, level: at }, now())),
    { at: now() },
  );
  return twins;
};

const rolesOf = ({ registry }: Plan, name: string): readonly string[] => [
  'twin',
  ...(name === registry ? ['registry'] : []),
  ...(name === adaptor ? ['adaptor'] : []),
];

const optionsOf = (plan: Plan, name: string) => {
  const policy = plan.policies[name];
  const functions = computing.includes(name) ? ['exposure'] : [];
  return { name, roles: rolesOf(plan, name), functions, registry: plan.registry, leaseSeconds: plan.leaseSeconds, ...(policy && { policy }) };
};

type Setting = { readonly plan: Plan; readonly planted: Planted; readonly invariants: readonly Invariant[] };

export const setStage = async ({ plan, planted, invariants }: Setting, watcherOf: (stage: Pick<Stage, 'judge' | 'world'>) => Watcher): Promise<Stage> => {
  const time = createVirtualTime();
  const random = createRandom(`history ${plan.seed}`);
  const { latency: usualMs = usualLatency, carrier = 'http' } = plan;
  const network = createNetwork({ time, random: random.fork('network'), usualMs, carrier });
  network.setNoise(plan.noise);
  const judge = createJudge(time, invariants);
  const machines: Machine[] = [];
  const world = worldOf(plan, machines);
  const vocabulary = createVocabulary([cityDictionary, ...(plan.bridged ? [SemanticDictionary.parse(riverWords)] : [])]);
  const around = { time, network, random, vocabulary, watcher: watcherOf({ judge, world }), originMs, planted };
  const threads = createStoreInline();
  const [stores, farSystem] = [new Map<string, TwinStore>(), createFarSystem()];
  for (const name of [initiator, ...members, ...(plan.bridged ? [adaptor] : [])]) {
    const store = await openTwins(name, { plan, time, threads });
    stores.set(name, store);
    machines.push(createMachine({ ...optionsOf(plan, name), store, ...(isBehindAdaptor(plan, name) && { farSystem }) }, around));
  }
  return { plan, planted, time, network, machines, stores, farSystem, random, judge, world, asked: { federations: 0, followers: [], begun: [] } };
};
