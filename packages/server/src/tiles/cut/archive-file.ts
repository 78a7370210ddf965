/**
 * Archive file: tiles that were cut as one archive, and those of an archive from before, by what they were cut from.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { archiveHeadBytes, encodeArchiveHead, encodeDirectory, readDirectory, sceneLimits, type TileEntry } from '@cityweave/core';

export type CutTile = { readonly entry: Omit<TileEntry, 'offset' | 'length'>; readonly bytes: Uint8Array };
export type Before = Pick<TileEntry, 'error' | 'items'> & { readonly bytes: Uint8Array };

const inflate = (bytes: Uint8Array): Uint8Array | undefined => {
  try {
    return gunzipSync(bytes, { maxOutputLength: sceneLimits.tileBytesMax });
  } catch {
    return undefined;
  }
};

export const directoryOf = (archive: Uint8Array) => readDirectory(archive, inflate);

/** Tiles of the archive that was served before; none where it is of another version. */
export const tilesBefore = (archive: Uint8Array | undefined): ReadonlyMap<string, Before> => {
  const directory = archive && directoryOf(archive);
  if (!directory?.ok) return new Map();
  return new Map(
    directory.value.tiles.map(({ mark, error, items, offset, length }) => [
      mark,
      { error, items, bytes: archive?.subarray(offset, offset + length) ?? new Uint8Array() },
    ]),
  );
};

/** `beginning`: bytes of head, directory and first tile. */
export type ArchiveFile = { readonly archive: Uint8Array<ArrayBuffer>; readonly beginning: number };

export const toArchive = (cuts: readonly CutTile[], rows: number): ArchiveFile => {
  const directory = gzipSync(encodeDirectory(cuts.map(({ entry, bytes }) => ({ ...entry, length: bytes.length }))), { level: 9 });
  const archive = new Uint8Array(cuts.reduce((sum, { bytes }) => sum + bytes.length, archiveHeadBytes + directory.length));
  archive.set(encodeArchiveHead({ tiles: cuts.length, rows, length: directory.length }));
  archive.set(directory, archiveHeadBytes);
  let offset = archiveHeadBytes + directory.length;
  for (const { bytes } of cuts) {
    archive.set(bytes, offset);
    offset += bytes.length;
  }
  return { archive, beginning: archiveHeadBytes + directory.length + (cuts[0]?.bytes.length ?? 0) };
};
