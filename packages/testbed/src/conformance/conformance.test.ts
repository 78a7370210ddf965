/**
 * The conformance kit against our own node, where it finds nothing, and against a node with a fault, where it names it.
 */
import { join } from 'node:path';
import { type ConformanceReport, fixturesFolder, readMaterial, testConformance } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, valueOf } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { faults, wrongNode } from './wrong-node.ts';

describe('the conformance kit', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies().slice(0, 2), needs: [] });
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const test = async (target: string, only?: readonly string[]): Promise<ConformanceReport> => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const directory = join(city.folder, 'state', authorityOfTest('front'));
    return valueOf(await testConformance({ target, directory, only, material, signal: AbortSignal.timeout(180_000) }));
  };

  it('finds our own node sound; what it could not try it says', { timeout: 200_000 }, async () => {
    const { results, failed } = await test(city.front.address);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(failed).toBe(0);
    expect(results.filter(({ outcome }) => outcome === 'skipped').map(({ id }) => id)).toEqual(['06-adaptor']);
    expect(new Set(results.flatMap(({ check }) => check ?? []))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
  });

  /** What takes no time: leases that run out and members that fall silent take theirs. */
  const quick = ['01', '02', '03', '04-o', '04-r', '05', '07', '08', '09', '11', '12', '13', '2'];
  /** Where a fault of this kind is looked for, if not among the quick ones. */
  const slow: Readonly<Record<string, readonly string[]>> = { 'does not notice who is gone': ['10'] };

  it('finds the same node sound through a clerk who changes nothing', { timeout: 100_000 }, async () => {
    await using node = await wrongNode(city, 'front', undefined);
    expect((await test(node.address, quick)).results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it.each(Object.keys(faults))('names it: %s', { timeout: 100_000 }, async (fault) => {
    await using node = await wrongNode(city, 'front', faults[fault]);
    const { results } = await test(node.address, slow[fault] ?? quick);
    const named = results.filter(({ outcome }) => outcome === 'failed').map((result) => result.fault);
    expect(named.some((one) => one.startsWith(fault))).toBe(true);
  });

  it('says that a target that is not there is not there', async () => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const told = await testConformance({ target: 'http://127.0.0.1:9', material, signal: AbortSignal.timeout(10_000) });
    expect(told).toMatchObject({ ok: false, problem: { kind: 'unreachable' } });
  });
});
