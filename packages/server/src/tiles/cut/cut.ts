/**
 * Cut: the outlines of one layer as a quadtree of tiles, coarse first, in one archive. Rows follow a Morton curve, so that neighbours have near rows.
 */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  decodeDirectory,
  directoryBytes,
  encodeDirectory,
  encodeOutlineTile,
  encodeRowColumns,
  type Outline,
  type OutlineForm,
  type OutlineRing,
  type RoofShape,
  roofShapes,
  type Solid,
  sceneLimits,
  type TileEntry,
} from '@cityweave/core';
import { type Coarse, toCoarse } from './coarse.ts';
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

type Node = { readonly level: number; readonly items: readonly Placed[]; readonly parent: number | undefined };

/** The four quarters of a run of a Morton curve that begins at a whole square of that level. */
const quarters = ({ items, level }: Node): readonly (readonly Placed[])[] => {
  const step = 4 ** (16 - level - 1);
  const groups: Placed[][] = [[], [], [], []];
  for (const item of items) groups[Math.floor(item.morton / step) % 4]?.push(item);
  return groups.filter((group) => group.length > 0);
};

const isLeaf = ({ items, level }: Node): boolean =>
  level >= levelMax || (items.length <= leafItemsMax && items.reduce((sum, { corners }) => sum + corners, 0) <= leafCornersMax);

type Cut = { readonly entry: Omit<TileEntry, 'offset' | 'length'>; readonly bytes: Uint8Array };

const cornersIn = (outlines: readonly Outline[]): number =>
  outlines.reduce((sum, { rings }) => sum + rings.reduce((all, { corners }) => all + corners.length, 0), 0);

/** As coarse as its place asks; coarser where it would be larger than a tile may be, or nearly as large as what it stands for. */
const coarseEnough = (form: OutlineForm, items: readonly Outline[], side: number): Coarse => {
  const most = cornersIn(items) * coarseShareMost;
  let coarse = toCoarse(form, items, side);
  for (let times = 2; times <= coarserMax; times *= 2) {
    const corners = cornersIn(coarse.outlines);
    const fits = coarse.outlines.length <= sceneLimits.tileItemsMax && corners <= coarseCornersMax;
    if (fits && (corners <= most || times > coarserWished)) break;
    coarse = toCoarse(form, items, side * times);
  }
  return coarse;
};

/** What the tile is cut from: the twins in it by their order, and how coarse it is to be. */
const markOf = ({ form, square }: Cutting, { level, items }: Node): string =>
  hash('sha256', Buffer.concat([Buffer.from(JSON.stringify([form, level, square])), ...items.map(({ digest }) => digest)]), 'hex').slice(0, 16);

type Cutting = { readonly form: OutlineForm; readonly square: Square; readonly before: ReadonlyMap<string, Before> };

const cutNode = (cutting: Cutting, node: Node): Cut => {
  const { form, square } = cutting;
  const firstRow = node.items.reduce((least, { row }) => Math.min(least, row), Infinity);
  const box = node.items.reduce((sum, item) => widen(sum, item.box), noBox);
  const top = node.items.reduce((most, { base, height }) => Math.max(most, base + height), 0);
  const mark = markOf(cutting, node);
  const known = { level: node.level, parent: node.parent, box, top, mark, firstRow };
  const before = cutting.before.get(mark);
  if (before) return { entry: { ...known, error: before.error, items: before.items }, bytes: before.bytes };
  const items = node.items.map((item) => ({ ...item, row: item.row - firstRow }));
  const { outlines, error } = isLeaf(node) ? { outlines: items, error: 0 } : coarseEnough(form, items, square.side / 2 ** node.level);
  return { entry: { ...known, error, items: outlines.length }, bytes: gzipSync(encodeOutlineTile({ form, outlines }), { level: 9 }) };
};

/** Level by level, so that what is coarse comes first and every tile after the one it refines. */
const cutTree = (cutting: Cutting, placed: readonly Placed[]): readonly Cut[] => {
  const queue: Node[] = [{ level: 0, items: placed, parent: undefined }];
  const cuts: Cut[] = [];
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at];
    if (!node) break;
    cuts.push(cutNode(cutting, node));
    if (!isLeaf(node)) for (const items of quarters(node)) queue.push({ level: node.level + 1, items, parent: at });
  }
  return cuts;
};

type Before = Pick<TileEntry, 'error' | 'items'> & { readonly bytes: Uint8Array };

/** Tiles of the archive that was served before, by what they were cut from. */
const tilesBefore = (archive: Uint8Array | undefined): ReadonlyMap<string, Before> => {
  if (!archive) return new Map();
  const directory = decodeDirectory(archive);
  if (!directory.ok) return new Map();
  return new Map(
    directory.value.tiles.map(({ mark, error, items, offset, length }) => [mark, { error, items, bytes: archive.subarray(offset, offset + length) }]),
  );
};

const toArchive = (cuts: readonly Cut[], rows: number): Uint8Array<ArrayBuffer> => {
  let offset = directoryBytes(cuts.length);
  const entries = cuts.map(({ entry, bytes }) => {
    offset += bytes.length;
    return { ...entry, offset: offset - bytes.length, length: bytes.length };
  });
  const archive = new Uint8Array(offset);
  archive.set(encodeDirectory(entries, rows));
  for (const [at, { bytes }] of cuts.entries()) archive.set(bytes, entries[at]?.offset ?? 0);
  return archive;
};

const centreOf = ({ box: [west, south, east, north] }: Placed): { readonly east: number; readonly north: number } => ({
  east: (west + east) / 2,
  north: (south + north) / 2,
});

const nameOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The same outlines give the same bytes, whenever they are cut. With the archive from before, only tiles in which something changed are cut anew. */
export const cutLayer = (form: OutlineForm, uncut: readonly Uncut[], archiveBefore?: Uint8Array): CutLayer => {
  const { placed, order, square } = place(uncut);
  const archive = toArchive(cutTree({ form, square, before: tilesBefore(archiveBefore) }, placed), placed.length);
  const rows = placed.map((item) => ({ kind: item.kind, ...centreOf(item), top: item.base + item.height }));
  const rowColumns = new Uint8Array(gzipSync(encodeRowColumns(rows), { level: 9 }));
  const box = placed.reduce((sum, item) => widen(sum, item.box), noBox);
  return { archive, rowColumns, name: nameOf(archive), rowColumnsName: nameOf(rowColumns), box, order };
};
