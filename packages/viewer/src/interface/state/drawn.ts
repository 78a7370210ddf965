/**
 * Drawn: what stands in the rows of the scene and who keeps it, and which of them the filter means: for whoever hides, lights, colours or counts.
 */
import type { Scene } from '@cityweave/core/scene';
import { create } from 'zustand';
import type { Rows } from '../../scene/staged.ts';

/** Beside the agency that draws a row: the set of those that keep it too, by their numbers in the scene. Set 0 is of nobody. */
type Keepers = { readonly sets: readonly (readonly number[])[]; readonly of: Uint32Array };

export type Drawn = {
  readonly scene: Pick<Scene, 'agencies' | 'kinds' | 'layers' | 'rows' | 'rowsRevision'>;
  readonly rows: Rows;
  /** undefined until it is told */
  readonly keepers: Keepers | undefined;
};

export type IsMeant = (row: number) => boolean;

/** `isMeant`: undefined where nothing is drawn. */
export const useDrawn = create<{ readonly drawn: Drawn | undefined; readonly isMeant: IsMeant | undefined }>()(() => ({
  drawn: undefined,
  isMeant: undefined,
}));

/** `beside`: agency by agency, the rows that it keeps and another one draws. */
export const toKeepers = (beside: readonly (readonly number[])[], rows: number): Keepers => {
  const [sets, of]: [(readonly number[])[], Uint32Array] = [[[]], new Uint32Array(rows)];
  const numbers = new Map<string, number>();
  const withAgency = (set: number, agency: number): number => {
    const key = `${set} ${agency}`;
    const number = numbers.get(key) ?? sets.push([...(sets[set] ?? []), agency]) - 1;
    numbers.set(key, number);
    return number;
  };
  for (const [agency, own] of beside.entries()) for (const row of own) of[row] = withAgency(of[row] ?? 0, agency);
  return { sets, of };
};
