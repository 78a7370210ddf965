/**
 * Opening: all that a first picture of a scene begins with, in one answer: its document, of every layer the beginning of its archive,
 * and, for who says how it is going to look, the tiles that this picture needs.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createTileTree, type Look, pictureOf, type SceneLayer, sceneLimits, selectFor, type TileTree, writeLook } from '@cityweave/core';
import type { Built } from './built.ts';
import { directoryOf } from './cut/archive-file.ts';
import type { SceneFiles } from './scene-files.ts';

const compress = promisify(gzip);

type Opened = Pick<Built, 'scene'>;
type Files = Pick<SceneFiles, 'part'>;
/** A stretch of the archive of a layer, by the layer's number. */
type Stretch = { readonly layer: number; readonly offset: number; readonly length: number };
type Begun = { readonly stretch: Stretch; readonly bytes: Uint8Array; readonly tree: TileTree | undefined };

const treeOf = (bytes: Uint8Array): TileTree | undefined => {
  const directory = directoryOf(bytes);
  return directory.ok ? createTileTree(directory.value.tiles) : undefined;
};

/** Of every layer for which there is room. */
const beginningsOf = async (layers: readonly SceneLayer[], files: Files): Promise<readonly Begun[]> => {
  const begun: Begun[] = [];
  let room = sceneLimits.openingBytesMax;
  for (const [layer, { archive, beginning }] of layers.entries()) {
    const bytes = beginning <= room ? await files.part(archive, { from: 0, to: beginning - 1 }) : undefined;
    if (!bytes) continue;
    room -= bytes.length;
    begun.push({ stretch: { layer, offset: 0, length: bytes.length }, bytes, tree: treeOf(bytes) });
  }
  return begun;
};

/** The most urgent first, as long as there is room for them. */
const wantedBy = (look: Look, { scene }: Opened, begun: readonly Begun[]): readonly Stretch[] => {
  const picture = pictureOf(scene, look);
  const wanted = begun.flatMap(({ stretch: { layer }, tree }) =>
    tree ? selectFor(picture, tree, (tile) => tile === 0).wanted.flatMap(({ tile, urgency }) => ({ layer, urgency, tile: tree.tiles[tile] })) : [],
  );
  let room = sceneLimits.openingBytesMax - begun.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return wanted
    .toSorted((a, b) => a.urgency - b.urgency)
    .flatMap(({ layer, tile }) => {
      if (!tile || tile.length > room) return [];
      room -= tile.length;
      return [{ layer, offset: tile.offset, length: tile.length }];
    });
};

/** Which stretch follows. */
const headOf = ({ layer, offset, length }: Stretch): Uint8Array => {
  const head = new DataView(new ArrayBuffer(12));
  for (const [at, value] of [layer, offset, length].entries()) head.setUint32(at * 4, value, true);
  return new Uint8Array(head.buffer);
};

const createOpening = async ({ scene }: Opened, files: Files) => {
  const document = await compress(JSON.stringify(scene));
  const begun = await beginningsOf(scene.layers, files);
  const first = Buffer.concat([
    headOf({ layer: 0, offset: 0, length: document.length }),
    document,
    ...begun.flatMap(({ stretch, bytes }) => [headOf(stretch), bytes]),
  ]);
  const tilesFor = async (look: Look): Promise<readonly Uint8Array[]> =>
    Promise.all(
      wantedBy(look, { scene }, begun).map(async (stretch) => {
        const bytes = await files.part(scene.layers[stretch.layer]?.archive ?? '', { from: stretch.offset, to: stretch.offset + stretch.length - 1 });
        return bytes ? Buffer.concat([headOf(stretch), bytes]) : new Uint8Array();
      }),
    );
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
      const answer = looked.get(name) ?? opening.then(async ({ first, tilesFor }) => Buffer.concat([first, ...(look ? await tilesFor(look) : [])]));
      looked.delete(name);
      looked.set(name, answer);
      // what failed once may come the next time
      answer.catch(() => made.delete(built));
      for (const [oldest] of looked) if (looked.size > sceneLimits.openingLooksMax) looked.delete(oldest);
      return answer;
    },
  };
};
