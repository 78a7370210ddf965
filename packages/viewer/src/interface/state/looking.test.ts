import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownIn } from '../words/zone.ts';
import { countTwins } from './counting.ts';
import { countElsewhere, type Drawn, seenBy, toKeepers, toParts, undrawnAgencies } from './drawn.ts';
import { createIsHidden, createIsMeant, isComparable, isLeftOut, isTelling, rowsWithin, toTwinFilter } from './filter.ts';
import { binsDefault, toBars, toHistogram } from './histogram.ts';
import { anywhere, minutesOf, withMinutes } from './moment.ts';
import type { TwinChoice } from './person.ts';
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
    const within = (...ranges: Parameters<typeof rowsWithin>[0]['ranges'][number][]) => rowsWithin({ rows: 4, isMeant: undefined, ranges });
    expect(within([{ term: 't', from: 12.3, to: 12.3 }, heights])).toEqual([1]);
    expect(within([{ term: 't', from: 12.3 }, heights])).toEqual([1, 2]);
    expect(within([{ term: 't', among: ['b'] }, column([0, 1, 1], ['a', 'b'])], [{ term: 't', to: 5 }, column([9, 1, 9])])).toEqual([1]);
    expect(rowsWithin({ rows: 4, isMeant: (row) => row > 1, ranges: [[{ term: 't', from: 12.3 }, heights]] })).toEqual([2]);
    expect(rowsWithin({ rows: 4, isMeant: (row) => row > 1, ranges: [] })).toEqual([2, 3]);
  });
  it('asks for values by how they came about, and keeps their rows, also where a value is known to be missing', () => {
    const flags = ['INTERPOLATED', 'MISSING'] as const;
    expect(toTwinFilter({ agencies: [], kinds: [], ranges: [{ term: 't', from: 2, flags }] })).toEqual({
      property: [
        { term: 't', op: 'GTE', value: 2 },
        { term: 't', op: 'FLAGGED', value: flags },
      ],
    });
    const levels = { ...column([1, 2, 3, Number.NaN, Number.NaN]), flags: Uint8Array.of(2, 1, 2, 5, 0) };
    const within = (range: object, values = levels) => rowsWithin({ rows: 5, isMeant: undefined, ranges: [[{ term: 't', ...range }, values]] });
    expect(within({ flags })).toEqual([0, 2, 3]);
    expect(within({ flags, from: 2 })).toEqual([2]);
    expect(within({ flags: ['MEASURED'] })).toEqual([1]);
    const { flags: _told, ...measured } = levels;
    expect([within({ flags: ['MEASURED'] }, measured as typeof levels), within({ flags }, measured as typeof levels)]).toEqual([[0, 1, 2], []]);
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
  const kinds = ['city:Building', 'city:Parcel', 'city:FloodParcel'].map((kind, at) => ({
    kind,
    label: {},
    broader: at === 2 ? ['city:Parcel'] : [],
    count: 1,
  }));
  const agencies = ['urn:dtf:agency:a', 'urn:dtf:agency:b'].map((id) => ({ id, name: {}, complete: true }));
  const everything: Pick<TwinChoice, 'agencies' | 'kinds'> = { agencies: [], kinds: [] };
  /** One row of each kind, all drawn by the first agency; the second keeps what is told beside. */
  const drawnWith = (more: object = {}, beside?: readonly number[]): Drawn => ({
    scene: { agencies, kinds, layers: [], rows: 3, rowsRevision: '1', ...more } as unknown as Drawn['scene'], // branding: terms as texts
    rows: { kindOf: (row) => row, agencyOf: () => 0 },
    keepers: beside && toKeepers([[], beside], 3),
    ...{ parts: undefined, elsewhere: [] },
  });
  type Shown = Partial<Parameters<typeof createIsHidden>[0]> & { readonly choice?: typeof everything };
  const hiddenOf = ({ drawn = drawnWith(), choice = everything, ...more }: Shown) => {
    const shown = {
      drawn,
      isMeant: createIsMeant(choice, drawn),
      named: choice.kinds,
      turned: new Set<string>(),
      hiddenByLook: [false, true, true],
      wanted: [],
    };
    return [0, 1, 2].map(createIsHidden({ ...shown, ...more }));
  };
  it('shows a kind that it names, with narrower ones, also where the look hides it', () => {
    expect(hiddenOf({})).toEqual([false, true, true]);
    expect(hiddenOf({ turned: new Set(['urn:dtf:agency:a|city:Parcel', 'urn:dtf:agency:a|city:Building']) })).toEqual([true, false, true]);
    expect(hiddenOf({ choice: { agencies: [], kinds: ['city:Parcel'] } })).toEqual([true, false, false]);
    expect(hiddenOf({ wanted: ['city:Parcel'] })).toEqual([false, false, false]);
  });
  it('of an agency shows what it keeps and another one draws, and the ground', () => {
    const choice = { agencies: ['urn:dtf:agency:b'], kinds: [] };
    const hiddenByLook = [false, false, false];
    expect(hiddenOf({ choice, hiddenByLook })).toEqual([true, true, true]);
    expect(hiddenOf({ choice, hiddenByLook, drawn: drawnWith({}, [0, 2]) })).toEqual([false, true, false]);
    expect(hiddenOf({ choice, hiddenByLook, drawn: drawnWith({ layers: [{ form: 'area', kinds: [0] }] }) })).toEqual([false, true, true]);
    expect([0, 1, 2].map(createIsMeant(choice, drawnWith({ layers: [{ form: 'area', kinds: [0] }] })))).toEqual([false, false, false]);
  });
  it('shows the parts of what it means, which lie over it, and not those of what it leaves out', () => {
    const parts = toParts([1, 0, 2, 1]);
    const hidden = (kind: string) =>
      hiddenOf({ choice: { agencies: [], kinds: [kind] }, hiddenByLook: [false, false, false], drawn: { ...drawnWith(), parts } });
    expect(hidden('city:Building')).toEqual([false, false, true]);
    expect(hidden('city:FloodParcel')).toEqual([true, true, false]);
  });
  it('has what is lit, chosen or pointed at seen by its parts, each row once', () => {
    const parts = toParts([5, 1, 6, 1, 7, 2]);
    expect([seenBy([1, 3, 5], parts), seenBy([7], parts), seenBy([1], undefined), seenBy([], parts)]).toEqual([[1, 5, 6, 3], [7], [1], []]);
  });
  it('knows how many of an agency and kind are drawn in the rows of others', () => {
    const drawn: Drawn = { ...drawnWith(), elsewhere: [[1, 'city:Building', 6_528]] };
    const count = (agency: string, kind: string) => countElsewhere(drawn, `urn:dtf:agency:${agency}`, kind);
    expect([count('b', 'city:Building'), count('a', 'city:Building'), count('b', 'city:Parcel'), count('c', 'city:Building')]).toEqual([6_528, 0, 0, 0]);
  });
  it('knows the agencies of which it draws nothing; not where somebody is silent, or has not told all', () => {
    const agency = (id: string, complete = true) => ({ id: `urn:dtf:agency:${id}`, name: {}, complete });
    const { scene } = drawnWith({ agencies: [agency('a'), agency('b'), agency('c'), agency('d', false)], layers: [{ agency: 0, kinds: [0] }] });
    const drawn = undrawnAgencies(scene, (id) => id.endsWith(':c'));
    expect(drawn).toEqual([1]);
  });
  it('knows of every row the set of those who keep it too', () => {
    const { sets, of } = toKeepers([[0], [0, 2], [2, 0]], 4);
    expect([...of].map((set) => sets[set])).toEqual([[0, 1, 2], [], [1, 2], []]);
  });
  it('is told how many twins it leaves, each once, whoever keeps it', () => {
    const group = (kind: string, agency: string, count: number) => ({ kind: { id: kind }, agency: { id: `urn:dtf:agency:${agency}` }, count });
    const groups = [group('city:Building', 'a', 5), group('city:Building', 'b', 4), group('city:Parcel', 'a', 7)];
    const count = (choice: object, drawn?: Drawn) => countTwins(groups, { agencies: [], kinds: [], ...choice }, drawn);
    const known = drawnWith({}, [0]);
    expect([count({}), count({}, drawnWith()), count({}, known)]).toEqual([undefined, undefined, 15]);
    expect([count({ kinds: ['city:Parcel'] }), count({ agencies: ['urn:dtf:agency:b'] }), count({ kinds: ['city:Building'] }, known)]).toEqual([7, 4, 8]);
    expect(count({ agencies: ['urn:dtf:agency:a', 'urn:dtf:agency:b'] }, known)).toBe(15);
    const called = { kind: { id: 'water:Pegel', broader: [], sameAs: [{ id: 'city:RiverGauge' }] }, agency: { id: 'urn:dtf:agency:a' }, count: 4 };
    expect(countTwins([called], { agencies: [], kinds: ['city:RiverGauge'] }, undefined)).toBe(4);
  });
});

describe('a moment', () => {
  it('is a day and a minute of it', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_439 }), (minutes) => minutesOf(withMinutes('2026-05-01T00:00', minutes)) === minutes));
  });
  it('is the same anywhere, whichever clocks show it', () => {
    expect(shownIn('Asia/Tokyo', Date.parse('2026-01-02T03:04:05Z'))).toBe('2026-01-02T12:04');
    expect(anywhere('2026-01-02T12:04', 'Asia/Tokyo')).toBe('2026-01-02T03:04Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e12 }), fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'), (ms, zone) => {
        const shown = shownIn(zone, ms);
        expect(shownIn(zone, Date.parse(anywhere(shown, zone)))).toBe(shown);
      }),
    );
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
