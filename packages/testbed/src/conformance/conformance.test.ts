/**
 * The conformance kit against our own node, where it finds nothing, and against a node with a fault, where it names it.
 */
import { join } from 'node:path';
import { type ConformanceReport, fixturesFolder, readMaterial, testConformance } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorityOfTest, createTestCity, fourAgencies, type TestCity, valueOf } from '../city.ts';
import { faults, wrongNode } from './wrong-node.ts';

describe('the conformance kit', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies().slice(0, 2), needs: [] });
  });
  afterAll(() => city[Symbol.asyncDispose]());

  /** Only what may find a fault of this kind, where one is looked for: the leases take their time. */
  const test = async (target: string, only: (id: string) => boolean = () => true): Promise<ConformanceReport> => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const vectors = material.vectors.filter(({ id }) => only(id));
    const signal = AbortSignal.timeout(120_000);
    const directory = join(city.folder, 'state', authorityOfTest('front'));
    return valueOf(await testConformance({ target, directory, material: { ...material, vectors }, signal }));
  };

  it('finds our own node sound; what it could not try it says', async () => {
    const { results, failed } = await test(city.front.address);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(failed).toBe(0);
    expect(results.filter(({ outcome }) => outcome === 'skipped').map(({ id }) => id)).toEqual([
      '06-adaptor',
      '07-direct',
      '10-link-cut',
      '11-slots',
      '12-actuation',
    ]);
    expect(new Set(results.flatMap(({ check }) => check ?? []))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
  });

  it('finds the same node sound through a clerk who changes nothing', async () => {
    await using node = await wrongNode(city, 'front', undefined);
    expect((await test(node.address, (id) => !id.startsWith('04-a'))).results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it.each(Object.keys(faults))('names it: %s', async (fault) => {
    await using node = await wrongNode(city, 'front', faults[fault]);
    const { results } = await test(node.address, (id) => !id.startsWith('04-a'));
    const named = results.filter(({ outcome }) => outcome === 'failed').map((result) => result.fault);
    expect(named.some((one) => one.startsWith(fault))).toBe(true);
  });

  it('says that a target that is not there is not there', async () => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const told = await testConformance({ target: 'http://127.0.0.1:9', material, signal: AbortSignal.timeout(10_000) });
    expect(told).toMatchObject({ ok: false, problem: { kind: 'unreachable' } });
  });
});
