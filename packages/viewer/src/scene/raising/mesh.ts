/**
 * Mesh: corners and triangles that grow.
 */

/** No triangle looks the way that a corner says, yet. */
export const silent = -1;

export type Mesh = {
  /** metres east, up and south of the tile's centre */
  corners: Float32Array<ArrayBuffer>;
  /** of the layer, one a corner */
  rows: Uint32Array<ArrayBuffer>;
  /** the way that triangles look of which a corner is the last (`directionOf`), or `silent` */
  spoken: Int32Array<ArrayBuffer>;
  count: number;
  index: Uint32Array<ArrayBuffer>;
  indices: number;
  /** of the indices, those of triangles of which the last corner speaks already */
  faced: number;
};

/** Few, so that what a worker warms up on grows as a city does: growing for the first time throws away what was compiled before. */
const cornersAtFirst = 64;

export const createMesh = (): Mesh => ({
  ...{ corners: new Float32Array(cornersAtFirst * 3), rows: new Uint32Array(cornersAtFirst), spoken: new Int32Array(cornersAtFirst).fill(silent), count: 0 },
  ...{ index: new Uint32Array(cornersAtFirst * 3), indices: 0, faced: 0 },
});

/** To be filled anew: nothing speaks any more. */
export const emptyMesh = (mesh: Mesh): Mesh => {
  mesh.spoken.fill(silent, 0, mesh.count);
  return Object.assign(mesh, { count: 0, indices: 0, faced: 0 });
};

const growCorners = (mesh: Mesh): void => {
  const size = mesh.rows.length * 2;
  const [corners, rows, spoken] = [new Float32Array(size * 3), new Uint32Array(size), new Int32Array(size).fill(silent)];
  corners.set(mesh.corners);
  rows.set(mesh.rows);
  spoken.set(mesh.spoken);
  Object.assign(mesh, { corners, rows, spoken });
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
