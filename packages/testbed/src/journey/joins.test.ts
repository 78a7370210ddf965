/**
 * Joins over the exchange: keys of another member become links once the federation is active, and nobody else is told who has which key.
 */
import { type AgreementId, twinIdOf } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, type TestCity, until } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

const reach = { identifiers: [{ scheme: 'reach', columns: ['reach'] }], properties: [] };
const gauge = (key: string, at: readonly [number, number], name: string) => ({ key, at, values: { reach: name } });
const house = (key: string, at: readonly [number, number], name: string) => ({ key, at, values: { reach: name } });
const houseId = (key: string) => twinIdOf(authorityOfTest('front'), 'things', key);
const gaugeId = (key: string) => twinIdOf(authorityOfTest('water'), 'things', key);

/** Houses name the reach of the river that they stand at; two gauges measure reach A, none reach C. */
const riverside = () =>
  fourAgencies({
    front: {
      twins: [house('a', [0.1, 0.1], 'A'), house('b', [0.1, 0.2], 'B'), house('c', [0.1, 0.3], 'C')],
      source: { properties: [], joins: [{ columns: ['reach'], kind: 'city:locatedOn', agency: agencyOfTest('water'), scheme: 'reach' }] },
    },
    water: { twins: [gauge('g1', [0.2, 0.1], 'A'), gauge('g2', [0.2, 0.2], 'A'), gauge('g3', [0.2, 0.3], 'B')], source: reach },
  }).filter(({ name }) => name !== 'energy');

const needs = [{ kind: 'city:RiverGauge' }];

const settled = (city: TestCity, counts: Readonly<Record<'RESOLVED' | 'UNRESOLVED', number>>) =>
  until(
    () => city.front.store.countJoins(),
    ({ RESOLVED, UNRESOLVED }) => RESOLVED === counts.RESOLVED && UNRESOLVED === counts.UNRESOLVED,
    'settled',
  );

const linkedTo = async (city: TestCity, key: string) =>
  (await city.front.store.adjacent([houseId(key)], { direction: 'out', limit: 10 })).map(({ to }) => to).sort();

const read = (city: TestCity, sender: string, parameters: { readonly agreementId?: AgreementId; readonly identify?: { scheme: string; values: string[] } }) =>
  city.node('water').orchestration.answers['digitalTwin.read.exchangeData'](
    { parameters: { federationId: testFederationId, ...(parameters.identify ? {} : { query: { version: 1 } }), ...parameters }, objects: [] },
    { sender } as never, // branding: a read looks at nothing else of who asks
  );

describe('keys of another member', () => {
  it('become links to every twin that has them; what finds no partner is listed, and tried again', async () => {
    await using city = await createTestCity({ agencies: riverside(), needs });
    await city.active();
    await settled(city, { RESOLVED: 2, UNRESOLVED: 1 });
    expect(await linkedTo(city, 'a')).toEqual([gaugeId('g1'), gaugeId('g2')]);
    expect(await linkedTo(city, 'b')).toEqual([gaugeId('g3')]);
    expect(await linkedTo(city, 'c')).toEqual([]);
    expect((await city.front.store.joins({ state: 'UNRESOLVED', first: 10 })).joins.map(({ from, value }) => ({ from, value }))).toEqual([
      { from: houseId('c'), value: 'C' },
    ]);
    const listed = await askGraphql(city.front.address, '{ joins(state: UNRESOLVED) { totalCount nodes { from scheme value agency { id } state to } } }');
    expect(listed.data).toEqual({
      joins: {
        totalCount: 1,
        nodes: [{ from: houseId('c'), scheme: 'reach', value: 'C', agency: { id: agencyOfTest('water') }, state: 'UNRESOLVED', to: null }],
      },
    });
    const { store } = city.node('water');
    const known = present((await store.get([gaugeId('g3')])).get(gaugeId('g3')), 'gauge');
    const { version: _version, ...twin } = { ...known, id: gaugeId('g4'), altIds: [{ scheme: 'reach', value: 'C' }] };
    const applied = await store.apply([{ op: 'putTwin', twin }], { at: known.provenance.recordedAt });
    expect(applied).toMatchObject([{ ok: true }]);
    city.front.orchestration.resolveJoins();
    await settled(city, { RESOLVED: 3, UNRESOLVED: 0 });
    expect(await linkedTo(city, 'c')).toEqual([gaugeId('g4')]);
  });

  it('are told to members only, and after the release nothing is read', async () => {
    await using city = await createTestCity({ agencies: riverside(), needs });
    await city.active();
    const identify = { scheme: 'reach', values: ['A'] };
    expect(await read(city, twinOfTest('front'), { identify })).toMatchObject({
      ok: true,
      value: { reply: { objects: [{ attributes: { identified: { A: [gaugeId('g1'), gaugeId('g2')] } } }] } },
    });
    expect(await read(city, twinOfTest('fire'), { identify })).toMatchObject({ ok: false, problem: { kind: 'notMember' } });
    const { id: agreementId } = present(readKept(city.folder, 'water').agreements[0], 'agreement');
    expect(await read(city, twinOfTest('front'), { agreementId })).toMatchObject({ ok: true });
    expect(await read(city, twinOfTest('fire'), { agreementId })).toMatchObject({ ok: false, problem: { kind: 'notInForce' } });
    city.front.orchestration.management.release(testFederationId, 'the test is over');
    await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
    expect(await read(city, twinOfTest('front'), { agreementId })).toMatchObject({ ok: false, problem: { kind: 'notInForce' } });
    expect(await read(city, twinOfTest('front'), { identify })).toMatchObject({ ok: false, problem: { kind: 'notMember' } });
  });
});
