/**
 * File: the bytes of one file, plain or gzip (told by its first bytes, not by its name), known to be UTF-8 and within the limits.
 * Whatever is wrong with the file is the last chunk, never an exception.
 */
import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Problem, problem, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';

export type FileChunk = { readonly type: 'bytes'; readonly bytes: Buffer } | { readonly type: 'fault'; readonly problem: Problem };

export const fileFault = (path: string, found: string, accepted?: string): Problem =>
  problem('badFile', { path, found: shorten(found), ...(accepted !== undefined && { accepted }) });

const chunkBytes = 256 * 1024;
const fault = (given: Problem): FileChunk => ({ type: 'fault', problem: given });

export type FileBounds = { readonly [Bound in 'fileBytesMax' | 'unpackedBytesMax' | 'gzipRatioMax' | 'gzipRatioFromBytes']: number };

/** Chunks of the file without a byte order mark. */
export async function* readFileChunks(path: string, signal: AbortSignal, bounds: FileBounds = importLimits): AsyncGenerator<FileChunk> {
  const opened = await openFile(path);
  if (!('handle' in opened)) {
    yield fault(opened);
    return;
  }
  const { handle, size, gzip } = opened;
  if (size > bounds.fileBytesMax) {
    await handle.close();
    yield fault(problem('tooLarge', { subject: 'the file, in bytes', limit: bounds.fileBytesMax }));
    return;
  }
  const guard = createGuard({ size, gzip, bounds });
  try {
    for await (const raw of streamOf(handle, gzip, signal)) {
      const chunk = guard.take(raw);
      yield chunk;
      if (chunk.type === 'fault') return;
    }
    const left = guard.end();
    if (left) yield left;
  } catch (error) {
    yield fault(signal.aborted ? problem('cancelled') : problemOfError(error));
  }
}

type Opened = { readonly handle: FileHandle; readonly size: number; readonly gzip: boolean };

const openFile = async (path: string): Promise<Opened | Problem> => {
  try {
    const handle = await open(path, 'r');
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      return fileFault(basename(path), 'not a file', 'a file');
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return { handle, size: stat.size, gzip: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? problem('notFound', { subject: basename(path) }) : fileFault(basename(path), codeOf(error));
  }
};

const streamOf = (handle: FileHandle, gzip: boolean, signal: AbortSignal): Readable => {
  const source = handle.createReadStream({ highWaterMark: chunkBytes, start: 0, signal });
  // The pipeline passes an error of either end on to the reader of the last one, which is where it is told.
  return gzip ? pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => undefined) : source;
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unreadable');

const problemOfError = (error: unknown): Problem => {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR') return fileFault('its end', 'cut off', 'a whole gzip file');
  return fileFault('gzip', error instanceof Error ? error.message : code, 'a sound file');
};

type Guard = { readonly take: (raw: Buffer) => FileChunk; readonly end: () => FileChunk | undefined };

/** Counts bytes against the bounds and checks that they are UTF-8, also where a character lies across two chunks. */
const createGuard = ({ size, gzip, bounds }: { size: number; gzip: boolean; bounds: FileBounds }): Guard => {
  let seen = 0;
  let pending: Buffer = Buffer.alloc(0);
  const take = (raw: Buffer): FileChunk => {
    const first = seen === 0 && pending.length === 0;
    const joined = pending.length === 0 ? raw : Buffer.concat([pending, raw]);
    const start = seen;
    const whole = wholeCharacters(joined);
    pending = joined.subarray(whole);
    seen += whole;
    if (seen > bounds.unpackedBytesMax) return fault(problem('tooLarge', { subject: 'the unpacked file, in bytes', limit: bounds.unpackedBytesMax }));
    if (gzip && seen > bounds.gzipRatioFromBytes && seen > size * bounds.gzipRatioMax)
      return fault(problem('tooLarge', { subject: 'the ratio of the unpacked file to the packed one', limit: bounds.gzipRatioMax }));
    const bytes = joined.subarray(0, whole);
    if (!isUtf8(bytes)) return fault(notUtf8(start + firstBadByte(bytes)));
    return { type: 'bytes', bytes: first ? withoutMark(bytes) : bytes };
  };
  return { take, end: () => (pending.length === 0 ? undefined : fault(notUtf8(seen))) };
};

const notUtf8 = (offset: number): Problem => fileFault(`byte ${offset}`, 'a byte sequence that is not UTF-8', 'UTF-8');

/** Bytes up to the last whole character; a sequence that cannot become one is left to the check. */
const wholeCharacters = (bytes: Buffer): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
};

/** The longest sound beginning, found by halving. */
const firstBadByte = (bytes: Buffer): number => {
  let sound = 0;
  let length = bytes.length;
  while (length - sound > 8) {
    const middle = sound + Math.floor((length - sound) / 2);
    const cut = sound + wholeCharacters(bytes.subarray(sound, middle));
    if (cut > sound && isUtf8(bytes.subarray(sound, cut))) sound = cut;
    else length = middle;
  }
  while (sound < bytes.length) {
    const character = [1, 2, 3, 4].find((count) => sound + count <= bytes.length && isUtf8(bytes.subarray(sound, sound + count)));
    if (character === undefined) return sound;
    sound += character;
  }
  return sound;
};

const withoutMark = (bytes: Buffer): Buffer => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes);
