import {
  type AgencyId,
  Authority,
  agencyIdOf,
  cityDictionary,
  createVocabulary,
  type Link,
  limits,
  ok,
  partOf,
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
    told: [...parts].map(([agency, { drawn, seq, problem }]): readonly [AgencyId, number, unknown, unknown] => [agency, drawn.length, seq, problem?.kind]),
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

test('of who draws parts it is asked which whole each is part of, and of nobody else', async () => {
  const authority = Authority.parse('a.example');
  const [part, whole, other] = ['1', '2', '3'].map((key) => twinIdOf(authority, 'things', key));
  if (!(part && whole && other)) throw new Error('three twins');
  const wholesAmong = async (kind: string) => {
    const asked: unknown[] = [];
    const plain = sourceOf('a', 1, []);
    const walk: WalkedSource['walk'] = async (query, take, signal) => {
      asked.push(query.links);
      const link = (from: TwinId, to: TwinId) =>
        ({ id: 'urn:dtf:link:a.example:1', kind: partOf, from, to, createdAt: '2026-05-04T12:00:00.000Z' }) as unknown as Link; // branding: as much of a link as is read
      return plain.walk(
        query,
        (rows) => take(rows.map(({ twin: one }) => ({ twin: { ...one, id: part, kind: TermId.parse(kind) }, links: [link(part, whole), link(other, part)] }))),
        signal,
      );
    };
    const signal = new AbortController().signal;
    const parts = await collect({ sources: [{ ...plain, walk }], known: new Map(), vocabulary, signal, progress: () => undefined });
    return [[...parts.values()].map(({ wholes }) => wholes), asked];
  };
  expect(await wholesAmong('city:BuildingPart')).toEqual([[[[part, whole]]], [undefined, [partOf]]]);
  expect(await wholesAmong('city:Building')).toEqual([[[]], [undefined]]);
});
