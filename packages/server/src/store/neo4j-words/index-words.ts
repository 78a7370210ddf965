/**
 * Index words: how the words of a twin stand in the text that the index of words reads, and what the index is asked to find them. Each stands once, behind its place.
 * Of what begins as a word that has letters only the index looks every word up: a language has only so many. What has a digit is a number or a code, of which there may be as many
 * as twins: such words stand apart, and their short beginnings are words of the index by themselves.
 */
import { foldedNames, placedWords, type TwinInput } from '@cityweave/core';
import { type Wanted, wantedOf } from '../wanted-words.ts';

/** First in a name, second in a name, further on in a name, elsewhere: with the second one tells names apart of which many begin with the same word. */
type Place = 1 | 2 | 3 | 4;

/** Where a word begins in the text, and nothing else does: a word has letters and digits only. */
export const wordSign = '=';

/** The longest word that the index takes whole, with what stands before it; of a longer one it knows the beginning. */
export const wordCharactersMax = 250;

/** Beginnings of so many characters at most are known by themselves. */
export const beginningCharactersMax = 3;

const hasDigit = (word: string): boolean => /\d/.test(word);

const lettersAt = (place: Place, word: string): string => `${place}${wordSign}${word}`;
const codeAt = (place: Place, code: string): string => `${place}#${wordSign}${code}`;
const beginningAt = (place: Place, beginning: string): string => `${place}.${beginning}`;

const beginningsOf = (word: string): readonly string[] => {
  const characters = [...word].slice(0, beginningCharactersMax);
  return characters.map((_, at) => characters.slice(0, at + 1).join(''));
};

const placed = (word: string, place: Place): readonly string[] =>
  hasDigit(word) ? [codeAt(place, word), ...beginningsOf(word).map((beginning) => beginningAt(place, beginning))] : [lettersAt(place, word)];

/** Every word of a twin as it stands in the text; `folded` are its names. */
export const placedInText = (twin: TwinInput, folded = foldedNames(twin)): readonly string[] => {
  // each name is a line that begins with a space
  const second = new Set(folded.split('\n').map((line) => line.split(' ')[2]));
  const places = { 1: (): Place => 1, 2: (word: string): Place => (second.has(word) ? 2 : 3), 3: (): Place => 4 } as const;
  return [...placedWords(twin)].flatMap(([word, place]) => placed(word, places[place](word)));
};

const isShort = (word: string): boolean => [...word].length <= beginningCharactersMax;

const cut = (word: string): string => `${word.slice(0, wordCharactersMax)}*`;

const wholeAt = (place: Place, word: string): readonly string[] => {
  const at = hasDigit(word) ? codeAt : lettersAt;
  return [at(place, word.length <= wordCharactersMax ? word : cut(word))];
};

/** Words that begin so; where a word with a digit does, it has one too. */
const begunAt = (place: Place, word: string): readonly string[] => [
  ...(hasDigit(word) ? [] : [lettersAt(place, cut(word))]),
  isShort(word) ? beginningAt(place, word) : codeAt(place, cut(word)),
];

const inNames: readonly Place[] = [1, 2, 3];
const anywhere: readonly Place[] = [...inNames, 4];

const termOf = (word: string, { whole, places }: { readonly whole: boolean; readonly places: readonly Place[] }): string =>
  `+(${places.flatMap((place) => (whole ? wholeAt : begunAt)(place, word)).join(' ')})`;

/** Of a twin that is called so, or so to begin with, each word stands where it does in the text, or before. */
const calledSo = ({ word, whole }: Wanted, at: number): string => termOf(word, { whole, places: inNames.slice(0, at + 1) });

/** What a twin of a class of relevance has at least. */
export const queryOfClass = (text: string, of: number): string => {
  const wanted = wantedOf(text)[of] ?? [];
  return (of < 2 ? wanted.map(calledSo) : wanted.map(({ word, whole }) => termOf(word, { whole, places: of === 2 ? inNames : anywhere }))).join(' ');
};

/** Twins that have all words, or what begins so, anywhere. Of a word longer than the index knows, its beginning is looked for, and the rest has to be looked at again. */
export const queryOf = (words: readonly string[]): string => words.map((word) => termOf(word, { whole: false, places: anywhere })).join(' ');
