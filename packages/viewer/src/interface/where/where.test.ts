/**
 * Where a twin lies, in words.
 */
import { toGazetteer } from '@cityweave/core/scene/tiles';
import { describe, expect, it } from 'vitest';
import type { PlaceRow } from '../../graphql/answers.ts';
import { ar } from '../words/ar.ts';
import { de } from '../words/de.ts';
import { en } from '../words/en.ts';
import { distanceText } from '../words/format.ts';
import { createWords } from '../words/words.ts';
import { toNamedPlaces } from './gazetteer.ts';
import { nextAsked, placesMax } from './use-places.ts';
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
const oldTown = { id: 'old', name: 'Old Town', position, representations: [{ geometry: null }, { geometry: outline }] };
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
});

it('a distance is said as finely as it matters', () => {
  const said = [0, 6.4, 84.6, 994, 996, 1_240, 26_400].map((metres) => distanceText('en', metres));
  expect(said).toEqual(['1 m', '6 m', '85 m', '990 m', '1 km', '1.2 km', '26 km']);
});

it('what is called by a number of a register, or lies nowhere, names no place', () => {
  const numbered = { ...oldTown, id: 'n', name: '0123456789AB-7' };
  expect(toNamedPlaces([numbered, { ...oldTown, id: 'o', position: null }, oldTown])).toEqual([
    { id: 'old', name: 'Old Town', position: [9.05, 50.05], outline },
  ]);
});

it(`twins of an answer are asked for ${placesMax} at a time, none of them twice`, () => {
  const ids = Array.from({ length: placesMax + 1 }, (_, at) => `${at}`);
  const first = nextAsked(ids, new Set());
  expect(first).toHaveLength(placesMax);
  expect(nextAsked(ids, new Set(first))).toEqual([`${placesMax}`]);
  expect(nextAsked(ids, new Set(ids))).toEqual([]);
});
