/**
 * Three agency nodes as three processes: the same code, the same federation, the same answer.
 */
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { askGraphql, until } from '../city.ts';
import { agencyOfTest, fourAgencies, ruleOfFront, testFederationId, writeCity } from '../city-files.ts';
import { federationStatus, freePort, startProcess } from '../processes.ts';

const question = `query ($federation: ID!) {
  federation(id: $federation) { twins(first: 100) { nodes { id } sources { agency { id } status rows } } }
}`;

it('a registry with the initiator and two members run as processes, find one another, and answer one question that names its sources', async () => {
  const registry = { address: `http://127.0.0.1:${await freePort()}` };
  const first = { listen: { port: Number(new URL(registry.address).port) }, federations: [ruleOfFront('city:RiverGauge', 'city:Substation')] };
  const agencies = fourAgencies({ front: { node: first }, water: { node: { registry } }, energy: { node: { registry } } }).slice(0, 3);
  const folder = await writeCity({ agencies, needs: [] });
  await using front = await startProcess(folder, 'front');
  const [water, energy] = await Promise.all([startProcess(folder, 'water'), startProcess(folder, 'energy')]);
  await using _water = water;
  await using _energy = energy;
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
