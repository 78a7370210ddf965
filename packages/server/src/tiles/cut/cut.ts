/**
 * Cut: the outlines of one layer as a quadtree of tiles, coarse first, in one archive, tile by tile: no more outlines are made at a time than one tile is cut from.
 */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeOutlineTile, encodeRowColumns, markDigits, type Outline, type OutlineForm, sceneLimits } from '@cityweave/core';
import { type Before, type CutTile, tilesBefore, toArchive } from './archive-file.ts';
import { type Coarse, toCoarse } from './coarse.ts';
import { type CutColumns, ringsOf } from './columns.ts';
import { type LocalBox, noBox, widen } from './local.ts';
import { middleOf } from './middle.ts';
import { boxOfRow, digestBytes, each, type Outlines, outlinesOf, type Placed, place, topOfRow } from './placed.ts';
import { growTree, isLeaf, leafItemsMax, type Node } from './tree.ts';

export type CutLayer = {
  readonly archive: Uint8Array<ArrayBuffer>;
  /** bytes of its head, its directory and its first tile */
  readonly beginning: number;
  readonly rowColumns: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly rowColumnsName: string;
  readonly box: LocalBox;
  /** for every row the place of its twin in what was given */
  readonly order: Uint32Array<ArrayBuffer>;
};

/** a coarse tile is to be quick to fetch */
const coarseCornersMax = 60_000;
const coarseShareMost = 0.8;
const coarserWished = 2;
const coarserMax = 65_536;
/** Metres of error for every metre between two values of a coordinate: of buildings told one by one, and of what stands for many. */
const errorsPerGrain = { leaf: 1.75, above: 4 } as const;

type Cutting = { readonly form: OutlineForm; readonly placed: Placed; readonly before: ReadonlyMap<string, Before> };

const cornersIn = (outlines: readonly Outline[]): number =>
  outlines.reduce((sum, { rings, solid }) => sum + rings.reduce((all, { corners }) => all + corners.length, solid?.corners.length ?? 0), 0);

/** As coarse as its place asks; coarser where it would be larger than a tile may be, or nearly as large as what it stands for. */
const coarseEnough = (form: OutlineForm, outlines: Outlines, { error, corners: all }: Node): Coarse => {
  let coarse = toCoarse(form, outlines, error);
  for (let times = 2; times <= coarserMax; times *= 2) {
    const corners = cornersIn(coarse.outlines);
    const fits = coarse.outlines.length <= sceneLimits.tileItemsMax && corners <= coarseCornersMax;
    if (fits && (corners <= all * coarseShareMost || times > coarserWished)) break;
    coarse = toCoarse(form, outlines, error * times);
  }
  return coarse;
};

/** What the tile is cut from: the twins in it by their order, and how coarse it is to be. */
const markOf = ({ form, placed: { square, digests } }: Cutting, { level, error, rows }: Node): string => {
  const told = new Uint8Array(rows.length * digestBytes);
  for (const [at, row] of rows.entries()) told.set(digests.subarray(row * digestBytes, (row + 1) * digestBytes), at * digestBytes);
  return hash('sha256', Buffer.concat([Buffer.from(JSON.stringify([form, level, error, square])), told]), 'hex').slice(0, markDigits);
};

/** A leaf as it looks from further away is never coarser than it was to be. */
const drawnOf = (form: OutlineForm, node: Node, outlines: Outlines): Coarse => {
  if (node.error === 0) return { outlines: [...each(outlines)], error: 0 };
  return isLeaf(node) ? toCoarse(form, outlines, node.error) : coarseEnough(form, outlines, node);
};

const cutNode = (cutting: Cutting, node: Node): CutTile => {
  const { form, placed } = cutting;
  let [firstRow, top, box] = [Infinity, 0, noBox];
  for (const row of node.rows) {
    firstRow = Math.min(firstRow, row);
    top = Math.max(top, topOfRow(placed, row));
    box = widen(box, boxOfRow(placed, row));
  }
  const mark = markOf(cutting, node);
  const known = { level: node.depth, parent: node.parent, box, top, mark, firstRow };
  const before = cutting.before.get(mark);
  if (before) return { entry: { ...known, error: before.error, items: before.items }, bytes: before.bytes };
  const { outlines, error } = drawnOf(form, node, outlinesOf(placed, node.rows, firstRow));
  const tile = { form, outlines, ...(error > 0 && { grain: error / errorsPerGrain[isLeaf(node) ? 'leaf' : 'above'] }) };
  return { entry: { ...known, error, items: outlines.length }, bytes: gzipSync(encodeOutlineTile(tile), { level: 9 }) };
};

/** From a place of what lies in a box to the farthest corner of that. */
const reachFrom = ([east, north]: readonly [number, number], [west, south, most, top]: LocalBox): number =>
  Math.hypot(Math.max(east - west, most - east), Math.max(north - south, top - north));

const rowColumnsOf = ({ form, placed }: Pick<Cutting, 'form' | 'placed'>): Uint8Array<ArrayBuffer> => {
  const middles = new Float64Array(placed.order.length * 2);
  for (const [row, item] of placed.order.entries())
    middles.set(
      middleOf(form, () => ringsOf(placed.columns, item), boxOfRow(placed, row)),
      row * 2,
    );
  const axis = (at: 0 | 1) => Float64Array.from(placed.order, (_, row) => middles[row * 2 + at] ?? 0);
  const columns = {
    kind: placed.order.map((item) => placed.columns.kind[item] ?? 0),
    ...{ east: axis(0), north: axis(1) },
    top: Float64Array.from(placed.order, (_, row) => topOfRow(placed, row)),
    reach: Float64Array.from(placed.order, (_, row) => reachFrom([middles[row * 2] ?? 0, middles[row * 2 + 1] ?? 0], boxOfRow(placed, row))),
  };
  return new Uint8Array(gzipSync(encodeRowColumns(columns), { level: 9 }));
};

const nameOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

type Given = {
  readonly form: OutlineForm;
  readonly columns: CutColumns;
  /** of the same layer, as it was served before: tiles in which nothing changed are taken from it */
  readonly archiveBefore?: Uint8Array | undefined;
  /** told how many tiles are cut, and of how many */
  readonly progress?: (cut: number, of: number) => void;
};

/** The same outlines give the same bytes, whenever they are cut. */
export const cutLayer = ({ form, columns, archiveBefore, progress = () => undefined }: Given): CutLayer => {
  const placed = place(columns, leafItemsMax);
  const cutting = { form, placed, before: tilesBefore(archiveBefore) };
  const nodes = growTree(cutting);
  const cuts = nodes.map((node, at) => {
    progress(at, nodes.length);
    return cutNode(cutting, node);
  });
  progress(nodes.length, nodes.length);
  const { archive, beginning } = toArchive(cuts, placed.order.length);
  const rowColumns = rowColumnsOf(cutting);
  return { archive, beginning, rowColumns, name: nameOf(archive), rowColumnsName: nameOf(rowColumns), box: placed.box, order: placed.order };
};
