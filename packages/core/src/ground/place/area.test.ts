import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { growBox, prepareArea } from './area.ts';
import { createEdges } from './edges.ts';
import type { Geometry } from './place.ts';
import { intersects, metresApart, within } from './relations.ts';

// whole numbers, so that edges touch, overlap and end on one another all the time
const whole = fc.integer({ min: 0, max: 8 });
const at = fc.tuple(whole, whole).map(([x, y]) => [x / 8, y / 8]);
const point = at.map((coordinates): Geometry => ({ type: 'Point', coordinates }));
const line = fc.uniqueArray(at, { minLength: 2, maxLength: 5, selector: String }).map((coordinates): Geometry => ({ type: 'LineString', coordinates }));
const ring = (x: number, y: number, [wide, high]: readonly [number, number]): number[][] => [
  [x, y],
  [x + wide, y],
  [x + wide, y + high],
  [x, y + high],
  [x, y],
];
const rectangle = fc
  .tuple(whole, whole, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.boolean())
  .map(([x, y, wide, high, hole]) => [
    ring(x / 8, y / 8, [wide / 8, high / 8]),
    ...(hole && wide > 2 && high > 2 ? [ring((x + 1) / 8, (y + 1) / 8, [(wide - 2) / 8, (high - 2) / 8])] : []),
  ]);
const triangle = fc
  .tuple(at, at, at)
  .filter(([[ax = 0, ay = 0], [bx = 0, by = 0], [cx = 0, cy = 0]]) => (bx - ax) * (cy - ay) !== (cx - ax) * (by - ay))
  .map(([a, b, c]) => [[a, b, c, a]]);
const polygon = fc.oneof(rectangle, triangle).map((coordinates): Geometry => ({ type: 'Polygon', coordinates }));
const apart = fc
  .tuple(rectangle, triangle)
  .map(([one, other]): Geometry => ({ type: 'MultiPolygon', coordinates: [one, other.map((part) => part.map(([x = 0, y = 0]) => [x + 2, y]))] }));
const lines = fc.uniqueArray(at, { minLength: 4, maxLength: 4, selector: String }).map(
  ([a = [], b = [], c = [], d = []]): Geometry => ({
    type: 'MultiLineString',
    coordinates: [
      [a, b],
      [c, d],
    ],
  }),
);
const area = fc.oneof(polygon, apart, line, lines, point);
const place = fc.oneof(point, line, polygon, apart);

const dimension = ({ type }: Geometry): number => ['Point', 'LineString', 'Polygon'].findIndex((name) => type.endsWith(name));

test('an area made ready intersects exactly what it intersects', () => {
  fc.assert(
    fc.property(area, place, (geometry, other) => {
      expect(prepareArea({ relation: 'intersects', geometry }).holds(other)).toBe(intersects(other, geometry));
    }),
    { numRuns: 1_000 },
  );
});

test('an area made ready contains exactly what lies within it', () => {
  fc.assert(
    fc.property(area, place, (geometry, other) => {
      const expected = dimension(other) <= dimension(geometry) && within(other, geometry);
      expect(prepareArea({ relation: 'within', geometry }).holds(other)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

test('an area made ready is as near as its nearest point', () => {
  fc.assert(
    fc.property(area, place, fc.constantFrom(1, 10_000, 13_900, 30_000), (geometry, other, metres) => {
      expect(prepareArea({ relation: 'nearerThan', geometry, metres }).holds(other)).toBe(metresApart(other, geometry) <= metres);
    }),
    { numRuns: 500 },
  );
});

test('edges are found by their boxes, edges of boxes included, and the search stops when told', () => {
  const row = Array.from({ length: 100 }, (_, x) => [x, 0]);
  const edges = createEdges([row]);
  const found: number[] = [];
  edges.some([10, 0, 12, 0], (x) => {
    found.push(x);
    return false;
  });
  expect(found).toEqual([9, 10, 11, 12]);
  let asked = 0;
  expect(
    edges.some([0, 0, 99, 0], () => {
      asked += 1;
      return true;
    }),
  ).toBe(true);
  expect(asked).toBe(1);
  expect(edges.some([0, 1, 99, 2], () => true)).toBe(false);
});

const degree = fc.double({ min: -80, max: 80, noNaN: true });

describe('a box', () => {
  test('grown by metres holds everything that is no further away, and stays on the earth', () => {
    fc.assert(
      fc.property(
        fc.tuple(degree, degree),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        ([x, y], metres, angle) => {
          const [west, south, east, north] = growBox([x, y, x, y], metres);
          const away = [x + Math.cos(angle) * 0.5, y + Math.sin(angle) * 0.5] as const;
          if (metresApart({ type: 'Point', coordinates: [x, y] }, { type: 'Point', coordinates: [...away] }) <= metres)
            expect(away[0] >= west && away[0] <= east && away[1] >= south && away[1] <= north).toBe(true);
          expect(west >= -180 && east <= 180 && south >= -90 && north <= 90).toBe(true);
        },
      ),
    );
  });
});
