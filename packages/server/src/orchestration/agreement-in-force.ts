/**
 * Agreement in force: under which agreement a sender may use data or functions of this node now, and how often.
 */
import {
  type AgreementId,
  type FederationId,
  fail,
  type Instant,
  isUsableLink,
  limits,
  ok,
  problem,
  type Result,
  rateOf,
  type UsableAgreement,
  type Use,
  usable,
  usedWithin,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { AskedBy } from '../exchange/answer.ts';
import { checkOpen } from './maintenance.ts';
import { agreements, communications, type Membership, memberships, type Room } from './room.ts';

export type Asked = { readonly id: AgreementId | undefined; readonly mode: Use['mode']; readonly federationId?: FederationId | undefined };

const isConnected = (room: Room, id: AgreementId): boolean => communications.live(room.records).some((link) => link.agreementId === id && isUsableLink(link));

/** As it stands at this moment: a stream looks again with each event. */
export const agreementInForce = (
  room: Room,
  { id, mode, federationId }: Asked,
  by: Pick<AskedBy, 'sender'> & { readonly message?: AskedBy['message'] },
): Result<UsableAgreement> => {
  const open = checkOpen(room);
  if (!open.ok) return open;
  const agreement = id && agreements.load(room.records, id);
  const wait = agreement && waitOf(room, agreement.terms.federationId);
  if (wait && agreement.terms.parties.consumer === by.sender)
    return fail(
      problem('notAllowedInState', {
        subject: agreement.terms.federationId,
        found: wait.found,
        ...(wait.until && { since: wait.until }),
        accepted: 'a federation that has begun and is not suspended',
      }),
    );
  return usable(agreement, {
    consumer: by.sender,
    provider: room.self.id,
    now: room.deps.clock.now(),
    mode,
    connected: id !== undefined && isConnected(room, id),
    vocabulary: room.vocabulary(),
    federationId,
    purpose: by.message?.header.security?.purpose,
    onBehalfOf: by.message?.header.security?.onBehalfOf,
  });
};

/** Under an agreement with its initiator that is in force, over a connection that is open: before that, and after, nobody takes part in a federation here. */
export const takesPart = (room: Room, { federation, initiator }: Membership): boolean =>
  agreements.live(room.records).some((agreement) => {
    const use = { consumer: initiator, provider: room.self.id, now: room.deps.clock.now(), mode: 'read' as const, vocabulary: room.vocabulary() };
    return usable(agreement, { ...use, connected: isConnected(room, agreement.id), federationId: federation.id }).ok;
  });

type Wait = { readonly found: string; readonly until?: Instant | undefined };

/** Why nothing is answered for now, and until when: the initiator paused it, or it begins later. A pause holds until its time, or until the initiator says that it is over. */
export const waitFor = ({ suspended, startsAt }: Membership, now: Instant): Wait | undefined => {
  if (suspended && (suspended.until === undefined || suspended.until > now)) return { found: 'SUSPENDED', until: suspended.until };
  return startsAt !== undefined && startsAt > now ? { found: 'not begun', until: startsAt } : undefined;
};

const waitOf = (room: Room, id: FederationId): Wait | undefined => {
  const membership = memberships.load(room.records, id);
  return membership && waitFor(membership, room.deps.clock.now());
};

/** When each agreement was used in the last minute; only those are counted that bound their rate. */
export type Rates = {
  readonly take: (used: UsableAgreement, questions: number) => Result<true>;
  /** how many questions were answered under an agreement since this node started */
  readonly answered: (agreementId: string) => { readonly reads: number };
};

export const createRates = ({ deps }: Pick<Room, 'deps'>): Rates => {
  const uses = new LRUCache<string, readonly number[]>({ max: limits.membersMax });
  const counts = new LRUCache<string, number>({ max: limits.membershipsMax });
  const count = (id: string, questions: number): void => void counts.set(id, (counts.get(id) ?? 0) + questions);
  return {
    take: ({ agreement, features }, questions) => {
      const rate = rateOf(features);
      if (rate === undefined) {
        count(agreement.id, questions);
        return ok(true);
      }
      const used = usedWithin(uses.get(agreement.id) ?? [], { subject: agreement.id, limit: rate, count: questions, nowMs: deps.clock.monotonicMs() });
      if (!used.ok) return used;
      count(agreement.id, questions);
      uses.set(agreement.id, used.value);
      return ok(true);
    },
    answered: (id) => ({ reads: counts.get(id) ?? 0 }),
  };
};

/** What was agreed to go over an adaptor goes over that one, and nothing else does. */
export const checkWay = (room: Room, agreementId: string | undefined, { via }: AskedBy): Result<true> => {
  const agreed = communications.live(room.records).find((link) => link.agreementId === agreementId)?.bridge?.adaptorId;
  return agreed === via
    ? ok(true)
    : fail(problem('notInForce', { subject: agreementId ?? '', found: via ?? 'no adaptor', accepted: agreed ?? 'a direct question' }));
};
