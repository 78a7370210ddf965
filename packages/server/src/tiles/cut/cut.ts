/**
 * Cut: the outlines of one layer as a quadtree of tiles, coarse first, in one archive. Rows follow a Morton curve, so that neighbours have near rows.
 */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  encodeOutlineTile,
  encodeRowColumns,
  markDigits,
  type Outline,
  type OutlineForm,
  type OutlineRing,
  type RoofShape,
  roofShapes,
  type Solid,
  sceneLimits,
} from '@cityweave/core';
import { type Before, type CutTile, tilesBefore, toArchive } from './archive-file.ts';
import { type Coarse, errorsPerSide, toCoarse } from './coarse.ts';
import { boxOfRings, type LocalBox, noBox, widen } from './local.ts';

/** One twin to be cut: everything but its row, which the cut decides. */
export type Uncut = {
  readonly kind: number;
  readonly rings: readonly OutlineRing[];
  readonly base?: number | undefined;
  readonly height: number;
  readonly roof: RoofShape;
  readonly solid?: Solid | undefined;
};

export type CutLayer = {
  readonly archive: Uint8Array<ArrayBuffer>;
  /** bytes of its head, its directory and its first tile */
  readonly beginning: number;
  readonly rowColumns: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly rowColumnsName: string;
  readonly box: LocalBox;
  /** for every row the place of its twin in what was given */
  readonly order: readonly number[];
};

/** A leaf has no more of either, unless it is of the deepest level. */
const leafItemsMax = 900;
const leafCornersMax = 12_000;
const levelMax = 14;
const sideMin = 1;
/** a coarse tile is to be quick to fetch */
const coarseCornersMax = 60_000;
const coarseShareMost = 0.8;
const coarserWished = 2;
const coarserMax = 65_536;
/** Of a leaf there is more than the truth: as it looks from further away, by so many metres of error. */
const leafDetails: Readonly<Record<OutlineForm, readonly number[]>> = { prism: [4, 1], area: [4, 1], line: [4, 1], point: [] };
/** Of what stands for several leaves there is one as coarse as its side asks, and one between that and the next: by how much coarser it is. */
const coarserDetails: Readonly<Record<OutlineForm, readonly number[]>> = { prism: [Math.SQRT2, 1], area: [1], line: [1], point: [1] };
/** A leaf of fewer corners is sent as it is. */
const detailCornersMin = 1_000;
/** Metres of error for every metre between two values of a coordinate: of buildings told one by one, and of what stands for many. */
const errorsPerGrain = { leaf: 2, above: 4 } as const;

type Placed = Outline & { readonly morton: number; readonly kind: number; readonly corners: number; readonly box: LocalBox; readonly digest: Buffer };

const spread = (value: number): number => {
  let bits = value & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
};

type Square = { readonly west: number; readonly south: number; readonly side: number };

/** A power of two about the layer, moved by whole eighths of it: a twin at the edge does not move every tile. */
const squareOf = ([west, south, east, north]: LocalBox): Square => {
  const wide = Math.max(sideMin, east - west, north - south);
  const side = 2 ** Math.ceil(Math.log2(Number.isFinite(wide) ? (wide * 8) / 7 : sideMin));
  const down = (value: number): number => (Number.isFinite(value) ? Math.floor(value / (side / 8)) * (side / 8) : 0);
  return { west: down(west), south: down(south), side };
};

/** Of all that a tile says of a twin but its row. */
const digestOf = ({ rings, base = 0, height, roof, solid }: Uncut): Buffer => {
  const numbers = [base, height, roofShapes.indexOf(roof), rings.length];
  for (const { corners, isHole } of rings) {
    numbers.push(corners.length, isHole ? 1 : 0);
    for (const [x, y] of corners) numbers.push(x, y);
  }
  if (solid) numbers.push(...solid.corners.flat(), ...solid.surfaces.flatMap((rings) => [rings.length, ...rings.flatMap((ring) => [ring.length, ...ring])]));
  return hash('sha256', Float64Array.from(numbers), 'buffer').subarray(0, 16);
};

const mortonOf = ({ west, south, side }: Square, [w, s, e, n]: LocalBox): number => {
  const grid = (value: number): number => Math.max(0, Math.min(0xffff, Math.floor((value / side) * 0x10000)));
  return (spread(grid((w + e) / 2 - west)) | (spread(grid((s + n) / 2 - south)) << 1)) >>> 0;
};

const place = (uncut: readonly Uncut[]): { readonly placed: readonly Placed[]; readonly order: readonly number[]; readonly square: Square } => {
  const boxes = uncut.map(({ rings }) => boxOfRings(rings));
  const square = squareOf(boxes.reduce(widen, noBox));
  const codes = boxes.map((box) => mortonOf(square, box));
  // what fits into one tile stays in the order in which it came: a bus that moves keeps its row
  const order = uncut.map((_, at) => at);
  if (uncut.length > leafItemsMax) order.sort((a, b) => (codes[a] ?? 0) - (codes[b] ?? 0) || a - b);
  const placed = order.flatMap((at, row) => {
    const one = uncut[at];
    const corners = (one?.rings.reduce((sum, ring) => sum + ring.corners.length, 0) ?? 0) + (one?.solid?.corners.length ?? 0);
    return one ? [{ row, ...one, base: one.base ?? 0, morton: codes[at] ?? 0, corners, box: boxes[at] ?? noBox, digest: digestOf(one) }] : [];
  });
  return { placed, order, square };
};

/** `error` is 0 for the truth, `finer` what there is of the same in more detail; `level` is that of its square, `depth` how many nodes stand above it. */
type Node = {
  readonly level: number;
  readonly depth: number;
  readonly items: readonly Placed[];
  readonly parent: number | undefined;
  readonly error: number;
  readonly finer: readonly number[];
};

/** The four quarters of a run of a Morton curve that begins at a whole square of that level. */
const quarters = ({ items, level }: Node): readonly (readonly Placed[])[] => {
  const step = 4 ** (16 - level - 1);
  const groups: Placed[][] = [[], [], [], []];
  for (const item of items) groups[Math.floor(item.morton / step) % 4]?.push(item);
  return groups.filter((group) => group.length > 0);
};

const cornersOf = (items: readonly Placed[]): number => items.reduce((sum, { corners }) => sum + corners, 0);

const isLeaf = ({ items, level }: Pick<Node, 'items' | 'level'>): boolean =>
  level >= levelMax || (items.length <= leafItemsMax && cornersOf(items) <= leafCornersMax);

/** By how many metres it may lie from the truth, the most first. */
const errorsOf = ({ form, square }: Cutting, { items, level }: Pick<Node, 'items' | 'level'>, above: number): readonly number[] => {
  if (!isLeaf({ items, level })) return coarserDetails[form].map((times) => (times * square.side) / 2 ** level / errorsPerSide[form]);
  return cornersOf(items) < detailCornersMin ? [0] : [...leafDetails[form].filter((error) => error < above), 0];
};

const nodeOf = (cutting: Cutting, node: Pick<Node, 'items' | 'level' | 'parent' | 'depth'>, above: number): Node => {
  const [error = 0, ...finer] = errorsOf(cutting, node, above);
  return { ...node, error, finer };
};

/** What takes the place of a node where it is too coarse: the same in more detail, then its quarters. */
const finerThan = (cutting: Cutting, node: Node, at: number): readonly Node[] => {
  const under = { parent: at, depth: node.depth + 1 };
  const [error, ...finer] = node.finer;
  if (error !== undefined) return [{ ...node, ...under, error, finer }];
  return isLeaf(node) ? [] : quarters(node).map((items) => nodeOf(cutting, { ...under, items, level: node.level + 1 }, node.error));
};

const cornersIn = (outlines: readonly Outline[]): number =>
  outlines.reduce((sum, { rings, solid }) => sum + rings.reduce((all, { corners }) => all + corners.length, solid?.corners.length ?? 0), 0);

/** As coarse as its place asks; coarser where it would be larger than a tile may be, or nearly as large as what it stands for. */
const coarseEnough = (form: OutlineForm, items: readonly Outline[], error: number): Coarse => {
  const most = cornersIn(items) * coarseShareMost;
  let coarse = toCoarse(form, items, error);
  for (let times = 2; times <= coarserMax; times *= 2) {
    const corners = cornersIn(coarse.outlines);
    const fits = coarse.outlines.length <= sceneLimits.tileItemsMax && corners <= coarseCornersMax;
    if (fits && (corners <= most || times > coarserWished)) break;
    coarse = toCoarse(form, items, error * times);
  }
  return coarse;
};

/** What the tile is cut from: the twins in it by their order, and how coarse it is to be. */
const markOf = ({ form, square }: Cutting, { level, error, items }: Node): string =>
  hash('sha256', Buffer.concat([Buffer.from(JSON.stringify([form, level, error, square])), ...items.map(({ digest }) => digest)]), 'hex').slice(0, markDigits);

type Cutting = { readonly form: OutlineForm; readonly square: Square; readonly before: ReadonlyMap<string, Before> };

/** A leaf as it looks from further away is never coarser than it was to be. */
const drawnOf = (form: OutlineForm, node: Node, items: readonly Outline[]): Coarse => {
  if (node.error === 0) return { outlines: items, error: 0 };
  return isLeaf(node) ? toCoarse(form, items, node.error) : coarseEnough(form, items, node.error);
};

const cutNode = (cutting: Cutting, node: Node): CutTile => {
  const { form } = cutting;
  const firstRow = node.items.reduce((least, { row }) => Math.min(least, row), Infinity);
  const box = node.items.reduce((sum, item) => widen(sum, item.box), noBox);
  const top = node.items.reduce((most, { base, height }) => Math.max(most, base + height), 0);
  const mark = markOf(cutting, node);
  const known = { level: node.depth, parent: node.parent, box, top, mark, firstRow };
  const before = cutting.before.get(mark);
  if (before) return { entry: { ...known, error: before.error, items: before.items }, bytes: before.bytes };
  const items = node.items.map((item) => ({ ...item, row: item.row - firstRow }));
  const { outlines, error } = drawnOf(form, node, items);
  const tile = { form, outlines, ...(error > 0 && { grain: error / errorsPerGrain[isLeaf(node) ? 'leaf' : 'above'] }) };
  return { entry: { ...known, error, items: outlines.length }, bytes: gzipSync(encodeOutlineTile(tile), { level: 9 }) };
};

/** Level by level, so that what is coarse comes first, what is as coarse lies together, and every tile after the one it refines. */
const cutTree = (cutting: Cutting, placed: readonly Placed[]): readonly CutTile[] => {
  const queue: Node[] = [nodeOf(cutting, { level: 0, depth: 0, items: placed, parent: undefined }, Infinity)];
  const cuts: CutTile[] = [];
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at];
    if (!node) break;
    cuts.push(cutNode(cutting, node));
    queue.push(...finerThan(cutting, node, at));
  }
  return cuts;
};

const centreOf = ({ box: [west, south, east, north] }: Placed): { readonly east: number; readonly north: number } => ({
  east: (west + east) / 2,
  north: (south + north) / 2,
});

const nameOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The same outlines give the same bytes, whenever they are cut. With the archive from before, only tiles in which something changed are cut anew. */
export const cutLayer = (form: OutlineForm, uncut: readonly Uncut[], archiveBefore?: Uint8Array): CutLayer => {
  const { placed, order, square } = place(uncut);
  const { archive, beginning } = toArchive(cutTree({ form, square, before: tilesBefore(archiveBefore) }, placed), placed.length);
  const rows = placed.map((item) => ({ kind: item.kind, ...centreOf(item), top: item.base + item.height }));
  const rowColumns = new Uint8Array(gzipSync(encodeRowColumns(rows), { level: 9 }));
  const box = placed.reduce((sum, item) => widen(sum, item.box), noBox);
  return { archive, beginning, rowColumns, name: nameOf(archive), rowColumnsName: nameOf(rowColumns), box, order };
};
