/**
 * A bridge that stands: what its adaptor says of it (A4, A6), where it is found when its adaptor has moved, and taking it down (A8).
 */
import {
  type Bridge,
  BridgeFigures,
  type Communication,
  fail,
  type Member,
  moveCommunication,
  ok,
  problem,
  type Request,
  type Result,
  reachedAt,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { Peer } from '../../exchange/peer.ts';
import { parsedOnce } from '../../store/parsed-once.ts';
import { communications, type Room } from '../room.ts';

/** An adaptor that nobody answers at may have moved: the registry knows where to. Undefined where nothing is known better. */
export const movedBridge = async (room: Room, { bridge }: Pick<Member, 'bridge'>): Promise<Bridge | undefined> => {
  const registry = await room.registry();
  if (!registry || !bridge) return undefined;
  const content = { parameters: {}, objects: [{ kind: 'digitalTwin' as const, id: bridge.adaptorId }] as [{ kind: 'digitalTwin'; id: TwinId }] }; // branding: a list of one
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', content, { signal: room.signal });
  const endpoints = found.ok ? found.value.objects[0].attributes.endpoints : [];
  const address = reachedAt(endpoints)?.address;
  return address === undefined || address === bridge.address ? undefined : { ...bridge, address };
};

/** A8: nothing passes any more; tried a few times, as nobody else tells the adaptor. */
export const closeBridge = async (room: Room, connection: Communication): Promise<void> => {
  const { id, bridge, federationId } = connection;
  if (!bridge) return;
  const peer: Peer = { id: bridge.adaptorId, role: 'communicationAdaptor', address: bridge.address, keys: bridge.keys };
  const content = { parameters: {}, objects: [{ kind: 'communication' as const, id }] };
  const asked = await room.ask(
    peer,
    'communicationAdaptor.disconnect.communication',
    content as Request<'communicationAdaptor.disconnect.communication'>, // branding: a list of one
    { federationId, attempts: 3, signal: room.signal },
  );
  if (asked.ok) room.records.putAll([figures.saved(id, asked.value.parameters.final)]);
};

/** Every bridge of a federation that is over here: either end may say so, and one of them is heard. */
export const closeBridges = (room: Room, federationId: string): void => {
  for (const connection of communications.all(room.records))
    if (connection.federationId === federationId && connection.bridge)
      void closeBridge(room, connection).catch((cause) => (room.signal.aborted ? undefined : room.events.defect('bridge', cause)));
};

const noun = 'bridgeFigures';
const parseFigures = parsedOnce(BridgeFigures);

/** What the adaptor said last of a bridge. */
export const figures = {
  load: ({ records }: Pick<Room, 'records'>, id: string): BridgeFigures | undefined => parseFigures(records.get(noun, id)),
  saved: (id: string, value: BridgeFigures) => ({ noun, id, value }),
  forget: (records: Room['records'], isGone: (id: string) => boolean): void => {
    for (const { id } of records.list(noun)) if (isGone(id)) records.remove(noun, id);
  },
};

/** A connection whose adaptor speaks. */
const bridgedConnection = (room: Room, id: string, by: AskedBy): Result<Communication> => {
  const connection = communications.load(room.records, id);
  return connection?.bridge?.adaptorId === by.sender ? ok(connection) : fail(problem('unknownConnection', { subject: id }));
};

/** A4: where the bridge stands; what its lifecycle does not allow is refused. */
export const noteBridge = (
  room: Room,
  { objects: [{ id, attributes }] }: Request<'digitalTwin.notify.communication'>,
  by: AskedBy,
): Done<'digitalTwin.notify.communication'> => {
  const connection = bridgedConnection(room, id, by);
  if (!connection.ok) return connection;
  const moved = moveCommunication(connection.value, attributes.state, room.deps.clock.now());
  return moved.ok ? ok({ reply: { parameters: {}, objects: [] }, save: [communications.saved(id, moved.value)] }) : moved;
};

/** A6. */
export const noteFigures = (
  room: Room,
  { objects: [{ id, attributes }] }: Request<'digitalTwin.report.communicationStatus'>,
  by: AskedBy,
): Done<'digitalTwin.report.communicationStatus'> => {
  const connection = bridgedConnection(room, id, by);
  return connection.ok ? ok({ reply: { parameters: {}, objects: [] }, save: [figures.saved(id, attributes)] }) : connection;
};
