import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastDay, stretchTo, toSpark } from './spark.ts';

const box = { width: 200, height: 30 };
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

describe('a sparkline', () => {
  it('goes from the first to the last value, the least below, the greatest above', () => {
    const samples = [
      { number: 5, observedAt: at(10) },
      { number: 1, observedAt: at(0) },
      { number: 3, observedAt: at(5) },
    ];
    expect(toSpark(samples, box)).toEqual({ path: 'M0 30L100 15L200 0', min: 1, max: 5, since: at(0), until: at(10), count: 3 });
  });
  it('takes the correction of a value, and leaves out what is missing', () => {
    const samples = [
      { number: 1, observedAt: at(0) },
      { number: 9, observedAt: at(1) },
      { number: 2, observedAt: at(1) },
      { number: null, observedAt: at(2) },
      { number: 7, observedAt: 'never' },
    ];
    expect(toSpark(samples, box)).toMatchObject({ max: 2, count: 2 });
  });
  it('has its last value in it, however many there were: no more samples are asked for than one answer holds', () => {
    const seconds = fc.integer({ min: 0, max: 2_000_000_000 });
    fc.assert(
      fc.property(seconds, (length) => {
        const [from, until] = ['1980-01-01T00:00:00.000Z', new Date(Date.UTC(1980, 0, 1) + length * 1_000).toISOString()];
        const { every = '', first } = stretchTo(until, from);
        return Math.floor(length / Number(/^PT(\d+)S$/.exec(every)?.[1])) + 1 <= first;
      }),
    );
    expect(lastDay('2026-06-02T12:00:00.000Z')).toEqual({ from: '2026-06-01T12:00:00.000Z', every: 'PT174S', first: 500 });
  });
  it('is none where there is no course', () => expect([toSpark([], box), toSpark([{ number: 1, observedAt: at(0) }], box)]).toEqual([undefined, undefined]));
  it('stays in its box', () => {
    const samples = fc.array(fc.record({ number: fc.double({ noNaN: true, min: -1e9, max: 1e9 }), observedAt: fc.integer({ min: 0, max: 10_000 }).map(at) }), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(samples, (given) => {
        const numbers = (toSpark(given, box)?.path.match(/-?[\d.]+/g) ?? []).map(Number);
        return numbers.every((value, index) => value >= 0 && value <= (index % 2 === 0 ? box.width : box.height));
      }),
    );
  });
});
