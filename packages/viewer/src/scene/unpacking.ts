/**
 * Unpacking: bytes that came compressed, as they were before, and never more of them than may be.
 */
import { sceneLimits } from '@cityweave/core/scene/tiles';

/** One after another, as one. */
const joined = (pieces: readonly Uint8Array[], length: number): Uint8Array => {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/**
 * Written straight into the stream: a blob would be given to the browser's own process first, and read from there.
 * Undefined where it is not whole, or more than so many bytes: what would be beyond is not unpacked.
 */
export const unpack = async (bytes: Uint8Array<ArrayBuffer> | ArrayBuffer, bytesMax: number): Promise<Uint8Array | undefined> => {
  const { readable, writable } = new DecompressionStream('gzip');
  const [writer, reader] = [writable.getWriter(), readable.getReader()];
  // what is wrong with them is told by what is read
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      length += piece.value.length;
      if (length > bytesMax) break;
      pieces.push(piece.value);
    }
  } catch {
    return undefined;
  }
  if (length <= bytesMax) return joined(pieces, length);
  void reader.cancel().catch(() => undefined);
  return undefined;
};

/** A tile as it was before it was packed; undefined where it is not whole, or larger than a tile may be. */
export const unpackTile = (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> => unpack(bytes, sceneLimits.tileBytesMax);
