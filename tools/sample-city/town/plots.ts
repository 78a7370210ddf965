/**
 * Plots: where a building of what shape may stand in its block; a row of houses wall to wall around a court, or one house on each parcel.
 */
import type { Chance } from '../ground/chance.ts';
import {
  apart,
  areaOf,
  at,
  between,
  centreOf,
  distanceToEdge,
  dot,
  type Edge,
  edgesOf,
  type Line,
  left,
  minus,
  type Point,
  plus,
  type Ring,
  times,
  towards,
} from '../ground/plane.ts';
import { boxAround, inset, rectangle, ringInside, splitAlong } from '../ground/polygon.ts';
import type { Wing } from './roofs.ts';

/** A parcel and, where it is built on, the wing that stands there; `street` is the middle of its street side. */
export type Plot = { readonly parcel: Ring; readonly wing?: Wing; readonly street: Point };

const isSharp = (ring: Ring, index: number): boolean => {
  const [before, after] = [towards(at(ring, index - 1), at(ring, index)), towards(at(ring, index), at(ring, index + 1))];
  return dot(before, after) < 0.9;
};

type Stretch = { readonly from: number; readonly share: number };
const pointOn = (ring: Ring, { from, share }: Stretch): Point => between(at(ring, from), at(ring, from + 1), share);

/** A house that goes round the corner, or along a straight piece of the row. */
const cornerWing = ([outer, inner]: readonly [Ring, Ring], index: number, shares: readonly [number, number]): Wing => ({
  front: [pointOn(outer, { from: index - 1, share: shares[0] }), at(outer, index), pointOn(outer, { from: index, share: shares[1] })],
  rear: [footOn(outer, inner, { from: index - 1, share: shares[0] }), at(inner, index), footOn(outer, inner, { from: index, share: shares[1] })],
});

/** The point of the inner side that lies square behind a point of the outer side. */
const footOn = (outer: Ring, inner: Ring, stretch: Stretch): Point => {
  const point = pointOn(outer, stretch);
  const [a, b] = [at(inner, stretch.from), at(inner, stretch.from + 1)];
  const direction = towards(a, b);
  return plus(a, times(direction, dot(minus(point, a), direction)));
};

/** Where along side `index` the corner houses end; undefined where two of them have no room. */
const freeStretch = (outer: Ring, inner: Ring, index: number): readonly [number, number] | undefined => {
  const [a, b] = [at(outer, index), at(outer, index + 1)];
  const [length, direction] = [apart(a, b), towards(a, b)];
  const start = Math.max(dot(minus(at(inner, index), a), direction), 0) + 1.5;
  const end = length - Math.max(dot(minus(b, at(inner, index + 1)), direction), 0) - 1.5;
  return end - start > 1 ? [start / length, end / length] : undefined;
};

export type RowRule = { readonly depth: number; readonly width: readonly [number, number] };

/** Houses wall to wall along all sides of a block. Undefined where the block is too small or too crooked for a court. */
export const rowPlots = (block: Ring, { depth, width }: RowRule, chance: Chance): readonly Plot[] | undefined => {
  const outer = straightened(block);
  const inner = inset(outer, depth);
  if (!inner || inner.length !== outer.length) return undefined;
  const free = outer.map((_, index) => freeStretch(outer, inner, index));
  if (free.some((stretch) => stretch === undefined)) return undefined;
  const wings = outer.flatMap((_, index): readonly Wing[] => {
    const [start, end] = free[index] ?? [0, 1];
    const [, before] = free[(index - 1 + outer.length) % outer.length] ?? [0, 1];
    const length = (end - start) * apart(at(outer, index), at(outer, index + 1));
    const count = Math.max(1, Math.round(length / chance.between(...width)));
    const cuts = Array.from(
      { length: count + 1 },
      (_, cut) => start + ((end - start) * (cut + (cut > 0 && cut < count ? (chance.next() - 0.5) * 0.24 : 0))) / count,
    );
    const straight = cuts.slice(1).map((to, cut): Wing => {
      const ends = [cuts[cut] ?? start, to].map((share) => ({ from: index, share }));
      return { front: ends.map((end) => pointOn(outer, end)), rear: ends.map((end) => footOn(outer, inner, end)) };
    });
    return [cornerWing([outer, inner], index, [before, start]), ...straight];
  });
  return [
    ...wings.map((wing) => ({ parcel: [...wing.front, ...wing.rear.toReversed()], wing, street: middleOf(wing.front) })),
    { parcel: inner, street: centreOf(inner) },
  ];
};

const middleOf = (line: Line): Point => {
  const half = line.length / 2;
  return Number.isInteger(half) ? between(at(line, half - 1), at(line, half), 0.5) : at(line, Math.floor(half));
};

/** Without corners that hardly turn, so that a slightly curved side is one side. */
const straightened = (ring: Ring): Ring => {
  const gentle = ring.findIndex((point, index) => distanceToEdge(point, [at(ring, index - 1), at(ring, index + 1)]) < 1.2 && !isSharp(ring, index));
  return gentle < 0 || ring.length <= 4 ? ring : straightened(ring.filter((_, index) => index !== gentle));
};

export type HouseRule = {
  readonly parcel: number;
  readonly setback: number;
  readonly side: number;
  readonly depth: readonly [number, number];
  readonly width: readonly [number, number];
  /** share of parcels built on */
  readonly built: number;
};

const cutParcels = (ring: Ring, area: number, chance: Chance): readonly Ring[] => {
  if (areaOf(ring) < area * chance.between(1.25, 1.75)) return [ring];
  const box = boxAround(ring);
  const middle = plus(box.centre, times(box.axis, (chance.next() - 0.5) * 0.12 * box.length));
  const across = times(left(box.axis), box.width);
  const split = splitAlong(ring, [minus(middle, across), plus(middle, across)]);
  return split ? split.parts.flatMap((part) => cutParcels(part, area, chance)) : [ring];
};

/** One house on each parcel that lies at the street. */
export const housePlots = (block: Ring, rule: HouseRule, chance: Chance): readonly Plot[] => {
  const sides = edgesOf(block);
  return cutParcels(block, rule.parcel, chance).map((parcel) => {
    const front = streetSide(parcel, sides);
    const wing = front && chance.happens(rule.built) ? fitHouse(parcel, front, { rule, chance }) : undefined;
    const street = front ? between(front[0], front[1], 0.5) : centreOf(parcel);
    return wing ? { parcel, wing, street } : { parcel, street };
  });
};

/** The longest side of a parcel that lies on the edge of its block. */
const streetSide = (parcel: Ring, sides: readonly Edge[]): Edge | undefined => {
  const onStreet = edgesOf(parcel).filter(([a, b]) => sides.some((side) => distanceToEdge(a, side) < 0.05 && distanceToEdge(b, side) < 0.05));
  const longest = onStreet.toSorted((a, b) => apart(...b) - apart(...a))[0];
  return longest && apart(...longest) > 6 ? longest : undefined;
};

const fitHouse = (parcel: Ring, [a, b]: Edge, { rule, chance }: { readonly rule: HouseRule; readonly chance: Chance }): Wing | undefined => {
  const [axis, inwards] = [towards(a, b), left(towards(a, b))];
  const [width, depth] = [chance.between(...rule.width), chance.between(...rule.depth)];
  const setback = rule.setback * chance.between(0.8, 1.3);
  const room = inset(parcel, rule.side) ?? [];
  if (room.length < 3) return undefined;
  for (const scale of [1, 0.85, 0.72, 0.6]) {
    for (const shift of [0, -0.12, 0.12, -0.25, 0.25]) {
      const foot = plus(between(a, b, 0.5 + shift), times(inwards, setback + (depth * scale) / 2));
      const ring = rectangle({ centre: foot, axis, length: width * scale, width: depth * scale });
      if (ringInside(ring, room)) return { front: [at(ring, 0), at(ring, 1)], rear: [at(ring, 3), at(ring, 2)] };
    }
  }
  return undefined;
};
