/**
 * Layers: what one agency shows in one form: its tiles by level, and, where somebody asks, the kind and the place of each row.
 */
import type { Extent, Scene, SceneLayer } from '@cityweave/core/scene';
import { aboveMetres, belowMetres, createTileTree, lastRowsOf, type RowColumns, type TileTree } from '@cityweave/core/scene/tiles';
import { Box3, Vector3 } from 'three';
import { type Came, cameNothing, fetchDirectory, fetchRowColumns, kindsIn, type Opening } from '../fetching.ts';
import { lookOf } from '../look.ts';
import type { LayerKnown } from './making.ts';

export type Layer = {
  readonly layer: SceneLayer;
  readonly tree: TileTree;
  /** tiles that came with the scene, until they are made */
  readonly came: Came['parts'];
  /** the last of the rows of the layer that each tile stands for */
  readonly lastRows: Uint32Array;
  /** by which a tile is known, to the workers too */
  readonly keyOf: (tile: number) => string;
  readonly known: LayerKnown;
  /** kinds and places by row of the layer, fetched once when first asked for */
  readonly columns: () => Promise<RowColumns | undefined>;
  /** the higher is drawn over the lower where both lie on the ground */
  readonly rank: number;
};

/** Most tiles of a large city are never met: what is known of each is told when it is asked for. */
export const boxOf = ({ tree }: Pick<Layer, 'tree'>, tile: number): Box3 => {
  const { box: [west, south, east, north] = [0, 0, 0, 0], top = 0 } = tree.tileAt(tile) ?? {};
  return new Box3(new Vector3(west, -belowMetres, -north), new Vector3(east, top + aboveMetres, -south));
};

type Named = Pick<Layer, 'layer' | 'tree'>;

/** Not in tens: the browser keeps every number that was written so. */
const nameOf = ({ layer: { id, firstRow }, tree }: Named, tile: number): string => {
  const known = tree.tileAt(tile);
  return `${id} ${known?.mark} ${(firstRow + (known?.firstRow ?? 0)).toString(36)}`;
};

/** Those of all tiles of a layer, which are kept nowhere. */
export const keysOf = (named: Named): readonly string[] => Array.from({ length: named.tree.count }, (_, tile) => nameOf(named, tile));

const createKeys = (named: Named): Layer['keyOf'] => {
  const known = new Map<number, string>();
  return (tile) => {
    const key = known.get(tile) ?? nameOf(named, tile);
    known.set(tile, key);
    return key;
  };
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Where all rows are of one kind, or the kinds came with the scene, nothing has to be fetched to know them. */
const kindsOf = async (layer: SceneLayer, came: Came, columns: Layer['columns']): Promise<LayerKnown['kinds'] | undefined> => {
  const [only = 0, more] = layer.kinds;
  return more === undefined ? only : ((await kindsIn(layer, came)) ?? (await columns())?.kind);
};

const loadLayer = async (scene: Scene, layer: SceneLayer, came: Came): Promise<Layer | undefined> => {
  const columns = once(() => fetchRowColumns(layer.rowColumns));
  const [directory, kinds] = await Promise.all([fetchDirectory(layer, came), kindsOf(layer, came, columns)]);
  if (!directory || kinds === undefined) return undefined;
  const looks = scene.kinds.map(lookOf);
  const tree = createTileTree(directory.tiles);
  const known = {
    ...{ layer: layer.id, form: layer.form, firstRow: layer.firstRow, kinds },
    widths: Float32Array.from(looks, ({ width }) => width),
    crowns: Uint8Array.from(looks, ({ isCrown }) => (isCrown ? 1 : 0)),
    veils: Uint8Array.from(looks, ({ isVeil }) => (isVeil ? 1 : 0)),
  };
  const rank = Math.max(0, ...layer.kinds.map((kind) => looks[kind]?.rank ?? 0));
  return {
    layer,
    tree,
    came: came.parts,
    known,
    columns,
    rank,
    lastRows: lastRowsOf(tree, layer.rows),
    keyOf: createKeys({ layer, tree }),
  };
};

export type Loaded = {
  readonly layers: readonly Layer[] /** what could not be read: the rest of the city stays, and says so */;
  readonly missing: readonly SceneLayer[];
};

/** Layers that are as they were before are not loaded again. */
export const loadLayers = async (opening: Opening, before: readonly Layer[] = []): Promise<Loaded> => {
  const { scene, came } = opening;
  const isSame = (layer: SceneLayer, { layer: other }: Layer): boolean =>
    other.id === layer.id && other.archive === layer.archive && other.rowColumns === layer.rowColumns && other.firstRow === layer.firstRow;
  const loaded = await Promise.all(
    scene.layers.map((layer, at) => before.find((one) => isSame(layer, one)) ?? loadLayer(scene, layer, came[at] ?? cameNothing())),
  );
  return { layers: loaded.filter((layer) => layer !== undefined), missing: scene.layers.filter((_, at) => loaded[at] === undefined) };
};

/** What of a layer tells where its rows are. */
export type Placing = Pick<Layer, 'columns'> & { readonly layer: Pick<SceneLayer, 'firstRow' | 'rows'> };

const layerOf = (layers: readonly Placing[], row: number): Placing | undefined =>
  layers.find(({ layer }) => row >= layer.firstRow && row < layer.firstRow + layer.rows);

/** `kind`: of those of the scene */
export type RowPlace = Extent & { readonly kind: number };

export const placeOfRow = async (layers: readonly Placing[], row: number): Promise<RowPlace | undefined> => {
  const found = layerOf(layers, row);
  const columns = await found?.columns();
  if (!(found && columns)) return undefined;
  const at = row - found.layer.firstRow;
  return { east: columns.east[at] ?? 0, north: columns.north[at] ?? 0, top: columns.top[at] ?? 0, reach: columns.reach[at] ?? 0, kind: columns.kind[at] ?? 0 };
};
