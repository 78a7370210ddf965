import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveHeaderBytes, decodeDirectory, directoryBytes, directoryLength, encodeDirectory, type TileEntry } from './archive.ts';
import { createLocalFrame } from './local-frame.ts';
import { decodeRowColumns, encodeRowColumns } from './row-columns.ts';
import { sceneLimits } from './scene-limits.ts';

const entries = fc
  .array(fc.tuple(fc.nat(9), fc.nat(900), fc.nat(5_000), fc.integer({ min: -9_000, max: 9_000 })), { minLength: 1, maxLength: 20 })
  .map((drawn) =>
    drawn.map(
      ([level, items, length, west], at): TileEntry => ({
        level,
        items,
        length,
        parent: at === 0 ? undefined : Math.floor((at - 1) / 4),
        box: [west, west, west + 100, west + 100],
        top: 20,
        error: 1.5,
        firstRow: at * 7,
        mark: (at * 977).toString(16).padStart(16, '0'),
        offset: directoryBytes(drawn.length) + at * 5_000,
      }),
    ),
  );

describe('a directory', () => {
  it('gives back its tiles, and its first bytes tell its length', () => {
    fc.assert(
      fc.property(entries, fc.nat(1_000_000), (tiles, rows) => {
        const bytes = encodeDirectory(tiles, rows);
        expect(directoryLength(bytes.subarray(0, archiveHeaderBytes))).toEqual({ ok: true, value: bytes.length });
        expect(decodeDirectory(bytes)).toEqual({ ok: true, value: { tiles, rows } });
      }),
    );
  });

  it('that is cut off, of another format, or whose tile comes before its parent is refused', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (tiles, at) => {
        const bytes = encodeDirectory(tiles, 1);
        expect(decodeDirectory(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
        expect(decodeDirectory(bytes.with(0, 0)).ok).toBe(false);
        expect(decodeDirectory(encodeDirectory([...tiles, { ...tiles[0], parent: tiles.length + 1 } as TileEntry], 1)).ok).toBe(false);
      }),
    );
  });

  it('of archiveTilesMax tiles is read, of one more it is not', () => {
    const head = (tiles: number): Uint8Array => {
      const bytes = encodeDirectory([], 0);
      new DataView(bytes.buffer).setUint32(8, tiles, true);
      return bytes;
    };
    expect(directoryLength(head(sceneLimits.archiveTilesMax))).toMatchObject({ ok: true });
    expect(directoryLength(head(sceneLimits.archiveTilesMax + 1))).toMatchObject({ ok: false, problem: { kind: 'tooLarge' } });
  });
});

describe('row columns', () => {
  const rows = fc.array(
    fc.record({ kind: fc.nat(999), east: fc.integer({ min: -90_000, max: 90_000 }), north: fc.integer({ min: -90_000, max: 90_000 }), top: fc.nat(500) }),
    { maxLength: 40 },
  );

  it('give back the kind and the place of every row, and are refused when cut off', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (given, at) => {
        const bytes = encodeRowColumns(given);
        const decoded = decodeRowColumns(bytes);
        if (!decoded.ok) return expect(decoded).toBe('decoded');
        const { kind, east, north, top } = decoded.value;
        expect(given.map((_, row) => ({ kind: kind[row], east: east[row], north: north[row], top: top[row] }))).toEqual(given);
        expect(decodeRowColumns(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
      }),
    );
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
