/**
 * Example content of the rows addressed to a registry, hand-written: what the water board and the planning office say to it, and what it answers.
 */

import type { Examples } from './example.ts';
import { adaptor, dictionary, federatedTwin, pumpFeature, registeredWater, waterTwin, zoneFeature } from './nouns.ts';
import { endpointOf, federatedTwinId, floodZones, planning, pumpingStations, registry, registrySubscriptionId, townArea, until, water } from './town.ts';

const waterName = { kind: 'digitalTwin', id: water.twin };
const zoneName = { kind: 'feature', id: floodZones };
const pumpName = { kind: 'feature', id: pumpingStations };
const dictionaryName = { kind: 'semanticDictionary', id: dictionary.id };
const subscribed = { kind: 'subscription', id: registrySubscriptionId, attributes: { expiresAt: until } };
const queryId = 'urn:uuid:9a0c2f1d-2a77-4b59-8a0f-3c1d55aa1203';
const adaptorName = { kind: 'communicationAdaptor', id: water.twin };
const federatedName = { kind: 'federatedDigitalTwin', id: federatedTwinId };

export const registryExamples: Examples = {
  'register.digitalTwin': {
    request: { parameters: { leaseSeconds: 60 }, objects: [waterTwin] },
    reply: { objects: [{ ...waterName, revision: 1, attributes: { leaseUntil: until } }] },
  },
  'register.digitalTwin--owned-by-other': {
    request: { parameters: {}, objects: [waterTwin] },
    failure: { code: 'DTF-200', message: `already registered by another owner ${water.twin}`, retryable: false, facts: { subject: water.twin } },
  },
  'register.feature': {
    request: { objects: [zoneFeature, pumpFeature] },
    reply: {
      parameters: { warnings: ['aue:pumpCurve'] },
      objects: [{ ...zoneName, revision: 1 }],
    },
    standing: {
      status: 'partial',
      details: [
        {
          objectId: pumpingStations,
          code: 'DTF-311',
          message: 'the term is not in the dictionary city:PumpingStation',
          facts: { subject: 'city:PumpingStation' },
        },
      ],
    },
  },
  'update.digitalTwin': {
    request: { parameters: { baseRevision: 3 }, objects: [{ ...waterName, attributes: { status: 'degraded' } }] },
    reply: { objects: [{ ...waterName, revision: 4 }] },
  },
  'update.feature': {
    request: { parameters: { baseRevision: 1 }, objects: [{ ...zoneName, attributes: { status: 'paused' } }] },
    reply: { objects: [{ ...zoneName, revision: 2 }] },
  },
  'renew.digitalTwin': {
    request: { parameters: { leaseSeconds: 60 }, objects: [{ ...waterName, attributes: { status: 'online' } }] },
    reply: { objects: [{ ...waterName, revision: 3, attributes: { leaseUntil: until } }] },
  },
  'deregister.feature': {
    request: { parameters: { reason: 'the pumps went over to the energy utility', graceSeconds: 600, force: false }, objects: [pumpName] },
    reply: { parameters: { endsAt: until }, objects: [{ ...pumpName, revision: 2 }] },
  },
  'deregister.digitalTwin': {
    request: { parameters: { reason: 'merged into the river authority' }, objects: [waterName] },
    reply: { objects: [{ ...waterName, revision: 5 }] },
  },
  'deregister.federatedDigitalTwin': { from: planning, request: { objects: [federatedName] }, reply: { objects: [{ ...federatedName, revision: 2 }] } },
  'retrieve.digitalTwin': { from: planning, request: { objects: [waterName] }, reply: { objects: [registeredWater] } },
  'retrieve.feature': { from: planning, request: { objects: [zoneName] }, reply: { objects: [{ ...zoneFeature, revision: 1 }] } },
  'retrieve.federatedDigitalTwin': { from: planning, request: { objects: [federatedName] }, reply: { objects: [{ ...federatedTwin, revision: 1 }] } },
  'discover.federatedDigitalTwin': {
    from: water,
    request: { parameters: { purpose: 'city:safety', kinds: ['city:FloodZone'], touches: townArea, limit: 50 } },
    reply: { parameters: { total: 1, next: null }, objects: [{ ...federatedTwin, revision: 1 }] },
  },
  'retrieve.registry': {
    from: planning,
    request: {},
    reply: {
      objects: [
        {
          kind: 'registry',
          id: registry.twin,
          attributes: {
            name: { en: 'Registry of Auenfurt' },
            operator: registry.agency,
            endpoints: [endpointOf(registry)],
            jurisdiction: townArea,
            leaseSeconds: 60,
            dictionaries: ['urn:dtf:dictionary:city:terms'],
            queryForms: ['discovery/1'],
          },
        },
      ],
    },
  },
  'discover.digitalTwin': {
    from: planning,
    request: { parameters: { kinds: ['city:FloodZone', 'city:Shelter'], purpose: 'city:safety', touches: townArea, limit: 50 } },
    reply: { parameters: { total: 1, next: null, queryId }, objects: [registeredWater] },
  },
  'discover.feature': {
    from: planning,
    request: { parameters: { kinds: ['city:FloodZone'], twins: [water.twin], limit: 1 } },
    reply: { parameters: { total: 2, next: floodZones }, objects: [zoneFeature] },
  },
  'discover.feature--parts-of-entries': {
    from: planning,
    request: { parameters: { kinds: ['city:FloodZone'], within: townArea, fields: ['name.en', 'quality'], limit: 50 } },
    reply: {
      parameters: { total: 1, next: null },
      objects: [{ ...zoneName, revision: 1, fields: ['name.en', 'quality'], attributes: { name: { en: 'Flood zones' }, quality: { completeness: 0.95 } } }],
    },
  },
  'discover.feature--all-of-the-query': {
    from: planning,
    request: {
      parameters: {
        kinds: ['city:FloodZone'],
        expand: ['narrower'],
        purpose: 'city:safety',
        near: { type: 'Point', coordinates: [9.27, 52.03], radius: 3000 },
        during: { from: '2026-05-04T12:00:00.000Z', to: '2026-05-04T18:00:00.000Z' },
        where: {
          all: [
            { path: 'quality.completeness', op: 'gte', value: 0.9 },
            { any: [{ path: 'name', op: 'matches', value: 'flood' }, { not: { path: 'status', op: 'ne', value: 'active' } }] },
          ],
        },
        bridgeable: { protocols: ['https'], formats: ['application/json'], allowAdaptation: true },
        sort: { path: 'quality.completeness', descending: true },
        limit: 50,
      },
    },
    reply: {
      parameters: { total: 1, next: null, cut: [{ registry: planning.twin, reason: 'loop', path: [registry.twin] }] },
      objects: [{ ...zoneFeature, revision: 1 }],
    },
  },
  'subscribe.digitalTwin': {
    from: planning,
    request: { parameters: { domain: 'city:water', limit: 1, expiresAt: until } },
    reply: { objects: [subscribed] },
  },
  'subscribe.feature': { from: planning, request: { parameters: { kinds: ['city:FloodZone'], limit: 1, expiresAt: until } }, reply: { objects: [subscribed] } },
  'unsubscribe.digitalTwin': { from: planning, request: { parameters: { subscriptionId: registrySubscriptionId } }, reply: {} },
  'unsubscribe.feature': { from: planning, request: { parameters: { subscriptionId: registrySubscriptionId } }, reply: {} },
  'notify.digitalTwin': {
    from: planning,
    request: {
      parameters: { subscriptionId: registrySubscriptionId, change: 'removed', changeId: 'f6b1c7f0-6d1c-4b0e-8a52-0b7b0b6f2c11' },
      objects: [{ ...waterName, revision: 5 }],
    },
  },
  'notify.feature': {
    from: planning,
    request: {
      parameters: { subscriptionId: registrySubscriptionId, change: 'updated', changeId: 'f6b1c7f0-6d1c-4b0e-8a52-0b7b0b6f2c12' },
      objects: [{ ...zoneFeature, revision: 2 }],
    },
  },
  'register.semanticDictionary': {
    request: { objects: [dictionary] },
    reply: { parameters: { warnings: ['aue:discharge'] }, objects: [{ ...dictionaryName, revision: 1 }] },
  },
  'update.semanticDictionary': {
    request: { parameters: { baseRevision: 1 }, objects: [{ ...dictionaryName, attributes: { version: '1.3', domain: 'city:water' } }] },
    reply: { objects: [{ ...dictionaryName, revision: 2 }] },
  },
  'update.semanticDictionary--earlier-version': {
    request: { parameters: { baseRevision: 2 }, objects: [{ ...dictionaryName, attributes: { version: '1.1' } }] },
    failure: {
      code: 'DTF-313',
      message: `a later version of the dictionary is kept already ${dictionary.id}: found 1.1; accepted: later than 1.3`,
      retryable: false,
      facts: { subject: dictionary.id, found: '1.1', accepted: 'later than 1.3' },
    },
  },
  'retrieve.semanticDictionary': { from: planning, request: { parameters: { version: '1.2' }, objects: [dictionaryName] }, reply: { objects: [dictionary] } },
  'map.semanticDictionary': {
    from: planning,
    request: { parameters: { toDictionary: 'urn:dtf:dictionary:cityweave.example:city', from: ['aue:Polder', 'aue:pumpCurve'] } },
    reply: {
      parameters: {
        mappings: [
          { from: 'aue:Polder', to: 'city:FloodZone', relation: 'broader', confidence: 1 },
          { from: 'aue:pumpCurve', relation: 'none', confidence: 1 },
        ],
      },
    },
  },
  'register.communicationAdaptor': {
    request: { parameters: { leaseSeconds: 60 }, objects: [adaptor] },
    reply: { objects: [{ ...adaptorName, revision: 1 }] },
  },
  'discover.communicationAdaptor': {
    from: planning,
    request: { parameters: { dictionaries: [dictionary.id, 'urn:dtf:dictionary:cityweave.example:city'] } },
    reply: { objects: [{ ...adaptor, revision: 1 }] },
  },
  'register.federatedDigitalTwin': { from: planning, request: { objects: [federatedTwin] }, reply: { objects: [{ ...federatedName, revision: 1 }] } },
};
