/**
 * Rows application to twin (I-P): the purpose in, the state out.
 */
import { z } from 'zod';
import { FederationId } from '../ground/id.ts';
import * as object from './object-information.ts';
import { one, row } from './row.ts';

export const applicationRows = {
  'request.service': row({
    label: 'P1',
    from: 'application',
    to: 'twin FM-FE',
    purpose: 'States a purpose and what is needed for it; the twin forms a federation that serves it.',
    effect: 'change',
    request: { objects: one(object.serviceObject) },
    reply: { parameters: z.object({ federationId: FederationId }), objects: one(object.federationObject) },
    refusals: ['unknownTerm', 'notAllowedInState'],
  }),
  'query.federationStatus': row({
    label: 'P3',
    from: 'application',
    to: 'twin FSIM-FE',
    purpose: 'Asks how a federation stands: its state, members and links.',
    effect: 'read',
    request: { objects: one(object.federationName) },
    reply: { objects: one(object.federationStatusObject) },
    refusals: ['unknownFederation'],
  }),
  'retrieve.federation': row({
    label: 'P3',
    from: 'application',
    to: 'twin FM-FE',
    purpose: 'One federation with its members.',
    effect: 'read',
    request: { objects: one(object.federationName) },
    reply: { objects: one(object.federationObject) },
    refusals: ['unknownFederation'],
  }),
} as const;
