/**
 * Plan: what will be done to a city and when, drawn from a seed. It is a list, so that what does not matter to a failure can be left out of it.
 */
import { bridged } from './far-system.ts';
import { createRandom, type Random } from './random.ts';
import type { Carrier, Cut, Latency, Noise } from './wires.ts';

export type Act =
  | { readonly act: 'cut'; readonly a: string; readonly b: string; readonly how: Cut; readonly forMs: number }
  | { readonly act: 'noise'; readonly noise: Noise; readonly forMs: number }
  | { readonly act: 'crash'; readonly machine: string; readonly atWrite: number; readonly downMs: number }
  | { readonly act: 'lose'; readonly machine: string }
  | { readonly act: 'skew'; readonly machine: string; readonly ms: number }
  | { readonly act: 'replay' }
  | { readonly act: 'ask'; readonly deadlineMs: number }
  | { readonly act: 'follow' }
  | { readonly act: 'invoke'; readonly mode: 'sync' | 'async' }
  | { readonly act: 'change'; readonly machine: string; readonly level: number }
  | { readonly act: 'offer'; readonly machine: string }
  | { readonly act: 'suspend'; readonly forMs: number | undefined }
  | { readonly act: 'resume' }
  | { readonly act: 'leave'; readonly machine: string; readonly graceSeconds: number }
  | { readonly act: 'release'; readonly graceSeconds: number }
  | { readonly act: 'rotate'; readonly machine: string; readonly graceMs: number }
  | { readonly act: 'found' }
  /** a machine speaks to a member as if the federation were its own */
  | { readonly act: 'meddle'; readonly machine: string; readonly member: string }
  /** the registry starts again without what it knew */
  | { readonly act: 'forget' };

export type Planned = Act & { readonly atMs: number };

export type NeedPlan = { readonly kind: string; readonly one?: boolean; readonly optional?: boolean; readonly minRatePerMinute?: number };

export type Plan = {
  readonly seed: string;
  readonly registry: string;
  readonly leaseSeconds: number;
  readonly needs: readonly NeedPlan[];
  /** by machine, the rules of its owner */
  readonly policies: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly noise: Noise;
  /** one of them keeps its gauges in a system of its own, and there is an adaptor to it */
  readonly bridged?: boolean;
  /** what carries what they say; HTTP where absent */
  readonly carrier?: Carrier;
  /** the same for every message where both ends are equal, so that only what follows from what decides the order */
  readonly latency?: Latency;
  /** how long federations are to last; until they are released where absent */
  readonly validForMs?: number;
  readonly acts: readonly Planned[];
  /** from then on nothing goes wrong any more, and all is expected to settle */
  readonly calmMs: number;
  readonly endMs: number;
};

export const initiator = 'front';
export const members = ['water', 'county', 'energy'] as const;
export const adaptor = 'between';
const everyone = [initiator, ...members] as const;

/** After the last fault: leases, renewals, probes and notices have had their time. */
const settlingMs = 45_000;

const cutting = (random: Random): Extract<Act, { act: 'cut' }> => {
  const a = random.pick(everyone);
  const others = everyone.filter((name) => name !== a);
  return { act: 'cut', a, b: random.pick([others[0] ?? a, ...others.slice(1)]), how: random.pick(['refused', 'silent']), forMs: random.between(200, 15_000) };
};

const someNoise = (random: Random): Noise => ({ lost: random.between(0, 25), repeated: random.between(0, 25), slow: random.between(0, 12) });

/** How often each is drawn, and how. */
const deck: readonly (readonly [number, (random: Random) => Act])[] = [
  [4, cutting],
  [3, (random) => ({ act: 'noise', noise: someNoise(random), forMs: random.between(1_000, 12_000) })],
  [4, (random) => ({ act: 'crash', machine: random.pick(everyone), atWrite: random.between(0, 6), downMs: random.between(100, 8_000) })],
  [1, (random) => ({ act: 'lose', machine: random.pick(members) })],
  [2, (random) => ({ act: 'skew', machine: random.pick(everyone), ms: random.between(-8_000, 8_000) })],
  [4, () => ({ act: 'replay' })],
  [6, (random) => ({ act: 'ask', deadlineMs: random.pick([200, 1_000, 2_000]) })],
  [2, () => ({ act: 'follow' })],
  [4, (random) => ({ act: 'invoke', mode: random.pick(['sync', 'async']) })],
  [4, (random) => ({ act: 'change', machine: random.pick(everyone), level: random.between(1, 99) })],
  [1, (random) => ({ act: 'offer', machine: random.pick(members) })],
  [1, (random) => ({ act: 'suspend', forMs: random.chance(0.5) ? random.between(500, 8_000) : undefined })],
  [2, () => ({ act: 'resume' })],
  [1, (random) => ({ act: 'leave', machine: random.pick(members), graceSeconds: random.pick([0, 0, 3]) })],
  [1, (random) => ({ act: 'release', graceSeconds: random.pick([0, 0, 3]) })],
  [2, (random) => ({ act: 'rotate', machine: random.pick(everyone), graceMs: random.pick([0, 10_000, 3_600_000]) })],
  [1, () => ({ act: 'found' })],
];

const total = deck.reduce((sum, [weight]) => sum + weight, 0);

const draw = (random: Random): Act => {
  let left = random.between(1, total);
  for (const [weight, make] of deck) {
    left -= weight;
    if (left <= 0) return make(random);
  }
  return { act: 'replay' };
};

const needsOf = (random: Random): readonly NeedPlan[] => [
  random.chance(0.5) ? { kind: 'city:RiverGauge', one: true } : { kind: 'city:RiverGauge' },
  { kind: 'city:Substation', optional: random.chance(0.5), ...(random.chance(0.2) && { minRatePerMinute: 600 }) },
  ...(random.chance(0.5) ? [{ kind: 'city:Exposure', one: true, optional: random.chance(0.5) }] : []),
];

/** Some owners give less than they are asked for, some nothing. */
const policiesOf = (random: Random): Plan['policies'] =>
  random.chance(0.4)
    ? {
        energy: {
          rules: [{ maxRatePerMinute: 600, ...(random.chance(0.5) && { mostRatePerMinute: 6_000 }), withhold: random.chance(0.5) ? ['city:waterLevel'] : [] }],
        },
      }
    : {};

/** What happens to an adaptor and to the lines that go over it. */
const adaptorDeck: readonly [(random: Random) => Act, ...((random: Random) => Act)[]] = [
  (random) => ({ act: 'crash', machine: adaptor, atWrite: random.between(0, 6), downMs: random.between(100, 8_000) }),
  (random) => ({ ...cutting(random), a: adaptor, b: random.pick([initiator, bridged]) }),
  (random) => ({ act: 'skew', machine: adaptor, ms: random.between(-8_000, 8_000) }),
];

/** Of every three histories one has an adaptor, and one has lines that are sockets. */
const linesOf = (seed: string, faultsMs: number): Pick<Plan, 'bridged' | 'carrier' | 'acts'> => {
  const random = createRandom(`lines ${seed}`);
  const isBridged = random.chance(1 / 3);
  const carrier: Carrier = random.chance(1 / 3) ? 'websocket' : 'http';
  const count = isBridged ? random.between(0, 4) : 0;
  const acts = Array.from({ length: count }, (): Planned => ({ ...random.pick(adaptorDeck)(random), atMs: random.between(0, faultsMs) }));
  return { acts, carrier, ...(isBridged && { bridged: true }) };
};

/** In one history of four somebody meddles in what is not his. */
const meddlingOf = (seed: string, faultsMs: number): readonly Planned[] => {
  const random = createRandom(`meddling ${seed}`);
  if (!random.chance(1 / 4)) return [];
  const machine = random.pick(members);
  const others = members.filter((name) => name !== machine);
  return others.map((member) => ({ act: 'meddle', machine, member, atMs: random.between(2_000, faultsMs) }));
};

export const planOf = (seed: string): Plan => {
  const random = createRandom(`plan ${seed}`);
  const faultsMs = random.between(4_000, random.chance(0.1) ? 90_000 : 20_000);
  const count = random.between(2, 14);
  const drawn = Array.from({ length: count }, (): Planned => ({ ...draw(random), atMs: random.between(0, faultsMs) }));
  const { acts, ...lines } = linesOf(seed, faultsMs);
  return {
    ...{ seed, ...lines },
    registry: random.pick([initiator, initiator, 'county']),
    leaseSeconds: random.pick([10, 60]),
    needs: needsOf(random),
    policies: policiesOf(random),
    noise: random.chance(0.5) ? { lost: random.between(0, 8), repeated: random.between(0, 10), slow: random.between(0, 3) } : { lost: 0, repeated: 0, slow: 0 },
    acts: [...drawn, ...acts, ...meddlingOf(seed, faultsMs)].sort((a, b) => a.atMs - b.atMs),
    calmMs: faultsMs,
    endMs: faultsMs + settlingMs,
  };
};

export const describeAct = ({ act, atMs: _, ...facts }: Planned): string => `${act} ${JSON.stringify(facts)}`;
