/**
 * Projection: from the plan's metres to UTM zone 32 on ETRS89 (EPSG:25832) and to longitude and latitude (CRS84).
 */
import proj4 from 'proj4';
import type { Line, Point, Ring } from './plane.ts';

/** Where the market square lies: open country in truth. */
const square: Point = [518_400, 5_764_200];

const utm32 = '+proj=utm +zone=32 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs';
const toDegrees = proj4(utm32, '+proj=longlat +datum=WGS84 +no_defs');

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export const toUtm = ([x, y]: Point): Point => [rounded(square[0] + x, 3), rounded(square[1] + y, 3)];

/** Seven digits: about a centimetre. */
export const toLonLat = ([x, y]: Point): Point => {
  const [lon = 0, lat = 0] = toDegrees.forward([square[0] + x, square[1] + y]);
  return [rounded(lon, 7), rounded(lat, 7)];
};

type Project = (point: Point) => Point;
const closed = (points: Line): Line => [...points, ...points.slice(0, 1)];

export const pointGeometry = (point: Point, project: Project = toLonLat) => ({ type: 'Point', coordinates: project(point) }) as const;
export const lineGeometry = (line: Line, project: Project = toLonLat) => ({ type: 'LineString', coordinates: line.map(project) }) as const;
export const polygonGeometry = (rings: readonly Ring[], project: Project = toLonLat) =>
  ({ type: 'Polygon', coordinates: rings.map((ring) => closed(ring).map(project)) }) as const;
export const multiPolygonGeometry = (polygons: readonly (readonly Ring[])[], project: Project = toLonLat) =>
  ({ type: 'MultiPolygon', coordinates: polygons.map((rings) => rings.map((ring) => closed(ring).map(project))) }) as const;

export type PlanGeometry =
  | ReturnType<typeof pointGeometry>
  | ReturnType<typeof lineGeometry>
  | ReturnType<typeof polygonGeometry>
  | ReturnType<typeof multiPolygonGeometry>;
