/**
 * Finding: the twin that lies under a point of the picture, and those in view from near to far. What is under way is found where it is seen.
 */
import { type PerspectiveCamera, Raycaster, type Vector2 } from 'three';
import type { Gliding } from './live/gliding.ts';
import type { Appearance } from './look/appearance.ts';
import { flags } from './look/state-texture.ts';
import { type Layer, placeOfRow } from './tiles/layers.ts';
import type { Tiling } from './tiles/tiling.ts';

export type Searched = {
  readonly layers: readonly Layer[];
  readonly tiling: Tiling;
  readonly appearance: Appearance;
  readonly gliding: Gliding;
  /** one byte a row: 1 where it may not be picked */
  readonly unpickable: Uint8Array;
};

/** How many twins of the tiles that are drawn are shown, and how many of those are in alarm: without a look at where each of them is. */
export const shownInView = ({
  tiling,
  appearance: { state },
}: Pick<Searched, 'tiling' | 'appearance'>): { readonly twins: number; readonly alarms: number } => {
  let [twins, alarms, next] = [0, 0, 0];
  for (const [from, to] of tiling.rowsInView().toSorted(([a], [b]) => a - b)) {
    for (let row = Math.max(from, next); row <= to; row += 1) {
      const marks = state.flagsOf(row);
      if ((marks & flags.hidden) !== 0) continue;
      twins += 1;
      if ((marks & flags.alarm) !== 0) alarms += 1;
    }
    next = Math.max(next, to + 1);
  }
  return { twins, alarms };
};

/** Rows of the tiles that are drawn, nearest to the eye first; of a layer without places none. */
export const nearest = async (
  { layers, tiling, appearance }: Searched,
  [x, y, z]: readonly [number, number, number],
  most: number,
): Promise<readonly number[]> => {
  const found: { readonly row: number; readonly away: number }[] = [];
  for (const [from, to] of tiling.rowsInView())
    for (const { layer, columns } of layers) {
      const [first, last] = [Math.max(from, layer.firstRow), Math.min(to, layer.firstRow + layer.rows - 1)];
      const places = first <= last ? await columns() : undefined;
      for (let row = first; places && row <= last; row += 1) {
        const at = row - layer.firstRow;
        if ((appearance.state.flagsOf(row) & 1) === 0)
          found.push({ row, away: Math.hypot((places.east[at] ?? 0) - x, (places.top[at] ?? 0) - y, -(places.north[at] ?? 0) - z) });
      }
    }
  return found
    .sort((a, b) => a.away - b.away)
    .slice(0, most)
    .map(({ row }) => row);
};

export const rowUnder = async ({ tiling, gliding, layers, unpickable }: Searched, camera: PerspectiveCamera, at: Vector2): Promise<number | undefined> => {
  const caster = new Raycaster();
  caster.setFromCamera(at, camera);
  const { origin, direction } = caster.ray;
  const moving = await gliding.pick(caster.ray, async (row) => (unpickable[row] === 1 ? undefined : placeOfRow(layers, row)));
  if (moving !== undefined) return moving;
  const row = (await tiling.pick({ from: [origin.x, origin.y, origin.z], along: [direction.x, direction.y, direction.z] }))?.row;
  return row !== undefined && gliding.isUnderWay(row) ? undefined : row;
};
