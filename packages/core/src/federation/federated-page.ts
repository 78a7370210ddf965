/**
 * FederatedPage: one page of a walk over several members. Rows are merged in one order; an object is told at the place of the first of its
 * representations that was asked for, and nowhere else, so that a walk never repeats it.
 */
import type { AgencyId, TwinId } from '../ground/id.ts';
import { limits } from '../ground/limits.ts';
import type { Link } from '../twin/link.ts';
import { type MatchContext, matchesFilter, passesTest } from '../twin/matches.ts';
import type { Order, PageKey, TwinFilter, TwinPage, TwinRow } from '../twin/query.ts';
import type { Twin } from '../twin/twin.ts';
import { comparePageKeys, type FederatedTwin, mergeTwins, mergeValue, newestRows, pageKeyOf } from './federated-twin.ts';
import type { MergeRules } from './federation.ts';
import { aloneOf, mergedOf, type QueryPlan } from './query-plan.ts';

export type Keys = ReadonlyMap<AgencyId, PageKey>;

/** What members answered to one page of a question. */
export type PageParts = {
  readonly pages: ReadonlyMap<AgencyId, TwinPage>;
  /** where each member's part began */
  readonly keys: Keys;
  readonly order: Order | undefined;
  readonly first: number;
  /** a source was late: the walk is not over, whatever the others have left */
  readonly isLate?: boolean;
};

/** `key` is its place in the order of the walk: a page that begins after it repeats nothing and misses nothing. */
export type JoinedRow = {
  readonly twin: FederatedTwin;
  readonly links: readonly Link[];
  /** representations that have more of them */
  readonly linksCut: readonly TwinId[];
  readonly key: PageKey;
};
export type JoinedPage = { readonly rows: readonly JoinedRow[]; readonly next?: Keys | undefined; readonly total?: number | undefined };

type Candidate = { readonly agency: AgencyId; readonly row: TwinRow; readonly key: PageKey };

/** The smallest `first` rows of all members: each gave its own smallest `first`, so none is missed. */
const candidatesOf = ({ pages, order, first }: PageParts): readonly Candidate[] =>
  [...pages]
    .flatMap(([agency, { rows }]) => rows.map((row) => ({ agency, row, key: pageKeyOf(row.twin, order) })))
    .sort((a, b) => comparePageKeys(a.key, b.key, order?.descending ?? false))
    .slice(0, first);

/** Where each member goes on; absent where nobody has more. */
const nextKeys = ({ pages, keys, isLate = false }: PageParts, candidates: readonly Candidate[]): Keys | undefined => {
  const taken = new Map<AgencyId, number>();
  const next = new Map(keys);
  for (const { agency, key } of candidates) {
    taken.set(agency, (taken.get(agency) ?? 0) + 1);
    next.set(agency, key);
  }
  const more = isLate || [...pages].some(([agency, page]) => page.next !== undefined || page.rows.length > (taken.get(agency) ?? 0));
  return more ? next : undefined;
};

/** Every row is an object of its own: nobody shares representations. */
export const pageAlone = (parts: PageParts): JoinedPage => {
  const candidates = candidatesOf(parts);
  const rows = candidates.map(
    ({ row, key }): JoinedRow => ({
      twin: { id: row.twin.objectOfInterest ?? row.twin.id, representations: [row.twin] },
      links: row.links ?? [],
      linksCut: row.linksBeyond ? [row.twin.id] : [],
      key,
    }),
  );
  const next = nextKeys(parts, candidates);
  return { rows, ...(next && { next }) };
};

export type Judging = {
  readonly rules: MergeRules;
  readonly context: MatchContext;
  /** twins whose keeper has found them to meet alone what one representation must meet */
  readonly found?: ReadonlySet<TwinId> | undefined;
};

/** A filter judged on a merged twin: kind, place, words and links by one representation, values by the winner of each property. */
export const matchesMerged = (filter: TwinFilter, twins: readonly Twin[], { found, ...judging }: Judging): boolean => {
  const alone = aloneOf(filter);
  return (
    twins.some((twin) => found?.has(twin.id) || matchesFilter(alone, twin, judging.context)) &&
    mergedOf(filter).every(
      ({ property = [], any, not }) =>
        property.every((test) => passesTest(test, mergeValue(test.term, twins, judging.rules)?.winner)) &&
        (any?.some((part) => matchesMerged(part, twins, judging)) ?? true) &&
        (not === undefined || !matchesMerged(not, twins, judging)),
    )
  );
};

/** The rows whose other representations are still to be asked for. */
export const rowsToJoin = (parts: PageParts): readonly TwinRow[] => candidatesOf(parts).map(({ row }) => row);

export type Joining = { readonly plan: QueryPlan; readonly filter: TwinFilter; readonly rules: MergeRules; readonly more: readonly TwinRow[] };

const pushedTo = (plan: QueryPlan, agency: AgencyId): TwinFilter | undefined => {
  const member = plan.members.find((planned) => planned.agency === agency);
  return member?.ask ? member.filter : undefined;
};

const contextOf = (rows: ReadonlyMap<TwinId, TwinRow>): MatchContext => ({
  linksOf: (id) => rows.get(id)?.links ?? [],
  twin: (id) => rows.get(id)?.twin,
});

/** What a walk knows of the place of an object: the rows of this page, and where the walk stands with each member. */
type Walk = { readonly parts: PageParts; readonly places: ReadonlyMap<TwinId, number>; readonly wasAskedFor: (twin: Twin) => boolean };

/**
 * The place in this page where an object is told: that of the first of its representations that were asked for. Absent where the walk passed
 * one of them on an earlier page, for the object was told there.
 */
const placeOfObject = ({ parts, places, wasAskedFor }: Walk, { representations }: FederatedTwin): number | undefined => {
  const descending = parts.order?.descending ?? false;
  const isPassed = (twin: Twin): boolean => {
    const reached = parts.keys.get(twin.agency);
    return reached !== undefined && comparePageKeys(pageKeyOf(twin, parts.order), reached, descending) <= 0 && wasAskedFor(twin);
  };
  const here = representations.flatMap(({ id }) => places.get(id) ?? []);
  return here.length === 0 || representations.some(isPassed) ? undefined : Math.min(...here);
};

/** Rows joined by identity, judged on the merged twin, each object once. */
export const pageJoined = (parts: PageParts, { plan, filter, rules, more }: Joining): JoinedPage => {
  const candidates = candidatesOf(parts);
  const rows = new Map(newestRows([...[...parts.pages.values()].flatMap((page) => page.rows), ...more]).map((row) => [row.twin.id, row]));
  const context = contextOf(rows);
  const wasAskedFor = (twin: Twin): boolean => {
    const pushed = pushedTo(plan, twin.agency);
    return pushed !== undefined && matchesFilter(pushed, twin, context);
  };
  const places = new Map(candidates.map(({ row }, place) => [row.twin.id, place]));
  const found = plan.judgedAlone ? new Set([...parts.pages.values()].flatMap((page) => page.rows.map(({ twin }) => twin.id))) : undefined;
  const told = mergeTwins([...rows.values()]).flatMap((twin) => {
    const place = placeOfObject({ parts, places, wasAskedFor }, twin);
    const key = place === undefined ? undefined : candidates[place]?.key;
    return place !== undefined && key && matchesMerged(filter, twin.representations, { rules, context, found }) ? [{ twin, place, key }] : [];
  });
  const next = nextKeys(parts, candidates);
  const total = next === undefined && parts.keys.size === 0 && parts.first > 0 ? { total: told.length } : {};
  const inOrder = told.sort((a, b) => a.place - b.place);
  return { rows: inOrder.map(({ twin, key }) => ({ twin, ...linksOf(twin, rows), key })), ...(next && { next }), ...total };
};

/** Of many representations the first are told whole. */
const linksOf = ({ representations }: FederatedTwin, rows: ReadonlyMap<TwinId, TwinRow>): Pick<JoinedRow, 'links' | 'linksCut'> => {
  const links: Link[] = [];
  const linksCut: TwinId[] = [];
  for (const { id } of representations) {
    const { links: own = [], linksBeyond } = rows.get(id) ?? {};
    const told = own.slice(0, limits.linksPerTwinAnswerMax - links.length);
    links.push(...told);
    if (linksBeyond || told.length < own.length) linksCut.push(id);
  }
  return { links, linksCut };
};
