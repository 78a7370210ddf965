/**
 * Registration of federated twins (R14, R5): a formed federation can be found as a twin, and what it is made of is in use.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type Entered,
  type FeatureId,
  type FederatedTwinId,
  fail,
  ok,
  problem,
  type RegistryEntryState,
  type Request,
  registryEntryLifecycle,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { checkSize, type RegistryRoom, registeredNow, stateNow, twinEntry } from './entry.ts';

export type FederatedEntry = {
  readonly revision: number;
  readonly owner: string;
  readonly state: Entered<RegistryEntryState>;
  readonly attributes: Request<'registry.register.federatedDigitalTwin'>['objects'][0]['attributes'];
};

const federatedNoun = 'registry.federatedTwin';

// branding: only this file writes the noun
export const federatedEntry = (room: RegistryRoom, id: string): FederatedEntry | undefined => room.records.get(federatedNoun, id) as FederatedEntry | undefined;
export const federatedEntries = (room: RegistryRoom): readonly { readonly id: FederatedTwinId; readonly entry: FederatedEntry }[] =>
  room.records.list(federatedNoun).map(({ id, value }) => ({ id: id as FederatedTwinId, entry: value as FederatedEntry }));

export const registerFederatedTwin = (
  room: RegistryRoom,
  request: Request<'registry.register.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'registry.register.federatedDigitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const before = federatedEntry(room, id);
  if (before && before.owner !== by.sender) return fail(problem('ownedByOther', { subject: id }));
  if (attributes.initiator !== by.sender || !registeredNow(room, by.sender).ok) return fail(problem('notRegistered', { subject: by.sender }));
  const sized = checkSize(id, attributes);
  if (!sized.ok) return sized;
  // as it is known already: said again, since the registry may have forgotten it
  if (before?.state === 'ACTIVE' && isDeepStrictEqual(before.attributes, attributes))
    return ok({ reply: { parameters: {}, objects: [{ kind: 'federatedDigitalTwin', id, revision: before.revision }] } });
  const moved = registryEntryLifecycle.move(before?.state ?? registryEntryLifecycle.initial, 'ACTIVE');
  if (!moved.ok) return moved;
  const value: FederatedEntry = { revision: (before?.revision ?? 0) + 1, owner: by.sender, state: moved.value, attributes };
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'federatedDigitalTwin', id, revision: value.revision }] },
    save: [{ noun: federatedNoun, id, value }],
  });
};

/** Who is not its owner hears the same whether there is an entry or not. */
export const deregisterFederatedTwin = (
  room: RegistryRoom,
  request: Request<'registry.deregister.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'registry.deregister.federatedDigitalTwin'> => {
  const [{ id }] = request.objects;
  const before = federatedEntry(room, id);
  if (before?.owner !== by.sender || before.state === 'REMOVED') return fail(problem('notFound', { subject: id }));
  const moved = registryEntryLifecycle.move(before.state, 'REMOVED');
  if (!moved.ok) return moved;
  const value: FederatedEntry = { ...before, revision: before.revision + 1, state: moved.value };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'federatedDigitalTwin', id }] }, save: [{ noun: federatedNoun, id, value }] });
};

/** A federated twin does not outlive its initiator: while nobody renews that one's lease it holds nothing. */
const isKept = (room: RegistryRoom, { state, attributes: { initiator } }: FederatedEntry): boolean => {
  const registered = twinEntry(room.records, initiator);
  return state === 'ACTIVE' && registered !== undefined && ['ACTIVE', 'PAUSED'].includes(stateNow(registered, room.deps.clock.now()));
};

/** Federated twins that are made of a feature now. */
export const usersOf = (room: RegistryRoom, id: FeatureId): readonly string[] =>
  federatedEntries(room)
    .filter(({ entry }) => isKept(room, entry) && (entry.attributes.composedFeatures ?? []).includes(id))
    .map((user) => user.id);
