/**
 * Answering a query from twins that are at hand: what a store does for a member that has one, for a member that has none. Bounded by what was fetched.
 */
import type { TermId } from '../../ground/id.ts';
import { limits } from '../../ground/limits.ts';
import { matchesFilter } from '../../twin/matches.ts';
import { type Facet, facetsOf, type Group, groupKey } from '../../twin/overview/group.ts';
import type { TwinFilter, TwinPage, TwinQuery } from '../../twin/query.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import { type Twin, withoutFootprint } from '../../twin/twin.ts';
import { comparePageKeys, pageKeyOf } from '../federated-twin.ts';

const noLinks = { linksOf: () => [], twin: () => undefined };

/** Kinds with their narrower terms, as stores take them. */
const widened = (filter: TwinFilter, vocabulary: Vocabulary): TwinFilter => ({
  ...filter,
  ...(filter.kinds && { kinds: filter.kinds.flatMap((kind) => vocabulary.narrowed(kind).map((one) => one as TermId)) }), // branding: terms of the vocabulary
  ...(filter.all && { all: filter.all.map((part) => widened(part, vocabulary)) }),
  ...(filter.any && { any: filter.any.map((part) => widened(part, vocabulary)) }),
  ...(filter.not && { not: widened(filter.not, vocabulary) }),
});

const found = (twins: readonly Twin[], { filter = {}, identity }: TwinQuery, vocabulary: Vocabulary): readonly Twin[] => {
  if (identity) {
    const ids = new Set<string>(identity.ids);
    const objects = new Set<string>(identity.objects);
    return twins.filter(({ id, objectOfInterest }) => ids.has(id) || (objectOfInterest !== undefined && objects.has(objectOfInterest)));
  }
  const wide = widened(filter, vocabulary);
  return twins.filter((twin) => matchesFilter(wide, twin, noLinks));
};

const groupsOf = (twins: readonly Twin[], matching: ReadonlySet<Twin>, by: readonly Facet[]): Group[] => {
  const groups = new Map<string, Group>();
  for (const twin of twins) {
    const facets = facetsOf(twin, by);
    const { count, of } = groups.get(groupKey(facets)) ?? { count: 0, of: 0 };
    groups.set(groupKey(facets), { ...facets, of: of + 1, count: count + (matching.has(twin) ? 1 : 0) });
  }
  return [...groups.values()].filter(({ count }) => count > 0);
};

const shown = (whole: Twin, { terms, footprints }: TwinQuery): Twin => {
  const twin = footprints === false ? withoutFootprint(whole) : whole;
  if (terms === undefined) return twin;
  return { ...twin, values: Object.fromEntries(Object.entries(twin.values).filter(([term]) => terms.some((wanted) => wanted === term))) };
};

const wantsRows = ({ page, summary, count, at }: TwinQuery): boolean =>
  at === undefined && (page !== undefined || (summary === undefined && count === undefined));

/** One page in the order asked for. The past is not known here: of twins as they were there are none. */
export const answerQuery = (
  twins: readonly Twin[],
  query: TwinQuery,
  { vocabulary, seq }: { readonly vocabulary: Vocabulary; readonly seq: number },
): TwinPage => {
  const { order, page } = query;
  const descending = order?.descending ?? false;
  const matching = found(twins, query, vocabulary);
  const keyed = matching
    .map((twin) => ({ twin, key: pageKeyOf(twin, order) }))
    .filter(({ key }) => page?.after === undefined || comparePageKeys(key, page.after, descending) > 0)
    .sort((a, b) => comparePageKeys(a.key, b.key, descending));
  const first = wantsRows(query) ? (page?.first ?? limits.pageDefault) : 0;
  const rows = keyed.slice(0, first);
  const next = first > 0 && keyed.length > first ? rows.at(-1)?.key : undefined;
  return {
    version: 1,
    rows: rows.map(({ twin }) => ({ twin: shown(twin, query), ...(query.links && { links: [] }) })),
    ...(next && { next }),
    seq,
    identities: 0,
    linked: 0,
    ...(query.count && { count: matching.length }),
    ...(query.summary && { groups: groupsOf(twins, new Set(matching), query.summary) }),
  };
};
