/**
 * FederatedFilter: the filter between agencies, with relations to other sets of twins of any agency. The inner set is resolved first;
 * its places become areas, which is what members are sent.
 */
import { compareText } from '../ground/id.ts';
import type { Geometry, SpatialRelation } from '../ground/place/place.ts';
import type { AreaTest, TwinFilter } from '../twin/query.ts';

export type Relation = { readonly relation: SpatialRelation; readonly to: FederatedFilter; readonly metres?: number | undefined };

export type FederatedFilter = Omit<TwinFilter, 'all' | 'any' | 'not'> & {
  readonly relates?: readonly Relation[] | undefined;
  readonly all?: readonly FederatedFilter[] | undefined;
  readonly any?: readonly FederatedFilter[] | undefined;
  readonly not?: FederatedFilter | undefined;
};

const polygonsOf = (geometry: Geometry) =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
const linesOf = (geometry: Geometry) =>
  geometry.type === 'LineString' ? [geometry.coordinates] : geometry.type === 'MultiLineString' ? geometry.coordinates : [];
const pointsOf = (geometry: Geometry) => (geometry.type === 'Point' ? [geometry.coordinates] : geometry.type === 'MultiPoint' ? geometry.coordinates : []);

/** Places as at most three geometries: all polygons, all lines, all points; in an order of their own, so that the same set has the same digest. */
export const unionOfPlaces = (places: readonly Geometry[]): readonly Geometry[] => {
  const sorted = places.map((place) => ({ place, text: JSON.stringify(place.coordinates) })).sort((a, b) => compareText(a.text, b.text));
  const polygons = sorted.flatMap(({ place }) => polygonsOf(place));
  const lines = sorted.flatMap(({ place }) => linesOf(place));
  const points = sorted.flatMap(({ place }) => pointsOf(place));
  const all: (Geometry | false)[] = [
    polygons.length > 0 && { type: 'MultiPolygon', coordinates: polygons },
    lines.length > 0 && { type: 'MultiLineString', coordinates: lines },
    points.length > 0 && { type: 'MultiPoint', coordinates: points },
  ];
  return all.filter((geometry) => geometry !== false);
};

/** A relation to these places as a filter; a relation to nothing holds for nobody. */
export const areasFilter = ({ relation, metres }: Relation, places: readonly Geometry[]): TwinFilter => ({
  any: unionOfPlaces(places).map((geometry): TwinFilter => ({ areas: [{ relation, geometry, ...(metres !== undefined && { metres }) } satisfies AreaTest] })),
});

type Resolved = (relation: Relation) => TwinFilter;

/** Every relation in a filter, the outer ones first. */
export const relationsOf = (filter: FederatedFilter): readonly Relation[] => [
  ...(filter.relates ?? []),
  ...(filter.all ?? []).flatMap(relationsOf),
  ...(filter.any ?? []).flatMap(relationsOf),
  ...(filter.not ? relationsOf(filter.not) : []),
];

/** The filter with each relation put in place by what it resolved to. */
export const withAreas = (filter: FederatedFilter, resolved: Resolved): TwinFilter => {
  const { relates = [], all = [], any, not, ...rest } = filter;
  const both = [...all.map((part) => withAreas(part, resolved)), ...relates.map(resolved)];
  return {
    ...rest,
    ...(both.length > 0 && { all: both }),
    ...(any && { any: any.map((part) => withAreas(part, resolved)) }),
    ...(not && { not: withAreas(not, resolved) }),
  };
};
