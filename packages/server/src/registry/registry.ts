/**
 * Registry: its part of the answers. A row of the catalogue that is forgotten here does not compile.
 */
import { type Answers, agencyOf, fail, ok, problem, queryForms, type Reply, type TwinId } from '@cityweave/core';
import type { Answered, AskedBy } from '../exchange/answer.ts';
import { discoverAdaptors, registerAdaptor } from './adaptor-registration.ts';
import { discoverFeatures, discoverTwins, retrieveFeature, retrieveTwin } from './discovery.ts';
import type { RegistryRoom } from './entry.ts';
import { deregisterFeatures, registerFeatures, updateFeature } from './feature-registration.ts';
import { discoverFederatedTwins, retrieveFederatedTwin } from './federated-twin/discovery.ts';
import { deregisterFederatedTwin, registerFederatedTwin } from './federated-twin/registration.ts';
import { deregisterTwin, registerTwin, renewTwin, updateTwin } from './registration.ts';
import { mapTerms, registerDictionary, retrieveDictionaries, updateDictionary, withRegistered } from './semantic-dictionary.ts';
import { createListening, unsubscribe } from './subscription.ts';

export type RegistryAnswers = Answers<'registry', AskedBy, Answered>;

const describe = async (room: RegistryRoom): Promise<Reply<'registry.retrieve.registry'>> => ({
  parameters: {},
  objects: [
    {
      kind: 'registry',
      id: room.self.id,
      attributes: {
        name: room.self.name,
        operator: agencyOf(room.self.id),
        endpoints: room.self.endpoints(),
        ...(room.jurisdiction && { jurisdiction: room.jurisdiction }),
        leaseSeconds: room.leaseSeconds,
        dictionaries: room.vocabulary().dictionaries.map(({ id }) => id),
        queryForms: [...queryForms],
        peers: (await room.peers()).map(({ id }) => id as TwinId), // branding: a registry is reached as the twin of its agency
        status: 'online',
      },
    },
  ],
});

export const createRegistry = (given: RegistryRoom): RegistryAnswers => {
  const room: RegistryRoom = { ...given, vocabulary: withRegistered(given.records, given.vocabulary) };
  const listening = createListening(room);
  return {
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
    'registry.retrieve.registry': async ({ objects: [named] }) => {
      if (named && named.id !== room.self.id) return fail(problem('unknownDestination', { subject: named.id, accepted: room.self.id }));
      return ok({ reply: await describe(room) });
    },
    'registry.discover.digitalTwin': (request, by) => discoverTwins(room, request, by),
    'registry.discover.feature': (request, by) => discoverFeatures(room, request, by),
    'registry.discover.federatedDigitalTwin': (request, by) => discoverFederatedTwins(room, request, by),
    'registry.retrieve.federatedDigitalTwin': (request, by) => retrieveFederatedTwin(room, request, by),
    'registry.subscribe.digitalTwin': (request, by) => listening.subscribe(request, { by, about: 'digitalTwin' }),
    'registry.subscribe.feature': (request, by) => listening.subscribe(request, { by, about: 'feature' }),
    'registry.unsubscribe.digitalTwin': (request, by) => unsubscribe(room, request, by),
    'registry.unsubscribe.feature': (request, by) => unsubscribe(room, request, by),
    'registry.notify.digitalTwin': listening.pass,
    'registry.notify.feature': listening.pass,
    'registry.register.semanticDictionary': (request, by) => registerDictionary(room, request, by),
    'registry.update.semanticDictionary': (request, by) => updateDictionary(room, request, by),
    'registry.retrieve.semanticDictionary': (request, by) => retrieveDictionaries(room, request, by),
    'registry.map.semanticDictionary': (request, by) => mapTerms(room, request, by),
    'registry.register.communicationAdaptor': (request, by) => registerAdaptor(room, request, by),
    'registry.discover.communicationAdaptor': (request, by) => discoverAdaptors(room, request, by),
  };
};
