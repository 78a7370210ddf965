/**
 * Raise solid: the true surfaces of one item as triangles: each is cut into triangles in the plane in which it is largest.
 */
import type { Solids } from '@cityweave/core/scene/tiles';
import earcut from 'earcut';
import { addCorner, addTriangle, type Mesh } from './mesh.ts';

/** The two axes that are left when the surface is looked at along its normal (Newell), in the order in which its triangles come to look the way that it does. */
const planeOf = ({ corners }: Solids, ring: readonly number[]): readonly [number, number] => {
  const normal = [0, 0, 0];
  for (const [at, index] of ring.entries()) {
    const next = ring[(at + 1) % ring.length] ?? index;
    for (const axis of [0, 1, 2]) {
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
      normal[axis] =
        (normal[axis] ?? 0) + ((corners[index * 3 + u] ?? 0) - (corners[next * 3 + u] ?? 0)) * ((corners[index * 3 + v] ?? 0) + (corners[next * 3 + v] ?? 0));
    }
  }
  const [x = 0, y = 0, z = 0] = normal.map(Math.abs);
  const along = z >= Math.max(x, y) ? 2 : x >= y ? 0 : 1;
  const [u, v] = [(along + 1) % 3, (along + 2) % 3];
  return (normal[along] ?? 0) < 0 ? [v, u] : [u, v];
};

/** Rings of a surface as indices into the corners of the tile. */
const ringsOf = ({ ringFrom, indexFrom, index }: Solids, surface: number, first: number): readonly (readonly number[])[] => {
  const [from, to] = [ringFrom[surface] ?? 0, ringFrom[surface + 1] ?? 0];
  return Array.from({ length: to - from }, (_, ring) =>
    Array.from(index.subarray(indexFrom[from + ring] ?? 0, indexFrom[from + ring + 1] ?? 0), (at) => at + first),
  );
};

const addSurface = (to: Mesh, solids: Solids, { rings, shift }: { readonly rings: readonly (readonly number[])[]; readonly shift: number }): void => {
  const [outer = []] = rings;
  if (outer.length === 3 && rings.length === 1) {
    addTriangle(to, [(outer[0] ?? 0) + shift, (outer[1] ?? 0) + shift, (outer[2] ?? 0) + shift]);
    return;
  }
  const all = rings.flat();
  const [u, v] = planeOf(solids, outer);
  const starts = rings.slice(0, -1).map((_, at) => rings.slice(0, at + 1).reduce((sum, ring) => sum + ring.length, 0));
  const found = earcut(
    all.flatMap((at) => [solids.corners[at * 3 + u] ?? 0, solids.corners[at * 3 + v] ?? 0]),
    starts,
  );
  const corner = (at: number): number => (all[found[at] ?? 0] ?? 0) + shift;
  for (let at = 0; at + 2 < found.length; at += 3) addTriangle(to, [corner(at), corner(at + 1), corner(at + 2)]);
};

/** False where the item has no surfaces of its own. */
export const addSolid = (to: Mesh, { solids, item, row }: { readonly solids: Solids; readonly item: number; readonly row: number }): boolean => {
  const [first, last] = [solids.cornerFrom[item] ?? 0, solids.cornerFrom[item + 1] ?? 0];
  if (first === last) return false;
  const shift = to.count - first;
  for (let at = first; at < last; at += 1) addCorner(to, [solids.corners[at * 3] ?? 0, solids.corners[at * 3 + 1] ?? 0, solids.corners[at * 3 + 2] ?? 0], row);
  for (let surface = solids.surfaceFrom[item] ?? 0; surface < (solids.surfaceFrom[item + 1] ?? 0); surface += 1)
    addSurface(to, solids, { rings: ringsOf(solids, surface, first), shift });
  return true;
};
