/**
 * Rows: the scene knows twins by their rows, the page by their ids.
 */
import { useEffect } from 'react';
import { lookUp } from '../../scene/fetching.ts';

/** By id; those that are not drawn are left out. */
export const rowsById = async (federation: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (ids.length === 0) return new Map();
  const { rows = [] } = await lookUp(federation, { ids });
  return new Map(ids.flatMap((id, at): readonly (readonly [string, number])[] => (typeof rows[at] === 'number' ? [[id, rows[at]]] : [])));
};

export const idOfRow = async (federation: string, row: number): Promise<string | undefined> =>
  (await lookUp(federation, { rows: [row] })).ids?.[0] ?? undefined;

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
