/**
 * Once: an object that several agencies represent is drawn by the representation that shows most of it; the others share its row.
 */
import { compareText, type OutlineForm, outlineForms } from '@cityweave/core';
import { findAlike } from './alike.ts';
import type { Drawn, Named } from './drawn.ts';

const parentOf = (parents: ReadonlyMap<string, string>, name: string): string => {
  let at = name;
  for (let next = parents.get(at); next !== undefined && next !== at; next = parents.get(at)) at = next;
  return at;
};

/** Names that belong to one object have one root. */
const joinNames = (all: readonly Named[], pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> => {
  const parents = new Map<string, string>();
  for (const { same } of all) {
    const [first = ''] = same;
    const root = parentOf(parents, first);
    for (const name of same) parents.set(parentOf(parents, name), root);
    parents.set(first, root);
  }
  for (const [a, b] of pairs) parents.set(parentOf(parents, b), parentOf(parents, a));
  return parents;
};

const rank = (form: OutlineForm): number => outlineForms.indexOf(form);

const showsMore = (a: Drawn, b: Drawn): boolean => rank(a.form) < rank(b.form) || (rank(a.form) === rank(b.form) && compareText(a.id, b.id) < 0);

/** What is drawn, and for every twin that is not the one whose row it shares. */
export type DrawnOnce = { readonly drawn: ReadonlySet<Drawn>; readonly standIn: ReadonlyMap<string, string> };

/** `unplaced`: twins without a place, which share the row of the one that they are. */
export const drawOnce = (all: readonly Drawn[], unplaced: readonly Named[] = []): DrawnOnce => {
  const shared = [...all, ...unplaced].filter(({ same }) => same.length > 1);
  const parents = joinNames(shared, findAlike(all));
  const best = new Map<string, Drawn>();
  const rootOf = ({ id }: Named): string => parentOf(parents, id);
  for (const drawn of all) {
    const known = best.get(rootOf(drawn));
    if (!known || showsMore(drawn, known)) best.set(rootOf(drawn), drawn);
  }
  const standIn = new Map(
    [...all, ...unplaced].flatMap((named) => {
      const drawn = best.get(rootOf(named));
      return drawn === undefined || drawn === named ? [] : [[named.id, drawn.id] as const];
    }),
  );
  return { drawn: new Set(best.values()), standIn };
};
