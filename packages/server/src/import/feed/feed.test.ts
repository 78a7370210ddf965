import { type Instant, type Position, TermId, type TwinId, twinIdOf } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import type { Timers } from '../../deps.ts';
import { authority, collectionOf, createTrial, point, sourceOf, type Trial, threads } from '../trial.ts';
import { createFeed, type Feed } from './feed.ts';

const level = TermId.parse('city:waterLevel');
const gauges = sourceOf({
  id: 'gauges',
  format: 'geojson',
  path: 'x',
  kind: 'city:Sensor',
  key: { columns: ['ID'] },
  identifiers: [{ scheme: 'gauge', columns: ['ID'] }],
});
const gaugeId = (key: string): TwinId => twinIdOf(authority, 'gauges', key);

const recorded = (more = {}) =>
  sourceOf({
    id: 'levels',
    format: 'feed',
    path: 'levels.csv',
    kind: 'city:Reading',
    properties: [{ column: 'm', term: level, unit: 'm', as: 'number' }],
    feed: { scheme: 'gauge', key: 'gauge', publishedAt: 'out', observedAt: 'seen', flag: { column: 'q', codes: { x: 'MISSING', i: 'INTERPOLATED' } }, ...more },
  });

/** Timers that fire when the clock is moved past them, and only then. */
const createToldTimers = () => {
  const waiting = new Set<{ readonly run: () => void; leftMs: number }>();
  const timers: Timers = {
    after: (ms, run) => {
      const timer = { run, leftMs: ms };
      waiting.add(timer);
      return () => waiting.delete(timer);
    },
  };
  const pass = (ms: number) => {
    for (const timer of [...waiting]) {
      timer.leftMs -= ms;
      if (timer.leftMs > 0) continue;
      waiting.delete(timer);
      timer.run();
    }
  };
  return { timers, pass, waiting };
};

const { signal } = new AbortController();

type Played = {
  readonly feed: Feed;
  readonly pass: (seconds: number) => Promise<void>;
  readonly reading: (key?: string) => Promise<unknown>;
  readonly nextMs: () => number | undefined;
};

/** Noon, with gauges g1 and g2 in the store. */
const start = async (trial: Trial, csv: string, source = recorded()): Promise<Played> => {
  const features = ['g1', 'g2'].map((ID) => ({ geometry: point(4.1, 52.1), properties: { ID } }));
  if ((await trial.headSeq()) === 0) await trial.run(gauges, trial.write('gauges.geojson', collectionOf(features)));
  const { timers, pass, waiting } = createToldTimers();
  const created = await createFeed({ source, path: trial.write('levels.csv', csv), store: trial.store, clock: trial.clock, timers, threads, signal });
  if (!created.ok) throw new Error(JSON.stringify(created.problem));
  await created.value.idle();
  return {
    feed: created.value,
    pass: async (seconds) => {
      trial.clock.move(seconds * 1_000);
      pass(seconds * 1_000);
      await created.value.idle();
    },
    reading: async (key = 'g1') => (await trial.store.get([gaugeId(key)])).get(gaugeId(key))?.values[level],
    nextMs: () => [...waiting][0]?.leftMs,
  };
};

const noon = 43_200;
const csvOf = (rows: readonly (readonly (string | number)[])[]): string => ['out,seen,gauge,m,q', ...rows.map((row) => row.join(','))].join('\n');
const value = (m: number | null) => expect.objectContaining({ value: m });

describe('a recorded feed', () => {
  test('begins with the state as of now, from yesterday where today has nothing yet, and plays each reading when it was published', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const rows = [
      [noon - 600, noon - 660, 'g1', 1.5, ''],
      [noon - 1200, noon - 1260, 'g1', 1.4, ''],
      [noon + 60, noon + 30, 'g1', 1.6, ''],
      [noon + 7200, noon + 7200, 'g2', 9.9, ''],
    ];
    const { feed, pass, reading } = await start(trial, csvOf(rows));
    expect(await reading()).toEqual({
      value: 1.5,
      unit: 'm',
      observedAt: '2026-05-04T11:49:00.000Z',
      recordedAt: '2026-05-04T11:50:00.000Z',
      origin: 'feed levels',
    });
    expect(await reading('g2')).toMatchObject({ value: 9.9, observedAt: '2026-05-03T14:00:00.000Z' });
    await pass(50);
    expect(await reading()).toEqual(value(1.5));
    await pass(10);
    expect(await reading()).toEqual(value(1.6));
    expect(feed.status()).toMatchObject({ rows: 4, refused: 0, applied: 3, unresolved: [] });
    await feed[Symbol.asyncDispose]();
  });

  test('leaves every reading in the history, the late ones too, and started again adds nothing to it', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const rows = [
      ...Array.from({ length: 100 }, (_, index) => [noon - 6000 + index * 60, noon - 6060 + index * 60, 'g1', index / 100, '']),
      [noon + 30, noon - 3030, 'g1', 7, ''],
    ];
    const history = async () => (await trial.store.history(gaugeId('g1'), { series: level, first: 500 })).samples.map(({ said }) => said?.value);
    const first = await start(trial, csvOf(rows));
    // the row that is still to come was played yesterday
    expect(await history()).toEqual([7, ...Array.from({ length: 100 }, (_, index) => index / 100)]);
    await first.pass(30);
    expect((await history()).lastIndexOf(7)).toBe(52);
    expect(await first.reading()).toEqual(value(0.99));
    await first.feed[Symbol.asyncDispose]();
    const version = async () => (await trial.store.get([gaugeId('g1')])).get(gaugeId('g1'))?.version;
    const before = await version();
    const again = await start(trial, csvOf(rows));
    expect([await history().then(({ length }) => length), await version()]).toEqual([102, before]);
    await again.feed[Symbol.asyncDispose]();
  });

  test('sets one timer, to the next row that is due', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const { feed, nextMs, pass } = await start(
      trial,
      csvOf([
        [noon + 90, noon, 'g1', 1, ''],
        [noon + 95, noon, 'g2', 1, ''],
      ]),
    );
    // the import that brought the gauges took a second of the told clock
    expect(nextMs()).toBe(89_000);
    await pass(89);
    expect(nextMs()).toBe(5_000);
    await feed[Symbol.asyncDispose]();
    expect(nextMs()).toBeUndefined();
  });

  test('never lets a late reading overwrite a newer one, but a correction the reading that it corrects', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const rows = [
      [noon, noon - 10, 'g1', 2, ''],
      [noon + 10, noon - 300, 'g1', 7, ''],
      [noon + 20, noon - 10, 'g1', 2.5, ''],
    ];
    const { feed, pass, reading } = await start(trial, csvOf(rows));
    expect(await reading()).toEqual(value(2));
    await pass(10);
    expect(await reading()).toEqual(value(2));
    await pass(10);
    expect(await reading()).toEqual(value(2.5));
    await feed[Symbol.asyncDispose]();
  });

  test('says what is missing and how a value was come by', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const { feed, pass, reading } = await start(
      trial,
      csvOf([
        [noon, noon, 'g1', 2, 'i'],
        [noon + 10, noon + 10, 'g1', '', ''],
        [noon + 20, noon + 20, 'g1', '', 'x'],
      ]),
    );
    expect(await reading()).toMatchObject({ value: 2, flag: 'INTERPOLATED' });
    await pass(10);
    expect(await reading()).toMatchObject({ value: 2 });
    await pass(10);
    expect(await reading()).toMatchObject({ value: null, flag: 'MISSING' });
    await feed[Symbol.asyncDispose]();
  });

  test('goes on at midnight with the first row of the day', async () => {
    await using trial = await createTrial('2026-05-04T23:59:50Z');
    const { feed, pass, reading } = await start(
      trial,
      csvOf([
        [5, 86_395, 'g1', 3, ''],
        [86_380, 86_380, 'g1', 2, ''],
      ]),
    );
    expect(await reading()).toMatchObject({ value: 2, observedAt: '2026-05-04T23:59:40.000Z' });
    await pass(15);
    expect(await reading()).toMatchObject({ value: 3, observedAt: '2026-05-04T23:59:55.000Z', recordedAt: '2026-05-05T00:00:05.000Z' });
    await feed[Symbol.asyncDispose]();
  });

  test('started again writes nothing that the store knows', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const csv = csvOf([
      [noon - 600, noon - 660, 'g1', 1.5, ''],
      [noon - 5, noon - 6, 'g2', 1.4, ''],
    ]);
    await (await start(trial, csv)).feed[Symbol.asyncDispose]();
    const seq = await trial.headSeq();
    await (await start(trial, csv)).feed[Symbol.asyncDispose]();
    expect(await trial.headSeq()).toBe(seq);
  });

  test('plays instants once where it is not to be repeated', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const rows = [
      ['2026-05-03T10:00:00Z', '2026-05-03T10:00:00Z', 'g1', 1, ''],
      ['2026-05-04T12:00:30Z', '2026-05-04T12:00:20Z', 'g1', 2, ''],
    ];
    const { feed, pass, reading } = await start(trial, csvOf(rows), recorded({ repeat: 'once' }));
    expect(await reading()).toEqual(value(1));
    await pass(30);
    expect(await reading()).toEqual(value(2));
    const seq = await trial.headSeq();
    await pass(24 * 3600);
    expect(await trial.headSeq()).toBe(seq);
    await feed[Symbol.asyncDispose]();
  });

  test('moves twins, names keys that it does not know, and refuses rows that it cannot read', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const csv = [
      'out,seen,gauge,m,x,y',
      `${noon},${noon},g1,1,4.5,52.5`,
      `${noon},${noon},g9,1,,`,
      `${noon},soon,g1,1,,`,
      `${noon},${noon},g1,deep,,`,
      `${noon + 10},${noon - 99},g1,,4.4,52.4`,
    ].join('\n');
    const { feed, pass } = await start(trial, csv, recorded({ position: { x: 'x', y: 'y' }, flag: undefined }));
    const position = async (): Promise<Position | undefined> => (await trial.store.get([gaugeId('g1')])).get(gaugeId('g1'))?.position;
    expect(await position()).toEqual([4.5, 52.5]);
    expect(feed.status()).toMatchObject({ rows: 3, refused: 2, unresolved: ['g9'] });
    await pass(10);
    expect(await position()).toEqual([4.5, 52.5]);
    await feed[Symbol.asyncDispose]();
  });

  test('reads lines of JSON as well as tables', async () => {
    await using trial = await createTrial('2026-05-04T12:00:00Z');
    const at: Instant = trial.clock.now();
    await (await start(trial, csvOf([]))).feed[Symbol.asyncDispose]();
    const path = trial.write('levels.ndjson', `${JSON.stringify({ out: noon, seen: noon - 1, gauge: 'g1', m: 4 })}\n`);
    const { timers } = createToldTimers();
    const created = await createFeed({ source: recorded(), path, store: trial.store, clock: trial.clock, timers, threads, signal });
    expect(created.ok).toBe(true);
    if (created.ok) await created.value.idle();
    expect((await trial.store.get([gaugeId('g1')])).get(gaugeId('g1'))?.values[level]).toMatchObject({ value: 4, observedAt: expect.not.stringContaining(at) });
    if (created.ok) await created.value[Symbol.asyncDispose]();
  });
});
