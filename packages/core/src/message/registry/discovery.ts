/**
 * Rows of discovery (DTD-FE): looking up, finding, and hearing of changes.
 */

import { z } from 'zod';
import { AdaptorNeed } from '../../federation/adaptor.ts';
import { SubscriptionId, TwinId } from '../../ground/id.ts';
import { Instant } from '../../ground/instant.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { DiscoveryQuery } from '../discovery/discovery-query.ts';
import * as object from '../object-information.ts';
import { many, one, row } from '../row.ts';
import { cut, forwarding } from './peers.ts';

/** `queryId`: the search that the page is of; said again with the cursor, the next page is of the same. */
const page = { total: z.int().min(0), next: z.string().nullable(), queryId: DiscoveryQuery.shape.queryId, ...cut };

/** whoever is told of a change is told of the whole entry; what he listens to has an id of its own */
const subscription = { expiresAt: Instant.optional(), fields: z.never().optional(), queryId: z.never().optional() };

export const discoveryRows = {
  'retrieve.digitalTwin': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered twin by its id, with its address and keys.',
    effect: 'read',
    request: { parameters: openObject(forwarding), objects: one(object.digitalTwinName) },
    reply: { parameters: openObject(cut), objects: one(object.registeredTwinObject) },
    refusals: ['notRegistered'],
  }),
  'retrieve.feature': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered feature by its id.',
    effect: 'read',
    request: { parameters: openObject(forwarding), objects: one(object.featureName) },
    reply: { parameters: openObject(cut), objects: one(object.featureObject) },
    refusals: ['notFound'],
  }),
  'retrieve.registry': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose:
      'What the registry says of itself: lease, dictionaries, forms of query. It may be named; one that is asked for another says that it does not know it.',
    effect: 'read',
    request: { objects: z.array(object.registryName).max(1) },
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
    reply: { parameters: openObject(page), objects: many(object.foundTwin) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'unknownTerm'],
  }),
  'discover.feature': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Second step of discovery: the features that fit, by meaning with narrower terms and synonyms, within chosen twins.',
    effect: 'read',
    request: { parameters: DiscoveryQuery.extend({ twins: z.array(TwinId).max(limits.membersMax).optional() }) },
    reply: { parameters: openObject(page), objects: many(object.foundFeature) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'unknownTerm'],
  }),
  'discover.federatedDigitalTwin': row({
    label: 'R7',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose:
      'Federated twins that are formed now and fit: by purpose and domain, by the kinds that they are made of, by place. Members that the asker may not see are left out.',
    effect: 'read',
    request: { parameters: DiscoveryQuery.omit({ during: true, bridgeable: true }) },
    reply: { parameters: openObject(page), objects: many(object.foundFederatedTwin) },
    refusals: ['badQuery', 'unsupportedQueryForm'],
  }),
  'retrieve.federatedDigitalTwin': row({
    label: 'R6',
    from: 'twin',
    to: 'registry DTR-FE',
    purpose: 'One registered federated twin by its id.',
    effect: 'read',
    request: { parameters: openObject(forwarding), objects: one(object.federatedDigitalTwinName) },
    reply: { parameters: openObject(cut), objects: one(object.federatedDigitalTwinObject) },
    refusals: ['notFound'],
  }),
  'subscribe.digitalTwin': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Asks to be told of changes of twins that fit: registered, updated, removed; as R9. A registry that knows peers asks them to tell it of theirs.',
    effect: 'change',
    request: { parameters: DiscoveryQuery.extend(subscription) },
    reply: { parameters: openObject(cut), objects: one(object.registrySubscriptionObject) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'overloaded', 'notRegistered'],
  }),
  'subscribe.feature': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose:
      'Asks to be told of changes of features that fit: registered, updated, removed; as R9. A registry that knows peers asks them to tell it of theirs.',
    effect: 'change',
    request: { parameters: DiscoveryQuery.extend({ twins: z.array(TwinId).max(limits.membersMax).optional(), ...subscription }) },
    reply: { parameters: openObject(cut), objects: one(object.registrySubscriptionObject) },
    refusals: ['badQuery', 'unsupportedQueryForm', 'overloaded', 'notRegistered'],
  }),
  'unsubscribe.digitalTwin': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Ends a subscription to changes of twins.',
    effect: 'change',
    request: { parameters: openObject({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'unsubscribe.feature': row({
    label: 'R8',
    from: 'twin CFIM-FE',
    to: 'registry DTD-FE',
    purpose: 'Ends a subscription to changes of features.',
    effect: 'change',
    request: { parameters: openObject({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'discover.communicationAdaptor': row({
    label: 'R13',
    from: 'twin FC-FE',
    to: 'registry DTD-FE',
    purpose: 'Adaptors that convert what two ends differ in, those with most room first.',
    effect: 'read',
    request: { parameters: AdaptorNeed.extend(forwarding) },
    reply: { parameters: openObject(cut), objects: many(object.adaptorObject) },
    refusals: [],
  }),
} as const;
