/**
 * Departure: in one step with a member's place ends on this side what tied it to us: its agreement, its connection, its bridge.
 */
import { type Agreement, type Communication, closeCommunication, deletionDueAt, endAgreement, type Federation, type Member } from '@cityweave/core';
import type { Saved } from '../../exchange/answer.ts';
import { agreements, communications, type Room } from '../room.ts';

const isGone = ({ state }: Member): boolean => state === 'LEFT' || state === 'REMOVED';

/** Members that have gone with this change of their federation. */
const departed = (before: Federation | undefined, { members }: Federation): readonly Member[] => {
  const goneBefore = new Set((before?.members ?? []).filter(isGone).map(({ agreementId }) => agreementId));
  return members.filter((member) => isGone(member) && !goneBefore.has(member.agreementId));
};

/** What was given under it has to go: when was promised, else when was agreed, else now. */
const withDuty = (room: Room, { notice }: Federation, ended: Agreement): Agreement => {
  if (ended.hash === undefined || !['EXPIRED', 'TERMINATED'].includes(ended.state)) return ended;
  const deleteDataBy = notice?.deleteDataBy ?? ended.deleteDataBy;
  return { ...ended, deleteDataBy: deletionDueAt({ ...ended, ...(deleteDataBy && { deleteDataBy }) }, room.deps.clock.now()) };
};

export type Departure = { readonly saved: readonly Saved[] /** those that were still to be taken down */; readonly bridged: readonly Communication[] };

export const departureOf = (room: Room, before: Federation | undefined, federation: Federation): Departure => {
  const now = room.deps.clock.now();
  const members = departed(before, federation);
  const ended = members.flatMap(({ agreementId }) => agreements.load(room.records, agreementId) ?? []);
  const closed = members.flatMap(({ connectionId }) => communications.load(room.records, connectionId) ?? []);
  return {
    saved: [
      ...ended.map((agreement) => agreements.saved(agreement.id, withDuty(room, federation, endAgreement(agreement, now)))),
      ...closed.map((connection) => communications.saved(connection.id, closeCommunication(connection, now))),
    ],
    bridged: closed.filter(({ bridge, state }) => bridge !== undefined && state !== 'CLOSED'),
  };
};
