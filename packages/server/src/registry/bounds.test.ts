/**
 * What one owner may keep in a registry: so many twins, features, federated twins and versions of a dictionary; and what is gone is forgotten in its time.
 */
import { DictionaryId, FederationId, featureIdOf, federatedTwinIdOf, limits, type Request, TermId, TwinId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { describeFeature, openDesk, type Partner } from './desk.contract.ts';

const openWithWater = async () => {
  const desk = await openDesk();
  const water = await desk.partner('water.example');
  await desk.register(water, {}, limits.leaseSecondsMax);
  return { desk, water };
};

const refused = { kind: 'refusedByRegistry' };

it('one agency registers registryTwinsPerAgencyMax twins, and those that are there may be registered again', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const another = (at: number): Partner => ({ ...water, id: TwinId.parse(`urn:dtf:twin:water.example:twin-${at}`) });
  for (let at = 1; at < limits.registryTwinsPerAgencyMax; at += 1) expect((await desk.register(another(at))).problem).toBeUndefined();
  expect((await desk.register(another(limits.registryTwinsPerAgencyMax))).problem).toMatchObject({ ...refused, limit: limits.registryTwinsPerAgencyMax });
  expect((await desk.register(another(1))).problem).toBeUndefined();
  const energy = await desk.partner('energy.example');
  expect((await desk.register(energy)).problem).toBeUndefined();
});

it('one twin registers registryFeaturesPerTwinMax features: one that is withdrawn makes room for another', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const feature = (at: number) => ({ ...describeFeature(water, 'city:RiverGauge'), id: featureIdOf(water.authority, `gauges-${at}`) });
  const register = (from: number, to: number) => {
    const objects = Array.from({ length: to - from }, (_, at) => feature(from + at));
    return desk.say(water, 'registry.register.feature', { parameters: {}, objects });
  };
  for (let from = 0; from < limits.registryFeaturesPerTwinMax; from += limits.messageObjectsMax)
    expect((await register(from, from + limits.messageObjectsMax)).message?.data.action.result?.status).toBe('success');
  const beyond = limits.registryFeaturesPerTwinMax;
  expect((await register(beyond, beyond + 1)).problem).toMatchObject({ ...refused, limit: beyond });
  expect((await register(beyond - 1, beyond + 1)).message?.data.action.result?.status).toBe('partial');
  await desk.say(water, 'registry.deregister.feature', { parameters: {}, objects: [{ kind: 'feature', id: feature(0).id }] });
  expect((await register(beyond, beyond + 1)).problem).toBeUndefined();
});

it('one twin begins registryFederatedTwinsPerTwinMax federated twins', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const { bindings: endpoints } = describeFeature(water, 'city:RiverGauge').attributes;
  const tell = (at: number) => {
    const federationId = FederationId.parse(`urn:dtf:federation:water.example:f-${at}`);
    const attributes = { federationId, name: { en: 'F' }, purpose: TermId.parse('city:safety'), initiator: water.id, memberTwins: [water.id], endpoints };
    const objects: Request<'registry.register.federatedDigitalTwin'>['objects'] = [
      { kind: 'federatedDigitalTwin', id: federatedTwinIdOf(federationId), attributes },
    ];
    return desk.say(water, 'registry.register.federatedDigitalTwin', { parameters: {}, objects });
  };
  const states = { state: 'ACTIVE', owner: water.id, revision: 1, attributes: { initiator: water.id } };
  const kept = Array.from({ length: limits.registryFederatedTwinsPerTwinMax - 1 }, (_, at) => ({ id: `urn:dtf:fdt:water.example:kept-${at}`, value: states }));
  desk.records.putAll(kept.map((record) => ({ noun: 'registry.federatedTwin', ...record })));
  expect((await tell(1)).problem).toBeUndefined();
  expect((await tell(2)).problem).toMatchObject({ ...refused, limit: limits.registryFederatedTwinsPerTwinMax });
  expect((await tell(1)).problem).toBeUndefined();
});

it('of a dictionary the last dictionaryVersionsMax versions before the one that stands are looked up', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const id = DictionaryId.parse('urn:dtf:dictionary:water.example:w');
  const register = (at: number) =>
    desk.say(water, 'registry.register.semanticDictionary', {
      parameters: {},
      objects: [{ kind: 'semanticDictionary', id, attributes: { version: `1.${at}`, prefix: 'wat', name: { en: 'W' }, terms: [] } }],
    });
  const kindOf = async (at: number) =>
    (await desk.say(water, 'registry.retrieve.semanticDictionary', { parameters: { version: `1.${at}` }, objects: [{ kind: 'semanticDictionary', id }] }))
      .problem?.kind;
  for (let at = 0; at <= limits.dictionaryVersionsMax; at += 1) expect((await register(at)).problem).toBeUndefined();
  expect([await kindOf(0), await kindOf(limits.dictionaryVersionsMax)]).toEqual([undefined, undefined]);
  await register(limits.dictionaryVersionsMax + 1);
  expect([await kindOf(0), await kindOf(1)]).toEqual(['unknownDictionary', undefined]);
  expect(desk.records.list('registry.dictionaryVersion')).toHaveLength(limits.dictionaryVersionsMax);
});

it('what is withdrawn, and what is gone with its lease, is forgotten after overKeptMs; what stands is not', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const features = ['city:RiverGauge', 'city:PumpingStation'].map((kind) => describeFeature(water, kind));
  await desk.say(water, 'registry.register.feature', { parameters: {}, objects: features });
  await desk.say(water, 'registry.deregister.feature', { parameters: {}, objects: features.slice(0, 1).map(({ id }) => ({ kind: 'feature' as const, id })) });
  const fire = await desk.partner('fire.example');
  await desk.register(fire, {}, 1);
  desk.pass(limits.leasesMissedMax * 1000 + 1);
  desk.runOutLeases();
  const left = (noun: string) => desk.records.list(`registry.${noun}`).length;
  const goneAt = desk.clock.now();
  desk.pass(limits.overKeptMs);
  await desk.register(water);
  desk.forgetGone();
  expect([left('twin'), left('feature'), goneAt < desk.clock.now()]).toEqual([2, 1, true]);
  desk.pass(1);
  desk.forgetGone();
  expect([left('twin'), left('feature')]).toEqual([1, 1]);
  expect((await desk.register(fire)).message?.data.objects, 'as if it were new').toMatchObject([{ revision: 1 }]);
});

/** How many are left of it overKeptMs after the registry was last told of it, and a moment later. */
const leftAfter = (desk: Awaited<ReturnType<typeof openDesk>>, noun: string): readonly number[] => {
  const left = (): number => {
    desk.forgetGone();
    return desk.records.list(`registry.${noun}`).length;
  };
  desk.pass(limits.overKeptMs);
  const before = left();
  desk.pass(1);
  return [before, left()];
};

it('an adaptor whose lease is over is forgotten overKeptMs after it was last registered; one whose lease is not stays', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const { bindings: endpoints } = describeFeature(water, 'city:RiverGauge').attributes;
  const attributes = { endpoints, keys: [water.key.publicKey], protocolPairs: [], formatPairs: [], dictionaryPairs: [], capacity: { connections: 1, used: 0 } };
  const adaptor = { kind: 'communicationAdaptor' as const, id: water.id, attributes: { ...attributes, status: 'online' as const } };
  const say = () => desk.say(water, 'registry.register.communicationAdaptor', { parameters: { leaseSeconds: limits.leaseSecondsMax }, objects: [adaptor] });
  expect((await say()).problem).toBeUndefined();
  desk.pass(limits.leaseSecondsMax * 1000);
  desk.forgetGone();
  expect(desk.records.list('registry.adaptor')).toHaveLength(1);
  desk.pass(-limits.leaseSecondsMax * 1000);
  expect(leftAfter(desk, 'adaptor')).toEqual([1, 0]);
});

it('a dictionary and its earlier versions are forgotten with the twin that registered it, after overKeptMs; those of a twin that stands stay', async () => {
  const { desk, water } = await openWithWater();
  await using _desk = desk;
  const energy = await desk.partner('energy.example');
  await desk.register(energy, {}, limits.leaseSecondsMax);
  const register = async ({ authority, ...who }: Partner, version: string) => {
    const id = DictionaryId.parse(`urn:dtf:dictionary:${authority}:w`);
    const attributes = { version, prefix: authority.slice(0, 3), name: { en: 'W' }, terms: [] };
    const told = await desk.say({ authority, ...who }, 'registry.register.semanticDictionary', {
      parameters: {},
      objects: [{ kind: 'semanticDictionary', id, attributes }],
    });
    expect(told.problem).toBeUndefined();
  };
  for (const version of ['1.0', '1.1']) await register(energy, version);
  await register(water, '1.0');
  desk.records.putAll([
    { noun: 'registry.twin', id: water.id, value: { ...Object(desk.records.get('registry.twin', water.id)), leaseUntil: '9999-01-01T00:00:00.000Z' } },
  ]);
  await desk.say(energy, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: energy.id }] });
  expect(leftAfter(desk, 'dictionary')).toEqual([2, 1]);
  expect(desk.records.list('registry.dictionaryVersion')).toEqual([]);
});
