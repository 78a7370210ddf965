/**
 * Facing: which way every triangle looks, carried by its last corner, from which the graphics card takes what is the same all over a triangle.
 * Walls and roofs go on sharing their corners; only where all three corners speak for another triangle already is one of them doubled.
 */
import { type Mesh, reserve } from './mesh.ts';

type Triangle = readonly [number, number, number];

/** A direction as two bytes: its point on an octahedron, unfolded. */
const toOctahedron = (x: number, y: number, z: number): number => {
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z) || 1;
  let [u, v] = [x / sum, z / sum];
  if (y < 0) [u, v] = [(1 - Math.abs(v)) * (u < 0 ? -1 : 1), (1 - Math.abs(u)) * (v < 0 ? -1 : 1)];
  return ((Math.round(u * 127) & 0xff) << 8) | (Math.round(v * 127) & 0xff);
};

const directionOf = ({ corners }: Mesh, [a, b, c]: Triangle): number => {
  const [ax, ay, az] = [corners[a * 3] ?? 0, corners[a * 3 + 1] ?? 0, corners[a * 3 + 2] ?? 0];
  const [ux, uy, uz] = [(corners[b * 3] ?? 0) - ax, (corners[b * 3 + 1] ?? 0) - ay, (corners[b * 3 + 2] ?? 0) - az];
  const [vx, vy, vz] = [(corners[c * 3] ?? 0) - ax, (corners[c * 3 + 1] ?? 0) - ay, (corners[c * 3 + 2] ?? 0) - az];
  return toOctahedron(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
};

const silent = -1;

/** A corner of the same place and row at the end of the mesh. */
const doubleCorner = (mesh: Mesh, corner: number): number => {
  reserve(mesh, 1, 0);
  const own = mesh.count;
  mesh.corners.copyWithin(own * 3, corner * 3, corner * 3 + 3);
  mesh.rows[own] = mesh.rows[corner] ?? 0;
  mesh.count += 1;
  return own;
};

type Speaking = { spoken: Int32Array };

const spokenOf = (speaking: Speaking, corner: number): number => speaking.spoken[corner] ?? silent;

const speak = (speaking: Speaking, corner: number, direction: number): void => {
  if (corner >= speaking.spoken.length) {
    const grown = new Int32Array(corner * 2).fill(silent);
    grown.set(speaking.spoken);
    speaking.spoken = grown;
  }
  speaking.spoken[corner] = direction;
};

/** The corner that speaks for a triangle: one that says the same already, else one that is silent, the last before the others. */
const speakerOf = (speaking: Speaking, turned: Triangle, direction: number): number => {
  for (const place of [2, 0, 1]) if (spokenOf(speaking, turned[place] ?? 0) === direction) return place;
  for (const place of [2, 0, 1]) if (spokenOf(speaking, turned[place] ?? 0) === silent) return place;
  return silent;
};

/** Turns every triangle so that its last corner speaks for it, as the winding stays; two bytes a corner. */
export const faceTriangles = (mesh: Mesh): Int8Array<ArrayBuffer> => {
  const speaking: Speaking = { spoken: new Int32Array(mesh.count).fill(silent) };
  for (let at = 0; at < mesh.indices; at += 3) {
    const corners = [mesh.index[at] ?? 0, mesh.index[at + 1] ?? 0, mesh.index[at + 2] ?? 0] satisfies Triangle;
    const direction = directionOf(mesh, corners);
    const place = speakerOf(speaking, corners, direction);
    const speaker = place === silent ? doubleCorner(mesh, corners[2]) : (corners[place] ?? 0);
    speak(speaking, speaker, direction);
    const from = place === silent ? 2 : place;
    mesh.index[at] = corners[(from + 1) % 3] ?? 0;
    mesh.index[at + 1] = corners[(from + 2) % 3] ?? 0;
    mesh.index[at + 2] = speaker;
  }
  const facing = new Int8Array(mesh.count * 2);
  for (let corner = 0; corner < mesh.count; corner += 1) {
    const direction = Math.max(0, spokenOf(speaking, corner));
    facing[corner * 2] = direction >> 8;
    facing[corner * 2 + 1] = direction & 0xff;
  }
  return facing;
};
