/**
 * Candidates as a federation keeps them (CFIM-FE): each stands where its lifecycle lets it, by what was found and what became of the member it was invited as.
 */
import type { Entered } from '../../ground/lifecycle.ts';
import { limits } from '../../ground/limits.ts';
import { type Candidate, type CandidateState, candidateLifecycle, type KeptCandidate } from '../candidate.ts';
import type { Federation } from '../federation.ts';
import type { Member } from '../member.ts';

/** The way a candidate goes while all is well. */
const way: readonly CandidateState[] = ['DISCOVERED', 'SHORTLISTED', 'INVITED', 'ACCEPTED', 'CONNECTED'];

const stateOfMember = ({ state, reason }: Member): CandidateState => {
  if (state === 'INVITED') return reason === 'invitationExpired' ? 'TIMED_OUT' : 'INVITED';
  if (state === 'AGREED' || state === 'CONNECTING') return 'ACCEPTED';
  if (['ACTIVE', 'INTERRUPTED', 'LEAVING'].includes(state)) return 'CONNECTED';
  return 'DROPPED';
};

/** Step by step along the way to where it is to stand, as far as each step is allowed. */
const moveTowards = (from: Entered<CandidateState>, to: CandidateState): Entered<CandidateState> => {
  const direct = candidateLifecycle.move(from, to);
  if (direct.ok) return direct.value;
  const next = way[way.indexOf(from) + 1];
  const step = next && way.indexOf(from) >= 0 ? candidateLifecycle.move(from, next) : undefined;
  return step?.ok && next !== undefined && step.value !== from ? moveTowards(step.value, to) : from;
};

/** Where a candidate is to stand now: as its member does, dropped where it is gone or was declined, shortlisted where it would serve. */
const wantedState = (federation: Federation, { twinId, featureId }: KeptCandidate, found: Candidate | undefined): CandidateState => {
  const member = federation.members.find((one) => one.twinId === twinId && one.features.some((feature) => feature.featureId === featureId));
  if (member?.state === 'REMOVED' && member.reason !== undefined && !member.formed) return 'REJECTED';
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
  state: moveTowards(kept.state, wantedState(federation, kept, found)),
});

/** What is kept of those found now and before; the best of them where there are too many. Dropped ones that come back are new. */
export const keepCandidates = (federation: Federation, ranked: readonly Candidate[]): readonly KeptCandidate[] => {
  const before = new Map((federation.candidates ?? []).filter(({ state }) => state !== 'DROPPED').map((kept) => [kept.featureId, kept]));
  const found = new Map(ranked.map((candidate) => [candidate.feature.id, candidate]));
  const fresh = ranked
    .filter(({ feature }) => !before.has(feature.id))
    .map(({ feature, twin, score }): KeptCandidate => ({ featureId: feature.id, twinId: twin.id, score, state: candidateLifecycle.initial }));
  return [...before.values(), ...fresh]
    .map((kept) => moved(federation, kept, found.get(kept.featureId)))
    .toSorted((a, b) => b.score - a.score || (a.featureId < b.featureId ? -1 : 1))
    .slice(0, limits.candidatesMax);
};
