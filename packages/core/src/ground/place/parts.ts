/**
 * Parts: what a geometry is made of, positions, lines and pieces, and the box around it.
 */
import type { Box, Geometry } from './place.ts';

type Nested = number | readonly Nested[];

const visit = (coordinates: Nested, each: (position: readonly number[]) => void): void => {
  if (typeof coordinates === 'number') return;
  if (typeof coordinates[0] === 'number')
    each(coordinates as readonly number[]); // branding: the innermost list holds numbers only
  else for (const part of coordinates) visit(part, each);
};

export const eachPosition = (geometry: Geometry, each: (position: readonly number[]) => void): void => visit(geometry.coordinates, each);

export const verticesOf = (geometry: Geometry): number => {
  let count = 0;
  eachPosition(geometry, () => {
    count += 1;
  });
  return count;
};

/** The smallest box around a geometry. */
export const boxOf = (geometry: Geometry): Box => {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  eachPosition(geometry, ([x = 0, y = 0]) => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  });
  return box;
};

/** Edges are inclusive. Both boxes have west <= east: those across the antimeridian are split before. */
export const boxesMeet = (a: Box, b: Box): boolean => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** One or two boxes with west <= east that cover the same part of the earth. */
export const splitAtAntimeridian = (box: Box): readonly Box[] =>
  box[0] <= box[2]
    ? [box]
    : [
        [box[0], box[1], 180, box[3]],
        [-180, box[1], box[2], box[3]],
      ];

export const polygonOfBox = ([west, south, east, north]: Box): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

/** Parts of a geometry, each of one piece. */
export const partsOf = (geometry: Geometry): readonly Geometry[] => {
  switch (geometry.type) {
    case 'MultiPoint':
      return geometry.coordinates.map((coordinates) => ({ type: 'Point', coordinates }));
    case 'MultiLineString':
      return geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates }));
    case 'MultiPolygon':
      return geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }));
    default:
      return [geometry];
  }
};

/** The lines that a geometry is drawn with; a point is a line of one position. */
export const linesOf = (geometry: Geometry): readonly (readonly (readonly number[])[])[] => {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates]];
    case 'LineString':
      return [geometry.coordinates];
    case 'Polygon':
      return geometry.coordinates;
    default:
      return partsOf(geometry).flatMap(linesOf);
  }
};
