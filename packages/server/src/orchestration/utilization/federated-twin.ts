/**
 * Federated twin: one question to many agencies. Plan, ask all at once under one deadline, merge, and report every source exactly once.
 */
import {
  type AgencyId,
  compareGroups,
  conjuncts,
  expandKinds,
  type Facet,
  type Federation,
  type Group,
  groupKey,
  type HistoryQuery,
  type JoinedRow,
  limits,
  type MemberPlan,
  type MergeRules,
  mayBeAsked,
  ok,
  type PageParts,
  type PlannedMember,
  pageAlone,
  planQuery,
  type QueryPlan,
  type Result,
  type SamplePage,
  type SourceReport,
  type TwinFilter,
  type TwinId,
  type TwinQuery,
} from '@cityweave/core';
import { type Ending, endingSignal, pause } from '../../deps.ts';
import { answered } from '../../store/unanswered.ts';
import type { Room } from '../room.ts';
import { decodeCursor, encodeCursor } from './federated-cursor.ts';
import { type AlignedSeries, type Aligning, askAligned, askHistory } from './history-asking.ts';
import { type FederatedQuestion, joinByIdentity, pageQuery, type Reports, type Walk } from './identity-round.ts';
import { type AskInner, type InnerSets, isComplete, isMissing, resolveRelations, withInner } from './inner-set.ts';
import { type Deadline, type MemberReads, ownSource } from './member-read.ts';
import { type Asked, askAll, type Desk, filterOf, sortedBy, withLinksCut } from './source-asking.ts';

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

/** The own node may have kept twins of kinds that it has no more. */
const plannedThen = ({ room, planned }: Desk, filter: TwinFilter): Desk['planned'] => {
  const kinds = conjuncts(filter).flatMap(({ kinds: asked = [] }) => asked.map((kind) => ({ kind, terms: [] })));
  return planned.map((member) => (member.agency === room.self.agency ? { ...member, kinds: [...member.kinds, ...kinds] } : member));
};

/** What members tell of identities is true now; then they may have had others. */
const planFor = (desk: Desk, { filter, question: { at } }: Pick<Walk, 'filter' | 'question'>): QueryPlan =>
  planQuery(
    filter,
    (at ? plannedThen(desk, filter) : desk.planned).map((member) => ({
      ...member,
      identities: at !== undefined || (desk.identities.get(member.agency) ?? 1) > 0,
    })),
  );

/** Each object once where some are shared: then only a page that tells all knows how many there are. */
const totalOf = (plan: QueryPlan, asked: readonly Asked[]): number | undefined => {
  const counts = asked.flatMap(({ part }) => (part ? [part.page.count] : []));
  return plan.joined || counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count = 0) => sum + count, 0);
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
  const isLate = asked.some(({ report }) => report.status === 'LATE');
  const reports: Reports = new Map(asked.map(({ plan: member, report }) => [member.agency, report]));
  const pages = new Map(asked.flatMap(({ plan: member, part }) => (part ? [[member.agency, part.page] as const] : [])));
  const parts: PageParts = { pages, keys: walk.keys, order: question.order, first: question.first, isLate };
  const page = plan.joined ? await joinByIdentity({ walk, plan, reports }, parts) : pageAlone(parts);
  return {
    rows: page.rows,
    ...(page.next && { next: encodeCursor(page.next) }),
    total: isComplete([...reports.values()]) ? (totalOf(plan, asked) ?? page.total) : undefined,
    sources: reportsOfPage([...reports.values()], { rows: page.rows, question }),
    plan: plan.members,
    rules: desk.federation.rules,
  };
};

type Page = { readonly rows: readonly JoinedRow[]; readonly question: Pick<FederatedQuestion, 'links'> };

/** `rows` counts what stands in the answer, not what was carried; of links that nobody asked for none is missing. */
const reportsOfPage = (reports: readonly SourceReport[], { rows, question }: Page): readonly SourceReport[] => {
  const counts = new Map<string, number>();
  for (const { twin } of rows) for (const { agency } of twin.representations) counts.set(agency, (counts.get(agency) ?? 0) + 1);
  const cut = question.links ? rows.flatMap(({ linksCut }) => linksCut) : [];
  const counted = reports.map((report) => withLinksCut({ ...report, rows: counts.get(report.agency) ?? 0 }, cut));
  return sortedBy(counted, ({ agency }) => agency);
};

/** Whether answers showed shared representations that the plan did not know of. */
const surprised = (desk: Desk, plan: QueryPlan): boolean => !plan.joined && [...desk.identities.values()].some((count) => count > 0);

const ask = async (desk: Desk, question: FederatedQuestion, deadline: Deadline): Promise<Result<FederatedAnswer>> => {
  const keys = decodeCursor(question.after);
  if (!keys.ok) return keys;
  const { filter, ...inner } = await resolveInner(desk, question, deadline);
  const walk: Walk = { desk, question, filter, keys: keys.value, deadline };
  const plan = planWithin(planFor(desk, walk), inner);
  const first = await answerPlanned(walk, plan);
  const answer = surprised(desk, plan) ? await answerPlanned(walk, planWithin(planFor(desk, walk), inner)) : first;
  const { total, ...rest } = answer;
  return ok({ ...rest, ...(isComplete(inner.reports) && { total }), sources: withInner(answer.sources, inner.reports) });
};

/** Where the inner set is not known at all nobody can be asked; what is asked of the rest would be another question. */
const planWithin = (plan: QueryPlan, { isKnown, reports }: InnerSets): QueryPlan => {
  const silent = reports.filter(isMissing).map(({ agency }) => agency);
  const why = `it is not known what to compare with: ${silent.join(', ')} did not say`;
  return isKnown ? plan : { ...plan, members: plan.members.map(({ agency, twinId }) => ({ agency, twinId, ask: false, why })) };
};

/** What an inner set may take of an answer's time: its keeper must not cost the rest theirs. */
const innerShare = 0.5;

const resolveInner = async (
  desk: Desk,
  { filter = {}, at }: Pick<FederatedQuestion, 'filter' | 'at'>,
  deadline: Deadline,
): Promise<InnerSets & { readonly filter: TwinFilter }> => {
  const share = createDeadline(desk.room, deadline.leftMs() * innerShare, deadline.signal);
  const askInner: AskInner = (question) => ask(desk, question, share);
  const resolved = await resolveRelations({ desk, at, signal: share.signal, ask: askInner }, filter).finally(share.done);
  return { ...resolved, filter: expandKinds(resolved.filter, desk.room.vocabulary()) };
};

const addGroups = (groups: readonly Group[]): readonly Group[] => {
  const byKey = new Map<string, Group>();
  for (const group of groups) {
    const key = groupKey(group);
    const before = byKey.get(key);
    byKey.set(key, before ? { ...group, count: before.count + group.count, of: before.of + group.of } : group);
  }
  return [...byKey.values()].toSorted(compareGroups);
};

export type SummaryQuestion = Pick<FederatedQuestion, 'filter' | 'at'> & { readonly by: readonly Facet[] };

/** Counted by whoever keeps them: representations, not objects. */
const planSummary = (desk: Desk, { filter, at }: { readonly filter: TwinFilter } & Pick<SummaryQuestion, 'at'>): QueryPlan =>
  planQuery(
    filter,
    (at ? plannedThen(desk, filter) : desk.planned).map((member) => ({ ...member, identities: false })),
  );

const summarise = async (desk: Desk, { filter: given, by, at }: SummaryQuestion, deadline: Deadline): Promise<FederatedSummary> => {
  const { filter, ...inner } = await resolveInner(desk, { filter: given, at }, deadline);
  const plan = planWithin(planSummary(desk, { filter, at }), inner);
  const queryOf = (member: MemberPlan): TwinQuery => ({ version: 1, filter: filterOf(member), summary: [...by], ...(at && { at }) });
  const asked = await askAll(desk, plan, { queryOf, deadline });
  const groups = addGroups(asked.flatMap(({ part }) => part?.page.groups ?? []));
  const reports = asked.map(({ report, part }) => ({ ...report, rows: (part?.page.groups ?? []).reduce((sum, { count }) => sum + count, 0) }));
  return { groups, sources: withInner(reports, inner.reports), plan: plan.members };
};

type OwnKinds = Awaited<ReturnType<Room['store']['kinds']>>;

const ownKindsWithinMs = 250;

/** What the own store tells, or told last where it does not answer at once: then its part is told as missing, and costs the others nothing. */
const createOwnKinds = ({ store, deps }: Room): (() => Promise<OwnKinds>) => {
  let known: OwnKinds | undefined;
  const read = async (): Promise<OwnKinds> => {
    const told = await answered(store.kinds());
    known = told.ok ? told.value : known;
    return known ?? [];
  };
  return () => {
    const reading = read();
    const last = known;
    if (!last) return reading;
    const over = new AbortController();
    const waited = pause(deps.timers, ownKindsWithinMs, over.signal).then(() => last);
    return Promise.race([reading, waited]).finally(() => over.abort());
  };
};

const plannedMembers = (room: Room, federation: Federation, own: OwnKinds): readonly PlannedMember[] => {
  const self: PlannedMember = {
    twinId: room.self.id,
    agency: room.self.agency,
    identities: true,
    kinds: own.map(({ kind, terms }) => ({ kind, terms: terms.map(({ term }) => term) })),
  };
  const others = federation.members.filter(mayBeAsked).map(
    ({ twinId, agency, features }): PlannedMember => ({
      twinId,
      agency,
      identities: true,
      kinds: features.filter(({ modes }) => modes?.includes('read') ?? true).map(({ kind, terms }) => ({ kind, terms })),
    }),
  );
  return [self, ...others];
};

export type FederatedTwins = {
  readonly ask: (federation: Federation, question: FederatedQuestion, deadline: Deadline) => Promise<Result<FederatedAnswer>>;
  readonly summarise: (federation: Federation, question: SummaryQuestion, deadline: Deadline) => Promise<FederatedSummary>;
  readonly aligned: (federation: Federation, asked: Aligning, deadline: Deadline) => Promise<readonly AlignedSeries[]>;
  readonly history: (federation: Federation, asked: { readonly id: TwinId; readonly history: HistoryQuery }, deadline: Deadline) => Promise<Result<SamplePage>>;
};

export const createFederatedTwins = (room: Room, reads: MemberReads): FederatedTwins => {
  const identities = new Map<AgencyId, number>();
  const linked = new Map<AgencyId, number | undefined>();
  const resolving: Desk['resolving'] = new Map();
  const ownKinds = createOwnKinds(room);
  const sourcesOf = (federation: Federation): Desk['sources'] => [
    ownSource(room, federation),
    ...federation.members.map((member) => reads.sourceOf(federation, member)),
  ];
  const deskOf = async (federation: Federation): Promise<Desk> => ({
    room,
    federation,
    identities,
    linked,
    resolving,
    sources: sourcesOf(federation),
    planned: plannedMembers(room, federation, await ownKinds()),
  });
  return {
    ask: async (federation, question, deadline) => ask(await deskOf(federation), question, deadline),
    summarise: async (federation, question, deadline) => summarise(await deskOf(federation), question, deadline),
    aligned: (federation, asked, deadline) => askAligned({ sources: sourcesOf(federation) }, asked, deadline),
    history: (federation, asked, deadline) => askHistory({ sources: sourcesOf(federation) }, asked, deadline),
  };
};

/** The time of one answer. */
export const createDeadline = (room: Room, deadlineMs: number, asker: AbortSignal | undefined): Deadline & Pick<Ending, 'done'> => {
  const bounded = Math.min(Math.max(deadlineMs, limits.deadlineMinMs), limits.deadlineMaxMs);
  const from = room.deps.clock.monotonicMs();
  return { ...endingSignal(room.deps.timers, bounded, asker), leftMs: () => Math.max(0, bounded - (room.deps.clock.monotonicMs() - from)) };
};
