/**
 * Far system: where an agency that is bridged keeps its gauges: an interface of its own, in other words and units, which only an adaptor can bring to the others.
 */
import { fail, ok, problem } from '@cityweave/core';
import type { Room } from '@cityweave/server';

/** Behind an adaptor, where a history has one. */
export const bridged = 'county';

export const riverWords = {
  id: 'urn:dtf:dictionary:county.sim.example:river',
  version: '1.0.0',
  prefix: 'river',
  name: { en: 'Words of the county' },
  terms: [
    { term: 'river:Gauge', role: 'kind', label: { en: 'Gauge' }, sameAs: ['city:RiverGauge'] },
    { term: 'river:stage', role: 'property', label: { en: 'Stage' }, dataType: 'number', unit: '[ft_i]', sameAs: ['city:waterLevel'] },
  ],
};

/** As its owner's node file describes it. */
export const farInterface = {
  ...{ id: 'gauges', protocol: 'ogc-api-features', address: 'http://gauges.county.sim.example/items', kind: 'river:Gauge', dictionary: riverWords.id },
  ...{ key: 'id', name: 'label', freshMs: 0, lookMs: 5_000, members: [{ member: 'level', term: 'river:stage', unit: '[ft_i]' }] },
};

export type FarSystem = { readonly far: Room['far']; readonly setLevel: (feet: number) => void };

export const createFarSystem = (): FarSystem => {
  let level = 1;
  const gauge = (key: string, y: number) => ({
    ...{ type: 'Feature', id: key, geometry: { type: 'Point', coordinates: [0.2, y] } },
    properties: { label: `Gauge ${key}`, level },
  });
  return {
    far: {
      records: async () => ok([gauge('G-1', 0.1), gauge('G-2', 0.2)]),
      document: async () => ok(undefined),
      say: async () => fail(problem('unavailable', { subject: 'the system of the county' })),
      call: async () => fail(problem('unreachable')),
      close: async () => undefined,
    },
    setLevel: (feet) => {
      level = feet;
    },
  };
};
