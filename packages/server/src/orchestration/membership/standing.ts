/**
 * Standing as a member: leaving with notice (T8), ending when notice, grace or the time agreed is over, and learning at the start what was missed: a release, a replacement (T13).
 */
import { addMs, expiryOf, type FederationId, fail, type Instant, limits, msBetween, ok, problem, type Result } from '@cityweave/core';
import { newMessageId, pause } from '../../deps.ts';
import { closeBridges } from '../bridging/standing-bridge.ts';
import { agreements, type Membership, memberships, type Room } from '../room.ts';
import { closingRecords, partOver } from './ending.ts';
import { initiatorOf } from './initiator.ts';

export type Leaving = { readonly reason: string; readonly graceSeconds: number };

export type Standing = {
  /** Says to the initiator that this member goes, and when; it is said until it was heard. */
  readonly leave: (id: FederationId, leaving: Leaving) => Result<Membership>;
  /** Looks again at what was promised: something was said that may have changed it. */
  readonly nudge: () => void;
  readonly membership: (id: FederationId) => Membership | undefined;
  /** Asks every initiator how things stand, and keeps to what was promised until the node ends. */
  readonly keep: () => Promise<void>;
};

/** How often an initiator that does not answer is asked again. */
const askAgainMs = 2_000;
const lookMs = 30_000;

type Desk = { readonly room: Room /** when initiators last said how things stand, since this node started */; readonly heard: Map<FederationId, number> };

/** A release may never reach a member that is cut off: so it asks from time to time, and at once when it starts. */
const isHeard = ({ room, heard }: Desk, { federation }: Membership): boolean =>
  room.deps.clock.monotonicMs() - (heard.get(federation.id) ?? Number.NEGATIVE_INFINITY) < lookMs;

const standing = ({ room }: Desk): readonly Membership[] => memberships.live(room.records);

/** When this member's part is over: its notice, the grace of its initiator, or the time that was agreed; also where nobody says so any more. */
const endOf = ({ room }: Desk, { endsAt, leaving, agreementId }: Membership): Instant | undefined => {
  const agreement = agreements.load(room.records, agreementId);
  return [endsAt, leaving?.told ? leaving.effectiveAt : undefined, agreement && expiryOf(agreement)].filter((at) => at !== undefined).toSorted()[0];
};

const isDue = (desk: Desk, membership: Membership, now: Instant): boolean => {
  const end = endOf(desk, membership);
  return end !== undefined && end <= now;
};

const finish = ({ room }: Desk, membership: Membership): void => {
  room.records.putAll(partOver(room, membership));
  closeBridges(room, membership.federation.id);
};

/** Over there it may be over, or somebody else may have our place: then it is over here too. Else the initiator hears that we are there again. */
const askStanding = async (desk: Desk, membership: Membership): Promise<boolean> => {
  const { room } = desk;
  const { federation } = membership;
  const initiator = await initiatorOf(room, federation.initiator);
  if (!initiator.ok) return false;
  const objects: [{ kind: 'federation'; id: FederationId }] = [{ kind: 'federation', id: federation.id }];
  const told = await room.ask(
    initiator.value,
    'digitalTwin.query.federationStatus',
    { parameters: {}, objects },
    { federationId: federation.id, signal: room.signal },
  );
  if (!told.ok && !['notMember', 'unknownFederation'].includes(told.problem.kind)) return false;
  const state = told.ok ? told.value.objects[0].attributes.state : 'RELEASED';
  if (state === 'RELEASED' || state === 'FAILED') {
    finish(desk, memberships.load(room.records, federation.id) ?? membership);
    return true;
  }
  // it is about to end: whether this member was told so is seen when it has
  if (state === 'RELEASING') return false;
  if (desk.heard.has(federation.id)) return true;
  const report = {
    kind: 'federationStatus' as const,
    id: federation.id,
    attributes: { state: federation.state, since: federation.since, members: federation.members, revision: federation.revision },
  };
  const reported = await room.ask(
    initiator.value,
    'digitalTwin.report.federationStatus',
    { parameters: {}, objects: [report] },
    { federationId: federation.id, signal: room.signal },
  );
  return reported.ok;
};

const sayLeaving = async ({ room }: Desk, membership: Membership): Promise<void> => {
  const { leaving, federation } = membership;
  if (!leaving) return;
  const initiator = await initiatorOf(room, federation.initiator);
  if (!initiator.ok) return;
  const { reason, effectiveAt, messageId } = leaving;
  const objects: [{ kind: 'federation'; id: FederationId }] = [{ kind: 'federation', id: federation.id }];
  const asking = { messageId, federationId: federation.id, signal: room.signal };
  const told = await room.ask(initiator.value, 'digitalTwin.leave.federation', { parameters: { reason, effectiveAt }, objects }, asking);
  const isHeard = told.ok || ['notMember', 'unknownFederation', 'notAllowedInState'].includes(told.problem.kind);
  const now = memberships.load(room.records, federation.id);
  if (isHeard && now)
    room.records.putAll([
      memberships.saved(federation.id, { ...now, leaving: { ...leaving, told: true, ...(told.ok && { effectiveAt: told.value.parameters.effectiveAt }) } }),
      ...closingRecords(room, now),
    ]);
};

/** One look at everything that was promised; how long until the next. */
const look = async (desk: Desk): Promise<number> => {
  const now = desk.room.deps.clock.now();
  for (const membership of standing(desk)) {
    if (isDue(desk, membership, now)) finish(desk, membership);
    else if (membership.leaving && !membership.leaving.told) await sayLeaving(desk, membership);
    else if (!isHeard(desk, membership) && (await askStanding(desk, membership))) desk.heard.set(membership.federation.id, desk.room.deps.clock.monotonicMs());
  }
  const left = standing(desk);
  const isOpen = left.some((membership) => !isHeard(desk, membership) || (membership.leaving && !membership.leaving.told));
  const ends = left.flatMap((membership) => endOf(desk, membership) ?? []).map((end) => Math.max(1, msBetween(now, end)));
  return Math.min(isOpen ? askAgainMs : lookMs, ...ends);
};

export const createStanding = (room: Room): Standing => {
  const desk: Desk = { room, heard: new Map() };
  let wake = new AbortController();
  const nudge = (): void => {
    wake.abort();
    wake = new AbortController();
  };
  return {
    nudge,
    membership: (id) => memberships.load(room.records, id),
    leave: (id, { reason, graceSeconds }) => {
      const membership = memberships.load(room.records, id);
      if (!membership || membership.released) return fail(problem('notMember', { subject: id }));
      if (graceSeconds < 0 || graceSeconds > limits.graceSecondsMax) return fail(problem('invalid', { path: 'graceSeconds', limit: limits.graceSecondsMax }));
      if (membership.leaving) return ok(membership);
      const effectiveAt = addMs(room.deps.clock.now(), graceSeconds * 1000);
      const leaving: Membership = { ...membership, leaving: { reason, effectiveAt, messageId: newMessageId(room.deps.ids), told: false } };
      room.records.putAll([memberships.saved(id, leaving)]);
      nudge();
      return ok(leaving);
    },
    keep: async () => {
      // What was joined while this node runs is known from its first word on.
      while (!room.signal.aborted) {
        const waitMs = await look(desk);
        await pause(room.deps.timers, waitMs, AbortSignal.any([wake.signal, room.signal]));
      }
    },
  };
};
