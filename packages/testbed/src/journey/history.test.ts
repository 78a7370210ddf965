/**
 * What was said before, asked across agencies: history and past states of another agency's twin, as far as its policy shows them.
 */
import { addMs, type Instant, TermId, TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorityOfTest, createTestCity, type TestCity, testFederationId } from '../city.ts';

const level = TermId.parse('city:waterLevel');
const load = TermId.parse('city:load');
const gauge = TwinId.parse(`urn:dtf:twin:${authorityOfTest('water')}:things/g1`);
const station = TwinId.parse(`urn:dtf:twin:${authorityOfTest('energy')}:things/s1`);

type Told = { readonly number: number | null; readonly observedAt: string; readonly flag: string };
type Connection = { readonly nodes: readonly Told[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } | null;
type Answer = {
  readonly federation: {
    readonly twin: { readonly twin: { readonly representations: readonly { readonly history: Connection; readonly property: Told | null }[] } | null };
  };
};

describe('the past of another agency', () => {
  let city: TestCity;
  let begun: Instant;
  const minute = (of: number): Instant => addMs(begun, of * 60_000);
  const patch = (id: TwinId, term: TermId, samples: readonly (readonly [number, number, number])[]) =>
    city.node(id === gauge ? 'water' : 'energy').store.apply(
      [
        {
          op: 'patchTwin',
          id,
          values: {},
          samples: { [term]: samples.map(([value, at, known]) => ({ value, unit: 'm', observedAt: minute(at), recordedAt: minute(known) })) },
        },
      ],
      { at: minute(90) },
    );
  beforeAll(async () => {
    city = await createTestCity({
      agencies: [
        { name: 'front', kind: 'city:Park', twins: [] },
        { name: 'water', kind: 'city:RiverGauge', twins: [{ key: 'g1', at: [0.5, 0.5] }] },
        { name: 'energy', kind: 'city:Substation', twins: [{ key: 's1', at: [0.5, 0.6] }], policy: { rules: [{ withhold: [load] }] } },
      ],
    });
    await city.active();
    begun = addMs(systemDeps().clock.now(), -100 * 60_000);
    await patch(gauge, level, [
      [1, 0, 1],
      [2, 10, 11],
      [3, 20, 21],
      [2.5, 10, 30],
    ]);
    await patch(station, load, [
      [7, 0, 1],
      [8, 10, 11],
    ]);
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const ask = async (id: TwinId, term: string, { history = '', times = '' } = {}): Promise<Answer['federation']['twin']['twin']> => {
    const query = `query ($federation: ID!, $id: ID!, $term: ID!) { federation(id: $federation) { twin(id: $id ${times}) { twin { representations {
      property(term: $term) { number observedAt flag }
      history(term: $term ${history}) { nodes { number observedAt flag } pageInfo { hasNextPage endCursor } } } } } } }`;
    const response = await fetch(`${city.front.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, variables: { federation: testFederationId, id, term } }),
    });
    const { data, errors } = (await response.json()) as { readonly data: Answer; readonly errors?: unknown };
    expect(errors).toBeUndefined();
    return data.federation.twin.twin;
  };
  const historyOf = async (id: TwinId, term: string, history = '') => (await ask(id, term, { history }))?.representations[0]?.history;
  const numbers = (told: Connection | undefined) => told?.nodes.map(({ number }) => number);

  it('is told with corrections, in the order of observation, in pages', async () => {
    expect(numbers(await historyOf(gauge, level))).toEqual([1, 2, 2.5, 3]);
    const first = await historyOf(gauge, level, ', first: 3');
    expect([numbers(first), first?.pageInfo.hasNextPage]).toEqual([[1, 2, 2.5], true]);
    const rest = await historyOf(gauge, level, `, first: 3, after: "${first?.pageInfo.endCursor}"`);
    expect([numbers(rest), rest?.pageInfo.hasNextPage]).toEqual([[3], false]);
    expect(numbers(await historyOf(gauge, level, `, from: "${minute(5)}", to: "${minute(15)}", knownAt: "${minute(20)}"`))).toEqual([2]);
  });

  it('is told as it was then, and as it was known then', async () => {
    const value = async (times: string) => (await ask(gauge, level, { times }))?.representations[0]?.property?.number;
    expect(await value('')).toBe(3);
    expect(await value(`, asOf: "${minute(15)}"`)).toBe(2.5);
    expect(await value(`, asOf: "${minute(15)}", knownAt: "${minute(29)}"`)).toBe(2);
  });

  it('keeps back what policy keeps back', async () => {
    expect(numbers(await historyOf(station, load))).toEqual([]);
    const past = await ask(station, load, { times: `, asOf: "${systemDeps().clock.now()}"` });
    expect(past?.representations.map(({ property }) => property)).toEqual([null]);
  });
});
