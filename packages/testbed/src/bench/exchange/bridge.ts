/**
 * Bridge of the exchange benchmark: who asks in this process, an adaptor and an owner in processes of their own, the bridge between the ends set up (A2) and open.
 */
import { rm } from 'node:fs/promises';
import { cityDictionary, type Request, wholeOf } from '@cityweave/core';
import { type Peer, startBroker, systemDeps } from '@cityweave/server';
import { present, valueOf } from '../../city.ts';
import { twinOfTest, writeCity } from '../../city-files.ts';
import { bridgedAgencies, gaugeFeatures, transformers } from '../../far/bridged-city.ts';
import { startFarServer } from '../../far/interface.ts';
import { startProcess } from '../../processes.ts';
import { openParty } from './parties.ts';

export type BenchedBridge = AsyncDisposable & { readonly probeDirectly: () => Promise<unknown>; readonly probeThrough: () => Promise<unknown> };

const federationId = 'urn:dtf:federation:asker.test.example:bench';
const agreementId = 'urn:dtf:agreement:asker.test.example:bench';

/** The adaptor keeps the registry as well, so that one process less is measured. */
const startNodes = async () => {
  const closing = new AsyncDisposableStack();
  const [river, grid] = [await startFarServer(gaugeFeatures), await startBroker({ entities: transformers, deps: systemDeps() })];
  closing.use(river);
  closing.use(grid);
  const [, , owner] = bridgedAgencies({ river, grid });
  const far = present(owner, 'owner');
  const words = far.dictionary && { dictionary: far.dictionary };
  const between = { name: 'front', kind: 'city:Building', twins: [], node: { roles: ['registry', 'adaptor'] }, ...words };
  const folder = await writeCity({ agencies: [between], needs: [] });
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const adaptor = closing.use(await startProcess(folder, 'front'));
  await writeCity({ agencies: [{ ...far, node: { ...far.node, roles: ['twin'], registry: { address: adaptor.address } } }], needs: [], folder });
  closing.use(await startProcess(folder, far.name));
  const asker = closing.use(await openParty('asker', adaptor.address));
  return { closing, asker };
};

type Ask = Awaited<ReturnType<typeof startNodes>>['asker']['room']['ask'];

/** The owner as it is registered, and what it offers. */
const lookUp = async (ask: Ask, registry: Peer) => {
  const id = twinOfTest('river');
  const named = { parameters: {}, objects: [{ kind: 'digitalTwin', id }] } as unknown as Request<'registry.retrieve.digitalTwin'>; // branding: a list of one
  const [{ attributes: twin }] = valueOf(await ask(registry, 'registry.retrieve.digitalTwin', named)).objects;
  const wanted = { parameters: { limit: 1, twins: [id] }, objects: [] } as unknown as Request<'registry.discover.feature'>; // branding: as above
  const [feature] = wholeOf(valueOf(await ask(registry, 'registry.discover.feature', wanted)).objects);
  const address = present(twin.endpoints[0], 'endpoint').address;
  return { peer: { id, role: 'digitalTwin', address, keys: twin.keys } satisfies Peer, feature: present(feature, 'feature') };
};

export const benchBridge = async (): Promise<BenchedBridge> => {
  const { closing, asker } = await startNodes();
  const { ask, self, registry: meet, keys, deps } = asker.room;
  const registry = present(await meet(), 'registry');
  const itself = {
    ...{ name: self.name, twinType: 'city:AgencyTwin', domain: 'city:domain', owner: { name: 'bench', organizationId: self.agency }, status: 'online' },
    ...{ endpoints: self.endpoints(), keys: [...keys.published()], features: [], visibility: { level: 'federation' } },
  };
  const registration = { parameters: {}, objects: [{ kind: 'digitalTwin', id: self.id, attributes: itself }] };
  valueOf(await ask(registry, 'registry.register.digitalTwin', registration as unknown as Request<'registry.register.digitalTwin'>)); // branding: terms as texts
  const { peer, feature } = await lookUp(ask, registry);
  const endOf = (twinId: string, address: string) => ({ twinId, protocol: 'http', address, format: 'application/json' });
  const connection = {
    ...{ kind: 'communication', id: 'urn:dtf:connection:asker.test.example:bench' },
    attributes: {
      federationId,
      agreementId,
      ends: [endOf(self.id, self.address()), endOf(peer.id, peer.address)],
      state: 'REQUESTED',
      since: deps.clock.now(),
    },
  };
  const { id, attributes } = feature;
  const request = { parameters: { agreementId, features: [{ id, attributes }], dictionary: cityDictionary.id, protocol: 'http' }, objects: [connection] };
  const adaptor: Peer = { ...registry, role: 'communicationAdaptor' };
  valueOf(await ask(adaptor, 'communicationAdaptor.request.communication', request as unknown as Request<'communicationAdaptor.request.communication'>)); // branding: as above
  const content = { parameters: { echo: 'bench' }, objects: [{ kind: 'digitalTwin', id: peer.id }] } as unknown as Request<'digitalTwin.probe.digitalTwin'>; // branding: as above
  const probe = async (to: Peer) => valueOf(await ask(to, 'digitalTwin.probe.digitalTwin', content, { federationId: federationId as never }));
  const through: Peer = { ...peer, address: adaptor.address, through: { id: adaptor.id, keys: adaptor.keys } };
  return {
    probeDirectly: () => probe(peer),
    probeThrough: () => probe(through),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
