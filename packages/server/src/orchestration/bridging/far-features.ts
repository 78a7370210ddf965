/**
 * Far features: what is registered of the interfaces and far functions of a node: their kind in the owner's own words, and the form that an adaptor needs to know.
 */
import type { Endpoint, Feature } from '@cityweave/core';
import { functionFormOf } from '../../config/far-function.ts';
import { type FarInterface, formOf } from '../../config/far-interface.ts';
import { type OfferedFar, offeredFarFunctions } from '../invocation/far-functions.ts';
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

const describeFunction = (room: Room, { id, given, described }: OfferedFar, { endpoints, ...shared }: Shared): Feature => {
  const { name, kind, method, effect, modes, schemas } = described;
  return {
    id,
    attributes: {
      ...shared,
      twinId: room.self.id,
      name,
      featureType: 'function',
      semanticType: kind,
      direction: 'provides',
      data: { schema: schemas.outputs, terms: [], count: 0, stage: 'modelOutput' },
      function: { ...schemas, modes: [...modes], effect, method, form: functionFormOf(given) },
      bindings: [...endpoints],
      status: 'active',
      version: '1.0.0',
    },
  };
};

/** One for each interface, and one for each far function whose system said what it takes. */
export const describeFarFeatures = async (room: Room, shared: Shared, isFresh: boolean): Promise<readonly Feature[]> => {
  const functions = await offeredFarFunctions(room, isFresh);
  return [...room.node.interfaces.map((given) => describe(room, given, shared)), ...functions.map((given) => describeFunction(room, given, shared))];
};
