import { createServer } from 'node:http';
import { type Json, limits, type TwinQuery } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarInterface } from '../../config/far-interface.ts';
import { systemDeps } from '../../deps.ts';
import { createFarFetch } from '../../protocol/far-fetch.ts';
import type { Room } from '../room.ts';
import { farHistory } from './far-history.ts';

const feature = (gauge: string, level: number, taken: string) => ({ type: 'Feature', geometry: null, properties: { gauge, level, taken } });
const then = [feature('G/1', 1, '2026-03-01T00:00:00Z'), feature('G/1', 2, '2026-03-02T00:00:00Z'), feature('G2', 9, '2026-03-02T00:00:00Z')];
const now: readonly Json[] = [feature('G/1', 3, '2026-03-03T00:00:00Z'), feature('G2', 9, '2026-03-03T00:00:00Z')];
const idOf = (key: string): string => `urn:dtf:twin:river.example:gauges/${encodeURIComponent(key)}`;

describe('what a system of an agency said before', () => {
  const far = createFarFetch();
  const asked: URL[] = [];
  /** A collection that keeps every reading, told by `datetime` as OGC API Features has it. */
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://far');
    asked.push(url);
    const [from = '..', to = '..'] = (url.searchParams.get('datetime') ?? '').split('/');
    const told = then.filter(({ properties: { taken } }) => (from === '..' || taken >= from) && (to === '..' || taken <= to));
    response.end(JSON.stringify({ type: 'FeatureCollection', features: told, links: [] }));
  });
  let given: FarInterface;
  const signal = new AbortController().signal;
  const room = { far, deps: systemDeps() } as unknown as Room; // branding: no other part of a room is used
  const ask = (query: Partial<TwinQuery>, of = given, records = now) => farHistory(room, of, { query: { version: 1, ...query }, records, signal });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const address = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/collections/readings/items`;
    given = FarInterface.parse({
      ...{ id: 'gauges', protocol: 'ogc-api-features', address, history: { address }, kind: 'river:Gauge', observedAt: 'taken' },
      ...{ dictionary: 'urn:dtf:dictionary:river.example:river', key: 'gauge', members: [{ member: 'level', term: 'river:level' }] },
    });
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await far.close();
  });

  it('is asked by datetime, of the records that are asked about, and of no other', async () => {
    const told = await ask({ filter: { ids: [idOf('G/1')] }, history: { first: 10, from: '2026-03-02T00:00:00.000Z' as never } });
    expect(told).toMatchObject({ ok: true, value: { present: [now[0]], past: [then[1]] } });
    expect(asked.at(-1)?.searchParams.get('datetime')).toMatch(/^2026-03-02T00:00:00.000Z\/20/);
    expect(asked.at(-1)?.searchParams.get('gauge')).toBe('G/1');
    expect(await ask({ filter: { ids: [idOf('nobody'), 'urn:dtf:twin:river.example:other/G2'] }, history: { first: 10 } })).toEqual({
      ok: true,
      value: { present: [], past: [] },
    });
  });

  it('is told to be kept nowhere where it is not', async () => {
    const { history: _, ...without } = given;
    expect(await ask({ filter: { ids: [idOf('G2')] }, history: { first: 10 } }, without)).toMatchObject({
      ok: false,
      problem: { kind: 'badQuery', subject: 'history' },
    });
  });

  it('is asked of historyTwinsMax twins at a time', async () => {
    const keys = Array.from({ length: limits.historyTwinsMax + 1 }, (_, n) => `many-${n}`);
    const many = keys.map((key) => feature(key, 1, '2026-03-01T00:00:00Z'));
    const query = (count: number) => ({ filter: { ids: keys.slice(0, count).map(idOf) }, history: { first: 10 } });
    expect(await ask(query(limits.historyTwinsMax), given, many)).toMatchObject({ ok: true });
    expect(await ask(query(limits.historyTwinsMax + 1), given, many)).toMatchObject({ ok: false, problem: { kind: 'tooMany', limit: limits.historyTwinsMax } });
  });
});
