/**
 * Example content of the rows to an adaptor, hand-written: the planning office has the harbour's gauges bridged, which its system keeps as GeoJSON in feet.
 */
import type { Examples } from './example.ts';
import { connectionIn } from './nouns.ts';
import { agreementId, at, connectionId, endpointOf, keyOf, registry, water } from './town.ts';

export const profileId = `urn:dtf:profile:${registry.authority}:flood%2Fwater`;
const featureId = `urn:dtf:feature:${water.authority}:water%3APegel%2Fgauges`;
const cityDictionary = 'urn:dtf:dictionary:cityweave.example:city';
const waterDictionary = `urn:dtf:dictionary:${water.authority}:water`;

const adaptorName = { kind: 'communicationAdaptor', id: registry.twin };

const self = {
  ...adaptorName,
  attributes: {
    endpoints: [endpointOf(registry)],
    keys: [keyOf(registry)],
    protocolPairs: [],
    formatPairs: [
      ['application/json', 'application/geo+json'],
      ['application/json', 'application/ld+json'],
    ],
    dictionaryPairs: [[cityDictionary, waterDictionary]],
    capacity: { connections: 200, used: 1 },
    status: 'online',
  },
};

/** As the water board registered it: records of GeoJSON in metres of EPSG:25832, levels in centimetres, times as its clocks show. */
const gauges = {
  id: featureId,
  attributes: {
    twinId: water.twin,
    name: { en: 'Gauges', de: 'Pegel' },
    featureType: 'data',
    semanticType: 'water:Pegel',
    direction: 'provides',
    data: {
      schema: { type: 'object', properties: { stand_cm: { type: 'number' } } },
      terms: [{ term: 'water:stand', unit: 'cm' }],
      count: 3,
      stage: 'raw',
      form: {
        format: 'application/geo+json',
        dictionary: waterDictionary,
        source: 'gauges',
        key: 'nr',
        name: 'name',
        observedAt: 'zeit',
        crs: 'EPSG:25832',
        timeZone: 'Europe/Berlin',
        members: [
          { member: 'stand_cm', term: 'water:stand', unit: 'cm' },
          { member: 'art', term: 'water:form' },
        ],
      },
    },
    coverage: {},
    bindings: [endpointOf(water)],
    policy: {},
    visibility: { level: 'federation' },
    status: 'active',
    version: '1.0.0',
  },
};

const adaptation = {
  featureId,
  source: 'gauges',
  format: 'application/geo+json',
  kind: { from: 'water:Pegel', to: 'city:RiverGauge', relation: 'exact' },
  rules: [
    { from: 'nr', to: 'key', op: 'copy', relation: 'exact' },
    { from: 'name', to: 'name', op: 'copy', relation: 'exact' },
    { from: 'zeit', to: 'observedAt', op: 'time', relation: 'exact', timeZone: 'Europe/Berlin' },
    { from: 'geometry', to: 'place', op: 'crs', relation: 'exact', fromCrs: 'EPSG:25832', toCrs: 'OGC:CRS84' },
    { from: 'stand_cm', to: 'city:waterLevel', op: 'unit', term: 'water:stand', relation: 'exact', factor: 0.01, offset: 0, fromUnit: 'cm', toUnit: 'm' },
  ],
};

const report = {
  coverage: 0.5,
  expectedLoss: 0.5,
  exact: ['water:stand cm to city:waterLevel m'],
  lossy: [],
  unmapped: [{ term: 'water:form', why: 'no term of city corresponds' }],
};

const profile = { kind: 'adaptationProfile', id: profileId, attributes: { connectionId, steps: ['format', 'semantic'], features: [adaptation], report } };

const auto = { features: [gauges], dictionary: cityDictionary, protocol: 'http' };

const bridge = {
  adaptorId: registry.twin,
  address: registry.address,
  keys: [keyOf(registry)],
  profileId,
  steps: ['format', 'semantic'],
  features: [{ featureId, kind: 'city:RiverGauge', terms: ['city:waterLevel'] }],
  report,
};

const bridged = (state: string) => {
  const connection = connectionIn(state);
  return { ...connection, attributes: { ...connection.attributes, bridge } };
};

const figures = (state: string) => ({ state, since: at, messages: 41, failures: 2, lastMessageAt: at, latencyMs: 7.4, dropped: 0 });

const sample = {
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [518_340, 5_764_210] },
  properties: { nr: '4711', name: 'Alte Brücke', stand_cm: 412, zeit: '2026-05-04 14:29:45' },
};

const converted = {
  id: `urn:dtf:twin:${water.authority}:gauges/4711`,
  agency: water.agency,
  kind: 'city:RiverGauge',
  name: { en: 'Alte Brücke' },
  position: [9.267318425, 52.028214105],
  provenance: { observedAt: '2026-05-04T12:29:45.000Z', recordedAt: at, source: water.agency, origin: 'gauges', via: registry.twin },
  values: { 'city:waterLevel': { value: 4.12, unit: 'm' } },
  version: 1,
  createdAt: '2026-05-04T12:29:45.000Z',
  updatedAt: '2026-05-04T12:29:45.000Z',
};

export const adaptorExamples: Examples = {
  'retrieve.communicationAdaptor': { request: {}, reply: { objects: [self] } },
  'request.communication': {
    request: { parameters: { agreementId, ...auto, terms: ['city:waterLevel'], maxLoss: 0.6 }, objects: [connectionIn('REQUESTED')] },
    reply: { parameters: { profileId, steps: ['format', 'semantic'], report }, objects: [bridged('ADAPTING')] },
  },
  'request.communication--too-much-would-be-lost': {
    request: { parameters: { agreementId, ...auto, maxLoss: 0.1 }, objects: [connectionIn('REQUESTED')] },
    failure: {
      code: 'DTF-605',
      message: `converting would lose more than is allowed ${water.twin}: found 0.50; accepted: water:form (limit 0.1)`,
      retryable: false,
      facts: { subject: water.twin, found: '0.50', accepted: 'water:form', limit: 0.1 },
    },
  },
  'request.communication--nothing-becomes-what-is-needed': {
    request: { parameters: { agreementId, ...auto, terms: ['city:flow'] }, objects: [connectionIn('REQUESTED')] },
    failure: {
      code: 'DTF-500',
      message: `no common or bridgeable protocol ${water.twin}: found nothing that becomes city:flow; accepted: a mapping of each`,
      retryable: false,
      facts: { subject: water.twin, found: 'nothing that becomes city:flow', accepted: 'a mapping of each' },
    },
  },
  'configure.adaptationProfile': {
    request: { parameters: { connectionId, dryRun: true, owner: water.twin, ...auto, samples: { featureId, content: [sample] } } },
    reply: { parameters: { samples: [converted], dropped: 0 }, objects: [profile] },
  },
  'query.communicationStatus': {
    request: { objects: [{ kind: 'communicationStatus', id: connectionId }] },
    reply: { objects: [{ kind: 'communicationStatus', id: connectionId, attributes: figures('CONNECTED') }] },
  },
  'update.adaptationProfile': {
    request: { parameters: { baseRevision: 1 }, objects: [{ kind: 'adaptationProfile', id: profileId, attributes: { features: [adaptation] } }] },
    reply: { objects: [{ ...profile, revision: 2 }] },
  },
  'update.adaptationProfile--changed-meanwhile': {
    request: { parameters: { baseRevision: 1 }, objects: [{ kind: 'adaptationProfile', id: profileId, attributes: { features: [adaptation] } }] },
    failure: {
      code: 'DTF-203',
      message: `changed meanwhile; read it again ${profileId} (limit 2)`,
      retryable: true,
      facts: { subject: profileId, limit: 2 },
    },
  },
  'disconnect.communication': {
    request: { parameters: { drainSeconds: 5 }, objects: [{ kind: 'communication', id: connectionId }] },
    reply: { parameters: { final: figures('CLOSING') } },
  },
};

/** What the adaptor says to the ends of a bridge. */
export const bridgeExamples: Examples = {
  'notify.communication': {
    from: registry,
    request: { objects: [{ kind: 'communication', id: connectionId, attributes: { state: 'INTERRUPTED', since: at, reason: 'unreachable' } }] },
  },
  'report.communicationStatus': {
    from: registry,
    request: { objects: [{ kind: 'communicationStatus', id: connectionId, attributes: figures('CONNECTED') }] },
    reply: {},
  },
  'request.communication--over-a-bridge': { request: { objects: [bridged('ADAPTING')] }, reply: { objects: [bridged('ADAPTING')] } },
};

/** An answer of the water board over the bridge: its records as they are, for the adaptor to convert. */
export const farContent = { featureId, format: 'application/geo+json', content: [sample] };
