/**
 * Tile tree: which tiles of a layer a view needs: coarse where it is far, fine where it is near. A tile stays until all that replaces it is here.
 */
import type { TileEntry } from '../archive.ts';
import { packTiles } from './packed-tiles.ts';

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

export type TileTree = {
  readonly count: number;
  readonly tileAt: (tile: number) => TileEntry | undefined;
  /** in their order */
  readonly childrenOf: (tile: number) => readonly number[];
};

/** Tiles by what each one refines, from the first to the last: the first child of each and the next one of the same, one more than their numbers, 0 where there is none. */
const linksOf = (tiles: readonly TileEntry[]): Uint32Array => {
  const links = new Uint32Array(tiles.length * 2);
  for (let at = tiles.length - 1; at >= 0; at -= 1) {
    const parent = tiles[at]?.parent;
    if (parent === undefined) continue;
    links[at * 2 + 1] = links[parent * 2] ?? 0;
    links[parent * 2] = at + 1;
  }
  return links;
};

/** A city has thousands of tiles, of which an eye meets few: they are kept as numbers, and each is told when it is asked for. */
export const createTileTree = (tiles: readonly TileEntry[]): TileTree => {
  const [tileAt, links] = [packTiles(tiles), linksOf(tiles)];
  const childrenOf = (tile: number): readonly number[] => {
    const found: number[] = [];
    for (let next = links[tile * 2] ?? 0; next > 0; next = links[next * 2 - 1] ?? 0) found.push(next - 1);
    return found;
  };
  return { count: tiles.length, tileAt, childrenOf };
};

/** The last of the rows of the layer that each tile stands for, from its first on: also of twins that it leaves out, being coarse. Tiles that refine one share its rows, in their order. */
export const lastRowsOf = ({ count, tileAt, childrenOf }: TileTree, rows: number): Uint32Array => {
  const lasts = new Uint32Array(count).fill(rows - 1);
  for (let at = 0; at < count; at += 1) {
    const firsts = new Map(childrenOf(at).map((child) => [child, tileAt(child)?.firstRow ?? 0]));
    const inOrder = [...firsts].toSorted(([, a], [, b]) => a - b);
    for (const [place, [child]] of inOrder.entries()) lasts[child] = (inOrder[place + 1]?.[1] ?? (lasts[at] ?? 0) + 1) - 1;
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

const none: readonly number[] = [];
const rootUrgency = -1;

/** What is finer than a tile and covers it, of what is here; undefined where nothing does. */
const finerHere = (at: number, given: Visit): readonly number[] | undefined => {
  const found: number[] = [];
  const children = given.tree.childrenOf(at);
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
  const tile = tree.tileAt(at);
  if (!(tile && eye.sees(at))) return [];
  const away = distanceTo(tile, eye.at);
  const isFine = (tile.error * eye.pixelsPerMetre) / away <= eye.errorPixels;
  const finer = isFine ? none : tree.childrenOf(at);
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
