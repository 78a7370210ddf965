/**
 * The federated twin in the registry (R14, and R5 when it is over), so that a formed federation can be found as a twin.
 */
import { federatedTwinIdOf, type Federation } from '@cityweave/core';
import { endpointOf } from './feature-information.ts';
import type { Room } from './room.ts';

export const describeFederatedTwin = (room: Room, federation: Federation) => ({
  kind: 'federatedDigitalTwin' as const,
  id: federatedTwinIdOf(federation.id),
  attributes: {
    federationId: federation.id,
    name: federation.name,
    purpose: federation.purpose,
    initiator: federation.initiator,
    memberTwins: [federation.initiator, ...federation.members.filter(({ state }) => ['ACTIVE', 'INTERRUPTED'].includes(state)).map(({ twinId }) => twinId)],
    endpoints: [endpointOf(room.self.address())],
  },
});

export const registerFederatedTwin = async (room: Room, federation: Federation, done: (registered: boolean) => void): Promise<void> => {
  const registry = await room.registry();
  const object = describeFederatedTwin(room, federation);
  const registered = registry ? await room.ask(registry, 'registry.register.federatedDigitalTwin', { parameters: {}, objects: [object] }, { federationId: federation.id, signal: room.signal }) : undefined;
  if (!registered || registered.ok) done(true);
};

export const deregisterFederatedTwin = async (room: Room, federation: Federation, done: () => void): Promise<void> => {
  const registry = await room.registry();
  const object = { kind: 'federatedDigitalTwin' as const, id: federatedTwinIdOf(federation.id) };
  if (registry) await room.ask(registry, 'registry.deregister.federatedDigitalTwin', { parameters: { reason: 'released' }, objects: [object] }, { attempts: 3, signal: room.signal });
  done();
};
