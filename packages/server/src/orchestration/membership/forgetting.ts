/**
 * Forgetting what is over: agreements whose duties are done, then what was of them alone: parts in federations, federations, connections.
 */
import { type Agreement, addMs, type Communication, type Instant, limits } from '@cityweave/core';
import { figures } from '../bridging/standing-bridge.ts';
import { agreements, communications, federations, memberships, type Room } from '../room.ts';

/** Nothing of it is owed any more; what was not deleted when it should have been is remembered as long as what is over is kept. */
const isDischarged =
  (now: Instant) =>
  ({ deleteDataBy, deletionTold = false }: Agreement): boolean =>
    deleteDataBy === undefined || deletionTold || addMs(deleteDataBy, limits.overKeptMs) < now;

export const forgetPast = (room: Room): void => {
  const { records, self } = room;
  const now = room.deps.clock.now();
  const otherOf = (...twins: readonly string[]): string => twins.find((twin) => twin !== self.id) ?? self.id;
  agreements.forget(records, { now, isOver: isDischarged(now), partnerOf: ({ terms: { parties } }) => otherOf(parties.consumer, parties.provider) });
  const left = agreements.all(records);
  const [agreed, bound] = [new Set(left.map(({ id }) => id)), new Set(left.map(({ terms }) => terms.federationId))];
  memberships.forget(records, { now, isOver: ({ federation }) => !bound.has(federation.id), partnerOf: ({ initiator }) => initiator });
  federations.forget(records, { now, isOver: ({ id }) => !bound.has(id), partnerOf: ({ initiator }) => initiator });
  const partnerOf = ({ ends }: Communication): string => otherOf(...ends.map(({ twinId }) => twinId));
  communications.forget(records, { now, isOver: ({ agreementId }) => !agreed.has(agreementId), partnerOf });
  figures.forget(records, (id) => communications.load(records, id) === undefined);
};
