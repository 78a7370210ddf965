import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxesMeet, boxOf, polygonOfBox, splitAtAntimeridian, verticesOf } from './parts.ts';
import { type Box, Geometry, sameWithin } from './place.ts';
import { intersects, metresApart, within } from './relations.ts';

const metresBetween = (a: readonly number[], b: readonly number[]): number =>
  metresApart({ type: 'Point', coordinates: [...a] }, { type: 'Point', coordinates: [...b] });
const metresTo = (from: number[], geometry: Parameters<typeof metresApart>[1]): number => metresApart({ type: 'Point', coordinates: from }, geometry);

const square = (x: number, y: number, size: number): Geometry => polygonOfBox([x, y, x + size, y + size]);
const point = (x: number, y: number): Geometry => ({ type: 'Point', coordinates: [x, y] });
const degree = fc.double({ min: -80, max: 80, noNaN: true });

describe('a geometry', () => {
  test('of each type is read, of no other', () => {
    const line = [
      [0, 0],
      [1, 1],
    ];
    const ring = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ];
    const good = [
      point(1, 2),
      { type: 'MultiPoint', coordinates: line },
      { type: 'LineString', coordinates: line },
      { type: 'MultiLineString', coordinates: [line] },
      { type: 'Polygon', coordinates: [ring] },
      { type: 'MultiPolygon', coordinates: [[ring]] },
    ];
    expect(good.filter((geometry) => !Geometry.safeParse(geometry).success)).toEqual([]);
    const bad = [
      { type: 'Circle', coordinates: [0, 0] },
      { type: 'Point', coordinates: [1] },
      { type: 'Point', coordinates: [1, Number.NaN] },
      { type: 'Point', coordinates: [1, Infinity] },
      { type: 'LineString', coordinates: [[0, 0]] },
      { type: 'Polygon', coordinates: [line] },
      { type: 'MultiPolygon', coordinates: [] },
      { type: 'Polygon', coordinates: [[...ring.slice(0, -1), [0, 1]]] },
      { type: 'MultiPolygon', coordinates: [[ring], [[...ring.slice(1), [5, 5]]]] },
      null,
    ];
    expect(bad.filter((geometry) => Geometry.safeParse(geometry).success)).toEqual([]);
  });

  test('lies in its box, and every vertex is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(degree, degree), { minLength: 2, maxLength: 20 }), (coordinates) => {
        const line: Geometry = { type: 'LineString', coordinates };
        const [west, south, east, north] = boxOf(line);
        expect(coordinates.every(([x, y]) => x >= west && x <= east && y >= south && y <= north)).toBe(true);
        expect(verticesOf(line)).toBe(coordinates.length);
      }),
    );
  });

  test('meets and contains with its edges', () => {
    expect([intersects(square(0, 0, 1), square(1, 1, 1)), intersects(square(0, 0, 1), square(2, 2, 1))]).toEqual([true, false]);
    expect([within(point(0.5, 0.5), square(0, 0, 1)), within(square(0, 0, 2), square(0, 0, 1)), within(point(5, 5), square(0, 0, 1))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is the same where every coordinate is within the tolerance', () => {
    expect([sameWithin(point(1, 1), point(1.0000001, 1), 1e-6), sameWithin(point(1, 1), point(1.00001, 1), 1e-6)]).toEqual([true, false]);
    expect([sameWithin(undefined, undefined, 1), sameWithin(point(1, 1), undefined, 1), sameWithin(point(0, 0), square(0, 0, 1), 9)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a box', () => {
  test('across the antimeridian is two', () => {
    expect(splitAtAntimeridian([170, -10, -170, 10])).toEqual([
      [170, -10, 180, 10],
      [-180, -10, -170, 10],
    ]);
    expect(splitAtAntimeridian([1, 2, 3, 4])).toEqual([[1, 2, 3, 4]]);
  });

  test('meets another at its edge, and both lie in their union', () => {
    const [a, b]: [Box, Box] = [
      [0, 0, 1, 1],
      [1, 1, 2, 2],
    ];
    expect([boxesMeet(a, b), boxesMeet(a, [1.01, 0, 2, 1])]).toEqual([true, false]);
  });
});

describe('a distance', () => {
  test('is geodesic: a degree of latitude is 111 km anywhere, one of longitude shrinks', () => {
    expect(metresBetween([9, 52], [9, 53])).toBeCloseTo(111_195, -2);
    expect(metresBetween([9, 60], [10, 60])).toBeCloseTo(55_597, -2);
  });

  test('is nothing inside and goes to the nearest edge outside', () => {
    expect(metresTo([0.5, 0.5], square(0, 0, 1))).toBe(0);
    expect(metresTo([1.001, 0.5], square(0, 0, 1))).toBeCloseTo(111.2, 0);
    expect(metresApart(square(0, 0, 1), square(1.001, 0, 1))).toBeCloseTo(111.2, 0);
  });
});
