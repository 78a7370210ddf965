import { describe, expect, it } from 'vitest';
import { parseReferenceSystem, toCrs84, verticalDatumOf } from './reference-system.ts';

const convert = (crs: string, position: readonly number[]): readonly number[] => {
  const converter = toCrs84(crs);
  return converter.ok ? converter.value(position) : [];
};

describe('a reference system', () => {
  // Where the definition itself says what comes out: false origins at their natural origins, and published examples.
  const known = [
    { crs: 'EPSG:3857', position: [0, 0], expected: [0, 0], digits: 9 },
    { crs: 'EPSG:2154', position: [700_000, 6_600_000], expected: [3, 46.5], digits: 7 },
    { crs: 'EPSG:3946', position: [1_700_000, 5_200_000], expected: [3, 46], digits: 7 },
    { crs: 'EPSG:26986', position: [200_000, 750_000], expected: [-71.5, 41], digits: 7 },
    { crs: 'EPSG:2249', position: [656_166.667, 2_460_625], expected: [-71.5, 41], digits: 6 },
    { crs: 'EPSG:25832', position: [500_000, 0], expected: [9, 0], digits: 7 },
    { crs: 'EPSG:32601', position: [500_000, 0], expected: [-177, 0], digits: 7 },
    { crs: 'EPSG:32660', position: [500_000, 0], expected: [177, 0], digits: 7 },
    { crs: 'EPSG:32733', position: [500_000, 10_000_000], expected: [15, 0], digits: 7 },
    { crs: 'EPSG:28992', position: [155_000, 463_000], expected: [5.387206, 52.155174], digits: 5 },
    { crs: 'EPSG:7415', position: [155_000, 463_000, 5], expected: [5.387206, 52.155174], digits: 5 },
    { crs: 'EPSG:2056', position: [2_600_000, 1_200_000], expected: [7.438632, 46.951083], digits: 5 },
    { crs: 'EPSG:31468', position: [4_468_503, 5_333_317], expected: [11.57536, 48.1371], digits: 4 },
  ];
  it.each(known)('$crs lies where its authority says', ({ crs, position, expected, digits }) => {
    const [longitude = Number.NaN, latitude = Number.NaN] = convert(crs, position);
    expect(longitude).toBeCloseTo(expected[0] ?? Number.NaN, digits);
    expect(latitude).toBeCloseTo(expected[1] ?? Number.NaN, digits);
  });

  it('has one meaning in all its spellings', () => {
    for (const crs of [
      'EPSG:7415',
      'urn:ogc:def:crs:EPSG::7415',
      'urn:ogc:def:crs:EPSG:9.9:7415',
      'https://www.opengis.net/def/crs/EPSG/0/7415',
      'http://www.opengis.net/def/crs/EPSG/0/7415',
      ' epsg:7415 ',
    ]) {
      const system = parseReferenceSystem(crs);
      expect(system).toMatchObject({ ok: true, value: { id: 'EPSG:7415', isGeographic: false } });
    }
    expect(parseReferenceSystem('urn:ogc:def:crs:OGC:1.3:CRS84')).toMatchObject({ ok: true, value: { id: 'OGC:CRS84' } });
  });

  it('puts latitude first where it says so and was named by URN or address', () => {
    expect(convert('https://www.opengis.net/def/crs/EPSG/0/6697', [35.6, 139.7, 3])).toEqual([139.7, 35.6]);
    expect(convert('urn:ogc:def:crs:EPSG::6668', [35.6, 139.7])).toEqual([139.7, 35.6]);
    expect(convert('urn:ogc:def:crs:EPSG::4326', [42.37, -71.1])).toEqual([-71.1, 42.37]);
    expect(convert('EPSG:4326', [-71.1, 42.37])).toEqual([-71.1, 42.37]);
    expect(convert('urn:ogc:def:crs:OGC:1.3:CRS84', [-71.1, 42.37])).toEqual([-71.1, 42.37]);
  });

  it('names its vertical datum and converts no height', () => {
    expect(verticalDatumOf('EPSG:7415')).toBe('NAP, EPSG:5709');
    expect(verticalDatumOf('https://www.opengis.net/def/crs/EPSG/0/6697')).toContain('JGD2011');
    expect(verticalDatumOf('EPSG:28992')).toBeUndefined();
    expect(verticalDatumOf('EPSG:1')).toBeUndefined();
  });

  it('that is not known is refused, naming those that are', () => {
    for (const crs of [
      'EPSG:99999',
      'EPSG:32600',
      'EPSG:32661',
      'WGS84',
      '',
      'http://evil.example/EPSG/0/4326',
      '__proto__',
      'EPSG:__proto__',
      'EPSG:constructor',
    ]) {
      expect(parseReferenceSystem(crs)).toMatchObject({
        ok: false,
        problem: { kind: 'unknownReferenceSystem', accepted: expect.stringContaining('EPSG:28992') },
      });
    }
  });

  it('gives no numbers for what is no position', () => {
    expect(convert('EPSG:28992', [Number.NaN, 1])).toEqual([Number.NaN, Number.NaN]);
    expect(convert('EPSG:28992', [])).toEqual([Number.NaN, Number.NaN]);
  });
});
