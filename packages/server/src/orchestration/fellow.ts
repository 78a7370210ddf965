/**
 * Fellow: who takes part, together with this agency, in a federated twin that is formed, here or there started. Who has left it, was removed, or has it
 * suspended is none; nor is anybody while this agency's own agreement is not in force.
 */
import { type FederationId, mayBeAsked } from '@cityweave/core';
import { isPausedAt, takesPart } from './agreement-in-force.ts';
import { federations, type Membership, memberships, type Room } from './room.ts';

const going = (state: string): boolean => state === 'ACTIVE' || state === 'DEGRADED';

const startedWith = ({ records }: Room, other: string): FederationId | undefined =>
  federations
    .all(records)
    .find(({ state, members }) => going(state) && members.some((member) => member.twinId === other && member.formed && mayBeAsked(member)))?.id;

const isWith = ({ initiator, federation }: Membership, other: string): boolean =>
  initiator === other || federation.members.some((member) => member.twinId === other && mayBeAsked(member));

const joinedWith = (room: Room, other: string): FederationId | undefined =>
  memberships
    .all(room.records)
    .find(
      (membership) =>
        membership.formed &&
        !membership.released &&
        !isPausedAt(membership.suspended, room.deps.clock.now()) &&
        isWith(membership, other) &&
        takesPart(room, membership),
    )?.federation.id;

/** A federation in which both take part; undefined where there is none. */
export const sharedFederation = (room: Room, other: string): FederationId | undefined => startedWith(room, other) ?? joinedWith(room, other);

export const isFellow = (room: Room, other: string): boolean => sharedFederation(room, other) !== undefined;
