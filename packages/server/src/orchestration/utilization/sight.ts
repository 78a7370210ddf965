/**
 * Sight: what of the own twins an asker may see: everything of one's own, or what an agreement grants.
 */
import {
  conjuncts,
  type Geometry,
  type GrantedFeature,
  mayShow,
  type TermId,
  type Twin,
  type TwinFilter,
  type TwinQuery,
  withoutFootprint,
} from '@cityweave/core';
import type { Room } from '../room.ts';

/** Undefined: everything. */
export type Sight = { readonly granted: readonly GrantedFeature[]; readonly area?: Geometry | undefined } | undefined;

export type Reading = { readonly room: Room; readonly sight: Sight; readonly signal: AbortSignal };

const grantOf = (sight: Sight, kind: TermId): GrantedFeature | undefined => sight?.granted.find((granted) => granted.kind === kind);

export const withheldTerms = (room: Room, sight: Sight, terms: readonly string[]): readonly TermId[] =>
  sight === undefined ? [] : ([...new Set(sight.granted.flatMap((granted) => terms.filter((term) => !mayShow(term, granted, room.vocabulary()))))] as TermId[]); // branding: they come from filters and twins, whose terms are terms

const mentionsOf = (filter: TwinFilter): readonly string[] => [
  ...(filter.property ?? []).map(({ term }) => term),
  ...[...(filter.all ?? []), ...(filter.any ?? []), ...(filter.not ? [filter.not] : []), ...(filter.linked ?? []).flatMap(({ to }) => to ?? [])].flatMap(
    mentionsOf,
  ),
];

/** The terms that a filter looks at: what it lets through tells of them. */
export const mentions = (filter: TwinFilter): readonly string[] => conjuncts(filter).flatMap(mentionsOf);

/** Whether a term of a kind may be shown. */
export const isShown = ({ room, sight }: Pick<Reading, 'room' | 'sight'>, kind: TermId, term: string): boolean => {
  const granted = grantOf(sight, kind);
  return !granted || mayShow(term, granted, room.vocabulary());
};

/** A twin as the asker may see it: only what is wanted of it, and nothing that is withheld. */
export const shown = ({ room, sight }: Pick<Reading, 'room' | 'sight'>, whole: Twin, { terms, footprints }: Pick<TwinQuery, 'terms' | 'footprints'>): Twin => {
  const twin = footprints === false ? withoutFootprint(whole) : whole;
  const granted = grantOf(sight, twin.kind);
  if (!terms && !(granted?.withheld ?? []).length) return twin;
  const visible = Object.entries(twin.values).filter(
    ([term]) => (terms?.some((wanted) => wanted === term) ?? true) && (!granted || mayShow(term, granted, room.vocabulary())),
  );
  return { ...twin, values: Object.fromEntries(visible) };
};

/** The filter within what is granted: its kinds narrowed, the granted area beside its own. */
export const restrict = (filter: TwinFilter, sight: Sight): TwinFilter => {
  if (!sight) return filter;
  const granted = sight.granted.map(({ kind }) => kind);
  const kinds = filter.kinds ? granted.filter((kind) => filter.kinds?.includes(kind)) : granted;
  return { ...filter, kinds, ...(sight.area && { areas: [...(filter.areas ?? []), { relation: 'intersects', geometry: sight.area }] }) };
};
