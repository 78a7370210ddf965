import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DictionaryId } from '../ground/id.ts';
import { checkTerms, createVocabulary, type SemanticDictionary, type Term } from './semantic-dictionary.ts';
import { termOf } from './trial-twin.ts';

const kind = (name: string, broader: readonly string[] = [], sameAs: readonly string[] = []): Term => ({
  term: termOf(name),
  role: 'kind',
  label: {},
  broader: broader.map(termOf),
  sameAs: sameAs.map(termOf),
});
const dictionary = (prefix: string, terms: readonly Term[]): SemanticDictionary => ({
  id: DictionaryId.parse(`urn:dtf:dictionary:${prefix}:terms`),
  version: '1',
  prefix,
  name: {},
  terms,
});

const city = dictionary('city', [kind('city:Facility'), kind('city:Hospital', ['city:Facility']), kind('city:Clinic', ['city:Hospital'])]);
const town = dictionary('town', [kind('town:Spital', [], ['city:Hospital']), kind('town:Ward', ['town:Spital'])]);
const vocabulary = createVocabulary([city, town]);

describe('a vocabulary', () => {
  test('knows what is narrower, over dictionaries and synonyms', () => {
    expect([...vocabulary.narrowed('city:Facility')].toSorted()).toEqual(['city:Clinic', 'city:Facility', 'city:Hospital', 'town:Spital', 'town:Ward']);
    expect([
      vocabulary.isA('town:Ward', 'city:Facility'),
      vocabulary.isA('city:Clinic', 'town:Spital'),
      vocabulary.isA('city:Facility', 'city:Clinic'),
    ]).toEqual([true, true, false]);
  });

  test('takes a term that nobody knows for itself alone', () => {
    expect([vocabulary.narrowed('x:y'), vocabulary.isA('x:y', 'x:y'), vocabulary.isA('x:y', 'x:z'), vocabulary.term('constructor')]).toEqual([
      ['x:y'],
      true,
      false,
      undefined,
    ]);
  });

  test('ends where terms go round in a circle, and never loses the transitive order', () => {
    const names = ['a:A', 'a:B', 'a:C', 'a:D', 'a:E'];
    const terms = fc.array(fc.tuple(fc.constantFrom(...names), fc.subarray(names), fc.subarray(names, { maxLength: 1 })), { maxLength: 6 });
    fc.assert(
      fc.property(terms, (rows) => {
        const { isA } = createVocabulary([
          dictionary(
            'a',
            rows.map(([name, broader, sameAs]) => kind(name, broader, sameAs)),
          ),
        ]);
        for (const x of names) for (const y of names) for (const z of names) if (isA(x, y) && isA(y, z)) expect(isA(x, z)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

test('terms of known prefixes must be known; those of others are their owner’s affair', () => {
  expect(checkTerms(vocabulary, ['city:Hospital', 'other:Thing'])).toEqual({ ok: true, value: true });
  expect(checkTerms(vocabulary, ['city:Hospital', 'city:Spaceport'])).toMatchObject({ problem: { kind: 'unknownTerm', subject: 'city:Spaceport' } });
});
