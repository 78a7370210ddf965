/**
 * Written words: what a batch changes in the full-text index goes there at its end, in the order of the stands; the index writes a part of its own for whatever comes out of order.
 */
import { placedWords, type Twin, type TwinInput } from '@cityweave/core';
import type { Writing } from '../sqlite/sqlite-file.ts';

/** Words of a stand; `removed` where there were others before this batch. */
export type WrittenWords = { readonly removed: boolean; readonly words: string | undefined };

/** A twin's words as the index takes them: each behind the number of its place. */
export const wordsIn = (twin: Twin | TwinInput): string => Array.from(placedWords(twin), ([word, place]) => `${place}${word}`).join(' ');

export const wordsOfDoc = (doc: string): string => wordsIn(JSON.parse(doc));

export const putWords = ({ words: written }: Writing, stand: number, words: string): void => {
  written.set(stand, { removed: written.get(stand)?.removed ?? false, words });
};

export const removeWords = ({ words: written }: Writing, stand: number): void => {
  const known = written.get(stand);
  if (known && !known.removed) written.delete(stand);
  else written.set(stand, { removed: true, words: undefined });
};

export const flushWords = (to: Writing): void => {
  for (const [stand, { removed, words }] of [...to.words].toSorted(([a], [b]) => a - b)) {
    if (removed) to.statement('deleteWords').run(stand);
    if (words !== undefined) to.statement('insertWords').run(stand, words);
  }
  to.words.clear();
};
