/**
 * Standing of a federation: what is to be said to each member, and in which state it is by its members (guards of 6.6 of the model, our design).
 */
import { type AgencyId, agencyOf, type TermId } from '../../ground/id.ts';
import { type Instant, msBetween } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import type { Need } from '../candidate.ts';
import { type Federation, type FederationState, federationLifecycle } from '../federation.ts';
import type { Member, MemberState, Move } from '../member.ts';

const takesPart = (member: Member): boolean => !['LEAVING', 'LEFT', 'REMOVED'].includes(member.state);

export type Serving = { readonly own: readonly TermId[]; readonly vocabulary: Vocabulary };

type Offer = { readonly agency: AgencyId; readonly kinds: readonly TermId[] };

const serves = (need: Need, { agency, kinds }: Offer, vocabulary: Vocabulary): boolean =>
  (need.agencies === undefined || need.agencies.includes(agency)) && kinds.some((kind) => vocabulary.isA(kind, need.kind));

const servers = (federation: Federation, need: Need, vocabulary: Vocabulary): readonly Member[] =>
  federation.members.filter((member) => serves(need, { agency: member.agency, kinds: member.features.map(({ kind }) => kind) }, vocabulary));

/** Needs that neither the initiator nor a member in one of these states serves. */
export const unmetNeeds = (federation: Federation, states: readonly MemberState[], { own, vocabulary }: Serving): readonly Need[] =>
  federation.needs.filter(
    (need) =>
      !serves(need, { agency: agencyOf(federation.initiator), kinds: own }, vocabulary) &&
      !servers(federation, need, vocabulary).some(({ state }) => states.includes(state)),
  );

const isPaused = ({ state, suspension }: Federation): boolean => state === 'SUSPENDED' && suspension?.by === 'person';

/** What is to be said to a member now; undefined while there is nothing to say. */
export const nextMove = (federation: Federation, member: Member): Move | undefined => {
  if (federation.state === 'RELEASING') return ['LEAVING', 'LEFT', 'REMOVED'].includes(member.state) ? undefined : 'release';
  if (federationLifecycle.isFinal(federation.state)) return undefined;
  switch (member.state) {
    case 'INVITED':
      return 'invite';
    case 'AGREED':
    case 'CONNECTING':
      return 'connect';
    case 'ACTIVE':
      return moveOfActive(federation, member);
    default:
      return undefined;
  }
};

const moveOfActive = (federation: Federation, { formed, suspended = false }: Member): Move | undefined => {
  if (isPaused(federation) !== suspended) return suspended ? 'resume' : 'suspend';
  return ['FORMING', 'ACTIVE', 'DEGRADED', 'SUSPENDED'].includes(federation.state) && !formed ? 'form' : undefined;
};

/** How long the forming of a federation waits for a member that does not answer, while every mandatory need is met without it. */
export const formingPatienceMs = 3_000;

const isSettled = (member: Member, now: Instant): boolean => {
  if (['ACTIVE', 'INTERRUPTED'].includes(member.state)) return true;
  return msBetween(member.since, now) > formingPatienceMs;
};

/** Since when nobody serves it: since the last of those who did fell silent or left. */
const lostSince = (federation: Federation, need: Need, vocabulary: Vocabulary): Instant | undefined =>
  servers(federation, need, vocabulary)
    .filter(({ state }) => ['INTERRUPTED', 'LEFT', 'REMOVED'].includes(state))
    .map(({ since }) => since)
    .toSorted()
    .at(-1);

/**
 * Active, degraded or suspended, by who is there: degraded while a link is interrupted for longer than three heartbeats or a mandatory need is not served,
 * suspended once such a need was lost for `suspendAfterMs`. Active again only when every mandatory need is served.
 */
const stateWhileFormed = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const missing = unmetNeeds(federation, ['ACTIVE', 'LEAVING'], serving).filter(({ optional }) => !optional);
  const lostMs = missing.map((need) => msBetween(lostSince(federation, need, serving.vocabulary) ?? now, now));
  const silentMs = federation.members.filter(({ state }) => state === 'INTERRUPTED').map(({ since }) => msBetween(since, now));
  if (lostMs.some((ms) => ms >= limits.suspendAfterMs)) return 'SUSPENDED';
  if ([...lostMs, ...silentMs].some((ms) => ms >= limits.degradedAfterMs)) return 'DEGRADED';
  return missing.length > 0 && federation.state !== 'ACTIVE' ? 'DEGRADED' : 'ACTIVE';
};

const isOver = (until: Instant | undefined, now: Instant): boolean => until !== undefined && until <= now;

/**
 * Where the federation stands by its members: it forms once every mandatory need has a member and nobody is still being asked (within patience),
 * is active once all of them and the registry know. Late members join while it is active. What a person suspended stays so until he resumes it, or its time is over.
 */
export const stateByMembers = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const taking = federation.members.filter(takesPart);
  const isMet = (states: readonly MemberState[]): boolean => unmetNeeds(federation, states, serving).every(({ optional }) => optional);
  switch (federation.state) {
    case 'NEGOTIATING':
      return isMet(['ACTIVE', 'INTERRUPTED']) && taking.every((member) => isSettled(member, now)) ? 'FORMING' : 'NEGOTIATING';
    case 'FORMING':
      return federation.registered && isMet(['ACTIVE']) && taking.every((member) => member.formed || member.state !== 'ACTIVE') ? 'ACTIVE' : 'FORMING';
    case 'SUSPENDED':
      return isPaused(federation) && !isOver(federation.suspension?.until, now) ? 'SUSPENDED' : stateWhileFormed(federation, serving, now);
    case 'ACTIVE':
    case 'DEGRADED':
      return stateWhileFormed(federation, serving, now);
    case 'RELEASING':
      return federation.members.every(({ state }) => ['LEFT', 'REMOVED'].includes(state)) ? 'RELEASED' : 'RELEASING';
    default:
      return federation.state;
  }
};
