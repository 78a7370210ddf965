/**
 * Placed: the twins of a layer in the rows that they get: along a Morton curve, so that neighbours have near rows. Outlines by row, made when they are asked for.
 */
import { hash } from 'node:crypto';
import { type Outline, type RoofShape, roofShapes } from '@cityweave/core';
import { boxOfItem, type CutColumns, countCorners, numbersOf, ringsOf, solidOf } from './columns.ts';
import { type LocalBox, noBox, widen } from './local.ts';

const sideMin = 1;

export type Square = { readonly west: number; readonly south: number; readonly side: number };

/** Every array but `order` is by row. */
export type Placed = {
  readonly columns: CutColumns;
  /** for every row the item that stands in it */
  readonly order: Uint32Array<ArrayBuffer>;
  readonly square: Square;
  readonly box: LocalBox;
  readonly morton: Uint32Array;
  readonly corners: Uint32Array;
  /** four numbers a row */
  readonly boxes: Float64Array;
  readonly digests: Uint8Array;
};

export const digestBytes = 16;

const spread = (value: number): number => {
  let bits = value & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
};

/** A power of two about the layer, moved by whole eighths of it: a twin at the edge does not move every tile. */
const squareOf = ([west, south, east, north]: LocalBox): Square => {
  const wide = Math.max(sideMin, east - west, north - south);
  const side = 2 ** Math.ceil(Math.log2(Number.isFinite(wide) ? (wide * 8) / 7 : sideMin));
  const down = (value: number): number => (Number.isFinite(value) ? Math.floor(value / (side / 8)) * (side / 8) : 0);
  return { west: down(west), south: down(south), side };
};

const mortonOf = ({ west, south, side }: Square, [w, s, e, n]: LocalBox): number => {
  const grid = (value: number): number => Math.max(0, Math.min(0xffff, Math.floor((value / side) * 0x10000)));
  return (spread(grid((w + e) / 2 - west)) | (spread(grid((s + n) / 2 - south)) << 1)) >>> 0;
};

const boxAt = (boxes: Float64Array, at: number): LocalBox => [boxes[at * 4] ?? 0, boxes[at * 4 + 1] ?? 0, boxes[at * 4 + 2] ?? 0, boxes[at * 4 + 3] ?? 0];

/** What fits into one tile stays in the order in which it came: a bus that moves keeps its row. */
const orderBy = (codes: Uint32Array, keptMost: number): Uint32Array<ArrayBuffer> => {
  const order = Uint32Array.from(codes.keys());
  return codes.length > keptMost ? order.sort((a, b) => (codes[a] ?? 0) - (codes[b] ?? 0) || a - b) : order;
};

export const place = (columns: CutColumns, keptMost: number): Placed => {
  const rows = columns.kind.length;
  const own = new Float64Array(rows * 4);
  let box = noBox;
  for (let item = 0; item < rows; item += 1) {
    const about = boxOfItem(columns, item);
    own.set(about, item * 4);
    box = widen(box, about);
  }
  const square = squareOf(box);
  const codes = new Uint32Array(rows).map((_, item) => mortonOf(square, boxAt(own, item)));
  const order = orderBy(codes, keptMost);
  const placed = {
    ...{ columns, order, square, box },
    morton: order.map((item) => codes[item] ?? 0),
    corners: order.map((item) => countCorners(columns, item)),
    boxes: new Float64Array(rows * 4),
    digests: new Uint8Array(rows * digestBytes),
  };
  for (const [row, item] of order.entries()) {
    placed.boxes.set(own.subarray(item * 4, item * 4 + 4), row * 4);
    placed.digests.set(hash('sha256', numbersOf(columns, item), 'buffer').subarray(0, digestBytes), row * digestBytes);
  }
  return placed;
};

export const boxOfRow = ({ boxes }: Placed, row: number): LocalBox => boxAt(boxes, row);

export const topOfRow = ({ columns: { base, height }, order }: Placed, row: number): number => {
  const item = order[row] ?? 0;
  return (base[item] ?? 0) + (height[item] ?? 0);
};

const roofOf = (index: number | undefined): RoofShape => roofShapes[index ?? 0] ?? 'flat';

/** Outlines of some rows, told from the first of them on. */
export type Outlines = {
  readonly length: number;
  readonly at: (index: number) => Outline;
  readonly boxAt: (index: number) => LocalBox;
  readonly baseAt: (index: number) => number;
};

export const outlinesOf = (placed: Placed, rows: Uint32Array, firstRow: number): Outlines => {
  const { columns, order } = placed;
  const rowAt = (index: number): number => rows[index] ?? 0;
  const itemAt = (index: number): number => order[rowAt(index)] ?? 0;
  return {
    length: rows.length,
    boxAt: (index) => boxOfRow(placed, rowAt(index)),
    baseAt: (index) => columns.base[itemAt(index)] ?? 0,
    at: (index) => {
      const item = itemAt(index);
      const [base, height] = [columns.base[item] ?? 0, columns.height[item] ?? 0];
      const shape = { rings: ringsOf(columns, item), base, height, roof: roofOf(columns.roof[item]), solid: solidOf(columns, item) };
      return { row: rowAt(index) - firstRow, ...shape };
    },
  };
};

export function* each({ length, at }: Outlines): Generator<Outline> {
  for (let index = 0; index < length; index += 1) yield at(index);
}
