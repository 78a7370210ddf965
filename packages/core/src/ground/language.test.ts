import { describe, expect, test } from 'vitest';
import { LanguageMap, textIn } from './language.ts';
import { limits } from './limits.ts';

describe('a language map', () => {
  const names = { de: 'Rathaus', en: 'Town hall', 'pt-BR': 'Prefeitura' };

  test('gives the language wanted, else its main language, else English, else the first', () => {
    expect([textIn(names, 'de'), textIn(names, 'de-AT'), textIn(names, 'fr'), textIn({ de: 'Rathaus', fr: 'Mairie' }, 'ar'), textIn({})]).toEqual([
      'Rathaus',
      'Rathaus',
      'Town hall',
      'Rathaus',
      '',
    ]);
  });

  test('gives text, never what an object has by birth', () => expect(textIn(names, 'constructor')).toBe('Town hall'));

  test('is keyed by language tags', () => {
    expect(['de', 'zh-Hant-TW', 'es-419'].every((tag) => LanguageMap.safeParse({ [tag]: 'x' }).success)).toBe(true);
    expect(['', 'd', '1', 'de_AT', 'de AT', '<b>'].filter((tag) => LanguageMap.safeParse({ [tag]: 'x' }).success)).toEqual([]);
  });

  test('holds names of at most nameCharactersMax', () => {
    expect(LanguageMap.safeParse({ en: 'x'.repeat(limits.nameCharactersMax) }).success).toBe(true);
    expect(LanguageMap.safeParse({ en: 'x'.repeat(limits.nameCharactersMax + 1) }).success).toBe(false);
  });
});
