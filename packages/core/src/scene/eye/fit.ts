/**
 * Fit: from where places are seen together in the free part of the picture, whatever lies over the rest of it.
 */
import { along, axesOf, bounded, fieldOfView, radians, type View } from './view.ts';

/** The part of the picture over which nothing lies, in shares of it from its left and its top. */
export type Free = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** metres east and north of the origin, and above the ground */
export type Place = { readonly east: number; readonly north: number; readonly top: number };

/** A place of something, and metres from there to its farthest end. */
export type Extent = Place & { readonly reach: number };

const directions = Array.from({ length: 8 }, (_, eighth) => radians(eighth * 45));

/** The ends of what lies there, on the ground and as high as it is, and so many metres around it. */
export const endsOf = ({ east, north, top, reach }: Extent, around: number): readonly Place[] =>
  directions.flatMap((way) => {
    const end = { east: east + Math.sin(way) * (reach + around), north: north + Math.cos(way) * (reach + around) };
    return [
      { ...end, top: 0 },
      { ...end, top },
    ];
  });

/** `aspect`: how wide the picture is for its height. Nearer than `nearest` metres nobody goes, not even for a single place. */
export type Fitting = { readonly free: Free; readonly aspect: number; readonly nearest: number };

type Side = { readonly least: number; readonly most: number };
type Seen = { readonly across: number; readonly into: number };

/** How far back the eye has to be for one direction of the picture; and where it then is across. The sides are shares of the depth. */
const wedge = (seen: readonly Seen[], { least, most }: Side) => {
  const from = Math.min(...seen.map(({ across, into }) => across - least * into));
  const to = Math.max(...seen.map(({ across, into }) => across - most * into));
  return { into: (from - to) / (most - least), across: (into: number): number => (from + least * into + to + most * into) / 2 };
};

/** Heading and tilt stay; undefined where there is no place. */
export const fitView = (places: readonly Place[], view: View, { free, aspect, nearest }: Fitting): View | undefined => {
  if (places.length === 0) return undefined;
  const axes = axesOf(view);
  const points = places.map(({ east, north, top }) => [east, north, top] as const);
  const seenBy = (axis: (typeof points)[number]): readonly Seen[] => points.map((point) => ({ across: along(axis, point), into: along(axes.into, point) }));
  const high = Math.tan(radians(fieldOfView / 2));
  const share = (part: number): number => part * 2 - 1;
  const wide = wedge(seenBy(axes.right), { least: share(free.left) * high * aspect, most: share(free.right) * high * aspect });
  const tall = wedge(seenBy(axes.up), { least: -share(free.bottom) * high, most: -share(free.top) * high });
  const steep = Math.cos(radians(view.tilt));
  const viewFrom = (into: number): View => {
    const [right, up] = [wide.across(into), tall.across(into)];
    const [east, north, height] = [0, 1, 2].map((at) => right * (axes.right[at] ?? 0) + up * (axes.up[at] ?? 0) + into * (axes.into[at] ?? 0));
    const distance = (height ?? 0) / steep;
    return { ...view, east: (east ?? 0) + axes.into[0] * distance, north: (north ?? 0) + axes.into[1] * distance, distance };
  };
  const into = Math.min(wide.into, tall.into);
  const fitting = viewFrom(into);
  return bounded(fitting.distance >= nearest ? fitting : viewFrom(into - (nearest - fitting.distance)));
};

/** By itself in the middle, where a cross-hair meets it, its near end is seen larger than its far one. */
const nearEndShare = 1.4;

/** Where several are; of a single one all of it, with so many metres around it, in the middle of the free part. */
export const fitExtents = (extents: readonly Extent[], view: View, { around, ...fitting }: Fitting & { readonly around: number }): View | undefined => {
  const [only, more] = extents;
  const whole = only && !more ? fitView(endsOf(only, around), view, fitting) : undefined;
  return fitView(extents, view, whole ? { ...fitting, nearest: Math.max(fitting.nearest, whole.distance * nearEndShare) } : fitting);
};
