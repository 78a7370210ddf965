/**
 * Mesh: corners and triangles that grow, then packed for the graphics card: 8 bytes a corner, in steps of a centimetre or as fine as the size of the tile allows.
 */

/** Metres east, up and south of the tile's centre, a row of the layer for each corner. */
export type Mesh = { corners: Float32Array<ArrayBuffer>; rows: Uint32Array<ArrayBuffer>; count: number; index: Uint32Array<ArrayBuffer>; indices: number };

const cornersAtFirst = 1_024;

export const createMesh = (): Mesh => ({
  corners: new Float32Array(cornersAtFirst * 3),
  rows: new Uint32Array(cornersAtFirst),
  count: 0,
  index: new Uint32Array(cornersAtFirst * 3),
  indices: 0,
});

const growCorners = (mesh: Mesh): void => {
  const [corners, rows] = [new Float32Array(mesh.corners.length * 2), new Uint32Array(mesh.rows.length * 2)];
  corners.set(mesh.corners);
  rows.set(mesh.rows);
  Object.assign(mesh, { corners, rows });
};

const growIndex = (mesh: Mesh): void => {
  const index = new Uint32Array(mesh.index.length * 2);
  index.set(mesh.index);
  mesh.index = index;
};

/** Room for so many more corners and indices. */
export const reserve = (mesh: Mesh, corners: number, indices: number): void => {
  while (mesh.count + corners > mesh.rows.length) growCorners(mesh);
  while (mesh.indices + indices > mesh.index.length) growIndex(mesh);
};

/** East, north and up; the number of the corner. */
export const addCorner = (mesh: Mesh, [east, north, up]: readonly [number, number, number], row: number): number => {
  reserve(mesh, 1, 0);
  const at = mesh.count * 3;
  mesh.corners[at] = east;
  mesh.corners[at + 1] = up;
  mesh.corners[at + 2] = -north;
  mesh.rows[mesh.count] = row;
  mesh.count += 1;
  return mesh.count - 1;
};

export const addTriangle = (mesh: Mesh, [a, b, c]: readonly [number, number, number]): void => {
  reserve(mesh, 0, 3);
  mesh.index[mesh.indices] = a;
  mesh.index[mesh.indices + 1] = b;
  mesh.index[mesh.indices + 2] = c;
  mesh.indices += 3;
};

export type Packed = {
  /** east, up, south in steps of `step` metres; the row beyond `base`, its lowest 16 bits */
  readonly corners: Int16Array<ArrayBuffer>;
  /** the further bits of the rows; undefined where there are none */
  readonly high: Uint16Array<ArrayBuffer> | undefined;
  /** undefined where corners are drawn as points */
  readonly index: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | undefined;
  readonly step: number;
  /** the least and the greatest of its rows */
  readonly base: number;
  readonly most: number;
};

const stepFinest = 0.01;
const stepsMax = 32_767;

const rangeOf = ({ rows, count }: Mesh): readonly [number, number] => {
  let [least, most] = [Infinity, 0];
  for (let at = 0; at < count; at += 1) {
    const row = rows[at] ?? 0;
    if (row < least) least = row;
    if (row > most) most = row;
  }
  return [count === 0 ? 0 : least, most];
};

const stepOf = ({ corners, count }: Mesh): number => {
  let most = 0;
  for (let at = 0; at < count * 3; at += 1) most = Math.max(most, Math.abs(corners[at] ?? 0));
  return Math.max(stepFinest, most / stepsMax);
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

export const pack = (mesh: Mesh): Packed => {
  const { rows, count, index, indices } = mesh;
  const [base, most] = rangeOf(mesh);
  const step = stepOf(mesh);
  const used = index.subarray(0, indices);
  return {
    corners: packCorners(mesh, step, base),
    high: most - base > 0xffff ? Uint16Array.from(rows.subarray(0, count), (row) => (row - base) >>> 16) : undefined,
    index: indices === 0 ? undefined : count > 0xffff ? used.slice() : Uint16Array.from(used),
    step,
    base,
    most,
  };
};
