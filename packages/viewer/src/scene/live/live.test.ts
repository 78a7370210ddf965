import { stateFlags } from '@cityweave/core/scene/tiles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQuality, tiers } from '../rig/quality.ts';
import { markBits } from '../staged.ts';
import { createColumn } from './column.ts';
import { fewer } from './live.ts';

const growing = (nowSeconds: () => number) =>
  createColumn({ term: 'city:load', rows: 10, bounds: { staleAfter: 60, most: 100 }, agencyOf: (row) => (row < 5 ? 0 : 1), nowSeconds });

const told = (row: number, value: number, { observed = 1_000, flag = 0 } = {}) => ({
  rows: Uint32Array.of(row),
  values: Float32Array.of(value),
  observed: Float64Array.of(observed),
  flags: Uint8Array.of(flag),
});

const head = (silent: readonly { readonly agency: number }[]) => ({ term: 'city:load', unit: 'kW', epoch: 'e', revision: 'r', silent });

describe('a live column', () => {
  it('says what is out of order about a value: too old, out of bounds, missing, carried on, of a silent agency', () => {
    let now = 1_010;
    const column = growing(() => now);
    column.takeHead(head([]));
    for (const [row, value, more] of [
      [1, 50, {}],
      [2, 101, {}],
      [3, Number.NaN, { flag: stateFlags.missing }],
      [4, 7, { flag: stateFlags.carried }],
      [6, 8, {}],
    ] as const)
      column.takeValues(told(row, value, more));
    const marks = (row: number) => {
      const bits = column.column().marksOf(row);
      return { stale: (bits & markBits.stale) > 0, missing: (bits & markBits.missing) > 0, alarm: (bits & markBits.alarm) > 0 };
    };
    expect(marks(1)).toEqual({ stale: false, missing: false, alarm: false });
    expect(marks(2)).toMatchObject({ alarm: true });
    expect(marks(3)).toMatchObject({ missing: true });
    expect(marks(4)).toMatchObject({ stale: true });
    now = 1_061;
    expect(column.takeStale()).toContain(1);
    expect(column.takeStale()).toEqual([]);
    expect(marks(1)).toMatchObject({ stale: true });
    column.takeHead(head([{ agency: 1 }]));
    expect([marks(6).missing, marks(1).missing, marks(9).missing]).toEqual([true, false, false]);
  });
  it('takes no row that is not of the scene', () => {
    const column = growing(() => 0);
    column.takeValues(told(10, 5));
    expect(column.column().values.every(Number.isNaN)).toBe(true);
  });
});

describe('stretches of rows', () => {
  it('become few enough without losing a row', () => {
    const ranges = fc
      .array(fc.tuple(fc.nat(1_000_000), fc.nat(50)), { maxLength: 60 })
      .map((all) => all.map(([from, more]) => [from, from + more] as const).sort((a, b) => a[0] - b[0]));
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 8 }), (given, most) => {
        const kept = fewer(given, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, 0));
        for (const [from, to] of given) expect(kept.some(([first, last]) => first <= from && to <= last)).toBe(true);
      }),
    );
  });
});

describe('quality', () => {
  const after = (frameMs: number, frames: number, quality = createQuality(0, false)) => {
    for (let at = 0; at < frames; at += 1) quality.note(frameMs, at * frameMs);
    return quality;
  };
  it('falls tier by tier while frames are slow, to the last and no further, and not where somebody fixed it', () => {
    expect(after(80, 10).tier()).toBe(1);
    expect(after(80, 200).tier()).toBe(tiers.length - 1);
    expect(after(80, 200, createQuality(0, true)).tier()).toBe(0);
  });
  it('rises again where frames are fast for long enough', () => {
    const quality = after(80, 10);
    for (let at = 0; at < 2_000; at += 1) quality.note(8, 1_000 + at * 8);
    expect(quality.tier()).toBe(0);
  });
});
