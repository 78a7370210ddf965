/**
 * Federation: twins joined for a purpose, driven by its initiator's federation management (Y.4489 10.3.1). What comes next is decided here, from what is saved.
 */
import { z } from 'zod';
import { AgencyId, type Authority, agencyOf, agreementIdOf, authorityOf, connectionIdOf, FeatureId, FederationId, TermId, TwinId } from '../ground/id.ts';
import { type Instant, Instant as InstantSchema, msBetween } from '../ground/instant.ts';
import { LanguageMap } from '../ground/language.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { Geometry } from '../ground/place.ts';
import type { Problem } from '../ground/problem.ts';
import type { Result } from '../ground/result.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';
import type { AgreementTerms, GrantedFeature } from './agreement.ts';
import { type Candidate, candidatesFor, Need } from './candidate.ts';
import { Member, type MemberState, type Move, memberLifecycle } from './member.ts';

export const FederationState = z.enum(['DRAFT', 'DISCOVERING', 'NEGOTIATING', 'FORMING', 'ACTIVE', 'DEGRADED', 'SUSPENDED', 'RELEASING', 'RELEASED', 'FAILED']);
export type FederationState = z.infer<typeof FederationState>;

export const federationLifecycle = defineLifecycle<FederationState>('federation', 'DRAFT', {
  DRAFT: ['DISCOVERING', 'RELEASING'],
  DISCOVERING: ['NEGOTIATING', 'FAILED', 'RELEASING'],
  NEGOTIATING: ['FORMING', 'DISCOVERING', 'FAILED', 'RELEASING'],
  FORMING: ['ACTIVE', 'FAILED', 'RELEASING'],
  ACTIVE: ['DEGRADED', 'SUSPENDED', 'RELEASING'],
  DEGRADED: ['ACTIVE', 'SUSPENDED', 'RELEASING'],
  SUSPENDED: ['ACTIVE', 'DEGRADED', 'RELEASING'],
  RELEASING: ['RELEASED'],
  RELEASED: [],
  FAILED: [],
});

/** Who wins where several agencies give a value of a term, and up to which difference they agree. */
export const MergeRules = z.object({ authoritative: z.record(z.string(), AgencyId), tolerance: z.record(z.string(), z.number()) });
export type MergeRules = z.infer<typeof MergeRules>;

export const Federation = z.object({
  id: FederationId,
  revision: z.int().min(1),
  name: LanguageMap,
  purpose: TermId,
  initiator: TwinId,
  area: Geometry.optional(),
  needs: z.array(Need),
  rules: MergeRules,
  members: z.array(Member),
  state: FederationState,
  since: InstantSchema,
  reason: z.string().optional(),
  createdAt: InstantSchema,
  /** the federated twin is registered */
  registered: z.boolean(),
});
export type Federation = z.infer<typeof Federation>;

type Draft = Pick<Federation, 'id' | 'name' | 'purpose' | 'initiator' | 'area' | 'needs' | 'rules'>;

export const proposeFederation = (draft: Draft, now: Instant): Federation => ({
  ...draft,
  revision: 1,
  members: [],
  state: federationLifecycle.initial,
  since: now,
  createdAt: now,
  registered: false,
});

/** The federation in its next state, or `notAllowedInState`. */
export const moveFederation = (federation: Federation, state: FederationState, now: Instant): Result<Federation> => {
  const moved = federationLifecycle.move(federation.state, state);
  if (!moved.ok) return moved;
  const since = federation.state === state ? federation.since : now;
  return { ok: true, value: { ...federation, state, since, revision: federation.revision + 1 } };
};

/** One member replaced by what `change` makes of it; a state its lifecycle does not allow is a problem and nothing changes. */
export const changeMember = (
  federation: Federation,
  twinId: TwinId,
  { change, now }: { readonly change: (member: Member) => Member; readonly now: Instant },
): Result<Federation> => {
  let refused: Problem | undefined;
  const members = federation.members.map((member) => {
    if (member.twinId !== twinId) return member;
    const next = change(member);
    const moved = memberLifecycle.move(member.state, next.state);
    if (!moved.ok) refused = moved.problem;
    return { ...next, since: next.state === member.state ? member.since : now };
  });
  return refused ? { ok: false, problem: refused } : { ok: true, value: { ...federation, members, revision: federation.revision + 1 } };
};

const localOf = (federation: FederationId): string => federation.split(':').slice(4).join(':');

const featureOf = ({ feature }: Candidate): Member['features'][number] => ({
  featureId: feature.id,
  kind: feature.attributes.semanticType,
  terms: feature.attributes.data.terms.map(({ term }) => term),
});

/** Members as they are registered now: the terms that their features offer, and where they are reached. Kinds stay as agreed, keys as pinned. */
export const refreshMembers = (federation: Federation, candidates: readonly Candidate[]): Federation => {
  const features = new Map(candidates.map((candidate) => [candidate.feature.id, featureOf(candidate)]));
  const endpoints = new Map(candidates.flatMap(({ twin }) => twin.attributes.endpoints.slice(0, 1).map((endpoint) => [twin.id, endpoint] as const)));
  const members = federation.members.map((member) => ({
    ...member,
    endpoint: endpoints.get(member.twinId) ?? member.endpoint,
    features: member.features.map((feature) => features.get(feature.featureId) ?? feature),
  }));
  return JSON.stringify(members) === JSON.stringify(federation.members) ? federation : { ...federation, members, revision: federation.revision + 1 };
};

/** Its agreement and connection are named after federation and member: inviting again after a crash makes no second ones. */
const inviteOf = (federation: Federation, candidates: readonly Candidate[], now: Instant): Member | undefined => {
  const [first] = candidates;
  const endpoint = first?.twin.attributes.endpoints[0];
  if (!first || !endpoint) return undefined;
  const { id: twinId, attributes } = first.twin;
  const local = `${localOf(federation.id)}/${authorityOf(twinId)}`;
  const authority: Authority = authorityOf(federation.initiator);
  return {
    twinId,
    agency: AgencyId.parse(attributes.owner.organizationId),
    name: attributes.name,
    endpoint,
    keys: attributes.keys,
    state: 'INVITED',
    since: now,
    features: candidates.map(featureOf),
    ...(attributes.coverage && { coverage: attributes.coverage }),
    agreementId: agreementIdOf(authority, local),
    connectionId: connectionIdOf(authority, local),
    formed: false,
  };
};

const takesPart = (member: Member): boolean => !['LEAVING', 'LEFT', 'REMOVED'].includes(member.state);

/** Members for the needs that nobody serves yet; an agency is never taken twice. */
export const chooseMembers = (
  federation: Federation,
  candidates: readonly Candidate[],
  { vocabulary, now }: { readonly vocabulary: Vocabulary; readonly now: Instant },
): readonly Member[] => {
  const taken = new Set(federation.members.map(({ twinId }) => twinId));
  const byTwin = new Map<TwinId, Map<FeatureId, Candidate>>();
  for (const need of federation.needs) {
    for (const candidate of candidatesFor(need, candidates, vocabulary)) {
      if (taken.has(candidate.twin.id) || candidate.twin.id === federation.initiator) continue;
      byTwin.set(candidate.twin.id, (byTwin.get(candidate.twin.id) ?? new Map()).set(candidate.feature.id, candidate));
    }
  }
  return [...byTwin.values()].flatMap((features) => inviteOf(federation, [...features.values()], now) ?? []);
};

type Serving = { readonly own: readonly TermId[]; readonly vocabulary: Vocabulary };

type Offer = { readonly agency: AgencyId; readonly kinds: readonly TermId[] };

const serves = (need: Need, { agency, kinds }: Offer, vocabulary: Vocabulary): boolean =>
  (need.agencies === undefined || need.agencies.includes(agency)) && kinds.some((kind) => vocabulary.isA(kind, need.kind));

/** Needs that neither the initiator nor a member in one of these states serves. */
export const unmetNeeds = (federation: Federation, states: readonly MemberState[], { own, vocabulary }: Serving): readonly Need[] =>
  federation.needs.filter(
    (need) =>
      !serves(need, { agency: agencyOf(federation.initiator), kinds: own }, vocabulary) &&
      !federation.members.some(
        (member) => states.includes(member.state) && serves(need, { agency: member.agency, kinds: member.features.map(({ kind }) => kind) }, vocabulary),
      ),
  );

/** What is to be said to a member now; undefined while there is nothing to say. */
export const nextMove = (federation: Federation, member: Member): Move | undefined => {
  if (federation.state === 'RELEASING') return ['LEFT', 'REMOVED'].includes(member.state) ? undefined : 'release';
  if (federationLifecycle.isFinal(federation.state)) return undefined;
  switch (member.state) {
    case 'INVITED':
      return 'invite';
    case 'AGREED':
    case 'CONNECTING':
      return 'connect';
    case 'ACTIVE':
      return ['FORMING', 'ACTIVE', 'DEGRADED'].includes(federation.state) && !member.formed ? 'form' : undefined;
    default:
      return undefined;
  }
};

/** How long the forming of a federation waits for a member that does not answer, while every mandatory need is met without it. */
export const formingPatienceMs = 3_000;

const isSettled = (member: Member, now: Instant): boolean => {
  if (['ACTIVE', 'INTERRUPTED'].includes(member.state)) return true;
  return msBetween(member.since, now) > formingPatienceMs;
};

/**
 * Where the federation stands by its members: it forms once every mandatory need has a member and nobody is still being asked (within patience),
 * is active once all of them and the registry know, and is degraded while a link is interrupted. Late members join while it is active.
 */
export const stateByMembers = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const taking = federation.members.filter(takesPart);
  const met = unmetNeeds(federation, ['ACTIVE', 'INTERRUPTED'], serving).every(({ optional }) => optional);
  switch (federation.state) {
    case 'NEGOTIATING':
      return met && taking.every((member) => isSettled(member, now)) ? 'FORMING' : 'NEGOTIATING';
    case 'FORMING':
      return federation.registered && taking.every((member) => member.formed || member.state !== 'ACTIVE') ? 'ACTIVE' : 'FORMING';
    case 'ACTIVE':
    case 'DEGRADED':
      return taking.some(({ state }) => state === 'INTERRUPTED') ? 'DEGRADED' : 'ACTIVE';
    case 'RELEASING':
      return federation.members.every(({ state }) => ['LEFT', 'REMOVED'].includes(state)) ? 'RELEASED' : 'RELEASING';
    default:
      return federation.state;
  }
};

/** The terms that the initiator asks of a member. */
export const termsFor = (federation: Federation, member: Member): AgreementTerms => ({
  federationId: federation.id,
  parties: { consumer: federation.initiator, provider: member.twinId },
  features: member.features.map(({ featureId, kind }): GrantedFeature => ({ featureId, kind, modes: ['read', 'subscribe'] })),
  purpose: federation.purpose,
  ...(federation.area && { area: federation.area }),
  permissions: [`use:${federation.purpose}`],
  prohibitions: ['redistribute'],
  validity: { from: federation.createdAt },
});

/** What a partner is told of a federation: who takes part and how it stands, without keys and steps. */
export const FederationView = Federation.omit({ members: true, registered: true }).extend({
  members: z.array(
    Member.pick({ twinId: true, agency: true, name: true, state: true, since: true }).extend({
      features: z.array(z.object({ featureId: FeatureId, kind: TermId })),
    }),
  ),
});
export type FederationView = z.infer<typeof FederationView>;

export const viewOf = ({ members, registered: _, ...federation }: Federation): FederationView => ({
  ...federation,
  members: members.map(({ twinId, agency, name, state, since, features }) => ({
    twinId,
    agency,
    name,
    state,
    since,
    features: features.map(({ featureId, kind }) => ({ featureId, kind })),
  })),
});
