/**
 * Object information: what a message is about, in the frame kind, id, revision, attributes (4.3). That the data area has it is published; the frame is ours.
 */
import { z } from 'zod';
import { AdaptationProfile, FeatureAdaptation } from '../federation/adaptation/profile.ts';
import { CommunicationAdaptor } from '../federation/adaptor.ts';
import { Agreement } from '../federation/agreement.ts';
import { Need } from '../federation/candidate.ts';
import { BridgeFigures, Communication, CommunicationState, CommunicationStatus } from '../federation/communication.ts';
import { TwinsChanged, TwinsRead } from '../federation/exchange-data.ts';
import { FederationView } from '../federation/federation.ts';
import { AgreementId, ConnectionId, DictionaryId, FeatureId, FederatedTwinId, FederationId, ProfileId, SubscriptionId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { LanguageMap } from '../ground/language.ts';
import { limits } from '../ground/limits.ts';
import { ToldGeometry } from '../ground/place/place.ts';
import { DigitalTwin, Endpoint, Lease, TwinStatus } from '../twin/digital-twin.ts';
import { FeatureInformation } from '../twin/feature-information.ts';
import { SyncRules } from '../twin/past/sync-rules.ts';
import { SemanticDictionary } from '../twin/semantic-dictionary.ts';
import { partOf, whole } from './discovery/parts.ts';

/** The kinds of objects that the model knows; those that no message of ours is about are here to be told from unknown ones. */
const kinds = [
  ...['digitalTwin', 'feature', 'candidateFeature', 'federation', 'federatedDigitalTwin', 'federationStatus', 'communication', 'communicationStatus'],
  ...['registry', 'communicationAdaptor', 'adaptationProfile', 'semanticDictionary', 'agreement', 'application', 'objectOfInterest'],
  ...['subscription', 'exchangeData', 'service', 'exchangeLog'],
];

export const isKnownKind = (kind: string): boolean => kinds.includes(kind);

export const objectInformation = <K extends string, I extends z.ZodType, A extends z.ZodType>(kind: K, id: I, attributes: A) =>
  openObject({ kind: z.literal(kind), id, revision: z.int().min(0).optional(), attributes });

/** An object named by kind and id alone. */
const named = <K extends string, I extends z.ZodType>(kind: K, id: I) => openObject({ kind: z.literal(kind), id, revision: z.int().min(0).optional() });

/** JSON merge patch (RFC 7396) of attributes: what it makes of them is checked whole. */
const patch = z.record(z.string(), z.json());

export const digitalTwinName = named('digitalTwin', TwinId);
export const digitalTwinObject = objectInformation('digitalTwin', TwinId, DigitalTwin);
export const registeredTwinObject = objectInformation('digitalTwin', TwinId, DigitalTwin.extend(Lease.partial().shape));
export const foundTwin = z.union([registeredTwinObject.extend(whole), partOf(z.literal('digitalTwin'), TwinId)]);
export const digitalTwinPatch = objectInformation('digitalTwin', TwinId, patch);
export const digitalTwinLease = objectInformation('digitalTwin', TwinId, openObject({ leaseUntil: Instant }));
export const digitalTwinRenewal = digitalTwinName.extend({ attributes: DigitalTwin.pick({ status: true }).partial().optional() });
export const digitalTwinStatus = objectInformation('digitalTwin', TwinId, DigitalTwin.pick({ status: true }));

export const featureObject = objectInformation('feature', FeatureId, FeatureInformation);
export const foundFeature = z.union([featureObject.extend(whole), partOf(z.literal('feature'), FeatureId)]);
export const featurePatch = objectInformation('feature', FeatureId, patch);
export const featureName = named('feature', FeatureId);

export const registryName = named('registry', TwinId);
/** What a registry says of itself. */
export const registryObject = objectInformation(
  'registry',
  TwinId,
  openObject({
    name: LanguageMap,
    /** the agency that runs it */
    operator: z.string().optional(),
    endpoints: z.array(Endpoint).optional(),
    /** the area for which it is there */
    jurisdiction: ToldGeometry.optional(),
    leaseSeconds: z.int(),
    dictionaries: z.array(DictionaryId),
    queryForms: z.array(z.string()),
    /** registries that it asks on behalf of whoever asks it */
    peers: z.array(TwinId).optional(),
    status: TwinStatus.optional(),
  }),
);

export const dictionaryObject = objectInformation('semanticDictionary', DictionaryId, SemanticDictionary.omit({ id: true }));
export const dictionaryPatch = objectInformation('semanticDictionary', DictionaryId, patch);
export const dictionaryName = named('semanticDictionary', DictionaryId);

export const adaptorObject = objectInformation('communicationAdaptor', TwinId, CommunicationAdaptor);
export const adaptorName = named('communicationAdaptor', TwinId);

/** The federated twin as a twin that can be found: its federation, its members, how it is reached. */
export const federatedDigitalTwinObject = objectInformation(
  'federatedDigitalTwin',
  FederatedTwinId,
  openObject({
    federationId: FederationId,
    name: LanguageMap,
    purpose: TermId,
    /** of the city, as its initiator is registered */
    domain: TermId.optional(),
    initiator: TwinId,
    memberTwins: z.array(TwinId),
    /** the features it is made of: they are in use while it is registered */
    composedFeatures: z.array(FeatureId).optional(),
    /** those of them that compute something */
    services: z.array(FeatureId).optional(),
    endpoints: DigitalTwin.shape.endpoints,
  }),
);
export const foundFederatedTwin = z.union([federatedDigitalTwinObject.extend(whole), partOf(z.literal('federatedDigitalTwin'), FederatedTwinId)]);
export const federatedDigitalTwinName = named('federatedDigitalTwin', FederatedTwinId);

export const federationObject = objectInformation('federation', FederationId, FederationView);
export const federationName = named('federation', FederationId);
export const federationStatusObject = objectInformation(
  'federationStatus',
  FederationId,
  FederationView.pick({ state: true, since: true, revision: true }).extend({
    /** `lastSeen`: when it answered last, as who says this knows */
    members: z.array(FederationView.shape.members.element.extend({ lastSeen: Instant.optional() })),
    reason: z.string().optional(),
    /** the share of those who take part that are there, 0 to 1 */
    health: z.number().min(0).max(1).optional(),
    /** messages to members since the node of who says this started, and those without an answer */
    metrics: openObject({ messages: z.int().min(0), failures: z.int().min(0) }).optional(),
    links: z.array(CommunicationStatus).optional(),
  }),
);

export const agreementObject = objectInformation('agreement', AgreementId, Agreement.omit({ id: true }));
export const communicationObject = objectInformation('communication', ConnectionId, Communication.omit({ id: true }));
export const communicationName = named('communication', ConnectionId);
/** Where a bridged connection stands, and why. */
export const communicationChange = objectInformation(
  'communication',
  ConnectionId,
  openObject({ state: CommunicationState, since: Instant, reason: z.string().max(limits.textCharactersMax).optional() }),
);
export const bridgeFigures = objectInformation('communicationStatus', ConnectionId, BridgeFigures);
export const communicationStatusName = named('communicationStatus', ConnectionId);

export const profileObject = objectInformation('adaptationProfile', ProfileId, AdaptationProfile);
/** Rules of some features in place of those that were; the report is made anew. */
export const profilePatch = objectInformation('adaptationProfile', ProfileId, openObject({ features: z.array(FeatureAdaptation).min(1).max(limits.needsMax) }));

/** A registry entry that changed, as it is now; without attributes where it is gone. */
export const changedTwinObject = openObject({ kind: z.literal('digitalTwin'), id: TwinId, revision: z.int().min(0), attributes: DigitalTwin.optional() });
export const changedFeatureObject = openObject({
  kind: z.literal('feature'),
  id: FeatureId,
  revision: z.int().min(0),
  attributes: FeatureInformation.optional(),
});

export const twinsReadObject = objectInformation('exchangeData', z.string(), TwinsRead);
export const twinsChangedObject = objectInformation('exchangeData', z.string(), TwinsChanged);
export const subscriptionObject = objectInformation('subscription', SubscriptionId, openObject({ seq: z.int().min(0) }));
export const registrySubscriptionObject = objectInformation('subscription', SubscriptionId, openObject({ expiresAt: Instant }));

/** What an application wants, before anybody knows which federation will serve it. */
export const serviceObject = objectInformation(
  'service',
  z.string(),
  openObject({
    /** of the federation; its description, or what its purpose is called, where absent */
    name: LanguageMap.optional(),
    description: LanguageMap.optional(),
    purpose: TermId,
    /** types of twins among which members are looked for */
    twinTypes: z.array(TermId).max(limits.needsMax).optional(),
    needs: z.array(Need).min(1),
    area: ToldGeometry.optional(),
    validUntil: Instant.optional(),
    sync: SyncRules.optional(),
    federationId: FederationId.optional(),
  }),
);
