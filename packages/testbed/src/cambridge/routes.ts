/**
 * Routes of Cambridge, straight from its files: what the road twin's function answers is confirmed against these, metre by metre.
 * It shares nothing with core or server: its own reading, its own projection (EPSG:26986), its own shortest paths.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import proj4 from 'proj4';
import { type Area, createZone, type Geometry } from './planar.ts';

type Feature = { readonly properties: Readonly<Record<string, string | number | null>>; readonly geometry: Geometry };

const massachusetts = '+proj=lcc +lat_0=41 +lon_0=-71.5 +lat_1=42.6833333333333 +lat_2=41.7166666666667 +x_0=200000 +y_0=750000 +ellps=GRS80 +units=m +no_defs';

const read = (dataFolder: string, layer: string): readonly Feature[] =>
  JSON.parse(gunzipSync(readFileSync(join(dataFolder, 'cambridge', 'layers', `${layer}.geojson.gz`))).toString('utf8')).features;

type Point = readonly [number, number];

const toMetres = ([lon = 0, lat = 0]: readonly number[]): Point => {
  const [x = 0, y = 0] = proj4('EPSG:4326', massachusetts, [lon, lat]);
  return [x, y];
};

const between = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);

const courseOf = ({ geometry }: Feature): readonly (readonly number[])[] => {
  if (geometry.type === 'LineString') return geometry.coordinates;
  return geometry.type === 'MultiLineString' ? geometry.coordinates.flat() : [];
};

type Edge = { readonly from: string; readonly to: string; readonly metres: number; readonly ends: readonly [Point, Point]; readonly geometry: Geometry };

const edgesOf = (dataFolder: string): readonly Edge[] =>
  read(dataFolder, 'TRANS_Centerlines').map((feature) => {
    const course = courseOf(feature).map(toMetres);
    const metres = course.slice(1).reduce((sum, point, at) => sum + between(course[at] ?? point, point), 0);
    const [first = [0, 0], last = [0, 0]]: readonly (Point | undefined)[] = [course[0], course.at(-1)];
    return { from: String(feature.properties['FromNode']), to: String(feature.properties['ToNode']), metres, ends: [first, last], geometry: feature.geometry };
  });

const neighboursOf = (edges: readonly Edge[]): ReadonlyMap<string, readonly (readonly [string, number])[]> => {
  const neighbours = new Map<string, (readonly [string, number])[]>();
  for (const { from, to, metres } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), [to, metres]]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), [from, metres]]);
  }
  return neighbours;
};

/** Dijkstra without a queue: two thousand junctions need none. */
const lengthsFrom = (start: string, neighbours: ReturnType<typeof neighboursOf>): ReadonlyMap<string, number> => {
  const lengths = new Map([[start, 0]]);
  const open = new Set([start]);
  const done = new Set<string>();
  while (open.size > 0) {
    let best = '';
    for (const node of open) if (best === '' || (lengths.get(node) ?? 0) < (lengths.get(best) ?? 0)) best = node;
    open.delete(best);
    done.add(best);
    for (const [next, metres] of neighbours.get(best) ?? []) {
      const length = (lengths.get(best) ?? 0) + metres;
      if (!done.has(next) && length < (lengths.get(next) ?? Number.POSITIVE_INFINITY)) {
        lengths.set(next, length);
        open.add(next);
      }
    }
  }
  return lengths;
};

const nearestNode = (edges: readonly Edge[], place: Point): string => {
  let best = { node: '', metres: Number.POSITIVE_INFINITY };
  for (const { from, to, ends } of edges)
    for (const [node, end] of [
      [from, ends[0]],
      [to, ends[1]],
    ] as const)
      if (between(place, end) < best.metres) best = { node, metres: between(place, end) };
  return best.node;
};

const placesOf = (dataFolder: string, layer: string, column: string): readonly (readonly [string, Point])[] =>
  read(dataFolder, layer).map(
    ({ properties, geometry }) => [String(properties[column]), toMetres(geometry.type === 'Point' ? geometry.coordinates : [])] as const,
  );

const isArea = (geometry: Geometry): geometry is Area => geometry.type === 'Polygon' || geometry.type === 'MultiPolygon';

/** Metres from each fire station to each hospital by `station > hospital`; null where the zone cuts it off. `closed`: how many links it closes. */
export const engineRoutes = (dataFolder: string, zoneYears?: 500): { readonly lengths: Readonly<Record<string, number | null>>; readonly closed: number } => {
  const edges = edgesOf(dataFolder);
  const meetsZone = zoneYears
    ? createZone(
        read(dataFolder, `FEMA_FloodPlains${zoneYears}Year`)
          .map(({ geometry }) => geometry)
          .filter(isArea),
      )
    : () => false;
  const open = edges.filter(({ geometry }) => !meetsZone(geometry));
  const neighbours = neighboursOf(open);
  const lengths: Record<string, number | null> = {};
  for (const [station, at] of placesOf(dataFolder, 'PUBLICSAFETY_FireStations', 'SITE_NAME')) {
    const found = lengthsFrom(nearestNode(edges, at), neighbours);
    for (const [hospital, there] of placesOf(dataFolder, 'HEALTH_Hospitals', 'SITE_NAME'))
      lengths[`${station} > ${hospital}`] = found.get(nearestNode(edges, there)) ?? null;
  }
  return { lengths, closed: edges.length - open.length };
};
