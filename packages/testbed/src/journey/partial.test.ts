/**
 * Answers that lack a source: no total is claimed, a walk is not over while somebody is late, and what cannot be compared is not asked.
 */
import { type FederatedFilter, limits, linkIdOf, TermId, type TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, until } from '../city.ts';
import { fourAgencies, twinOfTest } from '../city-files.ts';
import { saySame, thingOf } from './same-as.ts';
import { hang, type StandIn, say, standIn } from './stand-in.ts';

const deadlineMs = 1_500;

const kinds = (...names: string[]) => names.map((name) => TermId.parse(`city:${name}`));
/** Substations nearer than 100 km to what the water agency knows. */
const nearGauges: FederatedFilter = {
  kinds: kinds('Substation', 'FireStation'),
  relates: [{ relation: 'nearerThan', to: { kinds: kinds('RiverGauge') }, metres: 100_000 }],
};

const settledAt = async (city: TestCity, name: string, answering: StandIn): Promise<void> => {
  answering.answer(say('{}'));
  await until(
    () => city.front.orchestration.links.status(twinOfTest(name))?.state,
    (state) => state === 'CONNECTED',
    `${name} CONNECTED`,
  );
  answering.answer(hang);
};

describe('an answer of all', () => {
  it('counts what there is, says that the keeper of the inner set was asked, and claims no total for a page of none', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    expect(await city.ask({ filter: { kinds: kinds('Substation', 'RiverGauge') }, count: true })).toMatchObject({ total: 6 });
    const near = await city.ask({ filter: nearGauges, count: true });
    expect(near.ids).toHaveLength(5);
    expect(near.total).toBe(5);
    expect(['water', 'energy', 'fire'].map((name) => near.source(name).status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED']);
    expect(near.source('water').rows).toBe(0);
    await saySame(city, thingOf('water', 'gauge-1'), thingOf('fire', 'fire-1'));
    const joined = await city.ask({ filter: { kinds: kinds('RiverGauge') }, first: 0, count: true });
    expect([joined.ids, joined.total]).toEqual([[], undefined]);
  });
});

describe('of a twin with more links than are told', () => {
  const hub = thingOf('water', 'gauge-1');
  const kind = TermId.parse('city:feeds');
  const links = { direction: 'out' } as const;
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { store, agency: source } = city.node('water');
    const at = systemDeps().clock.now();
    const linkTo = (to: TwinId) => ({ id: linkIdOf(hub, kind, to), from: hub, kind, to, source, recordedAt: at });
    const ends = Array.from({ length: limits.linksPerTwinAnswerMax + 1 }, (_, index) => thingOf('water', `pump-${index}`));
    await store.apply(
      ends.map((to) => ({ op: 'putLink', link: linkTo(to) })),
      { at },
    );
  });
  afterAll(() => city[Symbol.asyncDispose]());

  it('its agency has answered in part where links are asked for, and says of which twin', async () => {
    const found = await city.ask({ filter: { kinds: kinds('RiverGauge') }, links });
    expect(found.source('water')).toMatchObject({ status: 'PARTIAL', rows: 3, problem: { kind: 'tooLarge', subject: `links of ${hub}` } });
  });
  it('nothing is missing for whoever asked for no links', async () => {
    expect((await city.ask({ filter: { kinds: kinds('RiverGauge') } })).source('water')).toMatchObject({ status: 'ANSWERED', rows: 3 });
  });
  it('nothing is missing either of a page that does not tell the twin', async () => {
    const page = await city.ask({ filter: { kinds: kinds('RiverGauge', 'Substation') }, links, first: 1 });
    expect(page.ids).toEqual([thingOf('energy', 'station-1')]);
    expect(page.source('water')).toMatchObject({ status: 'ANSWERED', rows: 0 });
  });
});

describe('while the water agency hangs', () => {
  let city: TestCity;
  let other: StandIn;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { address } = city.node('water');
    await city.node('water').close();
    other = await standIn(address);
  });
  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await city[Symbol.asyncDispose]();
  });

  it('no total is claimed, and the walk goes on where it stood as long as it is late', async () => {
    await settledAt(city, 'water', other);
    const page = await city.ask({ filter: { kinds: kinds('RiverGauge') }, count: true, deadlineMs });
    expect(['LATE', 'FAILED']).toContain(page.source('water').status);
    expect([page.total, page.ids]).toEqual([undefined, []]);
    expect(page.next !== undefined).toBe(page.source('water').status === 'LATE');
  });

  it('nobody is asked what depends on its places, and the answer comes before the deadline', async () => {
    await settledAt(city, 'water', other);
    const from = performance.now();
    const found = await city.ask({ filter: nearGauges, count: true, deadlineMs: 20_000 });
    expect(performance.now() - from).toBeLessThan(20_000);
    expect([found.ids, found.total]).toEqual([[], undefined]);
    expect(['LATE', 'FAILED']).toContain(found.source('water').status);
    for (const name of ['front', 'energy', 'fire'])
      expect(found.source(name)).toMatchObject({ status: 'NOT_ASKED', why: expect.stringContaining('what to compare with') });
  });
});
