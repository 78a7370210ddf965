/**
 * Standing in: tiles of layers that were cut anew are drawn until what takes their place is: where they stood nothing is ever missing.
 */
import type { Box3 } from 'three';

/** Of a layer, by its id. */
type Tile = { readonly layer: string; readonly box: Box3 };

/** Those that stand where something of the same layer is still awaited. */
export const standingIn = <Retired extends Tile>(retired: readonly Retired[], awaited: readonly Tile[]): readonly Retired[] =>
  retired.filter(({ layer, box }) => awaited.some((other) => other.layer === layer && other.box.intersectsBox(box)));
