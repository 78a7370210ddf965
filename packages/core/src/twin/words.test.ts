import { expect, test } from 'vitest';
import { trialTwin, twinIdOfName } from './trial-twin.ts';
import { brevityOf, brevityStepsMax, foldedNames, placedWords, relevanceOf, wordsOfText } from './words.ts';

const named = (name: Readonly<Record<string, string>>, more: object = {}) => ({
  ...trialTwin(twinIdOfName('a', 'k-1'), { kind: 'city:Building' }),
  name,
  ...more,
});
const best = (text: string, ...names: readonly string[]): readonly string[] =>
  names.toSorted((a, b) => relevanceOf(named({ en: a }), text) - relevanceOf(named({ en: b }), text));

test('what is called exactly so comes first, then what begins so, then what has words that begin so, shorter names ahead', () => {
  const names = ['Old bridge school', 'Bridge', 'Bridge Street School', 'Bridge Street', 'Tower with a note about abridge'];
  expect(best('bridge', ...names)).toEqual(['Bridge', 'Bridge Street', 'Bridge Street School', 'Old bridge school', 'Tower with a note about abridge']);
  expect(best('sch bri', 'Tower', 'Bridge Street School')).toEqual(['Bridge Street School', 'Tower']);
});

test('case, accents and punctuation do not matter, and any language counts', () => {
  const twin = named({ de: 'Kläranlage Süd', fr: "Station d'épuration" });
  for (const text of ['KLARANLAGE sud', "station d'epuration", 'Kläranlage-Süd']) expect(relevanceOf(twin, text)).toBeLessThan(1000);
  expect(Math.floor(relevanceOf(twin, 'stat') / 1000)).toBe(1);
  expect(Math.floor(relevanceOf(twin, 'süd') / 1000)).toBe(2);
});

test('an identifier is as good as a name', () => {
  const twin = named({ en: 'Pump' }, { altIds: [{ scheme: 'no', value: '791.0' }] });
  expect(relevanceOf(twin, '791')).toBeLessThan(1000);
  expect(relevanceOf(twin, twin.id)).toBeLessThan(1000);
  expect(Math.floor(relevanceOf(twin, '79') / 1000)).toBe(3);
});

test('names are as short as their step, and one character longer than it in the next', () => {
  const around = foldedNames(named({ en: '' })).length;
  const step = (characters: number) => brevityOf(foldedNames(named({ en: 'x'.repeat(characters - around) })));
  expect(brevityStepsMax.map((most) => [step(most), step(most + 1)])).toEqual(brevityStepsMax.map((_, index) => [index, index + 1]));
  expect(relevanceOf(named({ en: 'x'.repeat(400) }), 'y')).toBe(3000 + brevityStepsMax.length);
});

test('a word has the best of its places: first in a name, elsewhere in a name, elsewhere', () => {
  const twin = named({ en: 'Mill Bridge', de: 'Steg Mill' }, { altIds: [{ scheme: 'no', value: 'Bridge 7' }] });
  const { k: _, ...found } = Object.fromEntries(placedWords(twin));
  expect(found).toEqual({ mill: 1, bridge: 2, steg: 1, '7': 3, '1': 3 });
});

test.each([
  ['Łódź Żabieniec', 'lodz zabieniec'],
  ['Đường Nguyễn Huệ', 'duong nguyen hue'],
  ['Hauptstraße', 'hauptstrasse'],
  ['Østerbro Æbelø', 'osterbro aebelo'],
  ['Cœur, œuvre', 'coeur oeuvre'],
  ['Işık Çeşme İzmir', 'isik cesme izmir'],
  ['Ｐｕｍｐ ﬁre Ⅳ', 'pump fire iv'],
  ['Þingvellir Ðakovo', 'thingvellir dakovo'],
  ['مضخّة ٧٩١ مـــحطة', 'مضخة 791 محطة'],
  ['Насосная №5 ё', 'насосная 5 е'],
  ['Σταθμός', 'σταθμοσ'],
] as const)('%s is found as it is typed without what a keyboard may lack', (name, typed) => expect(wordsOfText(name).join(' ')).toBe(typed));

test('vowel signs are letters where a script writes them so', () => {
  expect(wordsOfText('पंप')).not.toEqual(wordsOfText('पुप'));
  expect(wordsOfText('सेतु १२')).toEqual(['सेतु', '12']);
});

test.each([
  ['北京市消防局', '消防局'],
  ['北京市消防局', '局'],
  ['第三ポンプ場', 'ポンプ場'],
  ['第三ポンプ場', '場'],
  ['สถานีสูบน้ำ', 'สูบน้ำ'],
] as const)('in %s, without spaces, %s is found; in another order it is not', (name, part) => {
  const isFound = (text: string): boolean => wordsOfText(text).every((wanted) => wordsOfText(name).some((word) => word.startsWith(wanted)));
  expect(isFound(part)).toBe(true);
  expect([...part].length < 3 || !isFound([...part].toReversed().join(''))).toBe(true);
});
