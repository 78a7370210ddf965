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
import { serves } from './meaning.ts';

const takesPart = (member: Member): boolean => !['LEAVING', 'LEFT', 'REMOVED'].includes(member.state);
const isGone = ({ state }: Member): boolean => state === 'LEFT' || state === 'REMOVED';

export type Serving = { readonly own: readonly TermId[]; readonly vocabulary: Vocabulary };

type Offer = { readonly agency: AgencyId; readonly kinds: readonly TermId[] };

const isOffered = (need: Need, { agency, kinds }: Offer, vocabulary: Vocabulary): boolean =>
  (need.agencies === undefined || need.agencies.includes(agency)) && kinds.some((kind) => serves(kind, need, vocabulary));

const servers = (federation: Federation, need: Need, vocabulary: Vocabulary): readonly Member[] =>
  federation.members.filter((member) => isOffered(need, { agency: member.agency, kinds: member.features.map(({ kind }) => kind) }, vocabulary));

/** Needs that neither the initiator nor a member in one of these states serves. */
export const unmetNeeds = (federation: Federation, states: readonly MemberState[], { own, vocabulary }: Serving): readonly Need[] =>
  federation.needs.filter(
    (need) =>
      !isOffered(need, { agency: agencyOf(federation.initiator), kinds: own }, vocabulary) &&
      !servers(federation, need, vocabulary).some(({ state }) => states.includes(state)),
  );

/** Needs that nobody serves who is there, or is being won. */
export const openNeeds = (federation: Federation, serving: Serving): readonly Need[] =>
  unmetNeeds(federation, ['INVITED', 'AGREED', 'CONNECTING', 'ACTIVE', 'INTERRUPTED'], serving);

/** Nothing is to be done for it any more: it is over, nobody believes in it, and no registry has it. */
export const isSettled = ({ state, members, registered, toldRegistry = false }: Federation): boolean =>
  federationLifecycle.isFinal(state) && !registered && !toldRegistry && members.every(isGone);

const isPaused = ({ state, suspension }: Federation): boolean => state === 'SUSPENDED' && suspension?.by === 'person';

/** What is to be said to a member now; undefined while there is nothing to say. */
export const nextMove = (federation: Federation, member: Member): Move | undefined => {
  if (federation.state === 'RELEASING' || federation.state === 'FAILED') return takesPart(member) ? 'release' : undefined;
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

const isHeard = (member: Member, now: Instant): boolean => {
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

/** A need that it can do without is lost once somebody served it and nobody does any more; one that was never served is only open. */
const wasServed = (federation: Federation, need: Need, vocabulary: Vocabulary): boolean => servers(federation, need, vocabulary).some(({ formed }) => formed);

type Lost = { readonly need: Need; readonly ms: number };

/** Needs that nobody serves any more, and for how long. */
const lostNeeds = (federation: Federation, serving: Serving, now: Instant): readonly Lost[] =>
  unmetNeeds(federation, ['ACTIVE', 'LEAVING'], serving)
    .filter((need) => !need.optional || wasServed(federation, need, serving.vocabulary))
    .map((need) => ({ need, ms: msBetween(lostSince(federation, need, serving.vocabulary) ?? now, now) }));

const silentMembers = ({ members }: Federation): readonly Member[] => members.filter(({ state }) => state === 'INTERRUPTED');

/**
 * Active, degraded or suspended, by who is there: degraded while a link is interrupted for longer than three heartbeats or a need is lost,
 * suspended once one that it cannot do without was lost for `suspendAfterMs`. Active again only when every such need, and every one that was lost, is served.
 */
const stateWhileFormed = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const lost = lostNeeds(federation, serving, now);
  const silentMs = silentMembers(federation).map(({ since }) => msBetween(since, now));
  if (lost.some(({ need, ms }) => !need.optional && ms >= limits.suspendAfterMs)) return 'SUSPENDED';
  if ([...lost.map(({ ms }) => ms), ...silentMs].some((ms) => ms >= limits.degradedAfterMs)) return 'DEGRADED';
  return lost.length > 0 && federation.state !== 'ACTIVE' ? 'DEGRADED' : 'ACTIVE';
};

/** What a federation that was active waits for, as its members stand; what a person said of a pause is left as it is. */
export const reasonByMembers = (federation: Federation, serving: Serving, now: Instant): string | undefined => {
  const { state, reason } = federation;
  if (state === 'ACTIVE') return undefined;
  if (isPaused(federation) || !['DEGRADED', 'SUSPENDED'].includes(state)) return reason;
  const lost = lostNeeds(federation, serving, now).map(({ need }) => `nobody serves ${need.kind} any more`);
  const silent = silentMembers(federation).map(({ agency }) => `${agency} is silent`);
  return [...lost, ...silent].join('; ') || reason;
};

const isOver = (until: Instant | undefined, now: Instant): boolean => until !== undefined && until <= now;

/** Why it will not be formed any more. */
export const failureOf = ({ createdAt, validUntil, reason }: Federation, now: Instant): string | undefined => {
  const after = reason === undefined ? '' : `: ${reason}`;
  if (isOver(validUntil, now)) return `its time was over before it was formed${after}`;
  return msBetween(createdAt, now) >= limits.formingMaxMs ? `it was not formed in ${limits.formingMaxMs / (24 * 60 * 60 * 1000)} days${after}` : undefined;
};

/** It forms once every need that it cannot do without has a member and nobody is still being asked (within patience); where all have declined, others are looked for. */
const stateWhileNegotiating = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const isHeardOfAll = federation.members.filter(takesPart).every((member) => isHeard(member, now));
  if (isMet(federation, ['ACTIVE', 'INTERRUPTED'], serving) && isHeardOfAll) return 'FORMING';
  return openNeeds(federation, serving).every(({ optional }) => optional) ? 'NEGOTIATING' : 'DISCOVERING';
};

const isMet = (federation: Federation, states: readonly MemberState[], serving: Serving): boolean =>
  unmetNeeds(federation, states, serving).every(({ optional }) => optional);

/** It is active once all members and the registry know. */
const stateWhileForming = (federation: Federation, serving: Serving): FederationState => {
  const isKnown = federation.members.filter(takesPart).every(({ formed, state }) => formed || state !== 'ACTIVE');
  return federation.registered && isMet(federation, ['ACTIVE'], serving) && isKnown ? 'ACTIVE' : 'FORMING';
};

/**
 * Where the federation stands by its members and the time. Late members join while it is active.
 * What a person suspended stays so until he resumes it, or its time is over.
 */
export const stateByMembers = (federation: Federation, serving: Serving, now: Instant): FederationState => {
  const { state } = federation;
  if (['DISCOVERING', 'NEGOTIATING', 'FORMING'].includes(state) && failureOf(federation, now) !== undefined) return 'FAILED';
  switch (state) {
    case 'NEGOTIATING':
      return stateWhileNegotiating(federation, serving, now);
    case 'FORMING':
      return stateWhileForming(federation, serving);
    case 'SUSPENDED':
      return isPaused(federation) && !isOver(federation.suspension?.until, now) ? 'SUSPENDED' : stateWhileFormed(federation, serving, now);
    case 'ACTIVE':
    case 'DEGRADED':
      return stateWhileFormed(federation, serving, now);
    case 'RELEASING':
      return federation.members.every(isGone) ? 'RELEASED' : 'RELEASING';
    default:
      return state;
  }
};
