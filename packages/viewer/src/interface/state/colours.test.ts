import { describe, expect, it } from 'vitest';
import { toColoured } from './colours.ts';

const { NaN: none } = Number;
const column = (values: readonly number[], categories?: readonly string[]) => ({ term: 'x:y', unit: 'm', categories, values: Float32Array.from(values) });

describe('the colours of a property', () => {
  it('reach as far as all twins that have it, whatever of them is in view', () => {
    const near = column([5, none, none, none]);
    const coloured = toColoured(column([4, 67, 2, none]), near);
    expect(coloured).toMatchObject({ known: 3, unknown: 1, unit: 'm', colouring: { from: 2, to: 67, ramp: 'sequential' } });
    expect([...(coloured?.colouring.values ?? [])]).toEqual([5, 67, 2, none]);
  });
  it('tell numbers below nothing from those above', () =>
    expect(toColoured(column([-2, 7]), undefined)?.colouring).toMatchObject({ from: -7, to: 7, ramp: 'diverging' }));
  it('of texts are those by which what is heard numbers them', () => {
    const all = column([0, 1, none], ['school', 'shop']);
    const coloured = toColoured(all, column([none, none, 1], ['shop', 'school']));
    expect([...(coloured?.colouring.values ?? [])]).toEqual([1, 0, 1]);
    expect(coloured).toMatchObject({ categories: ['shop', 'school'], known: 2, unknown: 1 });
    expect(toColoured(all, column([none, none, none]))).toBeUndefined();
    expect(toColoured(all, undefined)?.categories).toEqual(['school', 'shop']);
  });
  it('are none where nobody knows anything', () => expect(toColoured(column([none]), undefined)).toBeUndefined());
});
