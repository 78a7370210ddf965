/**
 * Registration (DTR-FE, Y.4489 8.2.1) of twins: accepts, checks, keeps and removes entries; a lease keeps them fresh.
 */
import {
  agencyOf,
  canonicalJson,
  checkAllowed,
  checkTerms,
  DigitalTwin,
  entryStateOf,
  fail,
  limits,
  mergePatch,
  ok,
  problem,
  problemOfIssues,
  type Request,
  type Result,
  type RowName,
  reachedAt,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { checkSize, enterState, type RegistryRoom, saveTwin, stateNow, type TwinEntry, twinEntries, twinEntry, withLease } from './entry.ts';
import { featuresOf } from './feature-entry.ts';
import { noticeUntil, withdrawAll } from './feature-registration.ts';
import { telling } from './subscription.ts';

/** Who is not its owner hears the same whether there is an entry or not. */
const owned = (room: RegistryRoom, name: RowName, { by, id }: { readonly by: AskedBy; readonly id: TwinId }): Result<TwinEntry> => {
  if (by.sender !== id) return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  const entry = twinEntry(room.records, id);
  if (!entry || entry.state === 'REMOVED') return fail(problem('notRegistered', { subject: id }));
  const now = room.deps.clock.now();
  const state = stateNow(entry, now);
  if (state === 'REMOVED')
    return fail(
      entry.endsAt !== undefined && entry.endsAt < now
        ? problem('notRegistered', { subject: id })
        : problem('leaseExpired', { subject: id, since: entry.leaseUntil }),
    );
  const allowed = checkAllowed(name, 'registry entry', { state, subject: id });
  return allowed.ok ? ok(entry) : allowed;
};

type Registered = Pick<Request<'registry.register.digitalTwin'>['objects'][0], 'id' | 'attributes'>;

const leaseReply = (id: TwinId, { revision, leaseUntil }: TwinEntry) => ({
  parameters: {},
  objects: [{ kind: 'digitalTwin' as const, id, revision, attributes: { leaseUntil } }] as [
    { kind: 'digitalTwin'; id: TwinId; revision: number; attributes: { leaseUntil: typeof leaseUntil } },
  ], // branding: a list of one
});

/** T16 at the address that is registered: the answer must be signed by the key that is registered. */
const checkEndpoint = async (room: RegistryRoom, { id, attributes }: Registered): Promise<Result<true>> => {
  const way = reachedAt(attributes.endpoints);
  if (!room.verifyEndpoints || !way || id === room.self.id) return ok(true);
  const echo = room.deps.ids.uuid();
  const peer = { id, role: 'digitalTwin' as const, ...way, keys: attributes.keys };
  const content = { parameters: { echo }, objects: [{ kind: 'digitalTwin', id }] as [{ kind: 'digitalTwin'; id: TwinId }] }; // branding: a list of one
  const told = await room.ask(peer, 'digitalTwin.probe.digitalTwin', content, { timeoutMs: limits.registryPeerMs });
  if (told.ok && told.value.parameters.echo === echo) return ok(true);
  if (!told.ok && told.problem.kind === 'timedOut') return fail(problem('upstreamTimedOut', { subject: id, limit: limits.registryPeerMs }));
  return fail(problem('endpointNotVerified', { subject: id, found: told.ok ? 'another echo' : told.problem.kind, accepted: 'an answer to T16, signed' }));
};

export const registerTwin = async (
  room: RegistryRoom,
  request: Request<'registry.register.digitalTwin'>,
  by: AskedBy,
): Promise<Done<'registry.register.digitalTwin'>> => {
  const [{ id, attributes }] = request.objects;
  if (by.sender !== id || attributes.owner.organizationId !== agencyOf(id))
    return fail(problem('ownedByOther', { subject: id, accepted: `${by.sender}, of ${agencyOf(id)}` }));
  const sized = checkSize(id, attributes);
  if (!sized.ok) return sized;
  const entered = twinEntries(room.records).filter((other) => other.id !== id && agencyOf(other.id) === agencyOf(id)).length;
  const limit = limits.registryTwinsPerAgencyMax;
  if (entered >= limit) return fail(problem('refusedByRegistry', { subject: 'twins', found: agencyOf(id), limit }));
  const checked = checkTerms(room.vocabulary(), [attributes.twinType, attributes.domain]);
  if (!checked.ok) return checked;
  const verified = await checkEndpoint(room, { id, attributes });
  if (!verified.ok) return verified;
  const now = room.deps.clock.now();
  const before = twinEntry(room.records, id);
  const moved = enterState(before, entryStateOf(attributes.status), now);
  if (!moved.ok) return moved;
  const made = { revision: (before?.revision ?? 0) + 1, attributes, state: moved.value, registeredAt: before?.registeredAt ?? now };
  const entry = withLease(made, request.parameters.leaseSeconds ?? room.leaseSeconds, now);
  return ok({ reply: leaseReply(id, entry), save: [saveTwin(id, entry)], afterwards: telling(room, { twins: [{ id, before, after: entry }] }) });
};

/** A patch of attributes is an object, and so is what comes of it. */
const patched = (before: object, patch: object): object => Object(mergePatch(before, patch));

type Updating = Request<'registry.update.digitalTwin'>;

/** The entry as it stands, and what it is to say. */
const patchTwin = (room: RegistryRoom, request: Updating, by: AskedBy): Result<{ readonly entry: TwinEntry; readonly attributes: DigitalTwin }> => {
  const [{ id, attributes }] = request.objects;
  const entry = owned(room, 'registry.update.digitalTwin', { by, id });
  if (!entry.ok) return entry;
  const { revision, attributes: before } = entry.value;
  if (revision !== request.parameters.baseRevision) return fail(problem('revisionConflict', { subject: id, limit: revision }));
  const merged = DigitalTwin.safeParse({ ...patched(before, attributes), keys: before.keys, owner: before.owner });
  if (!merged.success) return fail(problemOfIssues('invalid', merged.error, { where: id }));
  const sized = checkSize(id, merged.data);
  if (!sized.ok) return sized;
  const checked = checkTerms(room.vocabulary(), [merged.data.twinType, merged.data.domain]);
  return checked.ok ? ok({ entry: entry.value, attributes: merged.data }) : checked;
};

/** One that moves is looked for at its new address, as one that comes. */
const checkMove = (room: RegistryRoom, request: Updating, by: AskedBy): Promise<Result<true>> | Result<true> => {
  const [{ id }] = request.objects;
  const patched = patchTwin(room, request, by);
  if (!patched.ok) return patched;
  const { entry, attributes } = patched.value;
  const isMoved = canonicalJson(entry.attributes.endpoints) !== canonicalJson(attributes.endpoints);
  return isMoved ? checkEndpoint(room, { id, attributes }) : ok(true);
};

export const updateTwin = async (room: RegistryRoom, request: Updating, by: AskedBy): Promise<Done<'registry.update.digitalTwin'>> => {
  const [{ id }] = request.objects;
  const found = await checkMove(room, request, by);
  if (!found.ok) return found;
  // its lease may have run out while it was looked for
  const patched = patchTwin(room, request, by);
  if (!patched.ok) return patched;
  const { entry, attributes } = patched.value;
  const now = room.deps.clock.now();
  const moved = enterState(entry, entryStateOf(attributes.status), now);
  if (!moved.ok) return moved;
  const value: TwinEntry = { ...entry, revision: entry.revision + 1, attributes, state: moved.value, updatedAt: now };
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'digitalTwin', id, revision: value.revision }] },
    save: [saveTwin(id, value)],
    afterwards: telling(room, { twins: [{ id, before: entry, after: value }] }),
  });
};

export const renewTwin = (room: RegistryRoom, request: Request<'registry.renew.digitalTwin'>, by: AskedBy): Done<'registry.renew.digitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const entry = owned(room, 'registry.renew.digitalTwin', { by, id });
  if (!entry.ok) return entry;
  const now = room.deps.clock.now();
  const status = attributes?.status ?? entry.value.attributes.status;
  const moved = enterState(entry.value, entryStateOf(status), now);
  if (!moved.ok) return moved;
  const made = { ...entry.value, state: moved.value, attributes: { ...entry.value.attributes, status } };
  const renewed = withLease(made, request.parameters.leaseSeconds ?? entry.value.leaseSeconds, now);
  const changed = renewed.state !== stateNow(entry.value, now) || status !== entry.value.attributes.status;
  const features = featuresOf(room.records, id).map((feature) => ({ id: feature.id, before: feature.entry, after: feature.entry }));
  const told = changed ? { afterwards: telling(room, { twins: [{ id, before: entry.value, after: renewed }], features }) } : {};
  return ok({ reply: leaseReply(id, renewed), save: [saveTwin(id, renewed)], ...told });
};

/** The twin and its features go, at once or when the notice is over; tombstones stay, so that a revision is never used twice. */
export const deregisterTwin = (
  room: RegistryRoom,
  request: Request<'registry.deregister.digitalTwin'>,
  by: AskedBy,
): Done<'registry.deregister.digitalTwin'> => {
  const [{ id }] = request.objects;
  const entry = owned(room, 'registry.deregister.digitalTwin', { by, id });
  if (!entry.ok) return entry;
  const now = room.deps.clock.now();
  const endsAt = noticeUntil(request.parameters, now);
  const gone = withdrawAll(room, featuresOf(room.records, id), { ...request.parameters, now });
  if (!gone.ok) return gone;
  const moved = enterState(entry.value, endsAt ? entry.value.state : 'REMOVED', now);
  if (!moved.ok) return moved;
  const tombstone: TwinEntry = { ...entry.value, revision: entry.value.revision + 1, state: moved.value, updatedAt: now, endsAt };
  const { saved, changes } = gone.value;
  return ok({
    reply: { parameters: endsAt ? { endsAt } : {}, objects: [{ kind: 'digitalTwin', id, revision: tombstone.revision }] },
    save: [saveTwin(id, tombstone), ...saved],
    afterwards: telling(room, { twins: [{ id, before: entry.value, after: tombstone }], features: changes }),
  });
};
