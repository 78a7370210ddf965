/**
 * Prisms: buildings as triangles with a normal at every corner, as engines without our shader need them: walls of four corners each, and a roof.
 */
import earcut from 'earcut';

export type Prism = { readonly corners: readonly (readonly [number, number])[]; readonly base: number; readonly height: number };

/** Of glTF's axes: east, up, south. */
export type Triangles = { readonly positions: number[]; readonly normals: number[]; readonly rows: number[]; readonly index: number[] };

export const noTriangles = (): Triangles => ({ positions: [], normals: [], rows: [], index: [] });

const addWall = (
  { positions, normals, rows, index }: Triangles,
  [a, b]: Prism['corners'],
  { base, height, row }: Omit<Prism, 'corners'> & { readonly row: number },
): void => {
  if (!(a && b)) return;
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy) || 1;
  const first = rows.length;
  for (const [[x, y], up] of [
    [a, base],
    [b, base],
    [b, base + height],
    [a, base + height],
  ] as const) {
    positions.push(x, up, -y);
    normals.push(dy / length, 0, dx / length);
    rows.push(row);
  }
  index.push(first, first + 1, first + 2, first, first + 2, first + 3);
};

/** The outer ring runs anticlockwise as seen from above. */
export const addPrism = (to: Triangles, { corners, base, height }: Prism, row: number): void => {
  for (const [at, corner] of corners.entries()) {
    const next = corners[(at + 1) % corners.length];
    if (next) addWall(to, [corner, next], { base, height, row });
  }
  const first = to.rows.length;
  for (const [x, y] of corners) {
    to.positions.push(x, base + height, -y);
    to.normals.push(0, 1, 0);
    to.rows.push(row);
  }
  for (const corner of earcut(corners.flat())) to.index.push(first + corner);
};
