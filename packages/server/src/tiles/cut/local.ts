/**
 * Local: geometry of twins as rings, and boxes about them.
 */
import type { Geometry, OutlineRing } from '@cityweave/core';
import type { Uncut } from './columns.ts';

type Line = readonly (readonly number[])[];
type Ring = Uncut['rings'][number];

/** A ring of an area: its last corner, which repeats the first, is left out. */
const ringOf = (line: Line, isHole: boolean): Ring => {
  const [first, last] = [line[0], line.at(-1)];
  const closed = line.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return { corners: closed ? line.slice(0, -1) : line, isHole };
};

const polygon = (rings: readonly Line[]): readonly Ring[] => rings.map((ring, at) => ringOf(ring, at > 0));
const open = (line: Line): Ring => ({ corners: line, isHole: false });

export const toRings = (place: Geometry): readonly Ring[] => {
  switch (place.type) {
    case 'Point':
      return [open([place.coordinates])];
    case 'MultiPoint':
      return place.coordinates.map((point) => open([point]));
    case 'LineString':
      return [open(place.coordinates)];
    case 'MultiLineString':
      return place.coordinates.map(open);
    case 'Polygon':
      return polygon(place.coordinates);
    case 'MultiPolygon':
      return place.coordinates.flatMap(polygon);
  }
};

export type LocalBox = readonly [number, number, number, number];

export const noBox: LocalBox = [Infinity, Infinity, -Infinity, -Infinity];

export const widen = (a: LocalBox, b: LocalBox): LocalBox => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];

export const boxOfRings = (rings: readonly OutlineRing[]): LocalBox => {
  let [west, south, east, north] = noBox;
  for (const { corners } of rings)
    for (const [x, y] of corners) {
      if (x < west) west = x;
      if (y < south) south = y;
      if (x > east) east = x;
      if (y > north) north = y;
    }
  return [west, south, east, north];
};
