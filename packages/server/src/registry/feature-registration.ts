/**
 * Registration (DTR-FE, Y.4489 8.2.1) of features and of federated twins: one refused feature never spoils the others.
 */
import { agencyOf, checkTerms, codeOf, type FeatureId, FeatureInformation, fail, ok, type Problem, problem, type Request, type Result } from '@cityweave/core';
import type { AskedBy, Done, Saved } from '../exchange/answer.ts';
import { type FeatureEntry, featureEntry, type RegistryRoom, saveFeature, twinEntry } from './entry.ts';

const warningsMax = 100;

/** Terms that are in no dictionary: their owner may offer them, but nobody can compare them with his own. */
const unknownTerms = (room: RegistryRoom, { data }: FeatureInformation): readonly string[] =>
  data.terms.map(({ term }) => term).filter((term) => !room.vocabulary().term(term));

type Offered = { readonly id: FeatureId; readonly attributes: FeatureInformation };

const registerOne = (room: RegistryRoom, { id, attributes }: Offered, by: AskedBy): Result<FeatureEntry> => {
  const twin = twinEntry(room.records, attributes.twinId);
  if (!twin || twin.state === 'REMOVED') return fail(problem('notRegistered', { subject: attributes.twinId }));
  if (by.sender !== attributes.twinId || agencyOf(id) !== agencyOf(attributes.twinId))
    return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  const checked = checkTerms(room.vocabulary(), [attributes.semanticType]);
  if (!checked.ok) return checked;
  return ok({ revision: (featureEntry(room.records, id)?.revision ?? 0) + 1, attributes, state: 'ACTIVE' });
};

const factsOf = ({ kind: _kind, ...facts }: Problem) => facts;

export const registerFeatures = (room: RegistryRoom, { objects }: Request<'registry.register.feature'>, by: AskedBy): Done<'registry.register.feature'> => {
  const outcomes = objects.map((offered) => ({ id: offered.id, outcome: registerOne(room, offered, by) }));
  const entries = outcomes.flatMap(({ id, outcome }) => (outcome.ok ? [{ id, entry: outcome.value }] : []));
  const problems = outcomes.flatMap(({ id, outcome }) => (outcome.ok ? [] : [{ id, problem: outcome.problem }]));
  const [first] = problems;
  if (first && entries.length === 0) return fail(first.problem);
  const refused = problems.map(({ id, problem: given }) => ({ id, code: codeOf(given), facts: factsOf(given) }));
  const named = entries.map(({ id, entry }) => ({ kind: 'feature' as const, id, revision: entry.revision }));
  const warnings = entries.flatMap(({ entry }) => unknownTerms(room, entry.attributes)).slice(0, warningsMax);
  return ok({
    reply: { parameters: { ...(refused.length > 0 && { refused }), ...(warnings.length > 0 && { warnings }) }, objects: named },
    save: entries.map(({ id, entry }) => saveFeature(id, entry)),
  });
};

const ownedFeature = (room: RegistryRoom, id: FeatureId, by: AskedBy): Result<FeatureEntry> => {
  const entry = featureEntry(room.records, id);
  if (!entry || entry.state === 'REMOVED') return fail(problem('notFound', { subject: id }));
  return by.sender === entry.attributes.twinId ? ok(entry) : fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
};

export const updateFeature = (room: RegistryRoom, request: Request<'registry.update.feature'>, by: AskedBy): Done<'registry.update.feature'> => {
  const [{ id, attributes }] = request.objects;
  const entry = ownedFeature(room, id, by);
  if (!entry.ok) return entry;
  const { revision, attributes: before } = entry.value;
  if (revision !== request.parameters.baseRevision) return fail(problem('revisionConflict', { subject: id, limit: revision }));
  const merged = FeatureInformation.safeParse({ ...before, ...attributes, twinId: before.twinId });
  if (!merged.success) return fail(problem('invalid', { subject: id }));
  const checked = checkTerms(room.vocabulary(), [merged.data.semanticType]);
  if (!checked.ok) return checked;
  const value: FeatureEntry = { ...entry.value, revision: revision + 1, attributes: merged.data };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'feature', id, revision: value.revision }] }, save: [saveFeature(id, value)] });
};

export const deregisterFeatures = (
  room: RegistryRoom,
  { objects }: Request<'registry.deregister.feature'>,
  by: AskedBy,
): Done<'registry.deregister.feature'> => {
  const save: Saved[] = [];
  for (const { id } of objects) {
    const entry = ownedFeature(room, id, by);
    if (!entry.ok) return entry;
    save.push(saveFeature(id, { ...entry.value, revision: entry.value.revision + 1, state: 'REMOVED' }));
  }
  return ok({ reply: { parameters: {}, objects: objects.map(({ id }) => ({ kind: 'feature' as const, id })) }, save });
};

type FederatedEntry = { readonly revision: number; readonly owner: string; readonly state: 'ACTIVE' | 'REMOVED'; readonly attributes: unknown };

const federatedNoun = 'registry.federatedTwin';

// branding: only this file writes the noun
const federatedEntry = (room: RegistryRoom, id: string): FederatedEntry | undefined => room.records.get(federatedNoun, id) as FederatedEntry | undefined;

export const registerFederatedTwin = (
  room: RegistryRoom,
  request: Request<'registry.register.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'registry.register.federatedDigitalTwin'> => {
  const [{ id, attributes }] = request.objects;
  const before = federatedEntry(room, id);
  if (before && before.owner !== by.sender) return fail(problem('ownedByOther', { subject: id }));
  if (attributes.initiator !== by.sender || !twinEntry(room.records, by.sender)) return fail(problem('notRegistered', { subject: by.sender }));
  const value: FederatedEntry = { revision: (before?.revision ?? 0) + 1, owner: by.sender, state: 'ACTIVE', attributes };
  return ok({
    reply: { parameters: {}, objects: [{ kind: 'federatedDigitalTwin', id, revision: value.revision }] },
    save: [{ noun: federatedNoun, id, value }],
  });
};

export const deregisterFederatedTwin = (
  room: RegistryRoom,
  request: Request<'registry.deregister.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'registry.deregister.federatedDigitalTwin'> => {
  const [{ id }] = request.objects;
  const before = federatedEntry(room, id);
  if (!before || before.state === 'REMOVED') return fail(problem('notFound', { subject: id }));
  if (before.owner !== by.sender) return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  const value: FederatedEntry = { ...before, revision: before.revision + 1, state: 'REMOVED' };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'federatedDigitalTwin', id }] }, save: [{ noun: federatedNoun, id, value }] });
};
