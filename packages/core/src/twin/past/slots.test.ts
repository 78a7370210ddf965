import { describe, expect, test } from 'vitest';
import { TermId } from '../../ground/id.ts';
import { addMs, Instant, instantOfMs, msOfInstant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import type { Term } from '../semantic-dictionary.ts';
import type { Sample } from './history.ts';
import { Alignment, alignSamples, slotStart } from './slots.ts';

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
  alignSamples(samples, Alignment.parse({ epoch, slot: 'PT10S', ...given }), { from: epoch, to: after(seconds) }).slots.map(({ slot, value, flag, age }) => [
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
      alignSamples(some, Alignment.parse({ epoch, slot: 'PT10S', method: 'sum', ...given }), { from: epoch, to: after(19) }).slots.map(
        ({ value, revisedAt }) => [value, revisedAt],
      );
    expect(slots({ lateSlots: limits.lateSlotsDefault + 1 })).toEqual([
      [8, after(45)],
      [8, undefined],
    ]);
    expect(slots({})[0]).toEqual([6, after(12)]);
    expect(slots({ lateSlots: limits.lateSlotsDefault })[0]).toEqual([6, after(12)]);
    expect(slots({ lateSlots: 0 })[0]).toEqual([4, undefined]);
  });

  test('what is learnt too late to rewrite a slot fills one of which nothing was known', () => {
    const late = (seconds: number, value: number): Sample => ({ ...sample(seconds, value), recordedAt: after(3_600) });
    expect(align([late(2, 4), late(11, 5), sample(12, 6)], { method: 'sum' }, 19)).toEqual([
      [0, 4, 'MEASURED', 8],
      [1, 6, 'MEASURED', 8],
    ]);
  });

  test('becomes one value by what the property is, where nobody says how: the mean of a rate, the sum of a count, the last of a state', () => {
    const valueOf = (nature: Term['nature']) => {
      const term: Term = { term: TermId.parse('city:one'), role: 'property', label: { en: 'One' }, nature };
      return alignSamples([sample(1, 4), sample(4, 2)], Alignment.parse({ epoch, slot: 'PT10S' }), { from: epoch, to: epoch, term }).slots[0]?.value;
    };
    expect([valueOf('rate'), valueOf('count'), valueOf('state'), valueOf(undefined)]).toEqual([3, 6, 2, 2]);
  });

  test('looks at slotSamplesMax samples from its first slot on, and ends before the slot of the next one, saying so', () => {
    const alignment = Alignment.parse({ epoch, slot: 'PT10S', method: 'sum' });
    const told = (samples: readonly Sample[]) => {
      const { slots, slotsBeyond } = alignSamples(samples, alignment, { from: epoch, to: after(19) });
      return [slots.map(({ value }) => value), slotsBeyond];
    };
    const early = Array.from({ length: limits.slotSamplesMax + 1 }, (_, at) => sample(at - limits.slotSamplesMax - 10, 1));
    const many = [...early, ...Array.from({ length: limits.slotSamplesMax - 1 }, (_, at) => sample(at / 1_000, 1)), sample(11, 2)];
    expect(told(many)).toEqual([[limits.slotSamplesMax - 1, 2], undefined]);
    expect(told([...many, sample(12, 2)])).toEqual([[limits.slotSamplesMax - 1], true]);
  });

  test('has slotsMax slots at most, says where there are more, and begins where the epoch says, also before it', () => {
    const told = (seconds: number) => {
      const { slots, slotsBeyond } = alignSamples([], Alignment.parse({ epoch, slot: 'PT1S' }), { from: epoch, to: after(seconds) });
      return [slots.length, slotsBeyond];
    };
    expect([told(limits.slotsMax - 1), told(limits.slotsMax)]).toEqual([
      [limits.slotsMax, undefined],
      [limits.slotsMax, true],
    ]);
    const alignment = Alignment.parse({ epoch, slot: 'PT10S' });
    expect(alignSamples([], alignment, { from: after(-5), to: after(-5) }).slots).toMatchObject([{ slot: -1, at: slotStart(alignment, after(-5)) }]);
    expect(slotStart(alignment, after(-5))).toBe(instantOfMs(msOfInstant(epoch) - 10_000));
  });
});
