/**
 * The operation flows, one after the other, as conversations kept to be read: who says what to whom in a city in which nothing goes wrong but what the flow is about.
 */
import { expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { invariants } from './invariants.ts';
import { type Act, type Plan, type Planned, planOf } from './plan.ts';
import { noNoise } from './wires.ts';

const quiet: Plan = {
  ...planOf('flows'),
  ...{ bridged: false, carrier: 'http' },
  ...{ registry: 'front', leaseSeconds: 10, needs: [{ kind: 'city:RiverGauge', one: true }, { kind: 'city:Substation' }], policies: {} },
  ...{ noise: noNoise, latency: { from: 5, to: 5 }, acts: [], calmMs: 40_000, endMs: 41_000 },
};

const at = (atMs: number, act: Act): Planned => ({ ...act, atMs });

type Flow = {
  readonly name: string;
  readonly title: string;
  /** messages that belong to it, as `verb.object` */
  readonly of: RegExp;
  readonly fromMs: number;
  readonly toMs: number;
  readonly acts?: readonly Planned[];
  readonly policies?: Plan['policies'];
};

const flows: readonly Flow[] = [
  { name: '1-registration', title: 'Registration: agencies make known who they are and what they offer', of: /^(register|renew)\./, fromMs: 0, toMs: 1_600 },
  {
    name: '2-update',
    title: 'Update: an agency offers more than before; who looks for something is told',
    of: /^(register|update|notify)\.(digitalTwin|feature)$/,
    fromMs: 8_000,
    toMs: 14_000,
    acts: [at(8_000, { act: 'offer', machine: 'county' })],
  },
  {
    name: '3-leaving',
    title: 'Leaving: a member goes after three seconds of notice, and another takes its place',
    of: /^(leave|request|confirm|form|notify)\.feder|^(request\.communication|form\.federatedDigitalTwin|retrieve\.digitalTwin)$/,
    fromMs: 8_000,
    toMs: 20_000,
    acts: [at(8_000, { act: 'leave', machine: 'county', graceSeconds: 3 })],
  },
  {
    name: '4-discovery',
    title: 'Discovery in two steps: the twins of the domain, then their features; and to be told when that changes',
    of: /^(discover\.\w+|subscribe\.(feature|digitalTwin))$/,
    fromMs: 1_500,
    toMs: 1_900,
  },
  {
    name: '6-negotiation',
    title: 'Negotiation: one owner accepts, the other gives less than was asked for',
    of: /^(request|offer|accept|reject|confirm)\.federation$/,
    fromMs: 1_500,
    toMs: 3_000,
    policies: { energy: { rules: [{ maxRatePerMinute: 60, withhold: ['city:waterLevel'] }] } },
  },
  {
    name: '7-connection',
    title: 'Connection without an adaptor: both ends speak the same; the federated twin is formed and registered',
    of: /^(request\.communication|form\.federatedDigitalTwin|register\.federatedDigitalTwin|notify\.federationStatus)$/,
    fromMs: 1_500,
    toMs: 3_000,
  },
  {
    name: '8-utilization',
    title: 'Utilization: a question to all, and a change that is told to who follows',
    of: /\.exchangeData$/,
    fromMs: 6_000,
    toMs: 9_000,
    acts: [at(6_000, { act: 'ask', deadlineMs: 1_000 }), at(6_500, { act: 'follow' }), at(8_000, { act: 'change', machine: 'energy', level: 7 })],
  },
  {
    name: '9-status',
    title: 'Status: a link is cut for eight seconds; what stands is told to those who listen',
    of: /\.federationStatus$/,
    fromMs: 8_000,
    toMs: 22_000,
    acts: [at(8_000, { act: 'cut', a: 'front', b: 'energy', how: 'refused', forMs: 8_000 })],
  },
  {
    name: '10-release',
    title: 'Release: the purpose is fulfilled; after three seconds of grace nothing is left',
    of: /^(release\.federation|deregister\.\w+|unsubscribe\.\w+|notify\.federationStatus)$/,
    fromMs: 8_000,
    toMs: 16_000,
    acts: [at(8_000, { act: 'release', graceSeconds: 3 })],
  },
];

const parse = (line: string): { readonly ms: number; readonly told: string } => ({ ms: 1_000 * Number(line.slice(0, 8)), told: line.slice(9) });

const isToldOf =
  ({ of, fromMs, toMs }: Flow) =>
  ({ ms, told }: ReturnType<typeof parse>): boolean => {
    const [, subject] = /^\S+ -> \S+: (\S+)/.exec(told) ?? [];
    return ms >= fromMs && ms <= toMs && (subject === undefined || of.test(subject));
  };

it.each(flows)('$name', async (flow) => {
  const { title, name, acts = [], policies = {} } = flow;
  const { lines, violation } = await runHistory({ ...quiet, acts, policies }, invariants);
  const told = lines.map(parse).filter(isToldOf(flow));
  expect(violation).toBeUndefined();
  expect(told.length).toBeGreaterThan(acts.length);
  await expect(`-- ${title}\n${told.map((line) => line.told).join('\n')}\n`).toMatchFileSnapshot(`../../../../fixtures/transcripts/${name}.txt`);
});
