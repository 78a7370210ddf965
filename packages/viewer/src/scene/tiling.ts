/**
 * Tiling: which tiles are asked for, on the graphics card, and drawn. One upload a tile; what has not been drawn for long goes first.
 */
import type { TileEntry } from '@cityweave/core/scene';
import { BufferAttribute, BufferGeometry, Frustum, type Group, Matrix4, Mesh, type PerspectiveCamera, Points } from 'three';
import { addLooks, boxOfTile, type Layer, widthsOf } from './layers.ts';
import type { Materials } from './materials.ts';
import type { Hit, Ray } from './pick.ts';
import { selectTiles } from './tile-tree.ts';
import type { TileMade } from './tile-worker.ts';
import { createTileWorkers, type TileWorkers } from './tile-workers.ts';

export type Tiling = {
  /** asks for what the eye needs and draws what is here */
  readonly look: (camera: PerspectiveCamera, pixelsPerMetre: number) => void;
  readonly pick: (ray: Ray) => Promise<Hit | undefined>;
  readonly hide: (hidden: Uint8Array) => void;
  readonly close: () => void;
};

type Room = { readonly layers: readonly Layer[]; readonly group: Group; readonly materials: Materials; readonly changed: () => void };

const tilesOnTheWayMax = 24;
const tilesKeptMax = 600;

/** What lies on the ground is drawn first and in this order; what stands hides it. */
const orders = { area: 1, line: 2, prism: 3, point: 4 } as const;

const keyOf = ({ layer }: Layer, tile: number): string => `${layer.id} ${layer.archive} ${tile}`;

const meshOf = (layer: Layer, { positions, rows, index, centre }: TileMade, { solid, flat, point }: Materials): Mesh | Points => {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setAttribute('row', new BufferAttribute(rows, 1));
  const { form } = layer.layer;
  if (form === 'point') addLooks(geometry, layer, rows);
  else geometry.setIndex(new BufferAttribute(index, 1));
  const mesh = form === 'point' ? new Points(geometry, point) : new Mesh(geometry, form === 'prism' ? solid : flat);
  mesh.position.set(centre[0], 0, -centre[1]);
  Object.assign(mesh, { renderOrder: orders[form], visible: false, frustumCulled: false });
  mesh.updateMatrixWorld();
  return mesh;
};

/** The order of the map is that of use: what was drawn last stands last. */
const moveToEnd = (shown: Layer['shown'], tile: number): void => {
  const mesh = shown.get(tile);
  if (!mesh) return;
  shown.delete(tile);
  shown.set(tile, mesh);
};

const show = (layer: Layer, drawn: readonly number[]): void => {
  const set = (tiles: readonly number[], visible: boolean): void => {
    for (const tile of tiles) {
      const mesh = layer.shown.get(tile);
      if (mesh) mesh.visible = visible;
    }
  };
  set(layer.drawn, false);
  set(drawn, true);
  layer.drawn = drawn;
  for (const tile of drawn) moveToEnd(layer.shown, tile);
};

/** What was not drawn for longest goes; the root stays, so that something can always stand in for what comes. */
const dropOld = (layer: Layer, { group }: Room, workers: TileWorkers): void => {
  const surplus = Math.max(0, layer.shown.size - tilesKeptMax);
  for (const [tile, mesh] of [...layer.shown].slice(0, surplus)) {
    if (layer.drawn.includes(tile) || tile === 0) continue;
    group.remove(mesh);
    mesh.geometry.dispose();
    layer.shown.delete(tile);
    layer.asked.delete(tile);
    workers.drop(keyOf(layer, tile));
  }
};

/** A tile that could not be fetched is asked for again after a while; one that is no tile is not. */
const againMs = 3_000;

const createLoading = (room: Room) => {
  const askAgain = ({ layer, tile }: { readonly layer: Layer; readonly tile: number }): void => {
    setTimeout(() => {
      layer.asked.delete(tile);
      room.changed();
    }, againMs);
  };
  const pending = new Map<string, { readonly layer: Layer; readonly tile: number }>();
  const workers = createTileWorkers((told) => {
    const found = pending.get(told.key);
    pending.delete(told.key);
    if (found && told.verb === 'refused' && told.again) askAgain(found);
    if (found && told.verb === 'made') {
      const mesh = meshOf(found.layer, told, room.materials);
      found.layer.shown.set(found.tile, mesh);
      room.group.add(mesh);
    }
    room.changed();
  });
  const want = (layer: Layer, wanted: readonly number[]): void => {
    for (const tile of wanted) {
      const entry = layer.tree.tiles[tile];
      if (!entry || layer.asked.has(tile) || pending.size >= tilesOnTheWayMax) continue;
      layer.asked.add(tile);
      const key = keyOf(layer, tile);
      pending.set(key, { layer, tile });
      const { archive, firstRow } = layer.layer;
      workers.load({ verb: 'load', key, archive, offset: entry.offset, length: entry.length, firstRow, widths: widthsOf(layer) });
    }
  };
  return { workers, want };
};

export const createTiling = (room: Room): Tiling => {
  const { layers } = room;
  const { workers, want } = createLoading(room);
  return {
    look: (camera, pixelsPerMetre) => {
      const frustum = new Frustum().setFromProjectionMatrix(new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse));
      const { x, y, z } = camera.position;
      const eye = { at: [x, y, z] as const, pixelsPerMetre, sees: (tile: TileEntry) => frustum.intersectsBox(boxOfTile(tile)) };
      for (const layer of layers) {
        const { drawn, wanted } = selectTiles(layer.tree, eye, (tile) => layer.shown.has(tile));
        show(layer, drawn);
        want(layer, wanted);
        dropOld(layer, room, workers);
      }
    },
    pick: (ray) =>
      workers.pick(
        ray,
        layers.flatMap((layer) => layer.drawn.map((tile) => keyOf(layer, tile))),
      ),
    hide: workers.hide,
    close: () => {
      workers.close();
      for (const { shown } of layers) for (const mesh of shown.values()) mesh.geometry.dispose();
    },
  };
};
