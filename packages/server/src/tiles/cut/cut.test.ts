import { gunzipSync } from 'node:zlib';
import { decodeOutlineTile, decodeRowColumns, type OutlineForm, type Outlines } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryOf } from './archive-file.ts';
import { toColumns, type Uncut } from './columns.ts';
import { type CutLayer, cutLayer } from './cut.ts';
import { toPlain } from './plain.ts';
import { simplify } from './simplify.ts';

const house = (x: number, y: number, height: number): Uncut => ({
  kind: 1,
  height,
  roof: 'flat',
  rings: [
    {
      isHole: false,
      corners: [
        [x, y],
        [x + 8, y],
        [x + 8, y + 10],
        [x, y + 10],
      ],
    },
  ],
});

const cutOf = (form: OutlineForm, uncut: readonly Uncut[], archiveBefore?: Uint8Array): CutLayer =>
  cutLayer({ form, columns: toColumns(uncut), archiveBefore });

/** Up to so many metres, another one for every number: nothing about it repeats itself. */
const astray = (at: number, most: number): number => (((Math.imul(at + 1, 2_654_435_761) ^ Math.imul(at + 7, 40_503)) >>> 8) % 1_000) * (most / 1_000);

/** A town of many more houses than a leaf holds, none in line with the next. */
const town = (side: number): readonly Uncut[] =>
  Array.from({ length: side * side }, (_, at) =>
    house((at % side) * 20 + astray(at, 4), Math.floor(at / side) * 20 + astray(at + 99_991, 4), 4 + ((at * 7) % 30)),
  );

const value = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T => (result.ok ? result.value : expect.fail('not decoded'));

const rowsOfLayer = (firstRow: number, tile: Outlines): Outlines => ({ ...tile, rows: tile.rows.map((row) => row + firstRow) });

const tilesOf = ({ archive }: CutLayer) => {
  const { tiles } = value(directoryOf(archive));
  const parents = new Set(tiles.map(({ parent }) => parent));
  return tiles.map((entry, at) => ({
    entry,
    isLeaf: !parents.has(at),
    tile: rowsOfLayer(entry.firstRow, value(decodeOutlineTile(gunzipSync(archive.subarray(entry.offset, entry.offset + entry.length))))),
  }));
};

/** By row the middle of the first ring, and the height. */
const placesOf = ({ rows, ringFrom, cornerFrom, corners, centre, height }: Outlines): readonly (readonly [number, readonly [number, number, number]])[] =>
  [...rows].map((row, item) => {
    const [from, to] = [cornerFrom[ringFrom[item] ?? 0] ?? 0, cornerFrom[(ringFrom[item] ?? 0) + 1] ?? 0];
    const mean = (axis: 0 | 1): number => corners.subarray(from * 2, to * 2).reduce((sum, value, at) => sum + (at % 2 === axis ? value : 0), 0) / (to - from);
    return [row, [mean(0) + centre[0], mean(1) + centre[1], height[item] ?? 0]];
  });

describe('a cut', () => {
  it('has every outline in the finest tiles once, in rows that follow one another', () => {
    const given = town(45);
    const cut = cutOf('prism', given);
    const leaves = tilesOf(cut).filter(({ isLeaf }) => isLeaf);
    expect(leaves.length).toBeGreaterThan(1);
    expect(leaves.flatMap(({ tile }) => [...tile.rows]).sort((a, b) => a - b)).toEqual(given.map((_, row) => row));
    expect([...cut.order].sort((a, b) => a - b)).toEqual(given.map((_, at) => at));
    for (const { entry, tile } of leaves) {
      expect(entry.error).toBe(0);
      for (const [at, row] of tile.rows.entries()) expect(tile.height[at]).toBeCloseTo(given[cut.order[row] ?? 0]?.height ?? 0, 1);
    }
  });

  it('is coarser above, within the box of what it stands for, and says by how much', () => {
    const tiles = tilesOf(cutOf('prism', town(45)));
    const inner = tiles.filter(({ isLeaf }) => !isLeaf);
    expect(inner.length).toBeGreaterThan(0);
    for (const { entry, tile } of inner) {
      expect(entry.error).toBeGreaterThan(0);
      expect(tile.rows.length).toBeLessThan(2_025);
      const [west, south, east, north] = entry.box;
      for (let at = 0; at < tile.corners.length; at += 2) {
        const [x, y] = [(tile.corners[at] ?? 0) + tile.centre[0], (tile.corners[at + 1] ?? 0) + tile.centre[1]];
        expect(x >= west - 20 && x <= east + 20 && y >= south - 20 && y <= north + 20).toBe(true);
      }
    }
  });

  it('has what is in a leaf in coarser detail too, as many buildings in fewer bytes, none further from the truth than it says', () => {
    const tiles = tilesOf(cutOf('prism', town(45)));
    const truth = new Map(tiles.filter(({ isLeaf }) => isLeaf).flatMap(({ tile }) => placesOf(tile)));
    const finest = tiles.filter(({ isLeaf, entry }) => isLeaf && tiles[entry.parent ?? -1]?.entry.error === 1);
    expect(finest.length).toBeGreaterThan(0);
    for (const finer of finest) {
      const { entry, tile } = tiles[finer.entry.parent ?? -1] ?? expect.fail('no parent');
      expect(entry.items).toBe(finer.entry.items);
      expect(entry.length).toBeLessThan(finer.entry.length);
      for (const [row, [x, y, top]] of placesOf(tile)) {
        const [trueX, trueY, trueTop] = truth.get(row) ?? expect.fail('another row');
        expect(Math.max(Math.abs(x - trueX), Math.abs(y - trueY), Math.abs(top - trueTop))).toBeLessThanOrEqual(entry.error);
      }
    }
  });

  it('keeps the footprint of the town in its coarsest tile, and its heights to the error', () => {
    const given = town(45);
    const [root] = tilesOf(cutOf('prism', given));
    const { tile, entry } = root ?? expect.fail('no root');
    const areas = [...tile.rows.keys()].map((at) => {
      const [from, to] = [(tile.cornerFrom[at] ?? 0) * 2, (tile.cornerFrom[at + 1] ?? 0) * 2];
      const [xs, ys] = [tile.corners.slice(from, to).filter((_, n) => n % 2 === 0), tile.corners.slice(from, to).filter((_, n) => n % 2 === 1)];
      return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
    });
    const area = areas.reduce((sum, own) => sum + own, 0);
    expect(area / (given.length * 80)).toBeGreaterThan(0.95);
    expect(area / (given.length * 80)).toBeLessThan(1.05);
    const height = areas.reduce((sum, own, at) => sum + own * (tile.height[at] ?? 0), 0) / area;
    const true_ = given.reduce((sum, one) => sum + one.height, 0) / given.length;
    expect(height).toBeGreaterThan(true_ * 0.98);
    expect(height).toBeLessThan(true_ + entry.error);
  });

  it('has for every building something about as high, however coarse: a tower among houses stays a tower', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3, max: 250 }), { minLength: 1_000, maxLength: 1_000 }), (heights) => {
        const given = heights.map((height, at) => house((at % 32) * 20, Math.floor(at / 32) * 20, height));
        for (const { entry, tile } of tilesOf(cutOf('prism', given))) {
          const tops = [...tile.height].sort((a, b) => a - b);
          const above = (height: number): number => tops.find((top) => top >= height - entry.error * 2 - 0.1) ?? Number.NaN;
          if (entry.parent === undefined) for (const { height } of given) expect(above(height)).toBeLessThanOrEqual(height + entry.error * 3 + 0.1);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('of the same outlines is the same bytes', () => {
    expect(cutOf('prism', town(12)).name).toBe(cutOf('prism', town(12)).name);
    expect(cutOf('prism', town(12)).name).not.toBe(cutOf('prism', [...town(12).slice(1), house(1, 1, 99)]).name);
  });

  it('of a town in which one house changed cuts the tile of that house and those above it anew, and gives the bytes of a cut from nothing', () => {
    const given = town(60);
    const first = cutOf('prism', given);
    const changed = given.map((one, at) => (at === 1_800 ? { ...one, height: 77 } : one));
    const second = cutOf('prism', changed, first.archive);
    expect(second.name).toBe(cutOf('prism', changed).name);
    const marks = (cut: CutLayer) => value(directoryOf(cut.archive)).tiles.map(({ mark }) => mark);
    const levels = new Set(value(directoryOf(second.archive)).tiles.map(({ level }) => level)).size;
    const before = new Set(marks(first));
    expect(marks(second).filter((mark) => !before.has(mark))).toHaveLength(levels);
    expect(marks(second).length).toBeGreaterThan(levels);
  });

  it.each(['area', 'line', 'point'] as const)('of any %ss loses none of them, and tells how far each reaches', (form: OutlineForm) => {
    const coordinate = fc.integer({ min: -3_000, max: 3_000 });
    const corners = fc.array(fc.tuple(coordinate, coordinate), { minLength: form === 'point' ? 1 : 3, maxLength: form === 'point' ? 1 : 6 });
    const uncut = corners.map((ring): Uncut => ({ kind: 2, height: 0, roof: 'flat', rings: [{ isHole: false, corners: ring }] }));
    fc.assert(
      fc.property(fc.array(uncut, { minLength: 1, maxLength: 40 }), (given) => {
        const cut = cutOf(form, given);
        const leaves = tilesOf(cut).filter(({ isLeaf }) => isLeaf);
        expect(leaves.flatMap(({ tile }) => [...tile.rows]).sort((a, b) => a - b)).toEqual(given.map((_, row) => row));
        const { kind, east, north, reach } = value(decodeRowColumns(gunzipSync(cut.rowColumns)));
        expect(kind).toHaveLength(given.length);
        for (const [row, item] of cut.order.entries())
          for (const [x = 0, y = 0] of given[item]?.rings.flatMap((ring) => ring.corners) ?? [])
            expect(Math.hypot(x - (east[row] ?? 0), y - (north[row] ?? 0))).toBeLessThanOrEqual((reach[row] ?? 0) + 0.1);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a simplified line', () => {
  it('keeps its ends and leaves out no corner that lies further away than the tolerance', () => {
    expect(
      simplify(
        [
          [0, 0],
          [5, 0.1],
          [10, 0],
          [10, 8],
        ],
        0.5,
      ),
    ).toEqual([
      [0, 0],
      [10, 0],
      [10, 8],
    ]);
  });
});

describe('a building from far away', () => {
  /** 20 by 20 metres without a quarter, of which one corner is cut off, so many metres along both sides. */
  const cutOff = (metres: number) => [[0, metres], [metres, 0], [20, 0], [20, 10], [10, 10], [10, 20], [0, 20]] as const; // biome-ignore format: corners in a row
  const plainOf = (metres: number) =>
    toPlain({ row: 0, rings: [{ isHole: false, corners: cutOff(metres) }], base: 0, height: 9, roof: 'flat' }, 1).rings[0]?.corners ?? [];

  it('has a corner again that is cut off by less than the error in the mean, and no other', () => {
    const corners = plainOf(2);
    expect(corners).toHaveLength(6);
    const [x, y] = corners.find(([east, north]) => east < 5 && north < 5) ?? expect.fail('no such corner');
    expect(Math.hypot(x, y)).toBeLessThan(1e-9);
    expect(plainOf(4)).toEqual(cutOff(4));
  });
});
