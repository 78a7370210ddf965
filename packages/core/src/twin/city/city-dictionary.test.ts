import { describe, expect, test } from 'vitest';
import { isUnit } from '../../ground/quantity.ts';
import { createVocabulary, SemanticDictionary } from '../semantic-dictionary.ts';
import { cityDictionary } from './city-dictionary.ts';

const { terms } = cityDictionary;
const vocabulary = createVocabulary([cityDictionary]);
const rolesOf = (ids: readonly string[] = []): readonly (string | undefined)[] => ids.map((id) => vocabulary.term(id)?.role);

describe('the vocabulary of cities', () => {
  test('is a dictionary', () => expect(SemanticDictionary.safeParse(cityDictionary).error).toBeUndefined());
  test('has each term once, with a label', () => {
    expect(new Set(terms.map(({ term }) => term)).size).toBe(terms.length);
    expect(terms.filter(({ label }) => !label['en'])).toEqual([]);
  });
  test('names only terms that it has, each in its role', () => {
    expect(terms.filter(({ role, broader }) => rolesOf(broader).some((found) => found !== role)).map(({ term }) => term)).toEqual([]);
    expect(terms.filter(({ properties }) => rolesOf(properties).some((found) => found !== 'property')).map(({ term }) => term)).toEqual([]);
  });
  test('goes round in no circle', () =>
    expect(terms.filter(({ term }) => vocabulary.narrowed(term).some((id) => id !== term && vocabulary.narrowed(id).includes(term)))).toEqual([]));
  test('gives units of UCUM, to numbers only', () => {
    expect(terms.filter(({ unit }) => unit !== undefined && !isUnit(unit)).map(({ term, unit }) => `${term} ${unit}`)).toEqual([]);
    expect(terms.filter(({ unit, dataType }) => unit !== undefined && dataType !== 'number').map(({ term }) => term)).toEqual([]);
    expect(terms.filter(({ role, dataType }) => (role === 'property') !== (dataType !== undefined)).map(({ term }) => term)).toEqual([]);
  });
});
