/**
 * Changes: ten thousand values a second of buildings all over the city, in the frames in which a node tells them.
 */
import { setTimeout } from 'node:timers/promises';
import { encodeStateFrame, type StateFrame } from '@cityweave/core';
import { addresses } from '../views.ts';

export const changesASecond = 10_000;
const framesASecond = 10;
const epoch = 'bench';
const beganAt = 1_795_000_000;

const encode = (frame: StateFrame): Uint8Array => encodeStateFrame(frame, (text) => new TextEncoder().encode(text));

const headOf = (revision: string): Uint8Array => encode({ version: 0, head: { term: addresses.changingTerm, unit: 'kW', epoch, revision, silent: [] } });

/** Another set of rows in every frame, each with another value. */
const frameOf = (number: number, rows: number): Uint8Array => {
  const count = changesASecond / framesASecond;
  const every = Math.max(1, Math.floor(rows / count));
  return encode({
    version: number,
    changed: {
      rows: Uint32Array.from({ length: count }, (_, at) => (at * every + ((number * 7) % every)) % rows),
      values: Float32Array.from({ length: count }, (_, at) => (number * 31 + at * 17) % 100),
      observed: new Float64Array(count).fill(beganAt + number / framesASecond),
      flags: new Uint8Array(count),
    },
  });
};

/** Bytes of one second of it. */
export const bytesOfChanges = (rows: number): number =>
  Array.from({ length: framesASecond }, (_, at) => frameOf(at + 1, rows).length).reduce((a, b) => a + b, 0);

export async function* changeFrames({ rows, revision }: { readonly rows: number; readonly revision: string }, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield headOf(revision);
  for (let number = 1; !signal.aborted; number += 1) {
    yield frameOf(number, rows);
    await setTimeout(1_000 / framesASecond);
  }
}
