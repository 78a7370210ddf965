/**
 * Layers: what one agency shows in one form: its tiles by level, the kind and the place of each row, and how each kind looks.
 */
import type { RowColumns, Scene, SceneLayer, TileEntry } from '@cityweave/core/scene';
import { Box3, BufferAttribute, type BufferGeometry, type Mesh, type Points, Vector3 } from 'three';
import { fetchDirectory, fetchRowColumns } from './fetching.ts';
import { type Look, lookOf, shapeCodes } from './look.ts';
import { createTileTree, type TileTree } from './tile-tree.ts';

export type Layer = {
  readonly layer: SceneLayer;
  readonly looks: readonly Look[];
  readonly columns: RowColumns;
  readonly tree: TileTree;
  /** tiles that are on the graphics card */
  readonly shown: Map<number, Mesh | Points>;
  readonly asked: Set<number>;
  drawn: readonly number[];
};

const loadLayer = async (scene: Scene, layer: SceneLayer): Promise<Layer | undefined> => {
  const [directory, columns] = await Promise.all([fetchDirectory(layer.archive, layer.bytes), fetchRowColumns(layer.rowColumns)]);
  if (!(directory && columns)) return undefined;
  return { layer, columns, looks: scene.kinds.map(lookOf), tree: createTileTree(directory.tiles), shown: new Map(), asked: new Set(), drawn: [] };
};

export type Loaded = {
  readonly layers: readonly Layer[] /** what could not be read: the rest of the city stays, and says so */;
  readonly missing: readonly SceneLayer[];
};

export const loadLayers = async (scene: Scene): Promise<Loaded> => {
  const loaded = await Promise.all(scene.layers.map((layer) => loadLayer(scene, layer)));
  return { layers: loaded.filter((layer) => layer !== undefined), missing: scene.layers.filter((_, at) => loaded[at] === undefined) };
};

const widthDefault = 3;

/** By row of the layer, in metres; undefined where the form has none. */
export const widthsOf = ({ layer, columns, looks }: Layer): Float32Array | undefined =>
  layer.form === 'line' ? Float32Array.from(columns.kind, (kind) => looks[kind]?.width ?? widthDefault) : undefined;

const sizeDefault = 8;

/** What the shader of points asks of each: pixels, metres and shape. */
export const addLooks = (geometry: BufferGeometry, { layer, columns, looks }: Layer, rows: Float32Array): void => {
  const of = (row: number): Look | undefined => looks[columns.kind[row - layer.firstRow] ?? 0];
  geometry.setAttribute(
    'size',
    new BufferAttribute(
      Float32Array.from(rows, (row) => of(row)?.size ?? sizeDefault),
      1,
    ),
  );
  geometry.setAttribute(
    'metres',
    new BufferAttribute(
      Float32Array.from(rows, (row) => of(row)?.metres ?? sizeDefault),
      1,
    ),
  );
  geometry.setAttribute(
    'shape',
    new BufferAttribute(
      Float32Array.from(rows, (row) => shapeCodes[of(row)?.shape ?? 'disc']),
      1,
    ),
  );
};

/** Room above the highest point for glyphs that stand on it. */
const aboveMetres = 30;

export const boxOfTile = ({ box: [west, south, east, north], top }: TileEntry): Box3 =>
  new Box3(new Vector3(west, -1, -north), new Vector3(east, top + aboveMetres, -south));
