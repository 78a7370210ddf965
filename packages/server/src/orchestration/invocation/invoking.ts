/**
 * Invoking (T12), the asker's side: whose function it is in which federation, asked and waited for within a deadline; and runs in the background looked after.
 */
import {
  agencyOf,
  FeatureId,
  type Federation,
  type FederationId,
  type FunctionEffect,
  type FunctionRun,
  fail,
  type Member,
  ok,
  type Problem,
  problem,
  type Result,
  type RunId,
  type Scenario,
} from '@cityweave/core';
import { newMessageId } from '../../deps.ts';
import type { Asking } from '../../exchange/ask.ts';
import type { Links } from '../communication-status.ts';
import { peerOf } from '../forming/saying.ts';
import { federations, type Room } from '../room.ts';
import { type AskedRuns, createAskedRuns } from './asked-runs.ts';
import { isEnded } from './runs.ts';

export type Invoked = { readonly run: FunctionRun; readonly member: Member; readonly federation: Federation };

export type Invocation = {
  readonly feature: FeatureId;
  readonly inputs: FunctionRun['outputs'];
  readonly mode: 'sync' | 'async';
  readonly deadlineMs: number;
  /** what is tried out, where it has a name */
  readonly scenario?: Scenario | undefined;
  /** how long the run may take, as an ISO 8601 duration; as long as its owner allows where absent */
  readonly timeout?: string | undefined;
  /** the most that may happen: nothing in the city moves where it is absent */
  readonly effect?: FunctionEffect | undefined;
  readonly federation?: string | undefined;
  /** for whom it is computed, where not for this agency */
  readonly onBehalfOf?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type Invoking = {
  /** The federation of this node in which a member grants the function. */
  readonly granting: (feature: string, federation?: string) => Result<{ readonly federation: Federation; readonly member: Member }>;
  readonly invoke: (invocation: Invocation) => Promise<Result<Invoked>>;
  readonly query: (feature: FeatureId, runId: RunId) => Promise<Result<FunctionRun>>;
  readonly cancel: (feature: FeatureId, runId: RunId) => Promise<Result<FunctionRun>>;
  /** what owners tell of ends */
  readonly asked: Pick<AskedRuns, 'heard' | 'forget'>;
};

const agencyIn = (feature: string): string | undefined => ((parsed) => parsed && agencyOf(parsed))(FeatureId.safeParse(feature).data);

const hasNoFunctions = ({ agency }: Member, feature: string): Problem =>
  problem('unbridgeable', {
    ...{ subject: feature, agency, found: 'a member that takes part over an adaptor' },
    accepted: 'a function that it offers: a system that tells data by OGC API Features or NGSI-LD computes nothing',
  });

const granting = (room: Room, feature: string, wanted: string | undefined): ReturnType<Invoking['granting']> => {
  for (const federation of federations.live(room.records)) {
    if ((wanted !== undefined && federation.id !== wanted) || !['ACTIVE', 'DEGRADED'].includes(federation.state)) continue;
    const member = federation.members.find(
      ({ state, features }) => state === 'ACTIVE' && features.some(({ featureId, modes }) => featureId === feature && modes?.includes('invoke')),
    );
    if (member) return ok({ federation, member });
    const bridged = federation.members.find(({ agency, bridge }) => bridge && agency === agencyIn(feature));
    if (bridged) return fail(hasNoFunctions(bridged, feature));
  }
  return fail(problem('notFound', { subject: feature, accepted: 'a function that a member of an active federation of this node grants' }));
};

type Desk = { readonly room: Room; readonly links: Pick<Links, 'clocksDiffer'>; readonly runs: AskedRuns };

/** What is left for the way back. */
const marginMs = 100;

type Begun = { readonly federation: Federation; readonly member: Member; readonly runId: RunId; readonly from: number };

/** What moves something is done once, however often it is said, and never after its asker gave up. */
export const mannerOf = (effect: FunctionEffect, deadlineMs: number): Pick<Asking, 'qos' | 'priority' | 'expiresInMs'> =>
  effect === 'actuation' ? { qos: 2, priority: 'high', expiresInMs: deadlineMs } : {};

const asking = async ({ room }: Desk, invocation: Invocation, { federation, member, runId }: Begun): Promise<Result<FunctionRun>> => {
  const { feature, inputs = {}, mode, deadlineMs, effect = 'simulation', scenario, timeout, signal, onBehalfOf } = invocation;
  const budgetMs = Math.max(0, deadlineMs - marginMs);
  const parameters = { federationId: federation.id, agreementId: member.agreementId, mode, effect, inputs, scenario, timeout, runId, budgetMs };
  const content = { parameters, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: a list of one
  const asked = await room.ask(peerOf(member, 'data'), 'digitalTwin.invoke.feature', content, {
    timeoutMs: deadlineMs,
    ...mannerOf(effect, deadlineMs),
    signal,
    federationId: federation.id,
    conversationId: runId,
    onBehalfOf,
  });
  return asked.ok ? ok(asked.value.parameters) : asked;
};

type About = 'digitalTwin.query.feature' | 'digitalTwin.cancel.feature';
type Named = { readonly feature: FeatureId; readonly runId: RunId; readonly federation?: FederationId | undefined; readonly timeoutMs?: number };

/** In the federation in which it was asked for: another one between the two says nothing of it. */
const grantingRun = ({ room, runs }: Desk, { feature, runId, federation }: Named) => granting(room, feature, federation ?? runs.federation(runId));

const about = async (desk: Desk, name: About, { feature, runId, federation, timeoutMs }: Named): Promise<Result<FunctionRun>> => {
  const found = grantingRun(desk, { feature, runId, federation });
  if (!found.ok) return found;
  const content = { parameters: { runId }, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: as above
  const asking = { federationId: found.value.federation.id, ...(timeoutMs !== undefined && { timeoutMs }) };
  const asked = await desk.room.ask(peerOf(found.value.member, 'data'), name, content, asking);
  return asked.ok ? ok(asked.value.parameters) : asked;
};

/** As its owner told of its end, as long as the function is granted; else as it says when it is asked. */
const standing = async (desk: Desk, named: Named): Promise<Result<FunctionRun>> => {
  const ended = grantingRun(desk, named).ok ? desk.runs.ended(named.runId) : undefined;
  return ended ? ok(ended) : about(desk, 'digitalTwin.query.feature', named);
};

/** Who waits and was answered that it goes on waits for its end as long as he has time; what goes on then stays to be asked for. */
const outlasting = async (desk: Desk, { feature, deadlineMs, signal }: Invocation, { from, run }: Begun & { readonly run: FunctionRun }) => {
  const { clock } = desk.room.deps;
  const left = (): number => Math.max(1, deadlineMs - (clock.monotonicMs() - from));
  const { runId } = run;
  if (!(await desk.runs.told(runId, { ms: left(), signal }))) return ok(run);
  const ended = await standing(desk, { feature, runId, timeoutMs: left() });
  return ended.ok && ended.value.problem ? fail(ended.value.problem) : ended;
};

/** Who waits for it no longer says so: it is not computed for nobody. */
const leave = (desk: Desk, named: Named): void =>
  void about(desk, 'digitalTwin.cancel.feature', named).catch((cause) => desk.room.events.defect('function', cause));

const invoke = async (desk: Desk, invocation: Invocation): Promise<Result<Invoked>> => {
  const { room, links, runs } = desk;
  const { feature, mode, federation: wanted, signal } = invocation;
  const found = granting(room, feature, wanted);
  if (!found.ok) return found;
  const { federation, member } = found.value;
  const differing = links.clocksDiffer(member.twinId, federation.sync?.clockToleranceMs);
  if (differing) return fail(differing);
  const begun: Begun = { federation, member, runId: newMessageId(room.deps.ids), from: room.deps.clock.monotonicMs() };
  const remembered = runs.begin(begun.runId, { owner: member.twinId, federationId: federation.id });
  if (!remembered.ok) return remembered;
  const asked = await asking(desk, invocation, begun);
  const goesOn = asked.ok && mode === 'sync' && !isEnded(asked.value);
  if (mode === 'sync' && !goesOn) runs.drop(begun.runId);
  const run = goesOn ? await outlasting(desk, invocation, { ...begun, run: asked.value }) : asked;
  if (mode === 'sync' && signal?.aborted) leave(desk, { feature, runId: begun.runId, federation: federation.id });
  return run.ok ? ok({ run: run.value, member, federation }) : run;
};

export const createInvoking = (room: Room, links: Desk['links']): Invoking => {
  const desk: Desk = { room, links, runs: createAskedRuns(room) };
  return {
    granting: (feature, federation) => granting(room, feature, federation),
    invoke: (invocation) => invoke(desk, invocation),
    query: (feature, runId) => standing(desk, { feature, runId }),
    cancel: (feature, runId) => about(desk, 'digitalTwin.cancel.feature', { feature, runId }),
    asked: desk.runs,
  };
};
