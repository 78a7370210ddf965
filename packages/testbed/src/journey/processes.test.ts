/**
 * Three agency nodes as three processes: the same code, the same federation, the same answer.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { askGraphql, until } from '../city.ts';
import { agencyOfTest, fourAgencies, ruleOfFront, testFederationId, writeCity } from '../city-files.ts';
import { ended, federationStatus, freePort, spawnNode, startProcess } from '../processes.ts';

const question = `query ($federation: ID!) {
  federation(id: $federation) { twins(first: 100) { nodes { id } sources { agency { id } status rows } } }
}`;

it('a registry with the initiator and two members run as processes, find one another, and answer one question that names its sources', async () => {
  const registry = { address: `http://127.0.0.1:${await freePort()}` };
  const first = { listen: { port: Number(new URL(registry.address).port) }, federations: [ruleOfFront('city:RiverGauge', 'city:Substation')] };
  const agencies = fourAgencies({ front: { node: first }, water: { node: { registry } }, energy: { node: { registry } } }).slice(0, 3);
  const folder = await writeCity({ agencies, needs: [] });
  await using front = await startProcess(folder, 'front');
  await using _water = await startProcess(folder, 'water');
  await using _energy = await startProcess(folder, 'energy');
  await until(
    () => federationStatus(front, testFederationId),
    (status) => status.ok && status.value.state === 'ACTIVE',
    'ACTIVE',
  );
  const answer = await until(
    () => askGraphql(front.address, question, { federation: testFederationId }),
    ({ data }) => JSON.stringify(data).split('ANSWERED').length === 4,
    'answered by all',
  );
  expect(answer.errors).toBeUndefined();
  for (const [name, rows] of [
    ['front', 2],
    ['water', 3],
    ['energy', 3],
  ] as const)
    expect(JSON.stringify(answer.data)).toContain(`{"agency":{"id":"${agencyOfTest(name)}"},"status":"ANSWERED","rows":${rows}}`);
  await rm(folder, { recursive: true, force: true });
});

it('a node that is stopped while it waits for its registry ends in order, and tells of no problem', async () => {
  const registry = createServer().listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const address = registry.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const folder = await writeCity({ agencies: fourAgencies({ water: { node: { registry: { address: `http://127.0.0.1:${port}` } } } }), needs: [] });
  const child = spawnNode(folder, 'water', 'info');
  await using _child = { [Symbol.asyncDispose]: () => ended(child, 'SIGKILL') };
  const told: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => told.push(text));
  child.stdout.resume();
  const [line] = await once(registry, 'connection');
  child.kill('SIGTERM');
  await once(child, 'close');
  line.destroy();
  registry.close();
  const lines: readonly { level: number; msg: string }[] = told
    .join('')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ msg: 'agency node stopped' });
  await rm(folder, { recursive: true, force: true });
});
