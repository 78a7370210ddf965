/**
 * Notice: leaving, pauses and ends that come in their time: who is gone now, what is resumed, when to look again.
 */
import {
  addMs,
  approvalEndOf,
  changeMember,
  checkAllowed,
  expiryOf,
  type Federation,
  type FederationId,
  fail,
  type Instant,
  limits,
  type Member,
  moveFederation,
  msBetween,
  problem,
  type Result,
  replacedMembers,
} from '@cityweave/core';
import { agreements } from '../room.ts';
import { type Desk, moveMember, update } from './federation-change.ts';

/** Those whose owner agreed to less time than the federation has. */
const expiredMembers = ({ room }: Desk, { state, members, validUntil }: Federation, now: Instant): readonly Member[] => {
  if (state === 'RELEASING' || state === 'FAILED') return [];
  return members.filter(({ agreementId, state: standing }) => {
    const agreement = ['LEFT', 'REMOVED'].includes(standing) ? undefined : agreements.load(room.records, agreementId);
    const { to } = agreement?.terms.validity ?? {};
    const expiry = agreement && expiryOf(agreement);
    return expiry !== undefined && expiry <= now && to !== validUntil;
  });
};

/** Members whose notice or agreed time is over, and those whose place another has taken, are gone. */
export const letMembersGo = (desk: Desk, federation: Federation): void => {
  const now = desk.room.deps.clock.now();
  for (const member of expiredMembers(desk, federation, now)) {
    moveMember(desk, { id: federation.id, member }, { state: 'REMOVED', reason: 'the time that was agreed is over' });
  }
  const left = federation.members.filter(({ state, leavesAt }) => state === 'LEAVING' && leavesAt !== undefined && leavesAt <= now);
  for (const member of left) {
    moveMember(desk, { id: federation.id, member }, { state: 'LEFT', reason: member.reason ?? 'left' });
  }
  for (const member of replacedMembers(federation, now)) {
    const next = federation.members.find(({ replaces }) => replaces === member.twinId);
    moveMember(desk, { id: federation.id, member }, { state: 'REMOVED', reason: `lost; ${next?.twinId ?? 'another'} took its place` });
  }
};

/** Its time is over; one that was not formed until then has failed. */
export const endInTime = (desk: Desk, { id, state, validUntil }: Federation): void => {
  const now = desk.room.deps.clock.now();
  if (validUntil === undefined || validUntil > now || !['ACTIVE', 'DEGRADED', 'SUSPENDED'].includes(state)) return;
  update(desk, id, (federation) => moveFederation({ ...federation, reason: 'its time is over' }, 'RELEASING', now));
};

/** A plan that nobody approved in its time is over; else how long it waits. */
export const endUnapproved = (desk: Desk, federation: Federation): number => {
  const now = desk.room.deps.clock.now();
  const leftMs = msBetween(now, approvalEndOf(federation));
  if (leftMs >= 0) return leftMs + 1;
  update(desk, federation.id, (found) => moveFederation({ ...found, reason: 'nobody approved it in its time' }, 'RELEASING', now));
  return 0;
};

/** How long until somebody's notice is over, or a pause. */
export const nextEndMs = ({ members, suspension, validUntil }: Federation, now: Instant): number => {
  const ends = [...members.filter(({ state }) => state === 'LEAVING').map(({ leavesAt }) => leavesAt), suspension?.until, validUntil];
  return Math.min(Number.POSITIVE_INFINITY, ...ends.flatMap((end) => (end === undefined || end < now ? [] : [Math.max(1, msBetween(now, end))])));
};

/** Only what is suspended can be resumed; how its members are tells whether it is active or degraded. */
export const resumeSuspended = (federation: Federation, now: Instant): Result<Federation> =>
  federation.state === 'SUSPENDED'
    ? moveFederation(federation, 'ACTIVE', now)
    : fail(problem('notAllowedInState', { subject: federation.id, found: federation.state, accepted: 'SUSPENDED' }));

/** Never in the past, never later than notice may be given. */
export const noticeFrom = (effectiveAt: Instant, now: Instant): Instant => {
  const last = addMs(now, limits.graceSecondsMax * 1000);
  return effectiveAt < now ? now : effectiveAt > last ? last : effectiveAt;
};

type LeavingMember = { readonly twinId: string; readonly reason: string | undefined; readonly leavesAt: Instant };

/** One that was not agreed with yet is gone at once. What is being said to it meanwhile goes on under its id. */
export const memberLeaves = (desk: Desk, id: FederationId, { twinId, reason = 'left', leavesAt }: LeavingMember): Result<Federation> => {
  return update(desk, id, (federation) => {
    const allowed = checkAllowed('digitalTwin.leave.federation', 'federation', { state: federation.state, subject: id });
    if (!allowed.ok) return allowed;
    const member = federation.members.find((one) => one.twinId === twinId);
    if (!member || ['LEFT', 'REMOVED'].includes(member.state)) return fail(problem('notMember', { subject: twinId }));
    const state = member.state === 'INVITED' ? 'REMOVED' : 'LEAVING';
    return changeMember(federation, member.twinId, {
      change: (found) => ({ ...found, state, reason, leavesAt }),
      now: desk.room.deps.clock.now(),
    });
  });
};
