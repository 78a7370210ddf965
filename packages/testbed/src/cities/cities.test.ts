import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type City, createCity, loadCity } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { valueOf } from '../city.ts';

const root = resolve(import.meta.dirname, '../../../..');
const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));
const startMaxMs = 120_000;

const isThere = (folder: string): boolean => existsSync(join(dataFolder, folder));
const title = (folder: string, claim: string): string =>
  isThere(folder) ? claim : `${claim} (skipped: DATA names no folder with ${folder}/; docs/data.md says where it comes from)`;

type Asked = { readonly name: string; readonly query: string };
type Federation = { readonly [field: string]: unknown };

/** One city of a city file, started, asked once its keys are joined, and stopped. */
const askCity = async ({ name, query }: Asked): Promise<Federation> => {
  const state = mkdtempSync(join(tmpdir(), `cityweave-${name}-`));
  const loaded = valueOf(await loadCity(join(root, `fixtures/cities/${name}.yaml`), { DATA: dataFolder }));
  const city = valueOf(await createCity({ city: loaded, state, logLevel: 'silent', freePorts: true }));
  try {
    const patience = AbortSignal.timeout(startMaxMs);
    expect(await city.active(patience)).toBe(true);
    await city.joined(patience);
    return await ask(city, query, loaded.variables);
  } finally {
    await city.close();
    rmSync(state, { recursive: true, force: true });
  }
};

const ask = async (city: City, query: string, variables: Readonly<Record<string, unknown>>): Promise<Federation> => {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(`${city.front.address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data, errors } = (await response.json()) as { readonly data: { readonly federation: Federation }; readonly errors?: unknown };
  expect(errors).toBeUndefined();
  return data.federation;
};

const counting = (by: string): string => `query ($federation: ID!) {
  federation(id: $federation) {
    summary(by: [${by}], deadline: "PT30S") { groups { kind { id } agency { id } count } sources { status } }
  }
}`;

type Summary = {
  readonly summary: {
    readonly groups: readonly { readonly kind?: { readonly id: string }; readonly agency?: { readonly id: string }; readonly count: number }[];
  };
};

/** Counts by the last words of kind or agency; the twin that stands for an agency is not counted. */
const countsOf = (federation: Federation, of: 'kind' | 'agency'): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (federation as Summary).summary.groups
      .filter(({ kind }) => kind?.id !== 'city:AgencyTwin')
      .map((group) => [group[of]?.id.split(':').at(-1) ?? '', group.count] as const)
      .reduce((sums, [key, count]) => sums.set(key, (sums.get(key) ?? 0) + count), new Map<string, number>()),
  );

describe.skipIf(!isThere('delft'))(title('delft', 'Delft, one model of three keepers'), () => {
  it(
    'gives every keeper what it keeps and nothing else',
    async () => {
      const federation = await askCity({ name: 'delft', query: counting('KIND, AGENCY') });
      expect(countsOf(federation, 'agency')).toEqual({ 'delft.example': 552, 'delfland.example': 12, 'zuid-holland.example': 6 });
      expect(countsOf(federation, 'kind')).toMatchObject({ Building: 160, Bridge: 3, WaterBody: 3 });
    },
    startMaxMs,
  );
});

describe.skipIf(!isThere('denhaag'))(title('denhaag', 'The Hague'), () => {
  it(
    'has its buildings, their parts and the terrain',
    async () => {
      expect(countsOf(await askCity({ name: 'denhaag', query: counting('KIND, AGENCY') }), 'kind')).toEqual({ Building: 844, BuildingPart: 1653, Terrain: 1 });
    },
    startMaxMs,
  );
});

type Houses = {
  readonly twins: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly representations: readonly { readonly agency: { readonly id: string } }[] }[];
    readonly sources: readonly { readonly status: string }[];
  };
};

describe.skipIf(!isThere('lyon'))(title('lyon', 'Lyon, several agencies and one house'), () => {
  it(
    'answers each house once, with all who represent it',
    async () => {
      const query = readFileSync(join(root, 'fixtures/questions/two-agencies-one-house.graphql'), 'utf8').replaceAll(
        'first: 100)',
        'first: 100, deadline: "PT30S")',
      );
      const { twins } = (await askCity({ name: 'lyon', query })) as Houses;
      expect(twins.totalCount).toBe(17);
      expect(twins.sources.map(({ status }) => status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED']);
      const several = twins.nodes.filter(({ representations }) => representations.length > 1);
      expect(several).toHaveLength(12);
      for (const { representations } of several)
        expect(representations.map(({ agency }) => agency.id).sort()).toEqual(['urn:dtf:agency:ign.example', 'urn:dtf:agency:metropole.lyon.example']);
    },
    startMaxMs,
  );
});
