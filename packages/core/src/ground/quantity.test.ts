import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convert, isUnit } from './quantity.ts';

const valueIn = (value: number, from: string, to: string): number => {
  const converted = convert(value, from, to);
  return converted.ok ? converted.value : Number.NaN;
};

describe('a quantity', () => {
  test('is the same in another unit', () => {
    expect(valueIn(1, 'km', 'm')).toBeCloseTo(1000, 9);
    expect(valueIn(10, '[ft_i]', 'm')).toBeCloseTo(3.048, 9);
    expect(valueIn(20, 'Cel', 'K')).toBeCloseTo(293.15, 9);
    expect(valueIn(36, 'km/h', 'm/s')).toBeCloseTo(10, 9);
    expect(valueIn(5, 'no unit at all', 'no unit at all')).toBe(5);
  });

  test('goes there and back', () => {
    const pair = fc.constantFrom(['m', 'km'], ['Cel', '[degF]'], ['kW', 'W'], ['L/s', 'm3/h'], ['[ft_us]', 'm'] as const);
    fc.assert(
      fc.property(pair, fc.double({ min: -1e6, max: 1e6, noNaN: true }), ([from = '', to = ''], value) => {
        expect(Math.abs(valueIn(valueIn(value, from, to), to, from) - value)).toBeLessThan(1e-6);
      }),
    );
  });

  test('of another kind, or of no unit, is not converted', () => {
    expect(convert(1, 'm', 'kg')).toMatchObject({ ok: false, problem: { kind: 'unitsDiffer', found: 'm' } });
    expect([convert(1, 'nonsense', 'm').ok, convert(1, 'm', '').ok]).toEqual([false, false]);
  });

  test('is still converted after more pairs of units than are remembered', () => {
    for (let index = 0; index < 1_100; index += 1) convert(1, `10*${index}.m`, 'm');
    expect(valueIn(1, 'km', 'm')).toBeCloseTo(1000, 9);
  });

  test('has a unit of UCUM', () => expect([isUnit('kW.h'), isUnit('a'), isUnit('kilowatt hours')]).toEqual([true, true, false]));
});
