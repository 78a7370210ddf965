/**
 * Look up: what a partner's keys are now. The registry's entry says it, with the announcements that prove it; of its own keys the registry's document.
 */
import { fail, ok, problem, type Result, reachedAt, TwinId } from '@cityweave/core';
import type { Protocol } from '../protocol/protocol.ts';
import type { Introduced } from '../trust/pin.ts';
import type { Ask } from './ask.ts';
import { fetchIntroduction } from './introduction.ts';
import type { Peer } from './peer.ts';

type Room = {
  readonly protocol: Protocol;
  readonly ask: Ask;
  readonly registry: () => Promise<Peer | undefined>;
  /** registries that this one asks, where it is one */
  readonly peers: () => Promise<readonly Peer[]>;
  /** where this node finds its registry; absent where it has that role itself */
  readonly named: { readonly address: string } | undefined;
  readonly signal: AbortSignal;
};

const askRegistry = async ({ ask, signal }: Room, registry: Peer, id: TwinId): Promise<Result<Introduced>> => {
  const found = await ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id }] }, { signal });
  if (!found.ok) return found;
  const { keys, announcements, endpoints } = found.value.objects[0].attributes;
  return ok({ keys, announcements, endpoint: reachedAt(endpoints)?.address });
};

export const lookUpPartner = async (room: Room, id: string): Promise<Result<Introduced>> => {
  const peer = (await room.peers()).find((one) => one.id === id);
  if (peer) return fetchIntroduction(room.protocol, peer.address);
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  if (registry.id === id && room.named) return fetchIntroduction(room.protocol, room.named.address);
  const twin = TwinId.safeParse(id);
  return twin.success ? askRegistry(room, registry, twin.data) : fail(problem('notRegistered', { subject: id.slice(0, 80) }));
};
