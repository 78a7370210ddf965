/**
 * Each invariant, shown able to fail: a fault is planted in one node, and the invariant that it breaks says so.
 */
import { expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { invariants } from './invariants.ts';
import { type Act, type Plan, type Planned, planOf } from './plan.ts';
import { disguising, type Planted } from './planted.ts';
import { shrink } from './shrink.ts';
import { noNoise } from './wires.ts';

const calm: Plan = {
  ...planOf('calm'),
  ...{ bridged: false, carrier: 'http' },
  registry: 'front',
  leaseSeconds: 60,
  needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Exposure', one: true, optional: true }],
  policies: {},
  noise: noNoise,
  acts: [],
  calmMs: 8_000,
  endMs: 20_000,
};

const at = (atMs: number, act: Act): Planned => ({ ...act, atMs });

type Case = { readonly invariant: string; readonly planted: Planted; readonly acts?: readonly Planned[]; readonly noise?: Plan['noise'] };

/** What a node keeps of its federations, with something else in it than it believes. */
const membersWithout = (value: Readonly<Record<string, unknown>>) => ({
  ...value,
  members: (value['members'] as readonly object[]).map((member) => ({ ...member, step: undefined })), // branding: as federations are saved
});

const forgetful: Planted['records'] = (_machine, records) => ({ ...records, get: (noun, id) => (noun === 'answer' ? undefined : records.get(noun, id)) });

const withoutRuns: Planted['records'] = (_machine, records) => ({
  ...records,
  get: (noun, id) => (noun === 'functionRun' ? undefined : records.get(noun, id)),
});

const withoutMemberships: Planted['records'] = (machine, records) => ({
  ...records,
  get: (noun, id) => (machine === 'water' && noun === 'membership' ? undefined : records.get(noun, id)),
});

const breaking: Planted['records'] = (machine, records) => ({
  ...records,
  list: (noun) => (machine === 'water' && noun === 'membership' ? JSON.parse('no list') : records.list(noun)),
});

const standing = (values: unknown, state: string) => ((values ?? []) as readonly object[]).map((value) => ({ ...value, state })); // branding: as federations are saved

const standingAt = (machine: string, noun: string, state: string) => disguising(machine, noun, (value) => ({ ...value, state }));

const cases: readonly Case[] = [
  { invariant: 'onlyAllowedStates', planted: { records: standingAt('front', 'federation', 'ACTIVE') } },
  { invariant: 'revisionsGrow', planted: { records: disguising('front', 'federation', (value) => ({ ...value, revision: 9 - Number(value['revision']) })) } },
  { invariant: 'savedBeforeSent', planted: { records: disguising('front', 'federation', membersWithout) } },
  { invariant: 'repeatChangesNothing', planted: { records: forgetful }, noise: { lost: 0, repeated: 100, slow: 0 } },
  {
    invariant: 'noDataOutOfForce',
    planted: { records: disguising('water', 'agreement', (value) => ({ ...value, state: 'ACCEPTED' })) },
    acts: [at(6_000, { act: 'ask', deadlineMs: 1_000 })],
  },
  {
    invariant: 'onlyItsInitiator',
    planted: { records: withoutMemberships },
    acts: [at(6_000, { act: 'meddle', machine: 'county', member: 'water' })],
  },
  {
    invariant: 'onlyWhatWasGranted',
    planted: { records: disguising('water', 'agreement', (value) => ({ ...value, terms: { ...Object(value['terms']), features: [] } })) },
    acts: [at(6_000, { act: 'ask', deadlineMs: 1_000 })],
  },
  {
    invariant: 'everySourceOnce',
    planted: { question: (question) => ({ ...question, sources: question.sources.slice(1) }) },
    acts: [at(6_000, { act: 'ask', deadlineMs: 1_000 })],
  },
  {
    invariant: 'silenceCostsDeadlineOnly',
    planted: { timerMs: (ms) => (ms > 200 && ms <= 300 ? 4 * ms : ms), isDeaf: (machine, subject) => machine === 'water' && subject === 'read.exchangeData' },
    acts: [at(6_000, { act: 'ask', deadlineMs: 300 })],
  },
  { invariant: 'sameHashOnBothSides', planted: { records: disguising('water', 'agreement', (value) => ({ ...value, hash: 'sha-256:another' })) } },
  {
    invariant: 'toldOnceInOrder',
    planted: { tellsTwice: true },
    acts: [at(4_000, { act: 'follow' }), at(6_000, { act: 'change', machine: 'water', level: 7 })],
  },
  {
    invariant: 'runsEnd',
    planted: { records: withoutRuns, isDeaf: (_machine, subject) => subject === 'notify.feature' },
    acts: [at(6_000, { act: 'invoke', mode: 'async' }), at(7_000, { act: 'crash', machine: 'energy', atWrite: 0, downMs: 500 })],
  },
  { invariant: 'nothingBreaks', planted: { records: breaking } },
  { invariant: 'booksAgree', planted: { records: disguising('front', 'communication', (value) => ({ ...value, state: 'CLOSED' })) } },
  { invariant: 'bothSidesAgree', planted: { records: disguising('water', 'communication', (value) => ({ ...value, state: 'CLOSED' })) } },
  { invariant: 'nobodyIsLeftBehind', planted: { records: disguising('water', 'membership', (value) => ({ ...value, released: true })) } },
  { invariant: 'outlivesItsMembers', planted: { isDeaf: (_machine, subject) => subject === 'form.federatedDigitalTwin' } },
  {
    invariant: 'endsWhatWasReleased',
    planted: { isDeaf: (_machine, subject) => subject === 'deregister.federatedDigitalTwin' },
    acts: [at(6_000, { act: 'release', graceSeconds: 0 })],
  },
  { invariant: 'registryKnowsAll', planted: { isDeaf: (_machine, subject) => subject === 'register.digitalTwin' } },
  {
    invariant: 'registryKnowsFederations',
    planted: {
      records: disguising('front', 'registry.federatedTwin', (value) => ({ ...value, attributes: { ...Object(value['attributes']), memberTwins: [] } })),
    },
  },
  { invariant: 'logsAreWhole', planted: { logLines: (lines) => lines.slice(0, 1) } },
];

it('every invariant has its fault', () => expect(cases.map(({ invariant }) => invariant)).toEqual(invariants.map(({ name }) => name)));

it.each(cases)('$invariant finds what is planted', async ({ invariant: name, planted, acts = [], noise = noNoise }) => {
  const looking = invariants.filter((one) => one.name === name);
  expect((await runHistory({ ...calm, acts, noise }, looking, planted)).violation).toMatchObject({ invariant: name });
  expect((await runHistory({ ...calm, acts }, looking)).violation).toBeUndefined();
});

/** Of each lifecycle a state that can be reached, but not in one move. */
const leaps: readonly (readonly [lifecycle: string, to: string, records: NonNullable<Planted['records']>])[] = [
  ['registry entry', 'STALE', standingAt('front', 'registry.twin', 'STALE')],
  ['candidate', 'CONNECTED', disguising('front', 'federation', (value) => ({ ...value, candidates: standing(value['candidates'], 'CONNECTED') }))],
  ['agreement', 'AGREED', standingAt('water', 'agreement', 'AGREED')],
  ['federation', 'ACTIVE', standingAt('front', 'federation', 'ACTIVE')],
  ['member', 'ACTIVE', disguising('front', 'federation', (value) => ({ ...value, members: standing(value['members'], 'ACTIVE') }))],
  ['connection', 'CLOSING', standingAt('water', 'communication', 'CLOSING')],
  ['function run', 'SUCCEEDED', disguising('energy', 'functionRun', (value) => ({ ...value, run: { ...Object(value['run']), state: 'SUCCEEDED' } }))],
];

it.each(leaps)('a %s that leaps to %s is found', async (lifecycle, to, records) => {
  const acts = [at(6_000, { act: 'invoke', mode: 'async' })];
  const { violation } = await runHistory(
    { ...calm, acts },
    invariants.filter(({ name }) => name === 'onlyAllowedStates'),
    { records },
  );
  expect(violation?.found).toMatch(new RegExp(`${lifecycle} .* to ${to}$`));
});

it('a plan is shrunk to what matters', async () => {
  const noise = { lost: 1, repeated: 1, slow: 1 };
  const acts = [at(3_000, { act: 'replay' }), at(5_000, { act: 'release', graceSeconds: 0 }), at(6_000, { act: 'replay' }), at(7_000, { act: 'resume' })];
  const whenReleased = {
    name: 'whenReleased',
    claim: 'nobody releases',
    settled: ({ machines }: Parameters<NonNullable<(typeof invariants)[number]['settled']>>[0]) => {
      const [front] = machines;
      return JSON.stringify(front?.disk.list('federation')).includes('"RELEASED"') ? 'released' : undefined;
    },
  };
  const least = await shrink({ ...calm, acts, noise }, whenReleased);
  expect(least?.plan.acts.map(({ act }) => act)).toEqual(['release']);
  expect(least?.plan.noise).toEqual(noNoise);
});
