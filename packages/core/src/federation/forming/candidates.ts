/**
 * Candidates as a federation keeps them (CFIM-FE): each stands where its lifecycle lets it, by what was found and what became of the member it was invited as.
 */
import type { Entered } from '../../ground/lifecycle.ts';
import { limits } from '../../ground/limits.ts';
import { type Candidate, type CandidateState, candidateLifecycle, type KeptCandidate } from '../candidate.ts';
import type { Federation } from '../federation.ts';
import type { Member } from '../member.ts';

/** Where a candidate goes next while all is well. */
const onward: Readonly<Partial<Record<CandidateState, CandidateState>>> = {
  ...{ DISCOVERED: 'SHORTLISTED', SHORTLISTED: 'INVITED', INVITED: 'ACCEPTED', ACCEPTED: 'CONNECTED' },
  TIMED_OUT: 'INVITED',
};

const isAhead = (from: CandidateState, to: CandidateState): boolean => {
  const next = onward[from];
  return next !== undefined && (next === to || isAhead(next, to));
};

const nextTowards = (from: CandidateState, to: CandidateState): CandidateState => (isAhead(from, to) ? (onward[from] ?? to) : to);

const stateOfMember = ({ state, reason }: Member): CandidateState => {
  if (state === 'INVITED') return reason === 'invitationExpired' ? 'TIMED_OUT' : 'INVITED';
  if (state === 'AGREED' || state === 'CONNECTING') return 'ACCEPTED';
  if (['ACTIVE', 'INTERRUPTED', 'LEAVING'].includes(state)) return 'CONNECTED';
  return 'DROPPED';
};

/** One step, as every step is kept: the next on the way to where it is to stand, as far as that is allowed. */
const stepTowards = (from: Entered<CandidateState>, to: CandidateState): Entered<CandidateState> => {
  const step = candidateLifecycle.move(from, nextTowards(from, to));
  return step.ok ? step.value : from;
};

/** Where a candidate is to stand now: as its member does, dropped where it is gone or was declined, shortlisted where it would serve. */
const wantedState = (federation: Federation, { twinId, featureId, state }: KeptCandidate, found: Candidate | undefined): CandidateState => {
  const member = federation.members.find((one) => one.twinId === twinId && one.features.some((feature) => feature.featureId === featureId));
  if (member?.state === 'REMOVED' && ['INVITED', 'REJECTED'].includes(state)) return member.reason === undefined ? 'DROPPED' : 'REJECTED';
  if (member) return stateOfMember(member);
  if (!found) return 'DROPPED';
  return found.score > 0 ? 'SHORTLISTED' : 'DISCOVERED';
};

/** Where candidates stand once something became of the members that they were invited as. */
export const followMembers = (federation: Federation): Pick<Federation, 'candidates'> => {
  if (!federation.candidates) return {};
  const isMember = ({ twinId, featureId }: KeptCandidate): boolean =>
    federation.members.some((member) => member.twinId === twinId && member.features.some((feature) => feature.featureId === featureId));
  return { candidates: federation.candidates.map((kept) => (isMember(kept) ? moved(federation, kept, undefined) : kept)) };
};

const moved = (federation: Federation, kept: KeptCandidate, found: Candidate | undefined): KeptCandidate => ({
  ...kept,
  score: found?.score ?? kept.score,
  state: stepTowards(kept.state, wantedState(federation, kept, found)),
});

/** What is kept of those found now and before; the best of them where there are too many. Dropped ones that come back are new. */
export const keepCandidates = (federation: Federation, ranked: readonly Candidate[]): readonly KeptCandidate[] => {
  const before = new Map((federation.candidates ?? []).filter(({ state }) => state !== 'DROPPED').map((kept) => [kept.featureId, kept]));
  const found = new Map(ranked.map((candidate) => [candidate.feature.id, candidate]));
  const fresh = ranked
    .filter(({ feature }) => !before.has(feature.id))
    .map(({ feature, twin, queryId, score }): KeptCandidate => ({ featureId: feature.id, twinId: twin.id, queryId, score, state: candidateLifecycle.initial }));
  return [...before.values(), ...fresh]
    .map((kept) => moved(federation, kept, found.get(kept.featureId)))
    .toSorted((a, b) => b.score - a.score || (a.featureId < b.featureId ? -1 : 1))
    .slice(0, limits.candidatesMax);
};
