/**
 * Fire engines around the flood: asked of the fire department's node, computed by the road twin, each length within a metre of an independent calculation.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type City, createCity, loadCity } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, present, valueOf } from '../city.ts';
import { engineRoutes } from './routes.ts';

const root = resolve(import.meta.dirname, '../../../..');
const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));
const isThere = existsSync(join(dataFolder, 'cambridge', 'layers'));
const isSkipped = isThere ? '' : ' (skipped: DATA names no folder with the layers of Cambridge: docs/data.md)';

const question = readFileSync(join(import.meta.dirname, 'engines-around-the-flood.graphql'), 'utf8');
const fire = 'fire.cambridge.example';

type Route = { readonly from: string; readonly to: string; readonly length: number | null };
type Run = { readonly state?: string; readonly outputs?: { readonly routes: readonly Route[]; readonly closed: readonly string[]; readonly links: number } };

/** `.../stations/Engine%201` in words. */
const nameOf = (id: string): string => decodeURIComponent(id.split('/').at(-1) ?? '');

describe.skipIf(!isThere)(`routes on Cambridge${isSkipped}`, () => {
  const state = mkdtempSync(join(tmpdir(), 'cityweave-routes-'));
  let city: City | undefined;
  let told: Record<'before' | 'during', Run>;

  beforeAll(async () => {
    const loaded = valueOf(await loadCity(join(root, 'fixtures/cities/cambridge.yaml'), { DATA: dataFolder }));
    const federations = loaded.federations.filter(({ initiator }) => initiator === fire);
    const parts = new Set([fire, loaded.registry, 'traffic.cambridge.example', 'fema.example']);
    const isNeeded = (node: (typeof loaded.nodes)[number]) => parts.has(node.agency) || node.sources.some(({ kind }) => kind === 'city:Hospital');
    const nodes = loaded.nodes
      .filter(isNeeded)
      .map((node) =>
        parts.has(node.agency) && node.agency !== loaded.registry ? node : { ...node, sources: node.sources.filter(({ kind }) => kind === 'city:Hospital') },
      );
    city = valueOf(await createCity({ city: { ...loaded, federations, nodes }, state, logLevel: 'silent', freePorts: true }));
    expect(await city.active(AbortSignal.timeout(300_000))).toBe(true);
    const variables = {
      roads: 'urn:dtf:feature:traffic.cambridge.example:city%3AShortestRoute',
      engines: { kinds: ['city:FireStation'] },
      hospitals: { kinds: ['city:Hospital'] },
      zone: { kinds: ['city:FloodZone'], property: [{ term: 'city:returnPeriod', op: 'EQ', value: 500, unit: 'a' }] },
    };
    const answer = await askGraphql(present(city.node(fire), fire).address, question, variables);
    expect(answer.errors).toBeUndefined();
    told = answer.data as typeof told; // branding: as asked
  }, 300_000);

  afterAll(async () => {
    await city?.close();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  it.each([
    ['before', undefined],
    ['during', 500],
  ] as const)('%s the flood every station reaches every hospital on the way that the files say, or is cut off as they say', (when, zone) => {
    const { state: ended, outputs } = told[when];
    expect(ended).toBe('SUCCEEDED');
    const { routes, closed, links } = present(outputs, 'outputs');
    const expected = engineRoutes(dataFolder, zone);
    expect(routes).toHaveLength(8 * 3);
    expect(links).toBe(2_643);
    expect(closed).toHaveLength(expected.closed);
    for (const { from, to, length } of routes) {
      const independent = expected.lengths[`${nameOf(from)} > ${nameOf(to)}`];
      expect(independent).not.toBeUndefined();
      if (length === null || independent === null || independent === undefined) expect([from, to, length]).toEqual([from, to, independent]);
      else expect(Math.abs(length - independent)).toBeLessThan(1);
    }
  });

  it('the flood makes some ways longer, or cuts them off, and none shorter', () => {
    const lengthOf = (run: Run) => new Map(run.outputs?.routes.map(({ from, to, length }) => [`${from} ${to}`, length ?? Number.POSITIVE_INFINITY]));
    const [before, during] = [lengthOf(told.before), lengthOf(told.during)];
    for (const [way, length] of before) expect(during.get(way)).toBeGreaterThanOrEqual(length);
    expect([...during].some(([way, length]) => length > (before.get(way) ?? 0))).toBe(true);
  });
});
