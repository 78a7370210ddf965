/**
 * Whereabouts: where a place lies, as people say it: within the smallest named area that holds it, else how far from the nearest named place, and which way.
 */
import type { Geometry } from '../../ground/place.ts';
import { createLocalFrame } from '../local-frame.ts';

type LonLat = readonly [longitude: number, latitude: number];

/** By what one knows where one is: a point, or an area. */
export type NamedPlace = { readonly id: string; readonly name: string; readonly position: LonLat; readonly outline?: Geometry | undefined };

export type Whereabouts =
  | { readonly type: 'within'; readonly name: string }
  /** degrees clockwise from north, from what is named to the place */
  | { readonly type: 'away'; readonly name: string; readonly metres: number; readonly heading: number };

type Ring = readonly (readonly number[])[];
type Area = Omit<NamedPlace, 'outline'> & {
  /** in square degrees; Infinity of a point */
  readonly size: number;
  readonly rings: readonly Ring[];
  readonly box: readonly [west: number, south: number, east: number, north: number];
};

/** Least areas first; points last. */
export type Gazetteer = readonly Area[];

/** Each with its outer ring first, then its holes. */
const polygonsOf = (outline: Geometry | undefined): readonly (readonly Ring[])[] =>
  outline?.type === 'Polygon' ? [outline.coordinates] : outline?.type === 'MultiPolygon' ? outline.coordinates : [];

/** Seen from its first corner, as digits are lost far from it. */
const ringSize = (ring: Ring): number => {
  const [[x0 = 0, y0 = 0] = []] = ring;
  const crossed = ring.slice(1).map(([bx = 0, by = 0], at) => {
    const [ax = 0, ay = 0] = ring[at] ?? [];
    return (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
  });
  return Math.abs(crossed.reduce((sum, each) => sum + each, 0)) / 2;
};

/** Without its holes. */
const polygonSize = ([outer = [], ...holes]: readonly Ring[]): number => holes.reduce((size, hole) => size - ringSize(hole), ringSize(outer));

const toArea = ({ outline, ...place }: NamedPlace): Area => {
  const polygons = polygonsOf(outline);
  const rings = polygons.flat();
  const size = polygons.length === 0 ? Infinity : polygons.reduce((sum, polygon) => sum + polygonSize(polygon), 0);
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = 0, y = 0] of rings.flat()) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return { ...place, size, rings, box };
};

export const toGazetteer = (places: readonly NamedPlace[]): Gazetteer => places.map(toArea).sort((a, b) => (a.size === b.size ? 0 : a.size - b.size));

/** A line to the north crosses its edges an odd number of times; holes count like outlines. */
const holds = ({ rings, box: [west, south, east, north] }: Area, [x, y]: LonLat): boolean => {
  if (x < west || x > east || y < south || y > north) return false;
  let isInside = false;
  for (const ring of rings)
    for (let at = 1; at < ring.length; at += 1) {
      const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = [ring[at - 1], ring[at]];
      if (ax > x !== bx > x && ay + ((x - ax) / (bx - ax)) * (by - ay) > y) isInside = !isInside;
    }
  return isInside;
};

type Offset = { readonly east: number; readonly north: number; readonly metres: number };

const offsetOf = (east: number, north: number): Offset => ({ east, north, metres: Math.hypot(east, north) });

/** Of the nearest point between two, seen from the middle of the frame. */
const offsetOfEdge = ([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): Offset => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length));
  return offsetOf(ax + share * dx, ay + share * dy);
};

/** Of what is nearest of it, seen from the middle of the frame; of a point, its own. */
const offsetIn = (toLocal: (longitude: number, latitude: number) => [number, number], { rings, position }: Area): Offset => {
  let least = rings.length === 0 ? offsetOf(...toLocal(...position)) : offsetOf(Infinity, Infinity);
  for (const ring of rings) {
    const corners = ring.map(([longitude = 0, latitude = 0]) => toLocal(longitude, latitude));
    for (let at = 0; at < corners.length; at += 1) {
      const offset = offsetOfEdge(corners[Math.max(0, at - 1)] ?? [0, 0], corners[at] ?? [0, 0]);
      if (offset.metres < least.metres) least = offset;
    }
  }
  return least;
};

/** Where nothing has a name, undefined. A named place lies not within itself. */
export const whereaboutsOf = ({ id, position }: { readonly id: string; readonly position: LonLat }, gazetteer: Gazetteer): Whereabouts | undefined => {
  const others = gazetteer.filter((area) => area.id !== id);
  const holder = others.find((area) => holds(area, position));
  if (holder) return { type: 'within', name: holder.name };
  const { toLocal } = createLocalFrame(position);
  let nearest: { readonly name: string; readonly offset: Offset } | undefined;
  for (const area of others) {
    const offset = offsetIn(toLocal, area);
    if (!nearest || offset.metres < nearest.offset.metres) nearest = { name: area.name, offset };
  }
  if (!nearest) return undefined;
  const { east, north, metres } = nearest.offset;
  return { type: 'away', name: nearest.name, metres, heading: ((Math.atan2(-east, -north) * 180) / Math.PI + 360) % 360 };
};
