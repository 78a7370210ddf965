/**
 * Where a place lies, as people say it.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Geometry } from '../../ground/place/place.ts';
import { intersects, metresApart } from '../../ground/place/relations.ts';
import { type NamedPlace, toGazetteer, whereaboutsOf } from './whereabouts.ts';

const square = (west: number, south: number, side: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + side, south],
      [west + side, south + side],
      [west, south + side],
      [west, south],
    ],
  ],
});

const area = (name: string, outline: Geometry): NamedPlace => ({ id: name, name, position: [0, 0], outline });
const district = area('District', square(9, 50, 0.1));
const park = area('Park', square(9.01, 50.01, 0.02));
const hospital: NamedPlace = { id: 'Hospital', name: 'Hospital', position: [9.2, 50] };
const where = (position: readonly [number, number], ...places: readonly NamedPlace[]) => whereaboutsOf({ id: 'it', position }, toGazetteer(places));

it('is the smallest named area that holds it, in whichever order they are named', () => {
  for (const places of [
    [district, park, hospital],
    [hospital, park, district],
  ]) {
    expect(where([9.02, 50.02], ...places)).toEqual({ type: 'within', name: 'Park' });
    expect(where([9.08, 50.08], ...places)).toEqual({ type: 'within', name: 'District' });
  }
});

it('is the smallest by its ground, not by how far it reaches: a narrow strip across a district is the smaller one', () => {
  const strip: Geometry = {
    type: 'Polygon',
    coordinates: [
      [
        [8.9, 49.9],
        [8.901, 49.9],
        [9.201, 50.2],
        [9.2, 50.2],
        [8.9, 49.9],
      ],
    ],
  };
  expect(where([9.0505, 50.05], district, area('Canal', strip))).toEqual({ type: 'within', name: 'Canal' });
  const isles = area('Isles', {
    type: 'MultiPolygon',
    coordinates: [square(9.04, 50.04, 0.02), square(9.6, 50, 0.01)].map(({ coordinates }) => coordinates) as number[][][][],
  });
  expect(where([9.05, 50.05], district, isles)).toEqual({ type: 'within', name: 'Isles' });
});

it('is not within a hole of an area, and in either part of one that has two', () => {
  const [outer, hole] = [square(9, 50, 0.1), square(9.04, 50.04, 0.02)];
  const ring = area('Ring', { type: 'Polygon', coordinates: [outer.coordinates[0], hole.coordinates[0]] as number[][][] });
  expect(where([9.05, 50.05], ring)).toMatchObject({ type: 'away' });
  expect(where([9.02, 50.05], ring)).toMatchObject({ type: 'within' });
  const parts = area('Isles', {
    type: 'MultiPolygon',
    coordinates: [square(9, 50, 0.01), square(9.5, 50, 0.01)].map(({ coordinates }) => coordinates) as number[][][][],
  });
  expect(where([9.505, 50.005], parts)).toMatchObject({ type: 'within' });
  expect(where([9.2, 50.005], parts)).toMatchObject({ type: 'away' });
});

it('is told from the nearest of what is named, from its edge where it has one, and which way that is', () => {
  const south = where([9.05, 49.99], district, hospital);
  expect(south).toMatchObject({ type: 'away', name: 'District', heading: 180 });
  expect(south).toHaveProperty('metres', expect.closeTo(1_112, 0));
  expect(where([9.201, 50], district, hospital)).toMatchObject({ type: 'away', name: 'Hospital', heading: 90 });
});

it('of what has a name itself is not within itself; where nothing is named nothing is said', () => {
  expect(whereaboutsOf({ id: 'Park', position: [9.02, 50.02] }, toGazetteer([park, district]))).toEqual({ type: 'within', name: 'District' });
  expect(whereaboutsOf({ id: 'Park', position: [9.02, 50.02] }, toGazetteer([park]))).toBeUndefined();
});

it('holds what the predicates of places hold, and is as far away as they say', () => {
  const angles = fc.uniqueArray(fc.integer({ min: 0, max: 359 }), { minLength: 3, maxLength: 9 });
  const star = fc.tuple(angles, fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 })).map(([turns, radii]): Geometry => {
    const ring = turns
      .toSorted((a, b) => a - b)
      .map((turn, at) => [9 + Math.cos((turn * Math.PI) / 180) * (radii[at] ?? 1) * 0.01, 50 + Math.sin((turn * Math.PI) / 180) * (radii[at] ?? 1) * 0.01]);
    return { type: 'Polygon', coordinates: [[...ring, ring[0] ?? []]] };
  });
  const position = fc.tuple(fc.double({ min: 8.985, max: 9.015, noNaN: true }), fc.double({ min: 49.985, max: 50.015, noNaN: true }));
  fc.assert(
    fc.property(star, position, (outline, [longitude, latitude]) => {
      const point: Geometry = { type: 'Point', coordinates: [longitude, latitude] };
      const told = where([longitude, latitude], area('Star', outline));
      const metres = metresApart(point, outline);
      // on the very edge either may be said
      fc.pre(metres > 0.01 || intersects(point, outline));
      if (told?.type === 'within') expect(metres).toBeLessThan(0.01);
      else expect(Math.abs((told?.metres ?? Infinity) - metres)).toBeLessThan(0.01 + metres * 0.005);
    }),
  );
});

it('of many outlines is the nearest, though another has the nearer box', () => {
  const bent: Geometry = {
    type: 'Polygon',
    coordinates: [
      [
        [9, 50],
        [9.1, 50],
        [9.1, 50.01],
        [9.01, 50.01],
        [9.01, 50.1],
        [9, 50.1],
        [9, 50],
      ],
    ],
  };
  const near = area('Near', square(9.101, 50.07, 0.001));
  expect(where([9.09, 50.0705], area('Bent', bent), near)).toMatchObject({ type: 'away', name: 'Near', heading: 270 });
  expect(where([9.02, 50.0705], area('Bent', bent), near)).toMatchObject({ type: 'away', name: 'Bent', heading: 90 });
});
