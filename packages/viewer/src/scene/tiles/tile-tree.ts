/**
 * Tile tree: which tiles of a layer a view needs: coarse where it is far, fine where it is near. A tile stays until all that replaces it is here.
 */
import type { TileEntry } from '@cityweave/core/scene/tiles';

export type Eye = {
  /** east, up, south, metres */
  readonly at: readonly [number, number, number];
  /** pixels of an object of one metre at a distance of one metre */
  readonly pixelsPerMetre: number;
  /** pixels by which a tile may lie from the truth before its children are drawn */
  readonly errorPixels: number;
  readonly sees: (tile: number) => boolean;
};

/** `urgency` is least for what is to come first: coarse before fine, near before far. */
export type Wanted = { readonly tile: number; readonly urgency: number };
export type Selection = { readonly drawn: readonly number[]; readonly wanted: readonly Wanted[] };

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

type Visit = { readonly tree: TileTree; readonly eye: Eye; readonly isHere: (tile: number) => boolean; readonly drawn: number[]; readonly wanted: Wanted[] };

const levelUrgency = 100_000;

const want = ({ tree, eye, wanted }: Visit, at: number): void => {
  const tile = tree.tiles[at];
  if (tile) wanted.push({ tile: at, urgency: tile.level * levelUrgency + distanceTo(tile, eye.at) });
};

/** Draws the tile, or what is finer where all of that is here; what is not is wanted. */
const visit = (at: number, given: Visit): void => {
  const { tree, eye, isHere, drawn } = given;
  const tile = tree.tiles[at];
  if (!(tile && eye.sees(at))) return;
  const isFine = (tile.error * eye.pixelsPerMetre) / distanceTo(tile, eye.at) <= eye.errorPixels;
  const finer = isFine ? [] : (tree.children[at] ?? []).filter(eye.sees);
  const missing = finer.filter((child) => !isHere(child));
  if (!isHere(at)) want(given, at);
  else if (finer.length === 0 || missing.length > 0) drawn.push(at);
  for (const child of missing) want(given, child);
  if (missing.length === 0) for (const child of finer) visit(child, given);
};

export const selectTiles = (tree: TileTree, eye: Eye, isHere: (tile: number) => boolean): Selection => {
  const [drawn, wanted]: [number[], Wanted[]] = [[], []];
  visit(0, { tree, eye, isHere, drawn, wanted });
  return { drawn, wanted };
};
