import { describe, expect, test } from 'vitest';
import { instantOfMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { polygonOfBox } from '../ground/place/parts.ts';
import { termOf, trialTwin, twinIdOfName } from './trial-twin.ts';
import { AlternativeId, boxOfTwin, oldestObservation, placeOf, Twin, valueOfTerm } from './twin.ts';

const twin = trialTwin(twinIdOfName('planning', '1'), { kind: 'city:Building', height: 12, at: [9, 52], observed: 60 });

describe('a twin', () => {
  test('is read as it was written', () => expect(Twin.parse(JSON.parse(JSON.stringify(twin)))).toEqual(twin));

  test('is refused without provenance, without version, with a bare value', () => {
    const { provenance: _, ...bare } = twin;
    expect([bare, { ...twin, version: 0 }, { ...twin, values: { 'city:height': 12 } }].filter((given) => Twin.safeParse(given).success)).toEqual([]);
  });

  test('gives a value with its whole provenance, and none for what an object has by birth', () => {
    expect(valueOfTerm(twin, termOf('city:height'))).toMatchObject({ value: 12, unit: 'm', source: twin.agency, flag: 'MEASURED' });
    expect([valueOfTerm(twin, 'constructor'), valueOfTerm(twin, '__proto__')]).toEqual([undefined, undefined]);
  });

  test('is where its outline is, else where its position is, else nowhere', () => {
    const outline = polygonOfBox([1, 2, 3, 4]);
    expect([placeOf({ ...twin, footprint: outline }), placeOf(twin), placeOf({})]).toEqual([outline, { type: 'Point', coordinates: [9, 52] }, undefined]);
    expect([boxOfTwin({ ...twin, footprint: outline }), boxOfTwin(twin), boxOfTwin({})]).toEqual([[1, 2, 3, 4], [9, 52, 9, 52], undefined]);
  });

  test('is as old as its oldest value', () => {
    const old = instantOfMs(0);
    expect(oldestObservation(twin)).toBe(twin.provenance.observedAt);
    expect(oldestObservation({ ...twin, values: { ...twin.values, 'city:use': { value: 'shop', observedAt: old } } })).toBe(old);
    expect(oldestObservation({ ...twin, values: {}, provenance: { ...twin.provenance, isFileDate: true } })).toBeUndefined();
  });
});

test('another identifier is at most keyCharactersMax long, its scheme termCharactersMax', () => {
  const fits = (scheme: number, value: number): boolean => AlternativeId.safeParse({ scheme: 's'.repeat(scheme), value: 'v'.repeat(value) }).success;
  expect(fits(limits.termCharactersMax, limits.keyCharactersMax)).toBe(true);
  expect([fits(limits.termCharactersMax + 1, 1), fits(1, limits.keyCharactersMax + 1), fits(0, 1), fits(1, 0)]).toEqual([false, false, false, false]);
});
