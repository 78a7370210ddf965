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
import { peerOf } from '../forming/saying.ts';
import { federations, type Room } from '../room.ts';

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

/** What is left for the way back. */
const marginMs = 100;

const invoke = async (room: Room, invocation: Invocation): Promise<Result<Invoked>> => {
  const { feature, inputs = {}, mode, deadlineMs, effect = 'simulation', federation: wanted, signal, onBehalfOf } = invocation;
  const found = granting(room, feature, wanted);
  if (!found.ok) return found;
  const { federation, member } = found.value;
  const parameters = {
    federationId: federation.id,
    agreementId: member.agreementId,
    mode,
    effect,
    inputs,
    budgetMs: Math.max(0, deadlineMs - marginMs),
  };
  const content = { parameters, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: a list of one
  const asked = await room.ask(peerOf(member, 'data'), 'digitalTwin.invoke.feature', content, {
    timeoutMs: deadlineMs,
    // what moves something is done once, however often it is said
    ...(effect === 'actuation' && { qos: 2 }),
    signal,
    federationId: federation.id,
    onBehalfOf,
  });
  return asked.ok ? ok({ run: asked.value.parameters, member, federation }) : asked;
};

type About = 'digitalTwin.query.feature' | 'digitalTwin.cancel.feature';

const about = async (room: Room, name: About, { feature, runId }: { readonly feature: FeatureId; readonly runId: RunId }): Promise<Result<FunctionRun>> => {
  const found = granting(room, feature, undefined);
  if (!found.ok) return found;
  const content = { parameters: { runId }, objects: [{ kind: 'feature' as const, id: feature }] as [{ kind: 'feature'; id: FeatureId }] }; // branding: as above
  const asked = await room.ask(peerOf(found.value.member, 'data'), name, content);
  return asked.ok ? ok(asked.value.parameters) : asked;
};

export const createInvoking = (room: Room): Invoking => ({
  granting: (feature, federation) => granting(room, feature, federation),
  invoke: (invocation) => invoke(room, invocation),
  query: (feature, runId) => about(room, 'digitalTwin.query.feature', { feature, runId }),
  cancel: (feature, runId) => about(room, 'digitalTwin.cancel.feature', { feature, runId }),
});
