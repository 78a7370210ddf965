/**
 * The watch over a link: how long a probe waits, how often it is sent, and when a link is called interrupted.
 */
import { Authority, addMs, agencyTwinIdOf, fail, federationIdOf, instantOfMs, limits, type Problem, problem, type Result } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { Peer } from '../exchange/peer.ts';
import { createLinks, type Links } from './communication-status.ts';
import type { Room } from './room.ts';

const peer: Peer = { id: agencyTwinIdOf(Authority.parse('water.example')), role: 'digitalTwin', address: 'http://water.example/dtf/messages', keys: [] };
const standingAs = (status: string): Result<unknown, Problem> => ({ ok: true, value: { objects: [{ attributes: { status } }] } });
const good = standingAs('online');

type Watch = {
  readonly links: Links;
  /** how long each pause was, and how long each probe was given */
  readonly paused: number[];
  readonly given: (number | undefined)[];
  readonly now: () => string;
  /** offsets of clocks that were told to the operator, and how far the clock at the other end is ahead from now on */
  readonly warned: number[];
  readonly setClock: (aheadMs: number) => void;
  /** the pause is over: the next probe is answered with `next` */
  readonly turn: (next: Result<unknown, Problem>) => Promise<void>;
};

const breathe = () => new Promise((resolve) => setImmediate(resolve));

const watchOf = async (first: Result<unknown, Problem>): Promise<Watch> => {
  let now = instantOfMs(Date.UTC(2026, 0, 1));
  let answer = first;
  let due: { readonly ms: number; readonly run: () => void } | undefined;
  const [paused, given]: [number[], (number | undefined)[]] = [[], []];
  const after = (ms: number, run: () => void) => {
    paused.push(ms);
    due = { ms, run };
    return () => undefined;
  };
  let aheadMs = 0;
  const ask = async (...[, , , asking]: Parameters<Room['ask']>) => {
    given.push(asking?.timeoutMs);
    asking?.heard?.({ source: { id: peer.id }, timestamp: addMs(now, aheadMs) } as Parameters<NonNullable<typeof asking.heard>>[0]); // branding: sender and time alone are looked at
    return answer;
  };
  const deps = { clock: { now: () => now, monotonicMs: () => 0 }, ids: { uuid: () => 'one' }, timers: { after } };
  // branding: a watch looks at nothing else of its room
  const warned: number[] = [];
  const events = { clocksDiffer: ({ offsetMs }: { readonly offsetMs: number }) => void warned.push(offsetMs) };
  const protocol = { waiting: (address: string) => (address === peer.address ? 7 : 0) };
  const links = createLinks({ deps, ask, events, protocol, self: { id: peer.id }, signal: new AbortController().signal } as unknown as Room);
  links.watch(peer);
  await breathe();
  const turn = async (next: Result<unknown, Problem>) => {
    answer = next;
    now = addMs(now, due?.ms ?? 0);
    due?.run();
    await breathe();
  };
  const setClock = (ms: number): void => {
    aheadMs = ms;
  };
  return { links, paused, given, warned, setClock, now: () => now, turn };
};

describe('the watch over a link', () => {
  it('that works probes every heartbeatMs and waits probeTimeoutMs for an answer', async () => {
    const { links, paused, given, turn } = await watchOf(good);
    await turn(good);
    await turn(good);
    expect(paused).toEqual([limits.heartbeatMs, limits.heartbeatMs, limits.heartbeatMs]);
    expect(given).toEqual([limits.probeTimeoutMs, limits.probeTimeoutMs, limits.probeTimeoutMs]);
    expect(links.status(peer.id)).toMatchObject({ state: 'CONNECTED', failures: 0 });
  });

  it('stays forgotten, whatever comes of a probe that was under way', async () => {
    const { links, turn } = await watchOf(good);
    const turned = turn(good);
    links.forget(peer.id);
    await turned;
    expect(links.status(peer.id)).toBeUndefined();
  });

  it('that is gone probes after probeIntervalMinMs, then twice as long each time, never longer than probeIntervalMaxMs, and at once in order when it is back', async () => {
    const gone = fail(problem('unreachable'));
    const { links, paused, turn, now } = await watchOf(gone);
    const since = now();
    for (let count = 0; count < 6; count += 1) await turn(gone);
    const { probeIntervalMinMs: least, probeIntervalMaxMs: most } = limits;
    expect(paused).toEqual([least, least * 2, least * 4, least * 8, least * 16, most, most]);
    expect(links.interruption(peer.id)).toMatchObject({ kind: 'interrupted', since });
    expect(links.status(peer.id)?.failures).toBe(7);
    expect(links.status(peer.id)?.nextProbeAt).toBe(addMs(instantOfMs(Date.parse(now())), most));
    await turn(good);
    expect(links.interruption(peer.id)).toBeUndefined();
    expect(paused.at(-1)).toBe(limits.heartbeatMs);
    await turn(gone);
    expect(paused.at(-1)).toBe(least);
  });

  it('is interrupted by two probes in a row without an answer in time, not by one', async () => {
    const slow = fail(problem('timedOut'));
    const { links, turn } = await watchOf(good);
    await turn(slow);
    expect(links.status(peer.id)?.state).toBe('CONNECTED');
    await turn(slow);
    expect(links.status(peer.id)?.state).toBe('INTERRUPTED');
  });

  it('measures the difference of clocks: told to the operator beyond clockDoubtfulMs, once, and nothing is read beyond clockToleranceMs', async () => {
    const { links, warned, setClock, turn } = await watchOf(good);
    const { clockDoubtfulMs: doubtful, clockToleranceMs: most } = limits;
    for (const aheadMs of [doubtful, -doubtful, doubtful + 1, -most, most]) {
      setClock(aheadMs);
      await turn(good);
      expect([links.status(peer.id)?.clockOffsetMs, links.interruption(peer.id)]).toEqual([aheadMs, undefined]);
    }
    expect(warned).toEqual([doubtful + 1]);
    setClock(most + 1);
    await turn(good);
    expect(links.interruption(peer.id)).toMatchObject({ kind: 'clocksDiffer', found: `${most + 1} ms ahead`, limit: most });
    setClock(-most - 1);
    // refused by the other end, which sees us ahead: its answer tells its time as well
    await turn(fail(problem('clocksDiffer')));
    expect(links.interruption(peer.id)).toMatchObject({ kind: 'clocksDiffer', found: `${most + 1} ms behind` });
    setClock(30);
    await turn(good);
    expect([links.interruption(peer.id), links.interruption(peer.id, 30)]).toEqual([undefined, undefined]);
    expect(links.interruption(peer.id, 29)).toMatchObject({ kind: 'clocksDiffer', limit: 29 });
  });

  it('counts what went over it: answers, refusals among them, and what nobody answered, and why', async () => {
    const { links, turn } = await watchOf(good);
    await turn(fail(problem('clocksDiffer')));
    await turn(fail(problem('timedOut')));
    const [one, other] = [federationIdOf(Authority.parse('front.example'), 'one'), federationIdOf(Authority.parse('front.example'), 'other')];
    links.used(peer, { outcome: fail(problem('unreachable')), ms: 3, federationId: one });
    links.used(peer, { outcome: good, ms: 7, federationId: one });
    links.used(peer, { outcome: good, ms: 70, federationId: other });
    expect(links.figures(peer.id, one)).toMatchObject({
      backlog: 7,
      messages: 5,
      lost: 2,
      errors: ['DTF-502', 'DTF-501'],
      throughput: { messagesPerMinute: 3 },
      latency: { p95Ms: 7 },
    });
    expect(links.figures(peer.id, other)).toMatchObject({ messages: 4, lost: 1, errors: ['DTF-502'], latency: { p95Ms: 70 } });
    links.leave(peer.id, one);
    expect(links.figures(peer.id, one)).toMatchObject({ messages: 3, lost: 1 });
    links.forget(peer.id);
    links.used(peer, { outcome: good, ms: 7, federationId: one });
    expect(links.figures(peer.id, one)).toBeUndefined();
  });

  it('to one that moved looks at the new address at once, and only when it is new', async () => {
    const { links, given, turn } = await watchOf(fail(problem('unreachable')));
    await turn(fail(problem('unreachable')));
    const before = given.length;
    links.watch(peer);
    await breathe();
    expect(given.length).toBe(before);
    links.watch({ ...peer, address: 'http://water.example:81/dtf/messages' });
    await breathe();
    expect(given.length).toBe(before + 1);
  });
});

it('knows of one that is watched how it said that it stands, asks another, and takes for away who does not answer', async () => {
  const watch = await watchOf(standingAs('degraded'));
  watch.links.used(peer, { outcome: good, ms: 1, federationId: federationIdOf(Authority.parse('front.example'), 'one') });
  expect([watch.links.status(peer.id)?.standing, await watch.links.standing(peer)]).toEqual(['degraded', 'degraded']);
  const another: Peer = { ...peer, id: agencyTwinIdOf(Authority.parse('grid.example')) };
  expect(await watch.links.standing(another)).toBe('degraded');
  await watch.turn(fail(problem('unreachable')));
  expect([await watch.links.standing(peer), await watch.links.standing(another)]).toEqual(['offline', 'offline']);
});
