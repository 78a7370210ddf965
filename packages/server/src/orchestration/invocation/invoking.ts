/**
 * Invoking (T12), the asker's side: whose function it is in which federation, asked within a deadline; and runs in the background looked after.
 */
import {
  agencyOf,
  FeatureId,
  type Federation,
  type FunctionEffect,
  type FunctionRun,
  fail,
  type Member,
  ok,
  type Problem,
  problem,
  type Result,
  type RunId,
} from '@cityweave/core';
import { newMessageId } from '../../deps.ts';
import type { Links } from '../communication-status.ts';
import { peerOf } from '../forming/saying.ts';
import { federations, type Room } from '../room.ts';
import { type AskedRuns, createAskedRuns } from './asked-runs.ts';

export type Invoked = { readonly run: FunctionRun; readonly member: Member; readonly federation: Federation };

export type Invocation = {
  readonly feature: FeatureId;
  readonly inputs: FunctionRun['outputs'];
  readonly mode: 'sync' | 'async';
  readonly deadlineMs: number;
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
  for (const federation of federations.all(room.records)) {
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

const invoke = async ({ room, links, runs }: Desk, invocation: Invocation): Promise<Result<Invoked>> => {
  const { feature, inputs = {}, mode, deadlineMs, effect = 'simulation', federation: wanted, signal, onBehalfOf } = invocation;
  const found = granting(room, feature, wanted);
  if (!found.ok) return found;
  const { federation, member } = found.value;
  const differing = links.clocksDiffer(member.twinId, federation.sync?.clockToleranceMs);
  if (differing) return fail(differing);
  const runId = mode === 'async' ? newMessageId(room.deps.ids) : undefined;
  if (runId !== undefined) runs.begin(runId, { owner: member.twinId, federationId: federation.id });
  const parameters = {
    federationId: federation.id,
    agreementId: member.agreementId,
    mode,
    effect,
    inputs,
    ...(runId !== undefined && { runId }),
    budgetMs: Math.max(0, deadlineMs - marginMs),
  };
  const content = { parameters, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: a list of one
  const asked = await room.ask(peerOf(member, 'data'), 'digitalTwin.invoke.feature', content, {
    timeoutMs: deadlineMs,
    // what moves something is done once, however often it is said
    ...(effect === 'actuation' && { qos: 2 }),
    signal,
    federationId: federation.id,
    conversationId: runId,
    onBehalfOf,
  });
  return asked.ok ? ok({ run: asked.value.parameters, member, federation }) : asked;
};

type About = 'digitalTwin.query.feature' | 'digitalTwin.cancel.feature';
type Named = { readonly feature: FeatureId; readonly runId: RunId };

const about = async (room: Room, name: About, { feature, runId }: Named): Promise<Result<FunctionRun>> => {
  const found = granting(room, feature, undefined);
  if (!found.ok) return found;
  const content = { parameters: { runId }, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: as above
  const asked = await room.ask(peerOf(found.value.member, 'data'), name, content);
  return asked.ok ? ok(asked.value.parameters) : asked;
};

/** As its owner told of its end, as long as the function is granted; else as it says when it is asked. */
const standing = async (room: Room, runs: AskedRuns, named: Named): Promise<Result<FunctionRun>> => {
  const ended = granting(room, named.feature, undefined).ok ? runs.ended(named.runId) : undefined;
  return ended ? ok(ended) : about(room, 'digitalTwin.query.feature', named);
};

export const createInvoking = (room: Room, links: Desk['links']): Invoking => {
  const runs = createAskedRuns(room);
  return {
    granting: (feature, federation) => granting(room, feature, federation),
    invoke: (invocation) => invoke({ room, links, runs }, invocation),
    query: (feature, runId) => standing(room, runs, { feature, runId }),
    cancel: (feature, runId) => about(room, 'digitalTwin.cancel.feature', { feature, runId }),
    asked: runs,
  };
};
