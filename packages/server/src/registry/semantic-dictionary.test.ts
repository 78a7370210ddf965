/**
 * The dictionaries of a registry: versions, owners, look-ups and what corresponds to what.
 */
import { DictionaryId, limits, type Reply, type Request, type SemanticDictionary, TermId } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { type Desk, describeFeature, openDesk, type Partner, type Told } from './desk.contract.ts';

const id = DictionaryId.parse('urn:dtf:dictionary:water.example:terms');
const city = DictionaryId.parse('urn:dtf:dictionary:cityweave.example:city');
const term = (name: string, more: Partial<SemanticDictionary['terms'][number]> = {}): SemanticDictionary['terms'][number] => ({
  term: TermId.parse(name),
  role: 'kind',
  label: { en: name },
  ...more,
});
const polder = term('aue:Polder', { broader: [TermId.parse('city:FloodZone')] });
const curve = term('aue:curve', { role: 'property' });

type Words = Omit<SemanticDictionary, 'id'>;
const words = (changes: Partial<Words> = {}): Words => ({ version: '1.0', prefix: 'aue', name: { en: 'Water' }, terms: [polder, curve], ...changes });

const register = (desk: Desk, who: Partner, { id: of = id, ...attributes }: Words & { readonly id?: DictionaryId }): Promise<Told> =>
  desk.say(who, 'registry.register.semanticDictionary', {
    parameters: {},
    objects: [{ kind: 'semanticDictionary', id: of, attributes }],
  } as Request<'registry.register.semanticDictionary'>); // branding: lists that are only read

const retrieve = (desk: Desk, who: Partner, parameters: Request<'registry.retrieve.semanticDictionary'>['parameters'] = {}): Promise<Told> =>
  desk.say(who, 'registry.retrieve.semanticDictionary', { parameters, objects: [{ kind: 'semanticDictionary', id }] });

const openWithWater = async () => {
  const desk = await openDesk();
  const water = await desk.partner('water.example');
  await desk.register(water);
  return { desk, water };
};

const termsIn = ({ message }: Told): readonly string[] =>
  ((message?.data.objects ?? []) as Reply<'registry.retrieve.semanticDictionary'>['objects']).flatMap(({ attributes }) =>
    attributes.terms.map((one) => one.term),
  ); // branding: the row's reply

describe('a dictionary', () => {
  it('widens what is found: a kind of its own is found as the wider one', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    expect((await register(desk, water, words())).problem).toBeUndefined();
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [describeFeature(water, 'aue:Polder')] });
    const found = await desk.say(water, 'registry.discover.feature', { parameters: { kinds: [TermId.parse('city:FloodZone')], limit: 5 }, objects: [] });
    expect(found.message?.data.objects.length).toBe(1);
  });

  it('is taken in a later version alone; the earlier ones can still be looked up', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    await register(desk, water, words());
    expect((await register(desk, water, words())).problem).toMatchObject({ kind: 'dictionaryConflict', accepted: 'later than 1.0' });
    expect((await register(desk, water, words({ version: '1.10', terms: [polder] }))).problem).toBeUndefined();
    expect(termsIn(await retrieve(desk, water))).toEqual(['aue:Polder']);
    expect(termsIn(await retrieve(desk, water, { version: '1.0' }))).toEqual(['aue:Polder', 'aue:curve']);
    expect((await retrieve(desk, water, { version: '0.9' })).problem?.kind).toBe('unknownDictionary');
  });

  it('is changed by a patch on its revision, and told with its terms alone where some are asked for', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    await register(desk, water, words());
    const patch = (baseRevision: number, attributes: Record<string, string | null>) =>
      desk.say(water, 'registry.update.semanticDictionary', { parameters: { baseRevision }, objects: [{ kind: 'semanticDictionary', id, attributes }] });
    expect((await patch(7, { version: '2' })).problem).toMatchObject({ kind: 'revisionConflict', limit: 1 });
    expect((await patch(1, { domain: 'water' })).problem?.kind).toBe('dictionaryConflict');
    expect((await patch(1, { version: null })).problem?.kind).toBe('invalid');
    expect((await patch(1, { version: '2', domain: 'water' })).problem).toBeUndefined();
    expect(termsIn(await retrieve(desk, water, { terms: [curve.term] }))).toEqual(['aue:curve']);
    expect((await retrieve(desk, water, { terms: [TermId.parse('aue:nothing')] })).problem).toMatchObject({ kind: 'unknownTerm', subject: 'aue:nothing' });
  });

  it('belongs to the agency of its id, its prefix to it, its terms to its prefix', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    const energy = await desk.partner('energy.example');
    await desk.register(energy);
    expect((await register(desk, energy, words())).problem?.kind).toBe('notAuthorised');
    expect((await register(desk, water, words({ prefix: 'city', terms: [] }))).problem).toMatchObject({ kind: 'refusedByRegistry', found: city });
    expect((await register(desk, water, words({ terms: [term('city:Own')] }))).problem?.kind).toBe('invalid');
    const stranger = await desk.partner('stranger.example');
    expect((await register(desk, stranger, words())).problem?.kind).toBe('notAuthenticated');
  });

  it('warns of wider terms that nobody knows', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    const told = await register(desk, water, words({ terms: [term('aue:Dyke', { broader: [TermId.parse('city:Embankment2')] })] }));
    expect(told.message?.data.action.parameters).toEqual({ warnings: ['city:Embankment2'] });
  });

  it('is one of at most dictionariesMax, of at most dictionaryTermsMax terms', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    const many = (count: number) => words({ terms: Array.from({ length: count }, (_, at) => term(`aue:t${at}`)) });
    expect((await register(desk, water, many(limits.dictionaryTermsMax + 1))).problem?.kind).toBe('invalid');
    const other = (at: number) =>
      register(desk, water, { ...words({ prefix: `p${at}`, terms: [] }), id: DictionaryId.parse(`urn:dtf:dictionary:water.example:d${at}`) });
    for (let at = 1; at < limits.dictionariesMax; at += 1) expect((await other(at)).problem).toBeUndefined();
    expect((await other(limits.dictionariesMax)).problem).toMatchObject({ kind: 'refusedByRegistry', limit: limits.dictionariesMax });
  });
});

describe('a mapping', () => {
  const map = (desk: Desk, who: Partner, parameters: Partial<Request<'registry.map.semanticDictionary'>['parameters']>) =>
    desk.say(who, 'registry.map.semanticDictionary', { parameters: { toDictionary: city, ...parameters }, objects: [] });

  it('tells what corresponds to a term, or to every term of a dictionary', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    await register(desk, water, words());
    const one = await map(desk, water, { from: [polder.term] });
    expect(one.message?.data.action.parameters).toMatchObject({ mappings: [{ from: 'aue:Polder', to: 'city:FloodZone', relation: 'broader' }] });
    const all = await map(desk, water, { fromDictionary: id });
    expect(all.message?.data.action.parameters).toMatchObject({ mappings: [{ relation: 'broader' }, { from: 'aue:curve', relation: 'none' }] });
  });

  it('is refused where the term or the dictionary is unknown, and where nothing corresponds and that is not enough', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    await register(desk, water, words());
    expect((await map(desk, water, { from: [TermId.parse('aue:nothing')] })).problem?.kind).toBe('unknownTerm');
    expect((await map(desk, water, { toDictionary: DictionaryId.parse('urn:dtf:dictionary:water.example:no') })).problem?.kind).toBe('unknownDictionary');
    expect((await map(desk, water, { from: [curve.term], strict: true })).problem).toMatchObject({ kind: 'noMapping', subject: 'aue:curve' });
  });
});

describe('an adaptor', () => {
  const adaptor = (who: Partner, used: number) => ({
    kind: 'communicationAdaptor' as const,
    id: who.id,
    attributes: {
      endpoints: describeFeature(who, 'city:Building').attributes.bindings,
      keys: [who.key.publicKey],
      protocolPairs: [],
      formatPairs: [],
      dictionaryPairs: [[id, city] as [DictionaryId, DictionaryId]],
      capacity: { connections: 10, used },
      status: 'online' as const,
    },
  });
  const needs = { dictionaries: [city, id] as [DictionaryId, DictionaryId] };

  it('is found by what it converts, either way, the one with most room first, until its lease is over', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    const energy = await desk.partner('energy.example');
    await desk.register(energy);
    for (const [who, used] of [[water, 9] as const, [energy, 1] as const])
      expect((await desk.say(who, 'registry.register.communicationAdaptor', { parameters: {}, objects: [adaptor(who, used)] })).problem).toBeUndefined();
    const found = async (parameters: Request<'registry.discover.communicationAdaptor'>['parameters']) =>
      (await desk.say(water, 'registry.discover.communicationAdaptor', { parameters, objects: [] })).message?.data.objects.map(
        (one) => (one as { id: string }).id,
      ); // branding: an object has an id
    expect(await found(needs)).toEqual([energy.id, water.id]);
    expect(await found({ formats: ['text/csv', 'application/json'] })).toEqual([]);
    desk.pass(limits.leaseSecondsDefault * 1000 + 1);
    expect(await found(needs)).toEqual([]);
  });

  it('is registered by itself alone, with at most adaptorPairsMax pairs', async () => {
    const { desk, water } = await openWithWater();
    await using _desk = desk;
    const energy = await desk.partner('energy.example');
    await desk.register(energy);
    const say = (who: Partner, object: ReturnType<typeof adaptor>) =>
      desk.say(who, 'registry.register.communicationAdaptor', { parameters: {}, objects: [object] });
    expect((await say(energy, adaptor(water, 0))).problem?.kind).toBe('ownedByOther');
    const wide = adaptor(water, 0);
    const pairs = (count: number) => ({
      ...wide,
      attributes: { ...wide.attributes, dictionaryPairs: Array.from({ length: count }, () => needs.dictionaries) },
    });
    expect((await say(water, pairs(limits.adaptorPairsMax))).problem).toBeUndefined();
    expect((await say(water, pairs(limits.adaptorPairsMax + 1))).problem?.kind).toBe('invalid');
  });
});
