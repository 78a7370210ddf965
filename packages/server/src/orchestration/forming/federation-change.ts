/**
 * Changes of a federation by its initiator: each loads, decides and saves in one turn, so that nothing comes between.
 */
import {
  type Candidate,
  type ChangedMember,
  changeMember,
  chooseMembers,
  type Federation,
  type FederationId,
  type FederationState,
  fail,
  keepCandidates,
  limits,
  type Member,
  type Move,
  moveFederation,
  ok,
  openNeeds,
  problem,
  type Result,
  refreshMembers,
  type TermId,
} from '@cityweave/core';
import { newMessageId } from '../../deps.ts';
import { discoverCandidates } from '../candidate.ts';
import type { Links } from '../communication-status.ts';
import { federationById, type Room } from '../room.ts';
import { standingOfRunnersUp } from './runners-up.ts';

export type Desk = { readonly room: Room; readonly links: Links; readonly save: (federation: Federation) => void };

export const ownKinds = async ({ room }: Desk): Promise<readonly TermId[]> => (await room.store.kinds()).map(({ kind }) => kind);

/** A change of the federation as it is now: load, decide, save in one turn, so that nothing comes between. */
export const update = ({ room, save }: Desk, id: FederationId, change: (federation: Federation) => Result<Federation>): Result<Federation> => {
  const loaded = federationById(room, id);
  if (!loaded) return fail(problem('unknownFederation', { subject: id }));
  const changed = change(loaded);
  if (changed.ok && changed.value !== loaded) save(changed.value);
  return changed;
};

export const moveTo = (desk: Desk, id: FederationId, state: FederationState): Result<Federation> =>
  update(desk, id, (federation) => moveFederation(federation, state, desk.room.deps.clock.now()));

/** Why it is not formed yet; once it is, its members say what it waits for. */
const withReason = (desk: Desk, id: FederationId, reason: string): Result<Federation> =>
  update(desk, id, (federation) => {
    const isForming = ['DRAFT', 'DISCOVERING', 'NEGOTIATING', 'FORMING'].includes(federation.state);
    return ok(!isForming || federation.reason === reason ? federation : { ...federation, reason });
  });

/** What stood in the way of finding members is over. */
const beginNegotiating = (desk: Desk, id: FederationId): Result<Federation> =>
  update(desk, id, ({ reason: _, ...federation }) => moveFederation(federation, 'NEGOTIATING', desk.room.deps.clock.now()));

const invite = (desk: Desk, id: FederationId, candidates: readonly Candidate[]): Result<Federation> => {
  const { room } = desk;
  return update(desk, id, (loaded) => {
    const federation = refreshMembers(loaded, candidates);
    const chosen = chooseMembers(federation, candidates, { vocabulary: room.vocabulary(), now: room.deps.clock.now() });
    const members = [...federation.members, ...chosen].slice(0, limits.membersMax);
    const kept = [...keepCandidates({ ...federation, members }, candidates)];
    const isSame = chosen.length === 0 && JSON.stringify(kept) === JSON.stringify(federation.candidates);
    return ok(isSame ? federation : { ...federation, members, candidates: kept, revision: federation.revision + 1 });
  });
};

/** Who offers something that nobody can convert. */
const notBridged = (candidates: readonly Candidate[]): readonly string[] =>
  candidates.flatMap(({ twin, gaps }) => gaps.filter(({ aspect, bridgeable }) => aspect === 'format' && !bridgeable).map(({ how }) => `${twin.id}: ${how}`));

/** Asks the registry for what is still needed, and takes in whoever serves it. */
export const discover = async (desk: Desk, federation: Federation): Promise<void> => {
  const { room } = desk;
  const own = await ownKinds(desk);
  const { needs, purpose, area, twinTypes, validUntil: to, id: federationId } = federation;
  const period = { from: room.deps.clock.now(), ...(to && { to }) };
  const found = await discoverCandidates(room, { needs, purpose, area, twinTypes, period, federationId }, standingOfRunnersUp(desk, federation));
  if (!found.ok) return void withReason(desk, federation.id, found.problem.kind);
  const invited = invite(desk, federation.id, found.value);
  if (!invited.ok || invited.value.state !== 'DISCOVERING') return;
  const unmet = openNeeds(invited.value, { own, vocabulary: room.vocabulary() }).filter(({ optional }) => !optional);
  if (unmet.length === 0) beginNegotiating(desk, federation.id);
  else withReason(desk, federation.id, [`nobody offers ${unmet.map(({ kind }) => kind).join(', ')} yet`, ...notBridged(found.value)].join('; '));
};

/** A member's place in a federation. */
export type Seat = { readonly id: FederationId; readonly member: Member };

/** The member's step with a message id that is saved before anything is sent, and kept while the same step is repeated. */
export const saveStep = (desk: Desk, { id, member }: Seat, move: Move): Result<Member> => {
  if (member.step?.move === move) return ok(member);
  const { deps } = desk.room;
  const stepped = update(desk, id, (federation) =>
    changeMember(federation, member.twinId, { change: (found) => ({ ...found, step: { move, messageId: newMessageId(deps.ids) } }), now: deps.clock.now() }),
  );
  if (!stepped.ok) return stepped;
  const saved = stepped.value.members.find(({ twinId }) => twinId === member.twinId);
  return saved ? ok(saved) : fail(problem('notMember', { subject: member.twinId }));
};

/**
 * A step whose answer was lost is said again under the same id. One that was answered with *later*, came too early, or that was heard before the federation moved on
 * (so that its words differ by now), is a new question next time: what stands at the member makes it harmless.
 */
const isAnswered = (outcome: Result<unknown>): boolean =>
  outcome.ok || ['unavailable', 'notInForce', 'notAllowedInState', 'replayed'].includes(outcome.problem.kind);

/** What became of a member by itself: what is being said to it meanwhile goes on under its id. */
export const moveMember = (desk: Desk, { id, member }: Seat, change: Partial<ChangedMember>): void =>
  become(desk, { id, member }, ({ reason: _, ...rest }) => ({ ...rest, ...change }));

const isGone = ({ room }: Desk, { id, member: { twinId } }: Seat): boolean =>
  federationById(room, id)?.members.some((member) => member.twinId === twinId && ['LEFT', 'REMOVED'].includes(member.state)) ?? true;

/** What came of what was said to a member; nothing where it has gone meanwhile. */
export const applyOutcome = (desk: Desk, seat: Seat, outcome: Result<Partial<ChangedMember>>): void => {
  if (isGone(desk, seat)) return;
  const said: Partial<ChangedMember> = outcome.ok ? outcome.value : { reason: outcome.problem.kind };
  become(desk, seat, ({ step, reason, ...rest }) => ({
    ...rest,
    ...(step && !isAnswered(outcome) && { step }),
    ...said,
    // why it leaves is its own word
    ...(!outcome.ok && rest.state === 'LEAVING' && { reason }),
  }));
};

const become = (desk: Desk, { id, member }: Seat, change: (member: Member) => ChangedMember): void => {
  const { deps, events } = desk.room;
  const changed = update(desk, id, (federation) => changeMember(federation, member.twinId, { change, now: deps.clock.now() }));
  const after = changed.ok ? changed.value.members.find(({ twinId }) => twinId === member.twinId) : undefined;
  if (after && after.state !== member.state) events.memberMoved({ federation: id, member: member.twinId, state: after.state, reason: after.reason });
};
