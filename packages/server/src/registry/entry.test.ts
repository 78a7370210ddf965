/**
 * What a twin registers stands and falls with the twin's own entry.
 */
import { DictionaryId, federatedTwinIdOf, federationIdOf, limits, TermId } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { type Desk, describeFeature, describeTwin, openDesk, type Partner, type Told } from './desk.contract.ts';

const second = 1000;

const idsIn = ({ message }: Told): readonly unknown[] => (message?.data.objects ?? []).map((object) => (object as { id: unknown }).id); // branding: every object of the exchange has an id

describe('a twin that is registered no more', () => {
  const speaks = { protocolPairs: [], formatPairs: [], dictionaryPairs: [], capacity: { connections: 9, used: 0 }, status: 'online' as const };
  const adaptorOf = (water: Partner) => {
    const { endpoints, keys } = describeTwin(water).attributes;
    return { kind: 'communicationAdaptor' as const, id: water.id, attributes: { ...speaks, endpoints, keys } };
  };
  const dictionary = {
    kind: 'semanticDictionary' as const,
    id: DictionaryId.parse('urn:dtf:dictionary:water.example:w'),
    attributes: { version: '1.0.0', prefix: 'wat', name: { en: 'W' }, terms: [] },
  };
  const federatedOf = (water: Partner) => {
    const federationId = federationIdOf(water.authority, 'one');
    const { endpoints } = describeTwin(water).attributes;
    const made = {
      federationId,
      name: { en: 'One' },
      purpose: TermId.parse('city:safety'),
      initiator: water.id,
      memberTwins: [water.id],
      composedFeatures: [],
    };
    return { kind: 'federatedDigitalTwin' as const, id: federatedTwinIdOf(federationId), attributes: { ...made, endpoints } };
  };
  const registerAll = async (desk: Desk, water: Partner) => [
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [describeFeature(water, 'city:RiverGauge')] }),
    await desk.say(water, 'registry.register.communicationAdaptor', { parameters: {}, objects: [adaptorOf(water)] }),
    await desk.say(water, 'registry.register.semanticDictionary', { parameters: {}, objects: [dictionary] }),
    await desk.say(water, 'registry.register.federatedDigitalTwin', { parameters: {}, objects: [federatedOf(water)] }),
    await desk.say(water, 'registry.subscribe.feature', { parameters: { limit: 1 }, objects: [] }),
  ];
  const withdraws = async (desk: Desk, water: Partner) =>
    void (await desk.say(water, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] }));
  const isForgotten = async (desk: Desk) => desk.pass(limits.leasesMissedMax * limits.leaseSecondsDefault * second + 1);

  it.each([
    ['withdrew', withdraws],
    ['let its lease be over', isForgotten],
  ])('because it %s registers nothing, and its adaptor is gone with it', async (_why, goes) => {
    await using desk = await openDesk();
    const [water, energy] = [await desk.partner('water.example'), await desk.partner('energy.example')];
    await desk.register(water);
    await desk.register(energy, {}, limits.leaseSecondsMax);
    const adaptor = { parameters: { leaseSeconds: limits.leaseSecondsMax }, objects: [adaptorOf(water)] as [ReturnType<typeof adaptorOf>] }; // branding: a list of one
    await desk.say(water, 'registry.register.communicationAdaptor', adaptor);
    const adaptors = async () => idsIn(await desk.say(energy, 'registry.discover.communicationAdaptor', { parameters: {}, objects: [] }));
    expect(await adaptors()).toEqual([water.id]);
    await goes(desk, water);
    expect((await registerAll(desk, water)).map(({ problem: found }) => found?.kind)).toEqual(Array.from({ length: 5 }, () => 'notRegistered'));
    expect(await adaptors()).toEqual([]);
  });
});
