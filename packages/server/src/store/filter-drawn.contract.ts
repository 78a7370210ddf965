/**
 * Filter, drawn: twins, links and filters at random, for what filters mean to every store.
 */
import type { Geometry, Link, Position, TwinFilter } from '@cityweave/core';
import fc from 'fast-check';
import { agency, at, foreignId, link, type Sketch, square, term, twinId } from './twins.contract.ts';

const places = [undefined, [0, 0], [0.5, 0.5], [1, 1], [2, 0], [-1, 1], [180, 0], [-180, 0], [0, 90], [0, -90], [10, 89.9995]] as const;
const footprints: readonly (Geometry | undefined)[] = [
  undefined,
  square(0.25, 0.25, 1),
  square(3, 3, 0.5),
  {
    type: 'LineString',
    coordinates: [
      [-1, 0],
      [3, 0.5],
    ],
  },
  { type: 'MultiPolygon', coordinates: [square(0, 0, 0.1), square(2, 2, 0.1)].map(({ coordinates }) => coordinates as number[][][]) }, // branding: both are polygons
];
export const names = ['Pumpe Süd', 'pump station 12', "O'Brien's well", 'ÅNGSTRÖM', 'well', '12'];
const values = [1, 2, 10, 1000, -1, 'a', 'ab', 'B', 'é', '', true, false, null, ['a'], { b: 1 }] as const;
export const keys = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const [kindA, kindB] = ['A', 'B'];

const sketch: fc.Arbitrary<Sketch> = fc.record(
  {
    kind: fc.constantFrom(kindA, kindB),
    agency: fc.constantFrom(agency, 'urn:dtf:agency:other.example'),
    name: fc.constantFrom(...names),
    object: fc.constantFrom('urn:x:1', 'urn:x:2'),
    altIds: fc.array(fc.record({ scheme: fc.constantFrom('s', 't'), value: fc.constantFrom('791', '791.0', 'K-1') }), { maxLength: 2 }),
    values: fc.dictionary(
      fc.constantFrom('city:p', 'city:q'),
      fc.oneof(
        fc.record({ value: fc.constantFrom(...values) }),
        fc.record({ value: fc.constantFrom(1, null), flag: fc.constantFrom('CARRIED', 'MISSING', 'MEASURED') }),
        fc.record({ value: fc.constantFrom(1, 1000, 2.5), unit: fc.constantFrom('m', 'km', 'cm', 's') }),
      ),
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Sketch>; // branding: constants of the types that a sketch takes

export const placed = fc.tuple(sketch, fc.constantFrom(...places), fc.constantFrom(...footprints)).map(
  ([one, position, footprint]): Sketch => ({ ...one, ...(position && { position: [...position] as Position }), ...(footprint && { footprint }) }), // branding: two numbers
);

export const ends = [...keys.map(twinId), foreignId('1')];
export const links: fc.Arbitrary<readonly Link[]> = fc.array(
  fc.tuple(fc.constantFrom(...ends), fc.constantFrom(...ends), fc.constantFrom('feeds', 'sameAs')).map(([from, to, kind]) => link(from, to, kind)),
  { maxLength: 8 },
);

const identifiers = fc.subarray([...ends, 'urn:x:1', '791', 'K-1', 'no such \'" id'], { minLength: 1 });
const box = fc.constantFrom<NonNullable<TwinFilter['box']>>(
  [0, 0, 1, 1],
  [0.5, 0.5, 0.5, 0.5],
  [-180, -90, 180, 90],
  [170, -10, -170, 10],
  [-180, 89.9, 180, 90],
  [3.2, 3.2, 3.3, 3.3],
);
const area = fc.record(
  {
    relation: fc.constantFrom('intersects', 'within', 'nearerThan'),
    geometry: fc.constantFrom(square(0.1, 0.1, 2), square(0.4, 0.4, 0.2), ...footprints.filter((one) => one !== undefined)),
    metres: fc.constantFrom(1, 60_000),
  },
  { requiredKeys: ['relation', 'geometry', 'metres'] },
) as fc.Arbitrary<NonNullable<TwinFilter['areas']>[number]>; // branding: constants of the types that an area takes
const property = fc.record(
  {
    term: fc.constantFrom('city:p', 'city:q', 'city:none'),
    op: fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists', 'contains', 'prefix', 'flagged'),
    value: fc.constantFrom(...values, [1, 'a', null], 0.001, ['MEASURED'], ['CARRIED', 'MISSING']),
    unit: fc.constantFrom('m', 'km'),
  },
  { requiredKeys: ['term', 'op'] },
) as fc.Arbitrary<NonNullable<TwinFilter['property']>[number]>; // branding: constants of the types that a test takes

const one = <K extends keyof TwinFilter>(key: K, value: fc.Arbitrary<unknown>): fc.Arbitrary<TwinFilter> =>
  value.map((part) => ({ [key]: part }) as TwinFilter); // branding: constants of the types that a filter takes

const leaves = [
  one('ids', identifiers),
  one('agencies', fc.constantFrom([agency], [], [agency, 'urn:dtf:agency:energy.example'])),
  one('kinds', fc.subarray([term(kindA), term(kindB)])),
  one('text', fc.constantFrom('pump', 'sud PUMP', 'angstrom', "o'brien", '12', 'we', '', '*"() OR NEAR', 'a-b', 'nothing')),
  one('box', box),
  one('areas', fc.array(area, { minLength: 1, maxLength: 2 })),
  one('property', fc.array(property, { minLength: 1, maxLength: 2 })),
  one('changedSince', fc.constantFrom(at, '2027-01-01T00:00:00.000Z')),
];

export const { filter } = fc.letrec<{ filter: TwinFilter }>((tie) => {
  const some = fc.array(tie('filter'), { maxLength: 2 });
  const test = fc.record(
    {
      kind: fc.constantFrom(term('feeds'), term('sameAs')),
      except: fc.constantFrom(term('sameAs')),
      direction: fc.constantFrom('out', 'in', 'both'),
      to: tie('filter'),
    },
    { requiredKeys: ['direction'] },
  );
  const joined = fc.tuple(tie('filter'), tie('filter')).map(([a, b]): TwinFilter => ({ ...a, ...b }));
  return {
    filter: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      ...leaves,
      one('all', some),
      one('any', some),
      one('not', tie('filter')),
      one('linked', fc.tuple(test)),
      joined,
    ),
  };
});
