/**
 * One object with many representations, each linked to the next across agencies: told whole as far as the bound reaches, and in part beyond it.
 */
import { limits, type TwinId } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, until } from '../city.ts';
import { agencyOfTest, fourAgencies, twinOfTest } from '../city-files.ts';
import { saySame, thingOf } from './same-as.ts';
import { hang, say, standIn } from './stand-in.ts';

const names = ['water', 'energy'] as const;
const keeperOf = (step: number): (typeof names)[number] => (step % 2 === 0 ? 'water' : 'energy');

const twinAt = (chain: string, step: number): TwinId => thingOf(keeperOf(step), `${chain}-${step}`);

/** Twins 0 to `links`, each the same as the one before it, kept by the two agencies in turn. */
const chains = { whole: limits.identityRoundsMax, cut: limits.identityRoundsMax + 1 } as const;
type Chain = keyof typeof chains;

const stepsOf = (chain: Chain): readonly number[] => Array.from({ length: chains[chain] + 1 }, (_, step) => step);

const twinsOf = (name: string) =>
  (Object.keys(chains) as Chain[]).flatMap((chain) =>
    stepsOf(chain)
      .filter((step) => keeperOf(step) === name)
      .map((step) => ({ key: `${chain}-${step}`, at: [0.5, 0.01 * step] as const })),
  );

const chainTogether = async (city: TestCity, chain: Chain): Promise<void> => {
  for (const step of stepsOf(chain).slice(0, -1)) await saySame(city, twinAt(chain, step), twinAt(chain, step + 1));
};

describe('representations that are linked one to the next', () => {
  let city: TestCity;
  beforeAll(async () => {
    const kept = names.map((name) => ({ name, kind: 'city:Building', twins: twinsOf(name) }));
    city = await createTestCity({
      agencies: [{ name: 'front', kind: 'city:Park', twins: [] }, ...kept],
      needs: names.map((name) => ({ kind: 'city:Building', agencies: [agencyOfTest(name)] })),
    });
    await city.active();
    for (const chain of Object.keys(chains) as Chain[]) await chainTogether(city, chain);
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const found = async (chain: Chain) => {
    const answer = await city.ask({ filter: { ids: [twinAt(chain, 0)] } });
    return { told: answer.rows.map(({ twin }) => twin.representations.length), last: answer.source(keeperOf(chains[chain])) };
  };

  it('are one object as far as identityRoundsMax links reach', async () => {
    expect(await found('whole')).toMatchObject({ told: [chains.whole + 1], last: { status: 'ANSWERED' } });
  });

  it('beyond that are told in part: the report of the keeper of the next one says where it stopped', async () => {
    const { told, last } = await found('cut');
    expect(told).toEqual([chains.cut]);
    expect(last).toMatchObject({ status: 'PARTIAL', problem: { kind: 'tooLarge', subject: twinAt('cut', chains.cut), limit: limits.identityRoundsMax } });
  });
});

describe('an object of two agencies while a third one hangs', () => {
  it('is told whole by the two, and only the third is missing', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const [from, to] = [thingOf('water', 'gauge-1'), thingOf('fire', 'fire-1')];
    await saySame(city, from, to);
    const { address } = city.node('energy');
    await city.node('energy').close();
    await using other = await standIn(address);
    other.answer(say('{}'));
    await until(
      () => city.front.orchestration.links.status(twinOfTest('energy'))?.state,
      (state) => state === 'CONNECTED',
      'thought to be there',
    );
    other.answer(hang);
    const answer = await city.ask({ filter: { ids: [from] }, deadlineMs: 1_500 });
    expect(answer.rows.map(({ twin }) => twin.representations.map(({ id }) => id).sort())).toEqual([[to, from]]);
    expect(['LATE', 'FAILED']).toContain(answer.source('energy').status);
    expect(['front', 'water', 'fire'].map((name) => answer.source(name).status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED']);
  });
});
