/**
 * Words: the text under which a twin is found, and how well a text names it. Every store and every asker folds and ranks with these functions,
 * so that all find the same twins, and what several agencies found can be merged in one order.
 */
import { normaliseKey } from './link.ts';
import type { Twin, TwinInput } from './twin.ts';

const ascii = /^[\0-\x7f]*$/;
const asciiWord = /[a-z0-9]+/g;

/** Letters that are no other one with a mark, as they are typed where a keyboard has none of them; and what only stretches a word. */
const plainLetters = {
  ...{ ł: 'l', đ: 'd', ð: 'd', ø: 'o', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i', þ: 'th', ħ: 'h', ŧ: 't', ŋ: 'n', ĸ: 'k' },
  ς: 'σ',
  ـ: '',
} as const;
const notPlain = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu');
/** Accents and points that one may leave out. The vowel signs of other scripts are letters. */
const accent = /(?![\u3099\u309A])(?=\p{M})[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]/gu;
const digit = /\p{Nd}/gu;
/** Signs are no letters, also those that are made of some. */
const sign = /\p{S}/gu;

/** Scripts that put no space between words. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3099\u309A\u30FC`;
const anyRun = new RegExp(String.raw`[${unspaced}]+|(?![${unspaced}])[\p{L}\p{N}\p{Co}](?:(?![${unspaced}])[\p{L}\p{M}\p{N}\p{Co}])*`, 'gu');
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u');

/** Digits stand in tens, from nought on. */
const valueOfDigit = (found: string): string => {
  const code = found.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return code < 0x80 ? found : String(value);
};

const fold = (lower: string): string =>
  lower
    .replace(sign, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(accent, '')
    .replace(notPlain, (letter) => plainLetters[letter as keyof typeof plainLetters]) // branding: the pattern is made of them
    .replace(digit, valueOfDigit);

/** Each character with the next one, the last alone: whatever part of the run is asked for begins one of these in each of its places. */
const pairsOf = (run: string): readonly string[] => {
  const characters = [...run.normalize('NFC')];
  return characters.map((one, at) => one + (characters[at + 1] ?? ''));
};

/** The words of a text without case, accents and punctuation; where a script has no spaces, its characters by twos. */
export const wordsOfText = (text: string): readonly string[] => {
  const lower = text.toLowerCase();
  if (ascii.test(lower)) return lower.match(asciiWord) ?? [];
  return (fold(lower).match(anyRun) ?? []).flatMap((run) => (isUnspaced.test(run) ? pairsOf(run) : [run]));
};

/** The owner's key: what follows the name of the source in an id, its encoded spaces and punctuation as they were. */
const keyOf = (id: string): string => {
  const encoded = id.slice(id.lastIndexOf('/') + 1);
  return encoded.includes('%') ? decoded(encoded) : encoded;
};

const decoded = (encoded: string): string => encoded.replace(/%([2-7][0-9A-Fa-f])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Where a twin has a word, the best of its places: first in a name, elsewhere in a name, or in whatever else it is found by. */
export type WordPlace = 1 | 2 | 3;

const notePlace = (places: Map<string, WordPlace>, words: readonly string[], place: WordPlace): void => {
  for (const word of words) if ((places.get(word) ?? 3) >= place) places.set(word, place);
};

const noteName = (places: Map<string, WordPlace>, name: string): void => {
  const words = wordsOfText(name);
  notePlace(places, words.slice(0, 1), 1);
  notePlace(places, words.slice(1), 2);
};

/** Every word of a twin's name, identifiers and text values, each once with its place. */
export const placedWords = (twin: Twin | TwinInput): ReadonlyMap<string, WordPlace> => {
  const places = new Map<string, WordPlace>();
  const note = (text: string): void => notePlace(places, wordsOfText(text), 3);
  note(keyOf(twin.id));
  for (const name of Object.values(twin.name)) noteName(places, name);
  for (const { value } of twin.altIds ?? []) note(value);
  if (twin.objectOfInterest !== undefined) note(twin.objectOfInterest);
  for (const { value } of Object.values(twin.values)) if (typeof value === 'string') note(value);
  return places;
};

/** The same without their places. */
export const wordsOfTwin = (twin: Twin | TwinInput): ReadonlySet<string> => new Set(placedWords(twin).keys());

/** Names in all languages without case, accents and punctuation, each between a line feed with a space and a line feed: so that its beginning, its words and its end are found by plain comparison. */
export const foldedNames = ({ name }: Pick<Twin | TwinInput, 'name'>): string =>
  `${Object.values(name)
    .map((one) => `\n ${wordsOfText(one).join(' ')}`)
    .join('')}\n`;

/** Shorter names come before longer ones in steps: characters of folded names that belong to a step at most; the last has no bound. */
export const brevityStepsMax = [12, 20, 32] as const;

/** The step of folded names, 0 for the shortest. */
export const brevityOf = (folded: string): number => {
  const { length } = [...folded];
  return brevityStepsMax.filter((most) => length > most).length;
};

/** What a class counts for: more than any step of brevity. */
export const relevanceClass = 1000;

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

/** Less is better: the class in thousands, then the step of brevity. */
export const relevanceOf = (twin: Twin, text: string): number => {
  const folded = foldedNames(twin);
  return classOf(twin, folded, text) * relevanceClass + brevityOf(folded);
};
