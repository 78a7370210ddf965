/**
 * Words: what the page says, in the language of its reader. A catalogue comes when it is wanted, and not with the first picture.
 */
import { create } from 'zustand';
import type { en } from './en.ts';
import {
  ageText,
  dayText,
  distanceText,
  instantText,
  momentText,
  numberText,
  plainText,
  quantityText,
  secondsText,
  spanTexts,
  unitName,
  zoneText,
} from './format.ts';
import { isElsewhere, zoneOf } from './zone.ts';

const factCharactersMax = 400;

/** One text, or one a plural form of `n`. `{name}` is replaced. */
export type Phrase = string | { readonly [form in Intl.LDMLPluralRule]?: string };
export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, Phrase>>;
type Facts = Readonly<Record<string, string | number>>;

export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

export const isLanguage = (text: string | null | undefined): text is Language => text !== null && text !== undefined && Object.hasOwn(languages, text);

const rightToLeft: readonly string[] = ['ar'];
export const directionOf = (lang: Language): 'ltr' | 'rtl' => (rightToLeft.includes(lang) ? 'rtl' : 'ltr');

const catalogues: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => import('./en.ts').then(({ en }) => en),
  de: () => import('./de.ts').then(({ de }) => de),
  ar: () => import('./ar.ts').then(({ ar }) => ar),
};

/** What is put in is somebody else's text: bounded, and without power over the direction of what stands around it. */
export const fill = (lang: string, phrase: Phrase, facts: Facts): string => {
  const n = typeof facts['n'] === 'number' ? facts['n'] : undefined;
  const text = typeof phrase === 'string' ? phrase : (phrase[new Intl.PluralRules(lang).select(n ?? 0)] ?? phrase.other ?? '');
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    return fact === undefined ? whole : typeof fact === 'number' ? numberText(lang, fact) : plainText(fact, factCharactersMax);
  });
};

export type Words = {
  readonly lang: Language;
  /** by whose clocks times are told, IANA name */
  readonly zone: string;
  /** what it is called, where the reader's own clock shows another time now */
  readonly zoneElsewhere: () => string | undefined;
  readonly say: (key: Key, facts?: Facts) => string;
  readonly number: (value: number) => string;
  readonly distance: (metres: number) => string;
  readonly age: (duration: string) => string;
  readonly seconds: (ms: number) => string;
  readonly instant: (instant: string) => string;
  readonly span: (from: string, to: string) => readonly [string, string];
  readonly day: (instant: string) => string;
  readonly moment: (moment: string) => string;
  readonly quantity: (value: unknown, unit: string | null | undefined) => string;
  readonly unit: (code: string) => string;
  /** several names, as the language lists them */
  readonly list: (names: readonly string[]) => string;
};

/** Where the catalogue is not here yet, nothing is said. */
export const createWords = (lang: Language, catalogue: Partial<Catalogue>, zone = zoneOf(undefined)): Words => {
  const clocked = { lang, zone };
  const say = (key: Key, facts: Facts = {}): string => fill(lang, catalogue[key] ?? '', facts);
  return {
    ...{ lang, say, zone },
    zoneElsewhere: () => (isElsewhere(zone, Date.now()) ? zoneText(clocked) : undefined),
    number: (value) => numberText(lang, value),
    distance: (metres) => distanceText(lang, metres),
    age: (duration) => ageText(lang, duration),
    seconds: (ms) => secondsText(lang, ms),
    instant: (instant) => instantText(clocked, instant, Date.now()),
    span: (from, to) => spanTexts(clocked, [from, to], Date.now()),
    day: (instant) => dayText(clocked, instant),
    moment: (moment) => momentText(clocked, moment),
    quantity: (value, unit) => quantityText(lang, { value, unit }, { none: say('valueNone'), yes: say('yes'), no: say('no') }),
    unit: (code) => unitName(lang, code),
    list: (names) => new Intl.ListFormat(lang).format(names),
  };
};

let spoken: { readonly lang: Language; readonly catalogue: Partial<Catalogue>; readonly zone: string } = { lang: 'en', catalogue: {}, zone: zoneOf(undefined) };

const useStore = create<Words>()(() => createWords(spoken.lang, spoken.catalogue, spoken.zone));

const retell = (change: Partial<typeof spoken>): void => {
  spoken = { ...spoken, ...change };
  useStore.setState(createWords(spoken.lang, spoken.catalogue, spoken.zone));
};

export const useWords = (): Words => useStore();
export const currentWords = (): Words => useStore.getState();

/** The page keeps speaking as before until the catalogue is here. */
export const speak = async (lang: Language): Promise<void> => {
  const catalogue = await catalogues[lang]();
  document.documentElement.lang = lang;
  document.documentElement.dir = directionOf(lang);
  retell({ lang, catalogue });
};

/** As the clocks of the city show them; as the reader's own does where nobody says which these are. */
export const tellTimesOf = (told: string | null | undefined): void => {
  const zone = zoneOf(told);
  if (zone !== spoken.zone) retell({ zone });
};
