/**
 * The clients that integrators have, against a running city: each asks, walks pages, changes a twin and meets an error; two of them subscribe.
 */
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { fetchExchange, Client as UrqlClient } from '@urql/core';
import { auditServer } from 'graphql-http';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, createTestCity, present, type TestCity, until } from './city.ts';
import { fourAgencies, testFederationId } from './city-files.ts';

let city: TestCity;
let url: string;

beforeAll(async () => {
  city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  url = new URL('/graphql', city.front.address).href;
});

afterAll(async () => {
  await city[Symbol.asyncDispose]();
});

type Page = {
  readonly federation: {
    readonly twins: {
      readonly nodes: readonly { readonly id: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly sources: readonly { readonly status: string }[];
    };
  };
};
type Applied = {
  readonly applyTwins: {
    readonly __typename: string;
    readonly outcomes: readonly { readonly version: number | null; readonly problem: { readonly code: string } | null }[];
  };
};

const questions = {
  page: 'query Page($federation: ID!, $after: String) { federation(id: $federation) { id twins(first: 3, after: $after, deadline: "PT10S") { nodes { id name kind { id } } pageInfo { hasNextPage endCursor } sources { agency { id } status rows } } } }',
  apply:
    'mutation Apply($commands: [TwinCommand!]!) { applyTwins(commands: $commands) { __typename ... on TwinsApplied { outcomes { version problem { code } } } ... on TwinsRefused { outcomes { version problem { code } } } } }',
  wrong: 'query Wrong($federation: ID!) { federation(id: $federation) { id twins(first: 501) { nodes { id } } } }',
};

const federation = testFederationId;
const put = (key: string) => ({
  commands: [
    {
      put: {
        id: `urn:dtf:twin:front.test.example:clients/${key}`,
        kind: 'city:Building',
        name: { en: key },
        values: [{ term: 'city:height', value: 9, unit: 'm' }],
      },
    },
  ],
});

type Ask = <T>(query: string, variables: Record<string, unknown>) => Promise<T>;

const walk = async (ask: Ask): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: Page = await ask<Page>(questions.page, { federation, after });
    const { nodes, pageInfo, sources } = page.federation.twins;
    expect(sources.map(({ status }) => status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED', 'ANSWERED']);
    ids.push(...nodes.map(({ id }) => id));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  return ids;
};

const exerciseClient = async (ask: Ask, key: string): Promise<void> => {
  const ids = await walk(ask);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => id.includes(':things/'))).toHaveLength(9);
  const applied = await ask<Applied>(questions.apply, put(key));
  expect(applied.applyTwins).toMatchObject({ __typename: 'TwinsApplied', outcomes: [{ version: 1, problem: null }] });
};

const badPageSize = { code: 'BAD_USER_INPUT', argument: 'first', found: '501', accepted: '0 to 500' };

describe('clients of GraphQL over HTTP', () => {
  test('the audit of graphql-http finds no error', async () => {
    const results = await auditServer({ url: () => url, fetchFn: fetch });
    const wrong = await Promise.all(
      results.filter(({ status }) => status === 'error').map(async (result) => `${result.name}: ${'reason' in result ? result.reason : ''}`),
    );
    expect(wrong).toEqual([]);
  });

  test('Apollo Client', async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: url }),
      cache: new InMemoryCache({ possibleTypes: { ApplyTwinsResult: ['TwinsApplied', 'TwinsRefused'] } }),
      defaultOptions: { query: { fetchPolicy: 'no-cache' } },
    });
    const ask: Ask = async <T>(query: string, variables: Record<string, unknown>) => {
      const document = gql(query);
      const result = query.startsWith('mutation') ? await client.mutate({ mutation: document, variables }) : await client.query({ query: document, variables });
      return result.data as T;
    };
    await exerciseClient(ask, 'apollo');
    const failure = await ask(questions.wrong, { federation }).catch((cause: unknown) => cause);
    expect(CombinedGraphQLErrors.is(failure) && failure.errors[0]?.extensions).toMatchObject(badPageSize);
    client.stop();
  });

  test('urql', async () => {
    const client = new UrqlClient({ url, exchanges: [fetchExchange], preferGetMethod: false });
    const ask: Ask = async <T>(query: string, variables: Record<string, unknown>) => {
      const result = query.startsWith('mutation') ? await client.mutation(query, variables).toPromise() : await client.query(query, variables).toPromise();
      if (result.error) throw result.error;
      return result.data as T;
    };
    await exerciseClient(ask, 'urql');
    await expect(ask(questions.wrong, { federation })).rejects.toMatchObject({ graphQLErrors: [{ extensions: badPageSize }] });
  });

  test('graphql-request', async () => {
    const client = new GraphQLClient(url);
    await exerciseClient((query, variables) => client.request(query, variables), 'graphql-request');
    const failure = await client.request(questions.wrong, { federation }).catch((cause: unknown) => cause);
    expect(failure instanceof ClientError && failure.response.errors?.[0]?.extensions).toMatchObject(badPageSize);
  });

  test('a plain GET asks, but never changes anything', async () => {
    const asked = await fetch(`${url}?query=${encodeURIComponent('{ agency { id } }')}`);
    expect(await asked.json()).toEqual({ data: { agency: { id: 'urn:dtf:agency:front.test.example' } } });
    const changed = await fetch(`${url}?query=${encodeURIComponent('mutation { applyTwins(commands: []) { __typename } }')}`);
    expect(changed.status).toBe(405);
  });
});

type Twins = { readonly id: string; readonly property: { readonly winner: { readonly number: number } } | null };
type Event =
  | { readonly __typename: 'Snapshot'; readonly twins: readonly Twins[]; readonly complete: boolean; readonly cursor: string }
  | { readonly __typename: 'Delta'; readonly changed: readonly Twins[]; readonly removed: readonly string[]; readonly cursor: string }
  | { readonly __typename: 'SourceHeartbeat'; readonly agency: { readonly id: string }; readonly status: string }
  | { readonly __typename: 'Resnapshot' };

const subscription = `subscription Watch($federation: ID!, $cursor: String) {
  federationTwins(federation: $federation, filter: { kinds: ["city:RiverGauge"] }, cursor: $cursor) {
    __typename
    ... on Snapshot { twins { id property(term: "city:waterLevel") { winner { number } } } complete cursor }
    ... on Delta { changed { id property(term: "city:waterLevel") { winner { number } } } removed cursor }
    ... on SourceHeartbeat { agency { id } status }
  }
}`;

type Sink = {
  readonly next: (value: { readonly data?: Record<string, unknown> | null | undefined }) => void;
  readonly error: (cause: unknown) => void;
  readonly complete: () => void;
};
type Subscribe = (variables: Record<string, unknown>, sink: Sink) => () => void;

/** Collects events until told to stop. */
const collect = (subscribe: Subscribe, cursor?: string) => {
  const events: Event[] = [];
  const failures: unknown[] = [];
  const stop = subscribe(
    { federation, ...(cursor !== undefined && { cursor }) },
    {
      next: ({ data }) => events.push((data as { federationTwins: Event }).federationTwins),
      error: (cause) => failures.push(cause),
      complete: () => undefined,
    },
  );
  const deltas = () => events.filter((event) => event.__typename === 'Delta');
  return { events, failures, stop, deltas };
};

const gauge = (n: number) => `urn:dtf:twin:water.test.example:things/gauge-${n}`;

const setLevel = async (n: number, level: number): Promise<void> => {
  const commands = [{ patch: { id: gauge(n), values: [{ term: 'city:waterLevel', value: level }] } }];
  const answer = await askGraphql(city.node('water').address, questions.apply, { commands });
  expect(answer).toMatchObject({ data: { applyTwins: { __typename: 'TwinsApplied' } } });
};

/** Snapshot, changes, a break, and what came meanwhile: nothing missing, nothing twice. */
const exerciseStream = async (subscribe: Subscribe, level: number): Promise<void> => {
  const first = collect(subscribe);
  await until(
    () => first.events,
    (events) => events.some((event) => event.__typename === 'Snapshot' && event.complete),
    'a whole snapshot',
  );
  const [snapshot] = first.events;
  expect(snapshot?.__typename === 'Snapshot' && snapshot.twins.map(({ id }) => id)).toEqual([gauge(1), gauge(2), gauge(3)]);
  await setLevel(1, level);
  const [delta] = await until(first.deltas, (deltas) => deltas.length > 0, 'a delta');
  expect(delta).toMatchObject({ changed: [{ id: gauge(1), property: { winner: { number: level } } }], removed: [] });
  first.stop();
  await setLevel(2, level + 1);
  const again = collect(subscribe, present(delta, 'delta').cursor);
  await until(again.deltas, (deltas) => deltas.length > 0, 'what came meanwhile');
  await setLevel(3, level + 2);
  const deltas = await until(again.deltas, (found) => found.length > 1, 'what comes now');
  expect(deltas.map(({ changed }) => changed.map(({ id }) => id))).toEqual([[gauge(2)], [gauge(3)]]);
  expect(again.events.some(({ __typename }) => __typename === 'Snapshot')).toBe(false);
  again.stop();
  expect([...first.failures, ...again.failures]).toEqual([]);
};

describe('clients of subscriptions', () => {
  test('graphql-sse receives a snapshot and deltas, and resumes', async () => {
    const client = createSseClient({ url, singleConnection: false, retryAttempts: 0 });
    await exerciseStream((variables, sink) => client.subscribe({ query: subscription, variables }, sink), 100);
    client.dispose();
  });

  test('graphql-ws receives a snapshot and deltas, and resumes', async () => {
    const client = createWsClient({ url: url.replace('http', 'ws'), retryAttempts: 0 });
    await exerciseStream((variables, sink) => client.subscribe({ query: subscription, variables }, sink), 200);
    await client.dispose();
  });

  test('graphql-ws asks and changes too', async () => {
    const client = createWsClient({ url: url.replace('http', 'ws'), retryAttempts: 0 });
    const ask: Ask = async <T>(query: string, variables: Record<string, unknown>) => {
      for await (const { data } of client.iterate({ query, variables })) return data as T;
      throw new Error('no answer');
    };
    await exerciseClient(ask, 'graphql-ws');
    await client.dispose();
  });
});
