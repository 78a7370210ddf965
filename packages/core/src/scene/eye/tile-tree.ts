/**
 * Tile tree: which tiles of a layer a view needs: coarse where it is far, fine where it is near. A tile stays until all that replaces it is here.
 */
import type { TileEntry } from '../archive.ts';

export type Eye = {
  /** east, up, south, metres */
  readonly at: readonly [number, number, number];
  /** pixels of an object of one metre at a distance of one metre */
  readonly pixelsPerMetre: number;
  /** pixels by which a tile may lie from the truth before its children are drawn */
  readonly errorPixels: number;
  readonly sees: (tile: number) => boolean;
};

/** `urgency` is least for what is to come first: something of everything, then near before far. */
export type Wanted = { readonly tile: number; readonly urgency: number };
export type Selection = {
  readonly drawn: readonly number[];
  /** what the view needs and is not here */
  readonly wanted: readonly Wanted[];
};

export type TileTree = { readonly tiles: readonly TileEntry[]; readonly children: readonly (readonly number[])[] };

const none: readonly number[] = [];

/** Lists are no longer than they have to be: there are as many as there are tiles. */
export const createTileTree = (tiles: readonly TileEntry[]): TileTree => {
  const children = tiles.map(() => none);
  for (const [at, { parent }] of tiles.entries()) if (parent !== undefined) children[parent] = (children[parent] ?? none).concat(at);
  return { tiles, children };
};

/** The last of the rows of the layer that each tile stands for, from its first on: also of twins that it leaves out, being coarse. Tiles that refine one share its rows, in their order. */
export const lastRowsOf = ({ tiles, children }: TileTree, rows: number): Uint32Array => {
  const firstOf = (tile: number | undefined): number | undefined => (tile === undefined ? undefined : tiles[tile]?.firstRow);
  const lasts = new Uint32Array(tiles.length).fill(rows - 1);
  for (const [at, own] of children.entries()) {
    const inOrder = own.toSorted((a, b) => (firstOf(a) ?? 0) - (firstOf(b) ?? 0));
    for (const [place, child] of inOrder.entries()) lasts[child] = (firstOf(inOrder[place + 1]) ?? (lasts[at] ?? 0) + 1) - 1;
  }
  return lasts;
};

const distanceTo = ({ box: [west, south, east, north], top }: TileEntry, [x, y, z]: Eye['at']): number => {
  const dx = Math.max(west - x, 0, x - east);
  const dz = Math.max(-north - z, 0, z + south);
  const dy = Math.max(0, y - top);
  return Math.max(1, Math.hypot(dx, dy, dz));
};

type Visit = {
  readonly tree: TileTree;
  readonly eye: Eye;
  readonly isHere: (tile: number) => boolean;
  readonly wanted: Wanted[];
};

const rootUrgency = -1;

/** What is finer than a tile and covers it, of what is here; undefined where nothing does. */
const finerHere = (at: number, given: Visit): readonly number[] | undefined => {
  const found: number[] = [];
  const children = given.tree.children[at] ?? [];
  for (const child of children) {
    const covers = given.eye.sees(child) ? (given.isHere(child) ? [child] : finerHere(child, given)) : [];
    if (!covers) return undefined;
    found.push(...covers);
  }
  return children.length === 0 ? undefined : found;
};

/** What covers the tile as fine as the view asks, of what is here; undefined where nothing here covers it. */
const cover = (at: number, given: Visit): readonly number[] | undefined => {
  const { tree, eye, isHere, wanted } = given;
  const tile = tree.tiles[at];
  if (!(tile && eye.sees(at))) return [];
  const away = distanceTo(tile, eye.at);
  const isFine = (tile.error * eye.pixelsPerMetre) / away <= eye.errorPixels;
  const finer = isFine ? [] : (tree.children[at] ?? []);
  const here = isHere(at);
  if (!here && (finer.length === 0 || at === 0)) wanted.push({ tile: at, urgency: at === 0 ? rootUrgency : away });
  if (finer.length === 0) return here ? [at] : finerHere(at, given);
  const covers = finer.map((child) => cover(child, given));
  if (covers.every((found) => found !== undefined)) return covers.flat();
  if (here) return [at];
  const some = covers.flatMap((found) => found ?? []);
  return at === 0 && some.length > 0 ? some : undefined;
};

/** A tile stays until all that replaces it is here, be that finer or coarser; what lies between is not asked for. */
export const selectTiles = (tree: TileTree, eye: Eye, isHere: (tile: number) => boolean): Selection => {
  const wanted: Wanted[] = [];
  const drawn = cover(0, { tree, eye, isHere, wanted }) ?? [];
  return { drawn, wanted };
};
