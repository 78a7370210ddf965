/**
 * Pick: what a ray meets first: walls and roofs of prisms, then whatever lies nearest on the ground. Exact, on the outlines themselves.
 */
import type { Outlines } from '@cityweave/core/scene';

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

const prismHit = (tile: Outlines, item: number, ray: Ray): number | undefined => {
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

const pointHit = (tile: Outlines, item: number, { from, along }: Ray): Hit | undefined => {
  const [{ from: at }] = [ringsOf(tile, item)[0] ?? { from: 0 }];
  const [x, y, z] = [(tile.corners[at * 2] ?? 0) - from[0], (tile.height[item] ?? 0) - from[1], -(tile.corners[at * 2 + 1] ?? 0) - from[2]];
  const distance = x * along[0] + y * along[1] + z * along[2];
  const away = Math.hypot(x - along[0] * distance, y - along[1] * distance, z - along[2] * distance) / Math.max(1, distance);
  return distance > 0 && away < awayMax ? { row: tile.rows[item] ?? 0, distance, away } : undefined;
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

/** The nearest of what may be picked in one tile; the ray is relative to the tile's centre. Of areas that lie on one another the last, smallest, wins. */
export const pickIn = (tile: Outlines, ray: Ray, mayPick: (row: number) => boolean): Hit | undefined => {
  let nearest: Hit | undefined;
  for (let item = 0; item < tile.rows.length; item += 1) {
    const hit = mayPick(tile.rows[item] ?? 0) ? itemHit(tile, item, ray) : undefined;
    if (hit && (!nearest || hit.distance + hit.away * hit.distance <= nearest.distance + nearest.away * nearest.distance)) nearest = hit;
  }
  return nearest;
};
