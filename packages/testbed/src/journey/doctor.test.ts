/**
 * An operator asks what ails a node: every part and every link is named with how it stands, while the node runs, after a member died, and before it ever ran.
 */
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../city.ts';
import { fourAgencies, ruleOfFront, testFederationId, twinOfTest, writeCity } from '../city-files.ts';
import { federationStatus, freePort, type NodeProcess, startProcess } from '../processes.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));

type Finding = { readonly about: string; readonly subject: string; readonly outcome: string; readonly says: string; readonly latencyMs?: number };
type Told = { readonly code: number; readonly findings: readonly Finding[]; readonly broken: number };

const doctor = (folder: string, name: string, state = join(folder, 'state')): Promise<Told> =>
  new Promise((resolve) => {
    const args = [main, 'doctor', join(folder, name, 'node.yaml'), '--state', state, '--json'];
    execFile(process.execPath, args, (error, stdout) => {
      const { nodes, broken } = JSON.parse(stdout);
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, findings: nodes[0].findings, broken });
    });
  });

const outcomes = ({ findings }: Told) => findings.map(({ about, outcome }) => `${about} ${outcome}`);

describe('cityweave doctor', () => {
  let [folder, registry] = ['', ''];
  let nodes: readonly [NodeProcess, NodeProcess];

  beforeAll(async () => {
    const port = await freePort();
    registry = `http://127.0.0.1:${port}`;
    const changes = {
      front: { node: { listen: { port }, federations: [ruleOfFront('city:RiverGauge')] } },
      water: { node: { registry: { address: registry } } },
    };
    folder = await writeCity({ agencies: fourAgencies(changes).slice(0, 2), needs: [] });
    nodes = [await startProcess(folder, 'front'), await startProcess(folder, 'water')];
    await until(
      () => federationStatus(nodes[0], testFederationId),
      (status) => status.ok && status.value.state === 'ACTIVE',
      'ACTIVE',
    );
  });
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds a registry with the initiator sound, and its link to a member', async () => {
    const told = await doctor(folder, 'front');
    expect(told).toMatchObject({ code: 0, broken: 0 });
    expect(outcomes(told)).toEqual(['key sound', 'store sound', 'node sound', 'registry sound', 'federation sound', 'link sound']);
    const link = told.findings.at(-1);
    expect(link).toMatchObject({
      subject: twinOfTest('water'),
      says: expect.stringMatching(/^answers in [\d.]+ ms, clocks agree within \d+ ms, under the key pinned /),
    });
    expect(link?.latencyMs).toBeGreaterThan(0);
  });

  it('finds a member registered and agreed, and changes nothing of what it keeps', async () => {
    const before = readdirSync(join(folder, 'state'));
    const told = await doctor(folder, 'water');
    expect(outcomes(told)).toEqual(['key sound', 'store sound', 'node sound', 'registry sound', 'registration sound', 'federation sound', 'link sound']);
    expect(told.findings.find(({ about }) => about === 'federation')?.says).toMatch(/agreement AGREED/);
    expect(readdirSync(join(folder, 'state'))).toEqual(before);
  });

  it('names what is broken once a member died: the link here, the node there', async () => {
    await nodes[1].kill();
    const told = await doctor(folder, 'front');
    expect(told).toMatchObject({ code: 1, broken: 1 });
    expect(told.findings.find(({ about }) => about === 'link')).toMatchObject({ outcome: 'broken', problem: 'unreachable', subject: twinOfTest('water') });
    expect(outcomes(await doctor(folder, 'water'))).toContain('node doubtful');
  });

  it('greets the registry for a node that never ran, and makes no folder for it', async () => {
    const told = await doctor(folder, 'water', join(folder, 'elsewhere'));
    expect(outcomes(told)).toEqual(['memory unknown', 'registry sound']);
    expect(told.findings[1]).toMatchObject({ subject: registry, says: `answers as ${twinOfTest('front')}` });
    expect(readdirSync(folder)).not.toContain('elsewhere');
  });
});
