/**
 * The conformance kit against our own node, where it finds nothing, and against a node with a fault, where it names it.
 */
import { join } from 'node:path';
import { type ConformanceReport, fixturesFolder, readMaterial, testConformance, Vector } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, valueOf } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { endless } from './endless.ts';
import { alteredByAdaptor, faults, knowsAllConnections, measuredByAdaptor, type Wrong, wrongNode } from './wrong-node.ts';

/** It has a registry elsewhere: a node may have any of the roles. */
const adaptor = { name: 'between', kind: 'city:Building', twins: [], node: { roles: ['adaptor'] } };

/** Offers fewer questions a minute than are asked for, whoever asks. */
const bargaining = { rules: [{ decision: 'accept', maxRatePerMinute: 6 }] };

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
    city = await createTestCity({
      agencies: [...fourAgencies({ front: { node: { functions: ['exposure'] } }, water: { policy: bargaining } }).slice(0, 2), adaptor],
      needs: [],
    });
  });
  afterAll(() => city[Symbol.asyncDispose]());

  type Tested = { readonly only?: readonly string[]; readonly binding?: 'http' | 'websocket'; readonly registry?: string; readonly directory?: string };

  const test = async (target: string, asked: Tested = {}): Promise<ConformanceReport> => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const directory = join(city.folder, 'state', authorityOfTest('front'));
    const given = { registry: city.front.address, directory, ...asked };
    return valueOf(await testConformance({ target, ...given, material, signal: AbortSignal.timeout(180_000) }));
  };

  const failedOf = ({ results }: ConformanceReport) => results.flatMap((result) => (result.outcome === 'failed' ? [result] : []));

  it.each(['http', 'websocket'] as const)('finds our own node sound over %s; what it could not try it says', { timeout: 200_000 }, async (binding) => {
    const report = await test(city.front.address, { binding });
    expect(failedOf(report)).toEqual([]);
    const skipped = report.results.flatMap(({ outcome, id }) => (outcome === 'skipped' && id !== '14-log-rewritten' ? [id] : []));
    expect(skipped).toEqual(['03-an-adaptor-answers', '06-adaptor', '08-rounds-of-an-owner', '11-three-intervals', ...notTried]);
    const [partly, untried] = [[3, 8, 11], [6]];
    const outcomeOf = (check: number) => (partly.includes(check) ? 'partly' : untried.includes(check) ? 'skipped' : 'passed');
    const rewritten = report.results.find(({ id }) => id === '14-log-rewritten')?.outcome === 'skipped' ? [14] : [];
    const checks = Array.from({ length: 14 }, (_, at) => at + 1).map((check) => ({ check, outcome: rewritten.includes(check) ? 'partly' : outcomeOf(check) }));
    expect(report.checks).toEqual(checks);
    expect(report.results.filter((result) => 'fault' in result)).toEqual([]);
    const registered = await (await fetch(new URL('/dtf/twins?limit=500', city.front.address))).json();
    expect(JSON.stringify(registered)).not.toMatch(/(one|two|owner)-[0-9a-f]+\.conformance\.example/);
    // who fell silent in a check, so that it was replaced, or was lost on purpose, does not stay as one of whom an answer is waited for
    const members = city.front.orchestration.federations().flatMap(({ members }) => members);
    expect(members.map(({ state }) => state).filter((state) => !['REJECTED', 'LEFT', 'REMOVED'].includes(state))).toEqual([]);
    expect(members.map(({ state }) => state)).toContain('LEFT');
  });

  it.each(['http', 'websocket'] as const)('finds our own adaptor sound over %s', { timeout: 100_000 }, async (binding) => {
    const checks = ['01', '02', '03', '06', '11-three', '13', '20', '21', '22-e', '22-wrong-state-connection', '23'];
    const report = await test(city.node('between').address, { only: checks, binding });
    expect(failedOf(report)).toEqual([]);
    const passed = report.results.flatMap(({ outcome, id }) => (outcome === 'passed' ? [id] : []));
    const own = ['03-an-adaptor-answers', '06-adaptor', '11-three-intervals', '22-wrong-state-connection-closed', '22-wrong-state-connection-closing'];
    expect(passed).toEqual(expect.arrayContaining(own));
  });

  it.each([
    { wrong: alteredByAdaptor, check: '06', fault: 'converts wrongly', why: 'signed' },
    { wrong: measuredByAdaptor, check: '11-three', fault: 'aligns wrongly', why: 'slot 1 is MEASURED, it should be CARRIED' },
    { wrong: knowsAllConnections, check: '03-an', fault: 'a component does not answer what is addressed to its role', why: 'DTF-503 should' },
  ])('names the fault of an adaptor: $fault', { timeout: 100_000 }, async ({ wrong, check, fault, why }) => {
    await using node = await wrongNode(city, 'between', { reply: wrong });
    expect((await test(node.address, { only: [check] })).results).toMatchObject([{ fault, outcome: 'failed', why: expect.stringContaining(why) }]);
  });

  it('finds an owner sound who bargains', { timeout: 100_000 }, async () => {
    const { results } = await test(city.node('water').address, { only: ['08-rounds-of'] });
    expect(results).toMatchObject([{ id: '08-rounds-of-an-owner', outcome: 'passed' }]);
  });

  /** What takes no time: leases that run out, members that fall silent and every row of the table take theirs. */
  const quick = [
    '01',
    '02',
    '03',
    '04-o',
    '04-r',
    '05',
    '07',
    '08',
    '09',
    '11',
    '12',
    '13',
    '14-told',
    '20',
    '21',
    '22-envelope',
    '22-wrong-state-agreement',
    '23',
    '24',
  ];
  /** Where a fault of this kind is looked for, if not among the quick ones. */
  const slow: Readonly<Record<string, readonly string[]>> = {
    'does not notice who is gone': ['10'],
    'goes on telling after the release': ['09-o'],
    'negotiates without end': ['08-f'],
    'keeps no log, or changes it': ['14-told'],
  };

  it('finds the same node sound through a clerk who changes nothing', { timeout: 100_000 }, async () => {
    await using node = await wrongNode(city, 'front', {});
    expect(failedOf(await test(node.address, { only: quick, registry: node.address }))).toEqual([]);
  });

  const planted: Readonly<Record<string, Wrong>> = {
    ...Object.fromEntries(Object.entries(faults).map(([fault, reply]) => [fault, { reply }])),
    'goes on telling after the release': { keepsStreams: true },
    'negotiates without end': endless,
  };

  it.each(Object.entries(planted))('names it: %s', { timeout: 200_000 }, async (named, wrong) => {
    const [fault = named] = named.split(':');
    await using node = await wrongNode(city, 'front', wrong);
    const report = await test(node.address, { only: slow[fault] ?? quick, registry: node.address });
    expect(failedOf(report).some((one) => one.fault.startsWith(fault))).toBe(true);
  });

  /** A vector of steps that are said to the target in their order, and what comes of it. */
  const play = async (...vectors: readonly object[]) => {
    const material = {
      ...valueOf(await readMaterial(fixturesFolder)),
      vectors: vectors.map((vector) => Vector.parse({ title: 'Trial', fault: 'is tried', ...vector })),
    };
    const only = material.vectors.map(({ id }) => id);
    return valueOf(await testConformance({ target: city.front.address, only, material, signal: AbortSignal.timeout(30_000) })).results;
  };
  const variable = (name: string): string => `$\{${name}}`;
  const probe = { say: 'probe.digitalTwin', parameters: { echo: 'kit' }, objects: [{ kind: 'digitalTwin', id: variable('target.id') }] };

  it('holds nothing against a target that was asked too late for what is expected', async () => {
    const steps = (ms: number) => [
      { ...probe, expect: { code: ['DTF-000'] } },
      { ...probe, expect: { code: ['DTF-999'] }, within: { ms, of: 1 } },
    ];
    expect(await play({ id: 'late', steps: steps(0) }, { id: 'soon', steps: steps(60_000) })).toMatchObject([
      { id: 'late', outcome: 'skipped', why: expect.stringContaining('probe.digitalTwin took') },
      { id: 'soon', outcome: 'failed', why: expect.stringContaining('DTF-000 came') },
    ]);
  });

  it('goes on with both of its actors where a check ended before it had registered one of them again', async () => {
    const withdrawn = { as: 'two', to: 'registry', say: 'deregister.digitalTwin', objects: [{ kind: 'digitalTwin', id: variable('two.id') }] };
    const steps = [
      { ...withdrawn, expect: { code: ['DTF-000'] } },
      { ...withdrawn, expect: { code: ['DTF-000'] } },
    ];
    const found = await play({ id: 'a', steps }, { id: 'b', steps: [{ ...withdrawn, expect: { code: ['DTF-000'] } }] });
    expect(found.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
  });

  it('says that a target that is not there is not there', async () => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const told = await testConformance({ target: 'http://127.0.0.1:9', material, signal: AbortSignal.timeout(10_000) });
    expect(told).toMatchObject({ ok: false, problem: { kind: 'unreachable', subject: 'http://127.0.0.1:9' } });
  });

  it('says that a registry that it is sent to is none', async () => {
    const material = valueOf(await readMaterial(fixturesFolder));
    const told = await testConformance({ target: city.node('water').address, material, signal: AbortSignal.timeout(10_000) });
    expect(told).toMatchObject({ ok: false, problem: { kind: 'notMyRole', accepted: expect.stringContaining('--registry') } });
  });
});
