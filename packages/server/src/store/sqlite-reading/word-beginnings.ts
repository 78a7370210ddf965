/**
 * Beginnings of words as the full-text index is asked for them. Where few words begin so, these are asked for: the index then leaps from one twin to the next
 * that has them all, where for a beginning it would gather every twin first.
 */
import type { StatementSync } from 'node:sqlite';

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

/** Words hold letters and digits only, so there is nothing to escape. `next` gives the first word of the index that is not before the one given. */
export const matchOfBeginnings = (next: StatementSync, beginnings: readonly string[]): string =>
  beginnings
    .map((beginning) => {
      const words = wordsFrom(next, beginning);
      return words.length === 0 || words.length > wordsOfBeginningMax ? `${quoted(beginning)}*` : `(${words.map(quoted).join(' OR ')})`;
    })
    .join(' AND ');
