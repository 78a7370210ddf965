/**
 * Local: geometry of twins as outlines in metres about the scene's origin.
 */
import type { Geometry, LocalFrame, OutlineRing, Solid } from '@cityweave/core';
import type { DrawnSolid } from '../drawn-solid.ts';

type Line = readonly (readonly number[])[];

const toCorners = (line: Line, frame: LocalFrame): [number, number][] => line.map(([x = 0, y = 0]) => frame.toLocal(x, y));

/** A ring of an area: its last corner, which repeats the first, is left out. */
const ringOf = (line: Line, isHole: boolean, frame: LocalFrame): OutlineRing => {
  const [first, last] = [line[0], line.at(-1)];
  const closed = line.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return { corners: toCorners(closed ? line.slice(0, -1) : line, frame), isHole };
};

const polygon = (rings: readonly Line[], frame: LocalFrame): readonly OutlineRing[] => rings.map((ring, at) => ringOf(ring, at > 0, frame));
const open = (line: Line, frame: LocalFrame): OutlineRing => ({ corners: toCorners(line, frame), isHole: false });

export const toRings = (place: Geometry, frame: LocalFrame): readonly OutlineRing[] => {
  switch (place.type) {
    case 'Point':
      return [open([place.coordinates], frame)];
    case 'MultiPoint':
      return place.coordinates.map((point) => open([point], frame));
    case 'LineString':
      return [open(place.coordinates, frame)];
    case 'MultiLineString':
      return place.coordinates.map((line) => open(line, frame));
    case 'Polygon':
      return polygon(place.coordinates, frame);
    case 'MultiPolygon':
      return place.coordinates.flatMap((rings) => polygon(rings, frame));
  }
};

export const toSolid = ({ corners, surfaces }: DrawnSolid, frame: LocalFrame): Solid => ({
  corners: corners.map(([longitude, latitude, up]) => [...frame.toLocal(longitude, latitude), up]),
  surfaces,
});

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
