import { describe, expect, test } from 'vitest';
import { DictionaryId } from '../../ground/id.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { createVocabulary } from '../../twin/semantic-dictionary.ts';
import { termOf } from '../../twin/trial-twin.ts';
import { relationOf, serves } from './meaning.ts';

const wanted = termOf('city:CriticalFacility');
const county = {
  id: DictionaryId.parse('urn:dtf:dictionary:county.example:terms'),
  version: '1',
  prefix: 'county',
  name: { en: 'County' },
  terms: [
    { term: termOf('county:Vital'), role: 'kind' as const, label: { en: 'Vital' }, sameAs: [wanted] },
    { term: termOf('county:Useful'), role: 'kind' as const, label: { en: 'Useful' } },
  ],
  mappings: [{ from: termOf('county:Useful'), to: wanted, relation: 'close' as const, confidence: 1 }],
};
const vocabulary = createVocabulary([cityDictionary, county]);
const related = (kind: string, need = wanted) => relationOf(termOf(kind), need, vocabulary);

describe('the kind that is offered', () => {
  test('is exactly the one that is needed, a synonym, close, narrower, broader, or another', () => {
    const kinds = ['city:CriticalFacility', 'county:Vital', 'county:Useful', 'city:Hospital', 'city:Tree'];
    expect(kinds.map((kind) => related(kind))).toEqual(['exact', 'synonym', 'close', 'narrower', undefined]);
    expect(related('city:CriticalFacility', termOf('city:Hospital'))).toBe('broader');
    expect(related('city:CriticalFacility', termOf('county:Useful'))).toBe('close');
  });

  test('serves a need where no more of its meaning is lost than may be', () => {
    const lost = (kind: string, need: string) =>
      [undefined, 0.19, 0.2, 0.49, 0.5, 1].map((maxLoss) => serves(termOf(kind), { kind: termOf(need), maxLoss }, vocabulary));
    expect(lost('city:Hospital', 'city:CriticalFacility')).toEqual([true, true, true, true, true, true]);
    expect(lost('county:Useful', 'city:CriticalFacility')).toEqual([false, false, true, true, true, true]);
    expect(lost('city:CriticalFacility', 'city:Hospital')).toEqual([false, false, false, false, true, true]);
    expect(lost('city:Tree', 'city:Hospital').some(Boolean)).toBe(false);
  });
});
