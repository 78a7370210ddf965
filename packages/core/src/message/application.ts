/**
 * Rows between applications and a twin (I-P): the purpose in, results and states out.
 */

import { z } from 'zod';
import { Approval } from '../federation/federation.ts';
import { FeatureId, FederationId, TermId, TwinId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { Duration } from '../twin/feature-information.ts';
import * as object from './object-information.ts';
import { one, row } from './row.ts';

/** How results go to whoever asked: by GraphQL over a socket or as server-sent events; in slots of this length where the proposal has no grid of its own. */
const Delivery = openObject({ protocol: z.enum(['websocket', 'sse']), align: openObject({ slot: Duration }).optional() });

/** Who would be asked for what, best first, and the kinds that nobody offers. */
const Plan = openObject({
  candidates: z.array(openObject({ twinId: TwinId, featureId: FeatureId, score: z.number() })).max(limits.candidatesMax),
  unmet: z.array(TermId),
});

export const applicationRows = {
  'request.service': row({
    label: 'P1',
    from: 'application',
    to: 'twin FM-FE',
    purpose:
      'States a purpose and what is needed for it; the twin forms a federation that serves it, or, with `approval: ask`, answers with a plan and waits until a person of its agency approves it, for so long at most; then it is over, and its status says so. Said again with the same content it is the same federation; other content under its id is refused. `deliver` says over what its results are to be had, and in which slots; the answer says where.',
    effect: 'change',
    request: { parameters: openObject({ approval: Approval.optional(), deliver: Delivery.optional() }), objects: one(object.serviceObject) },
    reply: {
      parameters: openObject({ federationId: FederationId, plan: Plan.optional(), deliver: Delivery.extend({ address: z.url() }).optional() }),
      objects: one(object.federationObject),
    },
    refusals: ['unknownTerm', 'notAllowedInState', 'federationsConflict'],
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
