/**
 * Federated twin: one question to many agencies. Plan, ask all at once under one deadline, merge, and report every source exactly once.
 */
import {
  type AgencyId,
  areasFilter,
  expandKinds,
  type Facet,
  type FederatedFilter,
  type Federation,
  type Group,
  type HistoryQuery,
  type JoinedRow,
  limits,
  type MemberPlan,
  type MergeRules,
  ok,
  type PageParts,
  type PlannedMember,
  pageAlone,
  placeOf,
  planQuery,
  type QueryPlan,
  type Relation,
  type Result,
  relationsOf,
  type SamplePage,
  type SourceReport,
  type TwinFilter,
  type TwinId,
  withAreas,
} from '@cityweave/core';
import { type Ending, endingSignal } from '../../deps.ts';
import type { Room } from '../room.ts';
import { decodeCursor, encodeCursor } from './federated-cursor.ts';
import { askHistory } from './history-asking.ts';
import { type FederatedQuestion, joinByIdentity, pageQuery, type Reports, type Walk } from './identity-round.ts';
import { type Deadline, type MemberReads, ownSource } from './member-read.ts';
import { type Asked, askAll, type Desk, filterOf, sortedBy } from './source-asking.ts';

export type { FederatedQuestion };

export type FederatedAnswer = {
  readonly rows: readonly JoinedRow[];
  readonly next?: string | undefined;
  readonly total?: number | undefined;
  readonly sources: readonly SourceReport[];
  readonly plan: readonly MemberPlan[];
  readonly rules: MergeRules;
};

export type FederatedSummary = { readonly groups: readonly Group[]; readonly sources: readonly SourceReport[]; readonly plan: readonly MemberPlan[] };

const planFor = (desk: Desk, filter: TwinFilter): QueryPlan =>
  planQuery(
    filter,
    desk.planned.map((member) => ({ ...member, identities: (desk.identities.get(member.agency) ?? 1) > 0 })),
  );

const totalOf = (plan: QueryPlan, asked: readonly Asked[]): number | undefined => {
  if (plan.joined || asked.some(({ plan: member, part }) => member.ask && part === undefined)) return undefined;
  return asked.reduce((sum, { part }) => sum + (part?.page.count ?? 0), 0);
};

/** What the first round may take of an answer's time where representations are still to be asked for: one that hangs must not cost the others theirs. */
const firstRoundShare = 0.8;

const askFirst = async (walk: Walk, plan: QueryPlan): Promise<readonly Asked[]> => {
  const { desk, deadline } = walk;
  const queryOf = (member: MemberPlan) => pageQuery(walk, member, plan.joined);
  if (!plan.joined) return askAll(desk, plan, { queryOf, deadline });
  const { done, ...share } = createDeadline(desk.room, deadline.leftMs() * firstRoundShare, deadline.signal);
  return askAll(desk, plan, { queryOf, deadline: share }).finally(done);
};

const answerPlanned = async (walk: Walk, plan: QueryPlan): Promise<FederatedAnswer> => {
  const { desk, question } = walk;
  const asked = await askFirst(walk, plan);
  const reports: Reports = new Map(asked.map(({ plan: member, report }) => [member.agency, report]));
  const pages = new Map(asked.flatMap(({ plan: member, part }) => (part ? [[member.agency, part.page] as const] : [])));
  const parts: PageParts = { pages, keys: walk.keys, order: question.order, first: question.first };
  const page = plan.joined ? await joinByIdentity({ walk, plan, reports }, parts) : pageAlone(parts);
  return {
    rows: page.rows,
    ...(page.next && { next: encodeCursor(page.next) }),
    total: totalOf(plan, asked) ?? page.total,
    sources: reportsOfPage(
      sortedBy([...reports.values()], ({ agency }) => agency),
      page.rows,
    ),
    plan: plan.members,
    rules: desk.federation.rules,
  };
};

/** `rows` counts what stands in the answer, not what was carried. */
const reportsOfPage = (reports: readonly SourceReport[], rows: readonly JoinedRow[]): readonly SourceReport[] => {
  const counts = new Map<string, number>();
  for (const { twin } of rows) for (const { agency } of twin.representations) counts.set(agency, (counts.get(agency) ?? 0) + 1);
  return reports.map((report) => ({ ...report, rows: counts.get(report.agency) ?? 0 }));
};

/** Whether answers showed shared representations that the plan did not know of. */
const surprised = (desk: Desk, plan: QueryPlan): boolean => !plan.joined && [...desk.identities.values()].some((count) => count > 0);

type Resolving = { readonly desk: Desk; readonly deadline: Deadline };
type Resolved = { readonly filter: TwinFilter; readonly missing: readonly SourceReport[] };

/** The places of an inner set, walked to its end. */
const placesOf = async (
  { desk, deadline }: Resolving,
  relation: Relation,
): Promise<{ readonly filter: TwinFilter; readonly missing: readonly SourceReport[] }> => {
  const places: NonNullable<ReturnType<typeof placeOf>>[] = [];
  const missing: SourceReport[] = [];
  let after: string | undefined;
  do {
    const page = await ask(desk, { filter: relation.to, terms: [], first: limits.pageMax, after }, deadline);
    if (!page.ok) return { filter: { any: [] }, missing: [] };
    places.push(...page.value.rows.flatMap(({ twin }) => twin.representations.flatMap((twinOfAgency) => placeOf(twinOfAgency) ?? [])));
    missing.push(...page.value.sources.filter(({ status }) => !['ANSWERED', 'NOT_ASKED'].includes(status)));
    after = page.value.next;
  } while (after !== undefined && !deadline.signal.aborted);
  return { filter: areasFilter(relation, places), missing };
};

/** Inner sets that are being walked now: several questions of one request name the same zone. */
const sharedPlaces = ({ desk, deadline }: Resolving, relation: Relation): ReturnType<typeof placesOf> => {
  const key = JSON.stringify([desk.federation.id, relation]);
  const known = desk.resolving.get(key) ?? placesOf({ desk, deadline }, relation).finally(() => desk.resolving.delete(key));
  desk.resolving.set(key, known);
  return known;
};

const resolveRelations = async (resolving: Resolving, filter: FederatedFilter): Promise<Resolved> => {
  const relations = [...new Set(relationsOf(filter))];
  const resolved = new Map(await Promise.all(relations.map(async (relation) => [relation, await sharedPlaces(resolving, relation)] as const)));
  const missing = [...resolved.values()].flatMap((part) => part.missing);
  return { filter: withAreas(filter, (relation) => resolved.get(relation)?.filter ?? { any: [] }), missing };
};

const prepare = async (resolving: Resolving, filter: FederatedFilter): Promise<Resolved> => {
  const resolved = await resolveRelations(resolving, filter);
  return { ...resolved, filter: expandKinds(resolved.filter, resolving.desk.room.vocabulary()) };
};

/** A source that could not say where the inner set lies makes the answer partial, whatever it said of the outer one. */
const withMissing = (sources: readonly SourceReport[], missing: readonly SourceReport[]): readonly SourceReport[] =>
  sources.map((report) => {
    const lacking = missing.find(({ agency }) => agency === report.agency);
    return lacking ? { ...lacking, rows: report.rows } : report;
  });

const ask = async (desk: Desk, question: FederatedQuestion, deadline: Deadline): Promise<Result<FederatedAnswer>> => {
  const keys = decodeCursor(question.after);
  if (!keys.ok) return keys;
  const { filter, missing } = await prepare({ desk, deadline }, question.filter ?? {});
  const walk: Walk = { desk, question, filter, keys: keys.value, deadline };
  const plan = planFor(desk, filter);
  const first = await answerPlanned(walk, plan);
  const answer = surprised(desk, plan) ? await answerPlanned(walk, planFor(desk, filter)) : first;
  return ok({ ...answer, sources: withMissing(answer.sources, missing) });
};

const addGroups = (groups: readonly Group[]): readonly Group[] => {
  const byKey = new Map<string, Group>();
  for (const group of groups) {
    const key = `${group.kind ?? ''} ${group.agency ?? ''}`;
    const before = byKey.get(key);
    byKey.set(key, before ? { ...group, count: before.count + group.count, of: before.of + group.of } : group);
  }
  return sortedBy([...byKey.values()], ({ kind, agency }) => `${kind ?? ''} ${agency ?? ''}`);
};

export type SummaryQuestion = { readonly filter?: FederatedFilter | undefined; readonly by: readonly Facet[] };

const summarise = async (desk: Desk, { filter, by }: SummaryQuestion, deadline: Deadline): Promise<FederatedSummary> => {
  const prepared = await prepare({ desk, deadline }, filter ?? {});
  const plan = planQuery(
    prepared.filter,
    desk.planned.map((member) => ({ ...member, identities: false })),
  );
  const asked = await askAll(desk, plan, { queryOf: (member) => ({ version: 1, filter: filterOf(member), summary: [...by] }), deadline });
  const groups = addGroups(asked.flatMap(({ part }) => part?.page.groups ?? []));
  return {
    groups,
    sources: withMissing(
      asked.map(({ report, part }) => ({ ...report, rows: (part?.page.groups ?? []).reduce((sum, { count }) => sum + count, 0) })),
      prepared.missing,
    ),
    plan: plan.members,
  };
};

const plannedMembers = async (room: Room, federation: Federation): Promise<readonly PlannedMember[]> => {
  const own = await room.store.kinds();
  const self: PlannedMember = {
    twinId: room.self.id,
    agency: room.self.agency,
    identities: true,
    kinds: own.map(({ kind, terms }) => ({ kind, terms: terms.map(({ term }) => term) })),
  };
  const others = federation.members
    .filter(({ state }) => state === 'ACTIVE' || state === 'INTERRUPTED')
    .map(({ twinId, agency, features }): PlannedMember => ({ twinId, agency, identities: true, kinds: features.map(({ kind, terms }) => ({ kind, terms })) }));
  return [self, ...others];
};

export type FederatedTwins = {
  readonly ask: (federation: Federation, question: FederatedQuestion, deadline: Deadline) => Promise<Result<FederatedAnswer>>;
  readonly summarise: (federation: Federation, question: SummaryQuestion, deadline: Deadline) => Promise<FederatedSummary>;
  readonly history: (federation: Federation, asked: { readonly id: TwinId; readonly history: HistoryQuery }, deadline: Deadline) => Promise<Result<SamplePage>>;
};

export const createFederatedTwins = (room: Room, reads: MemberReads): FederatedTwins => {
  const identities = new Map<AgencyId, number>();
  const linked = new Map<AgencyId, number | undefined>();
  const resolving: Desk['resolving'] = new Map();
  const sourcesOf = (federation: Federation): Desk['sources'] => [ownSource(room), ...federation.members.map((member) => reads.sourceOf(federation, member))];
  const deskOf = async (federation: Federation): Promise<Desk> => ({
    room,
    federation,
    identities,
    linked,
    resolving,
    sources: sourcesOf(federation),
    planned: await plannedMembers(room, federation),
  });
  return {
    ask: async (federation, question, deadline) => ask(await deskOf(federation), question, deadline),
    summarise: async (federation, question, deadline) => summarise(await deskOf(federation), question, deadline),
    history: (federation, asked, deadline) => askHistory({ sources: sourcesOf(federation) }, asked, deadline),
  };
};

/** The time of one answer. */
export const createDeadline = (room: Room, deadlineMs: number, asker: AbortSignal | undefined): Deadline & Pick<Ending, 'done'> => {
  const bounded = Math.min(Math.max(deadlineMs, limits.deadlineMinMs), limits.deadlineMaxMs);
  const from = room.deps.clock.monotonicMs();
  return { ...endingSignal(room.deps.timers, bounded, asker), leftMs: () => Math.max(0, bounded - (room.deps.clock.monotonicMs() - from)) };
};
