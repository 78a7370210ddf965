/**
 * Fellow: who takes part, together with this agency, in a federated twin that is formed, here or there started. Who has left it, was removed, or has it
 * suspended is none; nor is anybody while this agency's own agreement is not in force.
 */
import { type FederationId, mayBeAsked } from '@cityweave/core';
import { takesPart, waitFor } from './agreement-in-force.ts';
import { federations, type Membership, memberships, type Room } from './room.ts';

type Shared = { readonly other: string; readonly only: string | undefined };

const going = (state: string): boolean => state === 'ACTIVE' || state === 'DEGRADED';

const startedWith = ({ records }: Room, { other, only }: Shared): FederationId | undefined =>
  federations
    .live(records)
    .find(({ id, state, members }) => id === (only ?? id) && going(state) && members.some((one) => one.twinId === other && one.formed && mayBeAsked(one)))?.id;

const isWith = ({ initiator, federation }: Membership, other: string): boolean =>
  initiator === other || federation.members.some((member) => member.twinId === other && mayBeAsked(member));

const joinedWith = (room: Room, { other, only }: Shared): FederationId | undefined =>
  memberships
    .live(room.records)
    .find(
      (membership) =>
        membership.federation.id === (only ?? membership.federation.id) &&
        membership.formed &&
        !waitFor(membership, room.deps.clock.now()) &&
        isWith(membership, other) &&
        takesPart(room, membership),
    )?.federation.id;

/** A federation in which both take part, the one that is named where one is; undefined where there is none. */
export const sharedFederation = (room: Room, other: string, only?: string): FederationId | undefined =>
  startedWith(room, { other, only }) ?? joinedWith(room, { other, only });

export const isFellow = (room: Room, other: string, only?: string): boolean => sharedFederation(room, other, only) !== undefined;
