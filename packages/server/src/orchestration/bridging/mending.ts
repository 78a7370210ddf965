/**
 * Mending: a bridge that leads nowhere any more: its adaptor has moved, or keeps it no longer because nobody used it for long. One that an end has closed stays closed.
 */
import type { Bridge, Federation, Member, Request } from '@cityweave/core';
import { communications, type Room } from '../room.ts';
import { openBridge } from './bridge.ts';
import { movedBridge } from './standing-bridge.ts';

type Name = 'communicationAdaptor.query.communicationStatus';

/** Whether the adaptor says that it has no such bridge; that it says nothing proves nothing. */
const isGone = async (room: Room, { bridge, connectionId }: Member): Promise<boolean> => {
  if (!bridge) return false;
  const adaptor = { id: bridge.adaptorId, role: 'communicationAdaptor' as const, address: bridge.address, keys: bridge.keys };
  const content = { parameters: {}, objects: [{ kind: 'communicationStatus' as const, id: connectionId }] } as Request<Name>; // branding: a list of one
  const told = await room.ask(adaptor, 'communicationAdaptor.query.communicationStatus', content, { signal: room.signal });
  return !told.ok && told.problem.kind === 'unknownConnection';
};

const setUpAgain = async (room: Room, federation: Federation, member: Member): Promise<Bridge | undefined> => {
  const connection = communications.load(room.records, member.connectionId);
  if (!connection || !(await isGone(room, member))) return undefined;
  const again = await openBridge({ room, federation, member }, connection);
  return again.ok ? again.value : undefined;
};

/** The bridge as it is now, where that is another than before: at the adaptor's new address, or set up again. There it is taken down as well. */
export const mendedBridge = async (room: Room, federation: Federation, member: Member): Promise<Bridge | undefined> => {
  const bridge = (await movedBridge(room, member)) ?? (await setUpAgain(room, federation, member));
  const connection = communications.load(room.records, member.connectionId);
  if (bridge && connection) room.records.putAll([communications.saved(connection.id, { ...connection, bridge })]);
  return bridge;
};
