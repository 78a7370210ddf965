/**
 * Something in the city moves: flood gates at a broker of NGSI-LD, opened over an adaptor by a partner whose agreement grants it; without the grant nothing changes.
 */
import { type Broker, startBroker, systemDeps } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, type TestCity } from '../city.ts';
import { testFederationId } from '../city-files.ts';
import { featureOfTest, gateEntities, gateIds, movingAgencies } from '../far/functional-city.ts';

const feature = featureOfTest('gates', 'gates:Stellen/setting');
const needs = [{ kind: 'city:FloodGate' }, { kind: 'city:GateSetting' }];

const text = `mutation ($feature: ID!, $inputs: JSON!, $effect: FunctionEffect) {
  told: invokeFeature(feature: $feature, inputs: $inputs, effect: $effect, deadline: "PT20S") {
    __typename ... on FunctionRun { state outputs } ... on Problem { code message }
  }
}`;

const startGates = (): Promise<Broker> => startBroker({ entities: gateEntities, deps: systemDeps() });

const set = async (city: TestCity, inputs: object, effect = 'ACTUATION'): Promise<unknown> => {
  const answered = await askGraphql(city.front.address, text, { feature, inputs, effect });
  expect(answered.errors).toBeUndefined();
  return present(answered.data, 'answer')['told'];
};

const openingAt = (broker: Broker, id: string | undefined): unknown => Object(broker.entities.get(id ?? '')?.['oeffnung'])['value'];

/** How far the gates are open, as the federation sees it. */
const openings = async (city: TestCity): Promise<readonly number[]> => {
  const query = `{ federation(id: "${testFederationId}") { twins(filter: { kinds: ["city:FloodGate"] }) { nodes { property(term: "city:opening") { winner { number } } } } } }`;
  const { nodes } = Object((await askGraphql(city.front.address, query)).data?.['federation']).twins;
  return nodes.map(({ property }: { property: { winner: { number: number } } }) => property.winner.number).toSorted();
};

const [first, second] = gateIds;
const open = { 'city:target': first, 'city:opening': 40 };

describe('opening a gate', () => {
  it('without the grant of the agreement is refused, and nothing changes at the broker', async () => {
    await using broker = await startGates();
    await using city = await createTestCity({ agencies: movingAgencies(broker, {}), needs });
    await city.active();
    expect(await set(city, open)).toMatchObject({ code: 'ACTUATION_NOT_PERMITTED' });
    expect(await set(city, open, 'SIMULATION')).toMatchObject({ code: 'ACTUATION_NOT_PERMITTED' });
    expect(gateIds.map((id) => openingAt(broker, id))).toEqual([0, 0]);
    expect(await openings(city)).toEqual([0, 0]);
  });

  it('with the grant opens it, in its own unit, and all who ask see it', async () => {
    await using broker = await startGates();
    await using city = await createTestCity({ agencies: movingAgencies(broker, { actuation: true }), needs });
    await city.active();
    expect(await set(city, open, 'SIMULATION')).toMatchObject({ code: 'ACTUATION_NOT_PERMITTED' });
    expect(openingAt(broker, first)).toBe(0);
    expect(await set(city, open)).toMatchObject({ state: 'SUCCEEDED', outputs: { 'city:opening': 40 } });
    expect([openingAt(broker, first), openingAt(broker, second)]).toEqual([400, 0]);
    expect(await openings(city)).toEqual([0, 40]);
    const twin = (await city.ask({ filter: { kinds: ['city:FloodGate'] as never } })).ids.find((id) => id.endsWith('2'));
    expect(await set(city, { 'city:target': twin, 'city:opening': 100 })).toMatchObject({ state: 'SUCCEEDED' });
    expect(openingAt(broker, second)).toBe(1_000);
    expect(await set(city, { 'city:target': second, 'city:opening': 101 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await set(city, { 'city:target': 'urn:ngsi-ld:Tor:9', 'city:opening': 10 })).toMatchObject({ code: 'BAD_INPUT' });
    expect([openingAt(broker, first), openingAt(broker, second)]).toEqual([400, 1_000]);
  });

  it('outside the area agreed on is refused, and nothing changes at the broker', async () => {
    await using broker = await startGates();
    const rule = { actuation: true, area: [0, 0, 1, 0.15] };
    await using city = await createTestCity({ agencies: movingAgencies(broker, rule), needs });
    await city.active();
    expect(await set(city, { 'city:target': second, 'city:opening': 40 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await set(city, open)).toMatchObject({ state: 'SUCCEEDED' });
    expect([openingAt(broker, first), openingAt(broker, second)]).toEqual([400, 0]);
  });
});
