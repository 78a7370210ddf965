/**
 * Area: a geometry made ready to be compared with many places. The predicates are those of relations.ts and give the same answers;
 * only edges near a place are looked at, and what boxes can tell is told by boxes.
 */
import { area as areaOf } from '@turf/area';
import { intersect } from '@turf/intersect';
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import { createEdges, type Edges } from './edges.ts';
import { boxesMeet, boxOf, eachPosition, linesOf, partsOf } from './parts.ts';
import type { Box, Geometry, SpatialRelation } from './place.ts';
import { intersects, metresApart, within } from './relations.ts';

export type PreparedArea = {
  /** a place outside all of them cannot pass; each has west <= east */
  readonly boxes: readonly Box[];
  readonly holds: (place: Geometry) => boolean;
};

export type Area = { readonly relation: SpatialRelation; readonly geometry: Geometry; readonly metres?: number | undefined };

const metresPerDegree = 111_195;

/** A box grown by metres on every side, generous towards the poles. */
export const growBox = (box: Box, metres: number): Box => {
  const up = metres / metresPerDegree;
  const widest = Math.cos((Math.min(89, Math.max(Math.abs(box[1]), Math.abs(box[3])) + up) * Math.PI) / 180);
  const aside = up / Math.max(widest, 0.01);
  return [Math.max(-180, box[0] - aside), Math.max(-90, box[1] - up), Math.min(180, box[2] + aside), Math.min(90, box[3] + up)];
};

const boxHolds = (outer: Box, inner: Box): boolean => outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];

/** Grown by metres; what passes the antimeridian comes back on the other side, and near a pole every longitude is near. */
const boxesAround = (box: Box, metres: number): readonly Box[] => {
  const grown = growBox(box, metres);
  if (grown[1] <= -89 || grown[3] >= 89) return [[-180, grown[1], 180, grown[3]]];
  const aside = Math.max(box[0] - grown[0], grown[2] - box[2]);
  const around: Box[] = [grown];
  if (box[0] - aside < -180) around.push([Math.min(180, 360 + box[0] - aside), grown[1], 180, grown[3]]);
  if (box[2] + aside > 180) around.push([-180, grown[1], Math.max(-180, box[2] + aside - 360), grown[3]]);
  return around;
};

type Side = 'inside' | 'outside' | 'edge';

/** Beyond this share of the terms, rounding cannot have turned the sign of a cross product. */
const crossErrorShare = 4e-16;

/**
 * Where a position lies in a polygon: rays are counted on the edges at its height only.
 * So near an edge that rounding might decide, turf is asked for the whole polygon.
 */
const sideOf = (polygon: Geometry, edges: Edges, [x = 0, y = 0]: readonly number[]): Side => {
  let inside = false;
  const unsure = edges.some([-Infinity, y, Infinity, y], (x1, y1, [x2, y2]) => {
    const [left, right] = [(x1 - x) * (y2 - y), (x2 - x) * (y1 - y)];
    const sure = Math.abs(left - right) > crossErrorShare * (Math.abs(left) + Math.abs(right));
    if (!sure && Math.min(x1, x2) <= x && Math.max(x1, x2) >= x) return true;
    if (y1 > y !== y2 > y && (sure ? left - right > 0 === y2 > y1 : Math.min(x1, x2) > x)) inside = !inside;
    return false;
  });
  if (!unsure) return inside ? 'inside' : 'outside';
  const point: Geometry = { type: 'Point', coordinates: [x, y] };
  return within(point, polygon) ? 'inside' : intersects(point, polygon) ? 'edge' : 'outside';
};

const nearMax = 200;

/** The edges near a place as lines; undefined where they are so many that looking at all is no more work. */
const edgesNear = (edges: Edges, boxes: readonly Box[], max: number): [number, number][][] | undefined => {
  const found: [number, number][][] = [];
  const tooMany = boxes.some((box) =>
    edges.some(box, (x1, y1, end) => {
      found.push([[x1, y1], [...end]]);
      return found.length > max;
    }),
  );
  return tooMany ? undefined : found;
};

const anyPosition = (geometry: Geometry, fits: (position: readonly number[]) => boolean): boolean => {
  let any = false;
  eachPosition(geometry, (position) => {
    any ||= fits(position);
  });
  return any;
};

const firstOf = (geometry: Geometry): readonly number[] => linesOf(geometry)[0]?.[0] ?? [];

const preparePart = (geometry: Geometry) => {
  const box = boxOf(geometry);
  const edges = createEdges(linesOf(geometry));
  const isPolygon = geometry.type === 'Polygon';
  const side = (position: readonly number[]): Side => sideOf(geometry, edges, position);

  /** whether the place meets the boundary; undefined where that is to be asked of the whole */
  const touches = (place: Geometry, placeBox: Box): boolean | undefined =>
    edgesNear(edges, [placeBox], nearMax)?.some((coordinates) => intersects(place, { type: 'LineString', coordinates }));

  const meets = (place: Geometry, placeBox: Box): boolean => {
    if (!boxesMeet(box, placeBox)) return false;
    if (!isPolygon) return intersects(place, geometry);
    if (place.type === 'Point') return side(place.coordinates) !== 'outside';
    if (side(firstOf(place)) !== 'outside') return true;
    return touches(place, placeBox) ?? intersects(place, geometry);
  };

  const contains = (place: Geometry): boolean => {
    const placeBox = boxOf(place);
    if (!boxHolds(box, placeBox)) return false;
    if (!isPolygon) return within(place, geometry);
    if (place.type === 'Point') return side(place.coordinates) === 'inside';
    if (anyPosition(place, (position) => side(position) === 'outside')) return false;
    return touches(place, placeBox) === false || within(place, geometry);
  };
  return { box, meets, contains };
};

/** Distances are taken to the edges near enough to count; all others are farther. */
const prepareDistance = (geometry: Geometry, metres: number): ((place: Geometry) => boolean) => {
  if (geometry.type.endsWith('Point')) return (place) => metresApart(place, geometry) <= metres;
  const edges = createEdges(linesOf(geometry));
  return (place) => {
    const near = edgesNear(edges, boxesAround(boxOf(place), metres), edges.count);
    return near !== undefined && near.length > 0 && metresApart(place, { type: 'MultiLineString', coordinates: near }) <= metres;
  };
};

/** More parts than this are looked for by one box around them all. */
const boxesMax = 64;

export const prepareArea = ({ relation, geometry, metres = 0 }: Area): PreparedArea => {
  const parts = partsOf(geometry).map(preparePart);
  const boxes = parts.length > boxesMax ? [boxOf(geometry)] : parts.map(({ box }) => box);
  const meets = (place: Geometry): boolean =>
    partsOf(place).some((own) => {
      const ownBox = boxOf(own);
      return parts.some((part) => part.meets(own, ownBox));
    });
  switch (relation) {
    case 'intersects':
      return { boxes, holds: meets };
    case 'within':
      return { boxes, holds: (place) => partsOf(place).every((inner) => parts.some((part) => part.contains(inner))) };
    case 'nearerThan': {
      const isNear = prepareDistance(geometry, metres);
      return { boxes: boxes.flatMap((box) => boxesAround(box, metres)), holds: (place) => meets(place) || isNear(place) };
    }
  }
};

const areal = (geometry: Geometry): Feature<Polygon | MultiPolygon> | undefined =>
  geometry.type === 'Polygon' || geometry.type === 'MultiPolygon' ? { type: 'Feature', properties: {}, geometry } : undefined;

/** Undefined where they have nothing in common. A line or a point is kept whole where it lies in the area, else not at all. */
export const overlapOf = (a: Geometry, b: Geometry): Geometry | undefined => {
  if (within(a, b)) return a;
  const [first, second] = [areal(a), areal(b)];
  if (first && within(b, a)) return b;
  const common = first && second && intersect({ type: 'FeatureCollection', features: [first, second] });
  return common?.geometry;
};

/** Share of an area that another one covers, 0 to 1; a line or a point counts as covered where they meet. */
export const coveredShare = (wanted: Geometry, offered: Geometry): number => {
  if (!boxesMeet(boxOf(wanted), boxOf(offered))) return 0;
  const [whole, common] = [areal(wanted), overlapOf(wanted, offered)];
  if (!whole) return intersects(wanted, offered) ? 1 : 0;
  const shared = common && areal(common);
  return shared ? Math.min(1, areaOf(shared) / areaOf(whole)) : 0;
};
