import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DictionaryId } from '../ground/id.ts';
import { cityDictionary } from './city/city-dictionary.ts';
import { createVocabulary, isLaterVersion, type SemanticDictionary } from './semantic-dictionary.ts';
import { mapTerm, turnMapping } from './term-mapping.ts';
import { termOf } from './trial-twin.ts';

const county: SemanticDictionary = {
  id: DictionaryId.parse('urn:dtf:dictionary:county.example:terms'),
  version: '1',
  prefix: 'county',
  name: { en: 'County' },
  terms: [
    { term: termOf('county:clinic'), role: 'kind', label: { en: 'Clinic' }, sameAs: [termOf('city:Hospital')] },
    { term: termOf('county:polder'), role: 'kind', label: { en: 'Polder' }, broader: [termOf('city:FloodZone')] },
    { term: termOf('county:tall'), role: 'property', label: { en: 'Height' }, unit: 'cm', sameAs: [termOf('city:height')] },
    { term: termOf('county:mood'), role: 'property', label: { en: 'Mood' } },
    { term: termOf('county:used'), role: 'property', label: { en: 'Load' } },
  ],
  mappings: [{ from: termOf('county:used'), to: termOf('city:load'), relation: 'close', conversion: { factor: 2, offset: 1 }, confidence: 0.7 }],
};
const vocabulary = createVocabulary([cityDictionary, county]);
const toCity = (term: string) => mapTerm(termOf(term), { vocabulary, dictionary: cityDictionary });
const toCounty = (term: string) => mapTerm(termOf(term), { vocabulary, dictionary: county });

describe('a term maps', () => {
  test('to its synonym, with its unit converted, there and back', () => {
    expect(toCity('county:clinic')).toMatchObject({ to: 'city:Hospital', relation: 'exact' });
    expect(toCity('county:tall')).toMatchObject({ to: 'city:height', relation: 'exact', conversion: { factor: 0.01, offset: 0 } });
    expect(toCounty('city:height')).toMatchObject({ to: 'county:tall', relation: 'exact', conversion: { factor: 100, offset: 0 } });
  });

  test('to what its author wrote down, read from either end', () => {
    expect(toCity('county:used')).toMatchObject({ to: 'city:load', relation: 'close', conversion: { factor: 2, offset: 1 }, confidence: 0.7 });
    expect(toCounty('city:load')).toMatchObject({ to: 'county:used', relation: 'close', conversion: { factor: 0.5, offset: -0.5 } });
  });

  test('to the nearest wider one, to a narrower one, or to none', () => {
    expect(toCity('county:polder')).toMatchObject({ to: 'city:FloodZone', relation: 'broader' });
    expect(toCounty('city:FloodZone')).toMatchObject({ to: 'county:polder', relation: 'narrower' });
    expect(toCity('county:mood')).toEqual({ from: 'county:mood', relation: 'none', confidence: 1 });
  });

  test('and turned twice is what it was', () => {
    const number = fc.double({ min: 0.001, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(number, number, (factor, offset) => {
        const mapping = { from: termOf('a:b'), to: termOf('c:d'), relation: 'broader' as const, conversion: { factor, offset }, confidence: 1 };
        const turned = turnMapping(mapping);
        const twice = turned && turnMapping(turned);
        expect(turned?.relation).toBe('narrower');
        expect(twice?.conversion?.factor).toBeCloseTo(factor, 6);
        expect(twice?.conversion?.offset).toBeCloseTo(offset, 6);
      }),
    );
  });
});

test('versions are compared number by number', () => {
  expect(isLaterVersion('1.10', '1.9')).toBe(true);
  expect(isLaterVersion('1.9', '1.10')).toBe(false);
  expect(isLaterVersion('1.0', '1')).toBe(false);
  expect(isLaterVersion('2', '1.9.9')).toBe(true);
});
