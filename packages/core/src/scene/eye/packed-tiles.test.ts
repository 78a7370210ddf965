import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TileEntry } from '../archive.ts';
import { packTiles } from './packed-tiles.ts';

const half = fc.integer({ min: -200_000, max: 200_000 }).map((twice) => twice / 2);

const entry = fc.record({
  ...{ level: fc.nat(40), items: fc.nat(65_536), length: fc.nat(1_000_000), offset: fc.nat(1_073_741_824), firstRow: fc.nat(3_999_999) },
  ...{ parent: fc.option(fc.nat(65_535), { nil: undefined }), box: fc.tuple(half, half, half, half), top: fc.nat(2_000).map((twice) => twice / 2) },
  ...{ error: fc.nat(100_000).map((centimetres) => centimetres / 100), mark: fc.nat(2 ** 48 - 1).map((mark) => mark.toString(16).padStart(12, '0')) },
});

it('tiles that are kept as numbers are told as they were, and of no others', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (tiles: readonly TileEntry[]) => {
      const tileAt = packTiles(tiles);
      expect([-1, ...tiles.keys(), tiles.length].map(tileAt)).toEqual([undefined, ...tiles, undefined]);
    }),
  );
});
