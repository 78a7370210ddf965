/**
 * Orchestration (FOF, Y.4489 10.3): its part of the answers, and what an operator or an application of this node can ask.
 */
import {
  type Agreement,
  type AgreementId,
  type Answers,
  type Candidate,
  type ConnectionId,
  type Federation,
  FederationId,
  fail,
  type HistoryQuery,
  ok,
  problem,
  type Result,
  type SamplePage,
  type TwinId,
  viewOf,
} from '@cityweave/core';
import type { Answered, AskedBy, Done } from '../exchange/answer.ts';
import { createRates, type Rates } from './agreement-in-force.ts';
import { createFarFeed } from './bridging/far-feed.ts';
import { createFarLog, type FarLog } from './bridging/far-log.ts';
import { createFarRecords, type FarRecords } from './bridging/far-records.ts';
import { noteBridge, noteFigures } from './bridging/standing-bridge.ts';
import { discoverCandidates, type Wanted } from './candidate.ts';
import { createLinks, type Links } from './communication-status.ts';
import { createDuties, type Duties } from './duties.ts';
import { reportStatus, statusOf } from './federation-status.ts';
import { createFederationManagement, type FederationManagement } from './forming/federation.ts';
import { answerPurpose } from './forming/purpose.ts';
import { createInvoking, type Invoking } from './invocation/invoking.ts';
import { createRunning, type Running } from './invocation/running.ts';
import { createStoreFeed, type Feed } from './live/feed.ts';
import { createFollow, type Follow } from './live/following.ts';
import { createPublishing, type Publishing } from './live/publishing.ts';
import { statusNow } from './maintenance.ts';
import { answerRequest, confirmAgreement, letGo, noteFormed, noteStatus, openCommunication, pausePart, resumePart } from './membership/membership.ts';
import { requestsInReview, review } from './membership/review.ts';
import { createStanding, type Standing } from './membership/standing.ts';
import { remembering } from './partner-trust.ts';
import { createRegistryNotices, type RegistryNotices } from './registry-notices.ts';
import { agreements, communications, federationById, federations, type Room } from './room.ts';
import { answerRead } from './utilization/exchange-data.ts';
import {
  createDeadline,
  createFederatedTwins,
  type FederatedAnswer,
  type FederatedQuestion,
  type FederatedSummary,
  type SummaryQuestion,
} from './utilization/federated-twin.ts';
import type { AlignedSeries, Aligning } from './utilization/history-asking.ts';
import { createJoining, type Joining } from './utilization/joining.ts';
import { createMemberReads, type Deadline } from './utilization/member-read.ts';
import { type Areas, createAreas } from './utilization/sent-areas.ts';
import { type WalkedSource, walkedSources } from './utilization/walking.ts';

export type TwinAnswers = Answers<'digitalTwin', AskedBy, Answered>;
export type ApplicationAnswers = Answers<'application', AskedBy, Answered>;

export type Asking = { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined };

export type Orchestration = {
  readonly answers: TwinAnswers & ApplicationAnswers;
  readonly publishing: Publishing;
  readonly links: Links;
  readonly management: FederationManagement;
  /** federations that this node started */
  readonly federations: () => readonly Federation[];
  readonly federation: (id: string) => Federation | undefined;
  readonly ask: (federation: Federation, question: FederatedQuestion, asking: Asking) => Promise<Result<FederatedAnswer>>;
  readonly summarise: (federation: Federation, question: SummaryQuestion, asking: Asking) => Promise<FederatedSummary>;
  /** The history of a twin of any member, as far as its owner shows it. */
  readonly history: (federation: Federation, asked: { readonly id: TwinId; readonly history: HistoryQuery }, asking: Asking) => Promise<Result<SamplePage>>;
  /** A series of several twins in one grid of slots and one unit. */
  readonly aligned: (federation: Federation, asked: Aligning, asking: Asking) => Promise<readonly AlignedSeries[]>;
  /** Tells what happens at every source of a federation. */
  readonly follow: Follow;
  readonly discover: (wanted: Wanted) => Promise<Result<readonly Candidate[]>>;
  /** An owner's decision on a request that its policy left to a person. */
  readonly decide: (id: AgreementId, decision: { readonly accept: boolean; readonly reason?: string | undefined }) => Promise<Result<Agreement>>;
  /** how this node stands as a member of others' federations, and leaving them */
  readonly standing: Standing;
  /** requests that wait for a person */
  readonly inReview: () => readonly Agreement[];
  readonly agreement: (id: AgreementId) => Agreement | undefined;
  /** This node and every member that takes part, to be walked twin by twin. */
  readonly sources: (federation: Federation) => readonly WalkedSource[];
  /** Functions of members. */
  readonly functions: Invoking;
  /** Tries the joins to other agencies' keys again. */
  readonly resolveJoins: () => void;
  /** Once every join that is open now has been tried. */
  readonly joinsTried: () => Promise<void>;
  /** Called with a federation under which nothing of others may be kept any more. */
  readonly onForget: Duties['onForget'];
  /** An agency's own system says that something changed; false where nobody asked it to. */
  readonly farNotified: FarLog['notified'];
  readonly resume: () => void;
};

/** Members hear of each change of state or of who takes part. */
const tellMembers = (room: Room, links: Links, management: FederationManagement): void => {
  const told = new Map<string, string>();
  management.onChange((federation) => {
    const standing = `${federation.state} ${federation.members.map(({ twinId, state }) => `${twinId} ${state}`).join(' ')}`;
    if (!['ACTIVE', 'DEGRADED', 'SUSPENDED'].includes(federation.state) || told.get(federation.id) === standing) return;
    told.set(federation.id, standing);
    void reportStatus(room, links, federation).catch((cause) => room.events.defect('federation-status', cause));
  });
};

const joinWhenActive = (management: FederationManagement, join: () => void): void => {
  management.onChange(({ state }) => {
    if (state === 'ACTIVE') join();
  });
};

type Rooms = {
  readonly room: Room;
  readonly links: Links;
  readonly management: FederationManagement;
  readonly publishing: Publishing;
  readonly joining: Joining;
  readonly areas: Areas;
  readonly far: FarRecords;
  readonly rates: Rates;
  readonly running: Running;
  readonly functions: Invoking;
  readonly notices: RegistryNotices;
  readonly standing: Standing;
};

/** An answer after which something is to be done, once answer and records are safe. */
const afterwards = <R extends { readonly ok: boolean }>(done: R, run: () => void): R =>
  done.ok && 'value' in done ? { ...done, value: { ...(done.value as object), afterwards: run } } : done; // branding: every room's good value is an object

const twinAnswers = ({ room, links, management, publishing, joining, areas, far, rates, running, functions, notices, standing }: Rooms): TwinAnswers => ({
  'digitalTwin.request.federation': (request, by) => answerRequest(room, request, by),
  'digitalTwin.accept.federation': (request, by) =>
    afterwards(review.accepted(room, request, by), () => management.nudge(request.objects[0].attributes.terms.federationId)),
  'digitalTwin.reject.federation': (request, by) => afterwards(review.rejected(room, request, by), () => management.nudge(request.objects[0].id)),
  'digitalTwin.confirm.federation': (request, by) => confirmAgreement(room, request, by),
  'digitalTwin.request.communication': (request, by) => openCommunication(room, request, by),
  'digitalTwin.form.federatedDigitalTwin': (request, by) => afterwards(noteFormed(room, request, by), joining.run),
  'digitalTwin.read.exchangeData': (request, by) => answerRead({ room, areas, rates, far }, request, by),
  'digitalTwin.subscribe.exchangeData': publishing.subscribe,
  'digitalTwin.unsubscribe.exchangeData': publishing.unsubscribe,
  'digitalTwin.publish.exchangeData': () => fail(problem('notAllowedInState', { accepted: 'T11 on the event stream of a subscription' })),
  'digitalTwin.offer.federation': async (request, by) =>
    afterwards(await review.offered(room, request, by), () => management.nudge(request.objects[0].attributes.terms.federationId)),
  'digitalTwin.leave.federation': ({ parameters, objects: [{ id }] }, by) => {
    const agreed = management.leaving(id, by.sender, parameters);
    return agreed.ok ? ok({ reply: { parameters: { effectiveAt: agreed.value }, objects: [] } }) : agreed;
  },
  'digitalTwin.report.federationStatus': ({ objects: [{ id }] }, by) => heardFrom({ room, links, management }, id, by.sender),
  'digitalTwin.notify.federationStatus': (request, by) => afterwards(noteStatus(room, request, by), joining.run),
  'digitalTwin.suspend.federation': (request, by) => pausePart(room, request, by),
  'digitalTwin.resume.federation': (request, by) => resumePart(room, request, by),
  'digitalTwin.invoke.feature': running.invoke,
  'digitalTwin.query.feature': running.query,
  'digitalTwin.cancel.feature': running.cancel,
  'digitalTwin.query.federationStatus': ({ objects: [{ id }] }, by) => statusOf({ room, links }, id, by.sender),
  'digitalTwin.notify.communication': (request, by) => afterwards(noteBridge(room, request, by), () => lookAcross(links, room, request.objects[0].id)),
  'digitalTwin.report.communicationStatus': (request, by) => noteFigures(room, request, by),
  'digitalTwin.notify.digitalTwin': ({ parameters }, by) => afterwards(notices.heard(parameters, by), management.rediscover),
  'digitalTwin.notify.feature': ({ parameters }, by) =>
    'subscriptionId' in parameters ? afterwards(notices.heard(parameters, by), management.rediscover) : functions.asked.heard(parameters, by),
  'digitalTwin.release.federation': (request, by) => afterwards(letGo(room, request, { by, answered: rates.answered }), standing.nudge),
  'digitalTwin.query.exchangeLog': async ({ parameters: { after } }, { sender }) => {
    const shown = await room.log.excerpt(sender, after);
    return shown.ok ? ok({ reply: { parameters: {}, objects: [{ kind: 'exchangeLog', id: room.self.id, attributes: shown.value }] } }) : shown;
  },
  'digitalTwin.probe.digitalTwin': async ({ parameters: { echo } }) =>
    ok({ reply: { parameters: { echo }, objects: [{ kind: 'digitalTwin', id: room.self.id, attributes: { status: await statusNow(room) } }] } }),
});

/** What an adaptor says of a bridge is a reason to look whether anybody is there. */
const lookAcross = (links: Links, room: Room, id: ConnectionId): void => {
  const member = communications.load(room.records, id)?.ends[1].twinId;
  if (member !== undefined && member !== room.self.id) links.look(member);
};

/** T13: a member is there again; its link is looked at now, and what was put off is said. */
const heardFrom = (
  { room, links, management }: Pick<Rooms, 'room' | 'links' | 'management'>,
  id: FederationId,
  sender: string,
): Done<'digitalTwin.report.federationStatus'> => {
  const federation = federationById(room, id);
  if (!federation) return fail(problem('unknownFederation', { subject: id }));
  const member = federation.members.find(({ twinId, state }) => twinId === sender && state !== 'LEFT' && state !== 'REMOVED');
  if (!member) return fail(problem('notMember', { subject: sender }));
  return ok({
    reply: { parameters: {}, objects: [] },
    afterwards: () => {
      links.look(sender);
      management.nudge(id);
    },
  });
};

const applicationAnswers = (rooms: Rooms): ApplicationAnswers => ({
  'application.request.service': (request) => answerPurpose(rooms, request),
  'application.publish.exchangeData': () => fail(problem('notMyRole', { accepted: 'an application, which follows a federation by GraphQL' })),
  'application.notify.federationStatus': () => fail(problem('notMyRole', { accepted: 'an application, which follows a federation by GraphQL' })),
  'application.query.federationStatus': ({ objects: [{ id }] }) => statusOf(rooms, id, rooms.room.self.id),
  'application.retrieve.federation': ({ objects: [{ id }] }) => {
    const federation = federationById(rooms.room, id);
    if (!federation) return fail(problem('unknownFederation', { subject: id }));
    return ok({ reply: { parameters: {}, objects: [{ kind: 'federation', id, revision: federation.revision, attributes: viewOf(federation) }] } });
  },
});

const answersOf = (rooms: Rooms): TwinAnswers & ApplicationAnswers => ({ ...twinAnswers(rooms), ...applicationAnswers(rooms) });

const underDeadline = async <T>(room: Room, { deadlineMs, signal }: Asking, work: (deadline: Deadline) => Promise<T>): Promise<T> => {
  const { done, ...deadline } = createDeadline(room, deadlineMs, signal);
  return work(deadline).finally(done);
};

/** With whatever was not finished when the node stopped, and what was promised. */
const goOn = (room: Room, rooms: Pick<Rooms, 'management' | 'joining' | 'standing' | 'running' | 'functions'> & { readonly duties: Duties }): void => {
  const failed = (where: string) => (cause: unknown) => (room.signal.aborted ? undefined : room.events.defect(where, cause));
  rooms.management.onChange(rooms.duties.nudge);
  rooms.duties.onForget(async (federation) => rooms.functions.asked.forget(federation));
  joinWhenActive(rooms.management, rooms.joining.run);
  rooms.management.resume();
  rooms.joining.run();
  void rooms.standing.keep().catch(failed('standing'));
  void rooms.duties.keep().catch(failed('duties'));
  void rooms.running.keep().catch(failed('running'));
};

/** Over a bridge changes are those of the agency's own systems, else those of the store. */
const feedsOf = (room: Room, farLog: FarLog) => {
  const [store, far] = [createStoreFeed(room), createFarFeed(room, farLog)];
  return (via: string | undefined): Feed => (via === undefined ? store : far);
};

export const createOrchestration = (given: Room): Orchestration => {
  const room: Room = { ...given, ask: remembering(given) };
  const links = createLinks(room);
  const management = createFederationManagement(room, links);
  const reads = createMemberReads(room, links);
  const twins = createFederatedTwins(room, reads);
  const [farLog, areas] = [createFarLog(room), createAreas()];
  const publishing = createPublishing({ room, feedOf: feedsOf(room, farLog), areas });
  const joining = createJoining(room);
  const [far, rates] = [createFarRecords(room, farLog), createRates(room)];
  const standing = createStanding(room);
  const [duties, notices] = [createDuties(room), createRegistryNotices(room)];
  const [running, functions] = [createRunning(room, rates), createInvoking(room, links)];
  tellMembers(room, links, management);
  const answers = answersOf({ room, links, management, publishing, joining, areas, far, rates, running, functions, notices, standing });
  return {
    answers,
    publishing,
    links,
    management,
    federations: () => federations.all(room.records),
    federation: (id) => {
      const parsed = FederationId.safeParse(id);
      return parsed.success ? federationById(room, parsed.data) : undefined;
    },
    ask: (federation, question, asking) => underDeadline(room, asking, (deadline) => twins.ask(federation, question, deadline)),
    summarise: (federation, question, asking) => underDeadline(room, asking, (deadline) => twins.summarise(federation, question, deadline)),
    aligned: (federation, asked, asking) => underDeadline(room, asking, (deadline) => twins.aligned(federation, asked, deadline)),
    history: (federation, asked, asking) => underDeadline(room, asking, (deadline) => twins.history(federation, asked, deadline)),
    functions,
    sources: (federation) => walkedSources(room, reads, federation),
    follow: createFollow(room),
    discover: (wanted) => discoverCandidates(room, wanted),
    decide: (id, decision) => review.decide(room, id, decision),
    standing,
    inReview: () => requestsInReview(room),
    agreement: (id) => agreements.load(room.records, id),
    resolveJoins: joining.run,
    joinsTried: joining.tried,
    onForget: duties.onForget,
    farNotified: farLog.notified,
    resume: () => goOn(room, { management, joining, standing, duties, running, functions }),
  };
};
