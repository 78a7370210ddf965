/**
 * Words: the text under which a twin is found, and how well a text names it. Every store and every asker folds and ranks with these functions,
 * so that all find the same twins, and what several agencies found can be merged in one order.
 */
import { normaliseKey } from './link.ts';
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

/** Characters by which shorter names come before longer ones. */
export const relevanceCharactersMax = 999;

/** Names in all languages without case, accents and punctuation, each between a line feed with a space and a line feed: so that its beginning, its words and its end are found by plain comparison. */
export const foldedNames = ({ name }: Pick<Twin | TwinInput, 'name'>): string =>
  `${Object.values(name)
    .map((one) => `\n ${wordsOfText(one).join(' ')}`)
    .join('')}\n`;

const isKnownAs = ({ id, altIds }: Twin, text: string): boolean => {
  const key = normaliseKey(text);
  return id === text || (altIds?.some(({ value }) => normaliseKey(value) === key) ?? false);
};

/** 0 where it is called or known as exactly that, 1 where a name begins so, 2 where its names have words that begin so, 3 where the text is found elsewhere. */
const classOf = (twin: Twin, folded: string, text: string): number => {
  const words = wordsOfText(text);
  const line = `\n ${words.join(' ')}`;
  if (isKnownAs(twin, text) || folded.includes(`${line}\n`)) return 0;
  if (folded.includes(line)) return 1;
  return words.every((word) => folded.includes(` ${word}`)) ? 2 : 3;
};

/** Less is better: the class in thousands, then the length of the names. */
export const relevanceOf = (twin: Twin, text: string): number => {
  const folded = foldedNames(twin);
  return classOf(twin, folded, text) * (relevanceCharactersMax + 1) + Math.min([...folded].length, relevanceCharactersMax);
};
