/**
 * What was said before, asked across agencies: history and past states of another agency's twin, as far as its policy shows them.
 */
import { addMs, agencyOf, type Instant, linkIdOf, sameAs, TermId, TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity } from '../city.ts';
import { authorityOfTest, testFederationId } from '../city-files.ts';

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
        {
          name: 'water',
          kind: 'city:RiverGauge',
          twins: [
            { key: 'g1', at: [0.5, 0.5] },
            { key: 'new', at: [0.5, 0.7], values: { waterLevel: 9 } },
          ],
        },
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
    expect(numbers(await historyOf(gauge, level, ', every: "PT1M"'))).toEqual([1, 2.5, 3]);
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

  type Page = {
    readonly nodes: readonly { readonly id: string; readonly property: { readonly winner: Told } | null }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly totalCount: number | null;
    readonly sources: readonly { readonly agency: { readonly id: string }; readonly status: string; readonly rows: number }[];
  };
  type Ends = { readonly nodes: readonly { readonly to: { readonly id: string } }[] };
  type Linked = {
    readonly federation: { readonly twin: { readonly twin: { readonly links: Ends; readonly representations: readonly { readonly links: Ends }[] } | null } };
  };
  type Paged = { readonly federation: { readonly twins: Page } };
  type Posted<T> = { readonly data: T; readonly errors?: readonly { readonly message: string }[] };
  const post = async <T = Paged>(query: string, variables: object = {}): Promise<Posted<T>> => {
    const response = await fetch(`${city.front.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, variables: { federation: testFederationId, ...variables } }),
    });
    return (await response.json()) as Posted<T>;
  };
  const asked = (
    times: string,
    filter = '',
  ) => `query ($federation: ID!) { federation(id: $federation) { twins(filter: { kinds: ["city:RiverGauge"] ${filter} } ${times}) {
    nodes { id property(term: "city:waterLevel") { winner { number observedAt flag } } } pageInfo { hasNextPage endCursor } totalCount sources { agency { id } status rows } } } }`;
  const page = async (times: string, filter = ''): Promise<Page> => {
    const { data, errors } = await post(asked(times, filter));
    expect(errors).toBeUndefined();
    return data.federation.twins;
  };
  const levels = ({ nodes }: Page) => nodes.map(({ id, property }) => [id.slice(id.lastIndexOf('/') + 1), property?.winner.number]);

  it('is searched as it was then: values, twins that are gone, twins that were not there yet', async () => {
    const water = city.node('water').store;
    const twin = (await water.get([gauge])).get(gauge);
    if (!twin) return expect.fail('the gauge is there');
    const { version: _version, createdAt: _created, updatedAt: _updated, ...input } = twin;
    const id = TwinId.parse(gauge.replace(/g1$/, 'g0'));
    const at = minute(12);
    await water.apply(
      [
        {
          op: 'putTwin',
          twin: { ...input, id, provenance: { ...input.provenance, observedAt: at, recordedAt: at }, values: { [level]: { value: 2, unit: 'm' } } },
        },
      ],
      { at },
    );
    await water.apply([{ op: 'deleteTwin', id }], { at: minute(40) });
    expect(levels(await page(''))).toEqual([
      ['g1', 3],
      ['new', 9],
    ]);
    expect(levels(await page(`, asOf: "${minute(5)}"`))).toEqual([['g1', 1]]);
    expect(levels(await page(`, asOf: "${minute(15)}"`))).toEqual([
      ['g0', 2],
      ['g1', 2.5],
    ]);
    expect(levels(await page(`, asOf: "${minute(15)}", knownAt: "${minute(29)}"`))).toEqual([
      ['g0', 2],
      ['g1', 2],
    ]);
    const low = 'property: [{ term: "city:waterLevel", op: LT, value: 2.2, unit: "m" }]';
    expect(levels(await page(`, asOf: "${minute(15)}"`, low))).toEqual([['g0', 2]]);
    expect(levels(await page(`, asOf: "${minute(50)}"`, low))).toEqual([]);
    const told = await page(`, asOf: "${minute(15)}"`);
    expect(told.totalCount).toBe(2);
    expect(told.sources.find(({ agency }) => agency.id.endsWith('water.example') || agency.id.includes('water'))).toMatchObject({
      status: 'ANSWERED',
      rows: 2,
    });
  });

  it('is told in pages, each twin once', async () => {
    const times = `, asOf: "${minute(15)}", knownAt: "${minute(89)}", first: 1`;
    const first = await page(times);
    const rest = await page(`${times}, after: "${first.pageInfo.endCursor}"`);
    expect([levels(first), first.pageInfo.hasNextPage, first.totalCount]).toEqual([[['g0', 2]], true, null]);
    expect([levels(rest), rest.pageInfo.hasNextPage]).toEqual([[['g1', 2.5]], false]);
  });

  it('has the links that there were, also those that are gone', async () => {
    const { store } = city.node('water');
    const [kind, to] = [TermId.parse('city:feeds'), station];
    const link = { id: linkIdOf(gauge, kind, to), kind, from: gauge, to, source: agencyOf(gauge), recordedAt: minute(10) };
    await store.apply([{ op: 'putLink', link }], { at: minute(10) });
    await store.apply([{ op: 'deleteLink', id: link.id, endedAt: minute(20) }], { at: minute(30) });
    const ends = async (times: string) => {
      const links = 'links { nodes { to { id } } }';
      const query = `query ($federation: ID!, $id: ID!) { federation(id: $federation) { twin(id: $id ${times}) { twin { ${links} representations { ${links} } } } } }`;
      const { twin } = (await post<Linked>(query, { id: gauge })).data.federation.twin;
      return [twin?.links, twin?.representations[0]?.links].map((told) => told?.nodes.map((node) => node.to.id));
    };
    expect(await ends('')).toEqual([[], []]);
    expect(await ends(`, asOf: "${minute(15)}"`)).toEqual([[station], [station]]);
    expect(await ends(`, asOf: "${minute(25)}"`)).toEqual([[], []]);
    expect(await ends(`, asOf: "${minute(25)}", knownAt: "${minute(29)}"`)).toEqual([[station], [station]]);
  });

  it('is searched by the links that there were, put in the order of the values that held, and counted as it was', async () => {
    const fed = 'linked: [{ kind: "city:feeds" }]';
    expect(levels(await page(`, asOf: "${minute(15)}"`, fed))).toEqual([['g1', 2.5]]);
    expect(levels(await page(`, asOf: "${minute(25)}"`, fed))).toEqual([]);
    expect(levels(await page(`, asOf: "${minute(25)}", knownAt: "${minute(29)}"`, fed))).toEqual([['g1', 3]]);
    const byLevel = 'orderBy: { term: "city:waterLevel", descending: true }';
    expect(levels(await page(`, asOf: "${minute(15)}", ${byLevel}`))).toEqual([
      ['g1', 2.5],
      ['g0', 2],
    ]);
    const first = await page(`, asOf: "${minute(15)}", knownAt: "${minute(89)}", ${byLevel}, first: 1`);
    const rest = await page(`, asOf: "${minute(15)}", knownAt: "${minute(89)}", ${byLevel}, first: 1, after: "${first.pageInfo.endCursor}"`);
    expect([levels(first), levels(rest), rest.pageInfo.hasNextPage]).toEqual([[['g1', 2.5]], [['g0', 2]], false]);
    const counted = async (times: string) => {
      const query = `query ($federation: ID!) { federation(id: $federation) { summary(filter: { kinds: ["city:RiverGauge"] }, by: [KIND] ${times}) { groups { count of } } } }`;
      const { data } = await post<{ readonly federation: { readonly summary: { readonly groups: readonly object[] } } }>(query);
      return data.federation.summary.groups;
    };
    expect(await counted(`, asOf: "${minute(15)}"`)).toEqual([{ count: 2, of: 2 }]);
    expect(await counted(`, asOf: "${minute(5)}"`)).toEqual([{ count: 1, of: 1 }]);
    expect(await counted('')).toEqual([{ count: 2, of: 2 }]);
  });

  it('is one object with what it was the same as', async () => {
    const { store } = city.node('water');
    const link = { id: linkIdOf(gauge, sameAs, station), kind: sameAs, from: gauge, to: station, source: agencyOf(gauge), recordedAt: minute(10) };
    await store.apply([{ op: 'putLink', link }], { at: minute(10) });
    await store.apply([{ op: 'deleteLink', id: link.id, endedAt: minute(20) }], { at: minute(30) });
    const represented = async (times: string) => {
      const query = `query ($federation: ID!, $id: ID!) { federation(id: $federation) { twin(id: $id ${times}) { twin { representations { id } } } } }`;
      const { twin } = (
        await post<{ readonly federation: { readonly twin: { readonly twin: { readonly representations: readonly { readonly id: string }[] } } } }>(query, {
          id: gauge,
        })
      ).data.federation.twin;
      return twin.representations.map(({ id }) => id).toSorted();
    };
    const [both, alone] = [[gauge, station].toSorted(), [gauge]];
    expect(await represented('')).toEqual(alone);
    expect(await represented(`, knownAt: "${minute(29)}"`)).toEqual(both);
    expect(await represented(`, asOf: "${minute(25)}"`)).toEqual(alone);
  });

  it('keeps back what policy keeps back', async () => {
    expect(numbers(await historyOf(station, load))).toEqual([]);
    const past = await ask(station, load, { times: `, asOf: "${systemDeps().clock.now()}"` });
    expect(past?.representations.map(({ property }) => property)).toEqual([null]);
  });
});
