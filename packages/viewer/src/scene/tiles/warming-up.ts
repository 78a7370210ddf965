/**
 * Warming up: a worker makes a tile of its own again and again until it is told of a city, so that its code is compiled by the time it is given one.
 */
import { decodeOutlineTile, encodeOutlineTile, type Outline, type Outlines } from '@cityweave/core/scene/tiles';
import type { Mesh } from '../raising/mesh.ts';
import { pack } from '../raising/pack.ts';
import { raise, type Sorts } from '../raising/raise.ts';

const houses = 256;
export const warmUpTilesMax = 24;

/** Every other one has a corner that turns inward, as about half of a city have. */
const house = (_: unknown, row: number): Outline => {
  const side = 8 + (row % 5);
  const corners = [[0, 0], [side, 0], [side, side], ...(row % 2 === 0 ? [] : [[5, side], [5, 5]]), [0, row % 2 === 0 ? side : 5]]; // biome-ignore format: corners in a row
  return { row, rings: [{ isHole: false, corners: corners.map(([x = 0, y = 0]) => [x + row * 13, y]) }], base: 0, height: 9, roof: 'flat' };
};

const sorts: Sorts = { widthOf: () => 1, isCrown: () => false, isVeil: () => false, widthMin: 0, boxesWithin: 0 };

/** By walls and roofs, and as boxes, by turns. */
const raisedIn = (turn: number, tile: Outlines): Mesh | undefined => {
  const { solid, box } = raise(tile, { ...sorts, boxesWithin: turn % 2 });
  return solid ?? box;
};

/** One tile a turn, so that it ends when somebody has something to do. How many were made. */
export const warmUp = async (isWanted: () => boolean): Promise<number> => {
  const bytes = encodeOutlineTile({ form: 'prism', outlines: Array.from({ length: houses }, house) });
  let made = 0;
  for (let turn = 0; turn < warmUpTilesMax && !isWanted(); turn += 1) {
    const tile = decodeOutlineTile(bytes);
    const mesh = tile.ok ? raisedIn(turn, tile.value) : undefined;
    if (mesh && pack(mesh, turn % 2 === 0).corners.length > 0) made += 1;
    await new Promise((resolve) => setTimeout(resolve));
  }
  return made;
};
