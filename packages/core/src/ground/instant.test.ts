import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMs, durationOfMs, Instant, instantOfMs, msBetween, msOfDuration, msOfInstant } from './instant.ts';

const moment = fc.date({ min: new Date(0), max: new Date(Date.UTC(2200, 0)), noInvalidDate: true }).map((date) => date.getTime());
const parses = (text: string): boolean => Instant.safeParse(text).success;

describe('an instant', () => {
  test('that would lie behind the last one is the last one, before the first the first', () => {
    const [first, last] = [Instant.parse('0000-01-01T00:00:00.000Z'), Instant.parse('9999-12-31T23:59:59.999Z')];
    expect([addMs(last, 1), addMs(last, Number.MAX_VALUE), addMs(first, -1)]).toEqual([last, last, first]);
    expect(addMs(last, -1) < last).toBe(true);
  });

  test('has one spelling, whatever the offset it came with', () => {
    for (const text of ['2026-05-04T12:30:00Z', '2026-05-04T14:30:00+02:00', '2026-05-04t12:30:00.000z', '2026-05-04 12:30Z', '2026-05-04T08:00:00.0-0430'])
      expect(Instant.parse(text)).toBe('2026-05-04T12:30:00.000Z');
  });

  test('keeps milliseconds and drops what is finer', () => expect(Instant.parse('2026-05-04T12:30:00.123456789Z')).toBe('2026-05-04T12:30:00.123Z'));

  test('is refused without an offset: its moment is not known', () => {
    expect(['2026-05-04T12:30:00', '2026-05-04', '1777897800', '', 'now'].filter(parses)).toEqual([]);
  });

  test('is refused where there is no such day or time', () => {
    const never = ['2026-02-29T00:00:00Z', '2026-04-31T00:00:00.000Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z', '2026-01-00T00:00:00.000Z'];
    expect([...never, '2026-01-01T24:00:00Z', '2026-01-01T00:60:00.000Z', '2026-01-01T00:00:61.000Z', '1900-02-29T00:00:00Z'].filter(parses)).toEqual([]);
    expect(['2024-02-29T23:59:59Z', '2000-02-29T00:00:00.000Z', '2026-12-31T23:59Z'].every(parses)).toBe(true);
  });

  test('compares as text as it does in time', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect(instantOfMs(a) < instantOfMs(b)).toBe(a < b);
      }),
    );
  });

  test('goes to milliseconds and back, and is its own spelling', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -1e9, max: 1e9 }), (ms, more) => {
        expect(msOfInstant(instantOfMs(ms))).toBe(ms);
        expect(Instant.parse(instantOfMs(ms))).toBe(instantOfMs(ms));
        expect(msBetween(instantOfMs(ms), addMs(instantOfMs(ms), more))).toBe(more);
      }),
    );
  });
});

describe('a duration', () => {
  test('goes to text and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        expect(msOfDuration(durationOfMs(ms))).toBe(ms);
      }),
    );
  });

  test('is written as people write it, and clipped at nothing', () => {
    expect([90_500, 0, -5, 86_400_000, 90_061_001].map(durationOfMs)).toEqual(['PT1M30.5S', 'PT0S', 'PT0S', 'P1D', 'P1DT1H1M1.001S']);
  });

  test('has no months, no years, no empty parts', () => {
    expect(['P', 'PT', 'P1DT', 'P1M', 'P1Y', '1D', '', 'PT1S ', '-PT1S'].map(msOfDuration)).toEqual(Array(9).fill(undefined));
    expect(['PT0.25S', 'P1DT1S', 'PT2H'].map(msOfDuration)).toEqual([250, 86_401_000, 7_200_000]);
  });
});
