/**
 * Rows twin to twin (I-T): federation, connection, data, status.
 */
import { z } from 'zod';
import { QueryWithin } from '../federation/exchange-data.ts';
import { AgreementId, FederationId, SubscriptionId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { Geometry } from '../ground/place.ts';
import { AreaDigest, TwinQuery } from '../twin/query.ts';
import * as object from './object-information.ts';
import { answerBy, budget, one, row } from './row.ts';

const reason = z.string().max(limits.textCharactersMax).optional();
const hash = z.string().regex(/^sha-256:[0-9a-f]{64}$/, 'sha-256: and 64 hexadecimal digits');

/** The owner's decision on a request: at once, or after a person looked at it (then T3 or T4 follows). */
const decision = z.enum(['accepted', 'rejected', 'review']);

const Identify = z.object({
  scheme: z.string().max(limits.termCharactersMax),
  values: z.array(z.string().max(limits.keyCharactersMax)).max(limits.identityBatchMax),
});

const change = z.enum(['registered', 'updated', 'removed']);

export const twinRows = {
  'notify.digitalTwin': row({
    label: 'R9',
    from: 'registry DTR-FE',
    to: 'twin CFIM-FE',
    purpose: 'Tells a subscriber that a registered twin changed. What he may not see is not told.',
    effect: 'read',
    messageType: 'notification',
    request: { parameters: z.object({ subscriptionId: SubscriptionId, change }), objects: one(object.changedTwinObject) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'notify.feature': row({
    label: 'R9',
    from: 'registry DTR-FE',
    to: 'twin CFIM-FE',
    purpose: 'Tells a subscriber that a registered feature changed. What he may not see is not told.',
    effect: 'read',
    messageType: 'notification',
    request: { parameters: z.object({ subscriptionId: SubscriptionId, change }), objects: one(object.changedFeatureObject) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'request.federation': row({
    label: 'T1',
    from: 'initiator FM-FE',
    to: 'candidate FM-FE',
    purpose: 'Invites a twin into a federation with a draft of the agreement; the owner accepts, narrows, declines or asks a person.',
    effect: 'change',
    request: {
      parameters: z.object({ round: z.int().min(1).max(limits.negotiationRoundsMax), ...answerBy }),
      objects: z.tuple([object.federationObject, object.agreementObject]),
    },
    reply: { parameters: z.object({ decision, agreementHash: hash.optional(), reason }), objects: one(object.agreementObject) },
    refusals: ['declined', 'expired', 'notAllowedInState'],
  }),
  'accept.federation': row({
    label: 'T3',
    from: 'either FM-FE',
    to: 'other FM-FE',
    purpose: 'Accepts the agreement as it stands, after review; names its hash.',
    effect: 'change',
    request: { parameters: z.object({ agreementHash: hash }), objects: one(object.agreementObject) },
    reply: {},
    refusals: ['unknownFederation', 'notAllowedInState', 'hashDiffers'],
  }),
  'reject.federation': row({
    label: 'T4',
    from: 'either FM-FE',
    to: 'other FM-FE',
    purpose: 'Declines, after review, with the reason.',
    effect: 'change',
    request: { parameters: z.object({ agreementId: AgreementId, reason }), objects: one(object.federationName) },
    reply: {},
    refusals: ['unknownFederation', 'notAllowedInState'],
  }),
  'confirm.federation': row({
    label: 'T5',
    from: 'initiator FM-FE',
    to: 'member FM-FE',
    purpose: 'Fixes the agreement: both sides hold the same hash from here on.',
    effect: 'change',
    request: { parameters: z.object({ agreementHash: hash }), objects: one(object.agreementObject) },
    reply: { parameters: z.object({ agreementHash: hash }) },
    refusals: ['unknownFederation', 'notAllowedInState', 'hashDiffers', 'notInitiator'],
  }),
  'request.communication': row({
    label: 'T6a',
    from: 'initiator FC-FE',
    to: 'member FC-FE',
    purpose: 'Opens the connection under an agreement in force.',
    effect: 'change',
    request: { parameters: z.object({ openBy: Instant.optional() }), objects: one(object.communicationObject) },
    reply: { objects: one(object.communicationObject) },
    refusals: ['unknownFederation', 'notInForce', 'unbridgeable'],
  }),
  'form.federatedDigitalTwin': row({
    label: 'T6',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose: 'Tells a member that the federated twin is formed and who takes part.',
    effect: 'change',
    request: { objects: z.tuple([object.federatedDigitalTwinObject, object.federationObject]) },
    reply: {},
    refusals: ['unknownFederation', 'notInForce', 'notInitiator'],
  }),
  'read.exchangeData': row({
    label: 'T9',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose:
      'Asks a member for twins: the query between agencies, under an agreement in force. Members of one active federation may also ask which twins are known by identifiers of a scheme; no values are told then.',
    effect: 'read',
    request: {
      parameters: z.object({
        federationId: FederationId,
        agreementId: AgreementId.optional(),
        ...budget,
        query: TwinQuery.optional(),
        /** several questions in one message in place of `query`; each is answered apart, in their order */
        queries: z.array(QueryWithin).min(1).max(limits.queriesPerReadMax).optional(),
        areas: z.record(AreaDigest, Geometry).optional(),
        identify: Identify.optional(),
      }),
    },
    reply: { objects: z.tuple([object.twinsReadObject], object.twinsReadObject) },
    refusals: ['notInForce', 'unknownArea', 'badQuery', 'unsupportedVersion', 'timedOut', 'overloaded'],
  }),
  'subscribe.exchangeData': row({
    label: 'T10',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: 'Asks for changes as they happen; they follow as T11 on the event stream of the subscription.',
    effect: 'change',
    request: {
      parameters: z.object({
        federationId: FederationId,
        agreementId: AgreementId,
        /** changes after this sequence; absent: from now on */ after: z.int().min(0).optional(),
      }),
    },
    reply: { objects: one(object.subscriptionObject) },
    refusals: ['notInForce', 'overloaded'],
  }),
  'unsubscribe.exchangeData': row({
    label: 'T10',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: 'Ends a subscription.',
    effect: 'change',
    request: { parameters: z.object({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'publish.exchangeData': row({
    label: 'T11',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: "Carries the twins that changed, latest per twin, with the sender's change sequence.",
    effect: 'read',
    messageType: 'notification',
    request: { parameters: z.object({ subscriptionId: SubscriptionId }), objects: one(object.twinsChangedObject) },
    reply: {},
    refusals: ['resnapshot'],
  }),
  'report.federationStatus': row({
    label: 'T13',
    from: 'FSIM-FE',
    to: 'FSIM-FE',
    purpose: 'Tells a partner how the federation stands.',
    effect: 'change',
    request: { objects: one(object.federationStatusObject) },
    reply: {},
    refusals: ['unknownFederation', 'notMember'],
  }),
  'query.federationStatus': row({
    label: 'T13',
    from: 'FSIM-FE',
    to: 'FSIM-FE',
    purpose: 'Asks how the federation stands, as the asked side sees it.',
    effect: 'read',
    request: { objects: one(object.federationName) },
    reply: { objects: one(object.federationStatusObject) },
    refusals: ['unknownFederation', 'notMember'],
  }),
  'release.federation': row({
    label: 'T15',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose: 'Ends the federation: agreements end, connections close, no data moves any more.',
    effect: 'change',
    request: { parameters: z.object({ reason }), objects: one(object.federationName) },
    reply: {},
    refusals: ['unknownFederation', 'notInitiator'],
  }),
  'probe.digitalTwin': row({
    label: 'T16',
    from: 'any',
    to: 'any',
    purpose: 'Asks whether the other side is there, and measures the way and the difference of clocks.',
    effect: 'read',
    request: { parameters: z.object({ echo: z.string().max(128) }), objects: one(object.digitalTwinName) },
    reply: { parameters: z.object({ echo: z.string() }), objects: one(object.digitalTwinStatus) },
    refusals: [],
  }),
} as const;
