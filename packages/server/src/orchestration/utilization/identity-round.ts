/**
 * Identity rounds: the first rows of a walk, then the representations that others keep of the same objects, and theirs, then the judgement on what was merged.
 */
import {
  type AgencyId,
  answeredBy,
  type FederatedFilter,
  type Identity,
  identityOf,
  type JoinedPage,
  limits,
  type MemberPlan,
  type Order,
  onlyKeeperKnows,
  openFor,
  type PageParts,
  pageJoined,
  problem,
  type QueryPlan,
  rowsToJoin,
  type SourceReport,
  type TermId,
  type Told,
  type TwinFilter,
  type TwinId,
  type TwinQuery,
  type TwinRow,
  unasked,
} from '@cityweave/core';
import type { MemberKeys } from './federated-cursor.ts';
import type { Deadline } from './member-read.ts';

import { type Asked, askAll, type Desk, filterOf, filterOfMember, joinReports } from './source-asking.ts';

export type FederatedQuestion = {
  readonly filter?: FederatedFilter | undefined;
  readonly terms?: readonly TermId[] | undefined;
  readonly order?: Order | undefined;
  readonly first: number;
  readonly after?: string | undefined;
  readonly links?: TwinQuery['links'];
  readonly count?: boolean | undefined;
  /** the twins as they were, those that matched then */
  readonly at?: TwinQuery['at'];
};

export type Walk = {
  readonly desk: Desk;
  readonly question: FederatedQuestion;
  readonly filter: TwinFilter;
  readonly keys: MemberKeys;
  readonly deadline: Deadline;
};

const mentionedTerms = (filter: TwinFilter): readonly TermId[] => [
  ...(filter.property ?? []).map(({ term }) => term),
  ...[...(filter.all ?? []), ...(filter.any ?? []), ...(filter.not ? [filter.not] : [])].flatMap(mentionedTerms),
];

/** What is judged after merging must come along, whether or not it was asked for. */
const termsOf = ({ question, filter }: Walk, joined: boolean): TwinQuery['terms'] =>
  joined && onlyKeeperKnows(filter) ? undefined : question.terms && [...new Set([...question.terms, ...(joined ? mentionedTerms(filter) : [])])];

export const pageQuery = (walk: Walk, member: MemberPlan, joined: boolean): TwinQuery => {
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
    ...(question.at && { at: question.at }),
  };
};

const identityQuery = (walk: Walk, { ids, objects }: Identity): TwinQuery => {
  const terms = termsOf(walk, true);
  return {
    version: 1,
    identity: { ids: [...ids], objects: [...objects] },
    ...(terms && { terms }),
    page: { first: limits.identityBatchMax },
    ...(walk.question.links && { links: walk.question.links }),
    ...(walk.question.at && { at: walk.question.at }),
  };
};

export type Reports = Map<AgencyId, SourceReport>;

/** What a round of questions for representations builds on; each round adds to the reports. */
type Round = { readonly walk: Walk; readonly plan: QueryPlan; readonly reports: Reports; readonly answered: ReadonlyMap<AgencyId, ReadonlySet<string>> };

/** What is counted is what there is now: of the past nothing is told. */
const toldBy = ({ walk: { desk, question }, answered }: Round, agency: AgencyId): Told => ({
  agency,
  identities: question.at ? undefined : desk.identities.get(agency),
  linked: question.at ? undefined : desk.linked.get(agency),
  answered: answered.get(agency) ?? new Set(),
});

/** Whoever stayed away in this answer is not waited for a second time. */
const hasFailed = ({ reports }: Round, agency: AgencyId): boolean => ['LATE', 'FAILED'].includes(reports.get(agency)?.status ?? '');

/** The representations that others keep of the objects found: one more question to those that may have any that are not at hand. */
const askIdentities = async (round: Round, identity: Identity, held: ReadonlySet<TwinId>): Promise<readonly Asked[]> => {
  const { walk, plan } = round;
  const open = new Map(plan.members.map(({ agency }) => [agency, openFor(toldBy(round, agency), identity, held)]));
  const isOpen = (agency: AgencyId): boolean => (open.get(agency)?.ids.length ?? 0) + (open.get(agency)?.objects.length ?? 0) > 0;
  const members = plan.members.filter(({ agency }) => isOpen(agency) && !hasFailed(round, agency));
  const asking: QueryPlan = {
    ...plan,
    members: members.map((member) => ({ agency: member.agency, twinId: member.twinId, ask: true, filter: {}, why: 'representations of what others found' })),
  };
  return askAll(walk.desk, asking, { queryOf: ({ agency }) => identityQuery(walk, open.get(agency) ?? identity), deadline: walk.deadline });
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

/** Whoever may keep representations that no round was left for has answered in part. */
const reportUnasked = (round: Round, left: Identity, held: ReadonlySet<TwinId>): void => {
  for (const { agency } of round.plan.members) {
    const open = openFor(toldBy(round, agency), left, held);
    const [subject] = [...open.ids, ...open.objects];
    const before = round.reports.get(agency);
    if (!(subject && before)) continue;
    const partial: SourceReport = { agency, rows: 0, status: 'PARTIAL', problem: problem('tooLarge', { agency, subject, limit: limits.identityRoundsMax }) };
    round.reports.set(agency, joinReports(before, partial));
  }
};

const answeredIn = ({ plan, walk }: Pick<Round, 'plan' | 'walk'>, { pages }: PageParts): Round['answered'] =>
  new Map([...pages].map(([agency, page]) => [agency, walk.keys.has(agency) ? new Set() : answeredBy(filterOfMember(plan, agency), page)]));

/** The first rows, then the representations that others keep of the same objects, and theirs, then the judgement on what was merged. */
export const joinByIdentity = async ({ walk, plan, reports }: Pick<Round, 'walk' | 'plan' | 'reports'>, parts: PageParts): Promise<JoinedPage> => {
  const begun = rowsToJoin(parts);
  const paged = [...parts.pages.values()].flatMap(({ rows }) => rows);
  const round: Round = { walk, plan, reports, answered: answeredIn({ plan, walk }, parts) };
  const more: TwinRow[] = [];
  const asked: Identity[] = [];
  for (let open = identityOf(begun); open.ids.length + open.objects.length > 0; open = identityOf([...begun, ...more], asked)) {
    asked.push(open);
    more.push(...(await askRound(round, open, new Set([...paged, ...more].map(({ twin }) => twin.id)))));
  }
  reportUnasked(round, unasked([...begun, ...more], asked), new Set([...paged, ...more].map(({ twin }) => twin.id)));
  return pageJoined(parts, { plan, filter: walk.filter, rules: walk.desk.federation.rules, more });
};
