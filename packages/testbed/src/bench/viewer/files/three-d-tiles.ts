/**
 * 3D Tiles: the levels that our tiler cut, tile by tile, as glTF with 16-bit corners, 8-bit normals and meshopt compression. No more of the format than this benchmark needs.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeOutlineTile, type Outlines, readDirectory, type TileEntry } from '@cityweave/core';
import { Document, NodeIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { MeshoptEncoder } from 'meshoptimizer';
import { valueOf } from '../../../city.ts';
import { addPrism, noTriangles, type Triangles } from '../prisms.ts';

const cornersOf = ({ cornerFrom, corners }: Outlines, ring: number): [number, number][] => {
  const found: [number, number][] = [];
  for (let at = cornerFrom[ring] ?? 0; at < (cornerFrom[ring + 1] ?? 0); at += 1) found.push([corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0]);
  return found;
};

/** Every outline of the town is one ring; its orientation is not kept by coarse levels. */
const anticlockwise = (corners: [number, number][]): [number, number][] => {
  const twice = corners.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);
  return twice < 0 ? corners.toReversed() : corners;
};

const raise = (tile: Outlines): Triangles => {
  const to = noTriangles();
  for (let item = 0; item < tile.rows.length; item += 1) {
    const prism = { corners: anticlockwise(cornersOf(tile, tile.ringFrom[item] ?? 0)), base: tile.base[item] ?? 0, height: tile.height[item] ?? 0 };
    addPrism(to, prism, item);
  }
  return to;
};

const whole16 = 32_767;
const whole8 = 127;

/** One scale for all three axes, so that normals stay what they are. */
const toDocument = (io: NodeIO, { positions, normals, index }: Triangles, [east, north]: readonly [number, number]): Promise<Uint8Array> => {
  const document = new Document();
  document.createExtension(KHRMeshQuantization).setRequired(true);
  document.createExtension(EXTMeshoptCompression).setRequired(true).setEncoderOptions({ method: EXTMeshoptCompression.EncoderMethod.QUANTIZE });
  const buffer = document.createBuffer();
  const scale = positions.reduce((most, value) => Math.max(most, Math.abs(value)), 1) / whole16;
  const accessor = (type: 'VEC3' | 'SCALAR', array: Int16Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
    document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const short = index.every((corner) => corner < 65_536);
  const primitive = document
    .createPrimitive()
    .setAttribute(
      'POSITION',
      accessor(
        'VEC3',
        Int16Array.from(positions, (value) => Math.round(value / scale)),
      ),
    )
    .setAttribute(
      'NORMAL',
      accessor(
        'VEC3',
        Int8Array.from(normals, (value) => Math.round(value * whole8)),
      ).setNormalized(true),
    )
    .setIndices(accessor('SCALAR', short ? Uint16Array.from(index) : Uint32Array.from(index)))
    .setMaterial(document.createMaterial().setBaseColorFactor([0.9, 0.86, 0.78, 1]).setMetallicFactor(0));
  const node = document.createNode().setMesh(document.createMesh().addPrimitive(primitive)).setScale([scale, scale, scale]).setTranslation([east, 0, -north]);
  document.createScene().addChild(node);
  return io.writeBinary(document);
};

type Tile = { boundingVolume: { box: readonly number[] }; geometricError: number; refine: 'REPLACE'; content: { uri: string }; children: Tile[] };

const toTile = ({ box: [west, south, east, north], top, error }: TileEntry, at: number): Tile => ({
  boundingVolume: { box: [(west + east) / 2, (south + north) / 2, top / 2, (east - west) / 2, 0, 0, 0, (north - south) / 2, 0, 0, 0, top / 2] },
  geometricError: error,
  refine: 'REPLACE',
  content: { uri: `${at}.glb` },
  children: [],
});

const treeOf = (entries: readonly TileEntry[]): Tile => {
  const tiles = entries.map(toTile);
  for (const [at, { parent }] of entries.entries()) {
    const [own, above] = [tiles[at], parent === undefined ? undefined : tiles[parent]];
    if (own && above) above.children.push(own);
  }
  const [root] = tiles;
  if (!root) throw new Error('a city without tiles');
  return root;
};

/** Tiles are made when they are first asked for: of a large city a view needs a few of many. */
export type Tileset = {
  /** makes the tile of that name, where there is to be one */
  readonly make: (name: string) => Promise<void>;
};

export const write3dTiles = async (archivePath: string, folder: string): Promise<Tileset> => {
  await Promise.all([MeshoptEncoder.ready, mkdir(folder, { recursive: true })]);
  const io = new NodeIO().registerExtensions([EXTMeshoptCompression, KHRMeshQuantization]).registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
  const archive = await readFile(archivePath);
  const { tiles } = valueOf(readDirectory(archive, (bytes) => gunzipSync(bytes)));
  const root = treeOf(tiles);
  const tileset = { asset: { version: '1.1' }, geometricError: root.geometricError * 2, root };
  await writeFile(join(folder, 'tileset.json'), JSON.stringify(tileset));
  return {
    make: async (name) => {
      const found = /^(\d+)\.glb$/.test(name) ? tiles[Number.parseInt(name, 10)] : undefined;
      if (!found) return;
      const tile = valueOf(decodeOutlineTile(gunzipSync(archive.subarray(found.offset, found.offset + found.length))));
      await writeFile(join(folder, name), await toDocument(io, raise(tile), tile.centre));
    },
  };
};
