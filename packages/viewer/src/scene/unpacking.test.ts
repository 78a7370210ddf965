import { gzipSync } from 'node:zlib';
import { encodeRowColumns } from '@cityweave/core/scene';
import { sceneLimits } from '@cityweave/core/scene/tiles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowBytesMax } from './fetching.ts';
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
  it('may be rows that each take as much as one can: of the last kind, each on the other side of the earth and reaching around it', () => {
    const [count, far] = [1_000, 20_000_000];
    const sides = Float64Array.from({ length: count }, (_, row) => (row % 2 === 0 ? far : -far));
    const rows = { kind: new Uint16Array(count).fill(0xffff), east: sides, north: sides, top: sides, reach: new Float64Array(count).fill(2 * far) };
    expect(encodeRowColumns(rows).length).toBeLessThanOrEqual(rowBytesMax * count);
  });
  it('may be a tile of tileBytesMax bytes, and not of one more, however small it is packed', async () => {
    const { tileBytesMax } = sceneLimits;
    expect(await unpackTile(packed(new Uint8Array(tileBytesMax)))).toHaveLength(tileBytesMax);
    expect(await unpackTile(packed(new Uint8Array(tileBytesMax + 1)))).toBeUndefined();
  });
});
