/**
 * Rows twin to registry (I-R): registration, dictionary, discovery.
 */
import { z } from 'zod';
import { AdaptorNeed } from '../federation/adaptor.ts';
import { DictionaryId, FeatureId, SubscriptionId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { ProblemFacts } from '../ground/problem.ts';
import { TermMapping } from '../twin/term-mapping.ts';
import { DiscoveryQuery, Forwarding } from './discovery/discovery-query.ts';
import * as object from './object-information.ts';
import { many, one, row } from './row.ts';

const leaseSeconds = z.int().min(limits.leaseSecondsMin).max(limits.leaseSecondsMax);
const baseRevision = z.int().min(0);
const reason = z.string().max(limits.textCharactersMax).optional();

/** What became of each feature: its revision among the objects, or the reason here. */
const refused = z.array(z.object({ id: FeatureId, code: z.string(), facts: ProblemFacts })).optional();

/** Terms offered that are in no dictionary: they are kept, but cannot be compared with anybody's. */
const warnings = z.array(z.string()).optional();

/** A registry that did not contribute: a loop, no hops left, or no answer; `path` names the registries on the way to it. */
const Cut = z.object({ registry: z.string(), reason: z.enum(['loop', 'hops', 'unreachable']), path: z.array(TwinId) });

const page = { total: z.int().min(0), next: z.string().nullable(), cut: z.array(Cut).optional() };

const forwarding = { forwarding: Forwarding.optional() };

const kept = ['ACTIVE', 'STALE', 'PAUSED'] as const;

const version = z.string().max(limits.termCharactersMax);

const subscription = { expiresAt: Instant.optional() };

export const registryRows = {
  'register.digitalTwin': row({
    label: 'R1',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes the twin of an agency known: who it is, how it is reached, with which key it signs. The key is pinned.',
    effect: 'change',
    request: { parameters: z.object({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinObject) },
    reply: { objects: one(object.digitalTwinLease) },
    refusals: ['ownedByOther', 'unknownTerm', 'badId', 'invalid', 'endpointNotVerified', 'upstreamTimedOut'],
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
    allowed: { 'registry entry': kept },
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
    allowed: { 'registry entry': kept },
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
    allowed: { 'registry entry': kept },
    refusals: ['notRegistered', 'leaseExpired', 'notAuthorised'],
  }),
  'deregister.feature': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws features.',
    effect: 'change',
    request: { parameters: z.object({ reason, force: z.boolean().optional() }), objects: many(object.featureName).min(1) },
    reply: { objects: many(object.featureName) },
    allowed: { 'registry entry': kept },
    refusals: ['notFound', 'notAuthorised', 'featureInUse'],
  }),
  'deregister.digitalTwin': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws the twin with all its features; a tombstone stays.',
    effect: 'change',
    request: { parameters: z.object({ reason }), objects: one(object.digitalTwinName) },
    reply: { objects: one(object.digitalTwinName) },
    allowed: { 'registry entry': kept },
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
    request: { parameters: z.object(forwarding), objects: one(object.digitalTwinName) },
    reply: { objects: one(object.registeredTwinObject) },
    refusals: ['notRegistered'],
  }),
  'retrieve.feature': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered feature by its id.',
    effect: 'read',
    request: { parameters: z.object(forwarding), objects: one(object.featureName) },
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
    refusals: ['badQuery', 'unsupportedQueryForm', 'unknownTerm'],
  }),
  'discover.feature': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Second step of discovery: the features that fit, by meaning with narrower terms and synonyms, within chosen twins.',
    effect: 'read',
    request: { parameters: DiscoveryQuery.extend({ twins: z.array(TwinId).max(limits.membersMax).optional() }) },
    reply: { parameters: z.object(page), objects: many(object.featureObject) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'unknownTerm'],
  }),
  'discover.federatedDigitalTwin': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose:
      'Federated twins that are formed now and fit: by purpose, by the kinds that they are made of, by place. Members that the asker may not see are left out.',
    effect: 'read',
    request: { parameters: DiscoveryQuery.omit({ forwarding: true, during: true, bridgeable: true, domain: true }) },
    reply: { parameters: z.object({ total: page.total, next: page.next }), objects: many(object.federatedDigitalTwinObject) },
    refusals: ['badQuery', 'unsupportedQueryForm'],
  }),
  'retrieve.federatedDigitalTwin': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered federated twin by its id.',
    effect: 'read',
    request: { objects: one(object.federatedDigitalTwinName) },
    reply: { objects: one(object.federatedDigitalTwinObject) },
    refusals: ['notFound'],
  }),
  'subscribe.digitalTwin': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Asks to be told of changes of twins that fit: registered, updated, removed; as R9.',
    effect: 'change',
    request: { parameters: DiscoveryQuery.extend(subscription) },
    reply: { objects: one(object.registrySubscriptionObject) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'overloaded', 'notRegistered'],
  }),
  'subscribe.feature': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Asks to be told of changes of features that fit: registered, updated, removed; as R9.',
    effect: 'change',
    request: { parameters: DiscoveryQuery.extend({ twins: z.array(TwinId).max(limits.membersMax).optional(), ...subscription }) },
    reply: { objects: one(object.registrySubscriptionObject) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'overloaded', 'notRegistered'],
  }),
  'unsubscribe.digitalTwin': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Ends a subscription to changes of twins.',
    effect: 'change',
    request: { parameters: z.object({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'unsubscribe.feature': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Ends a subscription to changes of features.',
    effect: 'change',
    request: { parameters: z.object({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'register.semanticDictionary': row({
    label: 'R10',
    from: 'twin, operator',
    to: 'registry SD-FE',
    purpose: 'Makes a dictionary known, or a later version of it; earlier versions can still be looked up.',
    effect: 'change',
    request: { objects: one(object.dictionaryObject) },
    reply: { parameters: z.object({ warnings }), objects: one(object.dictionaryName) },
    refusals: ['dictionaryConflict', 'notAuthorised', 'refusedByRegistry', 'notRegistered'],
  }),
  'update.semanticDictionary': row({
    label: 'R10',
    from: 'twin, operator',
    to: 'registry SD-FE',
    purpose: 'Changes members of a dictionary, based on a revision; the version must be a later one.',
    effect: 'change',
    request: { parameters: z.object({ baseRevision }), objects: one(object.dictionaryPatch) },
    reply: { parameters: z.object({ warnings }), objects: one(object.dictionaryName) },
    refusals: ['unknownDictionary', 'revisionConflict', 'dictionaryConflict', 'notAuthorised'],
  }),
  'retrieve.semanticDictionary': row({
    label: 'R11',
    from: 'twin, communication adaptor',
    to: 'registry SD-FE',
    purpose: 'Dictionaries with their terms, or with those named alone; all that the registry keeps where none is named.',
    effect: 'read',
    request: {
      parameters: z.object({ version: version.optional(), terms: z.array(TermId).max(limits.messageObjectsMax).optional() }),
      objects: many(object.dictionaryName).max(50),
    },
    reply: { objects: many(object.dictionaryObject) },
    refusals: ['unknownDictionary', 'unknownTerm'],
  }),
  'map.semanticDictionary': row({
    label: 'R12',
    from: 'twin CFIM-FE, adaptor SA-FE',
    to: 'registry SD-FE',
    purpose: 'Which terms of a dictionary correspond to terms of another, how closely, and how values are converted.',
    effect: 'read',
    request: {
      parameters: z.object({
        toDictionary: DictionaryId,
        /** terms, or all of a dictionary */
        from: z.array(TermId).max(limits.messageObjectsMax).optional(),
        fromDictionary: DictionaryId.optional(),
        /** refuse where a term has no correspondence, instead of saying none */
        strict: z.boolean().optional(),
      }),
    },
    reply: { parameters: z.object({ mappings: z.array(TermMapping).max(limits.dictionaryTermsMax) }) },
    refusals: ['unknownDictionary', 'unknownTerm', 'noMapping'],
  }),
  'register.communicationAdaptor': row({
    label: 'R13',
    from: 'adaptor AP-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes an adaptor known with what it converts; again, it renews. It is forgotten when its lease is over.',
    effect: 'change',
    request: { parameters: z.object({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.adaptorObject) },
    reply: { objects: one(object.adaptorName) },
    refusals: ['ownedByOther', 'notRegistered'],
  }),
  'discover.communicationAdaptor': row({
    label: 'R13',
    from: 'twin FC-FE',
    to: 'registry DTD-FE',
    purpose: 'Adaptors that convert what two ends differ in, those with most room first.',
    effect: 'read',
    request: { parameters: AdaptorNeed },
    reply: { objects: many(object.adaptorObject) },
    refusals: [],
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
