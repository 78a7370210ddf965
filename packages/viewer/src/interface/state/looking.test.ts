import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIsHidden, isComparable, isLeftOut, isTelling, rowsWithin, toTwinFilter } from './filter.ts';
import { binsDefault, toBars, toHistogram } from './histogram.ts';
import { localMoment, minutesOf, withMinutes } from './moment.ts';
import { termText } from './terms.ts';

const column = (values: readonly number[], categories?: readonly string[]) => ({ term: 'x:y', unit: 'm', categories, values: Float32Array.from(values) });

describe('a histogram', () => {
  const some = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 300 });
  it('counts every number once and loses none', () => {
    fc.assert(
      fc.property(some, (values) => {
        const given = Float32Array.from(values);
        const known = given.filter((value) => !Number.isNaN(value)).length;
        const made = toHistogram(given);
        fc.pre(known > 0);
        expect(made?.bins.reduce((sum, { count }) => sum + count, 0)).toBe(known);
        expect([made?.known, made?.unknown]).toEqual([known, values.length - known]);
        expect([made?.bins[0]?.from, made?.bins.at(-1)?.to]).toEqual([made?.min, made?.max]);
      }),
    );
  });
  it('of nothing is none', () => expect(toHistogram(Float32Array.of(Number.NaN))).toBeUndefined());
  it(`has ${binsDefault} equal steps, and one where all are the same`, () => {
    expect(toHistogram(Float32Array.from([0, 24]))?.bins).toHaveLength(binsDefault);
    expect(toHistogram(Float32Array.from([7, 7]))?.bins).toEqual([{ from: 7, to: 7, count: 2 }]);
  });
  it('of texts has the most frequent first', () =>
    expect(toBars(column([1, 1, 0, Number.NaN, 2], ['a', 'b', 'c']))).toEqual([
      { text: 'b', count: 2 },
      { text: 'a', count: 1 },
      { text: 'c', count: 1 },
    ]));
});

describe('a filter', () => {
  it('asks the agencies what the scene shows: bounds with their unit, texts as a list', () => {
    const ranges = [
      { term: 'city:height', from: 3, to: 9, unit: 'm' },
      { term: 'city:use', among: ['school'] },
    ];
    expect(toTwinFilter({ agencies: ['a'], kinds: ['k'], ranges }, ['i'])).toEqual({
      ids: ['i'],
      agencies: ['a'],
      kinds: ['k'],
      property: [
        { term: 'city:height', op: 'GTE', value: 3, unit: 'm' },
        { term: 'city:height', op: 'LTE', value: 9, unit: 'm' },
        { term: 'city:use', op: 'IN', value: ['school'] },
      ],
    });
    expect(toTwinFilter({ agencies: [], kinds: [], ranges: [] })).toBeUndefined();
    expect(isTelling({ term: 'city:height' })).toBe(false);
  });
  it('keeps rows at its bounds, also where a number of four bytes is not the number of eight', () => {
    const heights = column([12.2, 12.3, 12.4, Number.NaN]);
    expect(rowsWithin([[{ term: 't', from: 12.3, to: 12.3 }, heights]])).toEqual([1]);
    expect(rowsWithin([[{ term: 't', from: 12.3 }, heights]])).toEqual([1, 2]);
    expect(
      rowsWithin([
        [{ term: 't', among: ['b'] }, column([0, 1, 1], ['a', 'b'])],
        [{ term: 't', to: 5 }, column([9, 1, 9])],
      ]),
    ).toEqual([1]);
  });
  it('compares numbers in one unit only', () => {
    const heights = column([1]);
    expect([{ unit: 'm' }, { unit: 'cm' }, {}].map((range) => isComparable(range, heights))).toEqual([true, false, true]);
  });
  it('leaves a twin out that is of another kind, or that nobody keeps who is wanted', () => {
    const school = { kind: 'city:School', label: {}, broader: ['city:Building'], count: 1 } as unknown as Parameters<typeof isLeftOut>[1]; // branding: terms as texts
    const choose = (kinds: readonly string[], agencies: readonly string[]) => isLeftOut({ kinds, agencies }, school, ['a', 'b']);
    expect([choose([], []), choose(['city:Building'], ['b']), choose(['city:Bus'], []), choose([], ['c'])]).toEqual([false, false, true, true]);
  });
  it('shows a kind that it names, with narrower ones, also where the look hides it', () => {
    const kinds = ['city:Building', 'city:Parcel', 'city:FloodParcel'].map((kind, at) => ({
      kind,
      label: {},
      broader: at === 2 ? ['city:Parcel'] : [],
      count: 1,
    }));
    const scene = { agencies: [{ id: 'urn:dtf:agency:a', name: {}, complete: true }], kinds, layers: [] } as unknown as Parameters<
      typeof createIsHidden
    >[0]['scene'];
    const hiddenOf = (more: object) =>
      [0, 1, 2].map((at) =>
        createIsHidden({ scene, choice: { agencies: [], kinds: [], ranges: [] }, turned: new Set(), hiddenByLook: [false, true, true], wanted: [], ...more })(
          0,
          at,
        ),
      );
    expect(hiddenOf({})).toEqual([false, true, true]);
    expect(hiddenOf({ turned: new Set(['urn:dtf:agency:a|city:Parcel', 'urn:dtf:agency:a|city:Building']) })).toEqual([true, false, true]);
    expect(hiddenOf({ choice: { agencies: [], kinds: ['city:Parcel'], ranges: [] } })).toEqual([true, false, false]);
    expect(hiddenOf({ wanted: ['city:Parcel'] })).toEqual([false, false, false]);
    const others = { agencies: ['urn:dtf:agency:b'], kinds: [], ranges: [] };
    expect(hiddenOf({ choice: others })).toEqual([true, true, true]);
    expect(hiddenOf({ choice: others, scene: { ...scene, layers: [{ form: 'area', kinds: [0] }] } })).toEqual([false, true, true]);
  });
});

describe('a moment', () => {
  it('is a day and a minute of it', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_439 }), (minutes) => minutesOf(withMinutes('2026-05-01T00:00', minutes)) === minutes));
    expect(localMoment(new Date(2026, 0, 2, 3, 4))).toBe('2026-01-02T03:04');
  });
});

describe('a term', () => {
  it('is called as its dictionary says, else as its agency named the column', () => {
    expect(['cdd:dedicated_spaces', 'x:buildingId', 'city:HISTTYPE', 'x:_'].map((id) => termText({ id, label: id }))).toEqual([
      'dedicated spaces',
      'building Id',
      'HISTTYPE',
      'x:_',
    ]);
    expect(termText({ id: 'city:height', label: 'Height' })).toBe('Height');
  });
});
