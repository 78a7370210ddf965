/**
 * QueryPlan: which member is asked what, and who need not be asked and why. A member that cannot contribute is proved so, never skipped by guess.
 */
import { type AgencyId, compareText, type TermId, type TwinId } from '../ground/id.ts';
import type { PropertyTest, TwinFilter } from '../twin/query.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';

/** What the planner knows of a member: what it was granted, and whether its twins may be representations of others' objects. */
export type PlannedMember = {
  readonly twinId: TwinId;
  readonly agency: AgencyId;
  readonly kinds: readonly { readonly kind: TermId; readonly terms: readonly string[] }[];
  /** some of its twins take part in a sameAs link or name an object of interest */
  readonly identities: boolean;
};

export type MemberPlan =
  | { readonly agency: AgencyId; readonly twinId: TwinId; readonly ask: true; readonly filter: TwinFilter; readonly why: string }
  | { readonly agency: AgencyId; readonly twinId: TwinId; readonly ask: false; readonly why: string };

export type QueryPlan = {
  readonly members: readonly MemberPlan[];
  /** representations of one object may come from several members: their rows are joined by identity and tested again after merging */
  readonly joined: boolean;
  /** members judge all that one representation must meet alone; otherwise they begin with a property and the asker judges the rest */
  readonly judgedAlone: boolean;
};

/** Kinds widened to their narrower terms, once, before members and stores compare them one by one. */
export const expandKinds = (filter: TwinFilter, vocabulary: Vocabulary): TwinFilter => ({
  ...filter,
  ...(filter.kinds && { kinds: [...new Set(filter.kinds.flatMap((kind) => vocabulary.narrowed(kind)))] as TermId[] }), // branding: terms of the vocabulary
  ...(filter.linked && { linked: filter.linked.map((test) => ({ ...test, to: test.to && expandKinds(test.to, vocabulary) })) }),
  ...(filter.all && { all: filter.all.map((part) => expandKinds(part, vocabulary)) }),
  ...(filter.any && { any: filter.any.map((part) => expandKinds(part, vocabulary)) }),
  ...(filter.not && { not: expandKinds(filter.not, vocabulary) }),
});

/** The conjunction with its nested `all` parts drawn up; what holds for every twin that matches. */
export const conjuncts = (filter: TwinFilter): readonly TwinFilter[] => {
  const { all = [], ...own } = filter;
  return [own, ...all.flatMap(conjuncts)];
};

export const propertyTestsOf = (filter: TwinFilter): readonly PropertyTest[] => conjuncts(filter).flatMap(({ property = [] }) => property);

const innerOf = ({ any = [], not }: TwinFilter): readonly TwinFilter[] => [...any, ...(not ? [not] : [])];

/** Whether a property is tested anywhere in it. */
const testsProperty = (filter: TwinFilter): boolean => conjuncts(filter).some((part) => (part.property ?? []).length > 0 || innerOf(part).some(testsProperty));

/**
 * What one representation must meet alone: kind, place, words, links, whatever tests no property. The rest (properties, and every `not`) is
 * judged on the merged object; a `not` that tests no property must still hold for each of its representations.
 */
export const aloneOf = (filter: TwinFilter): TwinFilter => {
  const parts = conjuncts(filter).map(
    ({ property: _property, any, not: _not, ...own }): TwinFilter => ({ ...own, ...(any && !any.some(testsProperty) && { any }) }),
  );
  const [first = {}, ...others] = parts.filter((part) => Object.values(part).some((member) => member !== undefined));
  return { ...first, ...(others.length > 0 && { all: others }) };
};

/** What is left to be judged on the merged object. */
export const mergedOf = (filter: TwinFilter): readonly TwinFilter[] =>
  conjuncts(filter).flatMap(({ property, any, not }): readonly TwinFilter[] => [
    ...(property?.length ? [{ property }] : []),
    ...(any?.some(testsProperty) ? [{ any }] : []),
    ...(not ? [{ not }] : []),
  ]);

/** Words and links are known to the keeper of a twin alone: others cannot judge them from the rows of an answer. */
export const onlyKeeperKnows = (filter: TwinFilter): boolean =>
  conjuncts(filter).some((part) => part.text !== undefined || (part.linked ?? []).length > 0 || innerOf(part).some(onlyKeeperKnows));

const couldBeKind = (member: PlannedMember, filter: TwinFilter): boolean =>
  conjuncts(filter).every(({ kinds }) => kinds === undefined || member.kinds.some(({ kind }) => kinds.includes(kind)));

const couldBeAgency = (member: PlannedMember, filter: TwinFilter): boolean =>
  conjuncts(filter).every(({ agencies }) => agencies === undefined || agencies.includes(member.agency));

const offersAll = (member: PlannedMember, tests: readonly PropertyTest[]): boolean =>
  tests.every(({ term, op, value }) => (op === 'exists' && value === false) || member.kinds.some(({ terms }) => terms.includes(term)));

const notAsked = (member: PlannedMember, why: string): MemberPlan => ({ agency: member.agency, twinId: member.twinId, ask: false, why });

const planAlone = (member: PlannedMember, filter: TwinFilter): MemberPlan => {
  if (!couldBeAgency(member, filter)) return notAsked(member, 'the question names other agencies');
  if (!couldBeKind(member, filter)) return notAsked(member, 'it keeps no twins of these kinds');
  if (!offersAll(member, propertyTestsOf(filter))) return notAsked(member, 'it offers none of the properties asked for');
  return { agency: member.agency, twinId: member.twinId, ask: true, filter, why: 'it keeps twins of these kinds' };
};

/** The test that fewest members can answer: every match has a representation that they keep. */
const drivingTest = (members: readonly PlannedMember[], tests: readonly PropertyTest[]): PropertyTest | undefined =>
  tests
    .filter(({ op, value }) => !(op === 'exists' && value === false))
    .map((test) => ({ test, count: members.filter((member) => offersAll(member, [test])).length }))
    .sort((a, b) => a.count - b.count || compareText(a.test.term, b.test.term))[0]?.test;

const planByProperty = (member: PlannedMember, driving: PropertyTest): MemberPlan =>
  offersAll(member, [driving])
    ? { agency: member.agency, twinId: member.twinId, ask: true, filter: { property: [driving] }, why: `it offers ${driving.term}` }
    : notAsked(member, `only those that offer ${driving.term} can begin; asked for representations of what they find`);

/** What each member is asked where representations are shared: never less than what the merged objects need. */
const pushedOf = (filter: TwinFilter): TwinFilter => {
  const nots = mergedOf(filter).filter(({ not }) => not !== undefined && !testsProperty(not));
  const alone = aloneOf(filter);
  return nots.length > 0 ? { ...alone, all: [...(alone.all ?? []), ...nots] } : alone;
};

/**
 * Where no representations are shared, every member judges the whole filter alone. Where they are, a property may be known to another
 * agency than the place or the kind: those that offer the rarest property begin, the rest is joined by identity and judged on the merged twin.
 */
export const planQuery = (filter: TwinFilter, members: readonly PlannedMember[]): QueryPlan => {
  const joined = members.some(({ identities }) => identities);
  if (!joined) return { joined, judgedAlone: true, members: members.map((member) => planAlone(member, filter)) };
  const driving = onlyKeeperKnows(filter) ? undefined : drivingTest(members, propertyTestsOf(filter));
  if (driving) return { joined, judgedAlone: false, members: members.map((member) => planByProperty(member, driving)) };
  const pushed = pushedOf(filter);
  return { joined, judgedAlone: true, members: members.map((member) => planAlone(member, pushed)) };
};
