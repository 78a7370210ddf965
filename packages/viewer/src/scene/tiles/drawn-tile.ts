/**
 * Drawn tile: what a worker made of a tile, as three draws it. The arrays are let go as soon as the graphics card has them.
 */
import {
  type Box3,
  BufferAttribute,
  BufferGeometry,
  InterleavedBuffer,
  InterleavedBufferAttribute,
  IntType,
  Matrix4,
  Mesh,
  Points,
  Sphere,
  type TypedArray,
} from 'three';
import type { Glide } from '../live/gliding.ts';
import type { Materials } from '../look/materials.ts';
import type { Part } from '../raising/raise.ts';
import { boxOf, type Layer } from './layers.ts';
import type { TileMade } from './tile-worker.ts';

export type DrawnTile = {
  readonly key: string;
  /** id of its layer */
  readonly layer: string;
  readonly meshes: readonly { readonly mesh: Mesh | Points; readonly stands: boolean }[];
  readonly box: Box3;
  readonly isRoot: boolean;
  /** simpler than the truth, so that some of it may be drawn as boxes */
  readonly isCoarse: boolean;
  readonly level: number;
  readonly bytes: number;
  /** rows of the scene, first and last */
  readonly rows: readonly [number, number];
  /** number of the frame in which it was drawn last */
  lastDrawn: number;
};

/** What stands, then (after the backdrop) what lies on the ground, by rank; glass and points come last. */
const orders: Readonly<Record<Part, number>> = { box: 0, solid: 0, shell: 0, flat: 2, veil: 30, point: 40 };

/** What all tiles have alike. */
const [nothing, anywhere, unmoved] = [new Uint8Array(), new Sphere(), new Matrix4()];

function letGo(this: BufferAttribute | InterleavedBuffer): void {
  this.array = nothing;
}

const attribute = (array: TypedArray, itemSize: number, normalized = false): BufferAttribute =>
  new BufferAttribute(array, itemSize, normalized).onUpload(letGo);

/** Of boxes two corners come together: a place, and how far the box reaches. */
const setCorners = (geometry: BufferGeometry, { part, corners }: TileMade['parts'][number]): void => {
  const put = (name: string, found: BufferAttribute | InterleavedBufferAttribute) => geometry.setAttribute(name, Object.assign(found, { gpuType: IntType }));
  if (part !== 'box') return void put('position', attribute(corners, 4));
  const both = new InterleavedBuffer(corners, 8).onUpload(letGo);
  put('position', new InterleavedBufferAttribute(both, 4, 0));
  put('extent', new InterleavedBufferAttribute(both, 4, 4));
};

const geometryOf = (packed: TileMade['parts'][number]): BufferGeometry => {
  const { high, facing, kinds, index } = packed;
  const geometry = new BufferGeometry();
  setCorners(geometry, packed);
  // what is drawn is chosen by tile: three need not know where it is
  geometry.boundingSphere = anywhere;
  if (high) geometry.setAttribute('high', attribute(high, 1));
  if (facing) geometry.setAttribute('facing', attribute(facing, 4, true));
  if (kinds) geometry.setAttribute('kind', attribute(kinds, 1));
  if (index) geometry.setIndex(attribute(index, 1));
  return geometry;
};

/** How a row of the scene is under way; undefined where it is not. */
export type GlideOf = (row: number) => Glide | undefined;

/** Of points: east, south, second and seconds of each; undefined where all of them rest. */
const glidesOf = ({ corners, high }: TileMade['parts'][number], firstRow: number, glideOf: GlideOf): Float32Array | undefined => {
  let found: Float32Array | undefined;
  for (let at = 0; at < corners.length / 4; at += 1) {
    const glide = glideOf(firstRow + ((corners[at * 4 + 3] ?? 0) & 0xffff) + (high?.[at] ?? 0) * 0x10000);
    if (!glide) continue;
    found ??= new Float32Array(corners.length);
    found.set([glide.east, -glide.north, glide.began, glide.takes], at * 4);
  }
  return found;
};

type Making = { readonly materials: Materials; readonly rank: number; readonly firstRow: number; readonly glideOf: GlideOf };

/** The lowest line of the matrix, which no place needs, carries the row of the tile's first twin. */
const toMesh = (packed: TileMade['parts'][number], [east, north]: TileMade['centre'], { materials, rank, firstRow, glideOf }: Making) => {
  const { part, step, base } = packed;
  const glides = part === 'point' ? glidesOf(packed, firstRow + base, glideOf) : undefined;
  const geometry = geometryOf(packed);
  if (glides) geometry.setAttribute('glide', attribute(glides, 4));
  const mesh = part === 'point' || part === 'box' ? new Points(geometry, materials[part]) : new Mesh(geometry, materials[part]);
  Object.assign(mesh, {
    renderOrder: orders[part] + (part === 'flat' ? rank : 0),
    visible: false,
    frustumCulled: false,
    matrix: unmoved,
    matrixAutoUpdate: false,
    matrixWorldAutoUpdate: false,
  });
  mesh.matrixWorld.makeScale(step, step, step).setPosition(east, 0, -north);
  mesh.matrixWorld.elements[3] = firstRow + base;
  return { mesh, stands: part === 'solid' || part === 'shell' };
};

const bytesOf = ({ corners, high, facing, kinds, index }: TileMade['parts'][number]): number =>
  [corners, high, facing, kinds, index].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);

/** What is left out of a coarse tile is there, too. */
const rowsOf = ({ layer: { firstRow }, tree, lastRows }: Layer, tile: number): readonly [number, number] => [
  firstRow + (tree.tileAt(tile)?.firstRow ?? 0),
  firstRow + (lastRows[tile] ?? 0),
];

type Told = { readonly told: TileMade; readonly materials: Materials; readonly glideOf: GlideOf };

export const toDrawnTile = (layer: Layer, tile: number, { told, materials, glideOf }: Told): DrawnTile => {
  const { key, centre, parts } = told;
  const entry = layer.tree.tileAt(tile);
  const firstRow = layer.layer.firstRow + (entry?.firstRow ?? 0);
  return {
    key,
    layer: layer.layer.id,
    meshes: parts.map((part) => toMesh(part, centre, { materials, rank: layer.rank, firstRow, glideOf })),
    box: boxOf(layer, tile),
    isRoot: tile === 0,
    isCoarse: layer.layer.form === 'prism' && (entry?.error ?? 0) > 0,
    level: entry?.level ?? 0,
    bytes: parts.reduce((sum, part) => sum + bytesOf(part), 0),
    rows: rowsOf(layer, tile),
    lastDrawn: 0,
  };
};

export const closeTile = ({ meshes }: DrawnTile): void => {
  for (const { mesh } of meshes) {
    mesh.removeFromParent();
    mesh.geometry.dispose();
  }
};
