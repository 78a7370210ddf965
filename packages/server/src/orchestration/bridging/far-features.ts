/**
 * Far features: what is registered of the interfaces of a node: their kind in the owner's own words, and the form that an adaptor needs to know.
 */
import type { Endpoint, Feature } from '@cityweave/core';
import { type FarInterface, formOf } from '../../config/far-interface.ts';
import type { Room } from '../room.ts';
import { farCount, farFeatureId } from './far-records.ts';

/** What all features of a node say alike. */
type Shared = Pick<Feature['attributes'], 'coverage' | 'policy' | 'visibility'> & { readonly endpoints: readonly Endpoint[] };

const describe = (room: Room, given: FarInterface, { endpoints, ...shared }: Shared): Feature => {
  const terms = given.members.map(({ term, unit }) => ({ term, ...(unit !== undefined && { unit }) }));
  return {
    id: farFeatureId(room, given),
    attributes: {
      ...shared,
      twinId: room.self.id,
      name: given.title ?? room.vocabulary().term(given.kind)?.label ?? { en: given.kind },
      featureType: 'data',
      semanticType: given.kind,
      direction: 'provides',
      data: {
        schema: { type: 'object', properties: Object.fromEntries(given.members.map(({ member }) => [member, {}])) },
        terms,
        count: farCount(room, given),
        stage: 'raw',
        form: formOf(given),
      },
      bindings: [...endpoints],
      status: 'active',
      version: '1.0.0',
    },
  };
};

export const describeFarFeatures = (room: Room, shared: Shared): readonly Feature[] => room.node.interfaces.map((given) => describe(room, given, shared));
