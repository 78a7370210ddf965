import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueFlags } from '../../graphql/answers.ts';
import { decodePermalink, encodePermalink, type Permalink, permalinkLimits } from './permalink.ts';
import type { PropertyRange } from './person.ts';

const nothing: Permalink = decodePermalink('');
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((value) => value + 0 || 0);
const range = fc.record({
  term: text,
  from: number,
  to: number,
  unit: fc.option(text, { nil: undefined }),
  among: fc.option(fc.array(text, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  flags: fc.option(fc.subarray([...valueFlags], { minLength: 1 }), { nil: undefined }),
});
const flagged = fc.record({ term: text, flags: fc.subarray([...valueFlags], { minLength: 1 }) });
/** Of one property at most one. */
const ranges = fc.uniqueArray(fc.oneof(range, flagged), { maxLength: 3, selector: ({ term }) => term });
/** The order in which an address tells them: those with bounds, then those without. */
const boundedFirst = (all: readonly PropertyRange[]): readonly PropertyRange[] => [
  ...all.filter(({ from }) => from !== undefined),
  ...all.filter(({ from }) => from === undefined),
];
const given = <T>(value: T | undefined): boolean => value !== undefined;

const link: fc.Arbitrary<Permalink> = fc.record({
  federation: fc.option(text, { nil: undefined }),
  turned: fc.uniqueArray(text, { maxLength: 5 }).map((keys): ReadonlySet<string> => new Set(keys)),
  filter: fc.record({ agencies: fc.array(text, { maxLength: 4 }), kinds: fc.array(text, { maxLength: 4 }), ranges: ranges.map(boundedFirst) }),
  colour: fc.option(text, { nil: undefined }),
  watch: fc.option(
    fc.record({ term: text, least: number, most: fc.option(number, { nil: undefined }), staleAfter: fc.nat(), unit: fc.option(text, { nil: undefined }) }),
    {
      nil: undefined,
    },
  ),
  crossing: fc.boolean(),
  sun: fc.constantFrom(undefined, '2026-05-01T09:00'),
  asOf: fc.constantFrom(undefined, '2026-05-01T09:00Z'),
  question: fc.option(fc.record({ name: text, places: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { maxKeys: 3, noNullPrototype: true }) }), {
    nil: undefined,
  }),
  selected: fc.option(text, { nil: undefined }),
  panel: fc.constantFrom(undefined, 'questions', 'layers', 'filter', 'federation'),
  list: fc.constantFrom(undefined, 'table', 'tree'),
  theme: fc.constantFrom(undefined, 'light', 'dark'),
  lang: fc.constantFrom(undefined, 'en', 'de', 'ar'),
  camera: fc.option(
    fc.record({
      longitude: fc.integer({ min: -180_000, max: 180_000 }).map((value) => value / 1_000),
      latitude: fc.integer({ min: -90_000, max: 90_000 }).map((value) => value / 1_000),
      distance: fc.integer({ min: 1, max: 60_000 }),
      heading: fc.integer({ min: 0, max: 3_599 }).map((value) => value / 10),
      tilt: fc.integer({ min: 0, max: 820 }).map((value) => value / 10),
    }),
    { nil: undefined },
  ),
});

/** Without members that say nothing. */
const told = (value: Permalink): unknown => JSON.parse(JSON.stringify({ ...value, turned: [...value.turned] }));

describe('a permalink', () => {
  it('comes back as it was written, whatever people and agencies call things', () => {
    fc.assert(
      fc.property(link, (before) => {
        const hash = encodePermalink(before);
        fc.pre(hash.length <= permalinkLimits.charactersMax);
        expect(told(decodePermalink(hash))).toEqual(told(before));
      }),
    );
  });
  it('survives the address bar', () => {
    fc.assert(
      fc.property(link, (before) => {
        const hash = encodePermalink(before);
        expect(new URL(`http://node/${hash}`).hash).toBe(hash === '#' ? '' : hash);
      }),
    );
  });
  it('is never trusted: any text is read, and gives something', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (hash) => given(decodePermalink(`#${hash}`))));
    expect(decodePermalink('#c=1,2,-5,0,0&s=%E0%A4%A&m=pink&w=nowhere&lang=xx&t=2026-13-45T99:99&r=a,~1,b~x&g=a~GOOD,~MEASURED')).toEqual(nothing);
  });
  it(`is read up to ${permalinkLimits.charactersMax} characters and ${permalinkLimits.itemsMax} items`, () => {
    const { charactersMax, itemsMax, itemCharactersMax } = permalinkLimits;
    const filled = (length: number): string => `#s=a&k=${'x'.repeat(length - 7)}`;
    expect(decodePermalink(filled(charactersMax)).selected).toBe('a');
    const cut = decodePermalink(filled(charactersMax + 1));
    expect([cut.selected, cut.filter.kinds]).toEqual(['a', []]);
    expect(decodePermalink(`#${'x'.repeat(charactersMax)}&s=a`)).toEqual(decodePermalink(''));
    expect(
      decodePermalink(
        `#k=${Array(itemsMax + 1)
          .fill('k')
          .join(',')}`,
      ).filter.kinds,
    ).toHaveLength(itemsMax);
    expect(decodePermalink(`#s=${'x'.repeat(itemCharactersMax)}`).selected).toHaveLength(itemCharactersMax);
    expect(decodePermalink(`#s=${'x'.repeat(itemCharactersMax + 1)}`).selected).toBeUndefined();
  });
  it('is never written longer than it is read: what does not fit is left out, and the rest stays', () => {
    const kinds = Array.from({ length: permalinkLimits.itemsMax }, (_, at) => `urn:${'k'.repeat(60)}:${at}`);
    const hash = encodePermalink({ ...nothing, filter: { agencies: ['a'], kinds, ranges: [] }, selected: 's' });
    expect(hash.length).toBeLessThanOrEqual(permalinkLimits.charactersMax);
    expect(decodePermalink(hash)).toMatchObject({ filter: { agencies: ['a'], kinds: [] }, selected: 's' });
  });
  it('can be read by people', () =>
    expect(
      encodePermalink({
        ...nothing,
        selected: 'urn:dtf:twin:water.example:gauges/12',
        camera: { longitude: 9.25, latitude: 52, distance: 1_500, heading: 20, tilt: 56 },
      }),
    ).toBe('#c=9.25,52,1500,20,56&s=urn:dtf:twin:water.example:gauges/12'));
});
