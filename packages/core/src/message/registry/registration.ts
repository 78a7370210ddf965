/**
 * Rows of registration (DTR-FE): what twins make known of themselves, change and withdraw.
 */

import { z } from 'zod';
import { Instant } from '../../ground/instant.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import * as object from '../object-information.ts';
import { many, one, Reason, row } from '../row.ts';

const leaseSeconds = z.int().min(limits.leaseSecondsMin).max(limits.leaseSecondsMax);

const baseRevision = z.int().min(0);

const reason = Reason.optional();

/** How long what is withdrawn still stands. */
const graceSeconds = z.int().min(0).max(limits.graceSecondsMax).optional();

/** When what was withdrawn with notice is gone. */
const withdrawal = openObject({ endsAt: Instant.optional() });

/** Its owner withdraws or pauses what federations are made of all the same. */
const force = z.boolean().optional();

/** Terms offered that are in no dictionary: they are kept, but cannot be compared with anybody's. */
export const warnings = z.array(z.string()).optional();

const kept = ['ACTIVE', 'STALE', 'PAUSED'] as const;

export const registrationRows = {
  'register.digitalTwin': row({
    label: 'R1',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes the twin of an agency known: who it is, how it is reached, with which key it signs. The key is pinned.',
    effect: 'change',
    request: { parameters: openObject({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinObject) },
    reply: { objects: one(object.digitalTwinLease) },
    refusals: ['ownedByOther', 'unknownTerm', 'refusedByRegistry', 'endpointNotVerified', 'upstreamTimedOut'],
  }),
  'register.feature': row({
    label: 'R2',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose:
      'Makes known what the twin offers: kinds of twins with their terms, area, quality and terms of use. Where some are refused the answer is `partial`, and its details say which and why; with `atomic` all are refused where one is.',
    effect: 'change',
    request: { parameters: openObject({ atomic: z.boolean().optional() }), objects: many(object.featureObject).min(1) },
    reply: { parameters: openObject({ warnings }), objects: many(object.featureName) },
    refusals: ['notRegistered', 'unknownTerm', 'notAuthorised', 'refusedByRegistry', 'featureInUse'],
  }),
  'update.digitalTwin': row({
    label: 'R3',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Changes attributes of the registered twin, based on a revision. Its keys change by announcements alone (R1), its owner never.',
    effect: 'change',
    request: { parameters: openObject({ baseRevision }), objects: one(object.digitalTwinPatch) },
    reply: { objects: one(object.digitalTwinName) },
    allowed: { 'registry entry': kept },
    refusals: ['notRegistered', 'revisionConflict', 'notAuthorised', 'unknownTerm', 'endpointNotVerified', 'upstreamTimedOut'],
  }),
  'update.feature': row({
    label: 'R3',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Changes attributes of a registered feature, based on a revision. One that a federation is made of is not paused or withdrawn without `force`.',
    effect: 'change',
    request: { parameters: openObject({ baseRevision, force }), objects: one(object.featurePatch) },
    reply: { objects: one(object.featureName) },
    allowed: { 'registry entry': kept },
    refusals: ['notFound', 'revisionConflict', 'notAuthorised', 'unknownTerm', 'featureInUse'],
  }),
  'renew.digitalTwin': row({
    label: 'R4',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Keeps the entry alive: the lease runs anew.',
    effect: 'change',
    request: { parameters: openObject({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinRenewal) },
    reply: { objects: one(object.digitalTwinLease) },
    allowed: { 'registry entry': kept },
    refusals: ['notRegistered', 'leaseExpired', 'notAuthorised'],
  }),
  'deregister.feature': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose:
      'Withdraws features, all of them or none: at once, or after a time of grace until which they are found as before; what is registered anew meanwhile stays. Those that a federation is made of are withdrawn only with `force`: it is left first.',
    effect: 'change',
    request: { parameters: openObject({ reason, graceSeconds, force }), objects: many(object.featureName).min(1) },
    reply: { parameters: withdrawal, objects: many(object.featureName) },
    allowed: { 'registry entry': kept },
    refusals: ['notFound', 'notAuthorised', 'featureInUse'],
  }),
  'deregister.digitalTwin': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose:
      'Withdraws the twin with all its features, at once or after a time of grace, those that a federation is made of only with `force`; a tombstone stays.',
    effect: 'change',
    request: { parameters: openObject({ reason, graceSeconds, force }), objects: one(object.digitalTwinName) },
    reply: { parameters: withdrawal, objects: one(object.digitalTwinName) },
    allowed: { 'registry entry': kept },
    refusals: ['notRegistered', 'notAuthorised', 'featureInUse'],
  }),
  'deregister.federatedDigitalTwin': row({
    label: 'R5',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Withdraws a federated twin when its federation is released.',
    effect: 'change',
    request: { parameters: openObject({ reason }), objects: one(object.federatedDigitalTwinName) },
    reply: { objects: one(object.federatedDigitalTwinName) },
    refusals: ['notFound', 'notAuthorised'],
  }),
  'register.communicationAdaptor': row({
    label: 'R13',
    from: 'adaptor AP-FE',
    to: 'registry DTR-FE',
    purpose: 'Makes an adaptor known with what it converts; again, it renews. It is forgotten when its lease is over.',
    effect: 'change',
    request: { parameters: openObject({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.adaptorObject) },
    reply: { objects: one(object.adaptorName) },
    refusals: ['ownedByOther', 'notRegistered'],
  }),
  'register.federatedDigitalTwin': row({
    label: 'R14',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose:
      'Makes a formed federated twin known, so that it can be found as a twin; said again when it is made of other members, and from time to time, as a registry may forget. It is made of features of its members alone; while it is registered they are in use.',
    effect: 'change',
    request: { objects: one(object.federatedDigitalTwinObject) },
    reply: { objects: one(object.federatedDigitalTwinName) },
    refusals: ['notRegistered', 'ownedByOther', 'unknownTerm', 'refusedByRegistry'],
  }),
} as const;
