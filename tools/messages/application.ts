/**
 * Example content of the rows from applications to a twin, hand-written: the flood desk states what it needs and looks how it stands.
 */
import type { Examples } from './example.ts';
import { formed, negotiated, status } from './nouns.ts';
import { federationId, floodZones, gaugeTwin, planning, townArea, water } from './town.ts';

const federationName = { kind: 'federation', id: federationId };

export const applicationExamples: Examples = {
  'request.service': {
    request: {
      objects: [
        {
          kind: 'service',
          id: 'flood-desk',
          attributes: {
            name: { en: 'Flood resilience', de: 'Hochwasservorsorge' },
            purpose: 'city:safety',
            needs: [
              { kind: 'city:FloodZone', optional: false },
              { kind: 'city:Shelter', optional: true },
            ],
            area: townArea,
          },
        },
      ],
    },
    reply: { parameters: { federationId }, objects: [negotiated] },
  },
  'request.service--plan-for-approval': {
    request: {
      parameters: { approval: 'ask', deliver: { protocol: 'websocket', align: { slot: 'PT10S' } } },
      objects: [
        {
          kind: 'service',
          id: 'flood-desk',
          attributes: {
            name: { en: 'Flood resilience' },
            description: { en: 'Which shelters stand in the flood zone' },
            purpose: 'city:safety',
            twinTypes: ['city:AgencyTwin'],
            needs: [{ kind: 'city:FloodZone', optional: false, serviceLevel: { latencyMs: 2000, availability: 0.99 } }],
          },
        },
      ],
    },
    reply: {
      parameters: {
        federationId,
        plan: { candidates: [{ twinId: water.twin, featureId: floodZones, score: 0.9 }], unmet: [] },
        deliver: { protocol: 'websocket', align: { slot: 'PT10S' }, address: 'wss://planning.auenfurt.example/graphql' },
      },
      objects: [{ ...negotiated, attributes: { ...negotiated.attributes, state: 'DRAFT', approval: 'ask' } }],
    },
  },
  'publish.exchangeData': {
    from: planning,
    request: {
      parameters: { federationId },
      objects: [
        { kind: 'exchangeData', id: 'urn:uuid:5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3f', attributes: { seq: 4813, rows: [{ twin: gaugeTwin }], deleted: [] } },
      ],
    },
  },
  'notify.federationStatus': { from: planning, request: { objects: [status] } },
  'query.federationStatus': { request: { objects: [federationName] }, reply: { objects: [status] } },
  'retrieve.federation': { request: { objects: [federationName] }, reply: { objects: [formed] } },
};
