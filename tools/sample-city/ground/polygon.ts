/**
 * Polygon: what the plan of a town needs: moving sides inwards, splitting along a line, and the box that lies closest around.
 */
import {
  apart,
  areaOf,
  at,
  between,
  contains,
  cross,
  crossing,
  distanceToEdges,
  type Edge,
  edgesOf,
  isSimple,
  type Line,
  left,
  minus,
  origin,
  type Point,
  plus,
  type Ring,
  segmentsOf,
  times,
  towards,
} from './plane.ts';

const withoutNear = (ring: Ring, metres: number): Ring => ring.filter((point, index) => apart(point, at(ring, index - 1)) > metres);

const meet = (a: Edge, b: Edge, fallback: Point): Point => {
  const [r, s] = [minus(a[1], a[0]), minus(b[1], b[0])];
  const denominator = cross(r, s);
  if (Math.abs(denominator) < 0.05 * apart(...a) * apart(...b)) return fallback;
  return plus(a[0], times(r, cross(minus(b[0], a[0]), s) / denominator));
};

/** One pass: every side moved by its own distance; sides that would turn round are named. */
const moveSides = (ring: Ring, distances: readonly number[]): { readonly moved: Ring; readonly turned: number } => {
  const sides = edgesOf(ring).map(([a, b], index): Edge => {
    const aside = times(left(towards(a, b)), distances[index] ?? 0);
    return [plus(a, aside), plus(b, aside)];
  });
  const moved = sides.map((side, index) => meet(sides[(index - 1 + sides.length) % sides.length] ?? side, side, side[0]));
  const turned = sides.findIndex((_, index) => {
    const [a, b] = [at(moved, index), at(moved, index + 1)];
    const before = minus(at(ring, index + 1), at(ring, index));
    return (b[0] - a[0]) * before[0] + (b[1] - a[1]) * before[1] <= 0.5;
  });
  return { moved, turned };
};

/** A ring with every side moved inwards by its own distance; undefined where nothing sound is left. */
export const insetBy = (ring: Ring, distances: readonly number[]): Ring | undefined => {
  let [points, amounts] = [ring, distances];
  while (points.length >= 3) {
    const { moved, turned } = moveSides(points, amounts);
    if (turned < 0) return checkInset(ring, distances, moved);
    const joint = joinAround(points, turned);
    [points, amounts] = [joint, amounts.filter((_, index) => index !== turned)];
  }
  return undefined;
};

/** Takes a side away: its neighbours are prolonged until they meet, or meet in its middle. */
const joinAround = (ring: Ring, side: number): Ring => {
  const [a, b] = [at(ring, side), at(ring, side + 1)];
  const corner = meet([at(ring, side - 1), a], [b, at(ring, side + 2)], between(a, b, 0.5));
  const kept = apart(corner, a) < 60 ? corner : between(a, b, 0.5);
  const after = (side + 1) % ring.length;
  return ring.map((point, index) => (index === side ? kept : point)).filter((_, index) => index !== after);
};

const checkInset = (ring: Ring, distances: readonly number[], moved: Ring): Ring | undefined => {
  const least = Math.min(...distances) * 0.9;
  const sound = areaOf(moved) > 20 && isSimple(moved) && moved.every((point) => contains(ring, point) && distanceToEdges(point, edgesOf(ring)) >= least);
  return sound ? withoutNear(moved, 0.2) : undefined;
};

export const inset = (ring: Ring, metres: number): Ring | undefined =>
  insetBy(
    ring,
    ring.map(() => metres),
  );

type Hit = { readonly point: Point; readonly along: number; readonly side: number; readonly share: number };

const hitsOf = (ring: Ring, line: Line): readonly Hit[] => {
  const hits = segmentsOf(line).flatMap((segment, index) =>
    edgesOf(ring).flatMap((edge, side) => {
      const found = crossing(segment, edge);
      return found ? [{ point: between(edge[0], edge[1], found[1]), along: index + found[0], side, share: found[1] }] : [];
    }),
  );
  const sorted = hits.toSorted((a, b) => a.along - b.along);
  return sorted.filter((hit, index) => index === 0 || apart(hit.point, sorted[index - 1]?.point ?? origin) > 0.01);
};

/** What of the ring lies between two hits, from the first to the second, counter-clockwise. */
const walk = (ring: Ring, from: Hit, to: Hit): Line => {
  const direct = from.side === to.side && from.share < to.share;
  const count = direct ? 0 : (to.side - from.side + ring.length) % ring.length || ring.length;
  return Array.from({ length: count }, (_, step) => at(ring, from.side + 1 + step));
};

export type Split = { readonly parts: readonly [Ring, Ring]; readonly cut: Line };

/** Splits a ring along the first stretch of a line that runs through its inside. */
export const splitAlong = (ring: Ring, line: Line, accept: (split: Split) => boolean = () => true): Split | undefined => {
  const hits = hitsOf(ring, line);
  for (const [index, to] of hits.entries()) {
    const from = hits[index - 1];
    if (!from) continue;
    const within = line.filter((_, position) => position > from.along + 1e-6 && position < to.along - 1e-6);
    const cut = [from.point, ...within, to.point];
    const split = splitAt(ring, cut, [from, to]);
    if (runsInside(ring, cut) && accept(split)) return split;
  }
  return undefined;
};

const runsInside = (ring: Ring, cut: Line): boolean => {
  const middles = segmentsOf(cut).map(([a, b]) => between(a, b, 0.5));
  return middles.every((point) => contains(ring, point)) && middles.some((point) => distanceToEdges(point, edgesOf(ring)) > 0.5);
};

const splitAt = (ring: Ring, cut: Line, [from, to]: readonly [Hit, Hit]): Split => {
  const one = withoutNear([...cut, ...walk(ring, to, from)], 0.005);
  const other = withoutNear([...cut.toReversed(), ...walk(ring, from, to)], 0.005);
  return { parts: [one, other], cut };
};

export type Box = { readonly centre: Point; readonly axis: Point; readonly length: number; readonly width: number };

/** The smallest box in any direction around a ring; `axis` runs along its length. */
export const boxAround = (ring: Ring): Box => {
  const boxes = edgesOf(ring)
    .filter(([a, b]) => apart(a, b) > 1)
    .map(([a, b]) => boxAlong(ring, towards(a, b)));
  return boxes.reduce((best, box) => (box.length * box.width < best.length * best.width ? box : best), boxes[0] ?? boxAlong(ring, [1, 0]));
};

export const boxAlong = (ring: Ring, axis: Point): Box => {
  const aside = left(axis);
  const [us, vs] = [ring.map((p) => p[0] * axis[0] + p[1] * axis[1]), ring.map((p) => p[0] * aside[0] + p[1] * aside[1])];
  const [u0, u1, v0, v1] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
  const centre = plus(times(axis, (u0 + u1) / 2), times(aside, (v0 + v1) / 2));
  return u1 - u0 >= v1 - v0 ? { centre, axis, length: u1 - u0, width: v1 - v0 } : { centre, axis: aside, length: v1 - v0, width: u1 - u0 };
};

/** The rectangle around a centre: `axis` along its length. */
export const rectangle = ({ centre, axis, length, width }: Box): Ring => {
  const [l, w] = [times(axis, length / 2), times(left(axis), width / 2)];
  return [minus(minus(centre, l), w), minus(plus(centre, l), w), plus(plus(centre, l), w), plus(minus(centre, l), w)];
};

export const ringInside = (inner: Ring, outer: Ring): boolean =>
  inner.every((point) => contains(outer, point)) && !edgesOf(inner).some((edge) => edgesOf(outer).some((other) => crossing(edge, other) !== undefined));
