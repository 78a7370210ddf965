/**
 * Pack: a mesh as the graphics card takes it: 8 bytes a corner, in steps of a centimetre or as fine as the size of the tile allows.
 */
import { faceTriangles, packFacing } from './facing.ts';
import type { Mesh } from './mesh.ts';

export type Packed = {
  /** east, up, south in steps of `step` metres; the row beyond `base`, its lowest 16 bits */
  readonly corners: Int16Array<ArrayBuffer>;
  /** the further bits of the rows; undefined where there are none */
  readonly high: Uint16Array<ArrayBuffer> | undefined;
  /** of what stands: which way the triangles look of which a corner is the last, four bytes a corner */
  readonly facing: Int8Array<ArrayBuffer> | undefined;
  /** undefined where corners are drawn as points */
  readonly index: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | undefined;
  readonly step: number;
  /** the least of its rows */
  readonly base: number;
};

const stepFinest = 0.01;
const stepsMax = 32_767;

type Bounds = { readonly reach: number /** of the rows */; readonly base: number; readonly most: number };

const boundsOf = ({ corners, rows, count }: Mesh): Bounds => {
  let [reach, base, most] = [0, count === 0 ? 0 : Infinity, 0];
  for (let at = 0; at < count; at += 1) {
    const row = rows[at] ?? 0;
    if (row < base) base = row;
    if (row > most) most = row;
    reach = Math.max(reach, Math.abs(corners[at * 3] ?? 0), Math.abs(corners[at * 3 + 1] ?? 0), Math.abs(corners[at * 3 + 2] ?? 0));
  }
  return { reach, base, most };
};

const packCorners = ({ corners, rows, count }: Mesh, step: number, base: number): Int16Array<ArrayBuffer> => {
  const packed = new Int16Array(count * 4);
  for (let at = 0; at < count; at += 1) {
    packed[at * 4] = Math.round((corners[at * 3] ?? 0) / step);
    packed[at * 4 + 1] = Math.round((corners[at * 3 + 1] ?? 0) / step);
    packed[at * 4 + 2] = Math.round((corners[at * 3 + 2] ?? 0) / step);
    packed[at * 4 + 3] = ((rows[at] ?? 0) - base) & 0xffff;
  }
  return packed;
};

/** What stands is `lit`: its triangles say which way they look. */
export const pack = (mesh: Mesh, lit: boolean): Packed => {
  if (lit) faceTriangles(mesh);
  const { rows, count, index, indices } = mesh;
  const { reach, base, most } = boundsOf(mesh);
  const step = Math.max(stepFinest, reach / stepsMax);
  const used = index.subarray(0, indices);
  return {
    corners: packCorners(mesh, step, base),
    facing: lit ? packFacing(mesh) : undefined,
    high: most - base > 0xffff ? Uint16Array.from(rows.subarray(0, count), (row) => (row - base) >>> 16) : undefined,
    index: indices === 0 ? undefined : count > 0xffff ? used.slice() : Uint16Array.from(used),
    step,
    base,
  };
};
