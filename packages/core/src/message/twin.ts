/**
 * Rows twin to twin (I-T): federation, connection, data, status.
 */
import { z } from 'zod';
import { AgreementSignature, ReasonCode } from '../federation/agreement.ts';
import { QueryWithin } from '../federation/exchange-data.ts';
import { AgreementId, FederationId, SubscriptionId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { ToldGeometry } from '../ground/place/place.ts';
import { AreaDigest, TwinQuery } from '../twin/query.ts';
import * as object from './object-information.ts';
import { answerBy, budget, one, Reason, row, usingRefusals } from './row.ts';
import { SubscriptionTerms } from './subscription.ts';

const reason = Reason.optional();
const hash = z.string().regex(/^sha-256:[0-9a-f]{64}$/, 'sha-256: and 64 hexadecimal digits');

/** What a side says to terms: yes, other terms, no; or that a person looks at them (then T2, T3 or T4 follows). */
const decision = z.enum(['accepted', 'offered', 'rejected', 'review']);

/** With the hash of what is accepted, or why nothing is. */
const decided = openObject({ decision, agreementHash: hash.optional(), reason, reasonCode: ReasonCode.optional() });

/** How many questions a member answered under the agreement since its node started. */
const Final = openObject({ reads: z.int().min(0) });

const Identify = openObject({
  scheme: z.string().max(limits.termCharactersMax),
  values: z.array(z.string().max(limits.keyCharactersMax)).max(limits.identityBatchMax),
});

export const twinRows = {
  'request.federation': row({
    label: 'T1, T7',
    from: 'initiator FM-FE',
    to: 'candidate FM-FE',
    purpose:
      'Invites a twin into a federation with a draft of the agreement; the owner accepts, offers other terms, declines or asks a person: then it is `accepted` for review, and T2, T3 or T4 follows. With `replaces` (T7) it is to take the place of a member that was lost.',
    effect: 'change',
    request: {
      parameters: openObject({ round: z.int().min(1).max(limits.negotiationRoundsMax), replaces: TwinId.nullish(), ...answerBy }),
      objects: z.tuple([object.federationObject, object.agreementObject]),
    },
    reply: { parameters: decided, objects: one(object.agreementObject) },
    refusals: [
      'notAuthorised',
      'notInitiator',
      'memberLimit',
      'invitationExpired',
      'notAllowedInState',
      'inMaintenance',
      'personalDataNotPermitted',
      'federationsConflict',
    ],
  }),
  'offer.federation': row({
    label: 'T2',
    from: 'either FM-FE',
    to: 'other FM-FE',
    purpose: 'Puts other terms forward, in the next round; the answer is the next move of the other side.',
    effect: 'change',
    request: { parameters: openObject({ round: z.int().min(2), reason, ...answerBy }), objects: one(object.agreementObject) },
    reply: { parameters: decided, objects: one(object.agreementObject) },
    allowed: { agreement: ['REQUESTED', 'OFFERED'] },
    refusals: [
      'unknownFederation',
      'notAllowedInState',
      'tooManyRounds',
      'invitationExpired',
      'termsNotAcceptable',
      'personalDataNotPermitted',
      'federationsConflict',
    ],
  }),
  'accept.federation': row({
    label: 'T3',
    from: 'either FM-FE',
    to: 'other FM-FE',
    purpose: 'Accepts the agreement as it was put forward last; names its hash.',
    effect: 'change',
    request: { parameters: openObject({ agreementHash: hash }), objects: one(object.agreementObject) },
    reply: {},
    allowed: { agreement: ['REQUESTED', 'OFFERED', 'ACCEPTED'] },
    refusals: ['unknownFederation', 'notAllowedInState', 'hashDiffers', 'invitationExpired'],
  }),
  'reject.federation': row({
    label: 'T4',
    from: 'either FM-FE',
    to: 'other FM-FE',
    purpose: 'Declines what was put forward, with the reason: as a code of the table of problems, and in words.',
    effect: 'change',
    request: { parameters: openObject({ agreementId: AgreementId, reason, reasonCode: ReasonCode.optional() }), objects: one(object.federationName) },
    reply: {},
    allowed: { agreement: ['REQUESTED', 'OFFERED', 'REJECTED'] },
    refusals: ['unknownFederation', 'notAllowedInState'],
  }),
  'confirm.federation': row({
    label: 'T5',
    from: 'initiator FM-FE',
    to: 'member FM-FE',
    purpose:
      'Fixes the agreement: both sides hold the same hash from here on, and the signature of the other over id and terms. Where one is missing, not of the other party, or not by a key of it, the agreement is not made.',
    effect: 'change',
    request: { parameters: openObject({ agreementHash: hash }), objects: one(object.agreementObject) },
    reply: { parameters: openObject({ agreementHash: hash, /** without it nothing is agreed */ signature: AgreementSignature.optional() }) },
    allowed: { agreement: ['ACCEPTED', 'AGREED'] },
    refusals: ['unknownFederation', 'invitationExpired', 'notAllowedInState', 'hashDiffers', 'notInitiator', 'badSignature'],
  }),
  'request.communication': row({
    label: 'T6a',
    from: 'initiator FC-FE',
    to: 'member FC-FE',
    purpose:
      'Opens the connection between the parties of an agreement in force, up to the time `openBy`. One that is known is of this agreement: nobody moves the end of another.',
    effect: 'change',
    request: { parameters: openObject({ openBy: Instant.optional() }), objects: one(object.communicationObject) },
    reply: { objects: one(object.communicationObject) },
    allowed: { agreement: ['AGREED'] },
    refusals: ['unknownFederation', 'notInitiator', 'notAllowedInState', 'notAuthorised', 'unbridgeable', 'invitationExpired'],
  }),
  'form.federatedDigitalTwin': row({
    label: 'T6',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose:
      'Tells a member that the federated twin is formed and who takes part: once its agreement is in force and its connection open. With `startAt` nothing is answered before then.',
    effect: 'change',
    request: { parameters: openObject({ startAt: Instant.optional() }), objects: z.tuple([object.federatedDigitalTwinObject, object.federationObject]) },
    reply: {},
    allowed: { agreement: ['AGREED'] },
    refusals: ['unknownFederation', 'notInForce', 'notInitiator', 'notAllowedInState'],
  }),
  'read.exchangeData': row({
    label: 'T9, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose:
      'Asks a member for twins: the query between agencies, under an agreement in force. Members of the federation named, while it is active and their own agreements are in force, may also ask which twins are known by identifiers of a scheme; no values are told then.',
    effect: 'read',
    request: {
      parameters: openObject({
        federationId: FederationId,
        agreementId: AgreementId.optional(),
        ...budget,
        query: TwinQuery.optional(),
        /** several questions in one message in place of `query`; each is answered apart, in their order */
        queries: z.array(QueryWithin).min(1).max(limits.queriesPerReadMax).optional(),
        areas: z.record(AreaDigest, ToldGeometry).optional(),
        identify: Identify.optional(),
      }),
    },
    reply: { objects: z.tuple([object.twinsReadObject], object.twinsReadObject) },
    refusals: [...usingRefusals, 'notMember', 'unknownArea', 'badQuery', 'unitsDiffer', 'tooOld', 'qualityTooLow'],
  }),
  'subscribe.exchangeData': row({
    label: 'T10, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose:
      'Asks for changes: of all that is granted or of one feature, of twins that a filter holds for, as they happen, from time to time, where a value moved far enough, or by what of two comes first, so often a minute, until a time. They follow as T11 on the event stream of the subscription. Over an adaptor there is neither a query nor a trigger on change.',
    effect: 'change',
    request: {
      parameters: openObject({
        ...SubscriptionTerms.shape,
        federationId: FederationId,
        agreementId: AgreementId,
        /** changes after this sequence; absent: from now on */ after: z.int().min(0).optional(),
      }),
    },
    reply: { objects: one(object.subscriptionObject) },
    refusals: [...usingRefusals, 'overloaded', 'unavailable', 'badQuery', 'unknownArea', 'notAuthorised', 'notFound', 'resnapshot'],
  }),
  'unsubscribe.exchangeData': row({
    label: 'T10, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: 'Ends a subscription.',
    effect: 'change',
    request: { parameters: openObject({ subscriptionId: SubscriptionId }) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'publish.exchangeData': row({
    label: 'T11, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: "Carries the twins that changed, latest per twin, with the sender's change sequence.",
    effect: 'read',
    messageType: 'notification',
    request: { parameters: openObject({ subscriptionId: SubscriptionId }), objects: one(object.twinsChangedObject) },
    reply: {},
    refusals: ['resnapshot'],
  }),
  'leave.federation': row({
    label: 'T8',
    from: 'member FM-FE',
    to: 'initiator FM-FE',
    purpose: 'A member says that it leaves, and when; until then it still answers.',
    effect: 'change',
    request: { parameters: openObject({ reason, effectiveAt: Instant }), objects: one(object.federationName) },
    reply: { parameters: openObject({ effectiveAt: Instant }) },
    allowed: { federation: ['DISCOVERING', 'NEGOTIATING', 'FORMING', 'ACTIVE', 'DEGRADED', 'SUSPENDED'] },
    refusals: ['unknownFederation', 'notMember', 'notAllowedInState'],
  }),
  'report.federationStatus': row({
    label: 'T13',
    from: 'member FSIM-FE',
    to: 'initiator FSIM-FE',
    purpose: 'A member says that it is there again, and how the federation stands as it knows it; the initiator looks at its link at once.',
    effect: 'change',
    request: { objects: one(object.federationStatusObject) },
    reply: {},
    refusals: ['unknownFederation', 'notMember'],
  }),
  'notify.federationStatus': row({
    label: 'T13',
    from: 'initiator FSIM-FE',
    to: 'members FSIM-FE',
    purpose: 'Tells a member how the federation stands: at each change of its state or of who takes part.',
    effect: 'change',
    messageType: 'notification',
    request: { objects: one(object.federationStatusObject) },
    reply: {},
    refusals: ['unknownFederation', 'notInitiator'],
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
  'suspend.federation': row({
    label: 'T14',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose:
      'Pauses a federation that this member takes part in: no data moves until it is resumed, by hand or at the time named. Agreements and connections stay, which `keepConnections` may say: another way is refused.',
    effect: 'change',
    request: {
      parameters: openObject({ reason, until: Instant.optional(), keepConnections: z.literal(true).optional() }),
      objects: one(object.federationName),
    },
    reply: {},
    allowed: { agreement: ['AGREED'] },
    refusals: ['unknownFederation', 'notInitiator', 'notAllowedInState'],
  }),
  'resume.federation': row({
    label: 'T14',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose: 'Data may move again; where nothing was paused, that changes nothing.',
    effect: 'change',
    request: { parameters: openObject({ reason }), objects: one(object.federationName) },
    reply: {},
    allowed: { agreement: ['AGREED'] },
    refusals: ['unknownFederation', 'notInitiator', 'notAllowedInState'],
  }),
  'release.federation': row({
    label: 'T15',
    from: 'initiator FM-FE',
    to: 'members FM-FE',
    purpose:
      'Ends the federation, at once or after a time of grace: agreements end, connections close, no data moves any more. The initiator says until when it deletes what it was given, and once more when it has, after the agreement has ended. What a member does not know is over already, and what is over is released once more without effect.',
    effect: 'change',
    request: {
      parameters: openObject({
        reason,
        graceSeconds: z.int().min(0).max(limits.graceSecondsMax).optional(),
        deleteDataBy: Instant.optional(),
        deletedAt: Instant.optional(),
      }),
      objects: one(object.federationName),
    },
    reply: { parameters: openObject({ final: Final.optional(), endsAt: Instant.optional() }) },
    refusals: ['notInitiator', 'notAllowedInState'],
  }),
  'probe.digitalTwin': row({
    label: 'T16, A5',
    from: 'any',
    to: 'any',
    purpose: 'Asks whether the other side is there, and measures the way and the difference of clocks.',
    effect: 'read',
    request: { parameters: openObject({ echo: z.string().max(128) }), objects: one(object.digitalTwinName) },
    reply: { parameters: openObject({ echo: z.string() }), objects: one(object.digitalTwinStatus) },
    refusals: [],
  }),
} as const;
