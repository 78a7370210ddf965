/**
 * Whereabouts: where a place lies, as people say it: within the smallest named area that holds it, else how far from the nearest named place, and which way.
 */
import { boxesMeet, boxOf } from '../../ground/place/parts.ts';
import type { Box, Geometry } from '../../ground/place/place.ts';
import { holdsPosition, type Nearest, nearestOf, squareMetresOf } from '../../ground/place/relations.ts';
import { createLocalFrame } from '../local-frame.ts';

type LonLat = readonly [longitude: number, latitude: number];

/** By what one knows where one is: a point, or an area. */
export type NamedPlace = { readonly id: string; readonly name: string; readonly position: LonLat; readonly outline?: Geometry | undefined };

export type Whereabouts =
  | { readonly type: 'within'; readonly name: string }
  /** degrees clockwise from north, from what is named to the place */
  | { readonly type: 'away'; readonly name: string; readonly metres: number; readonly heading: number };

type Area = NamedPlace & {
  /** in square metres; Infinity of a point */
  readonly size: number;
  readonly shape: Geometry;
  readonly box: Box;
};

/** Least areas first; points last. */
export type Gazetteer = readonly Area[];

const toArea = (place: NamedPlace): Area => {
  const shape: Geometry = place.outline ?? { type: 'Point', coordinates: [...place.position] };
  return { ...place, shape, size: squareMetresOf(shape) || Infinity, box: boxOf(shape) };
};

export const toGazetteer = (places: readonly NamedPlace[]): Gazetteer => places.map(toArea).sort((a, b) => (a.size === b.size ? 0 : a.size - b.size));

const isIn = ({ shape, box }: Area, [x, y]: LonLat): boolean => boxesMeet(box, [x, y, x, y]) && holdsPosition(shape, [x, y]);

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** None of the area is nearer. */
const leastMetres = ({ box: [west, south, east, north] }: Area, [x, y]: LonLat): number =>
  nearestOf([x, y], { type: 'Point', coordinates: [clamp(x, west, east), clamp(y, south, north)] }).metres;

type Named = Nearest & { readonly name: string };

/** Outlines are gone over only of what may be nearer than what was found. */
const nearestAmong = (areas: readonly Area[], position: LonLat): Named | undefined => {
  let nearest: Named | undefined;
  const byLeast = areas.map((area) => ({ area, least: leastMetres(area, position) })).sort((a, b) => a.least - b.least);
  for (const { area, least } of byLeast) {
    if (nearest && least >= nearest.metres) break;
    const found = nearestOf(position, area.shape);
    if (!nearest || found.metres < nearest.metres) nearest = { name: area.name, ...found };
  }
  return nearest;
};

/** Where nothing has a name, undefined. A named place lies not within itself. */
export const whereaboutsOf = ({ id, position }: { readonly id: string; readonly position: LonLat }, gazetteer: Gazetteer): Whereabouts | undefined => {
  const others = gazetteer.filter((area) => area.id !== id);
  const holder = others.find((area) => isIn(area, position));
  if (holder) return { type: 'within', name: holder.name };
  const nearest = nearestAmong(others, position);
  if (!nearest) return undefined;
  const [east, north] = createLocalFrame(nearest.position).toLocal(...position);
  return { type: 'away', name: nearest.name, metres: nearest.metres, heading: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360 };
};
