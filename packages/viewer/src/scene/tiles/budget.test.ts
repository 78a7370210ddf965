import { createTileTree, selectTiles, type TileEntry } from '@cityweave/core/scene/tiles';
import { describe, expect, it } from 'vitest';
import { budgetLimits, keysBeyond } from './budget.ts';

type Kept = { isRoot: boolean; lastDrawn: number; level: number; bytes: number };

const kept = (lastDrawn: number, bytes: number, more: Partial<Kept> = {}): Kept => ({ isRoot: false, level: 1, lastDrawn, bytes, ...more });

describe.each(Object.entries(budgetLimits))('within the budget of %s', (_, bytesMax) => {
  const [root, old, late, drawn] = [kept(0, 1, { isRoot: true }), kept(1, 10), kept(2, 10), kept(0, bytesMax - 21)];
  const here = new Map(Object.entries({ root, old, late, drawn }));
  const of = (bytes: number) => keysBeyond({ here, drawn: new Set([drawn]), bytes }, bytesMax);

  it('every tile stays that there is room for, and one byte more costs what was not drawn for longest', () => {
    expect(of(bytesMax)).toEqual([]);
    expect(of(bytesMax + 1)).toEqual(['old']);
    expect(of(bytesMax + 11)).toEqual(['old', 'late']);
    expect(of(bytesMax * 2)).toEqual(['old', 'late']);
  });
});

/** A city of 4,096 leaves in seven levels, 16 km wide. */
const side = 16_000;
const levels = 6;
const bytesOfTile = 64 * 1024;

const citySquares = (): readonly TileEntry[] => {
  const tiles: TileEntry[] = [];
  const put = (level: number, parent: number | undefined, [west, south]: readonly [number, number]): void => {
    const wide = side / 2 ** level;
    const [at, error] = [tiles.length, level === levels ? 0 : wide / 128];
    tiles.push({
      level,
      parent,
      box: [west, south, west + wide, south + wide],
      top: 20,
      error,
      items: 1,
      mark: '0'.repeat(12),
      firstRow: 0,
      offset: 0,
      length: 1,
    });
    if (level < levels)
      for (const [x, y] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const)
        put(level + 1, at, [west + (x * wide) / 2, south + (y * wide) / 2]);
  };
  put(0, undefined, [0, 0]);
  return tiles;
};

it('over a large city tiles go and come, never is a piece of it missing, and no more is kept than there is room for', () => {
  const tree = createTileTree(citySquares());
  const here = new Map<string, Kept>();
  const bytesMax = budgetLimits.bytesOfPhoneMax;
  let [bytes, gone, frame] = [0, 0, 0];
  let coming: readonly number[] = [];
  const look = (east: number): void => {
    frame += 1;
    for (const tile of coming) here.set(`${tile}`, kept(0, bytesOfTile, { level: tree.tileAt(tile)?.level ?? 0, isRoot: tile === 0 }));
    bytes += coming.length * bytesOfTile;
    const eye = { at: [east, 300, -side / 2] as const, pixelsPerMetre: 1_000, errorPixels: 3, sees: () => true };
    const { drawn, wanted } = selectTiles(tree, eye, (tile) => here.has(`${tile}`));
    const areas = drawn.map((tile) => side / 2 ** (tree.tileAt(tile)?.level ?? 0));
    if (frame > 1) expect(areas.reduce((sum, wide) => sum + wide * wide, 0)).toBe(side * side);
    const shown = new Set(drawn.flatMap((tile) => here.get(`${tile}`) ?? []));
    for (const tile of shown) tile.lastDrawn = frame;
    coming = wanted.map(({ tile }) => tile);
    for (const key of keysBeyond({ here, drawn: shown, bytes }, bytesMax)) {
      bytes -= here.get(key)?.bytes ?? 0;
      here.delete(key);
      gone += 1;
    }
    expect(bytes).toBeLessThanOrEqual(bytesMax);
  };
  for (let east = 0; east <= side; east += 125) for (const _ of ['asked for', 'drawn']) look(east);
  expect(gone).toBeGreaterThan(bytesMax / bytesOfTile);
});
