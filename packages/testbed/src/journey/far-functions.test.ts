/**
 * Functions of a system of its own over an adaptor: a process of OGC API - Processes in a program of its own, invoked in the words and units of whoever asks.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, exchanges, present, readRecords, type TestCity, until } from '../city.ts';
import { twinOfTest } from '../city-files.ts';
import { type FarProcess, startFarProcess } from '../far/far-process.ts';
import { computingAgencies, featureOfTest } from '../far/functional-city.ts';

const feature = featureOfTest('river', 'river:FloodWave/wave');

const fields = '__typename ... on FunctionRun { id state progress inputs outputs problem { code } } ... on Problem { code message }';
const invokeText = `mutation ($feature: ID!, $inputs: JSON!, $mode: FunctionMode) {
  told: invokeFeature(feature: $feature, inputs: $inputs, mode: $mode, deadline: "PT20S") { ${fields} }
}`;
const queryText = `query ($feature: ID!, $run: ID!) { told: functionRun(feature: $feature, run: $run) { ${fields} } }`;
const cancelText = `mutation ($feature: ID!, $run: ID!) { told: cancelFunctionRun(feature: $feature, run: $run) { ${fields} } }`;

type Told = {
  readonly id?: string;
  readonly state?: string;
  readonly progress?: number;
  readonly code?: string;
  readonly message?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly problem?: { readonly code: string };
};

const notice = `HEARD notify.feature of ${twinOfTest('river')}`;

const litresOfCubicFoot = 28.316846592;
const metresOfFoot = 0.3048;

describe('a process of a system of its own', () => {
  let far: FarProcess;
  let city: TestCity;
  let again: AsyncDisposable | undefined;
  beforeAll(async () => {
    far = await startFarProcess();
    city = await createTestCity({ agencies: computingAgencies(far), needs: [{ kind: 'city:FloodForecast' }] });
    await city.active();
  });
  afterAll(async () => {
    await again?.[Symbol.asyncDispose]();
    await city[Symbol.asyncDispose]();
    await far[Symbol.asyncDispose]();
  });

  const ask = async (text: string, variables: Readonly<Record<string, unknown>>): Promise<Told> => {
    const told = await askGraphql(city.front.address, text, { feature, ...variables });
    expect(told.errors).toBeUndefined();
    return present(told.data, 'answer')['told'] as Told; // branding: as asked
  };
  const invoke = (inputs: object, mode = 'SYNC') => ask(invokeText, { inputs, mode });
  const standing = (run: string | undefined) => ask(queryText, { run });

  it('is a function of its agency, described in the words and units of who asks', () => {
    const { bridge, features } = present(city.federation().members[0], 'member');
    expect(features).toMatchObject([{ featureId: feature, kind: 'city:FloodForecast', far: true, modes: ['invoke'] }]);
    const { inputs, outputs } = present(bridge?.features[0], 'feature of the bridge');
    expect(inputs).toMatchObject({
      properties: {
        'city:flow': { title: 'Peak discharge', type: 'number', minimum: 0, maximum: 500_000 * litresOfCubicFoot, unit: 'L/s' },
        'city:district': { enum: ['upper', 'lower'] },
        'city:horizon': { type: 'number', default: 48, unit: 'h' },
      },
      required: ['city:flow', 'city:district'],
    });
    expect(outputs).toMatchObject({ properties: { 'city:waterLevel': { type: 'number', unit: 'm' } } });
    expect(bridge?.report.unmapped.map(({ term }) => term)).toEqual(['river:model']);
  });

  it('computes for others what it computes for itself, and tells nothing that has no word', async () => {
    for (const [reach, district] of [
      ['U', 'upper'],
      ['L', 'lower'],
    ]) {
      const own = await far.compute({ discharge_cfs: 40_000, reach, days: 3 });
      const told = await invoke({ 'city:flow': 40_000 * litresOfCubicFoot, 'city:district': district, 'city:horizon': 72 });
      expect(told).toMatchObject({ state: 'SUCCEEDED', inputs: { 'city:district': district, 'city:horizon': 72 } });
      expect(Object.keys(told.outputs ?? {})).toEqual(['city:waterLevel']);
      expect(told.outputs?.['city:waterLevel']).toBeCloseTo(Number(own['peak_ft']) * metresOfFoot, 6);
    }
  });

  it('refuses what it does not take, by whichever end knows it', async () => {
    expect(await invoke({ discharge_cfs: 1 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await invoke({ 'city:flow': 1e12, 'city:district': 'upper' })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await invoke({ 'city:flow': 10 })).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('says why it failed, as its own system says it', async () => {
    const told = await invoke({ 'city:flow': 450_000 * litresOfCubicFoot, 'city:district': 'upper' });
    expect(told.message).toContain('the dykes are overtopped');
  });

  it('runs in the background with its progress, and is dismissed at its system when it is cancelled', async () => {
    const begun = await invoke({ 'city:flow': 1e6, 'city:district': 'upper', 'city:horizon': 1e10 }, 'ASYNC');
    expect(begun.id).toBeDefined();
    const running = await until(
      () => far.jobs(),
      (jobs) => jobs.some(({ status }) => status === 'running'),
      'running',
    );
    const job = present(
      running.find(({ status }) => status === 'running'),
      'job',
    );
    await until(
      () => standing(begun.id),
      ({ state }) => state === 'RUNNING',
      'RUNNING',
    );
    expect(await ask(cancelText, { run: begun.id })).toMatchObject({ state: 'CANCELLED' });
    await until(
      () => far.jobs(),
      (jobs) => jobs.some(({ jobID, status }) => jobID === job.jobID && status === 'dismissed'),
      'dismissed',
    );
    const finite = await invoke({ 'city:flow': 1e6, 'city:district': 'lower', 'city:horizon': 2e7 }, 'ASYNC');
    const seen: number[] = [];
    const done = await until(
      () => standing(finite.id),
      ({ state, progress = 0 }) => {
        seen.push(progress);
        return state === 'SUCCEEDED';
      },
      'SUCCEEDED',
    );
    expect(done).toMatchObject({ progress: 1, outputs: { 'city:waterLevel': expect.any(Number) } });
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
  });

  it('that its system works on is followed on when its agency is started again, and who asked is told the end', async () => {
    const begun = await invoke({ 'city:flow': 1e6, 'city:district': 'upper', 'city:horizon': 4e7 }, 'ASYNC');
    await until(
      () => far.jobs(),
      (jobs) => jobs.some(({ status }) => status === 'running'),
      'running',
    );
    const { address } = city.node('river');
    const before = (await exchanges(city.front.address))[0]?.n ?? 0;
    await city.node('river').close();
    const run = { runId: begun.id, state: 'RUNNING' };
    expect(readRecords(city.folder, 'river', 'functionRun')).toContainEqual(
      expect.objectContaining({ run: expect.objectContaining(run), job: expect.stringContaining('/jobs/') }),
    );
    again = await city.startAgain('river', address);
    await until(
      () => exchanges(city.front.address),
      (entries) => entries.some(({ n, what }) => n > before && what === notice),
      'told',
    );
    const done = await until(
      () => standing(begun.id),
      ({ state }) => state === 'SUCCEEDED',
      'SUCCEEDED',
    );
    expect(done).toMatchObject({ progress: 1, outputs: { 'city:waterLevel': expect.any(Number) } });
  });

  it('whose system is gone is named as such, and nobody waits', async () => {
    await far.kill();
    expect(await invoke({ 'city:flow': 1e6, 'city:district': 'upper' })).toMatchObject({ message: expect.stringContaining('the interface of the agency') });
  });
});
