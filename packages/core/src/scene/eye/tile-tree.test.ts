import { describe, expect, it } from 'vitest';
import type { TileEntry } from '../archive.ts';
import { createTileTree, type Eye, lastRowsOf, type Selection, selectTiles } from './tile-tree.ts';

describe('a tile tree', () => {
  const entry = (parent: number | undefined, error: number, firstRow = 0): TileEntry => ({
    level: 0,
    parent,
    box: [0, 0, 100, 100],
    top: 10,
    error,
    items: 1,
    mark: '0123456789ab',
    firstRow,
    offset: 0,
    length: 1,
  });
  const tree = createTileTree([entry(undefined, 4), entry(0, 0), entry(0, 0)]);
  const eye = (away: number): Eye => ({ at: [50, away, -50], pixelsPerMetre: 1_000, errorPixels: 1.5, sees: () => true });
  const tilesIn = ({ drawn, wanted }: Selection) => ({
    drawn,
    wanted: wanted.toSorted((a, b) => a.urgency - b.urgency).map(({ tile }) => tile),
  });

  it('draws what is coarse from afar, and what is fine from near', () => {
    expect(tilesIn(selectTiles(tree, eye(5_000), () => true))).toEqual({ drawn: [0], wanted: [] });
    expect(tilesIn(selectTiles(tree, eye(500), () => true))).toEqual({ drawn: [1, 2], wanted: [] });
  });

  it('asks at once for what the view needs, and not for what lies between', () => {
    const deep = createTileTree([entry(undefined, 40), entry(0, 20), entry(0, 20), entry(1, 0), entry(2, 0)]);
    const { drawn, wanted } = selectTiles(deep, eye(500), (tile) => tile === 0);
    expect(drawn).toEqual([0]);
    expect(wanted.map(({ tile }) => tile)).toEqual([3, 4]);
    expect(tilesIn(selectTiles(deep, eye(500), (tile) => [0, 3, 4].includes(tile)))).toEqual({ drawn: [3, 4], wanted: [] });
  });

  it('shows what is finer until what the view needs is here, where that covers it', () => {
    expect(tilesIn(selectTiles(tree, eye(5_000), (tile) => tile > 0))).toEqual({ drawn: [1, 2], wanted: [0] });
    expect(tilesIn(selectTiles(tree, eye(5_000), (tile) => tile === 1))).toEqual({ drawn: [], wanted: [0] });
  });

  it('stands for all rows with each of its levels, whatever a coarse tile leaves out', () => {
    const deep = createTileTree([entry(undefined, 40), entry(0, 20, 7), entry(0, 20), entry(2, 10), entry(3, 0, 3), entry(3, 0)]);
    expect([...lastRowsOf(deep, 12)]).toEqual([11, 11, 6, 6, 6, 2]);
  });

  it('keeps a tile until all that replaces it is here', () => {
    expect(tilesIn(selectTiles(tree, eye(500), (tile) => tile !== 2))).toEqual({ drawn: [0], wanted: [2] });
    expect(tilesIn(selectTiles(tree, eye(500), () => false))).toEqual({ drawn: [], wanted: [0, 1, 2] });
  });
});
