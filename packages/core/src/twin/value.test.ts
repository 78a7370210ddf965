import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, instantOfMs } from '../ground/instant.ts';
import { agencyIdOfName } from './trial-twin.ts';
import { ageMs, compareValues, type Provenance, Quality, type Value, type ValueFlag, valueOf } from './value.ts';

const at = (seconds: number): Instant => instantOfMs(seconds * 1000);
const provenance: Provenance = { observedAt: at(10), recordedAt: at(11), source: agencyIdOfName('water'), origin: 'file' };

export const anyValue: fc.Arbitrary<Value> = fc.record(
  {
    value: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom('a', 'b'), fc.constant({ a: 1, b: [2] })),
    unit: fc.constantFrom('m', 'cm'),
    observedAt: fc.constantFrom(at(1), at(2)),
    recordedAt: fc.constantFrom(at(3), at(4)),
    source: fc.constantFrom(agencyIdOfName('water'), agencyIdOfName('fire')),
    flag: fc.constantFrom<ValueFlag>('MEASURED', 'SIMULATED'),
    quality: fc.constantFrom({ accuracy: 0.2 }, { confidence: 0.9 }),
  },
  { requiredKeys: ['value', 'observedAt', 'recordedAt', 'source', 'flag'] },
);

describe('a reading', () => {
  test('says only what differs from its twin', () => {
    expect(valueOf({ value: 7, unit: 'm' }, provenance)).toEqual({ ...provenance, value: 7, unit: 'm', flag: 'MEASURED' });
    expect(valueOf({ value: 7, observedAt: at(99), flag: 'CARRIED', source: agencyIdOfName('fire') }, provenance)).toMatchObject({
      observedAt: at(99),
      recordedAt: at(11),
      flag: 'CARRIED',
      source: agencyIdOfName('fire'),
    });
    expect(valueOf({ value: null }, { ...provenance, flag: 'SIMULATED' }).flag).toBe('SIMULATED');
    expect(valueOf({ value: 7 }, { ...provenance, isFileDate: true }).isFileDate).toBe(true);
    expect(valueOf({ value: 7, observedAt: at(99) }, { ...provenance, isFileDate: true }).isFileDate).toBeUndefined();
  });

  test('is never younger than now', () => expect([ageMs({ observedAt: at(10) }, at(70)), ageMs({ observedAt: at(70) }, at(10))]).toEqual([60_000, 0]));

  test('has shares of one for its quality', () => {
    expect([0, 1].map((accuracy) => Quality.safeParse({ accuracy }).success)).toEqual([true, true]);
    expect([-0.01, 1.01].map((accuracy) => Quality.safeParse({ accuracy }).success)).toEqual([false, false]);
  });
});

describe('the order of values', () => {
  test('is total: whoever speaks first, the same one wins', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)));
        if (compareValues(a, b) === 0) expect(a).toEqual(b);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('is newer first, then learnt later, then better, then by agency', () => {
    const value: Value = { ...provenance, value: 1, flag: 'MEASURED' };
    const inOrder: readonly Value[] = [
      { ...value, observedAt: at(12) },
      { ...value, recordedAt: at(12) },
      { ...value, quality: { accuracy: 1 } },
      { ...value, source: agencyIdOfName('fire') },
      value,
    ];
    expect(inOrder.toReversed().toSorted(compareValues)).toEqual(inOrder);
  });
});
