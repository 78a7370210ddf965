/**
 * Rows twin to registry (I-R): registration, dictionary, discovery.
 */
import { z } from 'zod';
import { FeatureId, TwinId } from '../ground/id.ts';
import { limits } from '../ground/limits.ts';
import { ProblemFacts } from '../ground/problem.ts';
import { DiscoveryQuery } from './discovery-query.ts';
import * as object from './object-information.ts';
import { many, one, row } from './row.ts';

const leaseSeconds = z.int().min(limits.leaseSecondsMin).max(limits.leaseSecondsMax);
const baseRevision = z.int().min(0);
const reason = z.string().max(limits.textCharactersMax).optional();

/** What became of each feature: its revision among the objects, or the reason here. */
const refused = z.array(z.object({ id: FeatureId, code: z.string(), facts: ProblemFacts })).optional();

/** Terms offered that are in no dictionary: they are kept, but cannot be compared with anybody's. */
const warnings = z.array(z.string()).optional();

const page = { total: z.int().min(0), next: z.string().nullable() };

export const registryRows = {
  'register.digitalTwin': row({
    label: 'R1',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes the twin of an agency known: who it is, how it is reached, with which key it signs. The key is pinned.',
    effect: 'change',
    request: { parameters: z.object({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinObject) },
    reply: { objects: one(object.digitalTwinLease) },
    refusals: ['ownedByOther', 'unknownTerm', 'badId', 'invalid'],
  }),
  'register.feature': row({
    label: 'R2',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes known what the twin offers: kinds of twins with their terms, area, quality and terms of use.',
    effect: 'change',
    request: { objects: many(object.featureObject).min(1) },
    reply: { parameters: z.object({ refused, warnings }), objects: many(object.featureName) },
    refusals: ['notRegistered', 'unknownTerm', 'notAuthorised'],
  }),
  'update.digitalTwin': row({
    label: 'R3',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Changes attributes of the registered twin, based on a revision.',
    effect: 'change',
    request: { parameters: z.object({ baseRevision }), objects: one(object.digitalTwinPatch) },
    reply: { objects: one(object.digitalTwinName) },
    refusals: ['notRegistered', 'revisionConflict', 'notAuthorised', 'unknownTerm'],
  }),
  'update.feature': row({
    label: 'R3',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Changes attributes of a registered feature, based on a revision.',
    effect: 'change',
    request: { parameters: z.object({ baseRevision }), objects: one(object.featurePatch) },
    reply: { objects: one(object.featureName) },
    refusals: ['notFound', 'revisionConflict', 'notAuthorised', 'unknownTerm'],
  }),
  'renew.digitalTwin': row({
    label: 'R4',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Keeps the entry alive: the lease runs anew.',
    effect: 'change',
    request: { parameters: z.object({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinRenewal) },
    reply: { objects: one(object.digitalTwinLease) },
    refusals: ['notRegistered', 'leaseExpired', 'notAuthorised'],
  }),
  'deregister.feature': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws features.',
    effect: 'change',
    request: { parameters: z.object({ reason }), objects: many(object.featureName).min(1) },
    reply: { objects: many(object.featureName) },
    refusals: ['notFound', 'notAuthorised'],
  }),
  'deregister.digitalTwin': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws the twin with all its features; a tombstone stays.',
    effect: 'change',
    request: { parameters: z.object({ reason }), objects: one(object.digitalTwinName) },
    reply: { objects: one(object.digitalTwinName) },
    refusals: ['notRegistered', 'notAuthorised'],
  }),
  'deregister.federatedDigitalTwin': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws a federated twin when its federation is released.',
    effect: 'change',
    request: { parameters: z.object({ reason }), objects: one(object.federatedDigitalTwinName) },
    reply: { objects: one(object.federatedDigitalTwinName) },
    refusals: ['notFound', 'notAuthorised'],
  }),
  'retrieve.digitalTwin': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered twin by its id, with its address and keys.',
    effect: 'read',
    request: { objects: one(object.digitalTwinName) },
    reply: { objects: one(object.registeredTwinObject) },
    refusals: ['notRegistered'],
  }),
  'retrieve.feature': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered feature by its id.',
    effect: 'read',
    request: { objects: one(object.featureName) },
    reply: { objects: one(object.featureObject) },
    refusals: ['notFound'],
  }),
  'retrieve.registry': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'What the registry says of itself: lease, dictionaries, forms of query.',
    effect: 'read',
    request: {},
    reply: { objects: one(object.registryObject) },
    refusals: [],
  }),
  'discover.digitalTwin': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'First step of discovery: the twins that fit, of those the asker may see.',
    effect: 'read',
    request: { parameters: DiscoveryQuery },
    reply: { parameters: z.object(page), objects: many(object.registeredTwinObject) },
    refusals: ['badQuery', 'unknownTerm'],
  }),
  'discover.feature': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Second step of discovery: the features that fit, by meaning with narrower terms and synonyms, within chosen twins.',
    effect: 'read',
    request: { parameters: DiscoveryQuery.extend({ twins: z.array(TwinId).max(limits.membersMax).optional() }) },
    reply: { parameters: z.object(page), objects: many(object.featureObject) },
    refusals: ['badQuery', 'unknownTerm'],
  }),
  'retrieve.semanticDictionary': row({
    label: 'R11',
    from: 'twin, communication adaptor',
    to: 'registry SD-FE',
    purpose: 'A dictionary with its terms, or all that the registry keeps.',
    effect: 'read',
    request: { objects: many(object.dictionaryName).max(50) },
    reply: { objects: many(object.dictionaryObject) },
    refusals: ['unknownDictionary'],
  }),
  'register.federatedDigitalTwin': row({
    label: 'R14',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes a formed federated twin known, so that it can be found as a twin.',
    effect: 'change',
    request: { objects: one(object.federatedDigitalTwinObject) },
    reply: { objects: one(object.federatedDigitalTwinName) },
    refusals: ['notRegistered', 'ownedByOther', 'unknownTerm'],
  }),
} as const;
