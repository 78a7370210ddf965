/**
 * What time alone brings about: a federation that is not formed before its time is over, agreements whose initiator is gone for good, and clocks that differ.
 */
import { expect, it } from 'vitest';
import { runHistory } from './history.ts';
import type { Invariant, MachineView, World } from './invariant.ts';
import { invariants } from './invariants.ts';
import { type Plan, planOf } from './plan.ts';
import { noNoise } from './wires.ts';

const quiet: Plan = {
  ...planOf('in time'),
  ...{ bridged: false, carrier: 'http' },
  ...{ registry: 'county', leaseSeconds: 10, needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }], policies: {}, noise: noNoise },
  ...{ acts: [], calmMs: 30_000, endMs: 60_000 },
};

type Record = Readonly<{ [member: string]: unknown }>;
const recordsOf = ({ disk }: MachineView, noun: string): readonly Record[] => disk.list(noun).map(({ value }) => value as Record); // branding: records are objects
const statesOf = (machine: MachineView, noun: string): readonly unknown[] => recordsOf(machine, noun).map(({ state }) => state);

/** What stands once all has settled, told by one of the invariants that looks on. */
const finding = (look: (world: World) => unknown): { readonly invariant: Invariant; readonly found: () => unknown } => {
  let found: unknown;
  const settled = (world: World): undefined => {
    found = look(world);
  };
  return { invariant: { name: 'finding', claim: 'nothing', settled }, found: () => found };
};

const holding = (except: readonly string[]): readonly Invariant[] => invariants.filter(({ name }) => !except.includes(name));

it('a federation that is not formed before its time is over has failed, and nobody is left who believes in it', async () => {
  const policies = { energy: { rules: [{ decision: 'decline' }] } };
  const { invariant, found } = finding(({ machine }) => ({
    federations: recordsOf(machine('front'), 'federation').map(({ state, reason }) => [state, reason]),
    water: [statesOf(machine('water'), 'agreement'), statesOf(machine('water'), 'communication'), recordsOf(machine('water'), 'membership')[0]?.['released']],
  }));
  const { violation } = await runHistory({ ...quiet, policies, validForMs: 10_000 }, [...holding(['outlivesItsMembers']), invariant]);
  expect(violation).toBeUndefined();
  expect(found()).toEqual({
    federations: [['FAILED', 'its time was over before it was formed: nobody offers city:Substation yet']],
    water: [['EXPIRED'], ['CLOSED'], true],
  });
});

it('where the initiator is gone for good an agreement is over with its time, and with it begins the time to delete', async () => {
  const policies = { water: { rules: [{ deleteAfter: 'PT1H' }] } };
  const acts: Plan['acts'] = [{ act: 'lose', machine: 'front', atMs: 10_000 }];
  const { invariant, found } = finding(({ machine }) => {
    const water = machine('water');
    const [agreement] = recordsOf(water, 'agreement');
    return [agreement?.['state'], agreement?.['deleteDataBy'] !== undefined, statesOf(water, 'communication'), recordsOf(water, 'membership')[0]?.['released']];
  });
  const looking = [...holding(['bothSidesAgree', 'nobodyIsLeftBehind', 'outlivesItsMembers', 'registryKnowsAll', 'registryKnowsFederations']), invariant];
  expect((await runHistory({ ...quiet, policies, acts, validForMs: 20_000 }, looking)).violation).toBeUndefined();
  expect(found()).toEqual(['EXPIRED', true, ['CLOSED'], true]);
});

it.each([8_000, -8_000])('of a member whose clock is %i ms off nothing is read, until it is set', async (ms) => {
  const told: unknown[] = [];
  const asked: Invariant['asked'] = (_world, { sources }) => void told.push(sources.find(({ agency }) => agency.includes(':water.'))?.status);
  const skew = (at: number, off: number) => ({ act: 'skew' as const, machine: 'water', ms: off, atMs: at });
  const ask = (at: number) => ({ act: 'ask' as const, deadlineMs: 1_000, atMs: at });
  const acts = [ask(6_000), skew(7_000, ms), ask(9_500), skew(10_000, 0), ask(13_000)];
  const { violation } = await runHistory({ ...quiet, acts }, [...invariants, { name: 'finding', claim: 'nothing', asked }]);
  expect(violation).toBeUndefined();
  expect(told).toEqual(['ANSWERED', 'FAILED', 'ANSWERED']);
});
