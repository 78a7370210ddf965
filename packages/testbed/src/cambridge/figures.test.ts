import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floodExposure, parcelJoin, streetJoin } from './figures.ts';
import { createZone, type Geometry } from './planar.ts';

const dataFolder = resolve(process.env['DATA'] ?? join(import.meta.dirname, '../../../../../shared/data'));
const isThere = existsSync(join(dataFolder, 'cambridge', 'layers'));
const isSkipped = isThere
  ? ''
  : ' (skipped: DATA names no folder with the layers of Cambridge, which are cambridgegis/cambridgegis_data on GitHub: docs/data.md)';

const countsOf = (returnPeriod: 100 | 500) =>
  Object.fromEntries(Object.entries(floodExposure(dataFolder, returnPeriod)).map(([kind, { exposed, of }]) => [kind, [exposed, of]]));

describe.skipIf(!isThere)(`the figures of Cambridge, straight from its files${isSkipped}`, () => {
  it('count what stands in the 500-year zone', () => {
    expect(countsOf(500)).toEqual({
      'city:UtilitySite': [4, 14],
      'city:SubwayStation': [1, 10],
      'city:Shelter': [1, 15],
      'city:ChargingPoint': [9, 102],
      'city:TrafficSignal': [47, 785],
      'city:Hydrant': [150, 1960],
      'city:Hospital': [0, 3],
    });
  });

  it('name what stands in the 500-year zone', () => {
    const exposure = floodExposure(dataFolder, 500);
    expect(exposure['city:UtilitySite']?.names).toEqual(['Alewife Bulk', 'BBN Technology', 'ComGas', 'NSTAR Electric (Station 509)']);
    expect(exposure['city:SubwayStation']?.names).toEqual(['ALEWIFE']);
    expect(exposure['city:Shelter']?.names).toEqual(['Tobin School']);
  });

  it('differ in the 100-year zone', () => {
    expect(countsOf(100)).toEqual({
      'city:UtilitySite': [0, 14],
      'city:SubwayStation': [1, 10],
      'city:Shelter': [0, 15],
      'city:ChargingPoint': [1, 102],
      'city:TrafficSignal': [9, 785],
      'city:Hydrant': [36, 1960],
      'city:Hospital': [0, 3],
    });
  });

  it('find the street of a light once "791" and 791.0 are one number', () => {
    const { of, resolved, unresolved } = streetJoin(dataFolder);
    expect([resolved, of]).toEqual([5736, 6117]);
    expect(unresolved).toContain('587');
  });

  it('find the parcel of a lot, of an address, of an assessment and of a flood parcel', () => {
    const found = Object.fromEntries(Object.entries(parcelJoin(dataFolder)).map(([register, { resolved, of }]) => [register, [resolved, of]]));
    expect(found).toEqual({
      lots: [12517, 12730],
      addresses: [21530, 22187],
      assessments: [27477, 27528],
      floodParcels100: [128, 157],
      floodParcels500: [604, 655],
    });
  });
});

const square = (west: number, south: number, size: number) => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];

describe('a zone on the plane', () => {
  const zone = createZone([{ type: 'Polygon', coordinates: [square(0, 0, 10), square(4, 4, 2)] }]);
  const claims: readonly (readonly [string, Geometry, boolean])[] = [
    ['holds a point inside', { type: 'Point', coordinates: [1, 1] }, true],
    ['holds a point on its edge', { type: 'Point', coordinates: [10, 5] }, true],
    ['holds a corner', { type: 'Point', coordinates: [0, 0] }, true],
    ['does not hold a point in its hole', { type: 'Point', coordinates: [5, 5] }, false],
    ['holds a point on the edge of its hole', { type: 'Point', coordinates: [4, 5] }, true],
    ['does not hold a point outside', { type: 'Point', coordinates: [10.001, 5] }, false],
    [
      'meets a line that crosses it without a vertex inside',
      {
        type: 'LineString',
        coordinates: [
          [-5, 2],
          [15, 2],
        ],
      },
      true,
    ],
    [
      'does not meet a line in its hole',
      {
        type: 'LineString',
        coordinates: [
          [4.5, 4.5],
          [5.5, 5.5],
        ],
      },
      false,
    ],
    [
      'does not meet a line that passes by',
      {
        type: 'LineString',
        coordinates: [
          [-5, 11],
          [11.5, 9.9],
        ],
      },
      false,
    ],
    ['meets an area around it', { type: 'Polygon', coordinates: [square(-5, -5, 30)] }, true],
    ['meets one part of several', { type: 'MultiPolygon', coordinates: [[square(20, 20, 1)], [square(9, 9, 5)]] }, true],
  ];
  it.each(claims)('%s', (_, geometry, expected) => {
    expect(zone(geometry)).toBe(expected);
  });
});
