/**
 * Beginnings of words as the full-text index is asked for them. Where few words begin so, these are asked for, and short beginnings the index knows by themselves: it then leaps from one twin
 * to the next that has them all, where for other beginnings it would gather every twin first.
 */
import type { StatementSync } from 'node:sqlite';
import { anywhere, type Wanted } from '../wanted-words.ts';
import { knownBeginningMax } from './sql-shelves.ts';

/** More words that begin so are asked for by their beginning. */
export const wordsOfBeginningMax = 8;

/** Sorts behind a word and before whatever else begins with it. */
const behind = (word: string): string => `${word}\u0001`;

const wordsFrom = (next: StatementSync, beginning: string): readonly string[] => {
  const found: string[] = [];
  for (let from = beginning; found.length <= wordsOfBeginningMax; ) {
    const word = next.get(from)?.['term'];
    if (typeof word !== 'string' || !word.startsWith(beginning)) return found;
    found.push(word);
    from = behind(word);
  }
  return found;
};

const quoted = (word: string): string => `"${word}"`;

const termsOf = (next: StatementSync, { word, places, whole }: Wanted): readonly string[] =>
  places.flatMap((place) => {
    const placed = `${place}${word}`;
    if (whole) return [quoted(placed)];
    if ([...placed].length <= knownBeginningMax) return [`${quoted(placed)}*`];
    const words = wordsFrom(next, placed);
    return words.length > wordsOfBeginningMax ? [`${quoted(placed)}*`] : words.map(quoted);
  });

/** No place has this number. */
const noWord = quoted('0');

/** Words hold letters and digits only, so there is nothing to escape. `next` gives the first word of the index that is not before the one given. */
export const matchOf = (next: StatementSync, wanted: readonly Wanted[]): string =>
  wanted
    .map((one) => {
      const terms = termsOf(next, one);
      return `(${terms.length === 0 ? noWord : terms.join(' OR ')})`;
    })
    .join(' AND ');

/** Every one of them begins a word, wherever it is. */
export const matchOfBeginnings = (next: StatementSync, beginnings: readonly string[]): string =>
  matchOf(
    next,
    beginnings.map((word) => ({ word, places: anywhere, whole: false })),
  );
