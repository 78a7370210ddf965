import {
  type AgencyId,
  Authority,
  agencyIdOf,
  cityDictionary,
  createVocabulary,
  fail,
  type Link,
  limits,
  ok,
  partOf,
  problem,
  TermId,
  type TwinId,
  type TwinRow,
  twinIdOf,
} from '@cityweave/core';
import { expect, test } from 'vitest';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { twin } from '../store/twins.contract.ts';
import { collect, type Parts } from './collected.ts';

const vocabulary = createVocabulary([cityDictionary]);

/** So many twins at points, a page of two at a time. */
const sourceOf = (name: string, count: number, walked: number[]): WalkedSource => {
  const authority = Authority.parse(`${name}.example`);
  const rowOf = (key: number): TwinRow => {
    const [id, at] = [twinIdOf(authority, 'things', `${key}`), '2026-05-04T12:00:00.000Z' as TwinRow['twin']['createdAt']]; // branding: an instant of a test
    return { twin: { ...twin(id, { position: [4, 52] }), version: 1, createdAt: at, updatedAt: at } };
  };
  return {
    agency: agencyIdOf(authority),
    name: { en: name },
    steadyUnder: name,
    seq: async () => ok(1),
    walk: async (_query, take, signal) => {
      for (let from = 0; from < count && !signal.aborted; from += 2) {
        walked.push(from);
        take(Array.from({ length: Math.min(2, count - from) }, (_, index) => rowOf(from + index)));
      }
      return ok(1);
    },
  };
};

const collected = async (counts: Readonly<Record<string, number>>, twinsMax: number, known: Parts = new Map()) => {
  const walked: number[] = [];
  const sources = Object.entries(counts).map(([name, count]) => sourceOf(name, count, walked));
  const parts = await collect({ sources, known, vocabulary, signal: new AbortController().signal, progress: () => undefined, twinsMax });
  return {
    parts,
    walked,
    told: [...parts].map(([agency, { drawn, seq, problem: why }]): readonly [AgencyId, number, unknown, unknown] => [agency, drawn.length, seq, why?.kind]),
  };
};

test('a scene looks at sceneTwinsMax twins and no more: of whom not all fit, that is told, also the next time', async () => {
  const [a, b] = ['urn:dtf:agency:a.example', 'urn:dtf:agency:b.example'];
  expect((await collected({ a: 4, b: 3 }, 7)).told).toEqual([
    [a, 4, 1, undefined],
    [b, 3, 1, undefined],
  ]);
  const { told, walked, parts } = await collected({ a: 4, b: 1_000 }, 7);
  expect(told).toEqual([
    [a, 4, 1, undefined],
    [b, 3, 1, 'tooMany'],
  ]);
  // the rest is not even asked for
  expect(walked).toEqual([0, 2, 0, 2]);
  const again = await collected({ a: 4, b: 1_000 }, 7, parts);
  expect([again.told, again.walked]).toEqual([told, []]);
  expect(limits.sceneTwinsMax).toBeGreaterThanOrEqual(1_000_000);
});

/** One part that is drawn; `links` answers what it is asked of the wholes. */
const partsSource = (links: WalkedSource['walk'], kind = 'city:BuildingPart'): WalkedSource => {
  const plain = sourceOf('a', 1, []);
  const asPart = (rows: readonly TwinRow[]): readonly TwinRow[] => rows.map(({ twin: one }) => ({ twin: { ...one, kind: TermId.parse(kind) } }));
  const walk: WalkedSource['walk'] = (query, take, signal) =>
    query.links ? links(query, take, signal) : plain.walk(query, (rows) => take(asPart(rows)), signal);
  return { ...plain, walk };
};

const thing = (key: string): TwinId => twinIdOf(Authority.parse('a.example'), 'things', key);
const [part, whole, other] = [thing('1'), thing('2'), thing('3')];
const link = (from: TwinId, to: TwinId) => ({ from, to }) as Link; // branding: as much of a link as is read
const linked = (...links: readonly Link[]): readonly TwinRow[] => [{ twin: { id: part }, links }] as unknown as readonly TwinRow[]; // branding: as above

const partOfSource = async (source: WalkedSource, known: Parts = new Map(), twinsMax?: number) => {
  const { signal } = new AbortController();
  const parts = await collect({ sources: [source], known, vocabulary, signal, progress: () => undefined, ...(twinsMax && { twinsMax }) });
  return { parts, wholes: parts.get(source.agency)?.wholes, problem: parts.get(source.agency)?.problem };
};

test('of who draws parts it is asked which whole each is part of, and of nobody else', async () => {
  const asked: unknown[] = [];
  const links: WalkedSource['walk'] = async (query, take) => {
    asked.push(query.links);
    take(linked(link(part, whole), link(other, part)));
    return ok(1);
  };
  expect(await partOfSource(partsSource(links))).toMatchObject({ wholes: [[part, whole]] });
  expect(asked).toEqual([[partOf]]);
  expect(await partOfSource(partsSource(links, 'city:Building'))).toMatchObject({ wholes: [] });
  expect(asked).toEqual([[partOf]]);
});

test('who fails to say what its parts are part of is asked again, though nothing changed, and they stay as they were until then', async () => {
  const answers = [fail(problem('timedOut')), ok(1), fail(problem('timedOut')), ok(3)];
  const asked: unknown[] = [];
  const source = partsSource(async (_query, take) => {
    const answer = answers[asked.push('wholes') - 1] ?? ok(3);
    // half of them
    take(linked(link(part, answer.ok ? whole : other)));
    return answer;
  });
  const first = await partOfSource(source);
  expect(first).toMatchObject({ wholes: [], problem: undefined });
  const second = await partOfSource(source, first.parts);
  expect(second.wholes).toEqual([[part, whole]]);
  const third = await partOfSource({ ...source, seq: async () => ok(2) }, second.parts);
  expect([third.wholes, asked.length]).toEqual([[[part, whole]], 3]);
  const fourth = await partOfSource(source, third.parts);
  expect([(await partOfSource(source, fourth.parts)).wholes, asked.length]).toEqual([[[part, whole]], 4]);
});

test.each([0, 1])('a scene is told of sceneTwinsMax wholes of a source and no more: %i beyond', async (beyond) => {
  const twinsMax = 3;
  let pages = 0;
  const source = partsSource(async (_query, take, signal) => {
    for (; pages < twinsMax + 10 * beyond && !signal.aborted; pages += 1) take(linked(link(part, whole)));
    return signal.aborted ? fail(problem('cancelled')) : ok(1);
  });
  const { wholes, parts } = await partOfSource(source, new Map(), twinsMax);
  expect([wholes?.length, pages]).toEqual([twinsMax, twinsMax + beyond]);
  // and is not asked again for what it said
  await partOfSource(source, parts, twinsMax);
  expect(pages).toBe(twinsMax + beyond);
});

test('of who tells more pages than a walk takes, what came until then is drawn, and it is not walked again while nothing changes', async () => {
  const walked: number[] = [];
  const source: WalkedSource = {
    ...sourceOf('a', 4, walked),
    walk: async (query, take, signal) => {
      await sourceOf('a', 4, walked).walk(query, take, signal);
      return { ...fail(problem('tooMany', { subject: 'pages of one walk' })), cut: true };
    },
  };
  const collectOnce = (known: Parts) => collect({ sources: [source], known, vocabulary, signal: new AbortController().signal, progress: () => undefined });
  const first = await collectOnce(new Map());
  expect([...first.values()]).toMatchObject([{ seq: 1, problem: { kind: 'tooMany' }, drawn: Array.from({ length: 4 }, () => ({})) }]);
  expect([...(await collectOnce(first)).values()]).toMatchObject([{ seq: 1, problem: { kind: 'tooMany' } }]);
  expect(walked).toEqual([0, 2]);
});

test('of who refuses to tell as too many what it was asked for, what was known stays, and it is asked again', async () => {
  const known = await collected({ a: 4 }, 7);
  const source: WalkedSource = { ...sourceOf('a', 4, []), seq: async () => ok(2), walk: async () => fail(problem('tooMany')) };
  const refused = await partOfSource(source, known.parts);
  expect([...refused.parts.values()]).toMatchObject([{ seq: 1, problem: { kind: 'tooMany' }, drawn: Array.from({ length: 4 }, () => ({})) }]);
  const again = await partOfSource({ ...sourceOf('a', 3, []), seq: async () => ok(2) }, refused.parts);
  expect([...again.parts.values()].map(({ drawn, problem: why }) => [drawn.length, why])).toEqual([[3, undefined]]);
});
