/**
 * Example content of the rows from applications to a twin, hand-written: the flood desk states what it needs and looks how it stands.
 */
import type { Examples } from './example.ts';
import { formed, negotiated, status } from './nouns.ts';
import { federationId, townArea } from './town.ts';

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
  'query.federationStatus': { request: { objects: [federationName] }, reply: { objects: [status] } },
  'retrieve.federation': { request: { objects: [federationName] }, reply: { objects: [formed] } },
};
