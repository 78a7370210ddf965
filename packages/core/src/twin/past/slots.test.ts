import { describe, expect, test } from 'vitest';
import { addMs, Instant, instantOfMs, msOfInstant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import type { Sample } from './history.ts';
import { Alignment, alignSamples } from './slots.ts';

const epoch = Instant.parse('2026-05-04T12:00:00Z');
const after = (seconds: number): Instant => addMs(epoch, seconds * 1000);
const sample = (seconds: number, value: unknown, flag?: 'SIMULATED' | 'MISSING'): Sample =>
  ({
    series: 'city:load',
    observedAt: after(seconds),
    recordedAt: after(seconds),
    said: { value, source: 'urn:dtf:agency:a', ...(flag && { flag }) },
  }) as unknown as Sample; // branding: as stores give them
const align = (samples: readonly Sample[], given: Partial<Alignment>, seconds = 29) =>
  alignSamples(samples, Alignment.parse({ epoch, slot: 'PT10S', ...given }), { from: epoch, to: after(seconds) }).map(({ slot, value, flag, age }) => [
    slot,
    value,
    flag,
    age,
  ]);

describe('a grid of slots', () => {
  test('brings values of every second, of every ten and of every minute to the same times, and says of each what it is', () => {
    const everySecond = Array.from({ length: 30 }, (_, at) => sample(at, at));
    const everyTen = [sample(0, 5), sample(10, 15), sample(20, 25)];
    const everyMinute = [sample(-45, 7), sample(15, 9)];
    expect(align(everySecond, { method: 'mean' })).toEqual([
      [0, 4.5, 'MEASURED', 1],
      [1, 14.5, 'MEASURED', 1],
      [2, 24.5, 'MEASURED', 1],
    ]);
    expect(align(everyTen, { method: 'mean' })).toEqual([
      [0, 5, 'MEASURED', 10],
      [1, 15, 'MEASURED', 10],
      [2, 25, 'MEASURED', 10],
    ]);
    expect(align(everyMinute, {})).toEqual([
      [0, 7, 'CARRIED', 55],
      [1, 9, 'MEASURED', 5],
      [2, 9, 'CARRIED', 15],
    ]);
  });

  test('never carries what is older than it may be, and keeps what was simulated or is missing apart', () => {
    expect(align([sample(-45, 7)], { maxAge: 'PT1M' })).toEqual([
      [0, 7, 'CARRIED', 55],
      [1, undefined, 'MISSING', undefined],
      [2, undefined, 'MISSING', undefined],
    ]);
    expect(align([sample(1, 7, 'SIMULATED'), sample(11, 0, 'MISSING')], {}, 19)).toEqual([
      [0, 7, 'SIMULATED', 9],
      [1, 7, 'CARRIED', 19],
    ]);
    expect(align([], {}, 9)).toEqual([[0, undefined, 'MISSING', undefined]]);
  });

  test('sums only what came, works out what lies between, and takes the least, the most and the nearest', () => {
    const some = [sample(1, 4), sample(4, 1), sample(9, 2), sample(25, 8)];
    const first = (method: Alignment['method']) => align(some, { method }).map(([, value, flag]) => `${value} ${flag}`);
    expect(first('sum')).toEqual(['7 MEASURED', 'undefined MISSING', '8 MEASURED']);
    expect(first('min')[0]).toBe('1 MEASURED');
    expect(first('max')[0]).toBe('4 MEASURED');
    expect(first('nearest')[0]).toBe('1 MEASURED');
    expect(first('linear')[1]).toBe('4.25 INTERPOLATED');
    expect(align([sample(1, 'open')], { method: 'mean' }, 9)).toEqual([[0, 'open', 'MEASURED', 9]]);
  });

  test('what is learnt late is written into its own slot, in place of what was said of that moment before, and the slot says when', () => {
    const learnt = (one: Sample, seconds: number): Sample => ({ ...one, recordedAt: after(seconds) });
    const some = [sample(1, 4), learnt(sample(1, 6), 12), learnt(sample(8, 2), 45), sample(11, 8)];
    const slots = (given: Partial<Alignment>) =>
      alignSamples(some, Alignment.parse({ epoch, slot: 'PT10S', method: 'sum', ...given }), { from: epoch, to: after(19) }).map(({ value, revisedAt }) => [
        value,
        revisedAt,
      ]);
    expect(slots({})).toEqual([
      [8, after(45)],
      [8, undefined],
    ]);
    expect(slots({ lateSlots: 3 })[0]).toEqual([6, after(12)]);
    expect(slots({ lateSlots: 0 })[0]).toEqual([4, undefined]);
  });

  test('looks at slotSamplesMax samples, the last ones', () => {
    const many = [sample(0, 1_000), ...Array.from({ length: limits.slotSamplesMax - 1 }, () => sample(1, 0))];
    const most = (samples: readonly Sample[]) => align(samples, { method: 'max' }, 9)[0]?.[1];
    expect([most(many), most([...many, sample(2, 0)])]).toEqual([1_000, 0]);
  });

  test('has slotsMax slots at most, and begins where the epoch says, also before it', () => {
    expect(alignSamples([], Alignment.parse({ epoch, slot: 'PT1S' }), { from: epoch, to: after(limits.slotsMax - 1) })).toHaveLength(limits.slotsMax);
    expect(alignSamples([], Alignment.parse({ epoch, slot: 'PT1S' }), { from: epoch, to: after(limits.slotsMax) })).toHaveLength(limits.slotsMax);
    const [one] = alignSamples([], Alignment.parse({ epoch, slot: 'PT10S' }), { from: after(-5), to: after(-5) });
    expect(one).toMatchObject({ slot: -1, at: instantOfMs(msOfInstant(epoch) - 10_000) });
  });
});
