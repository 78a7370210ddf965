/**
 * Drawn: what stands in the rows of the scene and who keeps it, and which of them the filter means: for whoever hides, lights, colours or counts.
 */
import type { Scene } from '@cityweave/core/scene';
import { create } from 'zustand';
import type { Elsewhere } from '../../scene/fetching.ts';
import type { Rows } from '../../scene/staged.ts';

/** Beside the agency that draws a row: the set of those that keep it too, by their numbers in the scene. Set 0 is of nobody. */
type Keepers = { readonly sets: readonly (readonly number[])[]; readonly of: Uint32Array };

/** A whole is seen by its parts, which lie over it: the rows of its parts by its own row, and the rows of its wholes by that of a part. */
export type Parts = { readonly of: ReadonlyMap<number, readonly number[]>; readonly wholesOf: ReadonlyMap<number, readonly number[]> };

export type Drawn = {
  readonly scene: Pick<Scene, 'agencies' | 'kinds' | 'layers' | 'rows' | 'rowsRevision'>;
  readonly rows: Rows;
  /** undefined until it is told */
  readonly keepers: Keepers | undefined;
  /** undefined until it is told */
  readonly parts: Parts | undefined;
  /** how many twins of an agency and kind are drawn in the rows of others */
  readonly elsewhere: readonly Elsewhere[];
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

/** `told`: rows of parts, each followed by that of its whole. */
export const toParts = (told: readonly number[]): Parts => {
  const pairs = told.flatMap((whole, at) => (at % 2 === 1 ? [[told[at - 1] ?? whole, whole] as const] : []));
  const rowsBy = (key: 0 | 1): ReadonlyMap<number, readonly number[]> => {
    const groups = Map.groupBy(pairs, (pair) => pair[key]);
    return new Map([...groups].map(([row, own]) => [row, own.map((pair) => pair[1 - key] ?? row)]));
  };
  return { of: rowsBy(1), wholesOf: rowsBy(0) };
};

/** The rows by which these are seen: what is lit, chosen or pointed at is its parts, too. */
export const seenBy = (rows: readonly number[], parts: Parts | undefined): readonly number[] =>
  parts ? [...new Set(rows.flatMap((row) => [row, ...(parts.of.get(row) ?? [])]))] : rows;

/** Whether a row is seen where those that are meant are: itself, or as a part of one. */
export const isSeenWith = (row: number, isMeant: IsMeant, parts: Parts | undefined): boolean =>
  isMeant(row) || parts?.wholesOf.get(row)?.some(isMeant) === true;

/** What an agency keeps of a kind and another row shows: a thing that stands in several layers is drawn once. */
export const countElsewhere = (
  { scene, elsewhere }: Pick<Drawn, 'elsewhere'> & { readonly scene: Pick<Scene, 'agencies'> },
  agency: string,
  kind: string,
): number => elsewhere.find(([at, of]) => of === kind && scene.agencies[at]?.id === agency)?.[2] ?? 0;

/** By their numbers, agencies of which nothing is drawn and nothing is to come: all of theirs is known. */
export const undrawnAgencies = ({ agencies, layers }: Pick<Scene, 'agencies' | 'layers'>, isSilent: (agency: string) => boolean): readonly number[] =>
  agencies.flatMap(({ id, complete }, at) => (complete && !isSilent(id) && !layers.some(({ agency, kinds }) => agency === at && kinds.length > 0) ? [at] : []));
