/**
 * Large entries of a registry: none is larger than one message may tell, and a page ends where the next one would not fit.
 */
import { canonicalJson, DictionaryId, federatedTwinIdOf, federationIdOf, limits, type Request, TermId, utf8Bytes } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { type Desk, describeFeature, describeTwin, openDesk, type Partner, type Told } from './desk.contract.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** With a member that no version knows yet, so that all of it is so large. */
const grown = (attributes: Attributes, bytes: number): Attributes => ({
  ...attributes,
  'x:later': 'x'.repeat(bytes - utf8Bytes(canonicalJson({ ...attributes, 'x:later': '' }))),
});

const contentOf = (object: object): never => ({ parameters: {}, objects: [object] }) as never; // branding: a member more than the row knows

const registerFeature = (desk: Desk, who: Partner, { kind, bytes }: { readonly kind: string; readonly bytes: number }): Promise<Told> => {
  const feature = describeFeature(who, kind);
  return desk.say(who, 'registry.register.feature', contentOf({ ...feature, attributes: grown(feature.attributes, bytes) }));
};

const idsIn = ({ message }: Told): readonly unknown[] => (message?.data.objects ?? []).map((object) => (object as { id: unknown }).id); // branding: every object of the exchange has an id

const entriesOf = (water: Partner) => {
  const { endpoints, keys } = describeTwin(water).attributes;
  const federationId = federationIdOf(water.authority, 'one');
  const name = { en: 'One' };
  const speaks = { protocolPairs: [], formatPairs: [], dictionaryPairs: [], capacity: { connections: 9, used: 0 } };
  const made = { federationId, name, purpose: 'city:safety', initiator: water.id, memberTwins: [water.id], composedFeatures: [], endpoints };
  return [
    { row: 'registry.register.digitalTwin', object: describeTwin(water) },
    { row: 'registry.register.feature', object: describeFeature(water, 'city:RiverGauge') },
    {
      row: 'registry.register.communicationAdaptor',
      object: { kind: 'communicationAdaptor', id: water.id, attributes: { ...speaks, endpoints, keys, status: 'online' } },
    },
    { row: 'registry.register.federatedDigitalTwin', object: { kind: 'federatedDigitalTwin', id: federatedTwinIdOf(federationId), attributes: made } },
  ] as const;
};

describe('an entry', () => {
  it('is registered at registryEntryBytesMax, and refused a byte beyond it', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    for (const { row, object } of entriesOf(water)) {
      const sized = (bytes: number) => desk.say(water, row, contentOf({ ...object, attributes: grown(object.attributes, bytes) }));
      expect((await sized(limits.registryEntryBytesMax)).problem, row).toBeUndefined();
      expect((await sized(limits.registryEntryBytesMax + 1)).problem, row).toMatchObject({ kind: 'tooLarge', limit: limits.registryEntryBytesMax });
    }
  });
});

describe('a page', () => {
  it('ends at discoverPageBytesMax, whatever its limit, and the walk meets every entry once', async () => {
    await using desk = await openDesk();
    const [water, energy] = [await desk.partner('water.example'), await desk.partner('energy.example')];
    for (const who of [water, energy]) await desk.register(who);
    const kinds = ['city:RiverGauge', 'city:Substation', 'city:Hospital'];
    for (const kind of kinds) expect((await registerFeature(desk, water, { kind, bytes: 600 * 1024 })).problem).toBeUndefined();
    const met: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.say(energy, 'registry.discover.feature', {
        parameters: { limit: limits.discoverPageMax, ...(cursor && { cursor }) },
        objects: [],
      });
      expect(utf8Bytes(JSON.stringify(page.message))).toBeLessThanOrEqual(limits.controlMessageBytesMax);
      expect(page.message?.data.action.parameters).toMatchObject({ total: kinds.length });
      met.push(...idsIn(page));
      cursor = (page.message?.data.action.parameters?.['next'] ?? undefined) as string | undefined; // branding: the cursor of a page is a text
    } while (cursor !== undefined);
    expect(met).toEqual(kinds.map((kind) => describeFeature(water, kind).id).toSorted());
  });
});

describe('dictionaries', () => {
  it('are told together as far as one message goes; beyond that who asks is told to name fewer', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    await desk.register(water);
    const sizedAs = (prefix: string, bytes: number) => {
      const id = DictionaryId.parse(`urn:dtf:dictionary:water.example:${prefix}`);
      const terms = [{ term: TermId.parse(`${prefix}:one`), label: { en: 'one' }, role: 'kind' }];
      const spare = utf8Bytes(canonicalJson({ id })) - 1; // its id is part of what is kept of it
      return { kind: 'semanticDictionary', id, attributes: grown({ version: '1.0.0', prefix, name: { en: prefix }, terms }, bytes - spare) };
    };
    const register = (prefix: string, bytes: number) => desk.say(water, 'registry.register.semanticDictionary', contentOf(sizedAs(prefix, bytes)));
    const retrieve = (...objects: readonly object[]) =>
      desk.say(water, 'registry.retrieve.semanticDictionary', { parameters: {}, objects } as unknown as Request<'registry.retrieve.semanticDictionary'>); // branding: names alone
    expect((await register('aa', limits.registryEntryBytesMax + 1)).problem).toMatchObject({ kind: 'tooLarge', limit: limits.registryEntryBytesMax });
    expect((await register('aa', limits.registryEntryBytesMax)).problem).toBeUndefined();
    expect((await register('bb', 256 * 1024)).problem).toBeUndefined();
    expect((await retrieve()).problem).toMatchObject({ kind: 'tooMany', limit: limits.discoverPageBytesMax });
    for (const prefix of ['aa', 'bb']) {
      const id = `urn:dtf:dictionary:water.example:${prefix}`;
      expect(idsIn(await retrieve({ kind: 'semanticDictionary', id }))).toEqual([id]);
    }
  });
});
