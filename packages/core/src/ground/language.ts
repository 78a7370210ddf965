/**
 * Language maps: names and texts in the languages their owner gives, keyed by BCP 47 tag.
 */
import { z } from 'zod';
import { limits } from './limits.ts';

export const LanguageMap = z.record(z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/), z.string().max(limits.nameCharactersMax));
export type LanguageMap = z.infer<typeof LanguageMap>;

/** The text in the wanted language, else in its main language, else in English, else in the first one given. */
export const textIn = (map: LanguageMap, language = 'en'): string => {
  const tag = [language, language.split('-')[0] ?? '', 'en'].find((wanted) => Object.hasOwn(map, wanted));
  return (tag === undefined ? Object.values(map)[0] : map[tag]) ?? '';
};
