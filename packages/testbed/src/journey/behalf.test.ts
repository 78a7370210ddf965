/**
 * For whom: a model is computed on behalf of somebody whom the agreement names, and what it gives is told apart from what was measured.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { featureIdOf, TermId } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity } from '../city.ts';
import { authorityOfTest, fourAgencies, testFederationId } from '../city-files.ts';

const office = 'urn:dtf:org:county.example:flood-office';
const exposure = featureIdOf(authorityOfTest('water'), TermId.parse('city:Exposure'));
const area = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ],
  ],
};

describe('a model of another agency', () => {
  let city: TestCity;
  beforeAll(async () => {
    const water = { node: { functions: ['exposure'], offers: [{ kind: 'city:RiverGauge', stage: 'raw' }] } };
    const needs = [{ kind: 'city:Exposure' }, { kind: 'city:RiverGauge' }];
    // over HTTP, whose bodies can be seen on their way
    city = await createTestCity({ agencies: fourAgencies({ water }), bindings: ['http'], needs, federation: { onBehalfOf: [office] } });
    await city.active();
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const invoke = async (onBehalfOf: string) => {
    const query = `mutation ($inputs: JSON!) { invokeFeature(feature: "${exposure}", inputs: $inputs, onBehalfOf: "${onBehalfOf}", deadline: "PT10S") { __typename ... on FunctionRun { state outputs } ... on Problem { code } } }`;
    const told = await askGraphql(city.front.address, query, { inputs: { areas: [{ geometry: area }] } });
    expect(told.errors).toBeUndefined();
    return (told.data as { invokeFeature: { __typename: string; state?: string; code?: string } }).invokeFeature; // branding: as asked
  };
  const loggedAt = async (name: string) => {
    const told = await askGraphql(city.node(name).address, `{ federation(id: "${testFederationId}") { log(first: 100) { nodes { verb onBehalfOf code } } } }`);
    const nodes = (told.data as { federation: { log: { nodes: { verb: string; onBehalfOf: string | null; code: string }[] } } }).federation.log.nodes; // branding: as asked
    return nodes.filter(({ verb }) => verb === 'invoke').map(({ onBehalfOf, code }) => `${onBehalfOf} ${code}`);
  };

  it('is computed for somebody whom the agreement names, for nobody else, and both logs keep for whom', async () => {
    expect(await invoke(office)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await invoke('urn:dtf:org:elsewhere.example:office')).toEqual({ __typename: 'Problem', code: 'NOT_AUTHORISED' });
    const kept = ['urn:dtf:org:elsewhere.example:office DTF-801', `${office} DTF-000`];
    expect(await loggedAt('front')).toEqual(kept);
    expect(await loggedAt('water')).toEqual(kept);
  });

  it('says of what is exchanged whether it was measured or came out of a model', async () => {
    const chunks: string[] = [];
    const heard = (message: unknown) => chunks.push(String((message as { chunk: Buffer }).chunk)); // branding: what the channel carries
    subscribe('undici:request:bodyChunkReceived', heard);
    expect((await city.ask()).source('water').status).toBe('ANSWERED');
    unsubscribe('undici:request:bodyChunkReceived', heard);
    expect(chunks.join('')).toContain('"stages":{"city:RiverGauge":"raw"}');
    const run = await city.front.orchestration.functions.invoke({
      feature: exposure,
      inputs: { areas: [{ geometry: area as never }] },
      mode: 'sync',
      deadlineMs: 10_000,
    }); // branding: JSON
    expect(run).toMatchObject({ ok: true, value: { run: { stage: 'modelOutput' } } });
  });
});
