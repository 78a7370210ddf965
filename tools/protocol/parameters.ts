/**
 * Parameters of the model's messages and what their objects carry in it: where each stands here, which are left out and why, and what a message must have here that the
 * model does not ask for. Looked up in the schemas and tried on the examples, so that this list cannot say more than they do.
 */
import type { Attributes } from './attributes.ts';

const rows = 'objects.attributes.page.rows';
const changed = 'objects.attributes.rows';
const figures = {
  'latencyMs.p50': 'one figure, the last one: what is measured of a link stands in `links` of T13',
  errors: 'each end measures them (`links` of T13)',
  clockOffsetMs: 'each end measures it (`links` of T13)',
  backlog: 'each end measures it (`links` of T13)',
};

/** By number. A name alone is a parameter or an attribute of that name. */
export const parametersByNumber: Readonly<Record<string, Attributes>> = {
  R1: { here: ['leaseSeconds', 'leaseUntil'], leftOut: { 'endpoints.security bearer': 'every message is signed: `security` is `jws`, or is not said' } },
  R2: { here: ['atomic'], leftOut: {} },
  R3: { here: ['baseRevision'], leftOut: {} },
  R4: { here: ['leaseSeconds', 'status', 'leaseUntil'], leftOut: {} },
  R5: { here: ['reason', 'graceSeconds', 'force'], leftOut: {} },
  R7: {
    here: [
      ...['purpose', 'where', 'near', 'within', 'during.from', 'during.to', 'bridgeable.protocols', 'bridgeable.formats', 'bridgeable.allowAdaptation'],
      ...['expand', 'sort', 'limit', 'cursor', 'fields', 'total', 'next', 'queryId'],
    ],
    leftOut: {},
  },
  R8: { here: ['expiresAt'], leftOut: {} },
  R9: { here: ['change', 'subscriptionId', 'paths'], leftOut: {} },
  R10: { here: ['warnings', 'version', 'domain', 'prefix', 'terms', 'mappings'], leftOut: {} },
  R11: { here: ['terms'], leftOut: {} },
  R12: { here: ['from', 'toDictionary', 'mappings'], leftOut: {} },
  R14: { here: ['federationId', 'name', 'domain', 'memberTwins', 'composedFeatures', 'endpoints'], leftOut: {} },
  T1: { here: ['round', 'answerBy', 'replaces'], leftOut: {} },
  T2: {
    here: ['round', ['changes.reason', 'parameters.reason']],
    leftOut: { changes: 'terms are said whole, each time: what is other is seen by comparing them, and what is hashed is what was said' },
  },
  T3: { here: ['agreementHash'], leftOut: {} },
  T4: { here: ['reasonCode', 'reason'], leftOut: { final: 'a refusal is the end of this agreement: who asks again asks for another' } },
  T5: { here: ['agreementHash', 'signatures.by', 'signatures.alg', 'signatures.value'], leftOut: {} },
  T6a: { here: [['agreementId', 'objects.attributes.agreementId'], 'openBy', ['adaptorId', 'objects.attributes.bridge.adaptorId']], leftOut: {} },
  T6: { here: ['startAt', 'federationId', 'members'], leftOut: {} },
  T7: { here: ['replaces'], leftOut: {} },
  T8: { here: ['reason', 'effectiveAt'], leftOut: {} },
  T9: {
    here: [
      ['featureId', 'parameters.query.filter'],
      ['filter', 'parameters.query.filter'],
      ['during', 'parameters.query.history'],
      ['align.slot', 'parameters.query.align.slot'],
      ['align.method', 'parameters.query.align.method'],
      ['align.unit', 'parameters.query.align.unit'],
      ['rows', `${rows}`],
      ['unit', `${rows}.twin.values`],
      ['quality', `${rows}.twin.provenance.quality`],
      ['provenance', `${rows}.twin.provenance`],
      ['stage', 'objects.attributes.stages'],
    ],
    leftOut: {
      columns: 'a row is a twin with its values, each with its unit and where it comes from',
      alignment: 'the answer is in the slots that were asked for',
    },
  },
  T10: {
    here: [
      'featureId',
      ['filter', 'parameters.query.filter'],
      ...['trigger.on', 'trigger.every', 'or.on', 'or.minDelta', 'maxRatePerMinute', 'expiresAt'],
      ['or.path', 'parameters.or.term'],
    ],
    leftOut: {},
  },
  T11: {
    here: ['subscriptionId', 'rows', ['featureId', `${changed}.twin.kind`], ['unit', `${changed}.twin.values`]],
    leftOut: { columns: 'a row is a twin with its values, as in T9' },
  },
  T12: {
    here: [...['mode', 'effect', 'timeout', 'scenario.id', 'scenario.name', 'inputs', 'runId', 'progress', 'outputs'], ['outputStage', 'parameters.stage']],
    leftOut: {},
  },
  T14: { here: ['reason', 'until', 'keepConnections'], leftOut: {} },
  T15: { here: ['reason', 'graceSeconds', 'deleteDataBy', 'final'], leftOut: {} },
  T16: { here: ['echo', 'status'], leftOut: {} },
  A2: {
    here: [
      'agreementId',
      'maxLoss',
      'profileId',
      'steps',
      ['expectedLoss', 'parameters.report.expectedLoss'],
      ['adaptorId', 'objects.attributes.bridge.adaptorId'],
    ],
    leftOut: {
      profile: 'the rules always follow from form and dictionaries; those of a person replace them (A7)',
      'ends.protocol mqtt': 'MQTT is spoken at the edge of an agency, not between agencies',
      qos: 'each message says its own, in its header',
    },
  },
  A3: {
    here: ['connectionId', 'dryRun', ['samples', 'parameters.samples.content'], 'steps', ['rules', 'objects.attributes.features.rules'], 'report'],
    leftOut: { 'dryRun false': 'what is opened is opened by A2, under the rules that A3 has shown' },
  },
  A4: { here: ['state'], leftOut: {} },
  A6: { here: ['state', 'since', ['throughput', 'objects.attributes.messages'], ['lost', 'objects.attributes.failures'], 'latencyMs'], leftOut: figures },
  A7: { here: ['baseRevision', ['rules', 'objects.attributes.features.rules']], leftOut: {} },
  A8: { here: ['drainSeconds', 'final'], leftOut: {} },
  P1: {
    here: [
      ...[
        'approval',
        'deliver.protocol',
        'deliver.align.slot',
        'purpose',
        'description',
        'twinTypes',
        'area',
        'needs.minAccuracy',
        'needs.maxAge',
        'needs.optional',
      ],
      ['needs.semanticType', 'objects.attributes.needs.kind'],
      ['time', 'objects.attributes.validUntil'],
    ],
    leftOut: { 'needs.featureType': 'a kind is needed: whether data or a function offers it is known of the feature' },
  },
};

/** What a message is refused without, though the model has an example that does: row and place of it, and why. */
export const neededHere: Readonly<Record<string, string>> = {
  'registry.register.digitalTwin objects.0.attributes.keys': 'who signs is known by the key that was registered',
  'registry.register.semanticDictionary objects.0.attributes.name': 'people look it up',
  'registry.register.semanticDictionary objects.0.attributes.terms.0.role': 'a kind, a property, a link and a domain are used differently',
  'registry.register.federatedDigitalTwin objects.0.attributes.purpose': 'it is found by what it is for',
  'registry.register.federatedDigitalTwin objects.0.attributes.initiator': 'nobody else may say of it',
  'digitalTwin.request.federation objects.0.attributes.needs': 'who is asked sees what for; the federation is told as its initiator keeps it',
  'digitalTwin.request.federation objects.1.attributes.terms': 'what is agreed on has a member of its own: it is what is hashed and signed',
  'digitalTwin.offer.federation objects.0.attributes.terms': 'as in T1',
  'digitalTwin.accept.federation objects.0.attributes.terms': 'the hash is compared with what it was made of',
  'digitalTwin.confirm.federation objects.0.attributes.terms': 'as in T3',
  'digitalTwin.confirm.federation objects.0.attributes.signatures.0.keyId': 'keys change: which of them signed',
  'digitalTwin.reject.federation parameters.agreementId': 'a federation has an agreement with each member, and one for each try',
  'digitalTwin.request.communication objects.0.attributes.ends': 'the connection is told whole: a member looks at both ends of it',
  'digitalTwin.read.exchangeData parameters.federationId': 'what may be read follows from it',
  'digitalTwin.subscribe.exchangeData parameters.agreementId': 'what is told follows from it, for as long as it lasts',
  'digitalTwin.invoke.feature parameters.agreementId': 'whether it may be computed follows from it',
  'digitalTwin.publish.exchangeData objects.0.attributes.seq': 'whoever hears it goes on behind it',
  'communicationAdaptor.request.communication parameters.features': 'the rules follow from what the owner registered',
  'communicationAdaptor.request.communication parameters.dictionary': 'whose words the consumer understands',
  'communicationAdaptor.request.communication objects.0.attributes.ends.0.address': 'an adaptor calls nobody back at an address that it has to guess',
};
