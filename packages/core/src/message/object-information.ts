/**
 * Object information: what a message is about, in the frame kind, id, revision, attributes (4.3). That the data area has it is published; the frame is ours.
 */
import { z } from 'zod';
import { Agreement } from '../federation/agreement.ts';
import { Need } from '../federation/candidate.ts';
import { Communication, CommunicationStatus } from '../federation/communication.ts';
import { TwinsChanged, TwinsRead } from '../federation/exchange-data.ts';
import { FederationView } from '../federation/federation.ts';
import { AgreementId, ConnectionId, DictionaryId, FeatureId, FederatedTwinId, FederationId, SubscriptionId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { LanguageMap } from '../ground/language.ts';
import { Geometry } from '../ground/place.ts';
import { DigitalTwin, Lease } from '../twin/digital-twin.ts';
import { FeatureInformation } from '../twin/feature-information.ts';
import { SemanticDictionary } from '../twin/semantic-dictionary.ts';

const objectInformation = <K extends string, I extends z.ZodType, A extends z.ZodType>(kind: K, id: I, attributes: A) =>
  z.object({ kind: z.literal(kind), id, revision: z.int().min(0).optional(), attributes });

/** An object named by kind and id alone. */
const named = <K extends string, I extends z.ZodType>(kind: K, id: I) => z.object({ kind: z.literal(kind), id, revision: z.int().min(0).optional() });

export const digitalTwinObject = objectInformation('digitalTwin', TwinId, DigitalTwin);
export const registeredTwinObject = objectInformation('digitalTwin', TwinId, DigitalTwin.extend(Lease.partial().shape));
export const digitalTwinPatch = objectInformation('digitalTwin', TwinId, DigitalTwin.partial());
export const digitalTwinLease = objectInformation('digitalTwin', TwinId, z.object({ leaseUntil: Instant }));
export const digitalTwinRenewal = objectInformation('digitalTwin', TwinId, DigitalTwin.pick({ status: true }).partial());
export const digitalTwinName = named('digitalTwin', TwinId);
export const digitalTwinStatus = objectInformation('digitalTwin', TwinId, DigitalTwin.pick({ status: true }));

export const featureObject = objectInformation('feature', FeatureId, FeatureInformation);
export const featurePatch = objectInformation('feature', FeatureId, FeatureInformation.partial());
export const featureName = named('feature', FeatureId);

/** What a registry says of itself. */
export const registryObject = objectInformation(
  'registry',
  TwinId,
  z.object({ name: LanguageMap, leaseSeconds: z.int(), dictionaries: z.array(DictionaryId), queryForms: z.array(z.string()) }),
);

export const dictionaryObject = objectInformation('semanticDictionary', DictionaryId, SemanticDictionary.omit({ id: true }));
export const dictionaryName = named('semanticDictionary', DictionaryId);

/** The federated twin as a twin that can be found: its federation, its members, how it is reached. */
export const federatedDigitalTwinObject = objectInformation(
  'federatedDigitalTwin',
  FederatedTwinId,
  z.object({
    federationId: FederationId,
    name: LanguageMap,
    purpose: TermId,
    initiator: TwinId,
    memberTwins: z.array(TwinId),
    endpoints: DigitalTwin.shape.endpoints,
  }),
);
export const federatedDigitalTwinName = named('federatedDigitalTwin', FederatedTwinId);

export const federationObject = objectInformation('federation', FederationId, FederationView);
export const federationName = named('federation', FederationId);
export const federationStatusObject = objectInformation(
  'federationStatus',
  FederationId,
  FederationView.pick({ state: true, since: true, members: true }).extend({ reason: z.string().optional(), links: z.array(CommunicationStatus).optional() }),
);

export const agreementObject = objectInformation('agreement', AgreementId, Agreement.omit({ id: true }));
export const communicationObject = objectInformation('communication', ConnectionId, Communication.omit({ id: true }));

export const twinsReadObject = objectInformation('exchangeData', z.string(), TwinsRead);
export const twinsChangedObject = objectInformation('exchangeData', z.string(), TwinsChanged);
export const subscriptionObject = objectInformation('subscription', SubscriptionId, z.object({ seq: z.int().min(0) }));

/** What an application wants, before anybody knows which federation will serve it. */
export const serviceObject = objectInformation(
  'service',
  z.string(),
  z.object({ name: LanguageMap, purpose: TermId, needs: z.array(Need).min(1), area: Geometry.optional(), federationId: FederationId.optional() }),
);
