import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createCity, type LoadedCity, loadCity } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { valueOf } from '../city.ts';
import { serverOfRun } from '../neo4j.ts';

const root = resolve(import.meta.dirname, '../../../..');
const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));
const hasCambridge = existsSync(join(dataFolder, 'cambridge', 'layers'));
/** Cambridge with all its agencies and sources, instead of those that its flood question needs. */
const isWhole = process.env['NEO4J_CITIES'] === 'whole';
const startMaxMs = isWhole ? 1_200_000 : 300_000;

const { settings, skipped } = serverOfRun();

const question = readFileSync(join(root, 'fixtures/questions/flood-exposure.graphql'), 'utf8');
/** the longest that may be asked for: what is compared are answers, on however busy a machine */
const deadline = 'PT30S';

type Source = { readonly agency: unknown; readonly status: string; readonly rows: number };
type Answer = {
  readonly twins: { readonly totalCount: number; readonly nodes: readonly unknown[]; readonly sources: readonly Source[] };
  readonly summary: unknown;
};

/** Sources without what differs from run to run: how long they took. */
const lasting = ({ twins: { totalCount, nodes, sources }, summary }: Answer): unknown => ({
  totalCount,
  nodes,
  sources: sources.map(({ agency, status, rows }) => ({ agency, status, rows })),
  summary: (summary as { readonly groups: unknown }).groups, // branding: what the question asks for
});

const askOn = async (city: LoadedCity): Promise<Answer> => {
  const state = mkdtempSync(join(tmpdir(), 'cityweave-stores-'));
  const running = valueOf(await createCity({ city, state, logLevel: 'silent', freePorts: true }));
  try {
    const patience = AbortSignal.timeout(startMaxMs);
    expect(await running.active(patience)).toBe(true);
    await running.joined(patience);
    const body = JSON.stringify({ query: question, variables: { ...city.variables, deadline } });
    const response = await fetch(`${running.front.address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data, errors } = (await response.json()) as { readonly data: { readonly federation: Answer }; readonly errors?: unknown };
    expect(errors).toBeUndefined();
    return data.federation;
  } finally {
    await running.close();
    rmSync(state, { recursive: true, force: true });
  }
};

/** A city of a city file, of its first federation only, and of its sources only those that this federation asks for. */
const needed = (city: LoadedCity): LoadedCity => {
  const [federation] = city.federations;
  const kinds = new Set<string>(federation?.needs.filter(({ optional }) => !optional).map(({ kind }) => kind));
  const nodes = city.nodes.map((node) => ({ ...node, sources: node.sources.filter(({ kind }) => typeof kind === 'string' && kinds.has(kind)) }));
  const kept = nodes.filter(({ agency, sources }) => agency === city.registry || sources.length > 0);
  return { ...city, nodes: kept, federations: federation ? [federation] : [] };
};

const sameOnBoth = async (file: string, of: (city: LoadedCity) => LoadedCity): Promise<Answer> => {
  const path = join(root, 'fixtures/cities', file);
  const load = async (environment: Readonly<Record<string, string | undefined>>) => of(valueOf(await loadCity(path, { DATA: dataFolder, ...environment })));
  const embedded = await askOn(await load({}));
  const onNeo4j = await load({ ...settings, CITYWEAVE_STORE: 'neo4j' });
  expect(onNeo4j.nodes.map(({ store }) => store.adapter)).toEqual(onNeo4j.nodes.map(() => 'neo4j'));
  expect(lasting(await askOn(onNeo4j))).toEqual(lasting(embedded));
  return embedded;
};

describe.skipIf(!settings)(`every agency on Neo4j${skipped}`, () => {
  it('the sample city answers what stands in its flood zone as it does on the embedded store, row for row', { timeout: 2 * startMaxMs }, async () => {
    const { twins } = await sameOnBoth('sample.yaml', (city) => city);
    expect(twins.nodes.length).toBeGreaterThan(10);
    expect(twins.sources.every(({ status }) => status === 'ANSWERED' || status === 'NOT_ASKED')).toBe(true);
  });

  it.skipIf(!hasCambridge)(
    `so does Cambridge, with ${isWhole ? 'every agency that it has' : 'the agencies that its flood question needs'}${hasCambridge ? '' : ' (skipped: DATA names no folder with the layers of Cambridge: docs/data.md)'}`,
    { timeout: 2 * startMaxMs },
    async () => {
      const { twins } = await sameOnBoth('cambridge.yaml', isWhole ? (city) => city : needed);
      expect(twins.totalCount).toBeGreaterThan(200);
    },
  );
});
