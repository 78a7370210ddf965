/**
 * Registration (DTR-FE, Y.4489 8.2.1) of twins: accepts, checks, keeps and removes entries; a lease keeps them fresh.
 */
import { agencyOf, checkTerms, DigitalTwin, fail, ok, problem, type Request, type Result, type TwinId } from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { enterState, featureEntries, type RegistryRoom, saveFeature, saveTwin, stateNow, type TwinEntry, twinEntry, withLease } from './entry.ts';

const owned = (room: RegistryRoom, by: AskedBy, id: TwinId): Result<TwinEntry> => {
  const entry = twinEntry(room.records, id);
  if (!entry || entry.state === 'REMOVED') return fail(problem('notRegistered', { subject: id }));
  return by.sender === id ? ok(entry) : fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
};

const leaseReply = (id: TwinId, { revision, leaseUntil }: TwinEntry) => ({
  parameters: {},
  objects: [{ kind: 'digitalTwin' as const, id, revision, attributes: { leaseUntil } }] as [
    { kind: 'digitalTwin'; id: TwinId; revision: number; attributes: { leaseUntil: typeof leaseUntil } },
  ], // branding: a list of one
});

export const registerTwin = (room: RegistryRoom, request: Request<'registry.register.digitalTwin'>, by: AskedBy): Done<'registry.register.digitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  if (by.sender !== id || attributes.owner.organizationId !== agencyOf(id))
    return fail(problem('ownedByOther', { subject: id, accepted: `${by.sender}, of ${agencyOf(id)}` }));
  const checked = checkTerms(room.vocabulary(), [attributes.twinType, attributes.domain]);
  if (!checked.ok) return checked;
  const now = room.clock.now();
  const before = twinEntry(room.records, id);
  const moved = enterState(before, 'ACTIVE', now);
  if (!moved.ok) return moved;
  const made = { revision: (before?.revision ?? 0) + 1, attributes, state: moved.value, registeredAt: before?.registeredAt ?? now };
  const entry = withLease(made, request.parameters.leaseSeconds ?? room.leaseSeconds, now);
  return ok({ reply: leaseReply(id, entry), save: [saveTwin(id, entry)] });
};

export const updateTwin = (room: RegistryRoom, request: Request<'registry.update.digitalTwin'>, by: AskedBy): Done<'registry.update.digitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const entry = owned(room, by, id);
  if (!entry.ok) return entry;
  const { revision, attributes: before } = entry.value;
  if (revision !== request.parameters.baseRevision) return fail(problem('revisionConflict', { subject: id, limit: revision }));
  const merged = DigitalTwin.safeParse({ ...before, ...attributes, keys: before.keys, owner: before.owner });
  if (!merged.success) return fail(problem('invalid', { subject: id }));
  const checked = checkTerms(room.vocabulary(), [merged.data.twinType, merged.data.domain]);
  if (!checked.ok) return checked;
  const value: TwinEntry = { ...entry.value, revision: revision + 1, attributes: merged.data, updatedAt: room.clock.now() };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'digitalTwin', id, revision: value.revision }] }, save: [saveTwin(id, value)] });
};

export const renewTwin = (room: RegistryRoom, request: Request<'registry.renew.digitalTwin'>, by: AskedBy): Done<'registry.renew.digitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const entry = owned(room, by, id);
  if (!entry.ok) return entry;
  const now = room.clock.now();
  if (stateNow(entry.value, now) === 'REMOVED') return fail(problem('leaseExpired', { subject: id, since: entry.value.leaseUntil }));
  const status = attributes.status ?? entry.value.attributes.status;
  const made = { ...entry.value, state: 'ACTIVE' as const, attributes: { ...entry.value.attributes, status } };
  const renewed = withLease(made, request.parameters.leaseSeconds ?? entry.value.leaseSeconds, now);
  return ok({ reply: leaseReply(id, renewed), save: [saveTwin(id, renewed)] });
};

/** The twin and its features go; tombstones stay, so that a revision is never used twice. */
export const deregisterTwin = (
  room: RegistryRoom,
  request: Request<'registry.deregister.digitalTwin'>,
  by: AskedBy,
): Done<'registry.deregister.digitalTwin'> => {
  const [{ id }] = request.objects;
  const entry = owned(room, by, id);
  if (!entry.ok) return entry;
  const tombstone: TwinEntry = { ...entry.value, revision: entry.value.revision + 1, state: 'REMOVED', updatedAt: room.clock.now() };
  const features = featureEntries(room.records).filter(({ entry: feature }) => feature.attributes.twinId === id && feature.state !== 'REMOVED');
  const gone = features.map(({ id: featureId, entry: feature }) => saveFeature(featureId, { ...feature, revision: feature.revision + 1, state: 'REMOVED' }));
  return ok({ reply: { parameters: {}, objects: [{ kind: 'digitalTwin', id, revision: tombstone.revision }] }, save: [saveTwin(id, tombstone), ...gone] });
};
