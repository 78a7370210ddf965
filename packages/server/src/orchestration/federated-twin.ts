/**
 * Federated twin: one question to many agencies. Plan, ask all at once under one deadline, merge, and report every source exactly once.
 */
import {
  type AgencyId,
  answeredBy,
  areasFilter,
  compareText,
  type Facet,
  type Federation,
  type FederatedFilter,
  expandKinds,
  fail,
  type Group,
  type Identity,
  identityOf,
  type JoinedPage,
  type JoinedRow,
  limits,
  type MemberPlan,
  type MergeRules,
  type Order,
  ok,
  onlyKeeperKnows,
  openFor,
  pageAlone,
  pageJoined,
  type PageParts,
  type PlannedMember,
  placeOf,
  planQuery,
  type Problem,
  problem,
  type QueryPlan,
  type Relation,
  relationsOf,
  type Result,
  rowsToJoin,
  type SourceReport,
  type TermId,
  type Told,
  type TwinFilter,
  type TwinId,
  type TwinQuery,
  type TwinRow,
  withAreas,
} from '@cityweave/core';
import { type Ending, endingSignal } from '../deps.ts';
import { decodeCursor, encodeCursor, type MemberKeys } from './federated-cursor.ts';
import { type Deadline, type MemberPart, type MemberReads, oldestOf, ownSource, type SourceOfTwins } from './member-read.ts';
import type { Room } from './room.ts';

export type FederatedQuestion = {
  readonly filter?: FederatedFilter | undefined;
  readonly terms?: readonly TermId[] | undefined;
  readonly order?: Order | undefined;
  readonly first: number;
  readonly after?: string | undefined;
  readonly links?: TwinQuery['links'];
  readonly count?: boolean | undefined;
};

export type FederatedAnswer = {
  readonly rows: readonly JoinedRow[];
  readonly next?: string | undefined;
  readonly total?: number | undefined;
  readonly sources: readonly SourceReport[];
  readonly plan: readonly MemberPlan[];
  readonly rules: MergeRules;
};

export type FederatedSummary = { readonly groups: readonly Group[]; readonly sources: readonly SourceReport[]; readonly plan: readonly MemberPlan[] };

type Asked = { readonly plan: MemberPlan; readonly part?: MemberPart; readonly report: SourceReport };

type Desk = { readonly room: Room; readonly federation: Federation; readonly sources: readonly SourceOfTwins[]; readonly identities: Map<AgencyId, number>; readonly linked: Map<AgencyId, number | undefined>; readonly planned: readonly PlannedMember[] };

/** Nobody is waited for beyond the deadline, whatever he does. */
const withinDeadline = <T>(work: () => Promise<Result<T>>, { signal }: Deadline): Promise<Result<T>> => {
  if (signal.aborted) return Promise.resolve(fail(problem('timedOut')));
  return new Promise((resolve, reject) => {
    const over = () => resolve(fail(problem('timedOut')));
    signal.addEventListener('abort', over, { once: true });
    work().then(resolve, (cause) => (signal.aborted ? over() : reject(cause))).finally(() => signal.removeEventListener('abort', over));
  });
};

const reportOf = (agency: AgencyId, part: MemberPart, latencyMs: number): SourceReport => {
  const oldest = oldestOf(part.page);
  const base = { agency, rows: part.page.rows.length, latencyMs, ...(oldest && { oldest }) };
  return part.withheld ? { ...base, status: 'WITHHELD', withheld: part.withheld } : { ...base, status: 'ANSWERED' };
};

const reportOfProblem = (agency: AgencyId, given: Problem, latencyMs: number): SourceReport => ({
  agency,
  rows: 0,
  latencyMs,
  problem: given,
  status: given.kind === 'timedOut' ? 'LATE' : 'FAILED',
});

const askSource = async (desk: Desk, plan: MemberPlan, query: TwinQuery, deadline: Deadline): Promise<Asked> => {
  const source = desk.sources.find(({ agency }) => agency === plan.agency);
  if (!plan.ask || !source) return { plan, report: { agency: plan.agency, status: 'NOT_ASKED', rows: 0, why: plan.why } };
  const interrupted = source.interruption();
  if (interrupted) return { plan, report: { agency: plan.agency, status: 'FAILED', rows: 0, ...interrupted } };
  const from = desk.room.deps.clock.monotonicMs();
  const part = await withinDeadline(() => source.read(query, deadline), deadline);
  const latencyMs = desk.room.deps.clock.monotonicMs() - from;
  if (!part.ok) return { plan, report: reportOfProblem(plan.agency, part.problem, latencyMs) };
  desk.identities.set(plan.agency, part.value.page.identities);
  desk.linked.set(plan.agency, part.value.page.linked);
  return { plan, part: part.value, report: reportOf(plan.agency, part.value, latencyMs) };
};

const askAll = (desk: Desk, plan: QueryPlan, queryOf: (member: MemberPlan) => TwinQuery, deadline: Deadline): Promise<readonly Asked[]> =>
  Promise.all(plan.members.map((member) => askSource(desk, member, queryOf(member), deadline)));

const filterOf = (plan: MemberPlan): TwinFilter => (plan.ask ? plan.filter : {});

const filterOfMember = ({ members }: QueryPlan, agency: AgencyId): TwinFilter => {
  const member = members.find((planned) => planned.agency === agency);
  return member ? filterOf(member) : {};
};

/** Two reports of one source as one: the worse status, the rows of both. */
const worse = ['ANSWERED', 'NOT_ASKED', 'WITHHELD', 'PARTIAL', 'LATE', 'FAILED'] as const;

export const joinReports = (a: SourceReport, b: SourceReport): SourceReport => {
  if (a.status === 'NOT_ASKED' && b.status !== 'NOT_ASKED') return b;
  if (b.status === 'NOT_ASKED') return a;
  const [lesser, graver] = worse.indexOf(a.status) <= worse.indexOf(b.status) ? [a, b] : [b, a];
  const status = graver.status !== lesser.status && ['LATE', 'FAILED'].includes(graver.status) ? 'PARTIAL' : graver.status;
  const latencyMs = Math.max(a.latencyMs ?? 0, b.latencyMs ?? 0);
  return { ...lesser, ...graver, status, rows: a.rows + b.rows, latencyMs };
};

const planFor = (desk: Desk, filter: TwinFilter): QueryPlan =>
  planQuery(filter, desk.planned.map((member) => ({ ...member, identities: (desk.identities.get(member.agency) ?? 1) > 0 })));

const sortedBy = <T>(all: readonly T[], by: (item: T) => string): readonly T[] => [...all].sort((a, b) => compareText(by(a), by(b)));

const totalOf = (plan: QueryPlan, asked: readonly Asked[]): number | undefined => {
  if (plan.joined || asked.some(({ plan: member, part }) => member.ask && part === undefined)) return undefined;
  return asked.reduce((sum, { part }) => sum + (part?.page.count ?? 0), 0);
};

type Walk = { readonly desk: Desk; readonly question: FederatedQuestion; readonly filter: TwinFilter; readonly keys: MemberKeys; readonly deadline: Deadline };

const mentionedTerms = (filter: TwinFilter): readonly TermId[] => [
  ...(filter.property ?? []).map(({ term }) => term),
  ...[...(filter.all ?? []), ...(filter.any ?? []), ...(filter.not ? [filter.not] : [])].flatMap(mentionedTerms),
];

/** What is judged after merging must come along, whether or not it was asked for. */
const termsOf = ({ question, filter }: Walk, joined: boolean): TwinQuery['terms'] =>
  joined && onlyKeeperKnows(filter) ? undefined : question.terms && [...new Set([...question.terms, ...(joined ? mentionedTerms(filter) : [])])];

const pageQuery = (walk: Walk, member: MemberPlan, joined: boolean): TwinQuery => {
  const { question, keys } = walk;
  const terms = termsOf(walk, joined);
  const after = keys.get(member.agency);
  return {
    version: 1,
    filter: filterOf(member),
    ...(terms && { terms }),
    ...(question.order && { order: question.order }),
    page: { first: question.first, ...(after && { after }) },
    ...(question.links && { links: question.links }),
    ...(question.count && { count: true }),
  };
};

const identityQuery = (walk: Walk, { ids, objects }: Identity): TwinQuery => {
  const terms = termsOf(walk, true);
  return { version: 1, identity: { ids: [...ids], objects: [...objects] }, ...(terms && { terms }), page: { first: limits.identityBatchMax }, ...(walk.question.links && { links: walk.question.links }) };
};

type Reports = Map<AgencyId, SourceReport>;

/** What a round of questions for representations builds on; each round adds to the reports. */
type Round = { readonly walk: Walk; readonly plan: QueryPlan; readonly reports: Reports; readonly answered: ReadonlyMap<AgencyId, ReadonlySet<string>> };

const toldBy = ({ walk: { desk }, answered }: Round, agency: AgencyId): Told => ({
  agency,
  identities: desk.identities.get(agency),
  linked: desk.linked.get(agency),
  answered: answered.get(agency) ?? new Set(),
});

/** The representations that others keep of the objects found: one more question to those that may have any that are not at hand. */
const askIdentities = async (round: Round, identity: Identity, held: ReadonlySet<TwinId>): Promise<readonly Asked[]> => {
  const { walk, plan } = round;
  const open = new Map(plan.members.map(({ agency }) => [agency, openFor(toldBy(round, agency), identity, held)]));
  const members = plan.members.filter(({ agency }) => (open.get(agency)?.ids.length ?? 0) + (open.get(agency)?.objects.length ?? 0) > 0);
  const asking: QueryPlan = { ...plan, members: members.map((member) => ({ agency: member.agency, twinId: member.twinId, ask: true, filter: {}, why: 'representations of what others found' })) };
  return askAll(walk.desk, asking, ({ agency }) => identityQuery(walk, open.get(agency) ?? identity), walk.deadline);
};

/** One round of questions for representations, in batches; what it found. */
const askRound = async (round: Round, { ids, objects }: Identity, held: ReadonlySet<TwinId>): Promise<readonly TwinRow[]> => {
  const { reports } = round;
  const found: TwinRow[] = [];
  for (let at = 0; at < Math.max(ids.length, objects.length); at += limits.identityBatchMax) {
    const batch = { ids: ids.slice(at, at + limits.identityBatchMax), objects: objects.slice(at, at + limits.identityBatchMax) };
    const asked = await askIdentities(round, batch, held);
    for (const { plan: member, report } of asked) reports.set(member.agency, joinReports(reports.get(member.agency) ?? report, report));
    found.push(...asked.flatMap(({ part }) => part?.page.rows ?? []));
  }
  return found;
};

const answeredIn = ({ plan, walk }: Pick<Round, 'plan' | 'walk'>, { pages }: PageParts): Round['answered'] =>
  new Map([...pages].map(([agency, page]) => [agency, walk.keys.has(agency) ? new Set() : answeredBy(filterOfMember(plan, agency), page)]));

/** The first rows, then the representations that others keep of the same objects, and theirs, then the judgement on what was merged. */
const joinByIdentity = async (walk: Walk, plan: QueryPlan, parts: PageParts, reports: Reports): Promise<JoinedPage> => {
  const begun = rowsToJoin(parts);
  const paged = [...parts.pages.values()].flatMap(({ rows }) => rows);
  const round: Round = { walk, plan, reports, answered: answeredIn({ plan, walk }, parts) };
  const more: TwinRow[] = [];
  const asked: Identity[] = [];
  for (let turn = 0; turn < limits.identityRoundsMax; turn += 1) {
    const open = identityOf([...begun, ...more], asked);
    if (open.ids.length + open.objects.length === 0) break;
    asked.push(open);
    more.push(...(await askRound(round, open, new Set([...paged, ...more].map(({ twin }) => twin.id)))));
  }
  return pageJoined(parts, { plan, filter: walk.filter, rules: walk.desk.federation.rules, more });
};

const answerPlanned = async (walk: Walk, plan: QueryPlan): Promise<FederatedAnswer> => {
  const { desk, question } = walk;
  const asked = await askAll(desk, plan, (member) => pageQuery(walk, member, plan.joined), walk.deadline);
  const reports: Reports = new Map(asked.map(({ plan: member, report }) => [member.agency, report]));
  const pages = new Map(asked.flatMap(({ plan: member, part }) => (part ? [[member.agency, part.page] as const] : [])));
  const parts: PageParts = { pages, keys: walk.keys, order: question.order, first: question.first };
  const page = plan.joined ? await joinByIdentity(walk, plan, parts, reports) : pageAlone(parts);
  return {
    rows: page.rows,
    ...(page.next && { next: encodeCursor(page.next) }),
    total: totalOf(plan, asked) ?? page.total,
    sources: reportsOfPage(sortedBy([...reports.values()], ({ agency }) => agency), page.rows),
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
const placesOf = async ({ desk, deadline }: Resolving, relation: Relation): Promise<{ readonly filter: TwinFilter; readonly missing: readonly SourceReport[] }> => {
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

const resolveRelations = async (resolving: Resolving, filter: FederatedFilter): Promise<Resolved> => {
  const relations = [...new Set(relationsOf(filter))];
  const resolved = new Map(await Promise.all(relations.map(async (relation) => [relation, await placesOf(resolving, relation)] as const)));
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

const summarise = async (desk: Desk, filter: FederatedFilter | undefined, by: readonly Facet[], deadline: Deadline): Promise<FederatedSummary> => {
  const prepared = await prepare({ desk, deadline }, filter ?? {});
  const plan = planQuery(prepared.filter, desk.planned.map((member) => ({ ...member, identities: false })));
  const asked = await askAll(desk, plan, (member) => ({ version: 1, filter: filterOf(member), summary: [...by] }), deadline);
  const groups = addGroups(asked.flatMap(({ part }) => part?.page.groups ?? []));
  return { groups, sources: withMissing(asked.map(({ report, part }) => ({ ...report, rows: (part?.page.groups ?? []).reduce((sum, { count }) => sum + count, 0) })), prepared.missing), plan: plan.members };
};

const plannedMembers = async (room: Room, federation: Federation): Promise<readonly PlannedMember[]> => {
  const own = await room.store.kinds();
  const self: PlannedMember = { twinId: room.self.id, agency: room.self.agency, identities: true, kinds: own.map(({ kind, terms }) => ({ kind, terms: terms.map(({ term }) => term) })) };
  const others = federation.members
    .filter(({ state }) => state === 'ACTIVE' || state === 'INTERRUPTED')
    .map(({ twinId, agency, features }): PlannedMember => ({ twinId, agency, identities: true, kinds: features.map(({ kind, terms }) => ({ kind, terms })) }));
  return [self, ...others];
};

export type FederatedTwins = {
  readonly ask: (federation: Federation, question: FederatedQuestion, deadline: Deadline) => Promise<Result<FederatedAnswer>>;
  readonly summarise: (federation: Federation, question: { readonly filter?: FederatedFilter | undefined; readonly by: readonly Facet[] }, deadline: Deadline) => Promise<FederatedSummary>;
};

export const createFederatedTwins = (room: Room, reads: MemberReads): FederatedTwins => {
  const identities = new Map<AgencyId, number>();
  const linked = new Map<AgencyId, number | undefined>();
  const deskOf = async (federation: Federation): Promise<Desk> => ({
    room,
    federation,
    identities,
    linked,
    sources: [ownSource(room), ...federation.members.map((member) => reads.sourceOf(federation, member))],
    planned: await plannedMembers(room, federation),
  });
  return {
    ask: async (federation, question, deadline) => ask(await deskOf(federation), question, deadline),
    summarise: async (federation, { filter, by }, deadline) => summarise(await deskOf(federation), filter, by, deadline),
  };
};

/** The time of one answer. */
export const createDeadline = (room: Room, deadlineMs: number, asker: AbortSignal | undefined): Deadline & Pick<Ending, 'done'> => {
  const bounded = Math.min(Math.max(deadlineMs, limits.deadlineMinMs), limits.deadlineMaxMs);
  const from = room.deps.clock.monotonicMs();
  return { ...endingSignal(room.deps.timers, bounded, asker), leftMs: () => Math.max(0, bounded - (room.deps.clock.monotonicMs() - from)) };
};
