/**
 * The endpoint over a real store: what it answers, what it refuses and how it says so, and what a production node does not show.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgencyId, type Authority, cityDictionary, createVocabulary, Instant, limits, problem, TermId, type TwinInput, twinIdOf } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { createRoom, open } from '../node-room.ts';
import { createNodeThreads, type NodeThreads } from '../node-threads.ts';
import { createOrchestration } from '../orchestration/orchestration.ts';
import { bounds } from './bounds.ts';
import { createGraphql, type Graphql, type GraphqlRoom } from './endpoint.ts';

type TrialAnswer = {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
};

type TrialNode = AsyncDisposable & {
  readonly room: GraphqlRoom;
  readonly graphql: Graphql;
  /** what went to the log as a bug of our own */
  readonly defects: readonly unknown[];
  readonly ask: (query: string, variables?: Record<string, unknown>) => Promise<TrialAnswer>;
  readonly put: (twins: readonly TwinInput[]) => Promise<void>;
};

const vocabulary = createVocabulary([cityDictionary]);

const endpoint = 'http://node.example/graphql';

const askOf =
  (graphql: Graphql) =>
  async (query: string, variables: Record<string, unknown> = {}): Promise<TrialAnswer> => {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const response = await graphql.fetch(new Request(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }));
    const { data, errors = [] } = await response.json();
    return { status: response.status, data, errors };
  };

const openRoom = async (directory: string, threads: NodeThreads, more: Partial<GraphqlRoom>) => {
  const deps = systemDeps();
  const node = NodeFile.parse({ agency: 'own.example', name: { en: 'Own', de: 'Eigene' }, roles: ['registry', 'twin'] });
  const options = { node, directory, deps, logLevel: 'silent' as const, production: false, vocabulary, examples: [], threads };
  const opened = await open(options);
  if (!opened.ok) return Promise.reject(new Error(opened.problem.kind));
  const defects: unknown[] = [];
  const stop = new AbortController();
  const events = {
    ...createEvents({ agency: 'own', level: 'silent' }),
    defect: (_where: string, cause: unknown) => {
      defects.push(cause);
      return problem('internal');
    },
  };
  const room = createRoom(options, opened.value, { events, address: () => 'http://127.0.0.1:1', signal: stop.signal });
  const graphqlRoom: GraphqlRoom = { ...room, orchestration: createOrchestration(room), production: false, examples: [], ...more };
  const close = async () => {
    stop.abort();
    await room.protocol.close();
    await opened.value.store.close();
    opened.value.records.close();
    opened.value.unlock();
  };
  return { room: graphqlRoom, defects, close };
};

const createTrialNode = async (more: Partial<GraphqlRoom> = {}): Promise<TrialNode> => {
  const directory = await mkdtemp(join(tmpdir(), 'cityweave-graphql-'));
  const deps = systemDeps();
  const threads = createNodeThreads(deps.timers);
  const { room, defects, close } = await openRoom(directory, threads, more);
  const graphql = createGraphql(room);
  return {
    room,
    graphql,
    defects,
    ask: askOf(graphql),
    put: async (twins) => {
      await room.store.apply(
        twins.map((twin) => ({ op: 'putTwin', twin })),
        { at: deps.clock.now() },
      );
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await threads[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const own = 'own.example' as Authority;
const at = Instant.parse('2026-05-04T12:00:00Z');

const building = (n: number): TwinInput => ({
  id: twinIdOf(own, 'houses', String(n).padStart(3, '0')),
  agency: `urn:dtf:agency:${own}` as AgencyId,
  kind: TermId.parse('city:Building'),
  name: { en: `House ${n}`, de: `Haus ${n}` },
  altIds: [{ scheme: 'number', value: `B-${n}` }],
  position: [9 + n / 100, 52],
  provenance: { observedAt: at, recordedAt: at, source: `urn:dtf:agency:${own}` as AgencyId },
  values: { 'city:height': { value: n * 100, unit: 'cm' }, 'city:use': { value: n % 2 ? 'residential' : 'office' } },
});

let node: TrialNode;

beforeAll(async () => {
  node = await createTrialNode();
  await node.put(Array.from({ length: 7 }, (_, n) => building(n + 1)));
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) => node.graphql.fetch(new Request(`http://node.example${path}`, { headers }));

type Edges = {
  readonly twins: {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly endCursor: string | null;
      readonly startCursor: string | null;
    };
  };
};

describe('own twins', () => {
  test('are found by any identifier, with values that say where they come from', async () => {
    const query = `query($id: ID!) { twin(id: $id) { __typename id name(lang: "de") kind { label } agency { name } ... on Building { height use } property(term: "city:height") { number unit observedAt source { id } flag } } }`;
    const twin = {
      __typename: 'Building',
      id: 'urn:dtf:twin:own.example:houses/003',
      name: 'Haus 3',
      kind: { label: 'Building' },
      agency: { name: 'Own' },
      height: 3,
      use: 'residential',
      property: { number: 300, unit: 'cm', observedAt: '2026-05-04T12:00:00.000Z', source: { id: 'urn:dtf:agency:own.example' }, flag: 'MEASURED' },
    };
    for (const id of ['urn:dtf:twin:own.example:houses/003', 'B-3'])
      expect(await node.ask(query, { id })).toMatchObject({ status: 200, data: { twin }, errors: [] });
  });

  test('the same operation gives the same answer before and after it is compiled', async () => {
    const query =
      'query($f: TwinFilter!, $by: [Facet!]!) { twins(filter: $f, orderBy: { term: "city:height", descending: true }) { totalCount nodes { id ... on Building { height } } } summary(filter: $f, by: $by) { kind { id } agency { id } count of } }';
    const variables = { f: { property: [{ term: 'city:height', op: 'GTE', value: 5, unit: 'm' }] }, by: ['KIND'] };
    const answers = await Promise.all([0, 1, 2, 3, 4].map(() => node.ask(query, variables)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.data).toMatchObject({
      twins: { totalCount: 3, nodes: [{ height: 7 }, { height: 6 }, { height: 5 }] },
      summary: [{ kind: { id: 'city:Building' }, agency: null, count: 3, of: 7 }],
    });
  });

  test('are counted in cells, and found by what somebody types, best names first', async () => {
    const counted = 'query($box: [Float!]!, $level: Int!) { cells(box: $box, level: $level) { box count } summary(by: [STATUS]) { status count } }';
    const all = await node.ask(counted, { box: [-180, -90, 180, 90], level: 0 });
    expect(all).toMatchObject({ errors: [], data: { cells: [{ box: [-180, -90, 180, 90], count: 7 }], summary: [{ status: null, count: 7 }] } });
    for (const [box, level] of [[[0, 0, 1], 0] as const, [[-180, -90, 180, 90], 20] as const])
      expect((await node.ask(counted, { box, level })).errors).toHaveLength(1);
    const typed = 'query($kinds: [ID!]) { search(text: "house 3", kinds: $kinds, first: 1) { relevance twin { id } } }';
    expect(await node.ask(typed)).toMatchObject({ errors: [], data: { search: [{ relevance: 1, twin: { id: 'urn:dtf:twin:own.example:houses/003' } }] } });
    expect(await node.ask(typed, { kinds: ['city:FloodZone'] })).toMatchObject({ errors: [], data: { search: [] } });
  });

  test('what a variable skips is skipped after compiling as before', async () => {
    const query =
      'query($brief: Boolean!, $named: Boolean = true) { twins(filter: { ids: ["urn:dtf:twin:own.example:houses/003"] }) { totalCount @skip(if: $brief) nodes { id name @include(if: $named) } } }';
    const [id, name] = ['urn:dtf:twin:own.example:houses/003', 'House 3'];
    for (let round = 0; round < 5; round += 1) {
      expect(await node.ask(query, { brief: true })).toEqual({ status: 200, data: { twins: { nodes: [{ id, name }] } }, errors: [] });
      expect(await node.ask(query, { brief: false, named: false })).toEqual({ status: 200, data: { twins: { totalCount: 1, nodes: [{ id }] } }, errors: [] });
    }
  });

  test('a wrong variable is refused the same way before and after compiling', async () => {
    const query = 'query($f: TwinFilter) { twins(filter: $f) { totalCount } }';
    for (let round = 0; round < 5; round += 1) {
      const refused = await node.ask(query, { f: { changedSince: 'yesterday' } });
      expect(refused).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT', found: 'yesterday', accepted: expect.stringContaining('RFC 3339') } }],
      });
    }
  });

  test('a walk forwards, and one backwards, meets every twin once', async () => {
    const query =
      'query($first: Int, $after: String, $last: Int, $before: String) { twins(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';
    const walk = async (forwards: boolean): Promise<readonly string[]> => {
      const seen: string[] = [];
      for (let cursor: string | null = null, more = true; more; ) {
        const { data } = await node.ask(query, forwards ? { first: 3, after: cursor } : { last: 3, before: cursor });
        const { edges, pageInfo } = (data as Edges).twins;
        const ids = edges.map((edge) => edge.node.id);
        if (forwards) seen.push(...ids);
        else seen.unshift(...ids);
        more = forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
        cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
      }
      return seen;
    };
    const forwards = await walk(true);
    expect(forwards).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => building(n).id));
    expect(await walk(false)).toEqual(forwards);
  });

  test('relate to one another', async () => {
    const query = 'query($f: TwinFilter!) { twins(filter: $f) { nodes { id } } }';
    const near = { relates: [{ relation: 'NEARER_THAN', metres: 700, to: { ids: ['B-1'] } }] };
    const within = { within: { circle: { longitude: 9.07, latitude: 52, metres: 10 } } };
    expect((await node.ask(query, { f: near })).data).toMatchObject({ twins: { nodes: [{ id: building(1).id }, { id: building(2).id }] } });
    expect((await node.ask(query, { f: within })).data).toMatchObject({ twins: { nodes: [{ id: building(7).id }] } });
  });

  test('are nodes among others', async () => {
    const { data, errors } = await node.ask('query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      ids: [building(2).id, 'urn:dtf:agency:own.example', 'urn:dtf:federation:own.example:none', 'nonsense'],
    });
    const refused = [['nodes', 2, 'UNKNOWN_FEDERATION'] as const, ['nodes', 3, 'NOT_FOUND'] as const];
    expect(errors).toMatchObject(refused.map(([field, at, code]) => ({ path: [field, at], extensions: { code } })));
    expect(data).toEqual({ nodes: [{ __typename: 'Building', id: building(2).id }, { __typename: 'Agency', id: 'urn:dtf:agency:own.example' }, null, null] });
  });

  test('are entities of a subgraph', async () => {
    const representations = [
      { __typename: 'Building', id: building(1).id },
      { __typename: 'Twin', id: 'urn:dtf:twin:own.example:houses/none' },
    ];
    const { data } = await node.ask('query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Building { height } } _service { sdl } }', {
      r: representations,
    });
    expect(data).toMatchObject({ _entities: [{ __typename: 'Building', height: 1 }, null], _service: { sdl: expect.stringContaining('@key(fields: "id")') } });
  });
});

const apply =
  'mutation($c: [TwinCommand!]!, $atomic: Boolean) { applyTwins(commands: $c, atomic: $atomic) { __typename ... on TwinsApplied { outcomes { index id version problem { code path } } } ... on TwinsRefused { outcomes { index current problem { code path found accepted retryable } } } } }';
const put = (local: string, more: object = {}) => ({
  put: { id: `urn:dtf:twin:own.example:made/${local}`, kind: 'city:Shelter', name: { en: local }, ...more },
});

describe('changes of own twins', () => {
  test('are all or nothing', async () => {
    const wrong = { put: { id: 'urn:dtf:twin:other.example:made/1', kind: 'city:Shelter', name: { en: 'x' } } };
    const refused = await node.ask(apply, { c: [put('a'), wrong, put('b', { kind: 'city:Nothing' }), put('c', { position: [1] }), {}] });
    expect(refused.errors).toEqual([]);
    expect(refused.data).toMatchObject({
      applyTwins: {
        __typename: 'TwinsRefused',
        outcomes: [
          { index: 1, problem: { code: 'NOT_AUTHORISED', path: 'put.id', accepted: 'a twin of urn:dtf:agency:own.example' } },
          { index: 2, problem: { code: 'UNKNOWN_TERM', path: 'put.kind' } },
          { index: 3, problem: { code: 'INVALID', path: 'put.position', found: '[1]' } },
          { index: 4, problem: { code: 'INVALID', found: 'nothing' } },
        ],
      },
    });
    expect((await node.ask('{ twin(id: "urn:dtf:twin:own.example:made/a") { id } }')).data).toEqual({ twin: null });
  });

  test('or each by itself, where that is wished', async () => {
    const wrong = put('e', { kind: 'nonsense' });
    expect((await node.ask(apply, { c: [put('d'), wrong], atomic: false })).data).toMatchObject({
      applyTwins: {
        __typename: 'TwinsApplied',
        outcomes: [
          { index: 0, version: 1, problem: null },
          { index: 1, version: null, problem: { code: 'INVALID', path: 'put.kind' } },
        ],
      },
    });
  });

  test('with a version that is no longer right are refused, and say which one stands', async () => {
    await node.ask(apply, { c: [put('f')] });
    const patch = { patch: { id: 'urn:dtf:twin:own.example:made/f', values: [{ term: 'city:capacity', value: 5 }], expected: 1 } };
    expect((await node.ask(apply, { c: [patch] })).data).toMatchObject({ applyTwins: { outcomes: [{ version: 2 }] } });
    expect((await node.ask(apply, { c: [patch] })).data).toMatchObject({
      applyTwins: { __typename: 'TwinsRefused', outcomes: [{ index: 0, problem: { code: 'REVISION_CONFLICT', retryable: true } }] },
    });
  });

  test('link twins, and take links away', async () => {
    const link = { from: 'urn:dtf:twin:own.example:made/f', kind: 'city:locatedAt', to: 'urn:dtf:twin:other.example:things/9' };
    const links = '{ twin(id: "urn:dtf:twin:own.example:made/f") { links { totalCount nodes { version kind { id } to { id name agency { id } } } } } }';
    await node.ask(apply, { c: [{ link }] });
    const to = { id: link.to, name: null, agency: { id: 'urn:dtf:agency:other.example' } };
    expect((await node.ask(links)).data).toEqual({ twin: { links: { totalCount: 1, nodes: [{ version: 1, kind: { id: 'city:locatedAt' }, to }] } } });
    const said = (evidence: string, expected: number) => node.ask(apply, { c: [{ link: { ...link, evidence, expected } }] });
    expect((await said('seen', 1)).data).toMatchObject({ applyTwins: { outcomes: [{ version: 2 }] } });
    expect((await said('too late', 1)).data).toMatchObject({ applyTwins: { outcomes: [{ problem: { code: 'REVISION_CONFLICT' } }] } });
    expect((await node.ask(links)).data).toMatchObject({ twin: { links: { nodes: [{ version: 2 }] } } });
    await node.ask(apply, { c: [{ unlink: { ...link, expected: 2 } }] });
    expect((await node.ask(links)).data).toMatchObject({ twin: { links: { totalCount: 0 } } });
  });

  test('take a number without a unit in that of its dictionary', async () => {
    const put = { id: 'urn:dtf:twin:own.example:houses/bare', kind: 'city:Building', name: { en: 'Bare' }, values: [{ term: 'city:height', value: 3 }] };
    await node.ask(apply, { c: [{ put }] });
    const { data } = await node.ask('query($id: ID!) { twin(id: $id) { property(term: "city:height") { number unit } } }', { id: put.id });
    expect(data).toEqual({ twin: { property: { number: 3, unit: 'm' } } });
    await node.ask(apply, { c: [{ delete: { id: put.id } }] });
  });

  test.each<[string, object, object]>([
    ['a place off the earth', { position: [900, 52] }, { path: 'put.position', accepted: expect.stringContaining('CRS84') }],
    ['an outline off the earth', { geometry: { type: 'Point', coordinates: [9, 152] } }, { path: 'put.geometry' }],
    ['a text as a height', { values: [{ term: 'city:height', value: 'tall', unit: 'm' }] }, { path: 'values[0]', accepted: 'number' }],
    ['a height in kilograms', { values: [{ term: 'city:height', value: 3, unit: 'kg' }] }, { code: 'UNITS_DIFFER', path: 'values[0]' }],
    ['a property as a kind', { kind: 'city:height' }, { path: 'put.kind', accepted: 'a kind' }],
    ['a name in no language', { name: {} }, { path: 'put.name' }],
    ['a version below none', { expected: -4 }, { path: 'expected' }],
  ])('refuse %s', async (_, part, problem) => {
    const put = { id: 'urn:dtf:twin:own.example:houses/new', kind: 'city:Building', name: { en: 'New' }, ...part };
    expect((await node.ask(apply, { c: [{ put }] })).data).toMatchObject({ applyTwins: { __typename: 'TwinsRefused', outcomes: [{ problem }] } });
  });

  test('come in batches of a bounded size', async () => {
    const commands = (count: number) => Array.from({ length: count }, (_, n) => put(`many-${n}`));
    expect((await node.ask(apply, { c: commands(limits.commandsMax) })).data).toMatchObject({ applyTwins: { __typename: 'TwinsApplied' } });
    expect((await node.ask(apply, { c: commands(limits.commandsMax + 1) })).data).toMatchObject({
      applyTwins: { __typename: 'TwinsRefused', outcomes: [{ problem: { code: 'TOO_MANY', found: '501' } }] },
    });
  });
});

const codes = async (query: string, variables?: Record<string, unknown>) => {
  const { status, errors } = await node.ask(query, variables);
  return { status, codes: errors.map(({ extensions }) => extensions?.['code']), message: errors[0]?.message ?? '' };
};

const nest = (depth: number): string => (depth === 0 ? 'ids: ["a"]' : `not: { ${nest(depth - 1)} }`);
const fieldsDeep = (depth: number): string => (depth === 0 ? 'id' : `broader { ${fieldsDeep(depth - 1)} }`);

describe('bounds', () => {
  test('of a page', async () => {
    expect(await codes(`{ twins(first: ${limits.pageMax}) { totalCount } }`)).toMatchObject({ status: 200, codes: [] });
    expect(await codes(`{ twins(first: ${limits.pageMax + 1}) { totalCount } }`)).toMatchObject({
      codes: ['BAD_USER_INPUT'],
      message: 'first: found 501; accepted: 0 to 500',
    });
    expect(await codes('{ twins(first: 1, last: 1) { totalCount } }')).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(await codes('{ twins(after: "nonsense") { totalCount } }')).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  });

  test('of a filter, naming where it is wrong', async () => {
    expect(await codes(`{ twins(filter: { ${nest(limits.filterDepthMax - 1)} }) { totalCount } }`)).toMatchObject({ codes: [] });
    expect(await codes(`{ twins(filter: { ${nest(limits.filterDepthMax)} }) { totalCount } }`)).toMatchObject({
      codes: ['BAD_USER_INPUT'],
      message: expect.stringContaining(`at most ${limits.filterDepthMax}`),
    });
    const any = (count: number) => ({ f: { any: Array.from({ length: count }, () => ({ text: 'x' })) } });
    const query = 'query($f: TwinFilter!) { twins(filter: $f) { totalCount } }';
    expect(await codes(query, any(limits.filterNodesMax - 1))).toMatchObject({ codes: [] });
    expect(await codes(query, any(limits.filterNodesMax))).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(await codes('{ twins(filter: { kinds: ["city:Building", "nonsense"] }) { totalCount } }')).toMatchObject({
      message: 'filter.kinds[1]: found nonsense; accepted: prefix:name, as city:FloodZone',
    });
    expect(await codes('{ twins(filter: { relates: [{ relation: NEARER_THAN, to: {} }] }) { totalCount } }')).toMatchObject({
      message: expect.stringContaining('filter.relates[0].metres'),
    });
    expect(await codes('{ twins(filter: { property: { term: "a:b", op: FLAGGED, value: 1 } }) { totalCount } }')).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(await codes('{ twins(filter: { within: {} }) { totalCount } }')).toMatchObject({
      message: expect.stringContaining('one of box, polygon and circle'),
    });
  });

  test('of depth', async () => {
    expect(await codes(`{ term(id: "city:Hospital") { ${fieldsDeep(bounds.depthMax - 2)} } }`)).toMatchObject({ status: 200, codes: [] });
    expect(await codes(`{ term(id: "city:Hospital") { ${fieldsDeep(bounds.depthMax - 1)} } }`)).toMatchObject({
      status: 400,
      codes: ['TOO_LARGE'],
      message: expect.stringContaining(`${bounds.depthMax} exceeded`),
    });
  });

  test('of aliases', async () => {
    const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: agency { id }`).join(' ')} }`;
    expect(await codes(aliased(bounds.aliasesMax))).toMatchObject({ codes: [] });
    expect(await codes(aliased(bounds.aliasesMax + 1))).toMatchObject({
      status: 400,
      codes: ['TOO_LARGE'],
      message: expect.stringContaining(`limit of ${bounds.aliasesMax}`),
    });
  });

  test('of tokens', async () => {
    const tokens = (count: number) => `{ twins(filter: { ids: [${'"a" '.repeat(count - 16)}] }) { totalCount } }`;
    expect(await codes(tokens(bounds.tokensMax))).toMatchObject({ status: 200, codes: [] });
    expect(await codes(tokens(bounds.tokensMax + 1))).toMatchObject({ status: 400, message: expect.stringContaining(`limit of ${bounds.tokensMax}`) });
  });

  test('of cost', async () => {
    const costly = (outer: number) => `{ twins(first: ${outer}) { nodes { links(first: 500) { nodes { id } } } } }`;
    expect(await codes(costly(30))).toMatchObject({ codes: [] });
    expect(await codes(costly(500))).toMatchObject({ status: 400, codes: ['TOO_LARGE'], message: expect.stringContaining(`limit of ${bounds.costMax}`) });
  });

  test('of directives', async () => {
    const directives = (count: number) => `{ agency { id ${'@include(if: true) '.repeat(count)} } }`;
    expect((await codes(directives(bounds.directivesMax + 1))).message).toContain(`limit of ${bounds.directivesMax}`);
  });

  test('of operations in one request', async () => {
    const batch = (count: number) =>
      node.graphql.fetch(
        new Request('http://node.example/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(Array.from({ length: count }, () => ({ query: '{ agency { id } }' }))),
        }),
      );
    expect(await (await batch(bounds.operationsPerRequestMax)).json()).toHaveLength(bounds.operationsPerRequestMax);
    expect((await batch(bounds.operationsPerRequestMax + 1)).status).toBe(413);
  });

  test('of lists in arguments', async () => {
    const ids = (count: number) => ({ ids: Array.from({ length: count }, () => 'urn:dtf:agency:own.example') });
    const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect(await codes(query, ids(limits.pageMax))).toMatchObject({ codes: [] });
    expect(await codes(query, ids(limits.pageMax + 1))).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  });
});

describe('federations', () => {
  test('that are not known are not listed, and a wrong request says what is wrong', async () => {
    expect(await node.ask('{ federations { totalCount } }')).toMatchObject({ data: { federations: { totalCount: 0 } }, errors: [] });
    const request =
      'mutation($n: ServiceInput!) { requestFederation(need: $n) { __typename ... on Problem { code path accepted } ... on FederationRequested { federation { id state initiator { id } needs { kind { id } optional } } } } }';
    const need = { name: { en: 'Test' }, purpose: 'city:safety', needs: [{ kind: 'city:Nothing' }] };
    expect((await node.ask(request, { n: need })).data).toMatchObject({ requestFederation: { __typename: 'Problem', code: 'UNKNOWN_TERM' } });
    expect((await node.ask(request, { n: { ...need, needs: [] } })).data).toMatchObject({
      requestFederation: { __typename: 'Problem', code: 'INVALID', path: 'need.needs' },
    });
    const release = 'mutation($id: ID!) { releaseFederation(federation: $id) { __typename ... on Problem { code } } }';
    expect((await node.ask(release, { id: 'urn:dtf:federation:own.example:none' })).data).toMatchObject({
      releaseFederation: { __typename: 'Problem', code: 'UNKNOWN_FEDERATION' },
    });
    const answer = 'mutation { answerRequest(agreement: "urn:dtf:agreement:own.example:none", decision: ACCEPT) { __typename ... on Problem { code } } }';
    expect((await node.ask(answer)).data).toMatchObject({ answerRequest: { __typename: 'Problem', code: 'NOT_FOUND' } });
  });
});

describe('what went wrong on our side', () => {
  test('reaches the log whole and the asker as one word', async () => {
    await using broken = await createTrialNode();
    const { room } = broken;
    const failing = { ...room, store: { ...room.store, resolve: () => Promise.reject(new Error('secret path /etc/passwd')) } };
    const response = await createGraphql(failing).fetch(
      new Request('http://node.example/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ twin(id: "x") { id } }' }),
      }),
    );
    const text = await response.text();
    expect(text).not.toContain('passwd');
    expect(JSON.parse(text).errors).toMatchObject([{ message: 'internal error', extensions: { code: 'INTERNAL', retryable: true } }]);
    expect(broken.defects.map(String).join()).toContain('passwd');
  });
});

describe('what could never be answered', () => {
  const count = (property: object) => node.ask('query($f: TwinFilter!) { twins(filter: $f) { totalCount } }', { f: { property: [property] } });

  test.each<[string, object, string]>([
    ['a unit of something else', { term: 'city:height', op: 'GT', value: 3, unit: 'a' }, 'filter.property[0].unit'],
    ['no unit at all', { term: 'city:height', op: 'GT', value: 3, unit: 'bogus' }, 'filter.property[0].unit'],
    ['a text against a number', { term: 'city:height', op: 'GT', value: '3' }, 'filter.property[0].value'],
    ['one text among numbers', { term: 'city:height', op: 'IN', value: [3, 'x'] }, 'filter.property[0].value'],
    ['nothing against a number', { term: 'city:height', op: 'EQ', value: null }, 'filter.property[0].value'],
  ])('%s is refused, naming where', async (_, property, argument) => {
    const { errors } = await count(property);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument, accepted: expect.stringContaining('city:height') });
  });

  test('a box whose south is north of its north is refused', async () => {
    const { errors } = await node.ask('{ twins(filter: { within: { box: [9, 53, 10, 52] } }) { totalCount } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', accepted: expect.stringContaining('south below north') });
  });

  test('variables nested variablesDepthMax deep are read, deeper ones refused', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const deep = (depth: number) => node.ask('query($v: JSON) { agency { id } }', { v: nested(depth - 1) });
    expect((await deep(bounds.variablesDepthMax)).errors[0]?.extensions?.['code']).not.toBe('TOO_LARGE');
    expect((await deep(bounds.variablesDepthMax + 1)).errors[0]?.extensions).toMatchObject({ code: 'TOO_LARGE', limit: bounds.variablesDepthMax });
    expect((await deep(3_000)).errors[0]?.extensions).toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('own twins that take too long', () => {
  test('are given up after answerMaxMs, and the store stops', async () => {
    const { room } = node;
    const waits: number[] = [];
    const timers = {
      after: (ms: number, run: () => void) => {
        waits.push(ms);
        setImmediate(run);
        return () => undefined;
      },
    };
    const never: GraphqlRoom['store']['find'] = (_query, { signal } = {}) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const graphql = createGraphql({ ...room, deps: { ...room.deps, timers }, store: { ...room.store, find: never } });
    const { errors } = await askOf(graphql)('{ twins { nodes { id } } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'TIMED_OUT', limit: limits.answerMaxMs });
    expect(waits).toEqual([limits.answerMaxMs]);
  });
});

describe('an asker who goes away', () => {
  test('ends the work at the store', async () => {
    const { room } = node;
    const { promise: begun, resolve: begin } = Promise.withResolvers<AbortSignal>();
    const waiting: GraphqlRoom['store']['find'] = (_query, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        if (!signal) return;
        begin(signal);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const graphql = createGraphql({ ...room, store: { ...room.store, find: waiting } });
    const server = createServer((request, response) => void graphql.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const asker = new AbortController();
    const asked = fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ twins { nodes { id } } }' }),
      signal: asker.signal,
    }).catch(() => 'gone');
    const signal = await begun;
    expect(signal.aborted).toBe(false);
    asker.abort();
    expect(await asked).toBe('gone');
    await new Promise((resolve) => (signal.aborted ? resolve(true) : signal.addEventListener('abort', resolve)));
    expect(signal.aborted).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the landing page', () => {
  test('is whole by itself and fetches nothing from elsewhere', async () => {
    for (const [path, accept] of [
      ['/', '*/*'],
      ['/graphql', 'text/html'],
    ] as const) {
      const page = await get(path, { accept });
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      const html = await page.text();
      expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style="|\son[a-z]+="|https?:/);
    }
    expect((await get('/landing.js')).headers.get('content-type')).toContain('text/javascript');
    expect(await (await get('/landing.js')).text()).not.toMatch(/innerHTML|https?:\/\//);
    expect((await get('/landing.css')).headers.get('content-type')).toContain('text/css');
  });

  test('gives the schema as text and the saved questions', async () => {
    const sdl = await get('/graphql?sdl');
    expect(await sdl.text()).toContain('type Query');
    expect(await (await get('/graphql/examples')).json()).toEqual([]);
  });
});

describe('a production node', () => {
  const post = (production: TrialNode, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    production.graphql.fetch(new Request('http://node.example/graphql', { method: 'POST', headers, body: JSON.stringify(body) }));

  test('shows no schema, suggests nothing, takes no batch and no request that could be forged', async () => {
    await using production = await createTrialNode({ production: true });
    expect(await production.ask('{ agency { id } }')).toMatchObject({ status: 200, errors: [] });
    expect((await production.ask('{ __schema { types { name } } }')).errors[0]?.message).toContain('introspection');
    expect((await production.ask('{ agencyy { id } }')).errors[0]?.message).not.toContain('Did you mean');
    expect((await node.ask('{ agencyy { id } }')).errors[0]?.message).toContain('Did you mean');
    expect((await post(production, [{ query: '{ agency { id } }' }])).status).toBe(400);
    expect((await post(production, { query: '{ agency { id } }' }, { 'content-type': 'text/plain' })).status).toBe(403);
    const forged = await production.graphql.fetch(new Request(`http://node.example/graphql?query=${encodeURIComponent('{ agency { id } }')}`));
    expect(forged.status).toBe(403);
    const meant = await production.graphql.fetch(
      new Request(`http://node.example/graphql?query=${encodeURIComponent('{ agency { id } }')}`, { headers: { 'x-graphql-csrf': '1' } }),
    );
    expect(meant.status).toBe(200);
  });
});
