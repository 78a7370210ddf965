import { describe, expect, it } from 'vitest';
import { createColumn, encodeColumn, putValue } from './values.ts';

describe('a column of values', () => {
  it('has its numbers in the unit that is wanted, whoever speaks first', () => {
    const column = createColumn(3, 'm');
    for (const [row, value, unit] of [
      [0, 250, 'cm'],
      [1, 3, 'm'],
      [2, 7, 'kg'],
    ] as const)
      putValue(column, row, { value, unit });
    expect([column.unit, [...column.values]]).toEqual(['m', [2.5, 3, Number.NaN]]);
  });
  it('has them in the first that is said where none is wanted', () => {
    const column = createColumn(2, undefined);
    putValue(column, 0, { value: 250, unit: 'cm' });
    putValue(column, 1, { value: 3, unit: 'm' });
    expect([column.unit, [...column.values]]).toEqual(['cm', [250, 300]]);
  });
  it('says of each how it came about, and nothing of that where all was measured', () => {
    const column = createColumn(3, undefined);
    putValue(column, 0, { value: 1 });
    putValue(column, 1, { value: null, flag: 'MISSING' });
    expect([...column.flags]).toEqual([1, 5, 0]);
    const told = { term: 'city:p', unit: undefined, values: column.values, missing: [] };
    const [plain, flagged] = [encodeColumn(told), encodeColumn({ ...told, flags: column.flags })];
    expect(new TextDecoder().decode(plain)).not.toContain('flagged');
    expect([...flagged.slice(-3)]).toEqual([1, 5, 0]);
  });
});
