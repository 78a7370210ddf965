/**
 * Opening: all that a first picture of a scene begins with, in one answer: its document, and of every layer the beginning of its archive.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sceneLimits } from '@cityweave/core';
import type { Built } from './built.ts';
import type { SceneFiles } from './scene-files.ts';

const compress = promisify(gzip);

const lengthOf = (bytes: Uint8Array): Uint8Array => {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return length;
};

type Opened = Pick<Built, 'scene'>;

/** The document, then by layer; each with its length before it, 0 of a layer for which there is no room any more. */
const openingOf = async ({ scene }: Opened, files: Pick<SceneFiles, 'part'>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [new TextEncoder().encode(JSON.stringify(scene))];
  let room = sceneLimits.openingBytesMax;
  for (const { archive, beginning } of scene.layers) {
    const bytes = beginning <= room ? await files.part(archive, { from: 0, to: beginning - 1 }) : undefined;
    room -= bytes?.length ?? 0;
    parts.push(bytes ?? new Uint8Array());
  }
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
};

export type Openings = { readonly of: (built: Opened) => Promise<Uint8Array> };

/** Compressed (gzip), made once for every scene that is served. */
export const createOpenings = (files: Pick<SceneFiles, 'part'>): Openings => {
  const made = new WeakMap<Opened, Promise<Uint8Array>>();
  return {
    of: (built) => {
      const known = made.get(built) ?? openingOf(built, files).then((bytes) => compress(bytes));
      made.set(built, known);
      return known;
    },
  };
};
