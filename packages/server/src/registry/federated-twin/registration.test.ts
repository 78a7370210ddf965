/**
 * Federated twins in the registry: as their initiator says last, in use while they are made of something, and not longer there than their initiator.
 */
import { limits, type Request, TermId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { describeFeature, openDesk } from '../desk.contract.ts';

/** A federated twin of the planning agency, made of what the water agency offers. */
const withFederatedTwin = async () => {
  const desk = await openDesk();
  const [water, planning] = [await desk.partner('water.example'), await desk.partner('planning.example')];
  await desk.register(water);
  await desk.register(planning);
  const feature = describeFeature(water, 'city:RiverGauge');
  await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [feature] });
  const attributes = {
    federationId: 'urn:dtf:federation:planning.example:flood',
    name: { en: 'Flood' },
    purpose: 'city:safety',
    initiator: planning.id,
    memberTwins: [water.id],
    composedFeatures: [feature.id],
    endpoints: feature.attributes.bindings,
  };
  const federated = { kind: 'federatedDigitalTwin', id: 'urn:dtf:fdt:planning.example:flood', attributes };
  const tell = async (changes: object = {}) => {
    const object = { ...federated, attributes: { ...attributes, ...changes } };
    const content = { parameters: {}, objects: [object] } as unknown as Request<'registry.register.federatedDigitalTwin'>; // branding: ids as texts
    const told = await desk.say(planning, 'registry.register.federatedDigitalTwin', content);
    return told.problem?.kind ?? (told.message?.data.objects[0] as { readonly revision?: number } | undefined)?.revision; // branding: every object of the exchange may have one
  };
  const withdraw = async (force?: boolean) =>
    (await desk.say(water, 'registry.deregister.feature', { parameters: { force }, objects: [{ kind: 'feature', id: feature.id }] })).problem;
  const update = async (status: string, { baseRevision = 1, force }: { readonly baseRevision?: number; readonly force?: boolean } = {}) => {
    const objects: Request<'registry.update.feature'>['objects'] = [{ kind: 'feature', id: feature.id, attributes: { status } }];
    return (await desk.say(water, 'registry.update.feature', { parameters: { baseRevision, force }, objects })).problem;
  };
  const registerPaused = async () =>
    (await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [describeFeature(water, 'city:RiverGauge', { status: 'paused' })] }))
      .problem;
  const withdrawTwin = async (force?: boolean) =>
    (await desk.say(water, 'registry.deregister.digitalTwin', { parameters: { force }, objects: [{ kind: 'digitalTwin', id: water.id }] })).problem;
  expect(await tell()).toBe(1);
  return { desk, federated, feature, tell, withdraw, update, registerPaused, withdrawTwin, [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose]() };
};

it('a feature that a federated twin is made of is in use: withdrawn only when its owner insists', async () => {
  await using city = await withFederatedTwin();
  expect(await city.withdraw()).toMatchObject({ kind: 'featureInUse', found: city.federated.id });
  expect(await city.withdraw(true)).toBeUndefined();
});

it('neither an update, nor registering it anew, nor withdrawing its twin takes away a feature that is in use, unless its owner insists', async () => {
  await using city = await withFederatedTwin();
  const inUse = { kind: 'featureInUse', subject: city.feature.id, found: city.federated.id };
  for (const said of [await city.update('paused'), await city.update('withdrawn'), await city.registerPaused(), await city.withdrawTwin()])
    expect(said).toMatchObject(inUse);
  expect(await city.update('active')).toBeUndefined();
  expect(await city.update('paused', { baseRevision: 2, force: true })).toBeUndefined();
  expect(await city.update('withdrawn', { baseRevision: 3 }), 'it was taken away before').toBeUndefined();
  expect(await city.withdrawTwin()).toMatchObject(inUse);
  expect(await city.withdrawTwin(true)).toBeUndefined();
});

it('a federated twin is made of what its members offer: it holds nobody else', async () => {
  await using city = await withFederatedTwin();
  const energy = await city.desk.partner('energy.example');
  expect(await city.tell({ memberTwins: [energy.id] })).toBe('invalid');
  expect(await city.tell({ memberTwins: [energy.id], composedFeatures: [] })).toBe(2);
  expect(await city.withdrawTwin()).toBeUndefined();
});

it('a federated twin is found by the domain of its initiator, with those of its features that compute something, as far as the asker may see them', async () => {
  await using city = await withFederatedTwin();
  const hidden = 'urn:dtf:feature:water.example:hidden';
  await city.tell({ domain: 'city:water', services: [city.feature.id, hidden] });
  const energy = await city.desk.partner('energy.example');
  const find = async (domain: string) =>
    (await city.desk.say(energy, 'registry.discover.federatedDigitalTwin', { parameters: { domain: TermId.parse(domain), limit: 9 }, objects: [] })).message
      ?.data.objects;
  await city.desk.register(energy);
  expect(await find('city:water')).toMatchObject([{ id: city.federated.id, attributes: { services: [city.feature.id] } }]);
  expect([await find('city:domain'), await find('city:energy')].map((found) => found?.length)).toEqual([1, 0]);
});

it('a federated twin is what its initiator says last: said again it stays as it is, and what it is no longer made of is free', async () => {
  await using city = await withFederatedTwin();
  expect([await city.tell(), await city.tell({ composedFeatures: [] }), await city.tell({ composedFeatures: [] })]).toEqual([1, 2, 2]);
  expect(await city.withdraw()).toBeUndefined();
});

it('a federated twin holds nothing once the lease of its initiator is over', async () => {
  await using city = await withFederatedTwin();
  city.desk.pass(limits.leaseSecondsDefault * 1000);
  expect(await city.withdraw()).toMatchObject({ kind: 'featureInUse' });
  city.desk.pass(1);
  expect(await city.withdraw()).toBeUndefined();
});
