import { limits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { FarInterface } from '../../config/far-interface.ts';
import { createFarChanges, type Records } from './far-changes.ts';

const given = FarInterface.parse({
  ...{ id: 'gauges', protocol: 'ogc-api-features', address: 'http://127.0.0.1/items', kind: 'river:Gauge' },
  ...{ dictionary: 'urn:dtf:dictionary:river.example:river', key: 'id', members: [] },
});

const recordsOf = (values: Readonly<Record<string, number>>): Records =>
  new Map(Object.entries(values).map(([key, value]) => [key, { record: { key, value }, text: JSON.stringify(value) }]));

describe('what changed at a system without a change log', () => {
  it('is told in the order in which it was seen, each record once, with what it was', () => {
    const changes = createFarChanges();
    changes.begin(1_000);
    const [first, second, third] = [recordsOf({ a: 1, b: 1 }), recordsOf({ a: 2, b: 1, c: 1 }), recordsOf({ a: 3, c: 1 })];
    expect(changes.note(given, { before: first, now: first, atMs: 2_000 })).toBe(false);
    expect(changes.head()).toBe(1_000);
    expect(changes.note(given, { before: first, now: second, atMs: 3_000 })).toBe(true);
    changes.note(given, { before: second, now: third, atMs: 3_000 });
    const told = changes.after(1_000, 10).map(({ record, before }) => [before, record]);
    expect(told).toEqual([
      [undefined, { key: 'c', value: 1 }],
      [
        { key: 'a', value: 2 },
        { key: 'a', value: 3 },
      ],
      [{ key: 'b', value: 1 }, undefined],
    ]);
    const seqs = changes.after(1_000, 10).map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(changes.after(seqs[0] ?? 0, 1)).toHaveLength(1);
    expect(changes.after(changes.head(), 10)).toEqual([]);
  });

  it('is remembered for farChangesMax records; whoever is further behind is told that it is', () => {
    const changes = createFarChanges();
    changes.begin(1);
    const many = (count: number) => recordsOf(Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n])));
    changes.note(given, { before: new Map(), now: many(limits.farChangesMax), atMs: 2 });
    expect([changes.since(), changes.after(1, limits.farChangesMax + 1).length]).toEqual([1, limits.farChangesMax]);
    changes.note(given, { before: many(limits.farChangesMax), now: many(limits.farChangesMax + 1), atMs: 2 });
    expect([changes.since(), changes.after(1, limits.farChangesMax + 1).length]).toEqual([2, limits.farChangesMax]);
  });
});
