/**
 * Rows: the scene knows twins by their rows, the page by their ids.
 */
import { useEffect } from 'react';
import { lookUp, type RowsMeant } from '../../scene/fetching.ts';
import type { Staged } from '../../scene/staged.ts';

/** Those of the scene that is staged. */
export const rowsOf = ({ city, revised }: Pick<Staged, 'revised'> & { readonly city: Pick<Staged['city'], 'scene'> }): RowsMeant => {
  const { federation, rowsRevision } = city.scene();
  return { federation, rowsRevision, moved: revised };
};

/** By id; those that are not drawn are left out. Undefined where it was not answered. */
export const rowsById = async (meant: RowsMeant, ids: readonly string[]): Promise<ReadonlyMap<string, number> | undefined> => {
  if (ids.length === 0) return new Map();
  const found = await lookUp(meant, { ids });
  if (!found) return undefined;
  const { rows = [] } = found;
  return new Map(ids.flatMap((id, at): readonly (readonly [string, number])[] => (typeof rows[at] === 'number' ? [[id, rows[at]]] : [])));
};

export const idOfRow = async (meant: RowsMeant, row: number): Promise<string | undefined> => (await lookUp(meant, { rows: [row] }))?.ids?.[0] ?? undefined;

/** Runs what takes time; what comes after the next wish is dropped. */
export const useEffectLatest = (run: (isLatest: () => boolean) => Promise<void>, deps: readonly unknown[]): void => {
  // the caller names what it depends on
  useEffect(() => {
    let latest = true;
    void run(() => latest);
    return () => {
      latest = false;
    };
  }, deps);
};
