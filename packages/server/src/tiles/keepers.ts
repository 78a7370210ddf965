/**
 * Keepers: who keeps what another agency's twin is drawn for. A row is of the agency that drew it; the others are told here.
 */
import { agencyOf } from '@cityweave/core';
import type { Held } from './scenes.ts';

/** For each agency of the scene, in its order: the rows that it keeps and another one draws, rising. */
export const keptBeside = ({ built: { scene, standIn }, rows }: Held): readonly (readonly number[])[] => {
  const kept = new Map(scene.agencies.map(({ id }) => [id, new Set<number>()]));
  const drawerOf = (row: number): string | undefined => scene.agencies[scene.layers.findLast(({ firstRow }) => firstRow <= row)?.agency ?? -1]?.id;
  for (const [id] of standIn) {
    const [row, keeper] = [rows.rowOf(id), agencyOf(id as Parameters<typeof agencyOf>[0])]; // branding: ids of twins that were drawn
    if (row !== undefined && drawerOf(row) !== keeper) kept.get(keeper)?.add(row);
  }
  return [...kept.values()].map((own) => [...own].sort((a, b) => a - b));
};
