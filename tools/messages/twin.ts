/**
 * Example content of the rows between twins, hand-written: the planning office forms a federation with the water board and asks it for its flood zones.
 */
import { farContent } from './adaptor.ts';
import type { Examples } from './example.ts';
import {
  accepted,
  agreementHash,
  connectionIn,
  countered,
  drafted,
  federatedTwin,
  formed,
  hashOfTerms,
  held,
  negotiated,
  offered,
  status,
  waterTwin,
  zoneFeature,
} from './nouns.ts';
import { canonical, detached, publicKeyOf, sha256 } from './sign.ts';
import {
  agreementId,
  federationId,
  fire,
  floodZone,
  floodZones,
  gaugeTwin,
  planning,
  registry,
  registrySubscriptionId,
  subscriptionId,
  until,
  water,
  zoneTwin,
} from './town.ts';

const federationName = { kind: 'federation', id: federationId };
const waterName = { kind: 'digitalTwin', id: water.twin };
const signatureOf = ({ twin, authority }: typeof water, { id, attributes }: typeof accepted) => ({
  ...{ by: twin, alg: 'EdDSA', keyId: publicKeyOf(authority).kid },
  value: detached(canonical({ id, terms: attributes.terms }), authority),
});
const confirmed = { ...accepted, attributes: { ...accepted.attributes, revision: 3, state: 'AGREED', signatures: [signatureOf(planning, accepted)] } };
const areaDigest = sha256(canonical(floodZone));
const read = 'urn:uuid:5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3e';

export const twinExamples: Examples = {
  'notify.digitalTwin': {
    from: registry,
    to: planning,
    request: { parameters: { subscriptionId: registrySubscriptionId, change: 'updated' }, objects: [{ ...waterTwin, revision: 4 }] },
  },
  'notify.feature': {
    from: registry,
    to: planning,
    request: { parameters: { subscriptionId: registrySubscriptionId, change: 'registered' }, objects: [{ ...zoneFeature, revision: 1 }] },
  },
  'notify.feature--removed': {
    from: registry,
    to: planning,
    request: { parameters: { subscriptionId: registrySubscriptionId, change: 'removed' }, objects: [{ kind: 'feature', id: floodZones, revision: 2 }] },
  },
  'request.federation': {
    request: { parameters: { round: 1, answerBy: until }, objects: [negotiated, drafted] },
    reply: { parameters: { decision: 'accepted', agreementHash }, objects: [accepted] },
  },
  'request.federation--in-review': {
    request: { parameters: { round: 1 }, objects: [negotiated, drafted] },
    reply: { parameters: { decision: 'review', reason: 'a person looks at every request of another town' }, objects: [drafted] },
    standing: { status: 'accepted' },
  },
  'request.federation--other-terms': {
    request: { parameters: { round: 1, answerBy: until }, objects: [negotiated, drafted] },
    reply: { parameters: { decision: 'offered' }, objects: [offered] },
  },
  'request.federation--replacement': {
    request: { parameters: { round: 1, replaces: fire.twin, answerBy: until }, objects: [negotiated, drafted] },
    reply: { parameters: { decision: 'accepted', agreementHash }, objects: [accepted] },
  },
  'offer.federation': {
    request: { parameters: { round: 3, reason: 'the water rises: more questions are needed' }, objects: [countered] },
    reply: { parameters: { decision: 'accepted', agreementHash: hashOfTerms(countered) }, objects: [held(countered)] },
  },
  'offer.federation--too-many-rounds': {
    request: { parameters: { round: 6 }, objects: [countered] },
    failure: {
      code: 'DTF-405',
      message: `no agreement was reached in as many rounds as there may be ${agreementId} (limit 5)`,
      retryable: false,
      facts: { subject: agreementId, limit: 5 },
    },
  },
  'leave.federation': {
    from: water,
    to: planning,
    request: { parameters: { reason: 'the pumps are serviced', effectiveAt: until }, objects: [federationName] },
    reply: { parameters: { effectiveAt: until } },
  },
  'suspend.federation': { request: { parameters: { reason: 'the network is serviced', until, keepConnections: true }, objects: [federationName] }, reply: {} },
  'resume.federation': { request: { parameters: { reason: 'the network is back' }, objects: [federationName] }, reply: {} },
  'accept.federation': { from: water, to: planning, request: { parameters: { agreementHash }, objects: [accepted] }, reply: {} },
  'reject.federation': {
    from: water,
    to: planning,
    request: { parameters: { agreementId, reason: 'not for this purpose', reasonCode: 'DTF-403' }, objects: [federationName] },
    reply: {},
  },
  'confirm.federation': {
    request: { parameters: { agreementHash }, objects: [confirmed] },
    reply: { parameters: { agreementHash, signature: signatureOf(water, accepted) } },
  },
  'confirm.federation--hash-differs': {
    request: { parameters: { agreementHash: `sha-256:${'0'.repeat(64)}` }, objects: [accepted] },
    failure: {
      code: 'DTF-410',
      message: `the agreement differs from the one that was accepted ${agreementId}`,
      retryable: false,
      facts: { subject: agreementId },
    },
  },
  'request.communication': {
    request: { parameters: { openBy: until }, objects: [connectionIn('REQUESTED')] },
    reply: { objects: [connectionIn('CONNECTED')] },
  },
  'form.federatedDigitalTwin': { request: { objects: [federatedTwin, formed] }, reply: {} },
  'read.exchangeData': {
    request: {
      parameters: {
        federationId,
        agreementId,
        budgetMs: 1960,
        query: {
          version: 1,
          filter: { kinds: ['city:FloodZone'], property: [{ term: 'city:returnPeriod', op: 'gte', value: 100, unit: 'a' }] },
          terms: ['city:returnPeriod'],
          order: { by: 'name', descending: false },
          page: { first: 100 },
          links: { kinds: ['city:partOf'], direction: 'out' },
          count: true,
        },
      },
    },
    reply: {
      objects: [
        {
          kind: 'exchangeData',
          id: read,
          attributes: {
            page: { version: 1, rows: [{ twin: zoneTwin, links: [] }], seq: 4812, count: 1, identities: 0 },
            agreementId,
            withheld: { terms: ['city:owner'] },
            seq: 4812,
          },
        },
      ],
    },
  },
  'read.exchangeData--in-its-own-form': {
    request: { parameters: { federationId, agreementId, query: { version: 1, filter: { kinds: ['water:Pegel'] } } } },
    reply: { objects: [{ kind: 'exchangeData', id: read, attributes: { far: [farContent], agreementId, seq: 4812 } }] },
  },
  'read.exchangeData--in-area': {
    request: {
      parameters: {
        federationId,
        agreementId,
        query: { version: 1, filter: { areas: [{ relation: 'intersects', digest: areaDigest }] }, summary: ['kind', 'agency'] },
        areas: { [areaDigest]: floodZone },
      },
    },
    reply: {
      objects: [
        {
          kind: 'exchangeData',
          id: read,
          attributes: {
            page: { version: 1, rows: [], seq: 4812, groups: [{ kind: 'city:PumpingStation', agency: water.agency, count: 2, of: 9 }], identities: 0 },
            agreementId,
            seq: 4812,
          },
        },
      ],
    },
  },
  'read.exchangeData--unknown-area': {
    request: { parameters: { federationId, agreementId, query: { version: 1, filter: { areas: [{ relation: 'within', digest: areaDigest }] } } } },
    failure: { code: 'DTF-305', message: `the area is not remembered here; send its geometry ${areaDigest}`, retryable: true, facts: { subject: areaDigest } },
  },
  'read.exchangeData--several-questions': {
    request: {
      parameters: {
        federationId,
        agreementId,
        queries: [
          { query: { version: 1, filter: { ids: [zoneTwin.id] }, page: { first: 1 } }, budgetMs: 1960 },
          { query: { version: 1, filter: { areas: [{ relation: 'within', digest: areaDigest }] } }, budgetMs: 240 },
        ],
      },
    },
    reply: {
      objects: [
        { kind: 'exchangeData', id: read, attributes: { page: { version: 1, rows: [{ twin: zoneTwin }], seq: 4812, identities: 0 }, agreementId, seq: 4812 } },
        {
          kind: 'exchangeData',
          id: 'urn:uuid:0c6b43ac-9bb6-4a5e-8f3d-6b6f8a1f2d11',
          attributes: { refused: { code: 'DTF-305', facts: { subject: areaDigest } }, seq: 4812 },
        },
      ],
    },
  },
  'read.exchangeData--identify': {
    request: { parameters: { federationId, identify: { scheme: 'zone', values: ['1', '7'] } } },
    reply: { objects: [{ kind: 'exchangeData', id: read, attributes: { identified: { 1: [zoneTwin.id] }, seq: 4812 } }] },
  },
  'subscribe.exchangeData': {
    request: { parameters: { federationId, agreementId, after: 4812 } },
    reply: { objects: [{ kind: 'subscription', id: subscriptionId, attributes: { seq: 4812 } }] },
  },
  'subscribe.exchangeData--of-what-moved': {
    request: {
      parameters: {
        federationId,
        agreementId,
        query: { version: 1, filter: { kinds: ['city:RiverGauge'] }, terms: ['city:waterLevel'] },
        trigger: { on: 'change', term: 'city:waterLevel', minDelta: 0.2 },
        maxRatePerMinute: 12,
        expiresAt: '2026-05-05T00:00:00.000Z',
      },
    },
    reply: { objects: [{ kind: 'subscription', id: subscriptionId, attributes: { seq: 4812 } }] },
  },
  'subscribe.exchangeData--from-time-to-time-or-of-what-moved': {
    request: {
      parameters: {
        federationId,
        agreementId,
        trigger: { on: 'interval', every: 'PT10S' },
        or: { on: 'change', term: 'city:waterLevel', minDelta: 0.2 },
        maxRatePerMinute: 12,
      },
    },
    reply: { objects: [{ kind: 'subscription', id: subscriptionId, attributes: { seq: 4812 } }] },
  },
  'unsubscribe.exchangeData': { request: { parameters: { subscriptionId } }, reply: {} },
  'publish.exchangeData': {
    from: water,
    to: planning,
    request: {
      parameters: { subscriptionId },
      objects: [
        { kind: 'exchangeData', id: read, attributes: { seq: 4815, rows: [{ twin: gaugeTwin }], deleted: [`urn:dtf:twin:${water.authority}:pegel/4712`] } },
      ],
    },
  },
  'publish.exchangeData--resnapshot': {
    from: water,
    to: planning,
    request: {
      parameters: { subscriptionId },
      objects: [{ kind: 'exchangeData', id: read, attributes: { seq: 9001, rows: [], deleted: [], resnapshot: true } }],
    },
  },
  'report.federationStatus': { from: water, to: planning, request: { objects: [status] }, reply: {} },
  'notify.federationStatus': { request: { objects: [status] } },
  'query.federationStatus': { request: { objects: [federationName] }, reply: { objects: [status] } },
  'release.federation': {
    request: { parameters: { reason: 'the exercise is over', graceSeconds: 60, deleteDataBy: '2026-05-11T12:30:00.000Z' }, objects: [federationName] },
    reply: { parameters: { final: { reads: 1841 }, endsAt: until } },
  },
  'probe.digitalTwin': {
    request: { parameters: { echo: 'b9c1' }, objects: [waterName] },
    reply: { parameters: { echo: 'b9c1' }, objects: [{ ...waterName, attributes: { status: 'online' } }] },
  },
};
