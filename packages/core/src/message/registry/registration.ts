/**
 * Rows of registration (DTR-FE): what twins make known of themselves, change and withdraw.
 */

import { z } from 'zod';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import * as object from '../object-information.ts';
import { many, one, row } from '../row.ts';

const leaseSeconds = z.int().min(limits.leaseSecondsMin).max(limits.leaseSecondsMax);

const baseRevision = z.int().min(0);

const reason = z.string().max(limits.textCharactersMax).optional();

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
    refusals: ['ownedByOther', 'unknownTerm', 'badId', 'invalid', 'endpointNotVerified', 'upstreamTimedOut'],
  }),
  'register.feature': row({
    label: 'R2',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose:
      'Makes known what the twin offers: kinds of twins with their terms, area, quality and terms of use. Where some are refused the answer is `partial`, and its details say which and why.',
    effect: 'change',
    request: { objects: many(object.featureObject).min(1) },
    reply: { parameters: openObject({ warnings }), objects: many(object.featureName) },
    refusals: ['notRegistered', 'unknownTerm', 'notAuthorised'],
  }),
  'update.digitalTwin': row({
    label: 'R3',
    from: 'twin FIM-FE',
    to: 'registry DTR-FE',
    purpose: 'Changes attributes of the registered twin, based on a revision.',
    effect: 'change',
    request: { parameters: openObject({ baseRevision }), objects: one(object.digitalTwinPatch) },
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
    request: { parameters: openObject({ baseRevision }), objects: one(object.featurePatch) },
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
    request: { parameters: openObject({ leaseSeconds: leaseSeconds.optional() }), objects: one(object.digitalTwinRenewal) },
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
    request: { parameters: openObject({ reason, force: z.boolean().optional() }), objects: many(object.featureName).min(1) },
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
    request: { parameters: openObject({ reason }), objects: one(object.digitalTwinName) },
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
      'Makes a formed federated twin known, so that it can be found as a twin; said again when it is made of other members, and from time to time, as a registry may forget.',
    effect: 'change',
    request: { objects: one(object.federatedDigitalTwinObject) },
    reply: { objects: one(object.federatedDigitalTwinName) },
    refusals: ['notRegistered', 'ownedByOther', 'unknownTerm'],
  }),
} as const;
