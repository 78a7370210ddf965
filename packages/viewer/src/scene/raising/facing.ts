/**
 * Facing: which way every triangle looks, carried by its last corner, from which the graphics card takes what is the same all over a triangle.
 * Walls and roofs go on sharing their corners; only where all three corners speak for another triangle already is one of them doubled.
 */
import { type Mesh, reserve, silent } from './mesh.ts';

type Triangle = readonly [number, number, number];

/** A direction as two bytes of one number: its point on an octahedron, unfolded. */
export const directionOf = (x: number, y: number, z: number): number => {
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z) || 1;
  let [u, v] = [x / sum, z / sum];
  if (y < 0) [u, v] = [(1 - Math.abs(v)) * (u < 0 ? -1 : 1), (1 - Math.abs(u)) * (v < 0 ? -1 : 1)];
  return ((Math.round(u * 127) & 0xff) << 8) | (Math.round(v * 127) & 0xff);
};

const facingOf = ({ corners }: Mesh, [a, b, c]: Triangle): number => {
  const [ax, ay, az] = [corners[a * 3] ?? 0, corners[a * 3 + 1] ?? 0, corners[a * 3 + 2] ?? 0];
  const [ux, uy, uz] = [(corners[b * 3] ?? 0) - ax, (corners[b * 3 + 1] ?? 0) - ay, (corners[b * 3 + 2] ?? 0) - az];
  const [vx, vy, vz] = [(corners[c * 3] ?? 0) - ax, (corners[c * 3 + 1] ?? 0) - ay, (corners[c * 3 + 2] ?? 0) - az];
  return directionOf(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
};

/** A corner of the same place and row at the end of the mesh. */
const doubleCorner = (mesh: Mesh, corner: number): number => {
  reserve(mesh, 1, 0);
  const own = mesh.count;
  mesh.corners.copyWithin(own * 3, corner * 3, corner * 3 + 3);
  mesh.rows[own] = mesh.rows[corner] ?? 0;
  mesh.count += 1;
  return own;
};

/** The corner that speaks for a triangle: one that says the same already, else one that is silent, the last before the others. */
const speakerOf = (spoken: Int32Array, [a, b, c]: Triangle, direction: number): number => {
  const [sayA, sayB, sayC] = [spoken[a], spoken[b], spoken[c]];
  if (sayC === direction) return c;
  if (sayA === direction) return a;
  if (sayB === direction) return b;
  if (sayC === silent) return c;
  if (sayA === silent) return a;
  return sayB === silent ? b : silent;
};

const turn = (index: Uint32Array, at: number, [a, b, speaker]: Triangle): void => {
  index[at] = a;
  index[at + 1] = b;
  index[at + 2] = speaker;
};

/** Turns every triangle that has no speaker yet so that its last corner is one, as the winding stays. */
export const faceTriangles = (mesh: Mesh): void => {
  for (let at = mesh.faced; at < mesh.indices; at += 3) {
    const [a, b, c] = [mesh.index[at] ?? 0, mesh.index[at + 1] ?? 0, mesh.index[at + 2] ?? 0];
    const direction = facingOf(mesh, [a, b, c]);
    const speaker = speakerOf(mesh.spoken, [a, b, c], direction);
    if (speaker === a) turn(mesh.index, at, [b, c, a]);
    else if (speaker === b) turn(mesh.index, at, [c, a, b]);
    else if (speaker === silent) turn(mesh.index, at, [a, b, doubleCorner(mesh, c)]);
    mesh.spoken[mesh.index[at + 2] ?? 0] = direction;
  }
  mesh.faced = mesh.indices;
};

/** What a direction of two bytes says, as three of length 127, into four. */
const unfold = (direction: number, into: Int8Array, at: number): void => {
  let [x, z] = [(direction << 16) >> 24, (direction << 24) >> 24];
  const y = 127 - Math.abs(x) - Math.abs(z);
  if (y < 0) [x, z] = [(127 - Math.abs(z)) * (x < 0 ? -1 : 1), (127 - Math.abs(x)) * (z < 0 ? -1 : 1)];
  const scale = 127 / Math.sqrt(x * x + y * y + z * z);
  into[at] = Math.round(x * scale);
  into[at + 1] = Math.round(y * scale);
  into[at + 2] = Math.round(z * scale);
};

/** What the corners say, four bytes each: the way their triangles look, east, up and south, so that the graphics card has nothing to work out. */
export const packFacing = ({ spoken, count }: Mesh): Int8Array<ArrayBuffer> => {
  const facing = new Int8Array(count * 4);
  for (let corner = 0; corner < count; corner += 1) unfold(spoken[corner] ?? 0, facing, corner * 4);
  return facing;
};
