/**
 * Row index: which twin stands in which row of a scene, both ways; twins that share a row lead to it, and their agencies keep it too.
 */
import { agencyOf, type TwinId } from '@cityweave/core';
import type { Built } from './built.ts';

export type RowIndex = {
  readonly rowOf: (id: string) => number | undefined;
  readonly idOf: (row: number) => string | undefined;
};

const numberRows = ({ scene, layers, standIn }: Built): ReadonlyMap<string, number> => {
  const rows = new Map<string, number>();
  for (const [at, { ids }] of layers.entries()) for (const [local, id] of ids.entries()) rows.set(id, (scene.layers[at]?.firstRow ?? 0) + local);
  for (const [id, other] of standIn) {
    const row = rows.get(other);
    if (row !== undefined) rows.set(id, row);
  }
  return rows;
};

/** The index by id is made when it is first needed: a scene that is only looked at does without. */
export const createRowIndex = (built: Built): RowIndex => {
  let rows: ReadonlyMap<string, number> | undefined;
  return {
    rowOf: (id) => {
      rows ??= numberRows(built);
      return rows.get(id);
    },
    idOf: (row) => {
      const at = built.scene.layers.findLastIndex(({ firstRow }) => firstRow <= row);
      return built.layers[at]?.ids[row - (built.scene.layers[at]?.firstRow ?? 0)];
    },
  };
};

/** For each agency of the scene, in its order: the rows that it keeps and another one draws, rising. */
export const keptBeside = ({ scene, standIn }: Built, { rowOf }: Pick<RowIndex, 'rowOf'>): readonly (readonly number[])[] => {
  const kept = new Map(scene.agencies.map(({ id }) => [id, new Set<number>()]));
  const drawerOf = (row: number): string | undefined => scene.agencies[scene.layers.findLast(({ firstRow }) => firstRow <= row)?.agency ?? -1]?.id;
  for (const [id] of standIn) {
    const [row, keeper] = [rowOf(id), agencyOf(id as TwinId)]; // branding: a twin that was collected
    if (row !== undefined && drawerOf(row) !== keeper) kept.get(keeper)?.add(row);
  }
  return [...kept.values()].map((own) => [...own].sort((a, b) => a - b));
};

/** The rows of parts, each followed by that of the whole that is seen by it; a part or whole that is not drawn is left out. */
export const partsDrawn = ({ wholes }: Pick<Built, 'wholes'>, { rowOf }: Pick<RowIndex, 'rowOf'>): readonly number[] =>
  wholes.flatMap(([part, whole]) => {
    const [own, of] = [rowOf(part), rowOf(whole)];
    return own === undefined || of === undefined || own === of ? [] : [own, of];
  });
