/**
 * What the example messages are about: the water board's twin and features, a federation for floods, its agreement and connection.
 */

import { canonical, sha256 } from './sign.ts';
import {
  type Agency,
  agreementId,
  at,
  connectionId,
  endpointOf,
  federatedTwinId,
  federationId,
  fire,
  floodZones,
  keyOf,
  planning,
  pumpingStations,
  townArea,
  until,
  water,
} from './town.ts';

const open = { level: 'public' };

const twinAttributesOf = (agency: Agency, domain: string, features: readonly string[]) => ({
  name: { en: agency.name },
  twinType: 'city:AgencyTwin',
  domain,
  owner: { name: agency.name, organizationId: agency.agency, contact: `twins@${agency.authority}` },
  coverage: townArea,
  status: 'online',
  endpoints: [endpointOf(agency)],
  keys: [keyOf(agency)],
  features,
  attribution: [`${agency.name} of Auenfurt, CC0`],
  visibility: open,
});

export const waterTwin = { kind: 'digitalTwin', id: water.twin, attributes: twinAttributesOf(water, 'city:water', [floodZones, pumpingStations]) };

export const registeredWater = {
  ...waterTwin,
  revision: 3,
  attributes: { ...waterTwin.attributes, registeredAt: '2026-05-04T06:00:00.000Z', updatedAt: at, leaseUntil: until },
};

type Offer = { readonly kind: string; readonly name: string; readonly terms: readonly { readonly term: string; readonly unit?: string }[] };

const featureOf = (id: string, { kind, name, terms }: Offer) => ({
  kind: 'feature',
  id,
  attributes: {
    twinId: water.twin,
    name: { en: name },
    featureType: 'data',
    semanticType: kind,
    direction: 'provides',
    data: {
      schema: { type: 'object', properties: Object.fromEntries(terms.map(({ term }) => [term, { type: 'number' }])) },
      terms,
      count: 3,
      stage: 'raw',
    },
    coverage: { space: townArea },
    quality: { completeness: 1 },
    bindings: [endpointOf(water)],
    policy: { purposes: ['city:safety'], attribution: ['Water board of Auenfurt, CC0'] },
    visibility: open,
    status: 'active',
    version: '1',
  },
});

export const zoneFeature = featureOf(floodZones, { kind: 'city:FloodZone', name: 'Flood zones', terms: [{ term: 'city:returnPeriod', unit: 'a' }] });
export const pumpFeature = featureOf(pumpingStations, { kind: 'city:PumpingStation', name: 'Pumping stations', terms: [{ term: 'city:flow', unit: 'L/s' }] });

const memberOf = ({ twin, agency, name }: Agency, state: string, features: readonly unknown[]) => ({
  twinId: twin,
  role: 'member',
  agency,
  name: { en: name },
  state,
  since: at,
  joinedAt: at,
  connections: twin === water.twin ? [connectionId] : [],
  features,
});

const granted = [{ featureId: floodZones, kind: 'city:FloodZone' }];

const federationIn = (state: string, members: readonly unknown[]) => ({
  kind: 'federation',
  id: federationId,
  revision: 4,
  attributes: {
    id: federationId,
    revision: 4,
    name: { en: 'Flood resilience', de: 'Hochwasservorsorge' },
    purpose: 'city:safety',
    initiator: planning.twin,
    domains: ['city:planning', 'city:water'],
    topology: 'hub',
    area: townArea,
    needs: [
      { kind: 'city:FloodZone', agencies: [water.agency], optional: false },
      { kind: 'city:Shelter', optional: true },
    ],
    rules: { authoritative: { 'city:height': planning.agency }, tolerance: { 'city:height': 0.5 } },
    sync: { epoch: '2026-05-04T12:00:00.000Z', slot: 'PT10S', maxAge: 'PT30S', methods: {}, units: { 'city:waterLevel': 'm' } },
    members,
    state,
    since: at,
    createdAt: at,
  },
});

export const negotiated = federationIn('NEGOTIATING', [memberOf(water, 'INVITED', granted)]);
export const formed = federationIn('ACTIVE', [memberOf(water, 'ACTIVE', granted), memberOf(fire, 'ACTIVE', [])]);

export const status = {
  kind: 'federationStatus',
  id: federationId,
  attributes: {
    state: 'ACTIVE',
    since: at,
    members: formed.attributes.members,
    revision: formed.attributes.revision,
    health: 1,
    metrics: { messages: 1841, failures: 3 },
    links: [
      {
        ...{ connectionId, state: 'CONNECTED', since: at, lastSeen: at, latencyMs: 1.4, clockOffsetMs: 12, failures: 0, backlog: 0 },
        ...{ latency: { p50Ms: 1.2, p95Ms: 4.1 }, throughput: { messagesPerMinute: 74 }, messages: 1841, lost: 3, errors: ['DTF-502'], lastMessageAt: at },
      },
    ],
  },
};

const terms = {
  federationId,
  parties: { consumer: planning.twin, provider: water.twin },
  features: [{ featureId: floodZones, kind: 'city:FloodZone', modes: ['read', 'subscribe'] }],
  purpose: 'city:safety',
  area: townArea,
  permissions: ['use:city:safety'],
  prohibitions: ['redistribute'],
  validity: { from: at },
};

/** The owner lets no more than 600 questions a minute through: the terms are narrower than those asked for. */
const narrowed = { ...terms, features: terms.features.map((feature) => ({ ...feature, maxRatePerMinute: 600 })) };

export const agreementHash = `sha-256:${sha256(canonical(narrowed))}`;

export const drafted = { kind: 'agreement', id: agreementId, attributes: { revision: 1, terms, state: 'REQUESTED' } };
export const accepted = { kind: 'agreement', id: agreementId, attributes: { revision: 2, terms: narrowed, state: 'ACCEPTED', hash: agreementHash } };

type AgreementExample = {
  readonly kind: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** The owner's other terms, and what the planning office asks for instead. */
const putForward = (round: number, rate: number, offeredBy: string): AgreementExample => ({
  kind: 'agreement',
  id: agreementId,
  attributes: {
    revision: round,
    terms: { ...terms, features: terms.features.map((feature) => ({ ...feature, maxRatePerMinute: rate })) },
    state: 'OFFERED',
    round,
    offeredBy,
    answerBy: until,
  },
});
export const offered = putForward(2, 60, water.twin);
export const countered = putForward(3, 600, planning.twin);

export const hashOfTerms = ({ attributes }: AgreementExample): string => `sha-256:${sha256(canonical(attributes['terms']))}`;

/** The same terms, accepted. */
export const held = (agreement: AgreementExample) => ({
  ...agreement,
  attributes: { ...agreement.attributes, state: 'ACCEPTED', hash: hashOfTerms(agreement) },
});

const endOf = ({ twin, address }: Agency) => ({ twinId: twin, protocol: 'https', address, format: 'application/json' });

export const connectionIn = (state: string) => ({
  kind: 'communication',
  id: connectionId,
  attributes: { federationId, agreementId, ends: [endOf(planning), endOf(water)], direction: 'both', state, since: at },
});

export const federatedTwin = {
  kind: 'federatedDigitalTwin',
  id: federatedTwinId,
  attributes: {
    federationId,
    name: { en: 'Flood resilience' },
    purpose: 'city:safety',
    initiator: planning.twin,
    domain: 'city:planning',
    memberTwins: [planning.twin, water.twin, fire.twin],
    composedFeatures: [floodZones],
    services: [],
    endpoints: [endpointOf(planning)],
  },
};

const words = [
  { term: 'aue:Polder', role: 'kind', label: { en: 'Polder' }, broader: ['city:FloodZone'] },
  { term: 'aue:pumpCurve', role: 'property', label: { en: 'Pump curve', de: 'Pumpenkennlinie' }, dataType: 'json' },
];

export const dictionary = {
  kind: 'semanticDictionary',
  id: `urn:dtf:dictionary:${water.authority}:terms`,
  attributes: {
    version: '1.2',
    prefix: 'aue',
    name: { en: 'Words of the water board' },
    terms: words,
    mappings: [
      {
        from: 'aue:discharge',
        to: 'city:flow',
        relation: 'exact',
        conversion: { factor: 1000, offset: 0, fromUnit: 'm3/s', toUnit: 'L/s' },
        confidence: 1,
      },
    ],
  },
};

export const adaptor = {
  kind: 'communicationAdaptor',
  id: water.twin,
  attributes: {
    endpoints: [endpointOf(water)],
    keys: [keyOf(water)],
    protocolPairs: [],
    formatPairs: [],
    dictionaryPairs: [[dictionary.id, 'urn:dtf:dictionary:cityweave.example:city']],
    capacity: { connections: 200, used: 3 },
    status: 'online',
  },
};
