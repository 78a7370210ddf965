/**
 * Attributes of the model's kinds of objects: where each stands here, and which are left out and why; and the members that are carried without anything being done with them.
 * What stands here is looked up in the schemas, so that this list cannot say more than they do.
 */

export type Attributes = {
  /** by its own name, or by the path at which it stands here */
  readonly here: readonly (string | readonly [attribute: string, path: string])[];
  readonly leftOut: Readonly<Record<string, string>>;
};

export const attributesByKind: Readonly<Record<string, Attributes>> = {
  digitalTwin: {
    here: [
      ...['altIds', 'name', 'description', 'twinType', 'domain', 'category', 'objectsOfInterest', 'personas', 'fidelity', 'maturity', 'owner', 'location'],
      ...['coverage', 'schedule', 'status', 'reports', 'relationships', 'synchronization', 'endpoints', 'features', 'representation', 'visibility'],
      ...['registeredAt', 'updatedAt', 'leaseUntil'],
    ],
    leftOut: {},
  },
  feature: {
    here: [
      ...['twinId', 'name', 'description', 'featureType', 'semanticType', 'direction', 'data.schema', 'data.interval', 'data.history', 'data.stage'],
      ['data.unit', 'data.terms.unit'],
      ...['function.inputs', 'function.outputs', 'function.method', 'function.parameters', 'function.expectedDuration', 'function.effect'],
      ['function.mode', 'function.modes'],
      ...['coverage.space', 'coverage.time', 'quality.accuracy', 'quality.latency', 'quality.completeness', 'quality.confidence'],
      ['quality.freshness', 'data.interval'],
      ...['bindings.protocol', 'bindings.address', 'bindings.format', 'bindings.security'],
      ['bindings.dictionary', 'data.form.dictionary'],
      ...['policy.purposes', 'policy.audience', 'policy.retention', 'policy.redistribution', 'policy.price', 'policy.personalData', 'status', 'version'],
    ],
    leftOut: {
      'data.quantityKind': 'the quantity is that of the unit (UCUM), by which values are compared',
      'bindings.method': 'a binding is where messages of the exchange are taken: always POST, or the frames of a socket',
      'bindings.topic': 'MQTT is spoken at the edge of an agency, not between agencies',
    },
  },
  candidateFeature: {
    here: ['feature', ['twinId', 'twin.id'], 'registryId', 'discoveredAt', 'queryId', 'federationId', 'score', 'scoreParts', 'gaps', 'state'],
    leftOut: {},
  },
  federation: {
    here: [
      ...['name', 'purpose', 'domains', 'area', 'initiator', 'topology', 'sync', 'state'],
      ['validity.from', 'createdAt'],
      ['validity.to', 'validUntil'],
      ...['members.twinId', 'members.role', 'members.features', 'members.connections', 'members.state', 'members.joinedAt'],
    ],
    leftOut: {},
  },
  federatedDigitalTwin: {
    here: ['federationId', 'name', 'domain', 'memberTwins', 'composedFeatures', 'services', 'endpoints'],
    leftOut: {},
  },
  agreement: {
    here: [
      ...(['parties', 'features', 'purpose', 'permissions', 'prohibitions', 'obligations', 'serviceLevel', 'validity'] as const).map(
        (attribute) => [attribute, `terms.${attribute}`] as const,
      ),
      ...['state', 'signatures'],
    ],
    leftOut: {},
  },
  federationStatus: { here: ['state', 'since', 'reason', 'health', 'members.twinId', 'members.state', 'members.lastSeen', 'metrics'], leftOut: {} },
  communication: {
    here: [
      ...['ends.twinId', 'ends.protocol', 'ends.address', 'ends.format', 'ends.dictionary', 'direction', 'state'],
      ['adaptorId', 'bridge.adaptorId'],
      ['profileId', 'bridge.profileId'],
    ],
    leftOut: {
      qos: 'each message says its own, in its header',
      security: 'every message is signed by a key that its sender registered',
      credentials: 'whoever speaks over a bridge is known by its signature: no token is needed',
    },
  },
  communicationStatus: {
    here: [
      ...['connectionId', 'state', 'since', 'throughput', 'lost', 'errors', 'lastMessageAt', 'clockOffsetMs', 'backlog'],
      ['latencyMs.p50', 'latency.p50Ms'],
      ['latencyMs.p95', 'latency.p95Ms'],
    ],
    leftOut: {},
  },
  registry: {
    here: ['name', 'operator', 'endpoints', 'jurisdiction', 'dictionaries', 'queryForms', 'leaseSeconds', 'peers', 'status'],
    leftOut: {},
  },
  communicationAdaptor: { here: ['endpoints', 'protocolPairs', 'formatPairs', 'dictionaryPairs', 'capacity', 'status'], leftOut: {} },
  adaptationProfile: {
    here: [
      'steps',
      ['rules.from', 'features.rules.from'],
      ['rules.to', 'features.rules.to'],
      ['rules.op', 'features.rules.op'],
      ['report.coverage', 'report.coverage'],
      ['report.losses', 'report.lossy'],
    ],
    leftOut: {
      'rules.op const': 'an adaptor says what its owner said, and adds nothing to it',
      'rules.op expr': 'no formula of somebody else is computed: what it could do cannot be bounded or explained',
      'report.samples': 'they stand beside the report, in the answer of A3',
    },
  },
  semanticDictionary: {
    here: [
      ...['version', 'domain', 'terms.term', 'terms.label', 'terms.definition', 'terms.dataType', 'terms.unit', 'terms.broader', 'terms.sameAs'],
      ...['mappings.from', 'mappings.to', 'mappings.relation', 'mappings.conversion', 'mappings.confidence'],
    ],
    leftOut: {
      'terms.quantityKind': 'the quantity is that of the unit (UCUM)',
      'terms.codes': 'codes belong to the data of an owner: its feature explains them (`data.form.members.codes`)',
    },
  },
};

/** Members that are kept, told and found by conditions of a query, and on which nothing else depends here. */
export const carried: Readonly<Record<string, string>> = {
  category: 'for people and for conditions of a query',
  objectsOfInterest: 'for people and for conditions of a query; what a twin represents is told by its links',
  personas: 'for people and for conditions of a query',
  fidelity: 'for people and for conditions of a query',
  maturity: 'for people and for conditions of a query',
  relationships: 'for people and for conditions of a query; links of twins are read (T9)',
  synchronization: 'for people and for conditions of a query; how old values are is judged by `data.interval` and `quality.latency`',
  levelOfDetail: 'for who shows a representation of the twin that its owner serves elsewhere',
  expectedDuration: 'for people; how long a run may take is said by `timeout`',
  redistribution: 'for people; what may be done with data is agreed on (`prohibitions`)',
  price: 'for people',
  semanticContext: 'carried in the header; terms name their dictionary by their prefix',
  keepConnections: 'the one thing that it may say is what is done',
};
