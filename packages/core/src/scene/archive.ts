/**
 * Archive: the tiles of one layer in one immutable file: header, directory, then the tiles from coarse to fine, each compressed by itself (gzip).
 * The first bytes tell how long the directory is, so two range requests reach any tile.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { sceneLimits } from './scene-limits.ts';

/** A tile of the quadtree. Its children replace it where its error is too large for the view. */
export type TileEntry = {
  readonly level: number;
  /** index of the tile that this one refines; undefined for the root */
  readonly parent: number | undefined;
  /** metres east and north of the scene's origin: west, south, east, north of all that the tile holds */
  readonly box: readonly [number, number, number, number];
  /** metres above ground of the highest point */
  readonly top: number;
  /** metres by which what is drawn may lie from what is true; 0 in the finest tiles */
  readonly error: number;
  readonly items: number;
  /** digest of what it was cut from, in hexadecimal: the same in two archives of a layer where nothing in it changed */
  readonly mark: string;
  /** row of the layer from which the rows of the tile are counted */
  readonly firstRow: number;
  /** bytes from the beginning of the archive */
  readonly offset: number;
  readonly length: number;
};

export const archiveHeaderBytes = 16;
const entryBytes = 60;
const markDigits = 16;
const none = 0xffff_ffff;
const version = 2;
/** "CWT1", little endian. */
const magic = 0x31_54_57_43;

export const directoryBytes = (tiles: number): number => archiveHeaderBytes + tiles * entryBytes;

export const encodeDirectory = (tiles: readonly TileEntry[], rows: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(directoryBytes(tiles.length));
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [magic, version, tiles.length, rows].entries()) view.setUint32(at * 4, value, true);
  for (const [index, { level, parent, box, top, error, items, mark, firstRow, offset, length }] of tiles.entries()) {
    const at = archiveHeaderBytes + index * entryBytes;
    for (const [place, value] of [level, parent ?? none, items, offset, length].entries()) view.setUint32(at + place * 4, value, true);
    for (const [place, value] of [...box, top, error].entries()) view.setFloat32(at + 20 + place * 4, value, true);
    view.setUint32(at + 44, firstRow, true);
    view.setBigUint64(at + 48, BigInt(`0x${mark}`), true);
  }
  return bytes;
};

const refused = (found: string) => fail(problem('malformed', { subject: 'archive', found, accepted: 'a directory of tiles, each after its parent' }));

/** How many bytes the directory takes, from the first bytes of an archive. */
export const directoryLength = (bytes: Uint8Array): Result<number> => {
  if (bytes.length < archiveHeaderBytes) return refused('cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== version) return refused('another format or version');
  const tiles = view.getUint32(8, true);
  if (tiles > sceneLimits.archiveTilesMax)
    return fail(problem('tooLarge', { subject: 'tiles of an archive', found: `${tiles}`, limit: sceneLimits.archiveTilesMax }));
  return ok(directoryBytes(tiles));
};

const readEntry = (view: DataView, at: number): TileEntry => {
  const uint = (place: number): number => view.getUint32(at + place * 4, true);
  const float = (place: number): number => view.getFloat32(at + 20 + place * 4, true);
  return {
    level: uint(0),
    parent: uint(1) === none ? undefined : uint(1),
    items: uint(2),
    offset: uint(3),
    length: uint(4),
    box: [float(0), float(1), float(2), float(3)],
    top: float(4),
    error: float(5),
    firstRow: uint(11),
    mark: view
      .getBigUint64(at + 48, true)
      .toString(16)
      .padStart(markDigits, '0'),
  };
};

const isSoundEntry = ({ box, top, error, parent, offset, items, length, firstRow }: TileEntry, index: number, from: number): boolean =>
  [...box, top, error].every(Number.isFinite) &&
  error >= 0 &&
  (parent === undefined || parent < index) &&
  offset >= from &&
  items <= sceneLimits.tileItemsMax &&
  firstRow < sceneLimits.layerRowsMax &&
  offset + length <= sceneLimits.archiveBytesMax;

export type Directory = { readonly tiles: readonly TileEntry[]; readonly rows: number };

export const decodeDirectory = (bytes: Uint8Array): Result<Directory> => {
  const length = directoryLength(bytes);
  if (!length.ok) return length;
  if (bytes.length < length.value) return refused('cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = view.getUint32(12, true);
  if (rows > sceneLimits.layerRowsMax) return fail(problem('tooLarge', { subject: 'rows of a layer', found: `${rows}`, limit: sceneLimits.layerRowsMax }));
  const tiles = Array.from({ length: view.getUint32(8, true) }, (_, index) => readEntry(view, archiveHeaderBytes + index * entryBytes));
  return tiles.every((tile, index) => isSoundEntry(tile, index, length.value)) ? ok({ tiles, rows }) : refused('a tile that cannot be');
};
