/**
 * What an application is told: how its federation stands, asked for in a message (P3) or followed by GraphQL, and what its federation finds.
 * A node is no application: results (P2) and states (P4) that are said to it are refused.
 */
import { kindOfCode, parseReply } from '@cityweave/core';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, type TestCity, valueOf } from '../city.ts';
import { fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';
import { askAsApplication, federationStatus } from '../processes.ts';

let city: TestCity;
let client: Client;
beforeAll(async () => {
  city = await createTestCity({ agencies: fourAgencies().slice(0, 3) });
  await city.active();
  client = createClient({ url: `${city.front.address.replace('http', 'ws')}/graphql`, retryAttempts: 0 });
});
afterAll(async () => {
  await client.dispose();
  await city[Symbol.asyncDispose]();
});

const front = () => ({ name: 'front', address: city.front.address });

/** What a node answers that is told something as if it were an application. */
const toldAsApplication = async (row: string, object: object, parameters = {}) => {
  const said = await askAsApplication(front(), row, { parameters, objects: [object], header: { messageType: 'notification', role: 'application' } });
  return kindOfCode(present(said.data.action.result, 'a result').code);
};

const retrieved = async (id: string) =>
  parseReply('application.retrieve.federation', await askAsApplication(front(), 'retrieve.federation', { objects: [{ kind: 'federation', id }] }));

it('is told how its federation stands and who is in it, and of no other (P3)', async () => {
  const status = valueOf(await federationStatus(front(), testFederationId));
  const federation = valueOf(await retrieved(testFederationId)).objects[0].attributes;
  expect([status.state, federation.state]).toEqual(['ACTIVE', 'ACTIVE']);
  for (const { members } of [status, federation])
    expect(members?.map(({ twinId, state }) => [twinId, state]).toSorted()).toEqual([
      [twinOfTest('energy'), 'ACTIVE'],
      [twinOfTest('water'), 'ACTIVE'],
    ]);
  expect(await retrieved(`${testFederationId}-other`)).toMatchObject({ ok: false, problem: { kind: 'unknownFederation' } });
});

it('follows what its federation finds by GraphQL; a node takes no results of another (P2)', async () => {
  const query = `subscription ($id: ID!) {
    federationTwins(federation: $id, filter: { kinds: ["city:RiverGauge"] }) { ... on Snapshot { twins { id } } ... on Delta { changed { id } } }
  }`;
  type Told = { readonly federationTwins: { readonly twins?: readonly { readonly id: string }[] } };
  for await (const { data } of client.iterate<Told>({ query, variables: { id: testFederationId } })) {
    const { twins } = present(data ?? undefined, 'what was found').federationTwins;
    if (!twins?.length) continue;
    expect(twins.every(({ id }) => id.includes('water'))).toBe(true);
    break;
  }
  const results = { kind: 'exchangeData', id: 'urn:uuid:5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3f', attributes: { seq: 1, rows: [], deleted: [] } };
  expect(await toldAsApplication('publish.exchangeData', results, { federationId: testFederationId })).toBe('notMyRole');
});

it('follows how its federation stands by GraphQL; a node takes no such word of another (P4)', async () => {
  const query = 'subscription ($id: ID!) { federationStatus(federation: $id) { state } }';
  const suspend = 'mutation ($federation: ID!) { suspendFederation(federation: $federation, reason: "lunch") { __typename } }';
  const states: string[] = [];
  for await (const { data } of client.iterate<{ readonly federationStatus: { readonly state: string } }>({ query, variables: { id: testFederationId } })) {
    states.push(present(data ?? undefined, 'how it stands').federationStatus.state);
    if (states.length === 1) await askGraphql(city.front.address, suspend, { federation: testFederationId });
    if (states.at(-1) === 'SUSPENDED') break;
  }
  expect(states[0]).toBe('ACTIVE');
  const attributes = { state: 'RELEASED', since: new Date().toISOString(), members: [], revision: 1 };
  expect(await toldAsApplication('notify.federationStatus', { kind: 'federationStatus', id: testFederationId, attributes })).toBe('notMyRole');
});
