/**
 * Rows between applications and a twin (I-P): the purpose in, results and states out.
 */

import { FederationId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
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
    reply: { parameters: openObject({ federationId: FederationId }), objects: one(object.federationObject) },
    refusals: ['unknownTerm', 'notAllowedInState'],
  }),
  'publish.exchangeData': row({
    label: 'P2',
    from: 'federated twin',
    to: 'application',
    purpose:
      'Carries the result of a federation to an application that asked for it: the twins that changed, each value converted and with its source. Applications are reached by GraphQL: it is what the subscription `federationTwins` and the question `twins` say.',
    effect: 'read',
    messageType: 'notification',
    request: { parameters: openObject({ federationId: FederationId }), objects: one(object.twinsChangedObject) },
    reply: {},
    refusals: [],
  }),
  'notify.federationStatus': row({
    label: 'P4',
    from: 'twin FSIM-FE',
    to: 'application',
    purpose:
      'Tells an application that a federation, a member or a link of it has changed its state. Applications are reached by GraphQL: it is what the subscription `federationStatus` says.',
    effect: 'read',
    messageType: 'notification',
    request: { objects: one(object.federationStatusObject) },
    reply: {},
    refusals: [],
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
