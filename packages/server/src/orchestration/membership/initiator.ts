/**
 * Initiator: where the other side of an agreement is reached, and by which keys it is known now.
 */
import { fail, ok, problem, type Result, reachedAt, type TwinId } from '@cityweave/core';
import type { Peer } from '../../exchange/peer.ts';
import type { Room } from '../room.ts';

/** The initiator of a federation that this node was invited to, as the registry knows it. */
export const initiatorOf = async (room: Pick<Room, 'registry' | 'ask'>, id: TwinId): Promise<Result<Peer>> => {
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id }] });
  if (!found.ok) return found;
  const { endpoints, keys } = found.value.objects[0].attributes;
  const way = reachedAt(endpoints);
  return way ? ok({ id, role: 'digitalTwin', ...way, keys }) : fail(problem('unbridgeable', { subject: id }));
};
