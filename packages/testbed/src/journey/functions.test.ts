/**
 * Functions over real sockets: the roads of a member routed around a closed area found in the federation, at once and in the background; exposure beside it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, exchanges, type TestCity, until } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies, twinOfTest } from '../city-files.ts';

/** A square of four roads: the short way from west to east is along the south, the long one over the north. */
const roads = [
  {
    id: 'south',
    line: [
      [0.1, 0.1],
      [0.3, 0.1],
    ],
  },
  {
    id: 'west',
    line: [
      [0.1, 0.1],
      [0.1, 0.2],
    ],
  },
  {
    id: 'north',
    line: [
      [0.1, 0.2],
      [0.3, 0.2],
    ],
  },
  {
    id: 'east',
    line: [
      [0.3, 0.2],
      [0.3, 0.1],
    ],
  },
];

const feature = (name: string, kind: string) => `urn:dtf:feature:${authorityOfTest(name)}:${encodeURIComponent(kind)}`;
const route = feature('water', 'city:ShortestRoute');

const invokeText = `mutation ($feature: ID!, $inputs: JSON!, $twins: [TwinsAsInput!], $mode: FunctionMode) {
  invokeFeature(feature: $feature, inputs: $inputs, twins: $twins, mode: $mode, deadline: "PT20S") {
    __typename ... on FunctionRun { id state outputs } ... on Problem { code message }
  }
}`;

type Told = { readonly __typename: string; readonly id?: string; readonly state?: string; readonly code?: string; readonly outputs?: Record<string, never> };

const flooded = {
  type: 'Polygon',
  coordinates: [
    [
      [0.19, 0.09],
      [0.21, 0.09],
      [0.21, 0.11],
      [0.19, 0.11],
      [0.19, 0.09],
    ],
  ],
};

const at = '2026-01-01T00:00:00.000Z';

/** Files of tests give points: lines and areas are put in their place. */
const put = (city: TestCity, name: string, { kind, things }: { readonly kind: string; readonly things: readonly (readonly [string, object])[] }) => {
  const provenance = { observedAt: at, recordedAt: at, source: agencyOfTest(name) };
  const commands = things.map(([key, footprint]) => ({
    op: 'putTwin' as const,
    twin: { id: `urn:dtf:twin:${authorityOfTest(name)}:things/${key}`, agency: agencyOfTest(name), kind, name: { en: key }, footprint, provenance, values: {} },
  }));
  return city.node(name).store.apply(commands as never, { at: at as never }); // branding: ids and instants as they are made
};

describe('a function of a member', () => {
  let city: TestCity;
  beforeAll(async () => {
    const lines = roads.map(({ id, line }) => ({ key: id, at: line[0] as [number, number] }));
    const zone = { key: 'zone', at: [0.2, 0.1] as [number, number] };
    const agencies = fourAgencies({
      water: {
        kind: 'city:RoadLink',
        twins: lines,
        node: { functions: ['shortestRoute', 'exposure'] },
      },
      energy: { kind: 'city:FloodZone', twins: [zone] },
    }).slice(0, 3);
    const needs = ['city:ShortestRoute', 'city:Exposure', 'city:FloodZone'].map((kind) => ({ kind }));
    city = await createTestCity({ agencies, needs });
    await city.active();
    await Promise.all([
      put(city, 'water', { kind: 'city:RoadLink', things: roads.map(({ id, line }) => [id, { type: 'LineString', coordinates: line }] as const) }),
      put(city, 'energy', { kind: 'city:FloodZone', things: [['zone', flooded]] }),
    ]);
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const invoke = async (given: {
    readonly feature?: string;
    readonly inputs?: object;
    readonly twins?: readonly object[];
    readonly mode?: string;
  }): Promise<Told> => {
    const told = await askGraphql(city.front.address, invokeText, { feature: route, inputs: {}, ...given });
    expect(told.errors).toBeUndefined();
    return (told.data as { invokeFeature: Told }).invokeFeature; // branding: as asked
  };
  const ways = { from: [{ position: [0.1, 0.1] }], to: [{ position: [0.3, 0.1] }] };
  const linksOf = ({ outputs }: Told) => ((outputs?.['routes'] ?? []) as { links: string[] }[])[0]?.links.map((id) => id.split('/').at(-1));

  it('finds the way, and another one around an area that was found in the federation', async () => {
    expect(linksOf(await invoke({ inputs: ways }))).toEqual(['south']);
    const closed = { input: 'closed', filter: { kinds: ['city:FloodZone'] } };
    const around = await invoke({ inputs: ways, twins: [closed] });
    expect(linksOf(around)).toEqual(['west', 'north', 'east']);
    expect(linksOf(await invoke({ inputs: { ...ways, closed: [{ geometry: flooded }] } }))).toEqual(['west', 'north', 'east']);
    const everything = {
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [0.25, 0],
            [0.25, 1],
            [0, 1],
            [0, 0],
          ],
        ],
      },
    };
    expect((await invoke({ inputs: { ...ways, closed: [everything] } })).outputs?.['routes']).toMatchObject([{ length: null, links: [] }]);
  });

  it('proposes, of what could be done, what comes out best, and leaves out what leads nowhere', async () => {
    const all = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [0.25, 0],
          [0.25, 1],
          [0, 1],
          [0, 0],
        ],
      ],
    };
    const options = [
      { name: 'nothing can be passed', inputs: { ...ways, closed: [{ geometry: all }] } },
      { name: 'the zone is closed', inputs: ways, twins: [{ input: 'closed', filter: { kinds: ['city:FloodZone'] } }] },
      { name: 'the zone is pumped dry', inputs: ways },
      { name: 'no way at all', inputs: {} },
    ];
    const text = `mutation ($feature: ID!, $options: [OptionToTry!]!) { tryOptions(feature: $feature, options: $options, path: "routes.length", sense: LEAST, deadline: "PT20S") {
      ... on OptionsTried { options { name measure run { __typename } } } ... on Problem { code } } }`;
    const told = await askGraphql(city.front.address, text, { feature: route, options });
    expect(told.errors).toBeUndefined();
    const tried = (told.data as { tryOptions: { options: { name: string; measure: number | null; run: { __typename: string } }[] } }).tryOptions.options; // branding: as asked
    expect(tried.map(({ name }) => name)).toEqual(['the zone is pumped dry', 'the zone is closed', 'no way at all', 'nothing can be passed']);
    expect(tried.map(({ measure }) => measure !== null)).toEqual([true, true, false, false]);
    expect(Number(tried[0]?.measure)).toBeLessThan(Number(tried[1]?.measure));
    expect(tried[2]?.run.__typename).toBe('Problem');
    expect((await askGraphql(city.front.address, text, { feature: route, options: [] })).data).toEqual({ tryOptions: { code: 'INVALID' } });
  });

  it('in the background is told of when it is over, and when it is asked after', async () => {
    const { id, state } = await invoke({ inputs: ways, mode: 'ASYNC' });
    expect(['QUEUED', 'RUNNING', 'SUCCEEDED']).toContain(state);
    const ask = async () => {
      const told = await askGraphql(
        city.front.address,
        'query ($feature: ID!, $run: ID!) { functionRun(feature: $feature, run: $run) { ... on FunctionRun { state outputs } } }',
        {
          feature: route,
          run: id,
        },
      );
      return (told.data as { functionRun: Told }).functionRun; // branding: as asked
    };
    await until(
      () => exchanges(city.front.address),
      (entries) => entries.some(({ what }) => what === `HEARD notify.feature of ${twinOfTest('water')}`),
      'told',
    );
    expect(linksOf(await ask())).toEqual(['south']);
  });

  it('says which of the twins of its owner stand in an area', async () => {
    const area = {
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0.05, 0.15],
            [0.35, 0.15],
            [0.35, 0.25],
            [0.05, 0.25],
            [0.05, 0.15],
          ],
        ],
      },
    };
    const { outputs } = await invoke({ feature: feature('water', 'city:Exposure'), inputs: { areas: [area], kinds: ['city:RoadLink'] } });
    expect((outputs?.['exposed'] as { name: string }[] | undefined)?.map(({ name }) => name).sort()).toEqual(['east', 'north', 'west']);
    expect(outputs?.['of']).toBe(4);
  });

  it('that nobody grants, or with inputs that are none, is refused with what would be accepted', async () => {
    expect((await invoke({ feature: feature('energy', 'city:ShortestRoute') })).code).toBe('NOT_FOUND');
    expect((await invoke({ inputs: { from: [] } })).code).toBe('BAD_INPUT');
    expect((await invoke({ feature: 'route' })).code).toBe('BAD_ID');
  });

  it('gives nobody the twins behind it: the kinds granted for reading are as they were', async () => {
    const found = await city.ask({ filter: { kinds: ['city:RoadLink'] as never } }); // branding: a term
    expect(found.ids).toEqual([]);
  });
});
