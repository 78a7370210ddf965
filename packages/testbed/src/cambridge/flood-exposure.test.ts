import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type City, createCity, loadCity } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueOf } from '../city.ts';
import { floodExposure } from './figures.ts';

const root = resolve(import.meta.dirname, '../../../..');
const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));
const isThere = existsSync(join(dataFolder, 'cambridge', 'layers'));
const isSkipped = isThere
  ? ''
  : ' (skipped: DATA names no folder with the layers of Cambridge, which are cambridgegis/cambridgegis_data on GitHub: docs/data.md)';

const importMaxMs = 600_000;
/** Longer than a person would wait: other tests share the machine. */
const deadline = 'PT30S';

const question = readFileSync(join(root, 'fixtures/questions/flood-exposure.graphql'), 'utf8');

type Answer = {
  readonly data: {
    readonly federation: {
      readonly twins: {
        readonly totalCount: number;
        readonly nodes: readonly { readonly name: string; readonly kind: { readonly id: string } }[];
        readonly sources: readonly { readonly agency: { readonly id: string }; readonly status: string }[];
      };
      readonly summary: { readonly groups: readonly { readonly kind: { readonly id: string }; readonly count: number; readonly of: number }[] };
    };
  };
};

/** City files name signals and hydrants by their kind and number; the register has the number alone. */
const registerName = (name: string): string => name.replace(/^(Signal|Hydrant) ?/, '');

const namesByKind = ({ data }: Answer): Record<string, readonly string[]> => {
  const names: Record<string, string[]> = {};
  for (const { name, kind } of data.federation.twins.nodes) names[kind.id] = [...(names[kind.id] ?? []), registerName(name)];
  return Object.fromEntries(Object.entries(names).map(([kind, all]) => [kind, all.sort()]));
};

const countsByKind = ({ data }: Answer) => Object.fromEntries(data.federation.summary.groups.map(({ kind, count, of }) => [kind.id, [count, of]]));

describe.skipIf(!isThere)(`the flood question on Cambridge${isSkipped}`, () => {
  const state = mkdtempSync(join(tmpdir(), 'cityweave-cambridge-'));
  let city: City | undefined;
  let variables: Record<string, unknown> = {};

  const ask = async (returnPeriod: number): Promise<Answer> => {
    const zone = { kinds: ['city:FloodZone'], property: [{ term: 'city:returnPeriod', op: 'EQ', value: returnPeriod, unit: 'a' }] };
    const body = JSON.stringify({ query: question, variables: { ...variables, zone, deadline } });
    const response = await fetch(`${city?.front.address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await response.json()) as Answer;
  };

  beforeAll(async () => {
    const loaded = valueOf(await loadCity(join(root, 'fixtures/cities/cambridge.yaml'), { DATA: dataFolder }));
    variables = loaded.variables;
    city = valueOf(await createCity({ city: loaded, state, logLevel: 'silent', freePorts: true }));
    expect(await city.active(AbortSignal.timeout(importMaxMs))).toBe(true);
  }, importMaxMs);

  afterAll(async () => {
    await city?.close();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  it.each([500, 100] as const)(
    'answers for the %i-year zone what an independent calculation finds, name by name, every member named',
    async (returnPeriod) => {
      const answer = await ask(returnPeriod);
      const expected = floodExposure(dataFolder, returnPeriod);
      const exposed = Object.entries(expected).filter(([, { exposed: count }]) => count > 0);
      expect(countsByKind(answer)).toEqual(Object.fromEntries(Object.entries(expected).map(([kind, { exposed: count, of }]) => [kind, [count, of]])));
      expect(namesByKind(answer)).toEqual(Object.fromEntries(exposed.map(([kind, { names }]) => [kind, [...names].sort()])));
      expect(answer.data.federation.twins.totalCount).toBe(exposed.reduce((sum, [, { exposed: count }]) => sum + count, 0));
      const members = city?.federations()[0]?.members.length ?? 0;
      const sources = answer.data.federation.twins.sources;
      expect(new Set(sources.map(({ agency }) => agency.id)).size).toBe(members + 1);
      expect(sources).toHaveLength(members + 1);
      expect(sources.every(({ status }) => status === 'ANSWERED' || status === 'NOT_ASKED')).toBe(true);
    },
    120_000,
  );
});
