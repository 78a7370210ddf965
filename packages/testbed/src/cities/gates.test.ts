/**
 * The flood gates of the sample city: everybody sees them and which gauge warns them, the fire brigade alone may move them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type City, createCity, loadCity } from '@cityweave/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askGraphql, present, until, valueOf } from '../city.ts';

const sample = resolve(import.meta.dirname, '../../../../fixtures/cities/sample.yaml');
const state = mkdtempSync(join(tmpdir(), 'cityweave-gates-'));
const startMaxMs = 120_000;
const gate = 'urn:ngsi-ld:Fluttor:FT-3';
const feature = `urn:dtf:feature:waterways.auenfurt.example:${encodeURIComponent('waterways:Stellen/setting')}`;

const text = `mutation ($feature: ID!, $inputs: JSON!, $effect: FunctionEffect) {
  told: invokeFeature(feature: $feature, inputs: $inputs, effect: $effect, deadline: "PT20S") {
    __typename ... on FunctionRun { state outputs } ... on Problem { code message }
  }
}`;

let city: City;
beforeAll(async () => {
  const loaded = valueOf(await loadCity(sample, {}));
  city = valueOf(await createCity({ city: loaded, state, logLevel: 'silent', freePorts: true }));
  expect(await city.active(AbortSignal.timeout(startMaxMs))).toBe(true);
}, startMaxMs);
afterAll(async () => {
  await city?.close();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

/** As the application of an agency asks its own node; a need that is optional may be met a little later. */
const set = (agency: string, opening: number, effect = 'ACTUATION'): Promise<Record<string, unknown>> =>
  until(
    async () => {
      const inputs = { 'city:target': gate, 'city:opening': opening };
      const answered = await askGraphql(present(city.node(`${agency}.auenfurt.example`), agency).address, text, { feature, inputs, effect });
      expect(answered.errors).toBeUndefined();
      return Object(answered.data)['told'];
    },
    ({ code }) => code !== 'NOT_FOUND',
    'granted',
  );

const opening = (): unknown => Object(city.broker('waterways')?.entities.get(gate)?.['oeffnung'])['value'];

it('are moved by the fire brigade, where it says that it means to', { timeout: startMaxMs }, async () => {
  const before = opening();
  expect(await set('fire', 35, 'SIMULATION')).toMatchObject({ code: 'ACTUATION_NOT_PERMITTED' });
  expect(opening()).toBe(before);
  expect(await set('fire', 35)).toMatchObject({ state: 'SUCCEEDED', outputs: { 'city:opening': 35 } });
  expect(await set('fire', 101)).toMatchObject({ code: 'BAD_INPUT' });
});

it('are moved by nobody else', { timeout: startMaxMs }, async () => {
  const before = opening();
  expect(await set('planning', 0)).toMatchObject({ code: 'ACTUATION_NOT_PERMITTED' });
  expect(opening()).toBe(before);
});

const warned = `query ($federation: ID!) {
  federation(id: $federation) {
    twins(filter: { kinds: ["city:RiverGauge"] }, first: 10) { nodes { name links { nodes { kind { id } to { name } } } } }
  }
}`;

type Gauge = {
  readonly name: string;
  readonly links: { readonly nodes: readonly { readonly kind: { readonly id: string }; readonly to: { readonly name: string } }[] };
};

const warnedBy = ({ links }: Gauge): readonly string[] => links.nodes.flatMap(({ kind, to }) => (kind.id === 'city:warns' ? [to.name] : [])).toSorted();

it('are warned by the gauges of the water board, two of them by a gauge between its banks', { timeout: startMaxMs }, async () => {
  const federation = 'urn:dtf:federation:auenfurt.example:flood-resilience';
  const gauges = await until<readonly Gauge[]>(
    async () => Object(await askGraphql(city.front.address, warned, { federation })).data?.federation?.twins.nodes ?? [],
    (nodes) => nodes.flatMap(warnedBy).length >= 7,
    'joined',
  );
  expect(Object.fromEntries(gauges.map((gauge) => [gauge.name, warnedBy(gauge)]))).toEqual({
    'Pegel Westwehr': ['Mühlgraben', 'Westsiel'],
    'Pegel Alte Brücke': ['Brückensiel', 'Gerbertor'],
    'Pegel Ringbrücke': ['Ringtor', 'Werftsiel'],
    'Pegel Hafen': ['Hafentor'],
  });
});
