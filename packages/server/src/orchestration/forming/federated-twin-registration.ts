/**
 * The federated twin in the registry (R14, and R5 when it is over), so that a formed federation can be found as a twin.
 */
import { type Federation, federatedTwinIdOf } from '@cityweave/core';
import { type Room, reachRegistry } from '../room.ts';

const takingPart = ({ members }: Federation) => members.filter(({ state }) => ['ACTIVE', 'INTERRUPTED'].includes(state));

export const describeFederatedTwin = (room: Room, federation: Federation) => ({
  kind: 'federatedDigitalTwin' as const,
  id: federatedTwinIdOf(federation.id),
  attributes: {
    federationId: federation.id,
    name: federation.name,
    purpose: federation.purpose,
    initiator: federation.initiator,
    memberTwins: [federation.initiator, ...takingPart(federation).map(({ twinId }) => twinId)],
    composedFeatures: takingPart(federation).flatMap(({ features }) => features.map(({ featureId }) => featureId)),
    endpoints: room.self.endpoints(),
  },
});

/** True once the registry knows of it, or where there is none to tell. */
export const registerFederatedTwin = async (room: Room, federation: Federation): Promise<boolean> => {
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value) return reached.ok;
  const content = { parameters: {}, objects: [describeFederatedTwin(room, federation)] as [ReturnType<typeof describeFederatedTwin>] }; // branding: a list of one
  const registered = await room.ask(reached.value, 'registry.register.federatedDigitalTwin', content, { federationId: federation.id, signal: room.signal });
  return registered.ok;
};

/** True once the registry has let go of it; one that has forgotten it has nothing to let go. */
export const deregisterFederatedTwin = async (room: Room, federation: Federation): Promise<boolean> => {
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value) return reached.ok;
  const object = { kind: 'federatedDigitalTwin' as const, id: federatedTwinIdOf(federation.id) };
  const content = { parameters: { reason: 'released' }, objects: [object] as [typeof object] }; // branding: a list of one
  const asked = await room.ask(reached.value, 'registry.deregister.federatedDigitalTwin', content, { signal: room.signal });
  return asked.ok || asked.problem.kind === 'notFound';
};
