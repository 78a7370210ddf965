/**
 * Measured: what goes over the lines of a federation is counted and told, to applications by GraphQL and to partners by its status (P3, T13).
 */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

const question = `{ federation(id: "${testFederationId}") { health connections { latencyP50 latencyP95 messagesPerMinute lost errors } } }`;

type Line = {
  readonly latencyP50: string | null;
  readonly latencyP95: string | null;
  readonly messagesPerMinute: number;
  readonly lost: number;
  readonly errors: string[];
};
type Measured = { readonly health: number; readonly connections: readonly [Line] };

const measure = async ({ front }: TestCity): Promise<Measured> => (await askGraphql(front.address, question)).data?.['federation'] as Measured; // branding: as asked

/** P3 of an application of this machine. */
const status = async ({ front }: TestCity): Promise<unknown> => {
  const header = {
    ...{ protocolVersion: '1.0', messageId: `urn:uuid:${randomUUID()}`, messageType: 'request', contentFormat: 'application/json' },
    source: { id: 'urn:dtf:application:test.example:journey', role: 'application' },
    destination: { id: front.twin, role: 'digitalTwin' },
    timestamp: new Date().toISOString(),
  };
  const action = { verb: 'query', object: 'federationStatus', parameters: {} };
  const body = JSON.stringify({ header, data: { action, objects: [{ kind: 'federation', id: testFederationId }] } });
  const told = await fetch(new URL('/dtf/messages', front.address), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await told.json()).data.objects[0].attributes;
};

it('a line tells how fast it answers and what it lost, and the federation how many of its members are there', async () => {
  await using city = await createTestCity({ agencies: fourAgencies().slice(0, 2) });
  await city.active();
  for (let asked = 0; asked < 5; asked += 1) await city.ask();
  const well = await until(
    () => measure(city),
    ({ connections: [line] }) => line.messagesPerMinute >= 5,
    'asked five times',
  );
  expect(well).toMatchObject({ health: 1, connections: [{ latencyP50: expect.stringMatching(/^PT/), latencyP95: expect.stringMatching(/^PT/) }] });
  expect(await status(city)).toMatchObject({
    ...{ health: 1, metrics: { messages: expect.any(Number) }, members: [{ twinId: twinOfTest('water'), lastSeen: expect.any(String) }] },
    links: [{ latency: { p50Ms: expect.any(Number) }, lastMessageAt: expect.any(String), throughput: {} }],
  });
  await city.node('water').close();
  const lost = await until(
    () => measure(city),
    ({ health }) => health < 1,
    'a member short',
  );
  expect(lost).toMatchObject({ health: 0.5, connections: [{ errors: expect.arrayContaining([expect.stringMatching(/^DTF-50/)]) }] });
  expect(lost.connections[0].lost).toBeGreaterThan(0);
});
