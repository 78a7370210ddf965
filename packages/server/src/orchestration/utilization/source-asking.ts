/**
 * Source asking: each source of a plan asked at once within the deadline, and what it contributed reported exactly once.
 */
import {
  type AgencyId,
  addChecks,
  agencyOf,
  type ChecksMade,
  checkRows,
  compareText,
  type Federation,
  fail,
  limits,
  type MemberPlan,
  type PlannedMember,
  type Problem,
  problem,
  type QueryPlan,
  type Result,
  type SourceReport,
  type TwinFilter,
  type TwinId,
  type TwinQuery,
} from '@cityweave/core';
import type { Room } from '../room.ts';
import type { InnerSet } from './inner-set.ts';
import { type Deadline, type MemberPart, oldestOf, type SourceOfTwins } from './member-read.ts';

export type Asked = { readonly plan: MemberPlan; readonly part?: MemberPart; readonly report: SourceReport };

export type Desk = {
  readonly room: Room;
  readonly federation: Federation;
  readonly sources: readonly SourceOfTwins[];
  readonly identities: Map<AgencyId, number>;
  readonly linked: Map<AgencyId, number | undefined>;
  /** inner sets of relations that are being walked now */
  readonly resolving: Map<string, Promise<InnerSet>>;
  readonly planned: readonly PlannedMember[];
};

/** Nobody is waited for beyond the deadline, whatever he does. */
export const withinDeadline = <T>(work: () => Promise<Result<T>>, { signal }: Deadline): Promise<Result<T>> => {
  if (signal.aborted) return Promise.resolve(fail(problem('timedOut')));
  return new Promise((resolve, reject) => {
    const over = () => resolve(fail(problem('timedOut')));
    signal.addEventListener('abort', over, { once: true });
    work()
      .then(resolve, (cause) => (signal.aborted ? over() : reject(cause)))
      .finally(() => signal.removeEventListener('abort', over));
  });
};

/** Every value is looked at before it is used; what does not pass is told, not hidden. */
const checksOf = ({ room, federation }: Desk, agency: AgencyId, { page }: MemberPart): ChecksMade => {
  const coverage = federation.members.find((member) => member.agency === agency)?.coverage;
  return checkRows(page.rows, { vocabulary: room.vocabulary(), coverage, now: room.deps.clock.now() });
};

const moreLinks = ({ agency }: SourceReport, id: TwinId): Problem =>
  problem('tooLarge', {
    agency,
    subject: `links of ${id}`,
    accepted: 'fewer twins a page, or links of some kinds or of one direction only',
    limit: limits.linksPerTwinAnswerMax,
  });

/** Who was asked for links and could not tell all of a twin that is in the answer has answered in part; whoever asked for none was told all. */
export const withLinksCut = (report: SourceReport, cut: readonly TwinId[]): SourceReport => {
  const id = cut.find((twin) => agencyOf(twin) === report.agency);
  if (id === undefined || (report.status !== 'ANSWERED' && report.status !== 'WITHHELD')) return report;
  return { ...report, status: 'PARTIAL', problem: moreLinks(report, id) };
};

const reportOf = (desk: Desk, part: MemberPart, { agency, latencyMs }: Pick<SourceReport, 'agency' | 'latencyMs'>): SourceReport => {
  const oldest = oldestOf(part.page);
  const base = { agency, rows: part.page.rows.length, latencyMs, checks: checksOf(desk, agency, part), ...(oldest && { oldest }) };
  const kept = part.withheld && { withheld: part.withheld };
  return kept ? { ...base, ...kept, status: 'WITHHELD' } : { ...base, status: 'ANSWERED' };
};

const reportOfProblem = (agency: AgencyId, given: Problem, latencyMs: number): SourceReport => ({
  agency,
  rows: 0,
  latencyMs,
  problem: given,
  status: given.kind === 'timedOut' ? 'LATE' : 'FAILED',
});

/** Who keeps no history, or tells it in another way, says so; what is true now would be no answer. */
const isAboutPast = ({ kind, subject }: Problem): boolean => kind === 'badQuery' && subject === 'at';

const tellsNoPast = 'it does not tell what was before';

type Posing = { readonly plan: MemberPlan; readonly query: TwinQuery; readonly deadline: Deadline };

const askSource = async (desk: Desk, { plan, query, deadline }: Posing): Promise<Asked> => {
  const source = desk.sources.find(({ agency }) => agency === plan.agency);
  if (!plan.ask || !source) return { plan, report: { agency: plan.agency, status: 'NOT_ASKED', rows: 0, why: plan.why } };
  const interrupted = source.interruption();
  if (interrupted) return { plan, report: { agency: plan.agency, status: 'FAILED', rows: 0, ...interrupted } };
  const from = desk.room.deps.clock.monotonicMs();
  const part = await withinDeadline(() => source.read(query, deadline), deadline);
  const latencyMs = desk.room.deps.clock.monotonicMs() - from;
  if (!part.ok && query.at && isAboutPast(part.problem)) return { plan, report: { agency: plan.agency, status: 'NOT_ASKED', rows: 0, why: tellsNoPast } };
  if (!part.ok) return { plan, report: reportOfProblem(plan.agency, part.problem, latencyMs) };
  desk.identities.set(plan.agency, part.value.page.identities);
  desk.linked.set(plan.agency, part.value.page.linked);
  return { plan, part: part.value, report: reportOf(desk, part.value, { agency: plan.agency, latencyMs }) };
};

export type Questions = { readonly queryOf: (member: MemberPlan) => TwinQuery; readonly deadline: Deadline };

export const askAll = (desk: Desk, plan: QueryPlan, { queryOf, deadline }: Questions): Promise<readonly Asked[]> =>
  Promise.all(plan.members.map((member) => askSource(desk, { plan: member, query: queryOf(member), deadline })));

export const filterOf = (plan: MemberPlan): TwinFilter => (plan.ask ? plan.filter : {});

export const filterOfMember = ({ members }: QueryPlan, agency: AgencyId): TwinFilter => {
  const member = members.find((planned) => planned.agency === agency);
  return member ? filterOf(member) : {};
};

const stayedAway = ({ status }: SourceReport): boolean => status === 'LATE' || status === 'FAILED';

/** Two reports of one source as one: the worse status, the rows of both. */
const worse = ['ANSWERED', 'NOT_ASKED', 'WITHHELD', 'PARTIAL', 'LATE', 'FAILED'] as const;

export const joinReports = (a: SourceReport, b: SourceReport): SourceReport => {
  if (a.status === 'NOT_ASKED' && b.status !== 'NOT_ASKED') return b;
  if (b.status === 'NOT_ASKED') return a;
  const [lesser, graver] = worse.indexOf(a.status) <= worse.indexOf(b.status) ? [a, b] : [b, a];
  const status = stayedAway(graver) && !stayedAway(lesser) ? 'PARTIAL' : graver.status;
  const latencyMs = Math.max(a.latencyMs ?? 0, b.latencyMs ?? 0);
  const checks = addChecks(a.checks, b.checks);
  return { ...lesser, ...graver, status, rows: a.rows + b.rows, latencyMs, ...(checks && { checks }) };
};

export const sortedBy = <T>(all: readonly T[], by: (item: T) => string): readonly T[] => [...all].sort((a, b) => compareText(by(a), by(b)));
