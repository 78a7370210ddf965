/**
 * Relations of places: which of them meet, hold one another, how far apart they are. Planar in CRS84; distances are geodesic metres.
 * Without the schemas of places, for a page that loads fast.
 */
import { area } from '@turf/area';
import booleanIntersects from '@turf/boolean-intersects';
import booleanPointInPolygon from '@turf/boolean-point-in-polygon';
import booleanWithin from '@turf/boolean-within';
import distance from '@turf/distance';
import type { Geometry as GeoJsonGeometry, Position as GeoJsonPosition, MultiPolygon, Polygon } from 'geojson';
import { boxesMeet, boxOf, eachPosition, linesOf, partsOf } from './parts.ts';
import type { Geometry } from './place.ts';

// Turf and this file describe the same GeoJSON; its own types ask for mutable positions.
const toGeoJson = (geometry: Geometry): GeoJsonGeometry => geometry as GeoJsonGeometry;

export const intersects = (a: Geometry, b: Geometry): boolean => boxesMeet(boxOf(a), boxOf(b)) && booleanIntersects(toGeoJson(a), toGeoJson(b));

/** 0 for points, 1 for lines, 2 for areas. */
const dimensionOf = ({ type }: Geometry): number => (type.endsWith('Polygon') ? 2 : type.endsWith('LineString') ? 1 : 0);

/** Every part of `inner` lies in one part of `outer`; edges count as inside. What has more dimensions cannot lie within what has fewer. */
export const within = (inner: Geometry, outer: Geometry): boolean =>
  dimensionOf(inner) <= dimensionOf(outer) && partsOf(inner).every((part) => partsOf(outer).some((whole) => booleanWithin(toGeoJson(part), toGeoJson(whole))));

/** Whether a position lies in an area, edges included; in a line or a point nothing lies. */
export const holdsPosition = (area: Geometry, position: readonly number[]): boolean =>
  // branding: a position is a list of numbers
  (area.type === 'Polygon' || area.type === 'MultiPolygon') && booleanPointInPolygon(position as GeoJsonPosition, area as Polygon | MultiPolygon);

/** Square metres of an area; 0 of a line or a point. */
export const squareMetresOf = (geometry: Geometry): number => area(toGeoJson(geometry));

export type Nearest = { readonly position: readonly [longitude: number, latitude: number]; readonly metres: number };

/** On the plane that touches the earth at `from`: right to the millimetre for segments of a city. */
const nearestOnSegment = (from: readonly number[], a: readonly number[], b: readonly number[]): Nearest['position'] => {
  const shrink = Math.cos(((from[1] ?? 0) * Math.PI) / 180);
  const [ax, ay] = [((a[0] ?? 0) - (from[0] ?? 0)) * shrink, (a[1] ?? 0) - (from[1] ?? 0)];
  const [bx, by] = [((b[0] ?? 0) - (from[0] ?? 0)) * shrink, (b[1] ?? 0) - (from[1] ?? 0)];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length));
  return [(a[0] ?? 0) + along * ((b[0] ?? 0) - (a[0] ?? 0)), (a[1] ?? 0) + along * ((b[1] ?? 0) - (a[1] ?? 0))];
};

/** Geodesic metres between two positions (mean earth radius). */
const metresBetween = (a: readonly number[], b: readonly number[]): number => distance(a as GeoJsonPosition, b as GeoJsonPosition, { units: 'meters' }); // branding: a position is a list of numbers

/** What of the lines and points of a geometry lies nearest to a position. */
export const nearestOf = (from: readonly number[], geometry: Geometry): Nearest => {
  let nearest: Nearest = { position: [from[0] ?? 0, from[1] ?? 0], metres: Infinity };
  for (const line of linesOf(geometry))
    for (let index = 0; index < line.length; index += 1) {
      const position = nearestOnSegment(from, line[Math.max(0, index - 1)] ?? [], line[index] ?? []);
      const metres = metresBetween(from, position);
      if (metres < nearest.metres) nearest = { position, metres };
    }
  return nearest;
};

/** The least distance in metres between two geometries: 0 where they meet. */
export const metresApart = (a: Geometry, b: Geometry): number => {
  if (intersects(a, b)) return 0;
  let best = Infinity;
  eachPosition(a, (position) => {
    best = Math.min(best, nearestOf(position, b).metres);
  });
  eachPosition(b, (position) => {
    best = Math.min(best, nearestOf(position, a).metres);
  });
  return best;
};
