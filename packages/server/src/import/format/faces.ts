/**
 * Faces of shapes: which of them give the outline of an object on the ground, by semantics, level of detail and which way they look.
 */
import type { Geometry, Shape } from '@cityweave/core';
import { outlineOf } from './outline.ts';

/** Rings of vertex indices, the outer one first. */
export type Face = { readonly rings: readonly (readonly number[])[]; readonly surface: string | undefined; readonly shape: Shape };

type Nested = number | null | readonly Nested[];

const isNested = (value: unknown): value is Nested => value === null || typeof value === 'number' || Array.isArray(value);
const partsOf = (value: Nested | undefined): readonly Nested[] => (typeof value === 'object' && value !== null ? value : []);
const isNumbers = (value: Nested): value is readonly number[] => typeof value === 'object' && value !== null && value.every((part) => typeof part === 'number');

const numericLod = (shape: Shape): number => Number.parseFloat(shape.lod) || 0;

/** The shapes of the level wanted, else of the highest one. */
const chooseShapes = (shapes: readonly Shape[], lod: string | undefined): readonly Shape[] => {
  const wanted = lod === undefined ? [] : shapes.filter((shape) => shape.lod === lod);
  if (wanted.length > 0) return wanted;
  const highest = Math.max(...shapes.map(numericLod));
  return shapes.filter((shape) => numericLod(shape) === highest);
};

/** Where the object stands: its ground surfaces, else its surfaces of level 0, else what looks down (solids) or up, else its lines or points. */
export const groundOf = (shapes: readonly Shape[], { lod, metresPerUnit }: { lod: string | undefined; metresPerUnit: number }): Geometry | undefined => {
  if (shapes.length === 0) return undefined;
  const chosen = chooseShapes(shapes, lod);
  const faces = chosen.flatMap(facesOf);
  const ground = faces.filter(({ surface }) => surface === 'GroundSurface');
  const flat = ground.length > 0 ? ground : shapes.filter((shape) => numericLod(shape) < 1 && shape.lod !== '').flatMap(facesOf);
  return outlineOf(flat) ?? outlineOf(seenFaces(faces, metresPerUnit)) ?? linesOf(chosen) ?? upright(faces);
};

/** Down for solids: what lies above another part is in its shadow. Up for loose surfaces, as roads and land are drawn, the steps in them included. */
const seenFaces = (faces: readonly Face[], metresPerUnit: number): readonly Face[] => {
  const isSolid = faces.some(({ shape }) => shape.type.endsWith('Solid'));
  const tilted = faces.map((face) => ({ face, tilt: tiltOf(face, metresPerUnit) }));
  const [up, down] = [tilted.filter(({ tilt }) => tilt > steepest), tilted.filter(({ tilt }) => tilt < -steepest)];
  if (!isSolid && up.length > 0) return tilted.filter(({ tilt }) => tilt >= 0).map(({ face }) => face);
  const [first, second] = isSolid ? [down, up] : [up, down];
  return (first.length > 0 ? first : second).map(({ face }) => face);
};

/** A face that leans more than this (the vertical share of its normal) is a wall. */
const steepest = 0.05;

/** The vertical share of the normal of a face: 1 looks up, -1 down, 0 is upright. */
const tiltOf = ({ rings, shape }: Face, metresPerUnit: number): number => {
  const ring = rings[0] ?? [];
  let [nx, ny, nz] = [0, 0, 0];
  for (const [place, index] of ring.entries()) {
    const [ax = 0, ay = 0, az = 0] = shape.vertices[index] ?? [];
    const [bx = 0, by = 0, bz = 0] = shape.vertices[ring[(place + 1) % ring.length] ?? index] ?? [];
    nx += (ay - by) * metresPerUnit * (az + bz);
    ny += (az - bz) * (ax + bx) * metresPerUnit;
    nz += (ax - bx) * (ay + by) * metresPerUnit * metresPerUnit;
  }
  const length = Math.hypot(nx, ny, nz);
  return length === 0 ? 0 : nz / length;
};

/** Outer shells only: what is hollow inside leaves the outline alone. */
const facesOf = (shape: Shape): readonly Face[] => {
  const boundaries = isNested(shape.boundaries) ? shape.boundaries : [];
  const values = valuesOf(shape);
  switch (shape.type) {
    case 'MultiSurface':
    case 'CompositeSurface':
      return surfaces(boundaries, values, shape);
    case 'Solid':
      return surfaces(partsOf(boundaries)[0], partsOf(values)[0], shape);
    case 'MultiSolid':
    case 'CompositeSolid':
      return partsOf(boundaries).flatMap((solid, index) => surfaces(partsOf(solid)[0], partsOf(partsOf(values)[index])[0], shape));
    default:
      return [];
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const valuesOf = ({ semantics }: Shape): Nested => {
  const values = isObject(semantics) ? semantics['values'] : undefined;
  return isNested(values) ? values : null;
};

const surfaces = (boundaries: Nested | undefined, values: Nested | undefined, shape: Shape): readonly Face[] => {
  const kinds = isObject(shape.semantics) && Array.isArray(shape.semantics['surfaces']) ? shape.semantics['surfaces'] : [];
  return partsOf(boundaries).map((face, index) => {
    const value = partsOf(values)[index];
    const kind: unknown = typeof value === 'number' ? kinds[value] : undefined;
    const surface = isObject(kind) && typeof kind['type'] === 'string' ? kind['type'] : undefined;
    return { rings: partsOf(face).filter(isNumbers), surface, shape };
  });
};

const flatPosition = (shape: Shape, index: number): number[] => (shape.vertices[index] ?? []).slice(0, 2);

const linesOf = (shapes: readonly Shape[]): Geometry | undefined => {
  const parts = (type: string) =>
    shapes.filter((shape) => shape.type === type).map((shape) => ({ shape, boundaries: isNested(shape.boundaries) ? shape.boundaries : [] }));
  const lines = parts('MultiLineString').flatMap(({ shape, boundaries }) =>
    partsOf(boundaries)
      .filter(isNumbers)
      .map((line) => line.map((index) => flatPosition(shape, index))),
  );
  const points = parts('MultiPoint').flatMap(({ shape, boundaries }) => (isNumbers(boundaries) ? boundaries.map((index) => flatPosition(shape, index)) : []));
  const long = lines.filter((line) => line.length > 1);
  if (long.length > 0) return { type: 'MultiLineString', coordinates: long };
  return points.length > 0 ? { type: 'MultiPoint', coordinates: points } : undefined;
};

/** Walls and fences: each face as the line it stands on. */
const upright = (faces: readonly Face[]): Geometry | undefined => {
  const lines = faces.map(baseLine).filter((line) => line.length === 2);
  return lines.length > 0 ? { type: 'MultiLineString', coordinates: lines } : undefined;
};

const baseLine = ({ rings, shape }: Face): number[][] => {
  const positions = (rings[0] ?? []).map((index) => flatPosition(shape, index));
  positions.sort(([ax = 0, ay = 0], [bx = 0, by = 0]) => ax - bx || ay - by);
  const [first, last] = [positions[0], positions.at(-1)];
  return first && last && (first[0] !== last[0] || first[1] !== last[1]) ? [first, last] : [];
};
