/**
 * Pick: what a ray meets first: walls and roofs of prisms, then whatever lies nearest on the ground. Exact, on the outlines themselves.
 */
import type { Outlines } from '@cityweave/core/scene/tiles';
import { raisePrism } from '../raising/raise.ts';

export type Ray = { readonly from: readonly [number, number, number]; readonly along: readonly [number, number, number] };
/** `distance` along the ray; `away` is how far a point or a line lies from it, in metres a metre of distance. */
export type Hit = { readonly row: number; readonly distance: number; readonly away: number };

/** How far beside a point or a line one may click: about five pixels. */
const awayMax = 0.012;

type Ring = { readonly from: number; readonly to: number };

const ringsOf = (tile: Outlines, item: number): readonly Ring[] => {
  const rings: Ring[] = [];
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1)
    rings.push({ from: tile.cornerFrom[ring] ?? 0, to: tile.cornerFrom[ring + 1] ?? 0 });
  return rings;
};

/** Even and odd: holes count by themselves. */
const isInside = ({ corners }: Outlines, rings: readonly Ring[], [x, y]: readonly [number, number]): boolean => {
  let inside = false;
  for (const { from, to } of rings)
    for (let at = from, before = to - 1; at < to; before = at, at += 1) {
      const [ax, ay, bx, by] = [corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0, corners[before * 2] ?? 0, corners[before * 2 + 1] ?? 0];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  return inside;
};

/** Distance along the ray at which it passes a height; undefined where it never does. */
const atHeight = ({ from, along }: Ray, up: number): number | undefined => {
  const distance = along[1] === 0 ? Number.NaN : (up - from[1]) / along[1];
  return distance > 0 ? distance : undefined;
};

const placeAt = ({ from, along }: Ray, distance: number): readonly [number, number] => [from[0] + along[0] * distance, -(from[2] + along[2] * distance)];

type Wall = { readonly a: readonly [number, number]; readonly b: readonly [number, number]; readonly base: number; readonly top: number };

const wallHit = (ray: Ray, { a, b, base, top }: Wall): number | undefined => {
  const [ex, ey] = [b[0] - a[0], b[1] - a[1]];
  const [dx, dy] = [ray.along[0], -ray.along[2]];
  const cross = dx * ey - dy * ex;
  if (Math.abs(cross) < 1e-9) return undefined;
  const [ox, oy] = [a[0] - ray.from[0], a[1] + ray.from[2]];
  const distance = (ox * ey - oy * ex) / cross;
  const share = (ox * dy - oy * dx) / cross;
  const up = ray.from[1] + ray.along[1] * distance;
  return distance > 0 && share >= 0 && share <= 1 && up >= base && up <= top ? distance : undefined;
};

type Vector = readonly [number, number, number];

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** After Möller and Trumbore (1997). */
const triangleHit = ({ from, along }: Ray, [a, b, c]: readonly [Vector, Vector, Vector]): number | undefined => {
  const [side, other, away] = [minus(b, a), minus(c, a), minus(from, a)];
  const across = cross(along, other);
  const scale = dot(side, across);
  if (Math.abs(scale) < 1e-9) return undefined;
  const turned = cross(away, side);
  const [u, v, distance] = [dot(away, across) / scale, dot(along, turned) / scale, dot(other, turned) / scale];
  return u >= 0 && v >= 0 && u + v <= 1 && distance > 0 ? distance : undefined;
};

/** What is no block is hit where its triangles are. */
const pitchedHit = (tile: Outlines, item: number, ray: Ray): number | undefined => {
  const { corners, index, indices } = raisePrism(tile, item);
  const corner = (at: number): Vector => [corners[at * 3] ?? 0, corners[at * 3 + 1] ?? 0, corners[at * 3 + 2] ?? 0];
  let nearest: number | undefined;
  for (let at = 0; at < indices; at += 3) {
    const hit = triangleHit(ray, [corner(index[at] ?? 0), corner(index[at + 1] ?? 0), corner(index[at + 2] ?? 0)]);
    if (hit !== undefined && hit < (nearest ?? Infinity)) nearest = hit;
  }
  return nearest;
};

const blockHit = (tile: Outlines, item: number, ray: Ray): number | undefined => {
  const rings = ringsOf(tile, item);
  const base = tile.base[item] ?? 0;
  const top = base + (tile.height[item] ?? 0);
  const lid = atHeight(ray, top);
  let nearest = lid !== undefined && isInside(tile, rings, placeAt(ray, lid)) ? lid : undefined;
  for (const { from, to } of rings)
    for (let at = from, before = to - 1; at < to; before = at, at += 1) {
      const a = [tile.corners[at * 2] ?? 0, tile.corners[at * 2 + 1] ?? 0] as const;
      const b = [tile.corners[before * 2] ?? 0, tile.corners[before * 2 + 1] ?? 0] as const;
      const found = wallHit(ray, { a, b, base, top });
      if (found !== undefined && found < (nearest ?? Infinity)) nearest = found;
    }
  return nearest;
};

const beside = ([px, py]: readonly [number, number], [ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - ax - share * dx, py - ay - share * dy);
};

const lineAway = (tile: Outlines, item: number, place: readonly [number, number]): number => {
  let least = Infinity;
  for (const { from, to } of ringsOf(tile, item))
    for (let at = from + 1; at < to; at += 1) {
      const a = [tile.corners[at * 2 - 2] ?? 0, tile.corners[at * 2 - 1] ?? 0] as const;
      least = Math.min(least, beside(place, a, [tile.corners[at * 2] ?? 0, tile.corners[at * 2 + 1] ?? 0]));
    }
  return least;
};

const placeHit = (tile: Outlines, item: number, { ray: { from, along }, at }: { readonly ray: Ray; readonly at: number }): Hit | undefined => {
  const [x, y, z] = [(tile.corners[at * 2] ?? 0) - from[0], (tile.height[item] ?? 0) - from[1], -(tile.corners[at * 2 + 1] ?? 0) - from[2]];
  const distance = x * along[0] + y * along[1] + z * along[2];
  const away = Math.hypot(x - along[0] * distance, y - along[1] * distance, z - along[2] * distance) / Math.max(1, distance);
  return distance > 0 && away < awayMax ? { row: tile.rows[item] ?? 0, distance, away } : undefined;
};

/** A twin of several points is met at any of them. */
const pointHit = (tile: Outlines, item: number, ray: Ray): Hit | undefined => {
  const hits = ringsOf(tile, item).flatMap(({ from }) => placeHit(tile, item, { ray, at: from }) ?? []);
  return hits.sort((a, b) => a.away - b.away)[0];
};

const isSolid = ({ solids }: Outlines, item: number): boolean => solids !== undefined && solids.cornerFrom[item] !== solids.cornerFrom[item + 1];

const prismHit = (tile: Outlines, item: number, ray: Ray): number | undefined => {
  if (isSolid(tile, item)) return pitchedHit(tile, item, ray);
  const block = blockHit(tile, item, ray);
  return block === undefined || tile.roof[item] === 0 ? block : pitchedHit(tile, item, ray);
};

const itemHit = (tile: Outlines, item: number, ray: Ray): Hit | undefined => {
  const row = tile.rows[item] ?? 0;
  if (tile.form === 'point') return pointHit(tile, item, ray);
  if (tile.form === 'prism') {
    const distance = prismHit(tile, item, ray);
    return distance === undefined ? undefined : { row, distance, away: 0 };
  }
  const ground = atHeight(ray, 0);
  if (ground === undefined) return undefined;
  const place = placeAt(ray, ground);
  if (tile.form === 'area') return isInside(tile, ringsOf(tile, item), place) ? { row, distance: ground, away: 0 } : undefined;
  const away = lineAway(tile, item, place) / Math.max(1, ground);
  return away < awayMax / 2 ? { row, distance: ground, away } : undefined;
};

/** Outlines with the box of each item: west, south, east, north and top, so that most rays are told apart from it at once. */
export type BoxedTile = { readonly outlines: Outlines; readonly boxes: Float32Array };

const boxSize = 5;

const widen = (boxes: Float32Array, at: number, [corners, corner]: readonly [Float32Array, number]): void => {
  const [x, y] = [corners[corner] ?? 0, corners[corner + 1] ?? 0];
  if (x < (boxes[at] ?? 0)) boxes[at] = x;
  if (y < (boxes[at + 1] ?? 0)) boxes[at + 1] = y;
  if (x > (boxes[at + 2] ?? 0)) boxes[at + 2] = x;
  if (y > (boxes[at + 3] ?? 0)) boxes[at + 3] = y;
};

export const boxTile = (outlines: Outlines): BoxedTile => {
  const { rows, ringFrom, cornerFrom, corners, base, height, solids } = outlines;
  const boxes = new Float32Array(rows.length * boxSize);
  for (let item = 0; item < rows.length; item += 1) {
    const at = item * boxSize;
    boxes.fill(Infinity, at, at + 2).fill(-Infinity, at + 2, at + 4);
    const ring = [cornerFrom[ringFrom[item] ?? 0] ?? 0, cornerFrom[ringFrom[item + 1] ?? 0] ?? 0] as const;
    for (let corner = ring[0]; corner < ring[1]; corner += 1) widen(boxes, at, [corners, corner * 2]);
    if (solids)
      for (let corner = solids.cornerFrom[item] ?? 0; corner < (solids.cornerFrom[item + 1] ?? 0); corner += 1) widen(boxes, at, [solids.corners, corner * 3]);
    boxes[at + 4] = (base[item] ?? 0) + (height[item] ?? 0);
  }
  return { outlines, boxes };
};

/** Whether the ray passes through the box of an item. Points and lines are met beside them too: they are always asked. */
const meetsBox = ({ boxes }: BoxedTile, item: number, { from, along }: Ray): boolean => {
  const at = item * boxSize;
  let [near, far] = [0, Infinity];
  const slab = (start: number, step: number, [low, high]: readonly [number, number]): void => {
    const [a, b] = step === 0 ? (start >= low && start <= high ? [-Infinity, Infinity] : [Infinity, -Infinity]) : [(low - start) / step, (high - start) / step];
    near = Math.max(near, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
  };
  slab(from[0], along[0], [boxes[at] ?? 0, boxes[at + 2] ?? 0]);
  slab(from[2], along[2], [-(boxes[at + 3] ?? 0), -(boxes[at + 1] ?? 0)]);
  slab(from[1], along[1], [-1, boxes[at + 4] ?? 0]);
  return near <= far + 1e-6;
};

/** The nearest of what may be picked in one tile; the ray is relative to the tile's centre. Of areas that lie on one another the last, smallest, wins. */
export const pickIn = (tile: BoxedTile, ray: Ray, mayPick: (row: number) => boolean): Hit | undefined => {
  const { outlines } = tile;
  const always = outlines.form === 'point' || outlines.form === 'line';
  let nearest: Hit | undefined;
  for (let item = 0; item < outlines.rows.length; item += 1) {
    if (!(always || meetsBox(tile, item, ray)) || !mayPick(outlines.rows[item] ?? 0)) continue;
    const hit = itemHit(outlines, item, ray);
    if (hit && (!nearest || hit.distance + hit.away * hit.distance <= nearest.distance + nearest.away * nearest.distance)) nearest = hit;
  }
  return nearest;
};
