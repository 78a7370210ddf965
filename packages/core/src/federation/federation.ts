/**
 * Federation: twins joined for a purpose, driven by its initiator's federation management (Y.4489 10.3.1). What comes next is decided here, from what is saved.
 */
import { z } from 'zod';
import { AgencyId, ConnectionId, FeatureId, FederationId, TermId, TwinId } from '../ground/id.ts';
import { type Instant, Instant as InstantSchema, msOfDuration } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { LanguageMap } from '../ground/language.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { limits } from '../ground/limits.ts';
import { ToldGeometry } from '../ground/place/place.ts';
import type { Problem } from '../ground/problem.ts';
import type { Result } from '../ground/result.ts';
import { type FeatureInformation, ownFormOf } from '../twin/feature-information.ts';
import { SyncRules } from '../twin/past/sync-rules.ts';
import { type AgreementTerms, behalfPermission, type GrantedFeature, type UseMode } from './agreement.ts';
import { type Candidate, KeptCandidate, Need } from './candidate.ts';
import { followMembers } from './forming/candidates.ts';
import { strictestLevel } from './forming/promised-level.ts';
import { type ChangedMember, Member, memberLifecycle, wayTo } from './member.ts';

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

/** It ends, or has ended: nothing is begun in it any more. */
export const isOver = (state: FederationState): boolean => federationLifecycle.isFinal(state) || state === 'RELEASING';

/** Who wins where several agencies give a value of a term, and up to which difference they agree. */
export const MergeRules = openObject({ authoritative: z.record(z.string(), AgencyId), tolerance: z.record(z.string(), z.number()) });
export type MergeRules = z.infer<typeof MergeRules>;

export const Approval = z.enum(['ask', 'granted']);
export type Approval = z.infer<typeof Approval>;

export const Federation = z.object({
  id: FederationId,
  revision: z.int().min(1),
  name: LanguageMap,
  purpose: TermId,
  initiator: TwinId,
  /** of the city, that it brings together: its initiator's; who is told of it is told those of its members too */
  domains: z
    .array(TermId)
    .max(limits.membersMax + 1)
    .optional(),
  area: ToldGeometry.optional(),
  /** for people: what it is to bring about */
  description: LanguageMap.optional(),
  /** types of twins among which members are looked for, with their narrower ones; all where absent */
  twinTypes: z.array(TermId).max(limits.needsMax).optional(),
  needs: z.array(Need),
  rules: MergeRules,
  /** the grid, the units and the clocks that its members hold to; T6 tells them */
  sync: SyncRules.optional(),
  members: z.array(Member),
  state: FederationState.brand<'entered'>(),
  since: InstantSchema,
  reason: z.string().optional(),
  /** paused by a person until then, or until he says so; by itself where a need that it cannot do without is lost */
  suspension: openObject({ by: z.enum(['person', 'loss']), until: InstantSchema.optional() }).optional(),
  /** persons and organizations of others for whom the initiator asks */
  onBehalfOf: z.array(z.string().min(1).max(limits.idCharactersMax)).max(limits.needsMax).optional(),
  /** whether a person has said yes: nobody is asked to join before; nobody has to where absent */
  approval: Approval.optional(),
  /** after that it is over */
  validUntil: InstantSchema.optional(),
  /** of a release: how long members still answer, and when what they gave is deleted */
  notice: openObject({ graceSeconds: z.int().min(0), deleteDataBy: InstantSchema.optional() }).optional(),
  /** features that were found, and what became of them */
  candidates: z.array(KeptCandidate).max(limits.candidatesMax).optional(),
  createdAt: InstantSchema,
  /** the registry was told of the federated twin, whether that was heard or not: it has to be told of the end */
  toldRegistry: z.boolean().optional(),
  /** the federated twin is registered */
  registered: z.boolean(),
});
export type Federation = z.infer<typeof Federation>;

type Draft = Pick<
  Federation,
  | 'id'
  | 'name'
  | 'description'
  | 'purpose'
  | 'initiator'
  | 'domains'
  | 'area'
  | 'needs'
  | 'twinTypes'
  | 'rules'
  | 'validUntil'
  | 'onBehalfOf'
  | 'sync'
  | 'approval'
>;

export const proposeFederation = (draft: Draft, now: Instant): Federation => ({
  ...draft,
  revision: 1,
  members: [],
  state: federationLifecycle.initial,
  since: now,
  createdAt: now,
  registered: false,
});

/** The federation in its next state, or `notAllowedInState`. A pause ends with the state. */
export const moveFederation = (federation: Federation, state: FederationState, now: Instant): Result<Federation> => {
  const moved = federationLifecycle.move(federation.state, state);
  if (!moved.ok) return moved;
  const since = federation.state === state ? federation.since : now;
  const { suspension, ...rest } = federation;
  const paused = state === 'SUSPENDED' ? { suspension: suspension ?? { by: 'loss' as const } } : {};
  return { ok: true, value: { ...rest, ...paused, state: moved.value, since, revision: federation.revision + 1 } };
};

/** One member replaced by what `change` makes of it; a state its lifecycle does not allow is a problem and nothing changes. */
export const changeMember = (
  federation: Federation,
  twinId: TwinId,
  { change, now }: { readonly change: (member: Member) => ChangedMember; readonly now: Instant },
): Result<Federation> => {
  let refused: Problem | undefined;
  const members = federation.members.map((member) => {
    if (member.twinId !== twinId) return member;
    const next = change(member);
    const moved = memberLifecycle.move(member.state, next.state);
    if (!moved.ok) {
      refused = moved.problem;
      return member;
    }
    const joined = moved.value === 'ACTIVE' ? { joinedAt: member.joinedAt ?? now } : {};
    return { ...next, ...joined, state: moved.value, since: next.state === member.state ? member.since : now };
  });
  if (refused) return { ok: false, problem: refused };
  const changed = { ...federation, members, revision: federation.revision + 1 };
  return { ok: true, value: { ...changed, ...followMembers(changed) } };
};

/** What moves something in the city is asked for as such; its owner's policy decides. */
const modesOfFunction = (attributes: FeatureInformation): UseMode[] => (attributes.function?.effect === 'actuation' ? ['invoke', 'actuate'] : ['invoke']);

/** What a candidate would bring. */
export const featureOf = ({ feature }: Candidate): Member['features'][number] => ({
  featureId: feature.id,
  kind: feature.attributes.semanticType,
  terms: feature.attributes.data.terms.map(({ term }) => term),
  ...(feature.attributes.data.form && { modes: ['read', 'subscribe'] }),
  ...(feature.attributes.featureType === 'function' && { modes: modesOfFunction(feature.attributes) }),
  ...(ownFormOf(feature) && { far: true }),
});

/** Over a bridge a feature is what the adaptor makes of it. */
const bridged = (feature: Member['features'][number], { bridge }: Member): Member['features'][number] => {
  const made = bridge?.features.find(({ featureId }) => featureId === feature.featureId);
  return made ? { ...feature, kind: made.kind, terms: [...made.terms] } : feature;
};

/** A member whose connection goes over this bridge from now on. */
export const withBridge = (member: Member, bridge: Member['bridge']): Partial<Member> => ({
  bridge,
  features: member.features.map((feature) => bridged(feature, { ...member, bridge })),
});

/** Members as they are registered now: the terms that their features offer, and where they are reached. Kinds stay as agreed, keys as pinned. */
export const refreshMembers = (federation: Federation, candidates: readonly Candidate[]): Federation => {
  const features = new Map(candidates.map((candidate) => [candidate.feature.id, featureOf(candidate)]));
  const ways = new Map(candidates.map(({ twin }) => [twin.id, wayTo(twin.attributes)]));
  const members = federation.members.map((member) => ({
    ...member,
    ...ways.get(member.twinId),
    features: member.features.map((feature) => bridged(features.get(feature.featureId) ?? feature, member)),
  }));
  return JSON.stringify(members) === JSON.stringify(federation.members) ? federation : { ...federation, members, revision: federation.revision + 1 };
};

/** The rate that its needs ask for; where they name none, as often as the owner allows. */
const rateOfNeeds = ({ needs }: Federation, kind: TermId): Pick<GrantedFeature, 'maxRatePerMinute'> => {
  const rates = needs.filter((need) => need.kind === kind).flatMap(({ ratePerMinute }) => ratePerMinute ?? []);
  return rates.length > 0 ? { maxRatePerMinute: Math.max(...rates) } : {};
};

/** How new and how exact: as the strictest of its needs wants it. */
const levelOfNeeds = ({ needs }: Federation, kind: TermId): Pick<GrantedFeature, 'maxAge' | 'minAccuracy'> => {
  const served = needs.filter((need) => need.kind === kind);
  const ages = served.flatMap(({ maxAge }) => maxAge ?? []).toSorted((a, b) => (msOfDuration(a) ?? 0) - (msOfDuration(b) ?? 0));
  const accuracies = served.flatMap(({ minAccuracy }) => minAccuracy ?? []);
  return { ...(ages[0] !== undefined && { maxAge: ages[0] }), ...(accuracies.length > 0 && { minAccuracy: Math.max(...accuracies) }) };
};

/** As soon, and as much of the time, as the strictest of the needs that it serves wants it. */
const serviceOfNeeds = ({ needs }: Federation, { features }: Member): Pick<AgreementTerms, 'serviceLevel'> => {
  const kinds = new Set(features.map(({ kind }) => kind));
  const serviceLevel = strictestLevel(needs.flatMap(({ kind, serviceLevel: wanted }) => (wanted && kinds.has(kind) ? wanted : [])));
  return serviceLevel ? { serviceLevel } : {};
};

/** The terms that the initiator asks of a member. */
export const termsFor = (federation: Federation, member: Member): AgreementTerms => ({
  federationId: federation.id,
  parties: { consumer: federation.initiator, provider: member.twinId },
  features: member.features.map(
    ({ featureId, kind, modes = ['read', 'subscribe'] }): GrantedFeature => ({
      featureId,
      kind,
      modes,
      ...rateOfNeeds(federation, kind),
      ...levelOfNeeds(federation, kind),
    }),
  ),
  purpose: federation.purpose,
  ...(federation.area && { area: federation.area }),
  permissions: [`use:${federation.purpose}`, ...(federation.onBehalfOf ?? []).map(behalfPermission)],
  prohibitions: ['redistribute'],
  ...serviceOfNeeds(federation, member),
  validity: { from: federation.createdAt, ...(federation.validUntil && { to: federation.validUntil }) },
});

/** What a partner is told of a federation: who takes part and how it stands, without keys and steps. */
export const FederationView = openObject({
  ...Federation.omit({ members: true, registered: true, toldRegistry: true, candidates: true }).shape,
  /** data go from members to the initiator */
  topology: z.literal('hub').optional(),
  members: z.array(
    openObject({
      ...Member.pick({ twinId: true, agency: true, name: true, state: true, since: true, joinedAt: true }).shape,
      /** the initiator stands beside them */
      role: z.literal('member').optional(),
      connections: z.array(ConnectionId).max(1).optional(),
      features: z.array(openObject({ featureId: FeatureId, kind: TermId })),
    }),
  ),
});
export type FederationView = z.infer<typeof FederationView>;

/** It belongs to it, be it on the way in, and has not gone. */
const isTaking = ({ state }: Pick<Member, 'state'>): boolean => state !== 'LEFT' && state !== 'REMOVED';

/** The share of those who take part, the initiator among them, that are there: 1 where everybody is. */
export const healthOf = ({ members }: Pick<Federation, 'members'>): number => {
  const taking = members.filter(isTaking);
  return (1 + taking.filter(({ state }) => state === 'ACTIVE').length) / (1 + taking.length);
};

/** A member's view of a federation in which its own part is over. */
export const releasedView = (view: FederationView, now: Instant): FederationView => {
  const leaving = federationLifecycle.move(view.state, 'RELEASING');
  const released = federationLifecycle.move(leaving.ok ? leaving.value : view.state, 'RELEASED');
  return released.ok ? { ...view, state: released.value, since: now } : view;
};

const domainsOf = ({ domains = [], members }: Federation): Pick<FederationView, 'domains'> => {
  const all = [...new Set([...domains, ...members.filter(isTaking).flatMap(({ domain }) => domain ?? [])])];
  return all.length > 0 ? { domains: all } : {};
};

const memberView = ({ twinId, agency, name, state, since, joinedAt, features, connectionId }: Member): FederationView['members'][number] => ({
  ...{ twinId, role: 'member', agency, name, state, since, ...(joinedAt && { joinedAt }) },
  connections: [connectionId],
  features: features.map(({ featureId, kind }) => ({ featureId, kind })),
});

export const viewOf = (federation: Federation): FederationView => {
  const { members, registered: _, toldRegistry: _told, candidates: _candidates, ...told } = federation;
  return { ...told, ...domainsOf(federation), topology: 'hub', members: members.map(memberView) };
};
