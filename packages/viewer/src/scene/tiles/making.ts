/**
 * Making: outlines of a tile to the parts of it that are drawn, as the graphics card takes them.
 */
import type { OutlineForm, Outlines } from '@cityweave/core/scene/tiles';
import { type Packed, pack } from '../raising/pack.ts';
import { keepMeshes, type Part, raise, type Sorts } from '../raising/raise.ts';

/** What of a layer a worker has to know for all of its tiles. */
export type LayerKnown = {
  readonly layer: string;
  readonly form: OutlineForm;
  readonly firstRow: number;
  /** index of the kind, by row of the layer; one for all where all are alike */
  readonly kinds: Uint16Array | number;
  /** by index of the kind: metres of lines, and 1 for what stands as a crown or lies like glass */
  readonly widths: Float32Array;
  readonly crowns: Uint8Array;
  readonly veils: Uint8Array;
};

/** How a tile of it is wanted. */
export type Wanted = {
  readonly widthMin: number;
  readonly boxesWithin: number;
  /** row of the layer from which the rows of the tile are counted */
  readonly tileRow: number;
};

/** `kinds` has one a corner, of what is drawn as points. */
export type MadePart = Packed & { readonly part: Part; readonly kinds: Uint16Array<ArrayBuffer> | undefined };

const kindsOf =
  ({ kinds }: LayerKnown, { tileRow }: Wanted) =>
  (row: number): number =>
    typeof kinds === 'number' ? kinds : (kinds[tileRow + row] ?? 0);

const sortsOf = ({ widths, crowns, veils }: LayerKnown, { widthMin, boxesWithin }: Wanted, kindOf: (row: number) => number): Sorts => ({
  widthOf: (row) => widths[kindOf(row)] ?? widthMin,
  isCrown: (row) => crowns[kindOf(row)] === 1,
  isVeil: (row) => veils[kindOf(row)] === 1,
  ...{ widthMin, boxesWithin },
});

const meshes = keepMeshes();

/** The parts, and the memory in which they lie. */
export const makeParts = (
  tile: Outlines,
  layer: LayerKnown,
  wanted: Wanted,
): { readonly parts: readonly MadePart[]; readonly moved: readonly ArrayBuffer[] } => {
  const kindOf = kindsOf(layer, wanted);
  const parts = Object.entries(raise(tile, sortsOf(layer, wanted, kindOf), meshes())).map(([name, mesh]): MadePart => {
    const part = name as Part; // branding: the keys of what was raised
    const kinds = part === 'point' ? Uint16Array.from(mesh.rows.subarray(0, mesh.count), kindOf) : undefined;
    return { ...pack(mesh, part === 'solid' || part === 'shell'), part, kinds };
  });
  const moved = parts.flatMap(({ corners, high, facing, kinds, index }) => [corners, high, facing, kinds, index].flatMap((array) => array?.buffer ?? []));
  return { parts, moved };
};
