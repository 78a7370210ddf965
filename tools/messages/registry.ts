/**
 * Example content of the rows addressed to a registry, hand-written: what the water board and the planning office say to it, and what it answers.
 */

import type { Examples } from './example.ts';
import { federatedTwin, pumpFeature, registeredWater, waterTwin, zoneFeature } from './nouns.ts';
import { federatedTwinId, floodZones, planning, pumpingStations, registry, townArea, until, water } from './town.ts';

const waterName = { kind: 'digitalTwin', id: water.twin };
const zoneName = { kind: 'feature', id: floodZones };
const pumpName = { kind: 'feature', id: pumpingStations };
const dictionaryName = { kind: 'semanticDictionary', id: 'urn:dtf:dictionary:water.auenfurt.example:terms' };
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
      parameters: { refused: [{ id: pumpingStations, code: 'DTF-311', facts: { subject: 'city:flow' } }], warnings: ['aue:pumpCurve'] },
      objects: [{ ...zoneName, revision: 1 }],
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
    request: { parameters: { reason: 'the pumps went over to the energy utility' }, objects: [pumpName] },
    reply: { objects: [{ ...pumpName, revision: 2 }] },
  },
  'deregister.digitalTwin': {
    request: { parameters: { reason: 'merged into the river authority' }, objects: [waterName] },
    reply: { objects: [{ ...waterName, revision: 5 }] },
  },
  'deregister.federatedDigitalTwin': { from: planning, request: { objects: [federatedName] }, reply: { objects: [{ ...federatedName, revision: 2 }] } },
  'retrieve.digitalTwin': { from: planning, request: { objects: [waterName] }, reply: { objects: [registeredWater] } },
  'retrieve.feature': { from: planning, request: { objects: [zoneName] }, reply: { objects: [{ ...zoneFeature, revision: 1 }] } },
  'retrieve.registry': {
    from: planning,
    request: {},
    reply: {
      objects: [
        {
          kind: 'registry',
          id: registry.twin,
          attributes: { name: { en: 'Registry of Auenfurt' }, leaseSeconds: 60, dictionaries: ['urn:dtf:dictionary:city:terms'], queryForms: ['discovery/1'] },
        },
      ],
    },
  },
  'discover.digitalTwin': {
    from: planning,
    request: { parameters: { kinds: ['city:FloodZone', 'city:Shelter'], purpose: 'city:safety', within: townArea, limit: 50 } },
    reply: { parameters: { total: 1, next: null }, objects: [registeredWater] },
  },
  'discover.feature': {
    from: planning,
    request: { parameters: { kinds: ['city:FloodZone'], twins: [water.twin], limit: 1 } },
    reply: { parameters: { total: 2, next: floodZones }, objects: [zoneFeature] },
  },
  'retrieve.semanticDictionary': {
    from: planning,
    request: { objects: [dictionaryName] },
    reply: {
      objects: [
        {
          ...dictionaryName,
          attributes: {
            version: '1',
            prefix: 'aue',
            name: { en: 'Words of the water board' },
            terms: [
              { term: 'aue:Polder', role: 'kind', label: { en: 'Polder' }, broader: ['city:FloodZone'] },
              { term: 'aue:pumpCurve', role: 'property', label: { en: 'Pump curve', de: 'Pumpenkennlinie' }, dataType: 'json' },
            ],
          },
        },
      ],
    },
  },
  'register.federatedDigitalTwin': { from: planning, request: { objects: [federatedTwin] }, reply: { objects: [{ ...federatedName, revision: 1 }] } },
};
