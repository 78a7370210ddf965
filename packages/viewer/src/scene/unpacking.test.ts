import { gzipSync } from 'node:zlib';
import { sceneLimits } from '@cityweave/core/scene/tiles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpack, unpackTile } from './unpacking.ts';

const packed = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(gzipSync(bytes));

describe('what is packed', () => {
  it('is unpacked as it was, whatever it is', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300_000, size: 'max' }), async (bytes) => {
        expect(await unpack(packed(bytes), bytes.length)).toEqual(bytes);
      }),
      { numRuns: 30 },
    ));
  it('is refused where it is cut off, or is something else', async () => {
    const whole = packed(Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 251));
    for (const spoilt of [whole.slice(0, -1), whole.slice(0, 20), whole.slice(3), new Uint8Array()]) expect(await unpack(spoilt, 5_000)).toBeUndefined();
  });
  it('may be a tile of tileBytesMax bytes, and not of one more, however small it is packed', async () => {
    const { tileBytesMax } = sceneLimits;
    expect(await unpackTile(packed(new Uint8Array(tileBytesMax)))).toHaveLength(tileBytesMax);
    expect(await unpackTile(packed(new Uint8Array(tileBytesMax + 1)))).toBeUndefined();
  });
});
