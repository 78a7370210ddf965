/**
 * What a watch remembers: no change is dropped, a twin is told once, and a cursor comes back as it was.
 */
import { type AgencyId, AgencyId as AgencyIdSchema, type JoinedRow, limits, type TwinId } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChangeQueue, createChangeQueue, createHeld, decodeWatchCursor, encodeWatchCursor, isTooMany, type Taken } from './watch-state.ts';

const agency = (name: string): AgencyId => AgencyIdSchema.parse(`urn:dtf:agency:${name}.example`);
const twin = (name: string, n: number): TwinId => `urn:dtf:twin:${name}.example:things/${n}` as TwinId;
const [a, b] = [agency('a'), agency('b')];

describe('a cursor', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.nat(), { maxLength: 20 }), (whole, seqs) => {
        const cursor = { federation: 'urn:dtf:federation:a.example:f', whole, seqs: new Map(seqs.map((seq, n) => [agency(`m${n}`), seq])) };
        expect(decodeWatchCursor(encodeWatchCursor(cursor), cursor.federation)).toEqual({ ok: true, value: cursor });
      }),
    );
  });

  test('of another federation, or of nothing at all, is refused', () => {
    const cursor = encodeWatchCursor({ federation: 'urn:dtf:federation:a.example:f', whole: true, seqs: new Map([[a, 1]]) });
    for (const text of [cursor, '', 'nonsense', Buffer.from('1\nwhole\nurn:dtf:federation:a.example:g\nx').toString('base64url')])
      expect(decodeWatchCursor(text, 'urn:dtf:federation:a.example:g')).toMatchObject({ ok: false, problem: { kind: 'badQuery' } });
  });
});

const takeAll = (queue: ChangeQueue): readonly Taken[] => {
  const next = queue.take(3);
  return next ? [next, ...takeAll(queue)] : [];
};

describe('the queue of changes', () => {
  test('gives batches in order, and a twin that is taken does not come again for what waits already', () => {
    const queue = createChangeQueue();
    queue.put(a, 1, [twin('a', 1)]);
    queue.put(a, 2, [twin('a', 1), twin('a', 2)]);
    expect(queue.take(1)).toEqual({ ids: [twin('a', 1)], seqs: new Map([[a, 1]]) });
    expect(queue.take(1)).toEqual({ ids: [twin('a', 2)], seqs: new Map([[a, 2]]) });
    expect(queue.take(1)).toBeUndefined();
  });

  test('merges beyond its bound, latest per twin, and drops nothing', () => {
    const batch = fc.record({ own: fc.boolean(), ids: fc.array(fc.nat({ max: 9 }), { maxLength: 5 }) });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (batches, max) => {
        const queue = createChangeQueue(max);
        const put = batches.map(({ own, ids }) => ({ source: own ? a : b, ids: ids.map((n) => twin(own ? 'a' : 'b', n)) }));
        for (const [at, { source, ids }] of put.entries()) queue.put(source, at, ids);
        const taken = takeAll(queue);
        expect(new Set(taken.flatMap(({ ids }) => ids))).toEqual(new Set(put.flatMap(({ ids }) => ids)));
        const told = taken.flatMap(({ seqs }) => [...seqs]);
        expect(new Map(told)).toEqual(new Map(put.map(({ source }, at) => [source, at])));
        for (const source of [a, b]) {
          const seqs = told.filter(([of]) => of === source).map(([, seq]) => seq);
          expect(seqs).toEqual([...seqs].sort((left, right) => left - right));
        }
      }),
    );
  });

  test('what could not be told is first in it again', () => {
    const queue = createChangeQueue();
    queue.put(b, 5, [twin('b', 5)]);
    queue.putBack(a, 3, [twin('a', 3)]);
    expect(queue.take(1)).toEqual({ ids: [twin('a', 3)], seqs: new Map([[a, 3]]) });
    expect(queue.waits(b)).toBe(true);
    queue.drop(b);
    expect(queue.isEmpty()).toBe(true);
  });
});

const row = (n: number, version: number): JoinedRow =>
  ({
    twin: { id: twin('a', n), representations: [{ id: twin('a', n), agency: a, version }] },
    links: [],
    key: { value: null, id: twin('a', n) },
  }) as unknown as JoinedRow; // branding: only these members are looked at

describe('what the watcher has', () => {
  test('is told once a version, and again after it was removed', () => {
    const held = createHeld();
    expect(held.note([row(1, 1), row(2, 1)])).toHaveLength(2);
    expect(held.note([row(1, 1), row(2, 2)])).toEqual([row(2, 2)]);
    expect(held.idOf(twin('a', 1))).toBe(twin('a', 1));
    held.remove(twin('a', 1));
    expect(held.idOf(twin('a', 1))).toBeUndefined();
    expect(held.note([row(1, 1)])).toHaveLength(1);
    expect(held.size()).toBe(2);
  });

  test('after a resumption is known by id, and its next version is told', () => {
    const held = createHeld();
    held.assume([row(1, 4)]);
    expect(held.idOf(twin('a', 1))).toBe(twin('a', 1));
    expect(held.note([row(1, 4)])).toHaveLength(1);
  });
});

describe('a queue nobody takes from', () => {
  const filled = (batches: number): ChangeQueue => {
    const queue = createChangeQueue();
    for (let seq = 1; seq <= batches; seq += 1) queue.put(a, seq, [twin('a', 1)]);
    return queue;
  };

  test('holds subscriptionQueueMax batches as they came; one more merges them, and nothing is lost', () => {
    expect(filled(limits.subscriptionQueueMax).twins()).toBe(limits.subscriptionQueueMax);
    const merged = filled(limits.subscriptionQueueMax + 1);
    expect(merged.twins()).toBe(1);
    expect(merged.take(1)).toEqual({ ids: [twin('a', 1)], seqs: new Map([[a, limits.subscriptionQueueMax + 1]]) });
  });
});

test('a subscription holds subscriptionTwinsMax twins, one beyond is too many', () =>
  expect([isTooMany(limits.subscriptionTwinsMax), isTooMany(limits.subscriptionTwinsMax + 1)]).toEqual([false, true]));
