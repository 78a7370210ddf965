import type { Geometry } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptationOf, type Declaration, declare } from '../format/trial-file.ts';
import { centreOf } from './place.ts';

const adapt = (geometry: Geometry | undefined, declaration: Declaration = {}) => {
  const adapted = adaptationOf(declare(declaration)).adapt({ where: 'x', nativeId: '1', columns: {}, geometry });
  return adapted.ok ? adapted.value.twin : adapted.problem;
};
const point = (...coordinates: number[]): Geometry => ({ type: 'Point', coordinates });
const cambridge: [number, number, number, number] = [-71.17, 42.35, -71.06, 42.41];

describe('the place of a twin', () => {
  it('of a point is its position, with its height', () => {
    expect(adapt(point(-71.1, 42.37, 12))).toMatchObject({ position: [-71.1, 42.37, 12] });
    expect(adapt(point(-71.1, 42.37))).not.toHaveProperty('footprint');
  });

  it('of anything else is its outline in two dimensions and where one would look for it', () => {
    expect(
      adapt({
        type: 'LineString',
        coordinates: [
          [0, 0, 5],
          [2, 0, 5],
          [3, 0, 5],
        ],
      }),
    ).toMatchObject({
      position: [1.5, 0],
      footprint: {
        type: 'LineString',
        coordinates: [
          [0, 0],
          [2, 0],
          [3, 0],
        ],
      },
    });
  });

  it('is longitude first in GeoJSON and tables, whatever the reference system', () => {
    for (const crs of ['EPSG:4326', 'urn:ogc:def:crs:EPSG::4326', 'OGC:CRS84'])
      expect(adapt(point(-71.1, 42.37), { crs })).toMatchObject({ position: [-71.1, 42.37] });
    expect(adapt(point(35.6, 139.7), { crs: 'https://www.opengis.net/def/crs/EPSG/0/6697', format: 'cityjson' })).toMatchObject({ position: [139.7, 35.6] });
  });

  it('is converted from the reference system of the file', () => {
    const twin = adapt(point(1_841_069, 5_175_491), { crs: 'EPSG:3946' });
    expect(twin).toMatchObject({ position: [expect.closeTo(4.8137427, 6), expect.closeTo(45.7650233, 6)] });
  });

  it('of CityJSON needs a reference system', () => {
    expect(() => adaptationOf(declare({ format: 'cityjson' }))).toThrow();
    expect(() => adaptationOf(declare({ crs: 'EPSG:1' }))).toThrow();
  });

  it('off the earth is refused', () => {
    for (const geometry of [point(181, 0), point(0, 91), point(236_000, 900_000)]) expect(adapt(geometry)).toMatchObject({ kind: 'malformed' });
    expect(adapt(point(180, 90))).toMatchObject({ position: [180, 90] });
  });

  it('outside the coverage is refused, and swapped axes are named', () => {
    const coverage = cambridge;
    expect(adapt(point(-71.1, 42.37), { coverage })).toMatchObject({ position: [-71.1, 42.37] });
    expect(adapt(point(42.37, -71.1), { coverage })).toMatchObject({
      kind: 'outsideCoverage',
      found: '42.37, -71.1',
      accepted: expect.stringContaining('with x and y swapped it would fit'),
    });
    expect(adapt(point(-72, 42.37), { coverage })).toMatchObject({ kind: 'outsideCoverage', accepted: expect.not.stringContaining('swapped') });
    expect(adapt(undefined, { coverage })).toMatchObject({ kind: 'outsideCoverage', found: 'no coordinates' });
    expect(adapt(undefined)).not.toHaveProperty('position');
    const area: Geometry = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [4, 0],
          [0, 4],
          [0, 0],
        ],
      ],
    };
    expect(adapt(point(1, 1), { coverage: area })).toMatchObject({ position: [1, 1] });
    expect(adapt(point(3, 3), { coverage: area })).toMatchObject({ kind: 'outsideCoverage' });
  });

  it('may reach beyond the coverage, and the coverage beyond the antimeridian', () => {
    expect(
      adapt(
        {
          type: 'LineString',
          coordinates: [
            [-71.2, 42.37],
            [-71.1, 42.37],
          ],
        },
        { coverage: cambridge },
      ),
    ).toMatchObject({ footprint: {} });
    expect(adapt(point(-179.9, 0), { coverage: [179, -1, -179, 1] })).toMatchObject({ position: [-179.9, 0] });
  });

  it('with swapped axes in metres is told as well', () => {
    expect(adapt(point(5_175_491, 1_841_069), { crs: 'EPSG:3946', coverage: [4.7, 45.6, 5, 46] })).toMatchObject({
      accepted: expect.stringContaining('swapped'),
    });
  });
});

describe('the centre', () => {
  const square = (x: number, y: number, size: number): [number, number][] => [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ];

  it('of an area is its centre of mass, holes left out, whichever way the rings run', () => {
    fc.assert(
      fc.property(fc.double({ min: -170, max: 170, noNaN: true }), fc.double({ min: -80, max: 80, noNaN: true }), fc.boolean(), (x, y, back) => {
        const ring = back ? square(x, y, 0.01).toReversed() : square(x, y, 0.01);
        const [cx, cy] = centreOf({ type: 'Polygon', coordinates: [ring] });
        expect([cx, cy]).toEqual([expect.closeTo(x + 0.005, 7), expect.closeTo(y + 0.005, 7)]);
      }),
    );
    const withHole = centreOf({ type: 'Polygon', coordinates: [square(0, 0, 4), square(0, 0, 2)] });
    expect(withHole).toEqual([expect.closeTo(7 / 3, 9), expect.closeTo(7 / 3, 9)]);
  });

  it('of several areas weighs them, of lines lies on the longest, of nothing flat is their mean', () => {
    expect(centreOf({ type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(10, 0, 1)]] })).toEqual([expect.closeTo(5.5, 9), expect.closeTo(0.5, 9)]);
    expect(
      centreOf({
        type: 'MultiLineString',
        coordinates: [
          [
            [0, 0],
            [1, 0],
          ],
          [
            [5, 0],
            [9, 0],
          ],
        ],
      }),
    ).toEqual([7, 0]);
    expect(
      centreOf({
        type: 'MultiPoint',
        coordinates: [
          [0, 0],
          [2, 4],
        ],
      }),
    ).toEqual([1, 2]);
    expect(
      centreOf({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [2, 2],
            [4, 4],
            [0, 0],
          ],
        ],
      }),
    ).toEqual([1.5, 1.5]);
  });
});
