import { cityDictionary } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import {
  ageText,
  cutText,
  dayText,
  instantText,
  momentText,
  numberText,
  plainText,
  quantityText,
  secondsOfDuration,
  secondsText,
  spanTexts,
  unitName,
  zoneText,
} from './format.ts';
import { inLanguage } from './name.tsx';
import { isTelling, readableId, spokenName } from './telling.ts';
import { unitText } from './units.ts';
import { createWords, directionOf, fill, type Key, languages, type Phrase } from './words.ts';
import { isElsewhere, ownZone, zoneOf } from './zone.ts';

const said = { none: 'no value', yes: 'yes', no: 'no' };
const quantity = (value: unknown, unit?: string) => quantityText('en', { value, unit }, said).replaceAll('\u00a0', ' ');

describe('a unit', () => {
  it.each([
    ['[ft_us]', 'ft'],
    ['[ft_i]', 'ft'],
    ['m2', 'm²'],
    ['ug/m3', 'µg/m³'],
    ['kW.h', 'kW·h'],
    ['km/h', 'km/h'],
    ['Cel', '°C'],
    ['{persons}', 'persons'],
    ['10*3/uL', '10*3/uL'],
    ['1', ''],
    ['s-1', 's⁻¹'],
    ['', ''],
  ])('%s is written %s', (code, text) => expect(unitText(code)).toBe(text));
  it('stands behind its number; times are said in words, and nothing gets no unit', () => {
    expect([quantity(12.345678, '[ft_us]'), quantity(500, 'a'), quantity(1, 'a'), quantity(45, 'deg')]).toEqual(['12.346 ft', '500 years', '1 year', '45°']);
    expect([quantity(null, 'm'), quantity(true), quantity('<b>', 'm'), quantity({ a: 1 })]).toEqual(['no value', 'yes', '<b> m', '{"a":1}']);
    expect([unitName('en', 'a'), unitName('de', 'a'), unitName('en', 'm3')]).toEqual(['years', 'Jahre', 'm³']);
  });
});

describe('an age', () => {
  it('is said in the one unit that a person would say', () => {
    const ages = ['PT0.4S', 'PT59S', 'PT3M20S', 'PT5H', 'P2DT3H', 'P400D', 'P1000D', 'a while'].map((age) => ageText('en', age).replaceAll('\u00a0', ' '));
    expect(ages).toEqual(['0 s', '59 s', '3 min', '5 h', '2 days', '13 months', '2 years', 'a while']);
  });
  it('is no number where it is no duration', () =>
    expect(['P', 'PT', 'P1Y', '3 min'].map(secondsOfDuration)).toEqual([undefined, undefined, undefined, undefined]));
  it('of an answer has one digit, and is never nothing', () =>
    expect([412, 12.4, 0].map((ms) => secondsText('de', ms).replaceAll('\u00a0', ' '))).toEqual(['0,4 s', '12 ms', '1 ms']));
});

describe('a time', () => {
  const now = new Date(2026, 4, 1, 15, 0).getTime();
  const here = { lang: 'de', zone: ownZone() };
  it('of today is an hour, any other has its day; what is none stays as it is', () => {
    expect(instantText(here, new Date(2026, 4, 1, 14, 2).toISOString(), now)).toBe('14:02');
    expect(instantText(here, new Date(2026, 3, 30, 14, 2).toISOString(), now)).toMatch(/30\.04\.2026.*14:02/);
    expect(instantText(here, 'yesterday', now)).toBe('yesterday');
  });
  it('of a span has its day at both ends, as 01:50 to 01:50 may be a day', () => {
    const [before, today, later] = [new Date(2026, 3, 30, 14, 2), new Date(2026, 4, 1, 14, 2), new Date(2026, 4, 1, 14, 40)].map((at) => at.toISOString());
    expect(spanTexts(here, [before ?? '', today ?? ''], now)).toEqual([
      expect.stringMatching(/30\.04\.2026.*14:02/),
      expect.stringMatching(/01\.05\.2026.*14:02/),
    ]);
    expect(spanTexts(here, [today ?? '', later ?? ''], now)).toEqual(['14:02', '14:40']);
    expect(spanTexts(here, ['yesterday', today ?? ''], now)[0]).toBe('yesterday');
  });
  it('is told as the clocks of the city show it, and says whose they are where the own ones differ', () => {
    const [kiritimati, niue] = ['Pacific/Kiritimati', 'Pacific/Niue'].map((zone) => ({ lang: 'en', zone }) as const);
    const ms = Date.parse('2026-05-01T12:00:00Z');
    // these two are never on the same day, so one of them is elsewhere for everybody
    const clocked = [kiritimati, niue].find((one) => one && isElsewhere(one.zone, ms));
    const text = clocked && instantText(clocked, '2026-05-01T12:00:00Z', ms + 60_000);
    expect(text).toBe(clocked?.zone === 'Pacific/Niue' ? '01:00 GMT-11' : '02:00 GMT+14');
    expect(clocked && dayText(clocked, '2026-05-01T12:00:00Z')).toBe(clocked?.zone === 'Pacific/Niue' ? 'May 1, 2026' : 'May 2, 2026');
    expect(momentText({ lang: 'en', zone: ownZone() }, '2026-05-01T09:30')).toBe('May 1, 2026 at 09:30');
  });
  it('has a zone that the reader may know by name or by its place', () => {
    expect(zoneText({ lang: 'en', zone: 'America/New_York' })).toBe('Eastern Time (America/New_York)');
    expect(zoneText({ lang: 'de', zone: 'UTC' })).toContain('UTC');
    expect([zoneOf('Europe/Berlin'), zoneOf('Middle/Earth'), zoneOf(null)]).toEqual(['Europe/Berlin', ownZone(), ownZone()]);
  });
});

describe('German', () => {
  it('has one word for an agency and one for a link, as the glossary has', () => {
    const said = Object.values(de).flatMap((phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase)));
    expect(said.filter((text) => /Behörde|Verbindung/.test(text))).toEqual([]);
  });
});

describe('a text of somebody else', () => {
  it('that is a number alone is said with what it is the number of', () =>
    expect([spokenName('2', 'Flood zone'), spokenName('PW 2', 'Pumping station'), spokenName('7', ''), spokenName('水', 'River')]).toEqual([
      'Flood zone 2',
      'PW 2',
      '7',
      '水',
    ]));
  it('that nobody tells the name of is called by its source and its key there, short enough to be read', () =>
    expect(
      ['parcels/4d4ed897483f34aa', 'points-of-interest/1461', 'a%20b/M%C3%BC%2F7', 'a/%zz']
        .map((at) => readableId(`urn:dtf:twin:a.example:${at}`))
        .concat(readableId('nope')),
    ).toEqual(['parcels 4d4e…3f34aa', 'points of interest 1461', 'a b Mü/7', 'a %zz', 'nope']));
  it('that begins as another one does is not called as that one', () =>
    expect(['DEBY_LOD2_4906965', 'DEBY_LOD2_4906966', 'DEBY_LOD2_49', 'DEBY_LOD2_490'].map((key) => readableId(`urn:dtf:twin:a.example:b/${key}`))).toEqual([
      'b DEBY…906965',
      'b DEBY…906966',
      'b DEBY_LOD2_49',
      'b DEBY…D2_490',
    ]));
  it('is cut between characters, never within one', () => {
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('abc…');
    expect(cutText('ab😀d', 3)).toBe('ab…');
  });
  it('has no power over the direction of what stands around it', () => expect(plainText('\u202egnp\u2066.exe\u200f')).toBe('gnp.exe'));
  it('is put into a sentence as it is', () =>
    expect(fill('en', 'without {names}', { names: '{n} <img src=x> $& \u202eabc' })).toBe('without {n} <img src=x> $& abc'));
});

describe('the catalogues', () => {
  const textsOf = (phrase: Phrase): readonly string[] => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));
  const factsOf = (phrase: Phrase): readonly string[] => [...new Set(textsOf(phrase).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();
  it.each([
    ['de', de],
    ['ar', ar],
  ])('%s says all that English says, with the same facts', (_lang, catalogue) => {
    for (const key of Object.keys(en) as Key[]) {
      const missing = factsOf(en[key]).filter((fact) => fact !== '{n}' && !factsOf(catalogue[key]).includes(fact));
      expect({ key, missing }).toEqual({ key, missing: [] });
      expect(textsOf(catalogue[key]).every((text) => text !== '')).toBe(true);
    }
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  });
  it('choose the plural of the language', () => {
    const [english, arabic] = [createWords('en', en), createWords('ar', ar)];
    expect([1, 2].map((n) => english.say('twinCount', { n }))).toEqual(['1 twin', '2 twins']);
    expect(arabic.say('twinCount', { n: 2 })).toBe('توأمان');
    expect([directionOf('ar'), directionOf('de')]).toEqual(['rtl', 'ltr']);
  });
  it('write numbers as the language does', () => expect([numberText('en', 21_286), numberText('de', 1.5)]).toEqual(['21,286', '1,5']));
});

describe('a name over the city', () => {
  it.each(['Aune', 'Playground 12', 'Donaudampfschifffahrtsgesellschaft', 'Пруд', 'حديقة البلدية'])('%s tells where one is', (name) =>
    expect(isTelling(name)).toBe(true),
  );
  it.each(['12', 'B-3', '', 'WaterBody P0028.3600507750384e9faeac329', 'BATIMENT0000000240851'])('%s does not', (name) => expect(isTelling(name)).toBe(false));
});

describe('a term of the dictionary of cities', () => {
  it.each(Object.keys(languages))('has a label in the language %s', (lang) =>
    expect(cityDictionary.terms.filter(({ label }) => !label[lang]?.trim()).map(({ term }) => term)).toEqual([]),
  );
  it('is called otherwise in Arabic than in English, each', () =>
    expect(cityDictionary.terms.filter(({ label }) => label['ar'] === label['en']).map(({ term }) => term)).toEqual([]));
});

describe('a name in several languages', () => {
  it("is told in the one of the page, else in its owner's, which is marked", () => {
    expect(inLanguage({ names: { en: 'Wall', de: 'Mauer' }, lang: 'de' })).toEqual({ text: 'Mauer', lang: undefined });
    expect(inLanguage({ names: { nl: 'Muur', en: 'Wall' }, lang: 'de' })).toEqual({ text: 'Wall', lang: 'en' });
    expect(inLanguage({ names: { nl: 'Muur' }, lang: 'de' })).toEqual({ text: 'Muur', lang: 'nl' });
    expect(inLanguage({ names: {}, lang: 'de' })).toEqual({ text: '', lang: undefined });
  });
});
