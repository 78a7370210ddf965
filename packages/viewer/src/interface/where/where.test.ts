/**
 * Where a twin lies, in words.
 */
import { toGazetteer } from '@cityweave/core/scene/tiles';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { PlaceRow, SourceStatus } from '../../graphql/answers.ts';
import { ar } from '../words/ar.ts';
import { de } from '../words/de.ts';
import { en } from '../words/en.ts';
import { distanceText } from '../words/format.ts';
import { createWords } from '../words/words.ts';
import { readAfter, toldAfter, toNamedPlaces } from './gazetteer.ts';
import { askedBefore, nextAsked, placesAfter, placesMax } from './use-places.ts';
import { Where } from './where.tsx';
import { whereText } from './where-text.ts';

const outline = {
  type: 'Polygon',
  coordinates: [
    [
      [9, 50],
      [9.1, 50],
      [9.1, 50.1],
      [9, 50.1],
      [9, 50],
    ],
  ],
};
const position = { longitude: 9.05, latitude: 50.05 };
const oldTown = { id: 'old', name: 'Old Town', position, representations: [null, outline].map((geometry) => ({ agency: { id: 'a' }, geometry })) };
const gazetteer = toGazetteer(toNamedPlaces([oldTown]));
const twin = (longitude: number, latitude: number, address?: unknown): PlaceRow => ({
  id: 'it',
  position: { longitude, latitude },
  address: address === undefined ? null : { winner: { value: address } },
});
const say = (words: Pick<ReturnType<typeof createWords>, 'say' | 'distance'>) => (row: PlaceRow) => whereText(row, gazetteer, words).replaceAll('\u00a0', ' ');

describe('where a twin lies', () => {
  const where = say(createWords('en', en, 'UTC'));
  it('is its address, with what is named that holds it', () => {
    expect(where(twin(9.05, 50.05, '1 Main Street'))).toBe('1 Main Street, Old Town');
    expect(where(twin(9.05, 50.05))).toBe('in Old Town');
    expect(where(twin(9.2, 50.05, '1 Main Street'))).toBe('1 Main Street');
    expect(where(twin(9.05, 50.05, ''))).toBe('in Old Town');
  });
  it('is else how far it is from what is named next to it, and which way, in the language of its reader', () => {
    const south = twin(9.05, 49.99);
    expect(where(south)).toBe('1.1 km south of Old Town');
    expect(say(createWords('de', de, 'UTC'))(south)).toBe('1,1 km von Old Town Richtung Süden');
    expect(say(createWords('ar', ar, 'UTC'))(south)).toMatch(/^على بعد .+ Old Town باتجاه الجنوب$/);
  });
  it('is not told where nobody told it, and not guessed before it is known what has a name', () => {
    const words = createWords('en', en, 'UTC');
    expect(where({ id: 'it', position: null, address: null })).toBe('place not told');
    expect(whereText(twin(9.05, 50.05), undefined, words)).toBe('');
    expect(whereText(twin(9.05, 50.05, '1 Main Street'), undefined, words)).toBe('1 Main Street');
  });
  it('is not called untold where it is known, though nothing else has a name', () => {
    const words = createWords('en', en, 'UTC');
    expect(whereText(twin(9.05, 50.05), [], words)).toBe('');
    expect(whereText({ ...twin(9.05, 50.05), id: 'old' }, gazetteer, words)).toBe('');
    expect(whereText({ id: 'it', position: null, address: null }, [], words)).toBe('place not told');
  });
});

it('of a twin of which it is not known where it lies, nothing stands beside what is known of it', () => {
  const text = (row: PlaceRow) => renderToStaticMarkup(createElement(Where, { twin: row, before: ' · ' }));
  expect(text(twin(9.05, 50.05))).toBe('');
  expect(text(twin(9.05, 50.05, '1 Main Street'))).toBe(' · <bdi title="1 Main Street">1 Main Street</bdi>');
});

describe('what has a name', () => {
  const page = (ids: readonly string[], status: SourceStatus = 'ANSWERED', agency = 'a') => ({
    nodes: ids.map((id) => ({ ...oldTown, id, representations: [{ agency: { id: agency }, geometry: outline }] })),
    sources: ['a', 'b'].map((id) => ({ agency: { id, name: id }, status: id === 'b' ? status : ('ANSWERED' as const) })),
  });
  const about = { federation: 'f', lang: 'en' };
  const first = { ...toldAfter(undefined, about, [page(['1', '2']), page(['3'], 'ANSWERED', 'b')]), middle: undefined };
  const ids = ({ parts }: Pick<typeof first, 'parts'>) => parts.map((part) => part.map(({ id }) => id));
  it('stays only where who told it could not tell all; of each request by itself', () => {
    expect(ids(toldAfter(first, about, [page(['1'], 'LATE'), page([], 'LATE')]))).toEqual([['1'], ['3']]);
    expect(ids(toldAfter(first, about, [page(['1']), undefined]))).toEqual([['1'], ['3']]);
    expect(ids(toldAfter(first, about, [page([]), page([])]))).toEqual([[], []]);
  });
  it('does not stay in another language, nor in another federation', () => {
    for (const other of [
      { federation: 'f', lang: 'de' },
      { federation: 'g', lang: 'en' },
    ])
      expect(ids(toldAfter(first, other, [undefined, page([], 'LATE')]))).toEqual([[], []]);
  });
  it('is gone over once, and again only where something else is told', () => {
    const read = readAfter({ told: undefined, gazetteer: [] }, first);
    expect(read.gazetteer).toHaveLength(3);
    const again = { ...toldAfter(first, about, [page(['1', '2']), page(['3'], 'ANSWERED', 'b')]), middle: undefined };
    expect(readAfter(read, again)).toBe(read);
    const less = { ...toldAfter(first, about, [page(['1']), page([])]), middle: undefined };
    expect(readAfter(read, less).gazetteer).toHaveLength(1);
  });
});

it('a distance is said as finely as it matters', () => {
  const said = [0, 6.4, 84.6, 994, 996, 1_240, 26_400].map((metres) => distanceText('en', metres));
  expect(said).toEqual(['1 m', '6 m', '85 m', '990 m', '1 km', '1.2 km', '26 km']);
});

it('what is called by a number of a register, or lies nowhere, names no place', () => {
  const numbered = { ...oldTown, id: 'n', name: '0123456789AB-7' };
  expect(toNamedPlaces([numbered, { ...oldTown, id: 'o', position: null }, oldTown])).toEqual([
    { id: 'old', name: 'Old Town', position: [9.05, 50.05], outline, agencies: ['a', 'a'] },
  ]);
});

it(`twins of an answer are asked for ${placesMax} at a time, none of them twice`, () => {
  const ids = Array.from({ length: placesMax + 1 }, (_, at) => `${at}`);
  const first = nextAsked(ids, new Set());
  expect(first).toHaveLength(placesMax);
  expect(nextAsked(ids, new Set(first))).toEqual([`${placesMax}`]);
  expect(nextAsked(ids, new Set(ids))).toEqual([]);
});

describe('places of an answer', () => {
  const [one, two] = [
    { ...twin(9, 50), id: '1' },
    { ...twin(9.1, 50), id: '2' },
  ];
  it('are kept of what is listed alone, as they were told last', () => {
    const before = placesAfter(new Map(), ['1', '2'], [one, two]);
    const moved = { ...one, position: two.position };
    expect([...placesAfter(before, ['1', '3'], [moved, { ...one, id: '4' }])]).toEqual([['1', moved]]);
  });
  it('are asked for again at another time, and once somebody healed; else never, also where there were none', () => {
    const held = { of: 'f now', healed: 0, asked: new Set(['1', '2']), places: placesAfter(new Map(), ['1', '2'], [one]) };
    const ids = ['1', '2', '3'];
    expect(nextAsked(ids, askedBefore(held, { of: 'f now', healed: 0, ids }))).toEqual(['3']);
    expect(nextAsked(ids, askedBefore(held, { of: 'f now', healed: 1, ids }))).toEqual(ids);
    expect(nextAsked(ids, askedBefore(held, { of: 'f then', healed: 0, ids }))).toEqual(ids);
  });
});
