/**
 * Opening: all that a first picture of a scene begins with, in one answer: its document, of every layer the beginning of its archive and,
 * where it has several, the kinds of its rows; and, for who says how it is going to look, the tiles that this picture needs.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  createTileTree,
  decodeRowColumns,
  encodeOpeningPart,
  encodeRowKinds,
  type Look,
  type OpeningPart,
  pictureOf,
  type SceneLayer,
  sceneLimits,
  selectFor,
  type TileTree,
  writeLook,
} from '@cityweave/core';
import type { Built } from './built.ts';
import { directoryOf } from './cut/archive-file.ts';
import type { SceneFiles } from './scene-files.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

type Opened = Pick<Built, 'scene'>;
type Files = Pick<SceneFiles, 'part' | 'whole'>;
/** A stretch of the archive of a layer, by the layer's number. */
type Stretch = { readonly layer: number; readonly offset: number; readonly length: number };
type Begun = { readonly parts: readonly OpeningPart[]; readonly layer: number; readonly tree: TileTree | undefined };

const treeOf = (bytes: Uint8Array): TileTree | undefined => {
  const directory = directoryOf(bytes);
  return directory.ok ? createTileTree(directory.value.tiles) : undefined;
};

const stretchOf = async (files: Files, { archive }: SceneLayer, { layer, offset, length }: Stretch): Promise<OpeningPart | undefined> => {
  const bytes = await files.part(archive, { from: offset, to: offset + length - 1 });
  return bytes && { what: 'archive', layer, offset, bytes: Uint8Array.from(bytes) };
};

/** Where all rows are of one kind the document says it. */
const kindsOf = async (files: Files, { kinds, rowColumns }: SceneLayer, layer: number): Promise<OpeningPart | undefined> => {
  const packed = kinds.length > 1 ? await files.whole(rowColumns) : undefined;
  const columns = packed && decodeRowColumns(await expand(packed));
  return columns?.ok ? { what: 'kinds', layer, offset: 0, bytes: Uint8Array.from(await compress(encodeRowKinds(columns.value.kind))) } : undefined;
};

const lengthOf = (parts: readonly OpeningPart[]): number => parts.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Of every layer for which there is room. */
const beginningsOf = async (layers: readonly SceneLayer[], files: Files): Promise<readonly Begun[]> => {
  const begun: Begun[] = [];
  let room = sceneLimits.openingBytesMax;
  for (const [at, layer] of layers.entries()) {
    if (layer.beginning > room) continue;
    const beginning = await stretchOf(files, layer, { layer: at, offset: 0, length: layer.beginning });
    const kinds = await kindsOf(files, layer, at);
    if (!beginning) continue;
    const parts = kinds && lengthOf([beginning, kinds]) <= room ? [beginning, kinds] : [beginning];
    room -= lengthOf(parts);
    begun.push({ parts, layer: at, tree: treeOf(beginning.bytes) });
  }
  return begun;
};

/** The most urgent first, as long as there is room for them. */
const wantedBy = (look: Look, { scene }: Opened, begun: readonly Begun[]): readonly Stretch[] => {
  const picture = pictureOf(scene, look);
  const wanted = begun.flatMap(({ layer, tree }) =>
    tree ? selectFor(picture, tree, (tile) => tile === 0).wanted.flatMap(({ tile, urgency }) => ({ layer, urgency, tile: tree.tileAt(tile) })) : [],
  );
  let room = sceneLimits.openingBytesMax - begun.reduce((sum, { parts }) => sum + lengthOf(parts), 0);
  return wanted
    .toSorted((a, b) => a.urgency - b.urgency)
    .flatMap(({ layer, tile }) => {
      if (!tile || tile.length > room) return [];
      room -= tile.length;
      return [{ layer, offset: tile.offset, length: tile.length }];
    });
};

const joined = (parts: readonly OpeningPart[]): Buffer => Buffer.concat(parts.map(encodeOpeningPart));

const createOpening = async ({ scene }: Opened, files: Files) => {
  const document = Uint8Array.from(await compress(JSON.stringify(scene)));
  const begun = await beginningsOf(scene.layers, files);
  const first = joined([{ what: 'scene', layer: 0, offset: 0, bytes: document }, ...begun.flatMap(({ parts }) => parts)]);
  const tilesFor = async (look: Look): Promise<Buffer> => {
    const tiles = wantedBy(look, { scene }, begun).map(async (stretch) => {
      const layer = scene.layers[stretch.layer];
      return layer && stretchOf(files, layer, stretch);
    });
    return joined((await Promise.all(tiles)).filter((part) => part !== undefined));
  };
  return { first, tilesFor };
};

export type Openings = { readonly of: (built: Opened, look?: Look) => Promise<Uint8Array> };

/** Made once for every scene that is served, and for every way to look at it that was asked for lately. */
export const createOpenings = (files: Files): Openings => {
  const made = new WeakMap<Opened, { readonly opening: ReturnType<typeof createOpening>; readonly looked: Map<string, Promise<Uint8Array>> }>();
  const openingOf = (built: Opened) => {
    const known = made.get(built) ?? { opening: createOpening(built, files), looked: new Map<string, Promise<Uint8Array>>() };
    made.set(built, known);
    return known;
  };
  return {
    of: (built, look) => {
      const { opening, looked } = openingOf(built);
      const name = look ? writeLook(look) : '';
      const answer = looked.get(name) ?? opening.then(async ({ first, tilesFor }) => (look ? Buffer.concat([first, await tilesFor(look)]) : first));
      looked.delete(name);
      looked.set(name, answer);
      // what failed once may come the next time
      answer.catch(() => made.delete(built));
      for (const [oldest] of looked) if (looked.size > sceneLimits.openingLooksMax) looked.delete(oldest);
      return answer;
    },
  };
};
