import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { polygonOfBox } from '../ground/place/parts.ts';
import type { Geometry } from '../ground/place/place.ts';
import { areasFilter, type FederatedFilter, type Relation, relationsOf, unionOfPlaces, withAreas } from './federated-filter.ts';

const zone: Relation = { relation: 'intersects', to: {} };
const near: Relation = { relation: 'nearerThan', metres: 50, to: { text: 'pump' } };
const point = (x: number): Geometry => ({ type: 'Point', coordinates: [x, 0] });
const line: Geometry = {
  type: 'LineString',
  coordinates: [
    [0, 0],
    [1, 1],
  ],
};

describe('a filter with relations to other sets', () => {
  const filter: FederatedFilter = { text: 'house', relates: [zone], all: [{ relates: [near] }], any: [{ relates: [zone] }, {}], not: { relates: [near] } };

  test('tells all of them', () => expect(relationsOf(filter)).toEqual([zone, near, zone, near]));

  test('is a filter between agencies once each is put in place', () => {
    const placed = withAreas(filter, ({ relation }) => ({ text: relation }));
    expect(placed).toEqual({
      text: 'house',
      all: [{ all: [{ text: 'nearerThan' }] }, { text: 'intersects' }],
      any: [{ all: [{ text: 'intersects' }] }, {}],
      not: { all: [{ text: 'nearerThan' }] },
    });
    expect(JSON.stringify(placed)).not.toContain('relates');
  });

  test('holds for nobody where the inner set is empty', () => expect(areasFilter(zone, [])).toEqual({ any: [] }));

  test('keeps the distance', () =>
    expect(areasFilter(near, [point(1)])).toEqual({
      any: [{ areas: [{ relation: 'nearerThan', metres: 50, geometry: { type: 'MultiPoint', coordinates: [[1, 0]] } }] }],
    }));
});

describe('the places of an inner set', () => {
  test('are at most three geometries, nothing simplified', () => {
    const places: readonly Geometry[] = [polygonOfBox([0, 0, 1, 1]), point(1), line, { type: 'MultiPoint', coordinates: [[5, 5]] }, polygonOfBox([2, 2, 3, 3])];
    expect(unionOfPlaces(places).map(({ type, coordinates }) => [type, coordinates.length])).toEqual([
      ['MultiPolygon', 2],
      ['MultiLineString', 1],
      ['MultiPoint', 2],
    ]);
  });

  test('are the same whatever order they came in, so that they have one digest', () => {
    const places = fc.array(
      fc.oneof(
        fc.nat({ max: 5 }).map(point),
        fc.constant(line),
        fc.nat({ max: 3 }).map((x) => polygonOfBox([x, 0, x + 1, 1])),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(places, (given) => {
        expect(unionOfPlaces(given.toReversed())).toEqual(unionOfPlaces(given));
      }),
    );
  });
});
