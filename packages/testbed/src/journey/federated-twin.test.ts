/**
 * A federation as a twin: registered when it is formed (R14), found by others as twins are found (R7), and gone from the registry with its release.
 */
import { federatedTwinIdOf } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

type Registered = {
  readonly id: string;
  readonly federation: string;
  readonly purpose: { readonly id: string };
  readonly members: string[];
  readonly features: string[];
};

const find = async (city: TestCity, asker: string, args = ''): Promise<readonly Registered[]> => {
  const query = `{ registeredFederations${args} { id federation purpose { id } members features } }`;
  const told = await askGraphql(city.node(asker).address, query);
  expect(told.errors).toBeUndefined();
  return (told.data as { registeredFederations: Registered[] }).registeredFederations; // branding: as asked
};

describe('a federated twin', () => {
  it('that is formed is found by what it is for and made of, without members that the asker may not see, until it is released', async () => {
    const policy = { rules: [{}], visibility: 'private' };
    const bystander = { name: 'guest', kind: 'city:Tree', twins: [{ key: 'tree', at: [0.5, 0.5] as const }] };
    const needs = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }];
    await using city = await createTestCity({ agencies: [...fourAgencies().slice(0, 3), bystander], needs });
    await city.active();
    const [found] = await until(
      () => find(city, 'guest', '(purpose: "city:safety")'),
      (all) => all.length === 1,
      'registered',
    );
    expect(found).toMatchObject({ id: federatedTwinIdOf(testFederationId), federation: testFederationId, purpose: { id: 'city:safety' } });
    expect(found?.members.toSorted()).toEqual(['energy', 'front', 'water'].map(twinOfTest));
    expect(found?.features).toHaveLength(2);
    expect(await find(city, 'guest', '(kind: "city:RiverGauge")')).toHaveLength(1);
    expect(await find(city, 'guest', '(kind: "city:Tree")')).toEqual([]);
    expect(await find(city, 'guest', '(purpose: "city:culture")')).toEqual([]);
    const { address } = city.node('energy');
    await city.node('energy').close();
    await using _hidden = await city.startAgain('energy', address, { changes: { policy } });
    const [seen] = await until(
      () => find(city, 'guest'),
      ([one]) => one?.features.length === 1,
      'hidden',
    );
    expect(seen?.members.toSorted()).toEqual(['front', 'water'].map(twinOfTest));
    city.front.orchestration.management.release(testFederationId, 'the test is over');
    expect(
      await until(
        () => find(city, 'guest'),
        (all) => all.length === 0,
        'withdrawn',
      ),
    ).toEqual([]);
  });
});
