/**
 * Tile tree: which tiles of a layer a view needs: coarse where it is far, fine where it is near. A tile stays until all that replaces it is here.
 */
import type { TileEntry } from '@cityweave/core/scene';

export type Eye = {
  /** east, up, south, metres */
  readonly at: readonly [number, number, number];
  /** pixels of an object of one metre at a distance of one metre */
  readonly pixelsPerMetre: number;
  readonly sees: (tile: TileEntry) => boolean;
};

export type Selection = { readonly drawn: readonly number[]; readonly wanted: readonly number[] };

export type TileTree = { readonly tiles: readonly TileEntry[]; readonly children: readonly (readonly number[])[] };

export const createTileTree = (tiles: readonly TileEntry[]): TileTree => {
  const children = tiles.map((): number[] => []);
  for (const [at, { parent }] of tiles.entries()) if (parent !== undefined) children[parent]?.push(at);
  return { tiles, children };
};

const distanceTo = ({ box: [west, south, east, north], top }: TileEntry, [x, y, z]: Eye['at']): number => {
  const dx = Math.max(west - x, 0, x - east);
  const dz = Math.max(-north - z, 0, z + south);
  const dy = Math.max(0, y - top);
  return Math.max(1, Math.hypot(dx, dy, dz));
};

/** Pixels by which a tile may lie from the truth before its children are drawn. */
export const errorPixelsMax = 1.5;

const isFine = (tile: TileEntry, eye: Eye): boolean => (tile.error * eye.pixelsPerMetre) / distanceTo(tile, eye.at) <= errorPixelsMax;

type Visit = { readonly tree: TileTree; readonly eye: Eye; readonly isHere: (tile: number) => boolean; readonly drawn: number[]; readonly wanted: number[] };

/** Draws the tile, or what is finer where all of that is here; what is not is wanted. */
const visit = (at: number, given: Visit): void => {
  const { tree, eye, isHere, drawn, wanted } = given;
  const tile = tree.tiles[at];
  if (!(tile && eye.sees(tile))) return;
  const finer = (tree.children[at] ?? []).filter((child) => tree.tiles[child] && eye.sees(tree.tiles[child]));
  const missing = finer.filter((child) => !isHere(child));
  const stays = finer.length === 0 || missing.length > 0 || isFine(tile, eye);
  if (!isHere(at)) wanted.push(at);
  else if (stays) drawn.push(at);
  if (finer.length === 0 || isFine(tile, eye)) return;
  wanted.push(...missing);
  if (missing.length === 0) for (const child of finer) visit(child, given);
};

export const selectTiles = (tree: TileTree, eye: Eye, isHere: (tile: number) => boolean): Selection => {
  const [drawn, wanted]: [number[], number[]] = [[], []];
  visit(0, { tree, eye, isHere, drawn, wanted });
  return { drawn, wanted };
};
