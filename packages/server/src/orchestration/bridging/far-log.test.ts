/**
 * How an agency's own system is looked at while somebody follows: from time to time, or when its broker says so. With a real broker and a told clock.
 */
import { type Instant, instantOfMs, limits } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../broker/broker.ts';
import { FarInterface } from '../../config/far-interface.ts';
import { systemDeps } from '../../deps.ts';
import { createFarFetch, type FarFetch } from '../../protocol/far-fetch.ts';
import { traced, traceNow } from '../../trace.ts';
import type { Room } from '../room.ts';
import { createFarLog } from './far-log.ts';

const startMs = Date.parse('2026-05-04T12:00:00Z');
const gate = { id: 'urn:ngsi-ld:Gate:1', type: 'Gate', opening: { type: 'Property', value: 10 } };

describe('a system of an agency that is followed', () => {
  let broker: Broker;
  let far: FarFetch;
  let nowMs: number;
  let stop: AbortController;
  /** rests between two looks, each with what ends it */
  let rests: { readonly ms: number; readonly end: () => void }[];
  /** under which trace it was looked at */
  let traces: (string | undefined)[];
  const clock = { now: (): Instant => instantOfMs(nowMs), monotonicMs: () => nowMs };
  beforeEach(async () => {
    [far, nowMs, rests, traces, stop] = [createFarFetch(), startMs, [], [], new AbortController()];
    broker = await startBroker({ entities: [gate], deps: { ...systemDeps(), clock } });
  });
  afterEach(async () => {
    stop.abort();
    await far.close();
    await broker.close();
  });

  const interfaceAt = (path: string, changes: object = {}): FarInterface =>
    FarInterface.parse({
      ...{ id: 'gates', protocol: 'ngsi-ld', address: `${broker.origin}${path}`, kind: 'water:Gate', dictionary: 'urn:dtf:dictionary:water.example:water' },
      ...{ key: 'id', freshMs: 0, lookMs: 7_000, members: [{ member: 'opening', term: 'water:opening' }], ...changes },
    });

  const logOf = (given: FarInterface) => {
    const after = (ms: number, end: () => void) => {
      rests.push({ ms, end });
      return () => undefined;
    };
    const deps = { ...systemDeps(), clock, timers: { after } };
    const self = { agency: 'urn:dtf:agency:water.example', address: () => 'http://127.0.0.1:1/dtf/messages' };
    const records = { put: () => undefined };
    const events = { defect: (_where: string, cause: unknown) => expect.unreachable(String(cause)) };
    const look: FarFetch['records'] = (asked) => {
      traces.push(traceNow());
      return far.records(asked);
    };
    return createFarLog({ deps, far: { ...far, records: look }, self, records, events, node: { interfaces: [given] }, signal: stop.signal } as unknown as Room); // branding: no other part of a room is used
  };

  const restsBegun = (count: number) => expect.poll(() => rests.length).toBe(count);

  it('is asked to say when something changes, and looked at all the same every farSubscribedLookMs', async () => {
    const log = logOf(interfaceAt('/ngsi-ld/v1/entities?type=Gate'));
    log.follow(stop.signal);
    await restsBegun(1);
    expect(rests[0]?.ms).toBe(limits.farSubscribedLookMs);
    const [subscription] = broker.subscriptions.list();
    expect(subscription).toMatchObject({ entities: [{ type: 'Gate' }], expiresAt: instantOfMs(startMs + limits.farSubscriptionMs) });
    const token = String(subscription?.notification.endpoint.uri).split('/').at(-1) ?? '';
    const head = log.head();
    broker.entities.patch(gate.id, { opening: { type: 'Property', value: 20 } }, instantOfMs(nowMs));
    expect([log.notified('another'), log.notified(token)]).toEqual([false, true]);
    await restsBegun(2);
    expect(log.head()).toBeGreaterThan(head);
    expect(log.changes(head, 10).changes).toMatchObject([{ record: { opening: { value: 20 } }, before: { opening: { value: 10 } } }]);
  });

  it('is looked at for all who follow, and so under the trace of none; for who asks, under his', async () => {
    const log = logOf(interfaceAt('/ngsi-ld/v1/entities?type=Gate'));
    traced('of who came first', () => log.follow(stop.signal));
    await restsBegun(1);
    rests[0]?.end();
    await restsBegun(2);
    expect(traces).toEqual([undefined, undefined]);
    await traced('of who asks', () => log.look());
    expect(traces.at(-1)).toBe('of who asks');
  });

  it('is asked anew when half of farSubscriptionMs is over, and no more when nobody follows', async () => {
    const log = logOf(interfaceAt('/ngsi-ld/v1/entities?type=Gate'));
    const listening = new AbortController();
    log.follow(listening.signal);
    await restsBegun(1);
    nowMs = startMs + limits.farSubscriptionMs / 2 - 1;
    rests[0]?.end();
    await restsBegun(2);
    expect(broker.subscriptions.list()).toHaveLength(1);
    nowMs = startMs + limits.farSubscriptionMs / 2;
    rests[1]?.end();
    await restsBegun(3);
    expect(broker.subscriptions.list()).toHaveLength(2);
    listening.abort();
    await expect.poll(() => broker.subscriptions.list()).toEqual([]);
  });

  it('that takes no subscription is looked at as often as its operator says; that it cannot be read is told', async () => {
    const log = logOf(interfaceAt('/nothing/entities?type=Gate'));
    log.follow(stop.signal);
    await restsBegun(1);
    expect(rests[0]?.ms).toBe(7_000);
    expect(log.failure()).toMatchObject({ kind: 'notFound', agency: 'urn:dtf:agency:water.example' });
    expect(await log.look()).toMatchObject({ ok: false, problem: { kind: 'notFound' } });
  });
});
