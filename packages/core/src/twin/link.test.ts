import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseKey } from './link.ts';

describe('a key', () => {
  test('is one, however a register wrote it', () => {
    expect(['791', '791.0', '791.000', ' 791 ', 791, 791.0].map((raw) => normaliseKey(raw))).toEqual(Array(6).fill('791'));
    expect(normaliseKey('Cafe\u0301')).toBe(normaliseKey('Café'));
  });

  test('keeps what tells keys apart: leading zeros, case, fractions, signs', () => {
    expect(['0791', '791.5', 'B-00123', 'b-00123', '-7.0', '1e3', '7.0.0', '.0'].map((raw) => normaliseKey(raw))).toEqual([
      '0791',
      '791.5',
      'B-00123',
      'b-00123',
      '-7',
      '1e3',
      '7.0.0',
      '.0',
    ]);
  });

  test('is the same after it was made the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.integer(),
          fc.tuple(fc.integer(), fc.nat({ max: 4 })).map(([whole, zeros]) => `${whole}.${'0'.repeat(zeros)}`),
        ),
        (raw) => {
          expect(normaliseKey(normaliseKey(raw))).toBe(normaliseKey(raw));
        },
      ),
    );
  });

  test('of a number is that of its text', () => {
    fc.assert(
      fc.property(fc.integer(), (raw) => {
        expect(new Set([normaliseKey(raw), normaliseKey(String(raw)), normaliseKey(`${raw}.0`), normaliseKey(` ${raw}.00`)]).size).toBe(1);
      }),
    );
  });
});
