/**
 * Backdrop: the ground to the horizon behind all else.
 */
import { BufferGeometry, Float32BufferAttribute, Mesh, type PerspectiveCamera, Vector3 } from 'three';
import type { Materials } from './materials.ts';

/** Shares of what can be seen: nearer than the first the ground is plain. */
const rings = [0.6, 0.7, 0.8, 0.9, 1] as const;
const sides = 24;

/** Two triangles between each two corners of a ring and those of the next. */
const bandsOf = (count: number): readonly number[] =>
  Array.from({ length: count * sides }, (_, at) => {
    const [inner, next] = [at, at - (at % sides) + ((at + 1) % sides)];
    return [inner, inner + sides, next + sides, inner, next + sides, next];
  }).flat();

const ringOf = (radius: number, raised: number): readonly number[] =>
  Array.from({ length: sides }, (_, side) => {
    const turn = (side / sides) * 2 * Math.PI;
    return [Math.cos(turn) * radius, Math.sin(turn) * radius, raised];
  }).flat();

/** One triangle over the whole picture; or, where the picture begins as plain ground, only that in which it fades, and a curtain of sky behind. */
export const backdropGeometry = (isFine: boolean): BufferGeometry => {
  const geometry = new BufferGeometry();
  if (isFine) return geometry.setAttribute('position', new Float32BufferAttribute([-1, -1, 0, 3, -1, 0, -1, 3, 0], 3));
  const corners = [...rings.flatMap((radius) => ringOf(radius, 0)), ...ringOf(1, 1)];
  return geometry.setAttribute('position', new Float32BufferAttribute(corners, 3)).setIndex([...bandsOf(rings.length)]);
};

const ray = new Vector3();

/** Whether the picture has more than plain ground: some of it that fades, or sky. The farthest is in its upper corners. */
export const showsBackdrop = ({ position, matrixWorld, projectionMatrixInverse }: PerspectiveCamera, far: number): boolean =>
  [-1, 1].some((side) => {
    ray.set(side, 1, 1).applyMatrix4(projectionMatrixInverse).applyMatrix4(matrixWorld).sub(position);
    return ray.y >= 0 || (Math.hypot(ray.x, ray.z) * position.y) / -ray.y > far * rings[0];
  });

export const createBackdrop = ({ backdrop }: Materials): Mesh =>
  Object.assign(new Mesh(backdropGeometry(false), backdrop), { frustumCulled: false, renderOrder: 1 });
