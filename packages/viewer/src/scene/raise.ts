/**
 * Raise: outlines become triangles: walls and roofs, areas on the ground, lines as ribbons, points as they are. Numbers in, arrays out; for a worker.
 */
import { type Outlines, roofShapes } from '@cityweave/core/scene/tiles';
import earcut from 'earcut';

/** Corners without normals: walls and roof share them, light comes from the slope on the screen. */
export type Raised = {
  /** east, up, south of the tile's centre, metres */
  readonly positions: Float32Array<ArrayBuffer>;
  /** row of the layer, one a corner */
  readonly rows: Float32Array<ArrayBuffer>;
  readonly index: Uint32Array<ArrayBuffer>;
};

type Corner = readonly [number, number];
type Growing = { readonly positions: number[]; readonly rows: number[]; readonly index: number[] };

const addCorner = (to: Growing, [east, north]: Corner, { up, row }: { readonly up: number; readonly row: number }): number => {
  to.positions.push(east, up, -north);
  to.rows.push(row);
  return to.rows.length - 1;
};

const cornersOf = ({ cornerFrom, corners }: Outlines, ring: number): Corner[] => {
  const found: Corner[] = [];
  for (let at = cornerFrom[ring] ?? 0; at < (cornerFrom[ring + 1] ?? 0); at += 1) found.push([corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0]);
  return found;
};

type Polygon = { readonly outer: readonly Corner[]; readonly holes: readonly (readonly Corner[])[] };

/** A ring that is no hole begins a polygon; the holes after it are its own. */
const polygonsOf = (tile: Outlines, item: number): readonly Polygon[] => {
  const polygons: { outer: Corner[]; holes: Corner[][] }[] = [];
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1) {
    const corners = cornersOf(tile, ring);
    if (corners.length < 3) continue;
    if (tile.isHole[ring] === 1) polygons.at(-1)?.holes.push(corners);
    else polygons.push({ outer: corners, holes: [] });
  }
  return polygons;
};

const addLid = (to: Growing, { outer, holes }: Polygon, first: number): void => {
  const rings = [outer, ...holes];
  const starts: number[] = [];
  for (let at = 1, sum = outer.length; at < rings.length; at += 1) {
    starts.push(sum);
    sum += rings[at]?.length ?? 0;
  }
  for (const corner of earcut(
    rings.flatMap((ring) => ring.flat()),
    starts,
  ))
    to.index.push(first + corner);
};

type Standing = { readonly row: number; readonly base: number; readonly top: number };

const addWalls = (to: Growing, ring: readonly Corner[], { row, base, top }: Standing): number => {
  const first = to.rows.length;
  for (const corner of ring) addCorner(to, corner, { up: top, row });
  const feet = to.rows.length;
  for (const corner of ring) addCorner(to, corner, { up: base, row });
  for (let at = 0; at < ring.length; at += 1) {
    const next = (at + 1) % ring.length;
    to.index.push(first + at, feet + at, first + next, first + next, feet + at, feet + next);
  }
  return first;
};

const addFlat = (to: Growing, polygon: Polygon, standing: Standing): void => {
  const tops = [polygon.outer, ...polygon.holes].map((ring) => addWalls(to, ring, standing));
  const lid = to.rows.length;
  if (polygon.holes.length === 0) {
    addLid(to, polygon, tops[0] ?? 0);
    return;
  }
  for (const ring of [polygon.outer, ...polygon.holes]) for (const corner of ring) addCorner(to, corner, { up: standing.top, row: standing.row });
  addLid(to, polygon, lid);
};

const between = (a: Corner, b: Corner, share: number): Corner => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
const lengthOf = (a: Corner, b: Corner): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** What of the height is roof, and never steeper than it is wide. */
const roofShare = 0.4;

/** A roof over four corners: the ridge runs along the longer side; its ends stand over the gables, or further in, or in one point. */
const addPitched = (to: Growing, ring: readonly [Corner, Corner, Corner, Corner], standing: Standing & { readonly roof: number }): void => {
  const turned = lengthOf(ring[0], ring[1]) >= lengthOf(ring[1], ring[2]) ? ring : ([ring[1], ring[2], ring[3], ring[0]] as const);
  const [a, b, c, d] = turned;
  const [long, short] = [lengthOf(a, b), lengthOf(b, c)];
  const { row, base, top, roof } = standing;
  const eaves = top - Math.min((top - base) * roofShare, short * 0.6);
  const inset = roofShapes[roof] === 'gabled' ? 0 : roofShapes[roof] === 'pyramid' ? 0.5 : Math.min(0.5, short / 2 / Math.max(long, 0.1));
  const first = addWalls(to, turned, { row, base, top: eaves });
  const [head, foot] = [between(a, d, 0.5), between(b, c, 0.5)];
  const ridge = addCorner(to, between(head, foot, inset), { up: top, row });
  addCorner(to, between(head, foot, 1 - inset), { up: top, row });
  to.index.push(first, first + 1, ridge + 1, first, ridge + 1, ridge);
  to.index.push(first + 2, first + 3, ridge, first + 2, ridge, ridge + 1);
  to.index.push(first + 1, first + 2, ridge + 1, first + 3, first, ridge);
};

const addPrism = (to: Growing, tile: Outlines, item: number): void => {
  const row = tile.rows[item] ?? 0;
  const base = tile.base[item] ?? 0;
  const standing = { row, base, top: base + (tile.height[item] ?? 0) };
  const roof = tile.roof[item] ?? 0;
  for (const polygon of polygonsOf(tile, item)) {
    const [a, b, c, d, more] = polygon.outer;
    if (roof > 0 && a && b && c && d && !more && polygon.holes.length === 0) addPitched(to, [a, b, c, d], { ...standing, roof });
    else addFlat(to, polygon, standing);
  }
};

/** One prism by itself, as it is drawn: for who has to know what exactly is hit. */
export const raisePrism = (tile: Outlines, item: number): Raised => {
  const to: Growing = { positions: [], rows: [], index: [] };
  addPrism(to, tile, item);
  return toRaised(to);
};

const toRaised = ({ positions, rows, index }: Growing): Raised => ({
  positions: new Float32Array(positions),
  rows: new Float32Array(rows),
  index: new Uint32Array(index),
});

const addArea = (to: Growing, tile: Outlines, item: number): void => {
  for (const polygon of polygonsOf(tile, item)) {
    const first = to.rows.length;
    for (const ring of [polygon.outer, ...polygon.holes]) for (const corner of ring) addCorner(to, corner, { up: 0, row: tile.rows[item] ?? 0 });
    addLid(to, polygon, first);
  }
};

const addRibbon = (to: Growing, [a, b]: readonly [Corner, Corner], { row, half }: { readonly row: number; readonly half: number }): void => {
  const length = lengthOf(a, b) || 1;
  const [dx, dy] = [((b[0] - a[0]) / length) * half, ((b[1] - a[1]) / length) * half];
  const corners: readonly Corner[] = [
    [a[0] - dx - dy, a[1] - dy + dx],
    [a[0] - dx + dy, a[1] - dy - dx],
    [b[0] + dx - dy, b[1] + dy + dx],
    [b[0] + dx + dy, b[1] + dy - dx],
  ];
  const [first = 0] = corners.map((corner) => addCorner(to, corner, { up: 0, row }));
  to.index.push(first, first + 1, first + 2, first + 2, first + 1, first + 3);
};

type Line = { readonly tile: Outlines; readonly item: number; readonly half: number };

const addLine = (to: Growing, { tile, item, half }: Line): void => {
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1) {
    const corners = cornersOf(tile, ring);
    for (let at = 1; at < corners.length; at += 1) {
      const [a, b] = [corners[at - 1], corners[at]];
      if (a && b) addRibbon(to, [a, b], { row: tile.rows[item] ?? 0, half });
    }
  }
};

const addPoint = (to: Growing, tile: Outlines, item: number): void => {
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1)
    for (const corner of cornersOf(tile, ring)) addCorner(to, corner, { up: tile.height[item] ?? 0, row: tile.rows[item] ?? 0 });
};

const sizeOf = (tile: Outlines, item: number): number => {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = tile.cornerFrom[tile.ringFrom[item] ?? 0] ?? 0; at < (tile.cornerFrom[tile.ringFrom[item + 1] ?? 0] ?? 0); at += 1) {
    const [x, y] = [tile.corners[at * 2] ?? 0, tile.corners[at * 2 + 1] ?? 0];
    [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
  }
  return (east - west) * (north - south);
};

/** Large areas first, so that small ones lie on them. */
const itemsOf = (tile: Outlines): readonly number[] => {
  const items = [...tile.rows.keys()];
  if (tile.form !== 'area') return items;
  const sizes = items.map((item) => sizeOf(tile, item));
  return items.sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
};

/** `widths` gives the metres of a line by the kind of its row. */
export const raise = (tile: Outlines, widthOf: (row: number) => number): Raised => {
  const to: Growing = { positions: [], rows: [], index: [] };
  for (const item of itemsOf(tile)) {
    if (tile.form === 'prism') addPrism(to, tile, item);
    else if (tile.form === 'area') addArea(to, tile, item);
    else if (tile.form === 'line') addLine(to, { tile, item, half: widthOf(tile.rows[item] ?? 0) / 2 });
    else addPoint(to, tile, item);
  }
  return toRaised(to);
};
