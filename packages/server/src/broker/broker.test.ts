/**
 * The small broker, spoken to as any client of NGSI-LD would: entities, what they were, and subscriptions.
 */
import { createServer } from 'node:http';
import { instantOfMs } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { type Broker, startBroker } from './broker.ts';
import { instancesMax } from './entities.ts';
import { replay } from './replay.ts';
import { subscriptionsMax } from './subscriptions.ts';

const gateOf = (n: number) => ({ id: `urn:ngsi-ld:Gate:${n}`, type: 'Gate', opening: { type: 'Property', value: n, observedAt: '2026-05-01T00:00:00.000Z' } });

describe('a broker', () => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await startBroker({ entities: [1, 2, 3].map(gateOf), deps: systemDeps() });
  });
  afterEach(() => broker.close());

  const ask = async (method: string, path: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${broker.origin}/ngsi-ld/v1${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  const one = '/entities/urn%3Angsi-ld%3AGate%3A1';

  it('lists entities by type and id, page by page', async () => {
    const first = await ask('GET', '/entities?type=Gate&limit=2');
    expect(first.body.map(({ id }: { id: string }) => id)).toEqual(['urn:ngsi-ld:Gate:1', 'urn:ngsi-ld:Gate:2']);
    expect(first.headers.get('link')).toBe('</ngsi-ld/v1/entities?type=Gate&limit=2&offset=2>; rel="next"; type="application/ld+json"');
    const last = await ask('GET', '/entities?type=Gate&limit=2&offset=2');
    expect([last.body.length, last.headers.get('link')]).toEqual([1, null]);
    expect((await ask('GET', '/entities?type=Weir')).body).toEqual([]);
    expect((await ask('GET', '/entities?id=urn:ngsi-ld:Gate:2,urn:ngsi-ld:Gate:9')).body).toHaveLength(1);
    expect((await ask('GET', '/entities?limit=-1')).status).toBe(400);
  });

  it('changes an attribute and tells what it was', async () => {
    expect((await ask('PATCH', `${one}/attrs`, { opening: { type: 'Property', value: 7, observedAt: '2026-05-02T00:00:00.000Z' } })).status).toBe(204);
    expect((await ask('GET', one)).body.opening.value).toBe(7);
    const temporal = async (query: string) => (await ask('GET', `/temporal${one}${query}`)).body.opening?.map(({ value }: { value: number }) => value);
    expect(await temporal('')).toEqual([1, 7]);
    expect(await temporal('?timerel=before&timeAt=2026-05-01T12:00:00Z')).toEqual([1]);
    expect(await temporal('?timerel=after&timeAt=2026-05-01T12:00:00Z')).toEqual([7]);
    expect(await temporal('?timerel=between&timeAt=2026-05-01T12:00:00Z&endTimeAt=2026-05-01T13:00:00Z')).toBeUndefined();
    expect(await temporal('?lastN=1')).toEqual([7]);
    for (let n = 0; n < instancesMax; n += 1) broker.entities.patch('urn:ngsi-ld:Gate:1', { opening: { type: 'Property', value: n } }, instantOfMs(n));
    expect(await temporal('')).toHaveLength(instancesMax);
  });

  it('refuses what it does not understand, in the words of the standard', async () => {
    expect(await ask('GET', '/entities/urn:ngsi-ld:Gate:9')).toMatchObject({ status: 404, body: { title: 'ResourceNotFound' } });
    expect(await ask('PATCH', `${one}/attrs`, { opening: 7 })).toMatchObject({ status: 400, body: { title: 'BadRequestData' } });
    expect((await ask('PATCH', '/entities/urn:ngsi-ld:Gate:9/attrs', {})).status).toBe(404);
    expect((await ask('PUT', '/entities', {})).status).toBe(405);
    expect(await ask('POST', '/entities', gateOf(1))).toMatchObject({ status: 409, body: { title: 'AlreadyExists' } });
    expect((await ask('POST', '/entities', gateOf(4))).status).toBe(201);
    expect([(await ask('DELETE', '/entities/urn:ngsi-ld:Gate:4')).status, (await ask('DELETE', '/entities/urn:ngsi-ld:Gate:4')).status]).toEqual([204, 404]);
    expect((await ask('GET', `/temporal${one}?timerel=after`)).status).toBe(400);
  });

  it('tells subscribers of what changed, one word at a time, until they have enough', async () => {
    const heard: { readonly data: readonly { readonly id: string; readonly opening: { readonly value: number } }[] }[] = [];
    const subscriber = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => {
          heard.push(JSON.parse(Buffer.concat(chunks).toString()));
          response.writeHead(204).end();
        });
    });
    await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve));
    const bound = subscriber.address();
    const uri = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/told`;
    const subscription = {
      type: 'Subscription',
      entities: [{ type: 'Gate', id: 'urn:ngsi-ld:Gate:1' }],
      watchedAttributes: ['opening'],
      notification: { endpoint: { uri } },
    };
    const made = await ask('POST', '/subscriptions', subscription);
    expect(made.status).toBe(201);
    expect((await ask('POST', '/subscriptions', { type: 'Subscription' })).status).toBe(400);
    for (const [id, value] of [
      ['urn:ngsi-ld:Gate:2', 5],
      ['urn:ngsi-ld:Gate:1', 6],
      ['urn:ngsi-ld:Gate:1', 8],
    ] as const)
      await ask('PATCH', `/entities/${encodeURIComponent(id)}/attrs`, { opening: { type: 'Property', value } });
    await expect.poll(() => heard.at(-1)?.data).toMatchObject([{ id: 'urn:ngsi-ld:Gate:1', opening: { value: 8 } }]);
    expect((await ask('GET', '/subscriptions')).body).toHaveLength(1);
    const address = String(made.headers.get('location')).replace('/ngsi-ld/v1', '');
    expect([(await ask('DELETE', address)).status, (await ask('DELETE', address)).status]).toEqual([204, 404]);
    subscriber.closeAllConnections();
    subscriber.close();
  });

  it('keeps subscriptionsMax subscriptions, and none beyond its time', async () => {
    const notification = { endpoint: { uri: 'http://127.0.0.1:1/told' } };
    const add = (expiresAt: string) => broker.subscriptions.add({ type: 'Subscription', notification, expiresAt });
    for (let n = 0; n < subscriptionsMax; n += 1) expect(add('2999-01-01T00:00:00Z')).toBeDefined();
    expect(add('2999-01-01T00:00:00Z')).toBeUndefined();
    for (const { id } of broker.subscriptions.list()) broker.subscriptions.remove(id);
    for (let n = 0; n <= subscriptionsMax; n += 1) expect(add('2020-01-01T00:00:00Z')).toBeDefined();
    expect(broker.subscriptions.list()).toEqual([]);
  });

  it('plays a recorded day: what was said in the last 24 hours is there at once, the rest in its time', async () => {
    const stop = new AbortController();
    const waits: { readonly ms: number; readonly end: () => void }[] = [];
    let nowMs = Date.parse('2026-05-04T12:00:00Z');
    const after = (ms: number, end: () => void) => {
      waits.push({ ms, end });
      return () => undefined;
    };
    const timers = { after };
    const deps = { ...systemDeps(), timers, clock: { now: () => instantOfMs(nowMs), monotonicMs: () => nowMs } };
    const rowAt = (hour: number, value: number) => ({
      key: 'urn:ngsi-ld:Gate:3',
      publishedMs: hour * 3_600_000,
      lagMs: 0,
      readings: { opening: { value, unit: 'P1' } },
    });
    const playing = replay(broker.entities, [rowAt(6, 60), rowAt(18, 80)], { deps, signal: stop.signal });
    await expect.poll(() => waits.length).toBe(1);
    const temporal = () => broker.entities.temporal('urn:ngsi-ld:Gate:3', { from: '2026-05-03T00:00:00Z' })?.['opening'];
    expect(temporal()).toMatchObject([
      { value: 80, unitCode: 'P1', observedAt: '2026-05-03T18:00:00.000Z' },
      { value: 60, observedAt: '2026-05-04T06:00:00.000Z' },
    ]);
    nowMs = Date.parse('2026-05-04T18:00:00Z');
    waits[0]?.end();
    await expect.poll(() => waits.length).toBe(2);
    expect(broker.entities.get('urn:ngsi-ld:Gate:3')).toMatchObject({ opening: { value: 80, observedAt: '2026-05-04T18:00:00.000Z' } });
    stop.abort();
    await playing;
  });
});
