/**
 * Words: the text under which a twin is found. Every store folds words with these functions, so that all find the same twins.
 */
import type { Twin, TwinInput } from './twin.ts';

const ascii = /^[\0-\x7f]*$/;
const asciiWord = /[a-z0-9]+/g;
const anyWord = /[\p{L}\p{N}\p{Co}]+/gu;

/** The words of a text without case, accents and punctuation. */
export const wordsOfText = (text: string): readonly string[] => {
  const lower = text.toLowerCase();
  if (ascii.test(lower)) return lower.match(asciiWord) ?? [];
  return lower.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ς', 'σ').match(anyWord) ?? [];
};

/** The owner's key: what follows the name of the source in an id, its encoded spaces and punctuation as they were. */
const keyOf = (id: string): string => {
  const encoded = id.slice(id.lastIndexOf('/') + 1);
  return encoded.includes('%') ? decoded(encoded) : encoded;
};

const decoded = (encoded: string): string => encoded.replace(/%([2-7][0-9A-Fa-f])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Every word of a twin's name, identifiers and text values, each once. */
export const wordsOfTwin = (twin: Twin | TwinInput): ReadonlySet<string> => {
  const words = new Set(wordsOfText(keyOf(twin.id)));
  const note = (text: string) => {
    for (const word of wordsOfText(text)) words.add(word);
  };
  for (const name of Object.values(twin.name)) note(name);
  for (const { value } of twin.altIds ?? []) note(value);
  if (twin.objectOfInterest !== undefined) note(twin.objectOfInterest);
  for (const { value } of Object.values(twin.values)) if (typeof value === 'string') note(value);
  return words;
};
