import type { Shape } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { type Face, groundOf } from './faces.ts';
import { outlineOf } from './outline.ts';

type Triple = [number, number, number];

const shapeOf = (vertices: Triple[], boundaries: unknown, more: Partial<Shape> = {}): Shape => ({
  type: 'MultiSurface',
  lod: '1',
  boundaries,
  vertices,
  crs: 'EPSG:28992',
  ...more,
});
const facesOf = (vertices: Triple[], rings: readonly (readonly number[][])[]): readonly Face[] => {
  const shape = shapeOf(vertices, rings);
  return rings.map((ring) => ({ rings: ring, surface: undefined, shape }));
};
/** A grid of unit squares, some of them left out, each as two triangles. */
const grid = (size: number, isThere: (x: number, y: number) => boolean): readonly Face[] => {
  const vertices: Triple[] = [];
  for (let y = 0; y <= size; y += 1) for (let x = 0; x <= size; x += 1) vertices.push([x, y, 0]);
  const at = (x: number, y: number): number => y * (size + 1) + x;
  const rings: number[][][] = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      // Every other triangle runs the wrong way round, as real surfaces do.
      if (isThere(x, y)) rings.push([[at(x, y), at(x + 1, y), at(x + 1, y + 1)]], [[at(x, y), at(x, y + 1), at(x + 1, y + 1)]]);
    }
  }
  return facesOf(vertices, rings);
};
const measure = { lod: undefined, metresPerUnit: 1 };

describe('an outline', () => {
  it('is one ring where faces share their edges', () => {
    const outline = outlineOf(grid(4, () => true));
    expect(outline?.type).toBe('Polygon');
    expect(outline?.type === 'Polygon' && outline.coordinates.map((ring) => ring.length)).toEqual([17]);
  });

  it('keeps holes with the outline around them, and apart what lies apart', () => {
    const ring = outlineOf(grid(5, (x, y) => !(x === 2 && y === 2)));
    expect(ring?.type === 'Polygon' && ring.coordinates.length).toBe(2);
    const apart = outlineOf(grid(5, (x) => x !== 2));
    expect(apart?.type === 'MultiPolygon' && apart.coordinates.map((polygon) => polygon.length)).toEqual([1, 1]);
    const corner = outlineOf(grid(2, (x, y) => x === y));
    expect(corner?.type === 'MultiPolygon' && corner.coordinates.map((polygon) => polygon[0]?.length)).toEqual([5, 5]);
  });

  it('stays a list of faces where these overlap', () => {
    const same = facesOf(
      [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
      ],
      [[[0, 1, 2]], [[0, 1, 2]]],
    );
    expect(outlineOf(same)?.type).toBe('MultiPolygon');
  });

  it('has no gap where a face between two others is upright', () => {
    // the step from A to C has a corner B in between on one side only
    const step = facesOf(
      [
        [0, 0, 0],
        [4, 0, 0],
        [2, 3, 0],
        [2, -3, 0],
        [2, 0, 1],
      ],
      [[[0, 1, 2]], [[0, 3, 4]], [[4, 3, 1]], [[0, 4, 1]]],
    );
    const outline = outlineOf(step);
    expect(outline?.type === 'Polygon' && outline.coordinates.map((ring) => ring.length)).toEqual([5]);
  });

  it('is nothing where nothing is left of the faces seen from above', () => {
    expect(
      outlineOf(
        facesOf(
          [
            [0, 0, 0],
            [1, 0, 0],
            [1, 0, 5],
          ],
          [[[0, 1, 2]]],
        ),
      ),
    ).toBeUndefined();
    expect(outlineOf([])).toBeUndefined();
  });

  it('is a convex hull beyond so many faces', () => {
    const side = Math.ceil(Math.sqrt(importLimits.outlineFacesMax / 2));
    const outline = outlineOf(grid(side, () => true).slice(0, importLimits.outlineFacesMax));
    expect(outline?.type === 'Polygon' && outline.coordinates[0]?.length).toBeGreaterThan(20);
    const beyond = outlineOf(grid(side + 1, () => true));
    expect(beyond?.type === 'Polygon' && beyond.coordinates[0]?.length).toBe(5);
  });
});

describe('the ground of shapes', () => {
  const box: Triple[] = [
    [0, 0, 0],
    [4, 0, 0],
    [4, 4, 0],
    [0, 4, 0],
    [0, 0, 3],
    [4, 0, 3],
    [4, 4, 3],
    [0, 4, 3],
  ];
  const faces = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]];

  it('of a solid without semantics is what looks down', () => {
    const ground = groundOf([shapeOf(box, [faces], { type: 'Solid' })], measure);
    expect(ground?.type === 'Polygon' && ground.coordinates[0]).toHaveLength(5);
  });

  it('of loose surfaces is what looks up', () => {
    expect(groundOf([shapeOf(box, faces)], measure)).toMatchObject({ type: 'Polygon' });
  });

  it('of level 0 counts before walls and roofs of a higher level', () => {
    const flat = shapeOf(
      [
        [0, 0, 0],
        [9, 0, 0],
        [9, 9, 0],
      ],
      [[[0, 1, 2]]],
      { lod: '0.1' },
    );
    const ground = groundOf([shapeOf(box, faces, { lod: '2' }), flat], measure);
    expect(ground?.type === 'Polygon' && ground.coordinates[0]).toHaveLength(4);
  });

  it('of a wall is the line it stands on, of lines and points these themselves', () => {
    expect(groundOf([shapeOf(box, [[[0, 1, 5, 4]]])], measure)).toEqual({
      type: 'MultiLineString',
      coordinates: [
        [
          [0, 0],
          [4, 0],
        ],
      ],
    });
    expect(groundOf([shapeOf(box, [[0, 1]], { type: 'MultiLineString' })], measure)).toMatchObject({ type: 'MultiLineString' });
    expect(groundOf([shapeOf(box, [0, 2], { type: 'MultiPoint' })], measure)).toEqual({
      type: 'MultiPoint',
      coordinates: [
        [0, 0],
        [4, 4],
      ],
    });
  });

  it('survives semantics that make no sense', () => {
    for (const semantics of [5, { surfaces: 'x', values: 3 }, { surfaces: [null], values: [[0, 99, null, 'a']] }]) {
      expect(groundOf([shapeOf(box, [faces], { type: 'Solid', semantics })], measure)).toMatchObject({ type: 'Polygon' });
    }
    expect(groundOf([shapeOf(box, 'nonsense')], measure)).toBeUndefined();
    expect(groundOf([], measure)).toBeUndefined();
  });
});
