/**
 * Telling (A4): the ends of a bridge hear how it stands. Whom that does not reach is told again, with the next message over it and when this node starts, one notice at
 * a time, each with its number, so that it is never an older one that comes last.
 */
import { limits } from '@cityweave/core';
import { type AdaptorRoom, type BridgeRecord, bridgeOf, savedBridge } from './bridge.ts';

type End = BridgeRecord['owner'];

export const endPeer = ({ id, address, keys }: End) => ({ id, role: 'digitalTwin' as const, address, keys });

/** Whether the end has heard it; also where it does not take it because its part is over. */
export const tellEnd = async (
  room: AdaptorRoom,
  { connection }: BridgeRecord,
  { end, reason }: { readonly end: End; readonly reason?: string | undefined },
): Promise<boolean> => {
  const { id, state, since, federationId } = connection;
  const attributes = { state, since, ...(reason !== undefined && { reason }) };
  const object = { kind: 'communication' as const, id, attributes };
  const told = await room.ask(
    endPeer(end),
    'digitalTwin.notify.communication',
    { parameters: {}, objects: [object] },
    { federationId, conversationId: id, timeoutMs: limits.probeTimeoutMs, signal: room.signal },
  );
  return told.ok || told.problem.kind === 'notAllowedInState';
};

export type Telling = {
  /** Tells those ends that have not heard yet; done when each was reached, or not. */
  readonly tell: (bridge: BridgeRecord, reason?: string) => Promise<void>;
  /** The same, and nobody waits for it. */
  readonly again: (bridge: BridgeRecord) => void;
};

export const createTelling = (room: AdaptorRoom): Telling => {
  const underWay = new Set<string>();
  const heard = (bridge: BridgeRecord, end: End): void => {
    const now = bridgeOf(room, bridge.connection.id);
    if (now?.connection.state !== bridge.connection.state) return;
    room.records.putAll([savedBridge({ ...now, untold: now.untold?.filter((id) => id !== end.id) })]);
  };
  const tellOne = async (bridge: BridgeRecord, end: End, reason: string | undefined): Promise<void> => {
    const notice = `${bridge.connection.id} ${end.id}`;
    if (underWay.has(notice)) return;
    underWay.add(notice);
    const isHeard = await tellEnd(room, bridge, { end, reason });
    underWay.delete(notice);
    if (isHeard) heard(bridge, end);
  };
  const tell: Telling['tell'] = async (bridge, reason) => {
    const ends = [bridge.consumer, bridge.owner].filter(({ id }) => bridge.untold?.includes(id));
    await Promise.all(ends.map((end) => tellOne(bridge, end, reason)));
  };
  return {
    tell,
    again: (bridge) => void tell(bridge).catch((cause) => (room.signal.aborted ? undefined : room.events.defect('adaptor', cause))),
  };
};
