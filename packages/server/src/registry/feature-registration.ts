/**
 * Registration (DTR-FE, Y.4489 8.2.1) of features: one refused feature never spoils the others.
 */
import {
  addMs,
  agencyOf,
  checkAllowed,
  checkTerms,
  detailOf,
  entryStateOf,
  type FeatureId,
  FeatureInformation,
  fail,
  type Instant,
  limits,
  mergePatch,
  ok,
  problem,
  problemOfIssues,
  type Request,
  type Result,
  type RowName,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done, Saved } from '../exchange/answer.ts';
import { checkSize, type RegistryRoom, registeredNow } from './entry.ts';
import {
  type EnteredFeature,
  enterFeatureState,
  type FeatureEntry,
  featureEntry,
  featureStateNow,
  featuresOf,
  saveFeature,
  withdrawn,
} from './feature-entry.ts';
import { checkFree, ownerOf } from './federated-twin/registration.ts';
import { changedFeatures, type FeatureChange, telling } from './subscription.ts';

const warningsMax = 100;

/** Terms that are in no dictionary: their owner may offer them, but nobody can compare them with his own. */
const unknownTerms = (room: RegistryRoom, { data }: FeatureInformation): readonly string[] =>
  data.terms.map(({ term }) => term).filter((term) => !room.vocabulary().term(term));

type Offered = { readonly id: FeatureId; readonly attributes: FeatureInformation };

/** What was offered and is no more is missed by whoever uses it. */
const checkStaying = (room: RegistryRoom, { id, attributes: { status } }: Offered, insisting: { readonly force?: boolean | undefined } = {}): Result<true> =>
  status === 'active' || featureEntry(room.records, id)?.state !== 'ACTIVE' ? ok(true) : checkFree(room, [id], insisting);

const registerOne = (room: RegistryRoom, { id, attributes }: Offered, by: AskedBy): Result<FeatureEntry> => {
  if (by.sender !== attributes.twinId || agencyOf(id) !== agencyOf(attributes.twinId))
    return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  const twin = registeredNow(room, attributes.twinId);
  if (!twin.ok) return twin;
  const sized = checkSize(id, attributes);
  if (!sized.ok) return sized;
  const checked = checkTerms(room.vocabulary(), [attributes.semanticType]);
  if (!checked.ok) return checked;
  const before = featureEntry(room.records, id);
  const free = checkStaying(room, { id, attributes });
  if (!free.ok) return free;
  const moved = enterFeatureState(before, entryStateOf(attributes.status), room.deps.clock.now());
  return moved.ok ? ok({ revision: (before?.revision ?? 0) + 1, attributes, state: moved.value }) : moved;
};

/** Whether one more has room among those of its twin; one that is there has. */
const roomLeft = (room: RegistryRoom, { sender }: AskedBy): ((id: FeatureId) => boolean) => {
  const offered = new Set<string>(featuresOf(room.records, sender as TwinId).map(({ id }) => id)); // branding: compared as texts only
  return (id) => {
    if (!offered.has(id) && offered.size >= limits.registryFeaturesPerTwinMax) return false;
    offered.add(id);
    return true;
  };
};

const tooMany = ({ sender }: AskedBy): Result<FeatureEntry> =>
  fail(problem('refusedByRegistry', { subject: 'features', found: sender, limit: limits.registryFeaturesPerTwinMax }));

export const registerFeatures = (
  room: RegistryRoom,
  { parameters: { atomic = false }, objects }: Request<'registry.register.feature'>,
  by: AskedBy,
): Done<'registry.register.feature'> => {
  const left = roomLeft(room, by);
  const outcomes = objects.map((offered) => ({ id: offered.id, outcome: left(offered.id) ? registerOne(room, offered, by) : tooMany(by) }));
  const entries = outcomes.flatMap(({ id, outcome }) => (outcome.ok ? [{ id, entry: outcome.value }] : []));
  const problems = outcomes.flatMap(({ id, outcome }) => (outcome.ok ? [] : [{ id, problem: outcome.problem }]));
  const [first] = problems;
  if (first && (atomic || entries.length === 0)) return fail(first.problem);
  const details = problems.map(({ id, problem: given }) => detailOf(id, given));
  const named = entries.map(({ id, entry }) => ({ kind: 'feature' as const, id, revision: entry.revision }));
  const warnings = entries.flatMap(({ entry }) => unknownTerms(room, entry.attributes)).slice(0, warningsMax);
  return ok({
    reply: {
      parameters: warnings.length > 0 ? { warnings } : {},
      objects: named,
      ...(details.length > 0 && { standing: { status: 'partial', details } }),
    },
    save: entries.map(({ id, entry }) => saveFeature(id, entry)),
    afterwards: telling(room, { features: changedFeatures(room, entries) }),
  });
};

/** Who is not of the agency that gave it its name hears the same whether there is an entry or not. */
const ownedFeature = (room: RegistryRoom, name: RowName, { id, by }: { readonly id: FeatureId; readonly by: AskedBy }): Result<FeatureEntry> => {
  const entry = featureEntry(room.records, id);
  if (by.sender !== ownerOf(room, id)) return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  const state = entry && featureStateNow(entry, room.deps.clock.now());
  if (!entry || !state || state === 'REMOVED') return fail(problem('notFound', { subject: id }));
  const allowed = checkAllowed(name, 'registry entry', { state, subject: id });
  return allowed.ok ? ok(entry) : allowed;
};

export const updateFeature = (room: RegistryRoom, request: Request<'registry.update.feature'>, by: AskedBy): Done<'registry.update.feature'> => {
  const [{ id, attributes }] = request.objects;
  const entry = ownedFeature(room, 'registry.update.feature', { id, by });
  if (!entry.ok) return entry;
  const { revision, attributes: before } = entry.value;
  if (revision !== request.parameters.baseRevision) return fail(problem('revisionConflict', { subject: id, limit: revision }));
  const merged = FeatureInformation.safeParse({ ...Object(mergePatch(before, attributes)), twinId: before.twinId });
  if (!merged.success) return fail(problemOfIssues('invalid', merged.error, { where: id }));
  const sized = checkSize(id, merged.data);
  if (!sized.ok) return sized;
  const checked = checkTerms(room.vocabulary(), [merged.data.semanticType]);
  if (!checked.ok) return checked;
  const free = checkStaying(room, { id, attributes: merged.data }, request.parameters);
  if (!free.ok) return free;
  const moved = enterFeatureState(entry.value, entryStateOf(merged.data.status), room.deps.clock.now());
  if (!moved.ok) return moved;
  const value: FeatureEntry = { ...entry.value, revision: revision + 1, attributes: merged.data, state: moved.value };
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'feature', id, revision: value.revision }] },
    save: [saveFeature(id, value)],
    afterwards: telling(room, { features: changedFeatures(room, [{ id, entry: value }]) }),
  });
};

type Notice = Pick<Request<'registry.deregister.feature'>['parameters'], 'graceSeconds' | 'force'>;

/** Until when what is withdrawn with notice still stands. */
export const noticeUntil = ({ graceSeconds = 0 }: Notice, now: Instant): Instant | undefined =>
  graceSeconds > 0 ? addMs(now, graceSeconds * 1000) : undefined;

type Withdrawal = { readonly saved: readonly Saved[]; readonly gone: readonly EnteredFeature[]; readonly changes: readonly FeatureChange[] };

/** All or none of them: none may be in use, unless their owner insists. */
export const withdrawAll = (room: RegistryRoom, features: readonly EnteredFeature[], notice: Notice & { readonly now: Instant }): Result<Withdrawal> => {
  const free = checkFree(
    room,
    features.map(({ id }) => id),
    notice,
  );
  if (!free.ok) return free;
  const gone: EnteredFeature[] = [];
  for (const { id, entry } of features) {
    const after = withdrawn(entry, { now: notice.now, endsAt: noticeUntil(notice, notice.now) });
    if (!after.ok) return after;
    gone.push({ id, entry: after.value });
  }
  return ok({ gone, saved: gone.map(({ id, entry }) => saveFeature(id, entry)), changes: changedFeatures(room, gone) });
};

export const deregisterFeatures = (
  room: RegistryRoom,
  { parameters, objects }: Request<'registry.deregister.feature'>,
  by: AskedBy,
): Done<'registry.deregister.feature'> => {
  const named: EnteredFeature[] = [];
  for (const { id } of objects) {
    const entry = ownedFeature(room, 'registry.deregister.feature', { id, by });
    if (!entry.ok) return entry;
    named.push({ id, entry: entry.value });
  }
  const now = room.deps.clock.now();
  const withdrawal = withdrawAll(room, named, { ...parameters, now });
  if (!withdrawal.ok) return withdrawal;
  const { gone, saved, changes } = withdrawal.value;
  const endsAt = noticeUntil(parameters, now);
  return ok({
    reply: { parameters: endsAt ? { endsAt } : {}, objects: gone.map(({ id, entry }) => ({ kind: 'feature' as const, id, revision: entry.revision })) },
    save: saved,
    afterwards: telling(room, { features: changes }),
  });
};
