/**
 * Candidates are looked for in the time for which they are needed: the registry is asked for it, and what is for another time is none.
 */
import {
  Authority,
  agencyIdOf,
  agencyTwinIdOf,
  cityDictionary,
  createVocabulary,
  fail,
  featureIdOf,
  instantOfMs,
  limits,
  ok,
  type Period,
  problem,
  TermId,
} from '@cityweave/core';
import { expect, it } from 'vitest';
import { discoverCandidates } from './candidate.ts';
import type { Room } from './room.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4, 12));
const authority = Authority.parse('water.example');
const [id, kind] = [agencyTwinIdOf(authority), TermId.parse('city:RiverGauge')];
const endpoints = [{ protocol: 'http', address: 'http://water.example/dtf/messages', format: 'application/json', security: 'jws' }];
const twin = { kind: 'digitalTwin', id, revision: 1, attributes: { owner: { name: 'Water', organizationId: agencyIdOf(authority) }, endpoints } };

const offered = (time: Period) => ({
  kind: 'feature',
  id: featureIdOf(authority, kind),
  attributes: {
    twinId: id,
    ...{ featureType: 'data', semanticType: kind, data: { terms: [], count: 1 }, coverage: { time }, bindings: endpoints, policy: {}, quality: {} },
  },
});

/** A registry that knows one agency, which offers something for a time; and what it was asked. */
type Asked = { readonly parameters: { readonly during?: Period; readonly limit: number; readonly cursor?: string; readonly queryId?: string } };

/** `lie`: what it says instead of its page */
const around = (time: Period, pageMax: number = limits.discoverPageMax, lie?: { readonly next: string; readonly objects: readonly unknown[] }) => {
  const asked: unknown[] = [];
  const pages: Asked['parameters'][] = [];
  const ask = async (_peer: unknown, name: string, { parameters }: Asked) => {
    asked.push(parameters.during);
    pages.push(parameters);
    if (parameters.limit > pageMax) return fail(problem('tooLarge'));
    if (lie) return ok({ parameters: { total: 1, next: lie.next, queryId: 'search' }, objects: lie.objects });
    const next = pageMax < limits.discoverPageMax && parameters.cursor === undefined ? 'second' : null;
    return ok({ parameters: { total: 1, next, queryId: `search of ${name}` }, objects: [name.endsWith('feature') ? offered(time) : twin] });
  };
  const room = {
    ...{ ask, deps: { clock: { now: () => now } }, registry: async () => ({ id: 'urn:dtf:twin:registry.example:agency' }) },
    ...{ node: { bindings: ['http'] }, vocabulary: () => createVocabulary([cityDictionary]), records: { get: () => undefined, list: () => [] } },
    self: { agency: 'urn:dtf:agency:planning.example' },
  } as unknown as Room; // branding: what discovery looks at
  return { room, asked, pages };
};

const needs = [{ kind, optional: false }];
const hour = (at: number) => instantOfMs(Date.UTC(2026, 4, 4, at));

it('a candidate is worth the more the more of the time it covers, and nothing where that is another', async () => {
  const period = { from: now, to: hour(16) };
  const { room, asked } = around({ from: hour(8), to: hour(13) });
  const found = await discoverCandidates(room, { needs, period });
  expect(found).toMatchObject({ ok: true, value: [{ scoreParts: { time: 0.25 } }] });
  expect(asked).toEqual([period, period]);
  expect(await discoverCandidates(around({ from: hour(17) }).room, { needs, period })).toMatchObject({
    ok: true,
    value: [{ score: 0, gaps: [{ aspect: 'time' }] }],
  });
});

it('where nobody says until when, what is over by now is no candidate', async () => {
  const { room, asked } = around({ from: hour(8), to: hour(11) });
  expect(await discoverCandidates(room, { needs })).toMatchObject({ ok: true, value: [{ score: 0, gaps: [{ aspect: 'time' }] }] });
  expect(asked).toEqual([{ from: now }, { from: now }]);
});

it('a registry whose pages are too large for a message is asked for smaller ones, at the same place of the same search', async () => {
  const { room, pages } = around({ from: hour(8) }, 31);
  const found = await discoverCandidates(room, { needs });
  expect(found).toMatchObject({ ok: true, value: [{ queryId: 'search of registry.discover.feature' }, { feature: { id: featureIdOf(authority, kind) } }] });
  const walked = [500, 125, 31, 31];
  expect(pages.map(({ limit }) => limit)).toEqual([...walked, ...walked]);
  expect(pages.slice(4).map(({ cursor, queryId }) => [cursor, queryId])).toEqual([
    ...[0, 1, 2].map(() => [undefined, undefined]),
    ['second', 'search of registry.discover.feature'],
  ]);
  const never = around({ from: hour(8) }, 0);
  expect(await discoverCandidates(never.room, { needs })).toMatchObject({ ok: false, problem: { kind: 'tooLarge' } });
  expect(never.pages.map(({ limit }) => limit)).toEqual([500, 125, 31, 7, 1]);
});

it('a registry whose pages do not lead on is not asked for ever: it is named, with what came and what would be accepted', async () => {
  const accepted = 'entries on every page but the last, and a place further on behind it';
  for (const { objects, found, times } of [
    { objects: [], found: 'a page of no entry that goes on', times: 1 },
    { objects: [twin], found: 'a page that goes on where it began', times: 2 },
  ]) {
    const { room, pages } = around({ from: hour(8) }, limits.discoverPageMax, { next: 'again', objects });
    const subject = 'page of urn:dtf:twin:registry.example:agency';
    expect(await discoverCandidates(room, { needs })).toEqual({ ok: false, problem: { kind: 'malformed', subject, found, accepted } });
    expect(pages).toHaveLength(times);
  }
});
