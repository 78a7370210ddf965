/**
 * The conformance kit against our own node, where it finds nothing, and against a node with a fault, where it names it.
 */
import { join } from 'node:path';
import { type ConformanceReport, fixturesFolder, readMaterial, testConformance } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, valueOf } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { alteredByAdaptor, faults, wrongNode } from './wrong-node.ts';

/** It has a registry elsewhere: a node may have any of the roles. */
const adaptor = { name: 'between', kind: 'city:Building', twins: [], node: { roles: ['adaptor'] } };

/** States into which no partner brings a node that is no adaptor, each with its reason in the report. */
const notTried = [
  ...['agreement-expired', 'agreement-offered', 'agreement-requested', 'candidate-any'],
  ...['connection-closed', 'connection-closing', 'connection-failed', 'connection-requested'],
  ...['federation-draft', 'federation-failed', 'federation-released', 'federation-releasing'],
  ...['function-run-cancelled', 'function-run-failed', 'function-run-timed-out', 'member-any', 'registry-entry-pending'],
].map((state) => `22-wrong-state-${state}`);

describe('the conformance kit', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: [...fourAgencies({ front: { node: { functions: ['exposure'] } } }).slice(0, 2), adaptor], needs: [] });
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const test = async (target: string, only?: readonly string[], binding?: 'http' | 'websocket'): Promise<ConformanceReport> => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const directory = join(city.folder, 'state', authorityOfTest('front'));
    const registry = city.front.address;
    return valueOf(await testConformance({ target, registry, directory, only, binding, material, signal: AbortSignal.timeout(180_000) }));
  };

  it.each(['http', 'websocket'] as const)('finds our own node sound over %s; what it could not try it says', { timeout: 200_000 }, async (binding) => {
    const { results, failed } = await test(city.front.address, undefined, binding);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(failed).toBe(0);
    expect(results.filter(({ outcome }) => outcome === 'skipped').map(({ id }) => id)).toEqual(['06-adaptor', ...notTried]);
    expect(new Set(results.flatMap(({ check }) => check ?? []))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
  });

  it.each(['http', 'websocket'] as const)('finds our own adaptor sound over %s', { timeout: 100_000 }, async (binding) => {
    const { results } = await test(city.node('between').address, ['06', '22-wrong-state-connection'], binding);
    expect(results.filter(({ outcome }) => outcome !== 'skipped')).toMatchObject([
      { id: '06-adaptor', check: 6, outcome: 'passed' },
      { id: '22-wrong-state-connection-closed', outcome: 'passed' },
      { id: '22-wrong-state-connection-closing', outcome: 'passed' },
    ]);
  });

  it('names the fault of an adaptor that does not pass on what its owner signed', { timeout: 100_000 }, async () => {
    await using node = await wrongNode(city, 'between', alteredByAdaptor);
    expect((await test(node.address, ['06'])).results).toMatchObject([
      { fault: 'converts wrongly', outcome: 'failed', why: expect.stringContaining('signed') },
    ]);
  });

  /** What takes no time: leases that run out, members that fall silent and every row of the table take theirs. */
  const quick = ['01', '02', '03', '04-o', '04-r', '05', '07', '08', '09', '11', '12', '13', '20', '21', '22-envelope', '22-wrong-state-agreement', '23', '24'];
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
