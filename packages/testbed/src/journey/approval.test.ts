/**
 * What an application asks for (P1): a plan that waits until a person of the agency approves it, among twins of the types that it names, and where its results are to be had.
 */
import { type FederationId, federationIdOf, limits, parseReply, waitsForApproval } from '@cityweave/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until, valueOf } from '../city.ts';
import { authorityOfTest, fourAgencies, twinOfTest } from '../city-files.ts';
import { askAsApplication, federationStatus } from '../processes.ts';

let city: TestCity;
beforeAll(async () => {
  const hospital = { name: 'water', kind: 'city:RiverGauge', node: { twinType: 'city:Hospital' } };
  city = await createTestCity({ agencies: fourAgencies({ water: hospital }).slice(0, 3), needs: [{ kind: 'city:RiverGauge' }] });
  await city.active();
});
afterAll(() => city[Symbol.asyncDispose]());

const attributes = {
  name: { en: 'Second' },
  description: { en: 'Who is near the water' },
  purpose: 'city:safety',
  needs: [
    { kind: 'city:RiverGauge', optional: false },
    { kind: 'city:Substation', optional: true },
  ],
};

const request = async (local: string, parameters: object, more: object = {}) => {
  const id = federationIdOf(authorityOfTest('front'), local);
  const object = { kind: 'service', id: local, attributes: { ...attributes, federationId: id, ...more } };
  const said = await askAsApplication({ name: 'front', address: city.front.address }, 'request.service', { parameters: { ...parameters }, objects: [object] });
  return { id, ...valueOf(parseReply('application.request.service', said)) };
};

/** What is answered to a proposal that is refused. */
const refused = async (local: string, parameters: object, more: object = {}) => {
  const object = { kind: 'service', id: local, attributes: { ...attributes, federationId: federationIdOf(authorityOfTest('front'), local), ...more } };
  const said = await askAsApplication({ name: 'front', address: city.front.address }, 'request.service', { parameters: { ...parameters }, objects: [object] });
  const told = parseReply('application.request.service', said);
  return told.ok ? expect.fail('it was taken') : told.problem;
};

const standing = async (id: FederationId) => {
  const asked = await askGraphql(city.front.address, 'query ($id: ID!) { federation(id: $id) { state waitsForApproval description } }', { id });
  return (asked.data as { federation: { state: string; waitsForApproval: boolean; description: string } }).federation; // branding: as asked
};

const approve = (federation: string) =>
  askGraphql(city.front.address, 'mutation ($federation: ID!) { approvePlan(federation: $federation) { __typename ... on Problem { code } } }', { federation });

it('with approval: ask nobody is asked to join before a person said yes; the plan says who would be', async () => {
  const { id, parameters, objects } = await request('asked', { approval: 'ask', deliver: { protocol: 'websocket', align: { slot: 'PT10S' } } });
  const planned = parameters.plan?.candidates.map(({ twinId }) => twinId);
  expect(new Set(planned)).toEqual(new Set([twinOfTest('water'), twinOfTest('energy')]));
  expect(parameters.plan?.unmet).toEqual([]);
  expect(parameters.deliver?.address).toBe(new URL('/graphql', city.front.address).href.replace('http:', 'ws:'));
  expect(objects[0].attributes).toMatchObject({ state: 'DRAFT', approval: 'ask', sync: { slot: 'PT10S' } });
  // what is asked for meanwhile, and without approval, is there while this still waits
  const other = await request('at-once', {});
  await until(
    () => standing(other.id),
    ({ state }) => state === 'ACTIVE',
    'active',
  );
  expect(await standing(id)).toEqual({ state: 'DRAFT', waitsForApproval: true, description: 'Who is near the water' });
  expect(await approve(id)).toEqual({ data: { approvePlan: { __typename: 'FederationRequested' } } });
  await until(
    () => standing(id),
    ({ state }) => state === 'ACTIVE',
    'active',
  );
  expect(await approve(id)).toEqual({ data: { approvePlan: { __typename: 'FederationRequested' } } });
  expect(await approve(other.id)).toMatchObject({ data: { approvePlan: { __typename: 'Problem', code: 'NOT_ALLOWED_IN_STATE' } } });
});

it('is looked for among twins of the types named, and says which kinds nobody of them offers', async () => {
  const { parameters } = await request('typed', { approval: 'ask' }, { twinTypes: ['city:CriticalFacility'] });
  expect(parameters.plan?.candidates.map(({ twinId }) => twinId)).toEqual([twinOfTest('water')]);
  expect(parameters.plan?.unmet).toEqual(['city:Substation']);
});

it('the id of a federation that is over begins nothing, and is no success', async () => {
  const { id } = await request('over', { approval: 'ask' });
  const { management } = city.front.orchestration;
  valueOf(management.release(id, 'nobody wants it'));
  expect(await refused('over', {})).toMatchObject({ kind: 'notAllowedInState', subject: id });
  expect((await approve(id)).data).toMatchObject({ approvePlan: { __typename: 'Problem' } });
});

it('without a name is called by what it is to bring about, else by its purpose', async () => {
  const nameless = { name: undefined, needs: [{ kind: 'city:RiverGauge' }] };
  const attributesOf = async (local: string, more: object) => (await request(local, { approval: 'ask' }, { ...nameless, ...more })).objects[0].attributes;
  expect(await attributesOf('described', {})).toMatchObject({ name: attributes.description, needs: [{ kind: 'city:RiverGauge', optional: false }] });
  expect((await attributesOf('purposed', { description: undefined })).name).toMatchObject({ en: 'Safety' });
});

it('said again it is the same federation; anything else under its id is refused, and named', async () => {
  const asked = { approval: 'ask', deliver: { protocol: 'sse', align: { slot: 'PT10S' } } };
  const first = await request('again', asked);
  const second = await request('again', asked);
  expect(second.objects).toEqual(first.objects);
  expect(await refused('again', { deliver: asked.deliver })).toMatchObject({ kind: 'federationsConflict', subject: first.id, found: 'other approval' });
  const needs = [{ kind: 'city:Substation', optional: false }];
  expect(await refused('again', { approval: 'ask' }, { needs })).toMatchObject({ kind: 'federationsConflict', found: 'other needs, sync' });
  expect(await standing(first.id)).toMatchObject({ state: 'DRAFT', waitsForApproval: true });
});

it('that nobody approves in its time is over, and says so to who asked', async () => {
  const { id } = await request('in-time', { approval: 'ask' }, { validUntil: new Date(Date.now() + 1_000).toISOString() });
  const ended = await until(
    async () => valueOf(await federationStatus({ name: 'front', address: city.front.address }, id)),
    ({ state }) => state === 'RELEASED',
    'over',
  );
  expect(ended.reason).toBe('nobody approved it in its time');
  expect((await approve(id)).data).toMatchObject({ approvePlan: { __typename: 'Problem' } });
});

it('of which approvalsWaitingMax wait, one more is refused until a person decided about one', async () => {
  const { management, federations } = city.front.orchestration;
  const waiting = (): number => federations().filter(waitsForApproval).length;
  const { id } = await request('first-of-many', { approval: 'ask' });
  const known = federations().find((one) => one.id === id) ?? expect.fail('not kept');
  for (let n = waiting(); n < limits.approvalsWaitingMax; n += 1)
    valueOf(management.start({ ...known, id: federationIdOf(authorityOfTest('front'), `many-${n}`) }));
  expect(await refused('one-more', { approval: 'ask' })).toMatchObject({ kind: 'overloaded', limit: limits.approvalsWaitingMax });
  expect((await request('first-of-many', { approval: 'ask' })).id).toBe(id);
  valueOf(management.release(id, 'nobody wants it'));
  await request('one-more', { approval: 'ask' });
});
