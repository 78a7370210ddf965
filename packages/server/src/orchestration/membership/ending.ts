/**
 * Ending of a membership: its agreements end and its connections close, in one step with what is said of it; and the consumer's word that what it was given is gone.
 */
import {
  type Agreement,
  addMs,
  type Communication,
  closeCommunication,
  deletionDueAt,
  endAgreement,
  type FederationId,
  fail,
  type Instant,
  limits,
  moveCommunication,
  ok,
  problem,
  releasedView,
} from '@cityweave/core';
import type { Done, Saved } from '../../exchange/answer.ts';
import { agreements, communications, type Membership, memberships, type Room } from '../room.ts';

type Parties = { readonly federationId: FederationId; readonly consumer: string };

const agreementsWith = ({ records, self }: Room, { federationId, consumer }: Parties): readonly Agreement[] =>
  agreements
    .all(records)
    .filter(({ terms }) => terms.federationId === federationId && terms.parties.consumer === consumer && terms.parties.provider === self.id);

/** What this twin agreed to in a federation with whoever invited it. */
const agreementsOf = (room: Room, { federation, initiator }: Membership): readonly Agreement[] =>
  agreementsWith(room, { federationId: federation.id, consumer: initiator });

const linksOf = (room: Room, membership: Membership): readonly Communication[] => {
  const ids = new Set(agreementsOf(room, membership).map(({ id }) => id));
  return communications.all(room.records).filter(({ agreementId }) => ids.has(agreementId));
};

/** Where the terms say when what was given must be gone, or the consumer promised it, that is kept with how they ended. */
const withDuty = (ended: Agreement, now: Instant): Agreement => {
  const owed = ended.deleteDataBy !== undefined || ended.terms.obligations?.some(({ type }) => type === 'delete');
  const owes = owed && ['EXPIRED', 'TERMINATED'].includes(ended.state);
  return owes ? { ...ended, deleteDataBy: deletionDueAt(ended, now) } : ended;
};

type Promised = { readonly deleteDataBy?: Instant | undefined };

/** Notice was given: until it is over what is asked is still answered. A bridge is closed by its adaptor. */
export const closingRecords = (room: Room, membership: Membership): readonly Saved[] =>
  linksOf(room, membership)
    .filter(({ bridge }) => !bridge)
    .flatMap((link) => {
      const closing = moveCommunication(link, 'CLOSING', room.deps.clock.now());
      return closing.ok ? [communications.saved(link.id, closing.value)] : [];
    });

const endedAgreements = (room: Room, membership: Membership, promise: Promised = {}): readonly Agreement[] => {
  const now = room.deps.clock.now();
  return agreementsOf(room, membership).map((agreement) => withDuty(endAgreement({ ...agreement, ...promise }, now), now));
};

/** All of a member's part but its agreements. */
const restOver = (room: Room, membership: Membership): readonly Saved[] => {
  const { federation } = membership;
  const now = room.deps.clock.now();
  return [
    memberships.saved(federation.id, { ...membership, released: true, federation: releasedView(federation, now) }),
    ...linksOf(room, membership).map((link) => communications.saved(link.id, closeCommunication(link, now))),
  ];
};

/** This member's part is over: nothing of it goes on here. */
export const partOver = (room: Room, membership: Membership, promise: Promised = {}): readonly Saved[] => [
  ...restOver(room, membership),
  ...endedAgreements(room, membership, promise).map((agreement) => agreements.saved(agreement.id, agreement)),
];

/** What the initiator promises to have deleted by then is kept with each agreement. */
export const promised = (room: Room, membership: Membership, deleteDataBy: Instant | undefined): readonly Saved[] =>
  deleteDataBy === undefined ? [] : agreementsOf(room, membership).map((agreement) => agreements.saved(agreement.id, { ...agreement, deleteDataBy }));

/** Only what was given before can be gone: the agreement is over, and was when it was deleted. */
const isDeletedAfter = ({ state, endedAt }: Agreement, deletedAt: Instant): boolean =>
  state !== 'AGREED' && (endedAt === undefined || addMs(endedAt, -limits.clockToleranceMs) <= deletedAt);

/** The membership whose notice is over by the clocks of its initiator, who says so, a moment before it is by ours. */
const overByNotice = ({ records, deps }: Room, { federationId, consumer }: Parties): Membership | undefined => {
  const membership = memberships.load(records, federationId);
  const isOver = membership?.endsAt !== undefined && membership.endsAt <= addMs(deps.clock.now(), limits.clockToleranceMs);
  return isOver && !membership.released && membership.initiator === consumer ? membership : undefined;
};

/** The consumer says that what it was given is gone. */
export const noteDeleted = (
  room: Room,
  federationId: FederationId,
  { sender, deletedAt }: { readonly sender: string; readonly deletedAt: Instant },
): Done<'digitalTwin.release.federation'> => {
  const parties = { federationId, consumer: sender };
  const ending = overByNotice(room, parties);
  const owed = ending ? endedAgreements(room, ending) : agreementsWith(room, parties);
  const early = owed.find((agreement) => !isDeletedAfter(agreement, deletedAt));
  if (early) return fail(problem('notAllowedInState', { subject: early.id, found: early.state, accepted: 'a time after the agreement has ended' }));
  if (deletedAt > addMs(room.deps.clock.now(), limits.clockToleranceMs))
    return fail(problem('invalid', { path: 'data.action.parameters.deletedAt', found: deletedAt, accepted: 'a time that is over' }));
  const gone = owed.map((agreement) => agreements.saved(agreement.id, { ...agreement, deletedAt, deletionTold: true }));
  return ok({ reply: { parameters: {}, objects: [] }, save: [...(ending ? restOver(room, ending) : []), ...gone] });
};
