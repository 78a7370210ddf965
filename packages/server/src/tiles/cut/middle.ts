/**
 * Middle: where a twin is named, and where links to it begin and end: on what it is, also where it bends round the middle of its box.
 */
import type { Outline, OutlineForm, OutlineRing } from '@cityweave/core';
import type { LocalBox } from './local.ts';

type Place = readonly [east: number, north: number];

const ofBox = ([west, south, east, north]: LocalBox): Place => [(west + east) / 2, (south + north) / 2];

/** Where the sides of a ring cross a line from west to east. */
const crossings = ({ corners }: OutlineRing, level: number): readonly number[] =>
  corners.flatMap(([x, y], at) => {
    const [otherX, otherY] = corners[(at + 1) % corners.length] ?? [x, y];
    return y > level === otherY > level ? [] : [x + ((level - y) / (otherY - y)) * (otherX - x)];
  });

/** Half way up, in the middle of the widest stretch that lies within. */
const within = (rings: Outline['rings'], box: LocalBox): Place => {
  const [middle, level] = ofBox(box);
  const across = rings.flatMap((ring) => crossings(ring, level)).sort((a, b) => a - b);
  let [from, to] = [middle, middle];
  for (let at = 0; at + 1 < across.length; at += 2) {
    const [west = 0, east = 0] = across.slice(at, at + 2);
    if (east - west > to - from) [from, to] = [west, east];
  }
  return [(from + to) / 2, level];
};

const nearestCorner = (rings: Outline['rings'], box: LocalBox): Place => {
  const middle = ofBox(box);
  const away = ([x, y]: Place): number => Math.hypot(x - middle[0], y - middle[1]);
  let [nearest, least]: [Place, number] = [middle, Infinity];
  for (const corner of rings.flatMap(({ corners }) => corners)) if (away(corner) < least) [nearest, least] = [corner, away(corner)];
  return nearest;
};

/** Of what stands, and of a point, the middle of its box is that place: its rings need not be made. */
export const middleOf = (form: OutlineForm, rings: () => Outline['rings'], box: LocalBox): Place => {
  if (form === 'area') return within(rings(), box);
  return form === 'line' ? nearestCorner(rings(), box) : ofBox(box);
};
