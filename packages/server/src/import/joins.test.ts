import { join } from 'node:path';
import { AgencyId, agencyIdOf, fail, type Json, limits, linkIdOf, ok, problem, TermId, type TwinId, twinIdOf } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { type AskIdentifiers, declaredLinksMax, evidenceOf, resolveJoins } from './joins.ts';
import { createSources } from './sources.ts';
import { authority, collectionOf, createTrial, type Feature, point, sourceOf, type Trial, threads } from './trial.ts';

const own = agencyIdOf(authority);
const roads = AgencyId.parse('urn:dtf:agency:roads.example');
const along = TermId.parse('city:along');

const lamps = sourceOf({
  id: 'lamps',
  format: 'geojson',
  path: 'lamps.geojson',
  kind: 'city:StreetLight',
  key: { columns: ['ID'] },
  joins: [{ columns: ['Street'], kind: along, agency: roads, scheme: 'street' }],
});

const lamp = (id: string, more: Readonly<Record<string, Json>>): Feature => ({ geometry: point(4.1, 52.1), properties: { ID: id, ...more } });
const lampId = (id: string): TwinId => twinIdOf(authority, 'lamps', id);
const streetId = (key: string): TwinId => twinIdOf('roads.example' as never, 'streets', key);

const register =
  (known: Readonly<Record<string, string>>, asked: string[][] = []): AskIdentifiers =>
  async (_, __, values) => {
    asked.push([...values]);
    const partners = new Map(values.flatMap((value) => (known[value] ? [[value, known[value].split(' ').map(streetId)] as const] : [])));
    return ok({ partners });
  };

const bring = (trial: Trial, features: readonly Feature[], source = lamps) => trial.run(source, trial.write(`${source.id}.geojson`, collectionOf(features)));

const linksOf = async ({ store }: Trial, id: TwinId) => (await store.adjacent([id], { direction: 'both', limit: 100 })).map(({ from, to }) => [from, to]);

describe('joins to another agency', () => {
  test('wait as pending until that agency is asked, then become links, or are listed as unresolved', async () => {
    await using trial = await createTrial();
    const report = await bring(trial, [lamp('a', { Street: '791' }), lamp('b', { Street: 791 }), lamp('c', { Street: 'nowhere' }), lamp('d', {})]);
    expect(report).toMatchObject({ added: 4, joinsPending: 3 });
    const asked: string[][] = [];
    const settled = await resolveJoins(trial.store, register({ '791': 's791' }, asked), { clock: trial.clock, own });
    expect(settled).toMatchObject({ resolved: 2, unresolved: 1, waiting: 0 });
    expect(asked).toEqual([['791', 'nowhere']]);
    expect(await linksOf(trial, lampId('b'))).toEqual([[lampId('b'), streetId('s791')]]);
    expect(await trial.store.countJoins()).toEqual({ PENDING: 0, RESOLVED: 2, UNRESOLVED: 1 });
    expect((await trial.store.joins({ state: 'UNRESOLVED', first: 10 })).joins.map(({ value }) => value)).toEqual(['nowhere']);
  });

  test('that have more partners than are told, or than become links, say so until that is no longer so', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Street: '1' }), lamp('b', { Street: '2' }), lamp('c', { Street: '3' })]);
    const most = limits.twinsPerIdentifierMax;
    const pieces = (count: number) => Array.from({ length: count }, (_, piece) => `p${piece}`).join(' ');
    const isCut = async () =>
      Object.fromEntries((await trial.store.joins({ first: 10 })).joins.map(({ value, partnersBeyond = false }) => [value, partnersBeyond]));
    const settle = async (ask: AskIdentifiers) => void (await resolveJoins(trial.store, ask, { clock: trial.clock, own, again: true }));
    await settle(register({ '1': pieces(most), '2': pieces(most + 1), '3': 'one' }));
    expect(await isCut()).toEqual({ '1': false, '2': true, '3': false });
    const partly: AskIdentifiers = async () =>
      ok({
        partners: new Map([
          ['1', [streetId('p0')]],
          ['3', [streetId('one')]],
        ]),
        beyond: new Set(['3']),
      });
    await settle(partly);
    expect(await isCut()).toEqual({ '1': false, '2': false, '3': true });
    await settle(register({ '3': 'one' }));
    expect(await isCut()).toEqual({ '1': false, '2': false, '3': false });
  });

  test('are linked to every twin that has the key, up to a hundred of them', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Street: '791' }), lamp('b', { Street: '5' })]);
    const pieces = Array.from({ length: limits.twinsPerIdentifierMax + 1 }, (_, piece) => `p${piece}`);
    await resolveJoins(trial.store, register({ '791': 's1 s2', '5': pieces.join(' ') }), { clock: trial.clock, own });
    expect((await linksOf(trial, lampId('a'))).map(([, to]) => to)).toEqual([streetId('s1'), streetId('s2')]);
    const { joins } = await trial.store.joins({ state: 'RESOLVED', first: 10 });
    expect(joins.map(({ to }) => to)).toEqual([streetId('s1'), streetId('p0')]);
    expect(await trial.store.adjacent([lampId('b')], { direction: 'out', limit: 200 })).toHaveLength(limits.twinsPerIdentifierMax);
    trial.clock.move(1_000);
    await resolveJoins(trial.store, register({ '791': 's2', '5': 'p0' }), { clock: trial.clock, own, again: true });
    expect(await linksOf(trial, lampId('a'))).toEqual([[lampId('a'), streetId('s2')]]);
  });

  test('that found nobody are tried again, and found ones only when asked to', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Street: '1' }), lamp('b', { Street: '2' })]);
    await resolveJoins(trial.store, register({ '1': 'one' }), { clock: trial.clock, own });
    trial.clock.move(1_000);
    expect(await resolveJoins(trial.store, register({ '1': 'one', '2': 'two' }), { clock: trial.clock, own })).toMatchObject({ resolved: 1, unresolved: 0 });
    trial.clock.move(1_000);
    expect(await resolveJoins(trial.store, register({ '2': 'other' }), { clock: trial.clock, own, again: true })).toMatchObject({ resolved: 1, unresolved: 1 });
    expect(await linksOf(trial, lampId('a'))).toEqual([]);
    expect(await linksOf(trial, lampId('b'))).toEqual([[lampId('b'), streetId('other')]]);
  });

  test('stay as they are while the agency does not answer, which is asked once', async () => {
    await using trial = await createTrial();
    await bring(
      trial,
      Array.from({ length: 501 }, (_, index) => lamp(`n${index}`, { Street: `${index}` })),
    );
    let asked = 0;
    const silent: AskIdentifiers = async () => {
      asked += 1;
      return fail(problem('timedOut'));
    };
    const settled = await resolveJoins(trial.store, silent, { clock: trial.clock, own });
    expect(settled).toMatchObject({ resolved: 0, waiting: 501 });
    expect(settled.problems.get(roads)?.kind).toBe('timedOut');
    expect(asked).toBe(1);
    expect(await trial.store.countJoins()).toMatchObject({ PENDING: 501 });
  });

  test('are asked in batches that the exchange allows', async () => {
    await using trial = await createTrial();
    await bring(
      trial,
      Array.from({ length: 501 }, (_, index) => lamp(`n${index}`, { Street: `${index}` })),
    );
    const asked: string[][] = [];
    expect(await resolveJoins(trial.store, register({ '500': 'last' }, asked), { clock: trial.clock, own })).toMatchObject({ resolved: 1, unresolved: 500 });
    expect(Math.max(...asked.map(({ length }) => length))).toBe(limits.identityBatchMax);
    expect(new Set(asked.flat()).size).toBe(501);
  });

  test('take their link with them when a row names another key, or none', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Street: '1' }), lamp('b', { Street: '2' })]);
    await resolveJoins(trial.store, register({ '1': 'one', '2': 'two' }), { clock: trial.clock, own });
    expect(await bring(trial, [lamp('a', { Street: '3' }), lamp('b', {})])).toMatchObject({ changed: 2, joinsPending: 1 });
    expect(await linksOf(trial, lampId('a'))).toEqual([]);
    expect(await linksOf(trial, lampId('b'))).toEqual([]);
    expect(await trial.store.countJoins()).toEqual({ PENDING: 1, RESOLVED: 0, UNRESOLVED: 0 });
  });

  test('go on being resolved when the row changed in other columns', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Street: '1' })]);
    await resolveJoins(trial.store, register({ '1': 'one' }), { clock: trial.clock, own });
    expect(await bring(trial, [lamp('a', { Street: '1', bulb: 'new' })])).toMatchObject({ changed: 1, joinsPending: 0 });
    expect(await linksOf(trial, lampId('a'))).toEqual([[lampId('a'), streetId('one')]]);
  });
});

describe('links inside the agency', () => {
  const feeders = sourceOf({
    id: 'feeders',
    format: 'geojson',
    path: 'feeders.geojson',
    kind: 'city:Feeder',
    key: { columns: ['ID'] },
    identifiers: [{ scheme: 'circuit', columns: ['Circuit'] }],
  });
  const fed = (direction: 'out' | 'in') =>
    sourceOf({ ...lamps, joins: [], links: [{ columns: ['Circuit'], kind: 'city:feeds', scheme: 'circuit', direction }] });
  const feederId = (id: string): TwinId => twinIdOf(authority, 'feeders', id);
  const feeder = (id: string, circuit: string): Feature => ({ geometry: point(4.2, 52.2), properties: { ID: id, Circuit: circuit } });

  test.each([true, false])('are made whichever file comes first (the keys first: %s)', async (first) => {
    await using trial = await createTrial();
    const files = [
      () => bring(trial, [feeder('f1', 'C1')], feeders),
      () => bring(trial, [lamp('a', { Circuit: 'C1' }), lamp('b', { Circuit: 'C9' })], fed('in')),
    ];
    for (const file of first ? files : files.toReversed()) await file();
    expect(await linksOf(trial, lampId('a'))).toEqual([[feederId('f1'), lampId('a')]]);
    expect(await trial.store.countJoins()).toEqual({ PENDING: 0, RESOLVED: 1, UNRESOLVED: 1 });
    expect(await bring(trial, [lamp('a', { Circuit: 'C1' }), lamp('b', { Circuit: 'C9' })], { ...fed('in'), licence: 'again' })).toMatchObject({
      linksUnresolved: 1,
    });
  });

  test('are counted as without a partner only once every source of the agency is in', async () => {
    await using trial = await createTrial();
    const many = Array.from({ length: 3_000 }, (_, at) => feeder(`f${at}`, `C${at}`));
    trial.write('feeders.geojson', collectionOf(many));
    const files = [lamp('a', { Circuit: 'C2999' }), lamp('b', { Circuit: 'nowhere' })];
    const sources = [
      { ...fed('in'), path: trial.write('lamps.geojson', collectionOf(files)) },
      { ...feeders, path: join(trial.folder, 'feeders.geojson') },
    ];
    const { clock, store, folder } = trial;
    const { timers, ids } = systemDeps();
    const stop = new AbortController();
    const events = createEvents({ agency: 'works', level: 'silent' });
    const room = { deps: { clock, ids, timers }, events, store, authority, sources, scratch: join(folder, 'scratch'), threads, signal: stop.signal };
    const running = createSources(room);
    expect((await running.run()).map(({ source, linksUnresolved }) => [source, linksUnresolved])).toEqual([
      ['lamps', 1],
      ['feeders', 0],
    ]);
    await running.close();
  });

  test('reach every twin that carries the key, and follow when the other side changes', async () => {
    await using trial = await createTrial();
    await bring(trial, [feeder('f1', 'C1'), feeder('f2', 'C1')], feeders);
    await bring(trial, [lamp('a', { Circuit: 'C1' })], fed('out'));
    expect(await linksOf(trial, lampId('a'))).toEqual([
      [lampId('a'), feederId('f1')],
      [lampId('a'), feederId('f2')],
    ]);
    await bring(trial, [feeder('f1', 'C2'), feeder('f3', 'C1')], feeders);
    expect(await linksOf(trial, lampId('a'))).toEqual([[lampId('a'), feederId('f3')]]);
    await bring(trial, [feeder('f1', 'C2')], feeders);
    expect(await linksOf(trial, lampId('a'))).toEqual([]);
    expect(await trial.store.countJoins()).toEqual({ PENDING: 0, RESOLVED: 0, UNRESOLVED: 1 });
  });

  test('of a hub go and come with its row, however many others link to it', async () => {
    await using trial = await createTrial();
    await bring(trial, [feeder('f1', 'C1')], feeders);
    await bring(trial, [lamp('a', { Circuit: 'C1' })], fed('out'));
    const kind = TermId.parse('city:along');
    const others = Array.from({ length: 2 * limits.linksPerTwinAnswerMax }, (_, index) => lampId(`other-${index}`));
    const at = trial.clock.now();
    const linked = others.flatMap((other) => [
      { id: linkIdOf(other, kind, lampId('a')), kind, from: other, to: lampId('a'), source: own, recordedAt: at },
      { id: linkIdOf(lampId('a'), kind, other), kind, from: lampId('a'), to: other, source: own, recordedAt: at },
    ]);
    for (let from = 0; from < linked.length; from += limits.commandsMax)
      await trial.store.apply(
        linked.slice(from, from + limits.commandsMax).map((link) => ({ op: 'putLink', link })),
        { at },
      );
    const toFeeders = async () => (await trial.store.adjacent([feederId('f1')], { direction: 'in', limit: 9 })).length;
    expect(await toFeeders()).toBe(1);
    await bring(trial, [lamp('a', { bulb: 'new' })], fed('out'));
    expect(await toFeeders()).toBe(0);
  });

  test('so many that one row declared go when it no longer declares them, and one more stays', async () => {
    await using trial = await createTrial();
    await bring(trial, [lamp('a', { Circuit: 'C1' })], fed('out'));
    const at = trial.clock.now();
    const kind = TermId.parse('city:fedBy');
    const evidence = evidenceOf({ agency: own, scheme: 'circuit', value: 'C0' });
    const ends = Array.from({ length: declaredLinksMax + 1 }, (_, index) => feederId(`f${index}`));
    const linked = ends.map((to) => ({ id: linkIdOf(lampId('a'), kind, to), kind, from: lampId('a'), to, source: own, recordedAt: at, evidence }));
    for (let from = 0; from < linked.length; from += limits.commandsMax)
      await trial.store.apply(
        linked.slice(from, from + limits.commandsMax).map((link) => ({ op: 'putLink', link })),
        { at },
      );
    await bring(trial, [lamp('a', { bulb: 'new' })], fed('out'));
    expect(await trial.store.adjacent([lampId('a')], { direction: 'out', limit: ends.length })).toHaveLength(1);
  });

  test('that a person made stay when the row changes', async () => {
    await using trial = await createTrial();
    await bring(trial, [feeder('f1', 'C1')], feeders);
    await bring(trial, [lamp('a', { Circuit: 'C1' })], fed('out'));
    const kind = TermId.parse('city:near');
    const link = { id: linkIdOf(lampId('a'), kind, feederId('f1')), kind, from: lampId('a'), to: feederId('f1'), source: own, recordedAt: trial.clock.now() };
    await trial.store.apply([{ op: 'putLink', link }], { at: trial.clock.now() });
    await bring(trial, [lamp('a', { bulb: 'new' })], fed('out'));
    expect((await trial.store.adjacent([lampId('a')], { direction: 'out', limit: 10 })).map((left) => left.kind)).toEqual([kind]);
  });
});
