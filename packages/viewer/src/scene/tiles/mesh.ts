/**
 * Mesh: corners and triangles that grow.
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
