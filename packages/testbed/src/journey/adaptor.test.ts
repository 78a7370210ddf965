/**
 * An adaptor over real sockets: members whose systems speak OGC API Features and NGSI-LD, in other words, units, coordinates and times, take part like any other.
 */
import { systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, type TestCity, type TestFound, until, valueOf } from '../city.ts';
import { testFederationId, twinOfTest } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, gaugeFeatures, gauges, transformers } from '../far/bridged-city.ts';
import { type FarServer, startFarServer } from '../far/interface.ts';

type Far = { readonly river: FarServer; readonly grid: FarServer };

const startFar = async (): Promise<Far & AsyncDisposable> => {
  const river = await startFarServer('ogc-api-features', gaugeFeatures);
  const grid = await startFarServer('ngsi-ld', transformers);
  return {
    river,
    grid,
    [Symbol.asyncDispose]: async () => {
      await river[Symbol.asyncDispose]();
      await grid[Symbol.asyncDispose]();
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
