import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archiveHeadBytes,
  decodeArchiveHead,
  decodeDirectory,
  encodeArchiveHead,
  encodeDirectory,
  readDirectory,
  type TileEntry,
  type UnplacedTile,
} from './archive.ts';
import { createLocalFrame } from './local-frame.ts';
import { decodeRowColumns, decodeRowKinds, encodeRowColumns, encodeRowKinds, type RowColumns } from './row-columns.ts';
import { sceneLimits } from './scene-limits.ts';

/** An archive without its tiles: nothing is compressed. */
const directoryOf = (tiles: readonly UnplacedTile[], rows: number): Uint8Array<ArrayBuffer> => {
  const bytes = encodeDirectory(tiles);
  return Uint8Array.from([...encodeArchiveHead({ tiles: tiles.length, rows, length: bytes.length }), ...bytes]);
};

const placed = (tiles: readonly UnplacedTile[]): readonly TileEntry[] => {
  let offset = directoryOf(tiles, 0).length;
  return tiles.map((tile) => {
    offset += tile.length;
    return { ...tile, offset: offset - tile.length };
  });
};

const read = (bytes: Uint8Array) => readDirectory(bytes, (packed) => packed);

const entries = fc
  .array(fc.tuple(fc.nat(9), fc.nat(900), fc.nat(5_000), fc.integer({ min: -9_000, max: 9_000 })), { minLength: 1, maxLength: 20 })
  .map((drawn) =>
    drawn.map(
      ([level, items, length, west], at): UnplacedTile => ({
        ...{ level, items, length, parent: at === 0 ? undefined : Math.floor((at - 1) / 4) },
        ...{ box: [west, west, west + 100.5, west + 100], top: 20, error: 1.5 },
        ...{ firstRow: at * 7, mark: (at * 977).toString(16).padStart(12, '0') },
      }),
    ),
  );

describe('a directory', () => {
  it('gives back its tiles, one after the other behind it, and its head tells its length', () => {
    fc.assert(
      fc.property(entries, fc.nat(1_000_000), (tiles, rows) => {
        const bytes = directoryOf(tiles, rows);
        expect(decodeArchiveHead(bytes)).toEqual({ ok: true, value: { tiles: tiles.length, rows, length: bytes.length - archiveHeadBytes } });
        expect(read(bytes)).toEqual({ ok: true, value: { tiles: placed(tiles), rows } });
      }),
    );
  });

  it('has boxes that hold what they held before they were rounded', () => {
    const metres = fc.double({ min: -9_000, max: 9_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(metres, metres), { minLength: 1, maxLength: 9 }), (corners) => {
        const tiles = corners.map(
          ([x, y], at): UnplacedTile => ({
            ...{ level: 0, items: 1, length: 1, parent: at === 0 ? undefined : at - 1, top: 1.3, error: 0, firstRow: 0, mark: '00000000000a' },
            box: [x, y, x + 7.3, y + 7.3],
          }),
        );
        const found = read(directoryOf(tiles, 1));
        if (!found.ok) return expect(found).toBe('read');
        for (const [at, { box, top }] of found.value.tiles.entries()) {
          const [x, y] = corners[at] ?? [0, 0];
          const away = [x - box[0], y - box[1], box[2] - x - 7.3, box[3] - y - 7.3];
          expect(Math.min(...away)).toBeGreaterThan(-1e-6);
          expect(Math.max(...away)).toBeLessThan(1.1);
          expect(top).toBe(1.5);
        }
      }),
    );
  });

  it('that is cut off, longer than it says, of another format, or whose tile comes before its parent is refused', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (tiles, at) => {
        const bytes = directoryOf(tiles, 1);
        expect(read(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
        expect(read(bytes.with(0, 0)).ok).toBe(false);
        const head = { tiles: tiles.length, rows: 1, length: bytes.length };
        expect(decodeDirectory(head, encodeDirectory(tiles)).ok).toBe(true);
        expect(decodeDirectory(head, Uint8Array.from([...encodeDirectory(tiles), 0])).ok).toBe(false);
        expect(read(directoryOf([...tiles, { ...tiles[0], parent: tiles.length + 1 } as UnplacedTile], 1)).ok).toBe(false);
      }),
    );
  });

  it('of any bytes at all is an answer, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(30), (bytes, tiles) => {
        const decoded = decodeDirectory({ tiles, rows: 1, length: bytes.length }, bytes);
        if (decoded.ok) expect(decoded.value.tiles).toHaveLength(tiles);
      }),
    );
  });

  it('of archiveTilesMax tiles is read, of one more it is not', () => {
    const head = (tiles: number) => decodeArchiveHead(encodeArchiveHead({ tiles, rows: 0, length: 0 }));
    expect(head(sceneLimits.archiveTilesMax)).toMatchObject({ ok: true });
    expect(head(sceneLimits.archiveTilesMax + 1)).toMatchObject({ ok: false, problem: { kind: 'tooLarge' } });
  });
});

describe('row columns', () => {
  const rows = fc.array(
    fc.record({
      kind: fc.nat(999),
      east: fc.integer({ min: -90_000, max: 90_000 }),
      north: fc.integer({ min: -90_000, max: 90_000 }),
      top: fc.nat(500),
      reach: fc.nat(90_000),
    }),
    { maxLength: 40 },
  );

  it('give back the kind, the place and the reach of every row, and are refused when cut off', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (given, at) => {
        const column = (name: keyof RowColumns) => given.map((row) => row[name]);
        const bytes = encodeRowColumns({ kind: column('kind'), east: column('east'), north: column('north'), top: column('top'), reach: column('reach') });
        const decoded = decodeRowColumns(bytes);
        if (!decoded.ok) return expect(decoded).toBe('decoded');
        const { kind, east, north, top, reach } = decoded.value;
        const rowOf = (row: number) => ({ kind: kind[row], east: east[row], north: north[row], top: top[row], reach: reach[row] });
        expect(given.map((_, row) => rowOf(row))).toEqual(given);
        expect(decodeRowColumns(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
      }),
    );
  });

  it('tell their kinds by themselves too', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(999), { maxLength: 40 }), fc.nat(), (kinds, at) => {
        const bytes = encodeRowKinds(kinds);
        expect(decodeRowKinds(bytes)).toEqual({ ok: true, value: Uint16Array.from(kinds) });
        expect(decodeRowKinds(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
      }),
    );
  });

  it('of layerRowsMax rows may be, of one more are refused before anything is made for them', () => {
    const told = (rows: number) => decodeRowKinds(encodeRowKinds(new Uint8Array(rows))).ok;
    expect(told(sceneLimits.layerRowsMax)).toBe(true);
    expect(told(sceneLimits.layerRowsMax + 1)).toBe(false);
  });
});

describe('a local frame', () => {
  it('takes a place to metres and back', () => {
    fc.assert(
      fc.property(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.double({ min: -0.2, max: 0.2, noNaN: true }), (dx, dy) => {
        const frame = createLocalFrame([9.27, 52.03]);
        const [longitude, latitude] = frame.toLonLat(...frame.toLocal(9.27 + dx, 52.03 + dy));
        expect(longitude).toBeCloseTo(9.27 + dx, 9);
        expect(latitude).toBeCloseTo(52.03 + dy, 9);
      }),
    );
  });
});
