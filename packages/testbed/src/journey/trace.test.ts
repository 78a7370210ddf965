/**
 * A trace goes from a question to whatever it causes: reads at agencies, over an adaptor, to the system of an agency; from an invocation to the notice of its end.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker, systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestCity, exchanges, type TestCity, until } from '../city.ts';
import { authorityOfTest, testFederationId } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, gaugeFeatures, transformers } from '../far/bridged-city.ts';
import { type FarServer, startFarServer } from '../far/interface.ts';

const traceparent = (id: string): string => `00-${id.repeat(32)}-00f067aa0ba902b7-01`;
const question = `query ($id: ID!) { federation(id: $id) { twins(filter: { kinds: ["city:RiverGauge"] }, first: 10) { nodes { id } } } }`;
const invocation = `mutation ($feature: ID!) {
  invokeFeature(feature: $feature, inputs: { areas: [{ geometry: { type: "Point", coordinates: [0.1, 0.1] } }] }, mode: ASYNC) { __typename }
}`;

let river: FarServer;
let grid: Awaited<ReturnType<typeof startBroker>>;
let city: TestCity;
beforeAll(async () => {
  river = await startFarServer(gaugeFeatures);
  grid = await startBroker({ entities: transformers, deps: systemDeps() });
  const water = { name: 'water', kind: 'city:Shelter', twins: [{ key: 'hall', at: [0.1, 0.1] as const }], node: { functions: ['exposure'] } };
  city = await createTestCity({ agencies: [...bridgedAgencies({ river, grid }), water], needs: [...bridgedNeeds, { kind: 'city:Exposure' }] });
  await city.active();
});
afterAll(async () => {
  await city[Symbol.asyncDispose]();
  await river[Symbol.asyncDispose]();
  await grid.close();
});

const ask = async (query: string, variables: object, id: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json', accept: 'application/json', traceparent: traceparent(id) };
  const response = await fetch(new URL('/graphql', city.front.address), { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.json();
};

type Line = { readonly direction: string; readonly verb: string; readonly object: string; readonly trace?: string };

/** What a node's exchange log has of a trace. */
const linesOf = (name: string, id: string): readonly string[] =>
  globSync(join(city.folder, 'state', authorityOfTest(name), 'log', '*.jsonl'))
    .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
    .map((line): Line => JSON.parse(line).content)
    .filter(({ trace }) => trace?.includes(id.repeat(32)))
    .map(({ direction, verb, object, trace }) => `${direction} ${verb}.${object}${trace === traceparent(id) ? ' as it began' : ''}`);

it('is told by every log of whatever a question and an invocation caused', async () => {
  expect(await ask(question, { id: testFederationId }, 'a')).toHaveProperty('data.federation.twins.nodes.length', 3);
  const feature = `urn:dtf:feature:${authorityOfTest('water')}:${encodeURIComponent('city:Exposure')}`;
  expect(await ask(invocation, { feature }, 'b')).toHaveProperty('data.invokeFeature.__typename', 'FunctionRun');
  await until(
    () => exchanges(city.front.address),
    (said) => said.some(({ what }) => what.startsWith('HEARD notify.feature')),
    'told of the end',
  );
  expect(river.traces.some((trace) => trace?.startsWith(traceparent('a').slice(0, 35)))).toBe(true);
  await city.stop();
  expect(linesOf('front', 'a')).toContain('said read.exchangeData');
  for (const name of ['between', 'river']) expect(linesOf(name, 'a')).toContain('heard read.exchangeData');
  expect(linesOf('front', 'b')).toEqual(['said invoke.feature', 'heard notify.feature']);
  expect(linesOf('water', 'b')).toEqual(['heard invoke.feature', 'said notify.feature']);
});
