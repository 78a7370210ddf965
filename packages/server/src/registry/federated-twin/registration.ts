/**
 * Registration of federated twins (R14, R5): a formed federation can be found as a twin, and what it is made of is in use.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  agencyTwinIdOf,
  authorityOf,
  type Entered,
  type FeatureId,
  type FederatedTwinId,
  fail,
  limits,
  ok,
  problem,
  type RegistryEntryState,
  type Request,
  type Result,
  registryEntryLifecycle,
  shorten,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { madeOnce } from '../../store/parsed-once.ts';
import { checkSize, forgetTombstones, type RegistryRoom, registeredNow, stateNow, twinEntry } from '../entry.ts';
import { featureEntry } from '../feature-entry.ts';

export type FederatedEntry = {
  readonly revision: number;
  readonly owner: string;
  readonly state: Entered<RegistryEntryState>;
  readonly attributes: Request<'registry.register.federatedDigitalTwin'>['objects'][0]['attributes'];
};

const federatedNoun = 'registry.federatedTwin';

// branding: only this file writes the noun
export const federatedEntry = (room: RegistryRoom, id: string): FederatedEntry | undefined => room.records.get(federatedNoun, id) as FederatedEntry | undefined;
const standing = madeOnce((listed: ReturnType<RegistryRoom['records']['list']>) =>
  listed.map(({ id, value }) => ({ id: id as FederatedTwinId, entry: value as FederatedEntry })).filter(({ entry }) => entry.state !== 'REMOVED'),
);
/** Those that are not withdrawn. */
export const federatedEntries = (room: RegistryRoom): readonly { readonly id: FederatedTwinId; readonly entry: FederatedEntry }[] =>
  standing(room.records.list(federatedNoun));

export const forgetFederatedTwins = (room: Pick<RegistryRoom, 'records' | 'deps'>): void =>
  forgetTombstones(room, { noun: federatedNoun, ownerOf: ({ value }) => (value as FederatedEntry).owner });

/** The twin that registered a feature; of one that is not known here, the twin of the agency that gave it its name. */
export const ownerOf = ({ records }: RegistryRoom, id: FeatureId): TwinId => featureEntry(records, id)?.attributes.twinId ?? agencyTwinIdOf(authorityOf(id));

/** It is made of what its members offer, and of nobody else's: so that nobody keeps in use what was not granted to him. */
const checkComposed = (room: RegistryRoom, { memberTwins, composedFeatures = [] }: FederatedEntry['attributes']): Result<true> => {
  const at = composedFeatures.findIndex((id) => !memberTwins.some((member) => member === ownerOf(room, id)));
  if (at < 0) return ok(true);
  const path = `data.objects.0.attributes.composedFeatures.${at}`;
  return fail(problem('invalid', { path, found: composedFeatures[at], accepted: 'a feature of one of memberTwins' }));
};

export const registerFederatedTwin = (
  room: RegistryRoom,
  request: Request<'registry.register.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'registry.register.federatedDigitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const before = federatedEntry(room, id);
  if (before && before.owner !== by.sender) return fail(problem('ownedByOther', { subject: id }));
  if (attributes.initiator !== by.sender || !registeredNow(room, by.sender).ok) return fail(problem('notRegistered', { subject: by.sender }));
  const begun = federatedEntries(room).filter(({ id: other, entry }) => entry.owner === by.sender && other !== id).length;
  const limit = limits.registryFederatedTwinsPerTwinMax;
  if (begun >= limit) return fail(problem('refusedByRegistry', { subject: 'federated twins', found: by.sender, limit }));
  const composed = checkComposed(room, attributes);
  if (!composed.ok) return composed;
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

/** What federated twins are made of now is neither withdrawn nor paused, unless its owner insists. */
export const checkFree = (room: RegistryRoom, features: readonly FeatureId[], { force = false }: { readonly force?: boolean | undefined }): Result<true> => {
  if (force || features.length === 0) return ok(true);
  const users = federatedEntries(room).flatMap(({ id, entry }) => {
    const used = isKept(room, entry) && features.find((feature) => entry.attributes.composedFeatures?.includes(feature));
    return used ? [{ id, used }] : [];
  });
  const [first] = users;
  if (!first) return ok(true);
  const found = shorten(users.map(({ id }) => id).join(', '));
  return fail(problem('featureInUse', { subject: first.used, found, accepted: 'leaving the federation first, or force' }));
};
