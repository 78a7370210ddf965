/**
 * Wanted words: what a twin of each class of `relevanceOf` has at least, the same for every store.
 */
import { type WordPlace, wordsOfText } from '@cityweave/core';

/** A word, or the beginning of one, in one of these places of a twin. */
export type Wanted = { readonly word: string; readonly places: readonly WordPlace[]; readonly whole: boolean };

export const inNames: readonly WordPlace[] = [1, 2];
export const anywhere: readonly WordPlace[] = [1, 2, 3];

/** From the best class on. */
export const wantedOf = (text: string): readonly (readonly Wanted[])[] => {
  const words = wordsOfText(text);
  const first = (at: number) => (at === 0 ? ([1] as const) : inNames);
  return [
    words.map((word, at) => ({ word, places: first(at), whole: true })),
    words.map((word, at) => ({ word, places: first(at), whole: at < words.length - 1 })),
    words.map((word) => ({ word, places: inNames, whole: false })),
    words.map((word) => ({ word, places: anywhere, whole: false })),
  ];
};
