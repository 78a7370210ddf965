/**
 * Surfaces: what of a twin's shapes is drawn: the surfaces of its finest one, as rings of its vertices. What is malformed has none.
 */
import type { Shape } from './twin.ts';

/** Rings of vertex indices, the outer one first. */
export type Surface = readonly (readonly number[])[];

/** How many lists stand around a surface. */
const depths: Readonly<Record<string, number>> = { MultiSurface: 1, CompositeSurface: 1, Solid: 2, MultiSolid: 3, CompositeSolid: 3 };

const numericLod = ({ lod }: Shape): number => Number.parseFloat(lod) || 0;

/** The shape with surfaces that tells most, without what nobody draws: materials, textures, semantics. */
export const finestSurfaces = (shapes: readonly Shape[]): Shape | undefined => {
  const drawable = shapes.filter(({ type }) => Object.hasOwn(depths, type));
  const [finest] = drawable.toSorted((a, b) => numericLod(b) - numericLod(a));
  if (!finest) return undefined;
  const { material: _material, texture: _texture, semantics: _semantics, ...bare } = finest;
  return bare;
};

const isRing = (value: unknown, vertices: number): value is readonly number[] =>
  Array.isArray(value) && value.length > 2 && value.every((index) => Number.isInteger(index) && index >= 0 && index < vertices);

const flattened = (value: unknown, depth: number): readonly unknown[] =>
  Array.isArray(value) ? (depth === 0 ? value : value.flatMap((part: unknown) => flattened(part, depth - 1))) : [];

export const surfacesOf = ({ type, boundaries, vertices }: Shape): readonly Surface[] => {
  const depth = Object.hasOwn(depths, type) ? depths[type] : undefined;
  if (depth === undefined) return [];
  return flattened(boundaries, depth - 1).flatMap((surface) => {
    const rings = Array.isArray(surface) ? surface.filter((ring) => isRing(ring, vertices.length)) : [];
    return rings.length > 0 ? [rings] : [];
  });
};
