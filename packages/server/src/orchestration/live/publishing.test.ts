/**
 * The sender's side of a subscription: every change in bounded batches, a heartbeat when there is none, and an end with the agreement.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  addMs,
  agencyIdOf,
  agencyTwinIdOf,
  agreementIdOf,
  cityDictionary,
  connectionIdOf,
  createVocabulary,
  federationIdOf,
  type LoggedExchange,
  limits,
} from '@cityweave/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import type { StreamEvent } from '../../exchange/stream-event.ts';
import { openRecordStore } from '../../store/records.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import { createStoreThreads, type StoreThreads } from '../../store/sqlite/sqlite-threads.ts';
import type { RecordStore, TwinStore } from '../../store/store.ts';
import { accepted, at, put, twinId } from '../../store/twins.contract.ts';
import { loadNodeKey } from '../../trust/node-key.ts';
import type { Room } from '../room.ts';
import { createAreas } from '../utilization/sent-areas.ts';
import { createStoreFeed } from './feed.ts';
import { createPublishing, type Publishing } from './publishing.ts';

const [authority, front] = [Authority.parse('water.example'), agencyTwinIdOf(Authority.parse('front.example'))];
const id = agencyTwinIdOf(authority);
const [agreementId, federationId] = [agreementIdOf(authority, 'one'), federationIdOf(authority, 'one')];
const system = systemDeps();
const by = { sender: front } as never; // branding: a subscription looks at nothing else of who asks

const agreementIn = (state: string, granted: object = {}) => ({
  id: agreementId,
  revision: 1,
  state,
  terms: {
    federationId,
    parties: { consumer: front, provider: id },
    features: [{ featureId: 'urn:dtf:feature:water.example:thing', kind: 'city:Thing', modes: ['read', 'subscribe'], ...granted }],
    purpose: 'city:safety',
    permissions: [],
    prohibitions: [],
    validity: { from: at },
  },
});
const end = (twinId: string) => ({ twinId, protocol: 'http', address: 'http://water.example/dtf/messages', format: 'application/json' });
const connection = {
  id: connectionIdOf(authority, 'one'),
  federationId,
  agreementId,
  ends: [end(front), end(id)],
  state: 'CONNECTED',
  since: at,
};

const bridgeOver = (adaptorId: string) => ({
  adaptorId,
  address: 'http://adaptor.example/dtf/messages',
  keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'one' }],
  profileId: 'urn:dtf:profile:adaptor.example:one',
  steps: ['format'],
  features: [],
  report: { coverage: 1, expectedLoss: 0, exact: [], lossy: [], unmapped: [] },
});

describe('a subscription', () => {
  let directory = '';
  let threads: StoreThreads;
  let store: TwinStore;
  let records: RecordStore;
  let publishing: Publishing;
  let paused: number[] = [];
  /** that went by while nothing happened */
  let ms = 0;
  let counted: (LoggedExchange & { readonly seq: number | undefined })[] = [];
  beforeAll(() => {
    threads = createStoreThreads({ writers: 1, readers: 1 });
  });
  afterAll(() => threads.close());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'publishing-'));
    const [opened, kept] = [await openSqliteStore({ directory, clock: system.clock, threads }), openRecordStore({ directory, clock: system.clock })];
    if (!opened.ok || !kept.ok) return expect.fail('no store');
    store = opened.value;
    records = kept.value;
    paused = [];
    counted = [];
    records.put('agreement', agreementId, agreementIn('AGREED'));
    records.put('communication', connection.id, connection);
    ms = 0;
    const after = (waiting: number, run: () => void) => {
      paused.push(waiting);
      ms += waiting;
      setImmediate(run);
      return () => undefined;
    };
    const key = await loadNodeKey(records);
    const parts = {
      deps: { ...system, clock: { now: () => addMs(system.clock.now(), ms), monotonicMs: () => ms }, timers: { after } },
      records,
      store,
      keys: { current: () => key },
      signal: new AbortController().signal,
      log: {
        append: () => expect.fail('messages of a stream are counted'),
        count: (exchange: LoggedExchange, seq?: number) => counted.push({ ...exchange, seq }),
      },
      node: { maintenance: [] },
    };
    const vocabulary = createVocabulary([cityDictionary]);
    // branding: publishing looks at nothing else of its room
    const room = { ...parts, self: { id, authority, agency: agencyIdOf(authority) }, vocabulary: () => vocabulary } as unknown as Room;
    publishing = createPublishing({ room, feedOf: () => createStoreFeed(room), areas: createAreas() });
  });
  afterEach(async () => {
    const closing: Promise<void> = store.close();
    await closing;
    records.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const subscribe = async (after?: number, terms: object = {}) => {
    const done = await publishing.subscribe(
      { parameters: { federationId, agreementId, ...terms, ...(after !== undefined && { after }) }, objects: [] } as never,
      by,
    ); // branding: as parsed
    return done.ok ? done.value.reply.objects[0].id : done.problem.kind;
  };
  const listen = (subscription: string, after?: number) =>
    publishing.events(subscription, after, new AbortController().signal)?.[Symbol.asyncIterator]() ?? expect.fail('unknown');
  const told = (event: IteratorResult<StreamEvent>) => (event.done ? undefined : JSON.parse(event.value.text).data.objects[0].attributes);
  const puts = (count: number, from = 0) =>
    accepted(
      store,
      Array.from({ length: count }, (_, n) => put(`${from + n}`)),
    );

  it('tells streamBatchTwinsMax changes in one event and one more in the next, then beats every streamHeartbeatMs', async () => {
    const events = listen(await subscribe(0));
    await puts(limits.streamBatchTwinsMax);
    await puts(1, limits.streamBatchTwinsMax);
    const first = await events.next();
    expect(told(first).rows).toHaveLength(limits.streamBatchTwinsMax);
    expect(JSON.parse(first.value?.text ?? '{}').header).toMatchObject({ sequence: limits.streamBatchTwinsMax, federationId });
    expect(told(await events.next()).rows).toHaveLength(1);
    expect(paused).toEqual([]);
    for (let beat = 0; beat < 3; beat += 1) expect((await events.next()).value).toMatchObject({ type: 'heartbeat' });
    expect(paused).toEqual([limits.streamHeartbeatMs, limits.streamHeartbeatMs]);
    await events.return?.();
  });

  it('is in the log with each message that it tells, its place and the agreement it is told under', async () => {
    const subscriptionId = await subscribe(0);
    const events = listen(subscriptionId);
    await puts(1);
    await events.next();
    await puts(2, 1);
    await events.next();
    await events.next();
    await events.return?.();
    const entry = {
      direction: 'said',
      from: id,
      to: front,
      verb: 'publish',
      object: 'exchangeData',
      federationId,
      agreementId,
      subscriptionId,
      code: 'DTF-000',
    };
    expect(counted).toMatchObject([
      { ...entry, seq: 1 },
      { ...entry, seq: 3 },
    ]);
  });

  it('resumes after what was heard; from below the oldest change it asks for a new snapshot', async () => {
    const subscription = await subscribe(0);
    await puts(5);
    const later = listen(subscription, 3);
    expect(told(await later.next())).toMatchObject({ seq: 5, rows: [{}, {}] });
    await later.return?.();
    await store.maintain({ keepChanges: 2 });
    const late = listen(subscription, 0);
    expect(told(await late.next())).toMatchObject({ seq: 5, rows: [], resnapshot: true });
    expect((await late.next()).value).toMatchObject({ type: 'heartbeat', id: '5' });
    await late.return?.();
  });

  it('does not wait for changes that never were: a cursor of another store is told to take a new snapshot', async () => {
    await puts(3);
    expect(await subscribe(3)).toMatch(/^urn:dtf:subscription:/);
    await expect(subscribe(4)).resolves.toBe('resnapshot');
  });

  it('tells that a twin is gone only where its kind was granted', async () => {
    await accepted(store, [put('1'), put('2', { kind: 'Secret' })]);
    const events = listen(await subscribe());
    await accepted(
      store,
      ['1', '2'].map((key) => ({ op: 'deleteTwin', id: twinId(key) }) as const),
    );
    expect(told(await events.next())).toMatchObject({ rows: [], deleted: [twinId('1')] });
    await events.return?.();
  });

  it('tells as gone what became of a kind that was not granted, and as new what came to be of one that is', async () => {
    await accepted(store, [put('1'), put('2', { kind: 'Secret' })]);
    const events = listen(await subscribe());
    await accepted(store, [put('1', { kind: 'Secret' }), put('2')]);
    expect(told(await events.next())).toMatchObject({ rows: [{ twin: { id: twinId('2') } }], deleted: [twinId('1')] });
    await events.return?.();
  });

  /** Events up to the next one that tells something. */
  const nextTold = async (events: AsyncIterator<StreamEvent>) => {
    for (let looked = 0; looked < 100; looked += 1) {
      const event = await events.next();
      if (event.done) return undefined;
      if (event.value.type === 'message') return told(event);
    }
    return expect.fail('nothing was told');
  };
  const level = (value: number) => ({ values: { 'city:level': { value }, 'city:other': { value: 1 } } });
  const keys = (rows: readonly { readonly twin: { readonly id: string } }[]) => rows.map(({ twin }) => twin.id.split('/').at(-1)).toSorted();

  it('with a filter tells the twins that it holds for, of their properties those that are wanted, and which changed beyond it', async () => {
    const query = { version: 1, filter: { property: [{ term: 'city:level', op: 'gt', value: 5 }] }, terms: ['city:level'] };
    const events = listen(await subscribe(0, { query }));
    await accepted(store, [put('low', level(1)), put('high', level(9)), put('secret', { kind: 'Secret', ...level(9) })]);
    const first = await nextTold(events);
    expect([keys(first.rows), Object.keys(first.rows[0].twin.values), first.outside]).toEqual([['high'], ['city:level'], [twinId('low')]]);
    await accepted(store, [put('high', level(2))]);
    expect(await nextTold(events)).toMatchObject({ rows: [], deleted: [], outside: [twinId('high')] });
    await events.return?.();
  });

  it('is kept as long as it lasts: a filter larger than controlMessageBytesMax is refused', async () => {
    const asking = (characters: number) => subscribe(0, { query: { version: 1, filter: { text: 'x'.repeat(characters) } } });
    const around = Buffer.byteLength(JSON.stringify({ query: { version: 1, filter: { text: '' } } }));
    expect(await asking(limits.controlMessageBytesMax - around)).toMatch(/^urn:dtf:subscription:/);
    expect(await asking(limits.controlMessageBytesMax - around + 1)).toBe('tooLarge');
  });

  it('to one feature is told of nothing else, and there is none to a feature that was not granted', async () => {
    expect(await subscribe(0, { featureId: 'urn:dtf:feature:water.example:other' })).toBe('notFound');
    const events = listen(await subscribe(0, { featureId: 'urn:dtf:feature:water.example:thing' }));
    await puts(1);
    expect((await nextTold(events)).rows).toHaveLength(1);
    await events.return?.();
  });

  it('looks at no term that the agreement keeps back, by filter or by trigger', async () => {
    records.put('agreement', agreementId, agreementIn('AGREED', { withheld: ['city:level'] }));
    const query = { version: 1, filter: { not: { any: [{ property: [{ term: 'city:level', op: 'gt', value: 5 }] }] } } };
    expect(await subscribe(0, { query })).toBe('notAuthorised');
    expect(await subscribe(0, { trigger: { on: 'change', term: 'city:level' } })).toBe('notAuthorised');
    expect(await subscribe(0, { trigger: { on: 'change', term: 'city:other' } })).toMatch(/^urn:dtf:subscription:/);
  });

  it('tells no more often than was agreed; what changed meanwhile comes together, and the heart goes on beating', async () => {
    records.put('agreement', agreementId, agreementIn('AGREED', { maxRatePerMinute: 6 }));
    const events = listen(await subscribe(0, { maxRatePerMinute: 60 }));
    await puts(1);
    expect(keys((await nextTold(events)).rows)).toEqual(['0']);
    expect((await events.next()).value).toMatchObject({ type: 'heartbeat' });
    await puts(2, 1);
    expect(keys((await nextTold(events)).rows)).toEqual(['1', '2']);
    expect([ms, Math.max(...paused)]).toEqual([10_000, limits.streamHeartbeatMs]);
    await events.return?.();
  });

  it('with an interval tells from time to time, with a trigger on change what moved far enough since it was told', async () => {
    const every = listen(await subscribe(0, { trigger: { on: 'interval', every: 'PT5S' } }));
    await accepted(store, [put('1', level(1))]);
    await nextTold(every);
    await every.next();
    await accepted(store, [put('1', level(2)), put('1', level(3))]);
    expect((await nextTold(every)).rows[0].twin.values['city:level'].value).toBe(3);
    expect(ms).toBe(5_000);
    await every.return?.();
    const moved = listen(await subscribe(0, { trigger: { on: 'change', term: 'city:level', minDelta: 2 } }));
    await nextTold(moved);
    await accepted(store, [put('1', level(4))]);
    expect((await moved.next()).value).toMatchObject({ type: 'heartbeat' });
    await accepted(store, [put('1', level(5))]);
    expect((await nextTold(moved)).rows[0].twin.values['city:level'].value).toBe(5);
    await moved.return?.();
  });

  it('with both tells at once when something moved far enough, with it what changed meanwhile, and else from time to time', async () => {
    const or = { on: 'change', term: 'city:level', minDelta: 2 };
    const events = listen(await subscribe(0, { trigger: { on: 'interval', every: 'PT1H' }, or }));
    await accepted(store, [put('a', level(1)), put('b', level(1))]);
    await nextTold(events);
    expect((await events.next()).value).toMatchObject({ type: 'heartbeat' });
    await accepted(store, [put('a', level(2))]);
    expect((await events.next()).value).toMatchObject({ type: 'heartbeat', id: '2' });
    await accepted(store, [put('b', level(3))]);
    expect(keys((await nextTold(events)).rows)).toEqual(['a', 'b']);
    expect(ms).toBeLessThan(60_000);
    await accepted(store, [put('a', level(3))]);
    ms += 3_600_000;
    expect(keys((await nextTold(events)).rows)).toEqual(['a']);
    await events.return?.();
  });

  it('ends at the time that was asked for, and none begins that would be over already', async () => {
    const expiresAt = addMs(system.clock.now(), 60_000);
    const subscription = await subscribe(0, { expiresAt });
    const events = listen(subscription);
    expect((await events.next()).value).toMatchObject({ type: 'heartbeat' });
    ms = 61_000;
    expect((await events.next()).done).toBe(true);
    expect(publishing.events(subscription, 0, new AbortController().signal)).toBeUndefined();
    expect(await publishing.mayListen(subscription, 'a.b.c')).toMatchObject({ problem: { kind: 'unknownSubscription' } });
    expect(await subscribe(0, { expiresAt })).toBe('invalid');
  });

  it('over an adaptor has neither a query nor a trigger on change', async () => {
    const adaptorId = agencyTwinIdOf(Authority.parse('adaptor.example'));
    records.put('communication', connection.id, { ...connection, bridge: bridgeOver(adaptorId) });
    const ask = async (terms: object) => {
      const done = await publishing.subscribe(
        { parameters: { federationId, agreementId, ...terms }, objects: [] } as never,
        { sender: front, via: adaptorId } as never,
      ); // branding: as parsed
      return done.ok ? 'begun' : done.problem.kind;
    };
    expect(await ask({ query: { version: 1 } })).toBe('badQuery');
    expect(await ask({ trigger: { on: 'change', term: 'city:level' } })).toBe('badQuery');
    expect(await ask({ trigger: { on: 'interval', every: 'PT1M' }, maxRatePerMinute: 1 })).toBe('begun');
  });

  it('ends when its agreement does, and none begins any more', async () => {
    const events = listen(await subscribe());
    expect((await events.next()).value).toMatchObject({ type: 'heartbeat' });
    records.put('agreement', agreementId, agreementIn('TERMINATED'));
    expect((await events.next()).done).toBe(true);
    expect(await subscribe()).toBe('notInForce');
  });

  it('is one of streamsPerPeerMax: one more is refused while all are listened to, and takes the place of one that is not', async () => {
    const streams: { readonly id: string; readonly events: AsyncIterator<StreamEvent> }[] = [];
    for (let count = 0; count < limits.streamsPerPeerMax; count += 1) {
      const one = await subscribe();
      const events = listen(one);
      await events.next();
      streams.push({ id: one, events });
    }
    expect(await subscribe()).toBe('overloaded');
    const [first, ...others] = streams;
    await first?.events.return?.();
    expect(await subscribe()).not.toBe('overloaded');
    expect(publishing.events(first?.id ?? '', undefined, new AbortController().signal)).toBeUndefined();
    for (const { events } of others) await events.return?.();
  });
});
