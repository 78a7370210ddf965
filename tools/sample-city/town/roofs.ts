/**
 * Roofs: a building's closed hull (LoD2) from its outline: every surface with its meaning, every edge shared by exactly two surfaces.
 */
import { at, between, type Line, type Point, type Ring } from '../ground/plane.ts';

export type Corner = readonly [x: number, y: number, z: number];
export type SurfaceKind = 'GroundSurface' | 'WallSurface' | 'RoofSurface';
/** Seen from outside, counter-clockwise; the first corner not repeated. */
export type Surface = { readonly kind: SurfaceKind; readonly corners: readonly Corner[] };
export type Hull = readonly Surface[];
export type Levels = { readonly ground: number; readonly eaves: number; readonly ridge: number };

const raise = ([x, y]: Point, z: number): Corner => [x, y, z];
const floor = (ring: Ring, z: number): Surface => ({ kind: 'GroundSurface', corners: ring.toReversed().map((point) => raise(point, z)) });
const roof = (...corners: readonly Corner[]): Surface => ({ kind: 'RoofSurface', corners });
const wall = (...corners: readonly Corner[]): Surface => ({ kind: 'WallSurface', corners });

const straightWall = (a: Point, b: Point, { ground, eaves }: Levels): Surface => wall(raise(a, ground), raise(b, ground), raise(b, eaves), raise(a, eaves));
const wallsAround = (ring: Ring, levels: Levels): Hull => ring.map((point, index) => straightWall(point, at(ring, index + 1), levels));

export const flatHull = (ring: Ring, levels: Levels): Hull => [
  floor(ring, levels.ground),
  ...wallsAround(ring, levels),
  roof(...ring.map((point) => raise(point, levels.eaves))),
];

export const pyramidHull = (ring: Ring, levels: Levels): Hull => {
  const top = raise(between(between(at(ring, 0), at(ring, 2), 0.5), between(at(ring, 1), at(ring, 3), 0.5), 0.5), levels.ridge);
  return [
    floor(ring, levels.ground),
    ...wallsAround(ring, levels),
    ...ring.map((point, index) => roof(raise(point, levels.eaves), raise(at(ring, index + 1), levels.eaves), top)),
  ];
};

/** A wing between two lines that run side by side: `front` on its right-hand side when walked, `rear` on the left. The ridge runs between. */
export type Wing = { readonly front: Line; readonly rear: Line };

export const outlineOf = ({ front, rear }: Wing): Ring => [...front, ...rear.toReversed()];

export const gabledHull = ({ front, rear }: Wing, levels: Levels): Hull => {
  const { ground, eaves, ridge } = levels;
  const tops = front.map((point, index) => raise(between(point, at(rear, index), 0.5), ridge));
  const last = front.length - 1;
  const top = (index: number): Corner => tops[index] ?? raise(at(front, index), ridge);
  const gable = (a: Point, b: Point, apex: Corner): Surface => wall(raise(a, ground), raise(b, ground), raise(b, eaves), apex, raise(a, eaves));
  const sides = front
    .slice(1)
    .flatMap((_, index) => [
      straightWall(at(front, index), at(front, index + 1), levels),
      straightWall(at(rear, index + 1), at(rear, index), levels),
      roof(raise(at(front, index), eaves), raise(at(front, index + 1), eaves), top(index + 1), top(index)),
      roof(raise(at(rear, index + 1), eaves), raise(at(rear, index), eaves), top(index), top(index + 1)),
    ]);
  return [floor(outlineOf({ front, rear }), ground), ...sides, gable(at(front, last), at(rear, last), top(last)), gable(at(rear, 0), at(front, 0), top(0))];
};

/** Hipped: the ridge ends before the short sides. Four corners only. */
export const hippedHull = ({ front, rear }: Wing, levels: Levels, share = 0.28): Hull => {
  const ring = outlineOf({ front, rear });
  const [a, b, c, d] = [at(front, 0), at(front, 1), at(rear, 1), at(rear, 0)];
  const [start, end] = [between(a, d, 0.5), between(b, c, 0.5)];
  const [low, high] = [raise(between(start, end, share), levels.ridge), raise(between(start, end, 1 - share), levels.ridge)];
  const eave = (point: Point): Corner => raise(point, levels.eaves);
  return [
    floor(ring, levels.ground),
    ...wallsAround(ring, levels),
    roof(eave(a), eave(b), high, low),
    roof(eave(b), eave(c), high),
    roof(eave(c), eave(d), low, high),
    roof(eave(d), eave(a), low),
  ];
};
