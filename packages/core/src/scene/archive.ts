/**
 * Archive: the tiles of one layer in one immutable file: head, directory, then the tiles from coarse to fine, directory and tiles each compressed by itself (gzip).
 * The head tells how long the directory is, so two range requests reach any tile; tiles follow one another in the order of the directory.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts';
import { sceneLimits } from './scene-limits.ts';

/** A tile of the quadtree. Its children replace it where its error is too large for the view. */
export type TileEntry = {
  /** how many tiles this one refines, one by one up to the root */
  readonly level: number;
  /** index of the tile that this one refines; undefined for the root */
  readonly parent: number | undefined;
  /** metres east and north of the scene's origin: west, south, east, north of all that the tile holds, to the next half */
  readonly box: readonly [number, number, number, number];
  /** metres above ground of the highest point, to the next half */
  readonly top: number;
  /** metres by which what is drawn may lie from what is true; 0 in the finest tiles */
  readonly error: number;
  readonly items: number;
  /** digest of what it was cut from, 12 digits in hexadecimal: the same in two archives of a layer where nothing in it changed */
  readonly mark: string;
  /** row of the layer from which the rows of the tile are counted */
  readonly firstRow: number;
  /** bytes from the beginning of the archive */
  readonly offset: number;
  readonly length: number;
};

export type UnplacedTile = Omit<TileEntry, 'offset'>;
export type Directory = { readonly tiles: readonly TileEntry[]; readonly rows: number };
export type ArchiveHead = { readonly tiles: number; readonly rows: number /** bytes of the compressed directory */; readonly length: number };

export const archiveHeadBytes = 20;
export const markDigits = 12;
const version = 3;
/** "CWT1", little endian. */
const magic = 0x31_54_57_43;

export const encodeArchiveHead = ({ tiles, rows, length }: ArchiveHead): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(archiveHeadBytes);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [magic, version, tiles, rows, length].entries()) view.setUint32(at * 4, value, true);
  return bytes;
};

const refused = (found: string) => fail(problem('malformed', { subject: 'archive', found, accepted: 'a directory of tiles, each after its parent' }));

const tooLarge = (subject: string, found: number, limit: number) => fail(problem('tooLarge', { subject, found: `${found}`, limit }));

export const decodeArchiveHead = (bytes: Uint8Array): Result<ArchiveHead> => {
  if (bytes.length < archiveHeadBytes) return refused('cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== version) return refused('another format or version');
  const [tiles, rows, length] = [view.getUint32(8, true), view.getUint32(12, true), view.getUint32(16, true)];
  if (tiles > sceneLimits.archiveTilesMax) return tooLarge('tiles of an archive', tiles, sceneLimits.archiveTilesMax);
  if (rows > sceneLimits.layerRowsMax) return tooLarge('rows of a layer', rows, sceneLimits.layerRowsMax);
  return ok({ tiles, rows, length });
};

/** A number of a tile, as a whole number that is mostly small, and back; those of the tiles before it are known to both. */
type Column = {
  readonly write: (to: ByteWriter, tile: UnplacedTile, place: Place) => void;
  readonly read: (from: ByteReader, place: Place) => Partial<UnplacedTile>;
};
type Place = { readonly at: number; readonly before: UnplacedTile | undefined; readonly parent: UnplacedTile | undefined };

const halves = (metres: number): number => (Number.isFinite(metres) ? metres * 2 : 0);
const perMetre = 100;
const sides = [0, 1, 2, 3] as const;

/** The parent comes first: the others are told by what they differ from it. */
const columns: readonly Column[] = [
  {
    write: (to, { parent }, { at }) => to.int(parent === undefined ? 0 : at - parent),
    read: (from, { at }) => {
      const away = from.int();
      return { parent: away === 0 ? undefined : at - away };
    },
  },
  { write: (to, { level }) => to.uint(level), read: (from) => ({ level: from.uint() }) },
  { write: (to, { items }) => to.uint(items), read: (from) => ({ items: from.uint() }) },
  { write: (to, { length }) => to.uint(length), read: (from) => ({ length: from.uint() }) },
  { write: (to, { error }) => to.uint(Math.round(error * perMetre)), read: (from) => ({ error: from.uint() / perMetre }) },
  {
    write: (to, { firstRow }, { before }) => to.int(firstRow - (before?.firstRow ?? 0)),
    read: (from, { before }) => ({ firstRow: from.int() + (before?.firstRow ?? 0) }),
  },
  {
    write: (to, { box }, { parent }) => {
      for (const side of sides) to.int((side < 2 ? Math.floor : Math.ceil)(halves(box[side])) - halves(parent?.box[side] ?? 0));
    },
    read: (from, { parent }) => {
      const side = (at: (typeof sides)[number]): number => from.int() / 2 + (parent?.box[at] ?? 0);
      return { box: [side(0), side(1), side(2), side(3)] };
    },
  },
  { write: (to, { top }) => to.uint(Math.ceil(Math.max(0, halves(top)))), read: (from) => ({ top: from.uint() / 2 }) },
  { write: (to, { mark }) => to.uint(Number.parseInt(mark, 16)), read: (from) => ({ mark: from.uint().toString(16).padStart(markDigits, '0') }) },
];

const rounded = (tile: UnplacedTile): UnplacedTile => {
  const [west, south, east, north] = tile.box.map(halves);
  return { ...tile, box: [Math.floor(west ?? 0) / 2, Math.floor(south ?? 0) / 2, Math.ceil(east ?? 0) / 2, Math.ceil(north ?? 0) / 2] };
};

const placeOf = (tiles: readonly UnplacedTile[], at: number, parent: number | undefined): Place => ({
  at,
  before: tiles[at - 1],
  parent: parent === undefined ? undefined : tiles[parent],
});

/** The directory as it is before it is compressed. */
export const encodeDirectory = (given: readonly UnplacedTile[]): Uint8Array<ArrayBuffer> => {
  const to = createByteWriter();
  const tiles = given.map(rounded);
  for (const { write } of columns) for (const [at, tile] of tiles.entries()) write(to, tile, placeOf(tiles, at, tile.parent));
  return to.bytes();
};

const nothing: UnplacedTile = { level: 0, parent: undefined, box: [0, 0, 0, 0], top: 0, error: 0, items: 0, mark: '', firstRow: 0, length: 0 };

const isSoundTile = ({ box, top, error, parent, offset, items, length, firstRow }: TileEntry, index: number): boolean =>
  [...box, top, error].every(Number.isFinite) &&
  (parent === undefined || (parent < index && parent >= 0)) &&
  items <= sceneLimits.tileItemsMax &&
  firstRow >= 0 &&
  firstRow < sceneLimits.layerRowsMax &&
  offset + length <= sceneLimits.archiveBytesMax;

/** Each takes some bytes in every column, so that what is made for a directory is bounded by itself. */
export const decodeDirectory = ({ tiles: count, rows, length }: ArchiveHead, bytes: Uint8Array): Result<Directory> => {
  if (count * columns.length > bytes.length) return refused('fewer bytes than it counts');
  const from = createByteReader(bytes);
  const read = Array.from({ length: count }, () => ({ ...nothing }));
  for (const column of columns) for (const [at, tile] of read.entries()) Object.assign(tile, column.read(from, placeOf(read, at, tile.parent)));
  let offset = archiveHeadBytes + length;
  const tiles = read.map((tile) => {
    offset += tile.length;
    return { ...tile, offset: offset - tile.length };
  });
  return from.isSound() && from.isAtEnd() && tiles.every(isSoundTile) ? ok({ tiles, rows }) : refused('a tile that cannot be');
};

/** The directory of a whole archive; `inflate` undoes the compression, undefined where it cannot. */
export const readDirectory = (archive: Uint8Array, inflate: (bytes: Uint8Array) => Uint8Array | undefined): Result<Directory> => {
  const head = decodeArchiveHead(archive);
  if (!head.ok) return head;
  const bytes = inflate(archive.subarray(archiveHeadBytes, archiveHeadBytes + head.value.length));
  return bytes ? decodeDirectory(head.value, bytes) : refused('a directory that cannot be unpacked');
};
