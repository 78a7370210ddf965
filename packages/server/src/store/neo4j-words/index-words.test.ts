/**
 * What the index of words is told of a twin and asked for, beside core's own words and classes: over an index that takes words apart at spaces, as the real one does.
 */
import { relevanceClass, relevanceOf, type Twin, wordsOfText, wordsOfTwin } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twin, twinId } from '../twins.contract.ts';
import { beginningCharactersMax, placedInText, queryOf, queryOfClass, wordCharactersMax } from './index-words.ts';

/** Of an index that takes 255 characters at most as one word. */
const indexed = (words: readonly string[]): readonly string[] => words.flatMap((word) => word.match(/.{1,255}/gu) ?? []);

const finds = (query: string, words: readonly string[]): boolean =>
  [...query.matchAll(/\+\(([^)]*)\)/g)].every(([, terms = '']) =>
    terms.split(' ').some((term) => indexed(words).some((word) => (term.endsWith('*') ? word.startsWith(term.slice(0, -1)) : word === term))),
  );

const named = (name: Readonly<Record<string, string>>, note: string, key: string): Twin =>
  ({ ...twin(twinId(key)), name, values: { 'city:note': { value: note } }, version: 1, createdAt: '', updatedAt: '' }) as never; // branding: only its words are looked at

const word = fc.constantFrom('mill', 'mi', 'm', 'łódź', '7', '77', '7a', 'a7', '1234', '12345', 'x1', '橋の町');
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const someTwin = fc
  .record({ name: fc.dictionary(fc.constantFrom('en', 'de'), text, { minKeys: 1 }), note: text, key: fc.constantFrom('1', '12', '7b') })
  .map(({ name, note, key }) => named(name, note, key));

describe('words of the index', () => {
  test('are found by the beginnings of words that core finds a twin by, and by no others', () => {
    fc.assert(
      fc.property(someTwin, text, (one, asked) => {
        const words = wordsOfText(asked);
        const has = words.every((begun) => [...wordsOfTwin(one)].some((whole) => whole.startsWith(begun)));
        expect(finds(queryOf(words), placedInText(one))).toBe(has);
      }),
      { numRuns: 1_000 },
    );
  });

  test('are those of the class that core counts a twin in', () => {
    fc.assert(
      fc.property(someTwin, text, (one, asked) => {
        if (!finds(queryOf(wordsOfText(asked)), placedInText(one))) return;
        const of = Math.floor(relevanceOf(one, asked) / relevanceClass);
        expect(finds(queryOfClass(asked, of), placedInText(one))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('tell a name that begins so from one that has a word of it further on', () => {
    const [begins, has] = [named({ en: 'Thing 7 of street 5' }, '', 'a'), named({ en: 'Thing 5 of street 7' }, '', 'a')].map((one) => placedInText(one));
    expect([begins, has].map((words = []) => finds(queryOfClass('thing 7', 1), words))).toEqual([true, false]);
  });

  test('have the short beginnings of numbers and codes, of no other word', () => {
    const words = placedInText(named({ en: 'Mill 12345 a1' }, '', 'k'));
    expect(words).toEqual(['4=k', '1=mill', '2#=12345', '2.1', '2.12', '2.123', '3#=a1', '3.a', '3.a1']);
    const byItself = (characters: number): boolean => !queryOf(['1'.repeat(characters)]).includes('*');
    expect([byItself(beginningCharactersMax), byItself(beginningCharactersMax + 1)]).toEqual([true, false]);
  });

  test('are taken whole as long as the index takes them', () => {
    const exact = (characters: number): boolean => !queryOfClass('x'.repeat(characters), 0).includes('*');
    expect([exact(wordCharactersMax), exact(wordCharactersMax + 1)]).toEqual([true, false]);
    for (const characters of [wordCharactersMax, wordCharactersMax + 1])
      for (const letter of ['x', '7']) {
        const long = letter.repeat(characters);
        for (const query of [queryOf([long]), queryOfClass(long, 0)]) expect(finds(query, placedInText(named({ en: long }, '', 'k')))).toBe(true);
      }
  });
});
