/**
 * Raise: outlines to what is drawn of them: walls and roofs, ground, ribbons, crowns and points. Pure: arrays in, arrays out.
 */
import { type Outlines, roofShapes } from '@cityweave/core/scene/tiles';
import earcut from 'earcut';
import { addCorner, addTriangle, createMesh, emptyMesh, type Mesh } from './mesh.ts';
import { addBlock } from './raise-block.ts';
import { addBoxes } from './raise-boxes.ts';
import { addSolid } from './raise-solid.ts';

/** How the rows of a layer are drawn, as far as it changes their geometry. */
export type Sorts = {
  /** of lines, metres */
  readonly widthOf: (row: number) => number;
  /** points that stand as crowns */
  readonly isCrown: (row: number) => boolean;
  /** areas that lie over the rest like glass */
  readonly isVeil: (row: number) => boolean;
  /** metres below which a line would not be seen where this tile is drawn */
  readonly widthMin: number;
  /** metres by which corners of what is told as a box may lie from its own; 0 where nothing is */
  readonly boxesWithin: number;
};

/** A solid looks outward with all of its triangles; a shell may be seen from within. */
export type Part = 'box' | 'solid' | 'shell' | 'flat' | 'veil' | 'point';
export type Raised = Readonly<Partial<Record<Part, Mesh>>>;

type Corner = readonly [number, number];

const cornerAt = ({ corners }: Outlines, at: number): Corner => [corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0];

const cornersOf = (tile: Outlines, ring: number): Corner[] => {
  const [from, to] = [tile.cornerFrom[ring] ?? 0, tile.cornerFrom[ring + 1] ?? 0];
  return Array.from({ length: to - from }, (_, at) => cornerAt(tile, from + at));
};

type Polygon = { readonly outer: readonly Corner[]; readonly holes: readonly (readonly Corner[])[] };

const isClockwise = (corners: readonly Corner[]): boolean => {
  let twice = 0;
  let before = corners.at(-1);
  for (const corner of corners) {
    if (before) twice += before[0] * corner[1] - corner[0] * before[1];
    before = corner;
  }
  return twice < 0;
};

/** A ring that is no hole begins a polygon; the holes after it are its own. What is built lies to the left of every ring. */
const polygonsOf = (tile: Outlines, item: number): readonly Polygon[] => {
  const polygons: { outer: Corner[]; holes: Corner[][] }[] = [];
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1) {
    const corners = cornersOf(tile, ring);
    if (corners.length < 3) continue;
    const isHole = tile.isHole[ring] === 1;
    if (isClockwise(corners) !== isHole) corners.reverse();
    if (isHole) polygons.at(-1)?.holes.push(corners);
    else polygons.push({ outer: corners, holes: [] });
  }
  return polygons;
};

const addLid = (to: Mesh, { outer, holes }: Polygon, first: number): void => {
  const starts: number[] = [];
  let sum = outer.length;
  for (const hole of holes) {
    starts.push(sum);
    sum += hole.length;
  }
  const flat = [outer, ...holes].flatMap((ring) => ring.flat());
  const found = earcut(flat, starts);
  for (let at = 0; at + 2 < found.length; at += 3) addTriangle(to, [first + (found[at] ?? 0), first + (found[at + 1] ?? 0), first + (found[at + 2] ?? 0)]);
};

type Standing = { readonly row: number; readonly base: number; readonly top: number };

const addWalls = (to: Mesh, ring: readonly Corner[], { row, base, top }: Standing): number => {
  const first = to.count;
  for (const [x, y] of ring) addCorner(to, [x, y, top], row);
  const feet = to.count;
  for (const [x, y] of ring) addCorner(to, [x, y, base], row);
  for (let at = 0; at < ring.length; at += 1) {
    const next = (at + 1) % ring.length;
    addTriangle(to, [first + next, first + at, feet + at]);
    addTriangle(to, [feet + next, first + next, feet + at]);
  }
  return first;
};

const addFlat = (to: Mesh, polygon: Polygon, standing: Standing): void => {
  const tops = [polygon.outer, ...polygon.holes].map((ring) => addWalls(to, ring, standing));
  if (polygon.holes.length === 0) {
    addLid(to, polygon, tops[0] ?? 0);
    return;
  }
  const lid = to.count;
  for (const ring of [polygon.outer, ...polygon.holes]) for (const [x, y] of ring) addCorner(to, [x, y, standing.top], standing.row);
  addLid(to, polygon, lid);
};

const between = (a: Corner, b: Corner, share: number): Corner => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
const lengthOf = (a: Corner, b: Corner): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** What of the height is roof, and never steeper than it is wide. */
const roofShare = 0.4;

/** A roof over four corners: the ridge runs along the longer side; its ends stand over the gables, or further in, or in one point. */
const addPitched = (to: Mesh, ring: readonly [Corner, Corner, Corner, Corner], standing: Standing & { readonly roof: number }): void => {
  const turned = lengthOf(ring[0], ring[1]) >= lengthOf(ring[1], ring[2]) ? ring : ([ring[1], ring[2], ring[3], ring[0]] as const);
  const [a, b, c, d] = turned;
  const [long, short] = [lengthOf(a, b), lengthOf(b, c)];
  const { row, base, top, roof } = standing;
  const eaves = top - Math.min((top - base) * roofShare, short * 0.6);
  const inset = roofShapes[roof] === 'gabled' ? 0 : roofShapes[roof] === 'pyramid' ? 0.5 : Math.min(0.5, short / 2 / Math.max(long, 0.1));
  const first = addWalls(to, turned, { row, base, top: eaves });
  const [head, foot] = [between(a, d, 0.5), between(b, c, 0.5)];
  const ridge = addCorner(to, [...between(head, foot, inset), top], row);
  addCorner(to, [...between(head, foot, 1 - inset), top], row);
  addTriangle(to, [first, first + 1, ridge + 1]);
  addTriangle(to, [first, ridge + 1, ridge]);
  addTriangle(to, [first + 2, first + 3, ridge]);
  addTriangle(to, [first + 2, ridge, ridge + 1]);
  addTriangle(to, [first + 1, first + 2, ridge + 1]);
  addTriangle(to, [first + 3, first, ridge]);
};

const addPrism = (to: Mesh, tile: Outlines, item: number): void => {
  const row = tile.rows[item] ?? 0;
  if (tile.solids && addSolid(to, { solids: tile.solids, item, row })) return;
  if (addBlock(to, tile, item)) return;
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
export const raisePrism = (tile: Outlines, item: number): Mesh => {
  const to = createMesh();
  addPrism(to, tile, item);
  return to;
};

/** What stands above the ground may be seen from below. */
const partOf = ({ base }: Outlines, item: number): Part => ((base[item] ?? 0) > 0 ? 'shell' : 'solid');

const hasSurfaces = ({ solids }: Outlines, item: number): boolean => solids !== undefined && solids.cornerFrom[item] !== solids.cornerFrom[item + 1];

const addArea = (to: Mesh, tile: Outlines, item: number): void => {
  for (const polygon of polygonsOf(tile, item)) {
    const first = to.count;
    for (const ring of [polygon.outer, ...polygon.holes]) for (const [x, y] of ring) addCorner(to, [x, y, 0], tile.rows[item] ?? 0);
    addLid(to, polygon, first);
  }
};

type Ribbon = { readonly row: number; readonly half: number };

const addRibbon = (to: Mesh, [a, b]: readonly [Corner, Corner], { row, half }: Ribbon): void => {
  const length = lengthOf(a, b) || 1;
  const [dx, dy] = [((b[0] - a[0]) / length) * half, ((b[1] - a[1]) / length) * half];
  const first = addCorner(to, [a[0] - dx - dy, a[1] - dy + dx, 0], row);
  addCorner(to, [a[0] - dx + dy, a[1] - dy - dx, 0], row);
  addCorner(to, [b[0] + dx - dy, b[1] + dy + dx, 0], row);
  addCorner(to, [b[0] + dx + dy, b[1] + dy - dx, 0], row);
  addTriangle(to, [first, first + 1, first + 2]);
  addTriangle(to, [first + 2, first + 1, first + 3]);
};

const addLine = (to: Mesh, { tile, item }: { readonly tile: Outlines; readonly item: number }, ribbon: Ribbon): void => {
  for (let ring = tile.ringFrom[item] ?? 0; ring < (tile.ringFrom[item + 1] ?? 0); ring += 1)
    for (let at = (tile.cornerFrom[ring] ?? 0) + 1; at < (tile.cornerFrom[ring + 1] ?? 0); at += 1)
      addRibbon(to, [cornerAt(tile, at - 1), cornerAt(tile, at)], ribbon);
};

const crownSides = 5;
const crownHeightDefault = 6;

/** A crown of two tips about a ring: no two neighbours are alike, and none looks otherwise the next time. */
const addCrown = (to: Mesh, [x, y]: Corner, { row, height }: { readonly row: number; readonly height: number }): void => {
  const tall = (height || crownHeightDefault) * (0.8 + ((row * 37) % 41) / 100);
  const wide = tall * 0.36;
  const foot = addCorner(to, [x, y, tall * 0.12], row);
  const ring = to.count;
  for (let side = 0; side < crownSides; side += 1) {
    const turn = ((side + (row % 7) / 7) / crownSides) * 2 * Math.PI;
    addCorner(to, [x + Math.cos(turn) * wide, y + Math.sin(turn) * wide, tall * 0.45], row);
  }
  const tip = addCorner(to, [x, y, tall], row);
  for (let side = 0; side < crownSides; side += 1) {
    const next = ring + ((side + 1) % crownSides);
    addTriangle(to, [ring + side, next, tip]);
    addTriangle(to, [next, ring + side, foot]);
  }
};

const eachCorner = (tile: Outlines, item: number, run: (corner: Corner) => void): void => {
  const [from, to] = [tile.cornerFrom[tile.ringFrom[item] ?? 0] ?? 0, tile.cornerFrom[tile.ringFrom[item + 1] ?? 0] ?? 0];
  for (let at = from; at < to; at += 1) run(cornerAt(tile, at));
};

const sizeOf = (tile: Outlines, item: number): number => {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  eachCorner(tile, item, ([x, y]) => {
    [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
  });
  return (east - west) * (north - south);
};

/** Large areas first, so that small ones lie on them. */
const itemsOf = (tile: Outlines): readonly number[] => {
  const items = [...tile.rows.keys()];
  if (tile.form !== 'area') return items;
  const sizes = items.map((item) => sizeOf(tile, item));
  return items.sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
};

type Raising = { readonly tile: Outlines; readonly sorts: Sorts; readonly mesh: (part: Part) => Mesh };

const raisePoint = ({ tile, sorts, mesh }: Raising, item: number): void => {
  const [row, height] = [tile.rows[item] ?? 0, tile.height[item] ?? 0];
  const crown = sorts.isCrown(row);
  eachCorner(tile, item, (corner) => {
    if (crown) addCrown(mesh('solid'), corner, { row, height });
    else addCorner(mesh('point'), [...corner, height], row);
  });
};

const raiseStanding = ({ tile, sorts, mesh }: Raising, item: number): void => {
  const part = partOf(tile, item);
  const isPlain = part === 'solid' && sorts.boxesWithin > 0 && !hasSurfaces(tile, item);
  if (isPlain && addBoxes(mesh('box'), { tile, within: sorts.boxesWithin }, item)) return;
  addPrism(mesh(part), tile, item);
};

const raiseItem = (raising: Raising, item: number): void => {
  const { tile, sorts, mesh } = raising;
  const row = tile.rows[item] ?? 0;
  if (tile.form === 'prism') raiseStanding(raising, item);
  else if (tile.form === 'area') addArea(mesh(sorts.isVeil(row) ? 'veil' : 'flat'), tile, item);
  else if (tile.form === 'line') addLine(mesh('flat'), { tile, item }, { row, half: Math.max(sorts.widthOf(row), sorts.widthMin) / 2 });
  else raisePoint(raising, item);
};

/** For who raises one tile after another, and packs each before the next: the same meshes again, emptied, as large as they grew. */
export const keepMeshes = (): (() => (part: Part) => Mesh) => {
  const kept: Partial<Record<Part, Mesh>> = {};
  return () => (part) => {
    kept[part] ??= createMesh();
    return emptyMesh(kept[part]);
  };
};

export const raise = (tile: Outlines, sorts: Sorts, meshOf: (part: Part) => Mesh = createMesh): Raised => {
  const made: Partial<Record<Part, Mesh>> = {};
  const mesh = (part: Part): Mesh => {
    made[part] ??= meshOf(part);
    return made[part];
  };
  for (const item of itemsOf(tile)) raiseItem({ tile, sorts, mesh }, item);
  if (made.box?.count === 0) delete made.box;
  return made;
};
