/**
 * Warming up: a worker makes a tile of its own again and again until it is told of a city, so that its code is compiled by the time it is given one.
 */
import { decodeOutlineTile, encodeOutlineTile, type Outline } from '@cityweave/core/scene/tiles';
import { unpackTile } from '../unpacking.ts';
import { type LayerKnown, makeParts } from './making.ts';

const houses = 256;
export const warmUpTilesMax = 24;

/** East, north, east, north ...: what is a box, two of them, two as steps stand for a side that runs askew, none as it cuts off too much, and none whose roof no corner sees all of. */
const shapes = [
  [0, 0, 9, 0, 9, 7, 0, 7],
  [0, 0, 9, 0, 9, 9, 5, 9, 5, 5, 0, 5],
  [0, 0, 9, 0, 9, 6, 6, 9, 0, 9],
  [0, 0, 9, 0, 9, 4, 4, 9, 0, 9],
  [0, 0, 12, 0, 12, 9, 9, 9, 9, 3, 3, 6, 3, 9, 0, 9],
] as const;

/** No two are turned alike, as in a city. */
const house = (_: unknown, row: number): Outline => {
  const shape = shapes[row % shapes.length] ?? shapes[0];
  const [cos, sin] = [Math.cos(row), Math.sin(row)];
  const corners = Array.from({ length: shape.length / 2 }, (_, at): [number, number] => {
    const [x, y] = [shape[at * 2] ?? 0, shape[at * 2 + 1] ?? 0];
    return [row * 13 + x * cos - y * sin, x * sin + y * cos];
  });
  return { row, rings: [{ isHole: false, corners }], base: 0, height: 9.3, roof: 'flat' };
};

const layer: LayerKnown = {
  ...{ layer: '', form: 'prism', firstRow: 0, kinds: 0 },
  ...{ widths: new Float32Array(1), crowns: new Uint8Array(1), veils: new Uint8Array(1) },
};

const zip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer());

/** One tile a turn, unpacked and made as one that comes, so that it ends when somebody has something to do. How many were made. */
export const warmUp = async (isWanted: () => boolean): Promise<number> => {
  const zipped = await zip(encodeOutlineTile({ form: 'prism', outlines: Array.from({ length: houses }, house) }).slice());
  let made = 0;
  for (let turn = 0; turn < warmUpTilesMax && !isWanted(); turn += 1) {
    const bytes = await unpackTile(zipped);
    const tile = bytes && decodeOutlineTile(bytes);
    const { parts } = tile?.ok ? makeParts(tile.value, layer, { widthMin: 0, boxesWithin: 1, tileRow: 0 }) : { parts: [] };
    // boxes, and what is told by its walls
    if (parts.length === 2) made += 1;
    await new Promise((resolve) => setTimeout(resolve));
  }
  return made;
};
