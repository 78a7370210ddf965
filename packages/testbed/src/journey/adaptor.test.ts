/**
 * An adaptor over real sockets: members whose systems speak OGC API Features and NGSI-LD, in other words, units, coordinates and times, take part like any other.
 */

import { Instant, SyncRules, type TwinId } from '@cityweave/core';
import { type SourceEvent, startBroker, systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, readRecords, type TestCity, type TestFound, until, valueOf } from '../city.ts';
import { type TestAgency, testFederationId, twinOfTest } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, type Far, gaugeFeatures, gauges, transformers } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';

const startFar = async (): Promise<Far & AsyncDisposable> => {
  const river = await startFarServer(gaugeFeatures);
  const grid = await startBroker({ entities: transformers, deps: systemDeps() });
  return {
    river,
    grid,
    [Symbol.asyncDispose]: async () => {
      await river[Symbol.asyncDispose]();
      await grid.close();
    },
  };
};

const twinsOf = (found: TestFound, name: string) =>
  found.rows.flatMap(({ twin }) => twin.representations).filter(({ id, kind }) => id.includes(`:${name}.test`) && kind !== 'city:AgencyTwin');

const bridgeFields =
  '{ adaptor { id } steps state coverage expectedLoss exact lossy { from { id } to { id } why } unmapped { term { id } why } messages failures dropped }';

const connectionsOf = async (city: TestCity) => {
  const told = await askGraphql(
    city.front.address,
    `{ federation(id: "${city.federation().id}") { connections { state agency { id } bridge ${bridgeFields} } } }`,
  );
  type Told = { federation: { connections: { state: string; agency: { id: string }; bridge: Record<string, unknown> | null }[] } };
  return (told.data as Told).federation.connections; // branding: as asked
};

describe('an adaptor', () => {
  let far: Far & AsyncDisposable;
  let city: TestCity;
  beforeAll(async () => {
    far = await startFar();
    city = await createTestCity({ agencies: bridgedAgencies(far), needs: bridgedNeeds });
    await city.active();
  });
  const closing: AsyncDisposable[] = [];
  afterAll(async () => {
    for (const one of closing) await one[Symbol.asyncDispose]();
    await city[Symbol.asyncDispose]();
    await far[Symbol.asyncDispose]();
  });

  it('makes twins of what two far systems have, in the words, units, places and times of the federation', async () => {
    const found = await city.ask();
    expect(['front', 'river', 'grid'].map((name) => found.source(name).status)).toEqual(['ANSWERED', 'WITHHELD', 'ANSWERED']);
    const river = twinsOf(found, 'river');
    expect(river.map(({ id, kind, name }) => [id, kind, name['en']])).toEqual(
      gauges.map(({ key }) => [`urn:dtf:twin:river.test.example:gauges/${key}`, 'city:RiverGauge', `Gauge ${key}`]),
    );
    for (const [at, gauge] of gauges.entries()) {
      const twin = present(river[at], 'gauge');
      expect(twin.values['city:waterLevel']).toEqual({ value: expect.closeTo(gauge.feet * 0.3048, 9), unit: 'm' });
      expect(twin.position?.[0]).toBeCloseTo(gauge.at[0], 7);
      expect(twin.position?.[1]).toBeCloseTo(gauge.at[1], 7);
      // half past eight in Boston, in winter
      expect(twin.provenance).toMatchObject({
        observedAt: '2026-03-02T13:30:00.000Z',
        via: twinOfTest('between'),
        source: 'urn:dtf:agency:river.test.example',
      });
    }
    expect(river.map(({ values }) => values['city:condition']?.value)).toEqual(['low', 'high', 'high']);
    expect(twinsOf(found, 'grid').map(({ values }) => [values['city:power'], values['city:voltage']])).toEqual([
      [
        { value: 250, unit: 'kW' },
        { value: 10, unit: 'kV' },
      ],
      [
        { value: 500, unit: 'kW' },
        { value: 10, unit: 'kV' },
      ],
    ]);
  });

  it('judges filters, orders, counts and pages on what it converted', async () => {
    const high = await city.ask({ filter: { property: [{ term: 'city:waterLevel', op: 'gt', value: 4, unit: 'm' }] } as never });
    expect(high.ids.map((id) => id.slice(-3))).toEqual(['G-2', 'G-3']);
    const inBox = await city.ask({ filter: { kinds: ['city:RiverGauge'], box: [0, 0, 1, 0.15] } as never });
    expect(inBox.ids.map((id) => id.slice(-3))).toEqual(['G-1']);
    expect(far.river.asked.some((path) => path.includes('bbox') || path.includes('offset=2'))).toBe(true);
    const first = await city.ask({ filter: { kinds: ['city:RiverGauge', 'city:Substation'] } as never, first: 2, count: true });
    expect(first.ids).toHaveLength(2);
    const rest = await city.ask({ filter: { kinds: ['city:RiverGauge', 'city:Substation'] } as never, first: 10, after: first.next });
    expect(new Set([...first.ids, ...rest.ids]).size).toBe(5);
  });

  it('is not asked for what was before, and that is told', async () => {
    const now = systemDeps().clock.now();
    expect((await city.ask({ at: { valid: now, known: now } } as never)).source('river').status).toBe('NOT_ASKED');
  });

  it('passes nothing on that the agreement holds back, and nothing that was never declared', async () => {
    const found = await city.ask();
    expect(JSON.stringify(found)).not.toContain('RIVER-SECRET');
    expect(JSON.stringify(found.rows)).not.toContain('inner');
    expect(found.source('river')).toMatchObject({ status: 'WITHHELD', withheld: { terms: ['river:keeper'] } });
  });

  it('says before anything is opened what comes over, what is not quite the same, and what is lost', async () => {
    const connections = await connectionsOf(city);
    const bridgeTo = (name: string) =>
      present(
        connections.find(({ agency }) => agency.id.includes(name)),
        name,
      );
    expect(bridgeTo('river')).toMatchObject({
      state: 'CONNECTED',
      bridge: {
        adaptor: { id: 'urn:dtf:agency:between.test.example' },
        steps: ['FORMAT', 'SEMANTIC'],
        state: 'CONNECTED',
        exact: expect.arrayContaining(['river:stage [ft_i] to city:waterLevel m']),
        lossy: [{ from: { id: 'river:alert' }, to: { id: 'city:condition' }, why: 'close, not the same' }],
        unmapped: [],
        coverage: 1,
      },
    });
    expect(bridgeTo('grid').bridge).toMatchObject({
      unmapped: [{ term: { id: 'grid:hum' }, why: 'no term of city corresponds' }],
      exact: expect.arrayContaining(['grid:ratedPower W to city:power kW']),
    });
  });

  it('sees what changed at the far system with the next question', async () => {
    const [first, ...others] = gaugeFeatures;
    const risen = { ...present(first, 'gauge'), properties: { ...present(first, 'gauge').properties, level_ft: 100 } };
    far.river.state.records = [risen, ...others];
    const found = await city.ask();
    expect(twinsOf(found, 'river')[0]?.values['city:waterLevel']?.value).toBeCloseTo(30.48, 9);
    far.river.state.records = gaugeFeatures;
  });

  /** What is heard of an agency from now on, once it was heard of. */
  const followed = async (name: string) => {
    const over = new AbortController();
    const events: SourceEvent[] = [];
    city.front.orchestration.follow(
      () => city.federation(),
      async (event) => void events.push(event),
      over.signal,
    );
    const heard = () => events.filter(({ agency }) => agency.includes(name));
    await until(heard, (told) => told.some(({ type }) => type === 'alive'), 'alive');
    return { heard, stop: () => over.abort() };
  };

  it('tells whoever follows what changed at a far system, and what is gone, as its owner signed it', async () => {
    const { heard: river, stop } = await followed('river');
    const [first, second, third] = gaugeFeatures.map((feature) => present(feature, 'gauge'));
    far.river.state.records = [{ ...first, properties: { ...first?.properties, level_ft: 50 } }, second];
    const changed = await until(
      () => river().flatMap((event) => (event.type === 'changed' ? [event] : [])),
      (events) => ['G-1', 'G-3'].every((key) => events.some(({ ids }) => ids.some((id) => id.endsWith(`:gauges/${key}`)))),
      'changed and gone',
    );
    expect(changed.flatMap(({ ids }) => ids)).toHaveLength(2);
    expect(JSON.stringify(changed)).not.toContain('RIVER-SECRET');
    expect(JSON.stringify(changed)).toContain('"city:waterLevel":{"value":15.24,"unit":"m"');
    far.river.state.isDown = true;
    await until(river, (events) => events.some((event) => event.type === 'silent' && event.problem.kind === 'unavailable'), 'silent, with the reason');
    far.river.state.isDown = false;
    far.river.state.records = [first, second, third];
    const count = river().length;
    await until(river, (events) => events.slice(count).some(({ type }) => type === 'alive'), 'alive again');
    stop();
  });

  it('is told by a broker of what changed there, and looks', async () => {
    const { heard: grid, stop } = await followed('grid');
    await until(
      () => far.grid.subscriptions.list(),
      (list) => list.length === 1,
      'subscribed at the broker',
    );
    far.grid.entities.patch('urn:ngsi-ld:Transformer:T2', { ratedPower: { type: 'Property', value: 750_000, unitCode: 'WTT' } }, systemDeps().clock.now());
    const told = await until(
      () => grid().flatMap((event) => (event.type === 'changed' ? [event] : [])),
      (events) => events.length > 0,
      'told',
    );
    expect(told.flatMap(({ ids }) => ids)).toEqual(['urn:dtf:twin:grid.test.example:transformers/urn%3Angsi-ld%3ATransformer%3AT2']);
    expect(JSON.stringify(told)).toContain('"city:power":{"value":750,"unit":"kW"');
    stop();
    await until(
      () => far.grid.subscriptions.list(),
      (list) => list.length === 0,
      'taken back',
    );
  });

  it('tells what a far system said before, in the words and units of the federation', async () => {
    const id = 'urn:dtf:twin:grid.test.example:transformers/urn%3Angsi-ld%3ATransformer%3AT1' as TwinId;
    const say = (value: number, at: string): void =>
      void far.grid.entities.patch(
        'urn:ngsi-ld:Transformer:T1',
        { ratedPower: { type: 'Property', value, unitCode: 'WTT', observedAt: at } },
        systemDeps().clock.now(),
      );
    say(300_000, '2026-03-03T12:00:00.000Z');
    say(350_000, '2026-03-04T12:00:00.000Z');
    const history = { series: 'city:power', first: 2, from: Instant.parse('2026-03-02T00:00:00Z') };
    const [asked, asking] = [{ id, history }, { deadlineMs: 5_000 }];
    const page = valueOf(await city.front.orchestration.history(city.federation(), asked, asking));
    expect(page.samples.map(({ observedAt, said }) => [observedAt, said?.value, said?.unit, said?.via])).toEqual([
      ['2026-03-02T12:00:00.000Z', 250, 'kW', twinOfTest('between')],
      ['2026-03-03T12:00:00.000Z', 300, 'kW', twinOfTest('between')],
    ]);
    const rest = valueOf(await city.front.orchestration.history(city.federation(), { id, history: { ...history, after: page.next } }, asking));
    expect(rest.samples.map(({ said }) => said?.value)).toEqual([350]);
    expect(rest.next).toBeUndefined();
    const align = { epoch: Instant.parse('2026-03-01T00:00:00Z'), slot: 'P1D', method: 'last' as const, unit: 'MW' };
    const between = { ...history, from: Instant.parse('2026-03-03T00:00:00Z'), to: Instant.parse('2026-03-05T00:00:00Z'), first: 100 };
    const [aligned] = await city.front.orchestration.aligned(city.federation(), { ids: [id], history: between, align }, asking);
    expect(aligned?.slots.map(({ flag }) => flag)).toEqual(['MEASURED', 'MEASURED', 'CARRIED']);
    for (const [slot, value] of [0.3, 0.35, 0.35].entries()) expect(aligned?.slots[slot]?.value).toBeCloseTo(value, 12);
    const sync = SyncRules.parse({ epoch: align.epoch, slot: 'PT7H' });
    const [off] = await city.front.orchestration.aligned({ ...city.federation(), sync }, { ids: [id], history: between, align }, asking);
    expect(off).toMatchObject({ slots: [], problem: { kind: 'clocksDiffer', accepted: expect.stringContaining('whole slots of PT7H') } });
  });

  it('says where a far system keeps nothing of what was, instead of saying nothing', async () => {
    const asked = { id: 'urn:dtf:twin:river.test.example:gauges/G-1' as never, history: { first: 10 } };
    const told = await city.front.orchestration.history(city.federation(), asked, { deadlineMs: 5_000 });
    expect(told).toMatchObject({ ok: false, problem: { kind: 'badQuery', subject: 'history', accepted: expect.stringContaining('keeps no history') } });
  });

  it('is not needed by a member that looks for a twin of a far system by its key: joins of others lead there', async () => {
    const join = { kind: 'city:locatedAt', agency: 'urn:dtf:agency:river.test.example', scheme: 'gauge' };
    const twins = [{ key: 'Gauge G-2', at: [0.1, 0.2] as const }];
    const source = { joins: [{ columns: ['ref'], ...join }] };
    const pump: TestAgency = { name: 'pump', kind: 'city:PumpingStation', twins, source };
    await using other = await createTestCity({ agencies: [...bridgedAgencies(far), pump], needs: [...bridgedNeeds, { kind: 'city:PumpingStation' }] });
    await other.active();
    const links = await until(
      () =>
        other
          .node('pump')
          .store.adjacent([`urn:dtf:twin:pump.test.example:things/${encodeURIComponent('Gauge G-2')}` as TwinId], { direction: 'out', limit: 10 }, {}),
      (found) => found.length > 0,
      'joined',
    );
    expect(links.map(({ to }) => to)).toEqual(['urn:dtf:twin:river.test.example:gauges/G-2']);
  });

  it('says that there are no functions behind a far system', () => {
    const asked = city.front.orchestration.functions.granting('urn:dtf:feature:river.test.example:city%3AExposure');
    expect(asked).toMatchObject({
      ok: false,
      problem: { kind: 'unbridgeable', agency: 'urn:dtf:agency:river.test.example', accepted: expect.stringContaining('computes nothing') },
    });
  });

  it('that breaks down leaves the others, and says for whom it is missing; it is connected again when the far system is', async () => {
    far.river.state.isDown = true;
    const without = await city.ask();
    expect(without.source('river')).toMatchObject({ status: 'FAILED', problem: { kind: 'unavailable' } });
    expect(without.source('grid').status).toBe('ANSWERED');
    far.river.state.isDown = false;
    expect((await city.ask()).source('river').status).toBe('WITHHELD');
  });

  it('that is gone leaves its members silent, named with since when, and the federation degraded', async () => {
    await city.node('between').close();
    const found = await until(
      () => city.ask({ deadlineMs: 2_000 }),
      (answer) => ['river', 'grid'].every((name) => answer.source(name).problem?.kind === 'interrupted'),
      'interrupted',
    );
    expect(found.source('river')).toMatchObject({ status: 'FAILED', since: expect.any(String) });
    expect(found.source('front').status).toBe('ANSWERED');
    await until(
      () => city.federation().state,
      (state) => state === 'DEGRADED',
      'DEGRADED',
    );
    expect((await connectionsOf(city)).map(({ state }) => state)).toEqual(['INTERRUPTED', 'INTERRUPTED']);
  });

  it('that comes back at another address is found there by the registry, and carries on', async () => {
    const again = await city.startAgain('between', 'http://127.0.0.1:0');
    const found = await until(
      () => city.ask({ deadlineMs: 2_000 }),
      (answer) => ['river', 'grid'].every((name) => ['ANSWERED', 'WITHHELD'].includes(answer.source(name).status)),
      'answered again',
    );
    expect(found.ids).toHaveLength(7);
    await until(
      () => city.federation().state,
      (state) => state === 'ACTIVE',
      'ACTIVE',
    );
    closing.push(again);
  });

  it('takes its bridges down when the federation is released, at all three ends', async () => {
    city.front.orchestration.management.release(city.federation().id, 'done');
    await until(
      () => city.federation().state,
      (state) => state === 'RELEASED',
      'RELEASED',
    );
    await until(
      () => readRecords(city.folder, 'between', 'bridge').map((kept) => (kept as { connection: { state: string } }).connection.state), // branding: as the adaptor writes them
      (states) => states.length === 2 && states.every((state) => state === 'CLOSED'),
      'taken down by the adaptor, which has moved',
    );
    await city.stop();
    for (const name of ['front', 'river', 'grid'])
      expect(readKept(city.folder, name).connections.map(({ state }) => state)).toEqual(name === 'front' ? ['CLOSED', 'CLOSED'] : ['CLOSED']);
  });
});

describe('without an adaptor', () => {
  it('a member that keeps its data in a form of its own is not invited, and the federation says what is missing', async () => {
    await using far = await startFar();
    await using city = await createTestCity({ agencies: bridgedAgencies(far).filter(({ name }) => name !== 'between'), needs: bridgedNeeds });
    const waiting = await until(
      () => city.front.orchestration.federation(testFederationId),
      (federation) => federation?.reason !== undefined,
      'waiting with a reason',
    );
    expect(waiting).toMatchObject({ state: 'DISCOVERING', members: [] });
    expect(waiting?.reason).toContain('no adaptor is registered that converts application/geo+json, urn:dtf:dictionary:river.test.example:river');
    const found = valueOf(await city.front.orchestration.discover({ needs: city.federation().needs }));
    expect(found.map(({ score }) => score)).toEqual([0, 0]);
    expect(found[0]?.gaps).toEqual(expect.arrayContaining([expect.objectContaining({ aspect: 'format', bridgeable: false })]));
  });

  it('more may be lost than is allowed: the member is left out, with the reason', async () => {
    await using far = await startFar();
    await using city = await createTestCity({
      agencies: bridgedAgencies(far),
      needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true, maxLoss: 0.1 }],
    });
    await city.active();
    const left = await until(
      () => city.federation().members.find(({ twinId }) => twinId === twinOfTest('grid')),
      (member) => member?.state === 'REMOVED',
      'left out',
    );
    expect(left?.reason).toBe('lossTooHigh');
    expect((await city.ask()).ids.filter((id) => id.includes('river'))).toHaveLength(3);
  });
});
