/**
 * Registry: its part of the answers. A row of the catalogue that is forgotten here does not compile.
 */
import { type Answers, type LanguageMap, ok, type TwinId } from '@cityweave/core';
import type { Answered, AskedBy } from '../exchange/answer.ts';
import { discoverFeatures, discoverTwins, retrieveFeature, retrieveTwin } from './discovery.ts';
import type { RegistryRoom } from './entry.ts';
import { deregisterFeatures, deregisterFederatedTwin, registerFeatures, registerFederatedTwin, updateFeature } from './feature-registration.ts';
import { deregisterTwin, registerTwin, renewTwin, updateTwin } from './registration.ts';
import { retrieveDictionaries } from './semantic-dictionary.ts';

export type RegistryAnswers = Answers<'registry', AskedBy, Answered>;

type Identity = { readonly id: TwinId; readonly name: LanguageMap };

export const createRegistry = (room: RegistryRoom, self: Identity): RegistryAnswers => ({
  'registry.register.digitalTwin': (request, by) => registerTwin(room, request, by),
  'registry.update.digitalTwin': (request, by) => updateTwin(room, request, by),
  'registry.renew.digitalTwin': (request, by) => renewTwin(room, request, by),
  'registry.deregister.digitalTwin': (request, by) => deregisterTwin(room, request, by),
  'registry.register.feature': (request, by) => registerFeatures(room, request, by),
  'registry.update.feature': (request, by) => updateFeature(room, request, by),
  'registry.deregister.feature': (request, by) => deregisterFeatures(room, request, by),
  'registry.register.federatedDigitalTwin': (request, by) => registerFederatedTwin(room, request, by),
  'registry.deregister.federatedDigitalTwin': (request, by) => deregisterFederatedTwin(room, request, by),
  'registry.retrieve.digitalTwin': (request, by) => retrieveTwin(room, request, by),
  'registry.retrieve.feature': (request, by) => retrieveFeature(room, request, by),
  'registry.discover.digitalTwin': (request, by) => discoverTwins(room, request, by),
  'registry.discover.feature': (request, by) => discoverFeatures(room, request, by),
  'registry.retrieve.semanticDictionary': (request) => retrieveDictionaries(room, request),
  'registry.retrieve.registry': () =>
    ok({
      reply: {
        parameters: {},
        objects: [
          {
            kind: 'registry',
            id: self.id,
            attributes: {
              name: self.name,
              leaseSeconds: room.leaseSeconds,
              dictionaries: room.vocabulary().dictionaries.map(({ id }) => id),
              queryForms: ['kinds', 'domain', 'purpose', 'within'],
            },
          },
        ],
      },
    }),
});
