/**
 * Selection: what a question's fields need of each twin, so that members are asked for these terms and links and nothing else.
 */
import type { Direction, TermId, TwinQuery, Vocabulary } from '@cityweave/core';
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionNode, type SelectionSetNode, valueFromASTUntyped } from 'graphql';
import type { TypedKinds } from '../typed-kinds.ts';

export type Needed = {
  /** all where absent */
  readonly terms: readonly TermId[] | undefined;
  readonly links: TwinQuery['links'];
  readonly count: boolean;
};

type Info = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;

type Links = { kinds: string[] | undefined; readonly directions: Set<Direction> };

type Found = { readonly terms: Set<TermId>; everyTerm: boolean; links: Links | undefined; count: boolean };

type Walk = { readonly info: Info; readonly typed: TypedKinds; readonly found: Found };

const argument = ({ info }: Walk, field: FieldNode, name: string): unknown => {
  const given = field.arguments?.find((one) => one.name.value === name);
  return given && valueFromASTUntyped(given.value, info.variableValues);
};

const isLeftOut = ({ info }: Walk, { directives = [] }: SelectionNode): boolean =>
  directives.some(({ name, arguments: given = [] }) => {
    const condition = given[0] && valueFromASTUntyped(given[0].value, info.variableValues);
    return (name.value === 'skip' && condition === true) || (name.value === 'include' && condition === false);
  });

const noteTerm = ({ found }: Walk, term: unknown): void => {
  if (typeof term === 'string') found.terms.add(term as TermId); // branding: a text that is no term matches none
};

const noteLinks = (walk: Walk, field: FieldNode): void => {
  const kinds = argument(walk, field, 'kinds');
  const direction = String(argument(walk, field, 'direction') ?? 'OUT').toLowerCase();
  const before = walk.found.links;
  const links: Links = before ?? { kinds: [], directions: new Set() };
  links.directions.add(direction === 'in' || direction === 'both' ? direction : 'out');
  links.kinds = Array.isArray(kinds) && links.kinds ? [...links.kinds, ...kinds.map(String)] : undefined;
  walk.found.links = links;
};

const noteTerms = (walk: Walk, field: FieldNode): void => {
  const terms = argument(walk, field, 'terms');
  if (Array.isArray(terms)) for (const term of terms) noteTerm(walk, term);
  else walk.found.everyTerm = true;
};

const notes: Readonly<Record<string, (walk: Walk, field: FieldNode) => void>> = {
  property: (walk, field) => noteTerm(walk, argument(walk, field, 'term')),
  properties: noteTerms,
  links: noteLinks,
  totalCount: ({ found }) => {
    found.count = true;
  },
};

/** Fields under which twins of the answer lie. */
const carriers = new Set(['edges', 'nodes', 'node', 'twin', 'twins', 'changed', 'representations']);

const visitField = (walk: Walk, field: FieldNode, type: string | undefined): void => {
  const name = field.name.value;
  notes[name]?.(walk, field);
  if (carriers.has(name) && field.selectionSet) {
    visit(walk, field.selectionSet, undefined);
    return;
  }
  const typed = type === undefined ? undefined : walk.typed.termOf(type, name);
  if (typed) walk.found.terms.add(typed);
};

const visit = (walk: Walk, { selections }: SelectionSetNode, type: string | undefined): void => {
  for (const selection of selections) {
    if (isLeftOut(walk, selection)) continue;
    if (selection.kind === Kind.FIELD) visitField(walk, selection, type);
    else if (selection.kind === Kind.INLINE_FRAGMENT) visit(walk, selection.selectionSet, selection.typeCondition?.name.value ?? type);
    else {
      const fragment = walk.info.fragments[selection.name.value];
      if (fragment) visit(walk, fragment.selectionSet, fragment.typeCondition.name.value);
    }
  }
};

const directionOf = (directions: ReadonlySet<Direction>): Direction => (directions.size === 1 ? ([...directions][0] ?? 'both') : 'both');

const linksOf = (links: Links | undefined, vocabulary: Vocabulary): TwinQuery['links'] => {
  if (!links) return undefined;
  const kinds = links.kinds && [...new Set(links.kinds.flatMap((kind) => vocabulary.narrowed(kind)))];
  return { direction: directionOf(links.directions), ...(kinds && { kinds: kinds as TermId[] }) }; // branding: terms, or texts that match none
};

/** What the selection under a field needs. */
export const neededBy = (info: Info, typed: TypedKinds, vocabulary: Vocabulary): Needed => {
  const found: Found = { terms: new Set(), everyTerm: false, links: undefined, count: false };
  const walk: Walk = { info, typed, found };
  for (const { selectionSet } of info.fieldNodes) if (selectionSet) visit(walk, selectionSet, undefined);
  return { terms: found.everyTerm ? undefined : [...found.terms], links: linksOf(found.links, vocabulary), count: found.count };
};
