/**
 * Messages that must be refused, each made of a valid one by one change: by the problem that must result, then what is wrong.
 */
import type { Message } from './example.ts';

type Spoiled = { readonly of: string; readonly spoil: (message: Message) => unknown };

const inHeader = (of: string, changes: Readonly<Record<string, unknown>>): Spoiled => ({
  of,
  spoil: ({ header, data }) => ({ header: { ...header, ...changes }, data }),
});

const inAction = (of: string, changes: Readonly<Record<string, unknown>>): Spoiled => ({
  of,
  spoil: ({ header, data }) => ({ header, data: { ...data, action: { ...data.action, ...changes } } }),
});

const withObjects = (of: string, change: (objects: readonly unknown[]) => unknown): Spoiled => ({
  of,
  spoil: ({ header, data }) => ({ header, data: { ...data, objects: change(data.objects) } }),
});

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const membersOf = (value: unknown): Members => (isMembers(value) ? value : {});

/** The first object with other attributes. */
const withAttributes = (of: string, changes: Members): Spoiled =>
  withObjects(of, ([first, ...others]) => [{ ...membersOf(first), attributes: { ...membersOf(membersOf(first)['attributes']), ...changes } }, ...others]);

/** The first object with attributes of another form. */
const withAttributesAs = (of: string, attributes: unknown): Spoiled =>
  withObjects(of, ([first, ...others]) => [{ ...membersOf(first), attributes }, ...others]);

const withParameters = (of: string, changes: Members): Spoiled => ({
  of,
  spoil: ({ header, data }) => ({ header, data: { ...data, action: { ...data.action, parameters: { ...membersOf(data.action['parameters']), ...changes } } } }),
});

const read = 'digitalTwin.read.exchangeData';
const withQuery = (changes: Members): Spoiled => ({
  of: read,
  spoil: (message) => {
    const query = membersOf(membersOf(message.data.action['parameters'])['query']);
    return withParameters(read, { query: { ...query, ...changes } }).spoil(message);
  },
});

const nested = (depth: number): unknown => (depth === 0 ? {} : { not: nested(depth - 1) });
const nestedConditions = (depth: number): unknown => (depth === 0 ? { path: 'name', op: 'exists' } : { not: nestedConditions(depth - 1) });
const boxes = (depth: number): unknown => (depth === 0 ? 1 : [boxes(depth - 1)]);

export const invalidMessages: Readonly<Record<string, Spoiled>> = {
  'missing--header': { of: 'registry.renew.digitalTwin', spoil: ({ data }) => ({ data }) },
  'missing--data-area': { of: 'registry.renew.digitalTwin', spoil: ({ header }) => ({ header }) },
  'malformed--a-list': { of: 'registry.renew.digitalTwin', spoil: (message) => [message] },
  'malformed--message-id-is-no-uuid': inHeader('digitalTwin.probe.digitalTwin', { messageId: 'urn:uuid:1' }),
  'malformed--timestamp-without-offset': inHeader('digitalTwin.probe.digitalTwin', { timestamp: '2026-05-04T12:30:00' }),
  'malformed--day-that-does-not-exist': inHeader('digitalTwin.probe.digitalTwin', { timestamp: '2026-02-30T12:30:00Z' }),
  'unknownMessageType--shout': inHeader('digitalTwin.probe.digitalTwin', { messageType: 'shout' }),
  'malformed--unknown-role': inHeader('digitalTwin.probe.digitalTwin', { destination: { id: 'urn:dtf:twin:water.auenfurt.example:agency', role: 'mayor' } }),
  'unsupportedFormat--csv': inHeader('registry.discover.feature', { contentFormat: 'text/csv' }),
  'malformed--objects-are-no-list': withObjects('registry.register.feature', () => ({})),
  'malformed--nested-too-deep': withObjects('registry.register.feature', () => boxes(70)),
  'malformed--verb-is-a-number': inAction('registry.retrieve.registry', { verb: 7 }),
  'unsupportedVersion--protocol-of-later': inHeader('registry.register.digitalTwin', { protocolVersion: '2.0' }),
  'unsupportedVersion--query-of-later': withQuery({ version: 2 }),
  'unsupportedVersion--query-without-version': withQuery({ version: undefined }),
  'unsupportedVersion--one-of-several-queries': withParameters(read, { query: undefined, queries: [{ query: { version: 1 } }, { query: { version: 2 } }] }),
  'unknownVerb--shout': inAction('digitalTwin.release.federation', { verb: 'shout' }),
  'unknownVerb--name-of-a-prototype': inAction('digitalTwin.release.federation', { verb: '__proto__' }),
  'notMyRole--registration-to-a-twin': inHeader('registry.register.digitalTwin', {
    destination: { id: 'urn:dtf:twin:planning.auenfurt.example:agency', role: 'digitalTwin' },
  }),
  'notMyRole--application-reads-as-a-twin': inHeader(read, { source: { id: 'urn:example:application:flood-desk', role: 'application' } }),
  'notMyRole--object-of-another-verb': inAction('registry.renew.digitalTwin', { object: 'semanticDictionary' }),
  'badId--twin-of-no-authority': withObjects('registry.register.digitalTwin', ([twin]) => [{ ...membersOf(twin), id: 'urn:dtf:twin:water' }]),
  'badId--feature-that-is-a-twin': withObjects('registry.deregister.feature', ([feature]) => [
    { ...membersOf(feature), id: 'urn:dtf:twin:water.auenfurt.example:agency' },
  ]),
  'badId--federation-of-no-scheme': withObjects('digitalTwin.leave.federation', () => [{ kind: 'federation', id: 'flood' }]),
  'invalid--twin-without-key': withAttributes('registry.register.digitalTwin', { keys: [] }),
  'invalid--twin-without-endpoint': withAttributes('registry.register.digitalTwin', { endpoints: [] }),
  'invalid--two-twins-at-once': withObjects('registry.register.digitalTwin', ([twin]) => [twin, twin]),
  'invalid--lease-of-no-time': withParameters('registry.renew.digitalTwin', { leaseSeconds: 0 }),
  'invalid--no-feature': withObjects('registry.register.feature', () => []),
  'missing--terms-of-a-feature': withAttributes('registry.register.feature', { data: { schema: {}, count: 0, stage: 'raw' } }),
  'invalid--kind-is-no-term': withAttributes('registry.register.feature', { semanticType: 'FloodZone' }),
  'missing--base-revision': withParameters('registry.update.digitalTwin', { baseRevision: undefined }),
  'invalid--object-of-another-kind': withObjects('registry.deregister.feature', () => [
    { kind: 'digitalTwin', id: 'urn:dtf:twin:water.auenfurt.example:agency' },
  ]),
  'invalid--page-of-none': withParameters('registry.discover.digitalTwin', { limit: 0 }),
  'invalid--area-is-no-geometry': withParameters('registry.discover.digitalTwin', { within: { type: 'Circle', coordinates: [9.27, 52.03] } }),
  'invalid--federation-without-agreement': withObjects('digitalTwin.request.federation', ([federation]) => [federation]),
  'invalid--round-of-haggling': withParameters('digitalTwin.request.federation', { round: 6 }),
  'invalid--hash-of-another-kind': withParameters('digitalTwin.confirm.federation', { agreementHash: 'md5:0123456789abcdef' }),
  'invalid--state-of-no-lifecycle': withAttributes('digitalTwin.request.communication', { state: 'OPEN' }),
  'invalid--connection-with-one-end': withAttributes('digitalTwin.request.communication', { ends: [] }),
  'invalid--federated-twin-alone': withObjects('digitalTwin.form.federatedDigitalTwin', ([twin]) => [twin]),
  'invalid--subscription-of-no-federation': withParameters('digitalTwin.subscribe.exchangeData', { federationId: 'flood' }),
  'invalid--second-trigger-on-nothing': withParameters('digitalTwin.subscribe.exchangeData', { or: { on: 'whim' } }),
  'invalid--trigger-on-nothing': withParameters('digitalTwin.subscribe.exchangeData', { trigger: { on: 'whim' } }),
  'badQuery--subscription-that-counts': withParameters('digitalTwin.subscribe.exchangeData', { query: { version: 1, count: true } }),
  'invalid--negative-sequence': withParameters('digitalTwin.subscribe.exchangeData', { after: -1 }),
  'missing--provenance-of-a-changed-twin': withAttributes('digitalTwin.publish.exchangeData', { rows: [{ twin: { 'city:height': 12 } }] }),
  'invalid--effect-of-another-kind': withParameters('digitalTwin.invoke.feature', { effect: 'earthquake' }),
  'missing--inputs-of-a-function': withParameters('digitalTwin.invoke.feature', { inputs: undefined }),
  'invalid--run-that-is-no-uuid': withParameters('digitalTwin.query.feature', { runId: 'run 1' }),
  'missing--run-to-cancel': withParameters('digitalTwin.cancel.feature', { runId: undefined }),
  'invalid--log-from-before-its-beginning': withParameters('digitalTwin.query.exchangeLog', { after: -1 }),
  'invalid--echo-too-long': withParameters('digitalTwin.probe.digitalTwin', { echo: 'b'.repeat(129) }),
  'missing--scheme-to-identify': withParameters(read, { identify: { values: ['1'] } }),
  'invalid--budget-without-end': withParameters(read, { budgetMs: 3_600_000 }),
  'unknownKind--object-of-no-kind': withObjects('registry.deregister.feature', () => [{ kind: 'rumour', id: 'urn:dtf:rumour:water.auenfurt.example:1' }]),
  'missing--verb': inAction('digitalTwin.probe.digitalTwin', { verb: undefined }),
  'missing--sender': inHeader('digitalTwin.probe.digitalTwin', { source: undefined }),
  'invalid--dictionary-with-bare-term': withAttributes('registry.register.semanticDictionary', { terms: ['aue:Polder'] }),
  'missing--prefix-of-a-dictionary': withAttributes('registry.register.semanticDictionary', { prefix: undefined }),
  'invalid--patch-is-a-list': withAttributesAs('registry.update.semanticDictionary', []),
  'missing--target-of-a-mapping': withParameters('registry.map.semanticDictionary', { toDictionary: undefined }),
  'invalid--mapping-to-no-dictionary': withParameters('registry.map.semanticDictionary', { toDictionary: 'city' }),
  'missing--name-of-a-dictionary': withObjects('registry.retrieve.semanticDictionary', () => [{ kind: 'semanticDictionary' }]),
  'unsupportedQueryForm--another-language': withParameters('registry.discover.feature', { queryForm: 'sparql/1.1', where: 'SELECT ?feature' }),
  'unsupportedQueryForm--of-a-later-version': withParameters('registry.discover.digitalTwin', { queryForm: 'discovery/2' }),
  'unsupportedQueryForm--of-a-subscription': withParameters('registry.subscribe.feature', { queryForm: 'discovery/0' }),
  'badQuery--condition-of-no-operator': withParameters('registry.discover.feature', { where: { path: 'name', op: 'soundsLike', value: 'flood' } }),
  'badQuery--condition-off-the-attributes': withParameters('registry.discover.feature', { where: { path: '__proto__', op: 'exists' } }),
  'badQuery--condition-nested-too-deep': withParameters('registry.discover.feature', { where: nestedConditions(9) }),
  'badQuery--near-nothing': withParameters('registry.discover.digitalTwin', { near: { type: 'Point', coordinates: [9.27, 52.03] } }),
  'badQuery--no-part-of-entries': withParameters('registry.discover.feature', { fields: [] }),
  'badQuery--parts-off-the-attributes': withParameters('registry.discover.digitalTwin', { fields: ['__proto__'] }),
  'badQuery--subscription-to-parts-of-entries': withParameters('registry.subscribe.feature', { fields: ['name'] }),
  'badQuery--during-no-time': withParameters('registry.subscribe.feature', { during: { from: 'noon' } }),
  'badQuery--subscription-to-half-a-condition': withParameters('registry.subscribe.digitalTwin', { where: { path: 'domain' } }),
  'missing--subscription-to-features': withParameters('registry.unsubscribe.feature', { subscriptionId: undefined }),
  'invalid--subscription-to-twins-of-no-id': withParameters('registry.unsubscribe.digitalTwin', { subscriptionId: '1' }),
  'invalid--adaptor-without-key': withAttributes('registry.register.communicationAdaptor', { keys: [] }),
  'invalid--adaptor-of-one-end': withParameters('registry.discover.communicationAdaptor', { formats: ['text/csv'] }),
  'invalid--change-of-no-kind': withParameters('digitalTwin.notify.feature', { change: 'rumoured' }),
  'missing--revision-of-a-changed-twin': withObjects('digitalTwin.notify.digitalTwin', ([twin]) => [{ ...membersOf(twin), revision: undefined }]),
  'invalid--too-many-hops': withParameters('registry.discover.digitalTwin', { forwarding: { path: [], hops: 4 } }),
  'invalid--offer-of-the-first-round': withParameters('digitalTwin.offer.federation', { round: 1 }),
  'missing--agreement-that-is-offered': withObjects('digitalTwin.offer.federation', () => [{ kind: 'agreement' }]),
  'missing--when-a-member-leaves': withParameters('digitalTwin.leave.federation', { effectiveAt: undefined }),
  'invalid--leaves-at-no-time': withParameters('digitalTwin.leave.federation', { effectiveAt: 'soon' }),
  'invalid--suspended-until-no-time': withParameters('digitalTwin.suspend.federation', { until: '2026-05-04' }),
  'invalid--suspended-and-taken-down': withParameters('digitalTwin.suspend.federation', { keepConnections: false }),
  'invalid--begins-at-no-time': withParameters('digitalTwin.form.federatedDigitalTwin', { startAt: 'soon' }),
  'invalid--suspends-nothing': withObjects('digitalTwin.suspend.federation', () => []),
  'invalid--resumes-two-at-once': withObjects('digitalTwin.resume.federation', ([federation]) => [federation, federation]),
  'invalid--grace-without-end': withParameters('digitalTwin.release.federation', { graceSeconds: 86_401 }),
  'invalid--replaces-nobody': withParameters('digitalTwin.request.federation', { replaces: 'the other one' }),
  'invalid--status-of-no-lifecycle': withAttributes('digitalTwin.notify.federationStatus', { state: 'ASLEEP' }),
  'missing--members-in-a-report': withAttributes('digitalTwin.report.federationStatus', { members: undefined }),
  'invalid--declines-without-agreement': withParameters('digitalTwin.reject.federation', { agreementId: 'the draft' }),
  'invalid--declines-for-no-reason-of-the-table': withParameters('digitalTwin.reject.federation', { reasonCode: 'DTF-999' }),
  'invalid--signature-of-another-kind': withAttributes('digitalTwin.confirm.federation', {
    signatures: [{ by: 'urn:dtf:twin:planning.auenfurt.example:agency', alg: 'none', keyId: 'k', value: '' }],
  }),
  'missing--hash-of-what-is-accepted': withParameters('digitalTwin.accept.federation', { agreementHash: undefined }),
  'invalid--unsubscribes-nothing': withParameters('digitalTwin.unsubscribe.exchangeData', { subscriptionId: '' }),
  'badQuery--unknown-operator': withQuery({ filter: { property: [{ term: 'city:height', op: 'soundsLike', value: 'high' }] } }),
  'badQuery--unknown-member': withQuery({ filter: { sql: '1 = 1' } }),
  'badQuery--filter-nested-too-deep': withQuery({ filter: nested(8) }),
  'badQuery--filter-of-too-many-parts': withQuery({ filter: { any: Array.from({ length: 200 }, () => ({})) } }),
  'badQuery--box-off-the-earth': withQuery({ filter: { box: [9, 52, 190, 53] } }),
  'badQuery--page-too-large': withQuery({ page: { first: 501 } }),
  'badQuery--more-questions-than-one-read-takes': withParameters(read, {
    query: undefined,
    queries: Array.from({ length: 33 }, () => ({ query: { version: 1 } })),
  }),
  'badQuery--one-of-several-questions': withParameters(read, { query: undefined, queries: [{ query: { version: 1, filter: { sql: '1 = 1' } } }] }),
  'invalid--dry-run-that-is-not-dry': withParameters('communicationAdaptor.configure.adaptationProfile', { dryRun: false }),
  'missing--owner-of-what-is-tried': withParameters('communicationAdaptor.configure.adaptationProfile', { owner: undefined }),
  'invalid--sample-of-no-feature': withParameters('communicationAdaptor.configure.adaptationProfile', { samples: { featureId: 'gauges', content: [] } }),
  'invalid--more-samples-than-are-looked-at': withParameters('communicationAdaptor.configure.adaptationProfile', {
    samples: { featureId: 'urn:dtf:feature:water.auenfurt.example:water%3APegel%2Fgauges', content: Array.from({ length: 21 }, () => ({})) },
  }),
  'invalid--loss-of-more-than-everything': withParameters('communicationAdaptor.request.communication', { maxLoss: 1.5 }),
  'invalid--bridge-for-no-feature': withParameters('communicationAdaptor.request.communication', { features: [] }),
  'invalid--bridge-with-one-end': withAttributes('communicationAdaptor.request.communication', { ends: [] }),
  'invalid--format-of-no-reader': withAttributes('communicationAdaptor.request.communication', {
    ends: [
      { twinId: 'urn:dtf:twin:planning.auenfurt.example:agency', protocol: 'http', address: 'http://a.example/', format: 'application/json' },
      { twinId: 'urn:dtf:twin:water.auenfurt.example:agency', protocol: 'http', address: 'http://b.example/', format: 'application/x-shapefile' },
    ],
  }),
  'invalid--adaptor-told-of-an-object': withObjects('communicationAdaptor.retrieve.communicationAdaptor', () => [
    { kind: 'communicationAdaptor', id: 'urn:dtf:twin:ict.auenfurt.example:agency' },
  ]),
  'missing--agreement-of-a-bridge': withParameters('communicationAdaptor.request.communication', { agreementId: undefined }),
  'badId--figures-of-no-connection': withObjects('communicationAdaptor.query.communicationStatus', () => [{ kind: 'communicationStatus', id: 'flood' }]),
  'invalid--figures-of-two-connections': withObjects('communicationAdaptor.query.communicationStatus', ([one]) => [one, one]),
  'missing--revision-of-a-profile': withParameters('communicationAdaptor.update.adaptationProfile', { baseRevision: undefined }),
  'invalid--profile-without-features': withAttributes('communicationAdaptor.update.adaptationProfile', { features: [] }),
  'invalid--rule-to-nowhere': withAttributes('communicationAdaptor.update.adaptationProfile', {
    features: [
      {
        featureId: 'urn:dtf:feature:water.auenfurt.example:water%3APegel%2Fgauges',
        source: 'gauges',
        format: 'application/geo+json',
        kind: { from: 'water:Pegel', to: 'city:RiverGauge', relation: 'exact' },
        rules: [{ from: 'stand_cm', to: 'level', op: 'copy' }],
      },
    ],
  }),
  'invalid--drains-for-ever': withParameters('communicationAdaptor.disconnect.communication', { drainSeconds: 86_401 }),
  'invalid--disconnects-nothing': withObjects('communicationAdaptor.disconnect.communication', () => []),
  'invalid--bridge-in-no-state': withAttributes('digitalTwin.notify.communication', { state: 'SHAKY' }),
  'missing--since-when-a-bridge-stands-so': withAttributes('digitalTwin.notify.communication', { since: undefined }),
  'invalid--fewer-than-no-messages': withAttributes('digitalTwin.report.communicationStatus', { messages: -1 }),
  'missing--failures-in-a-report': withAttributes('digitalTwin.report.communicationStatus', { failures: undefined }),
  'notMyRole--asks-a-registry-for-a-bridge': inHeader('communicationAdaptor.request.communication', {
    destination: { id: 'urn:dtf:twin:ict.auenfurt.example:agency', role: 'registry' },
  }),
  'missing--federation-of-a-result': withParameters('application.publish.exchangeData', { federationId: undefined }),
  'invalid--result-before-the-beginning': withAttributes('application.publish.exchangeData', { seq: -1 }),
  'invalid--told-of-no-state-of-a-federation': withAttributes('application.notify.federationStatus', { state: 'ASLEEP' }),
  'missing--members-of-a-federation-that-is-told-of': withAttributes('application.notify.federationStatus', { members: undefined }),
  'invalid--approval-of-another-kind': withParameters('application.request.service', { approval: 'later' }),
  'invalid--delivery-by-pigeon': withParameters('application.request.service', { deliver: { protocol: 'pigeon' } }),
  'invalid--service-without-needs': withAttributes('application.request.service', { needs: [] }),
  'badId--federation-without-authority': withObjects('application.query.federationStatus', () => [{ kind: 'federation', id: 'urn:dtf:federation::flood' }]),
  'invalid--federation-not-named': withObjects('application.retrieve.federation', () => []),
};
