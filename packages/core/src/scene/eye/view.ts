/**
 * View: where an eye is, as a place on the ground, a distance, a heading and a tilt, and what it sees from there.
 */
import type { TileEntry } from '../archive.ts';

export type View = {
  /** metres east and north of the origin */
  readonly east: number;
  readonly north: number;
  readonly distance: number;
  /** degrees clockwise from north */
  readonly heading: number;
  /** degrees from straight down */
  readonly tilt: number;
};

/** The same by a place in CRS84, for who does not know the origin. */
export type Camera = Omit<View, 'east' | 'north'> & { readonly longitude: number; readonly latitude: number };

export const viewLimits = { distanceMin: 30, distanceMax: 60_000, tiltMax: 82 } as const;

/** Degrees that the picture shows from top to bottom. */
export const fieldOfView = 36.87;

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const within = (value: number, [least, most]: readonly [number, number]): number => Math.max(least, Math.min(most, value));

export const bounded = ({ east, north, distance, heading, tilt }: View): View => ({
  east,
  north,
  distance: within(distance, [viewLimits.distanceMin, viewLimits.distanceMax]),
  heading: ((heading % 360) + 360) % 360,
  tilt: within(tilt, [0, viewLimits.tiltMax]),
});

/** Metres beyond which nothing is drawn. */
export const sightOf = ({ distance }: View): number => Math.max(4_000, distance * 8);

type Vector = readonly [east: number, north: number, up: number];
/** As the eye looks: to the right, up and into the picture. */
type Axes = { readonly right: Vector; readonly up: Vector; readonly into: Vector };

export const axesOf = ({ heading, tilt }: Pick<View, 'heading' | 'tilt'>): Axes => {
  const [sin, cos] = [Math.sin(radians(heading)), Math.cos(radians(heading))];
  const [flat, steep] = [Math.sin(radians(tilt)), Math.cos(radians(tilt))];
  return { right: [cos, -sin, 0], up: [sin * steep, cos * steep, flat], into: [sin * flat, cos * flat, -steep] };
};

export const along = ([x, y, z]: Vector, [east, north, up]: Vector): number => x * east + y * north + z * up;

export const eyeAt = (view: View): Vector => {
  const [x, y, z] = axesOf(view).into;
  return [view.east - x * view.distance, view.north - y * view.distance, -z * view.distance];
};

/** Room above the highest point for glyphs and crowns, and below the ground for what lies on it. */
export const [aboveMetres, belowMetres] = [30, 1];

/** How far the corner of a box that is farthest in a direction lies in it. */
const reachOf = ({ box: [west, south, east, north], top }: Pick<TileEntry, 'box' | 'top'>, [x, y, z]: Vector): number =>
  x * (x > 0 ? east : west) + y * (y > 0 ? north : south) + z * (z > 0 ? top + aboveMetres : -belowMetres);

/** `aspect`: how wide the picture is for its height. Whether some of what stands in a box may be in the picture. */
export const seesFrom = (view: View, aspect: number): ((box: Pick<TileEntry, 'box' | 'top'>) => boolean) => {
  const { right, up, into } = axesOf(view);
  const high = Math.tan(radians(fieldOfView / 2));
  const side = ([x, y, z]: Vector, turn: 1 | -1, wide: number): Vector => [x * turn + into[0] * wide, y * turn + into[1] * wide, z * turn + into[2] * wide];
  const eye = eyeAt(view);
  const planes = [side(right, 1, high * aspect), side(right, -1, high * aspect), side(up, 1, high), side(up, -1, high)].map(
    (plane) => [plane, along(plane, eye)] as const,
  );
  const back: Vector = [-into[0], -into[1], -into[2]];
  const all = [...planes, [back, along(back, eye) - sightOf(view)] as const];
  return (box) => all.every(([plane, least]) => reachOf(box, plane) >= least);
};
