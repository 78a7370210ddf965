/**
 * Agreement in force: under which agreement a sender may use data or functions of this node now, and how often.
 */
import { type AgreementId, type FederationId, fail, limits, ok, problem, type Result, rateOf, type UsableAgreement, type Use, usable } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { AskedBy } from '../exchange/answer.ts';
import { agreements, communications, type Room } from './room.ts';

export type Asked = { readonly id: AgreementId | undefined; readonly mode: Use['mode']; readonly federationId?: FederationId | undefined };

const isConnected = (room: Room, id: AgreementId): boolean =>
  communications.all(room.records).some((link) => link.agreementId === id && link.state === 'CONNECTED');

/** As it stands at this moment: a stream looks again with each event. */
export const agreementInForce = (
  room: Room,
  { id, mode, federationId }: Asked,
  by: Pick<AskedBy, 'sender'> & { readonly message?: AskedBy['message'] },
): Result<UsableAgreement> =>
  usable(id && agreements.load(room.records, id), {
    consumer: by.sender,
    provider: room.self.id,
    now: room.deps.clock.now(),
    mode,
    connected: id !== undefined && isConnected(room, id),
    vocabulary: room.vocabulary(),
    federationId,
    purpose: by.message?.header.security?.purpose,
  });

const minuteMs = 60_000;

/** When each agreement was used in the last minute; only those are counted that bound their rate. */
export type Rates = { readonly take: (used: UsableAgreement, questions: number) => Result<true> };

export const createRates = ({ deps }: Pick<Room, 'deps'>): Rates => {
  const uses = new LRUCache<string, readonly number[]>({ max: limits.membersMax });
  return {
    take: ({ agreement, features }, questions) => {
      const rate = rateOf(features);
      if (rate === undefined) return ok(true);
      const now = deps.clock.monotonicMs();
      const recent = (uses.get(agreement.id) ?? []).filter((at) => at > now - minuteMs);
      const [first = now] = recent;
      if (recent.length + questions > rate)
        return fail(problem('overloaded', { subject: agreement.id, limit: rate, retryAfterMs: Math.ceil(first + minuteMs - now) }));
      uses.set(agreement.id, [...recent, ...Array.from({ length: questions }, () => now)]);
      return ok(true);
    },
  };
};
