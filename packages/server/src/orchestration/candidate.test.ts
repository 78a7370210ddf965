/**
 * Candidates are looked for in the time for which they are needed: the registry is asked for it, and what is for another time is none.
 */
import { Authority, agencyIdOf, agencyTwinIdOf, cityDictionary, createVocabulary, featureIdOf, instantOfMs, ok, type Period, TermId } from '@cityweave/core';
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
const around = (time: Period) => {
  const asked: unknown[] = [];
  const ask = async (_peer: unknown, name: string, { parameters }: { readonly parameters: { readonly during?: Period } }) => {
    asked.push(parameters.during);
    return ok({ parameters: { total: 1, next: null }, objects: [name.endsWith('feature') ? offered(time) : twin] });
  };
  const room = {
    ...{ ask, deps: { clock: { now: () => now } }, registry: async () => ({ id: 'urn:dtf:twin:registry.example:agency' }) },
    ...{ node: { bindings: ['http'] }, vocabulary: () => createVocabulary([cityDictionary]), records: { get: () => undefined, list: () => [] } },
    self: { agency: 'urn:dtf:agency:planning.example' },
  } as unknown as Room; // branding: what discovery looks at
  return { room, asked };
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
