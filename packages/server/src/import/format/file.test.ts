import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { type FileBounds, readFileChunks } from './file.ts';
import { createTrialFolder } from './trial-file.ts';

const folder = createTrialFolder();
afterAll(() => folder[Symbol.dispose]());

const read = async (path: string, bounds: FileBounds = importLimits, signal = new AbortController().signal) => {
  const parts: Buffer[] = [];
  for await (const chunk of readFileChunks(path, signal, bounds)) {
    if (chunk.type === 'fault') return chunk.problem;
    parts.push(chunk.bytes);
  }
  return Buffer.concat(parts).toString('utf8');
};

describe('a file', () => {
  it('is unpacked by its first bytes, whatever its name says', async () => {
    expect(await read(folder.write('plain.gz', 'plain'))).toBe('plain');
    expect(await read(folder.write('packed.json', gzipSync('packed')))).toBe('packed');
  });

  it('loses its byte order mark', async () => {
    expect(await read(folder.write('mark', '\u{feff}text'))).toBe('text');
    expect(await read(folder.write('mark.gz', gzipSync('\u{feff}text')))).toBe('text');
  });

  it('keeps characters whole that lie across two chunks', async () => {
    const text = `a${'é€😀'.repeat(100_000)}`;
    expect(await read(folder.write('long', text))).toBe(text);
  });

  it('that is not there, or is a folder, is a problem', async () => {
    expect(await read('/nowhere/at/all.json')).toMatchObject({ kind: 'notFound', subject: 'all.json' });
    expect(await read(folder.write('x', 'x').slice(0, -2))).toMatchObject({ kind: 'badFile' });
  });

  it('is refused at the byte where it stops being UTF-8', async () => {
    const sound = Buffer.from('é'.repeat(200_000));
    expect(await read(folder.write('latin', Buffer.concat([sound, Buffer.from([0xe9, 0x20, 0x41])])))).toMatchObject({ kind: 'badFile', path: 'byte 400000' });
    expect(await read(folder.write('first', Buffer.from([0xff, 0x41])))).toMatchObject({ path: 'byte 0' });
    expect(await read(folder.write('end', Buffer.from([0x41, 0xe2, 0x82])))).toMatchObject({ path: 'byte 1' });
  });

  it('that is a gzip file cut off, or damaged, is refused', async () => {
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, index) => ((index * 7919) % 94) + 33));
    const packed = gzipSync(noise);
    expect(await read(folder.write('cut.gz', packed.subarray(0, packed.length - 20)))).toMatchObject({ kind: 'badFile', found: 'cut off' });
    const damaged = Buffer.from(packed);
    damaged.fill(0, 40, 60);
    expect(await read(folder.write('damaged.gz', damaged))).toMatchObject({ kind: 'badFile' });
  });

  it('is read up to each bound and refused beyond it', async () => {
    const plain = folder.write('ten', '0123456789');
    expect(await read(plain, { ...importLimits, fileBytesMax: 10 })).toBe('0123456789');
    expect(await read(plain, { ...importLimits, fileBytesMax: 9 })).toMatchObject({ kind: 'tooLarge', limit: 9 });
    expect(await read(plain, { ...importLimits, unpackedBytesMax: 10 })).toBe('0123456789');
    expect(await read(plain, { ...importLimits, unpackedBytesMax: 9 })).toMatchObject({ kind: 'tooLarge', limit: 9 });
  });

  it('that is a gzip bomb is refused soon after its first bytes', async () => {
    const bomb = folder.write('bomb.gz', gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20)));
    expect(await read(bomb)).toMatchObject({ kind: 'tooLarge', limit: importLimits.gzipRatioMax });
    const small = folder.write('small.gz', gzipSync(Buffer.alloc(1_000_000, 0x20)));
    expect(await read(small)).toHaveLength(1_000_000);
    expect(await read(small, { ...importLimits, gzipRatioFromBytes: 1000, gzipRatioMax: 100 })).toMatchObject({ kind: 'tooLarge', limit: 100 });
  });

  it('is left when nobody waits any more', async () => {
    const aborted = AbortSignal.abort();
    expect(await read(folder.write('left', 'text'), importLimits, aborted)).toMatchObject({ kind: 'cancelled' });
  });
});
