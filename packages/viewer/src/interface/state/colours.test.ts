import { describe, expect, it } from 'vitest';
import { toColoured } from './colours.ts';

const { NaN: none } = Number;
const column = (values: readonly number[], categories?: readonly string[]) => ({ term: 'x:y', unit: 'm', categories, values: Float32Array.from(values) });

describe('the colours of a property', () => {
  it('reach as far as all twins that have it, whatever of them is in view', () => {
    const near = column([5, none, none, none]);
    const coloured = toColoured({ all: column([4, 67, 2, none]), heard: near });
    expect(coloured).toMatchObject({ known: 3, unknown: 1, unit: 'm', colouring: { from: 2, to: 67, ramp: 'sequential' } });
    expect([...(coloured?.colouring.values ?? [])]).toEqual([5, 67, 2, none]);
  });
  it('reach as far as the twins that are meant, and count no others', () => {
    const all = column([4, 67, 2, none, none]);
    expect(toColoured({ all, isMeant: (row) => row !== 1 && row !== 3 })).toMatchObject({
      known: 2,
      unknown: 1,
      min: 2,
      max: 4,
      colouring: { from: 2, to: 4 },
    });
    expect(toColoured({ all, isMeant: (row) => row > 2 })).toMatchObject({ known: 0, unknown: 2, colouring: { from: 2, to: 67 } });
  });
  it('do not reach for one tower, so that the other thousand can be told apart', () => {
    const heights = Array.from({ length: 1_000 }, (_, at) => 4 + (at % 160) / 10);
    expect(toColoured({ all: column([...heights, 67]) })).toMatchObject({ min: 4, max: 67, colouring: { from: 4, to: expect.closeTo(19.7, 0) } });
    expect(toColoured({ all: column(heights) })?.colouring).toMatchObject({ from: 4, to: expect.closeTo(19.9, 4) });
    expect(toColoured({ all: column([...heights.fill(5), 67]) })?.colouring).toMatchObject({ from: 5, to: 67 });
  });
  it('tell numbers below nothing from those above', () =>
    expect(toColoured({ all: column([-2, 7]) })?.colouring).toMatchObject({ from: -7, to: 7, ramp: 'diverging' }));
  it('begin at nothing where hardly any number is below it, as in Cambridge, where 49 of 13,000 decks are: and end there where hardly any is above', () => {
    const heights = Array.from({ length: 980 }, (_, at) => 1 + (at % 200) / 10);
    const few = [...heights, ...Array.from({ length: 19 }, () => -3)];
    expect(toColoured({ all: column(few) })).toMatchObject({ min: -3, colouring: { from: 0, to: expect.closeTo(20.9, 4), ramp: 'sequential' } });
    expect(toColoured({ all: column(few.map((value) => -value)) })?.colouring).toMatchObject({ from: expect.closeTo(-20.9, 4), to: 0, ramp: 'sequential' });
    expect(toColoured({ all: column([...few, -3, -3]) })?.colouring.ramp).toBe('diverging');
  });
  it('of texts are those by which what is heard numbers them', () => {
    const all = column([0, 1, none], ['school', 'shop']);
    const coloured = toColoured({ all, heard: column([none, none, 1], ['shop', 'school']) });
    expect([...(coloured?.colouring.values ?? [])]).toEqual([1, 0, 1]);
    expect(coloured).toMatchObject({ categories: ['shop', 'school'], known: 2, unknown: 1 });
    expect(toColoured({ all, heard: column([none, none, none]) })).toBeUndefined();
    expect(toColoured({ all })?.categories).toEqual(['school', 'shop']);
  });
  it('are none where nobody knows anything', () => expect(toColoured({ all: column([none]) })).toBeUndefined());
});
