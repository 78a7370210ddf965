/**
 * Rows twin to adaptor (I-A) and back: what it can convert, the bridge of a connection and its rules, how the bridge stands. A5 is no row of its own: see `isRelayed`.
 */
import { z } from 'zod';
import { AdaptationReport, AdaptationStep } from '../federation/adaptation/profile.ts';
import { BridgeFigures } from '../federation/communication.ts';
import { AgreementId, ConnectionId, DictionaryId, FeatureId, ProfileId, TermId, TwinId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { Feature } from '../twin/feature-information.ts';
import { Twin } from '../twin/twin.ts';
import * as object from './object-information.ts';
import { one, row } from './row.ts';

/** Properties without which the connection is of no use, and how much may be lost of the others, 0 to 1. */
const bounds = { terms: z.array(TermId).max(limits.filterKindsMax).optional(), maxLoss: z.number().min(0).max(1).optional() };

/** The rules follow from what is said of the data here and from the dictionaries. */
const auto = {
  /** what the owner registered of the features that are to be converted */
  features: z.array(Feature).min(1).max(limits.needsMax),
  /** whose words the consumer understands */
  dictionary: DictionaryId,
  /** how the consumer is reached */
  protocol: z.string(),
};

const baseRevision = z.int().min(0);

export const adaptorRows = {
  'retrieve.communicationAdaptor': row({
    label: 'A1',
    from: 'twin FC-FE',
    to: 'adaptor AP-FE',
    purpose: 'Asks an adaptor what it converts and how busy it is.',
    effect: 'read',
    request: {},
    reply: { objects: one(object.adaptorObject) },
    refusals: [],
  }),
  'request.communication': row({
    label: 'A2',
    from: 'twin FC-FE',
    to: 'adaptor AP-FE',
    purpose:
      'Asks for a bridge between both ends of a connection. The answer names the address to which messages for the other end are sent, the profile and what is lost. Asked again, also for one that the adaptor has put to rest, it is the same bridge, standing as it stood, under the rules as they follow now; one that an end has taken down (A8) stays down for as long as it is remembered (`overKeptMs`); set up anew after that it carries nothing under an agreement that is over. Only the consumer may ask, for twins that are registered, under an agreement and a connection that nobody else has named; the adaptor sees no agreement: whether one is in force the owner looks at with every message.',
    effect: 'change',
    request: {
      parameters: openObject({ agreementId: AgreementId, ...auto, ...bounds }),
      objects: one(object.communicationObject),
    },
    reply: {
      parameters: openObject({ profileId: ProfileId, steps: z.array(AdaptationStep).min(1), report: AdaptationReport }),
      objects: one(object.communicationObject),
    },
    allowed: { connection: ['REQUESTED', 'ADAPTING', 'CONNECTED', 'INTERRUPTED'] },
    refusals: ['notAllowedInState', 'unbridgeable', 'mappingMissing', 'lossTooHigh', 'adaptorOverloaded', 'notAuthorised', 'unreachable', 'unknownDictionary'],
  }),
  'configure.adaptationProfile': row({
    label: 'A3',
    from: 'twin FC-FE',
    to: 'adaptor AP-FE',
    purpose:
      'Tries an adaptation without opening anything: the rules that follow from form and dictionaries, or those of a profile that came along in their place; what they keep and lose, and, where samples came along, the twins that they make of them.',
    effect: 'read',
    request: {
      parameters: openObject({
        connectionId: ConnectionId,
        dryRun: z.literal(true),
        owner: TwinId,
        ...auto,
        ...bounds,
        samples: openObject({ featureId: FeatureId, content: z.array(z.json()).max(limits.adaptationSamplesMax) }).optional(),
      }),
      /** the rules of its features; of those that it does not name they follow */
      objects: z.array(object.profilePatch).max(1),
    },
    reply: {
      parameters: openObject({ samples: z.array(Twin).optional(), dropped: z.int().min(0) }),
      objects: one(object.profileObject),
    },
    refusals: ['unbridgeable', 'mappingMissing', 'lossTooHigh', 'notConvertible', 'unknownDictionary', 'badProfile', 'unknownTerm', 'unreachable'],
  }),
  'query.communicationStatus': row({
    label: 'A6',
    from: 'twin CSIM-FE',
    to: 'adaptor AP-FE',
    purpose: 'Asks how a bridge stands and what went over it.',
    effect: 'read',
    request: { objects: one(object.communicationStatusName) },
    reply: { objects: one(object.bridgeFigures) },
    refusals: ['unknownConnection'],
  }),
  'update.adaptationProfile': row({
    label: 'A7',
    from: 'twin FC-FE',
    to: 'adaptor AP-FE',
    purpose: 'Replaces rules of a profile in use, based on a revision: a person knows better what a member means. Both ends hear of it by the report.',
    effect: 'change',
    request: { parameters: openObject({ baseRevision }), objects: one(object.profilePatch) },
    reply: { objects: one(object.profileObject) },
    allowed: { connection: ['ADAPTING', 'CONNECTED', 'INTERRUPTED'] },
    refusals: ['unknownConnection', 'revisionConflict', 'badProfile', 'unknownTerm', 'notAllowedInState'],
  }),
  'disconnect.communication': row({
    label: 'A8',
    from: 'twin FC-FE',
    to: 'adaptor AP-FE',
    purpose: 'Takes the bridge down. What is under way may end within the time named; then nothing passes any more and the profile is deleted.',
    effect: 'change',
    request: { parameters: openObject({ drainSeconds: z.int().min(0).max(limits.graceSecondsMax).optional() }), objects: one(object.communicationName) },
    reply: { parameters: openObject({ final: BridgeFigures }) },
    refusals: ['unknownConnection'],
  }),
} as const;
