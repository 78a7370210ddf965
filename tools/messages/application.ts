/**
 * Example content of the rows from applications to a twin, hand-written: the flood desk states what it needs and looks how it stands.
 */
import type { Examples } from './example.ts';
import { formed, negotiated, status } from './nouns.ts';
import { federationId, gaugeTwin, planning, townArea } from './town.ts';

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
