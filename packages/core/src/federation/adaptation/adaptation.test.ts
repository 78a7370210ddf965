import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionId, type DictionaryId, FeatureId, MessageId, ProfileId, TermId, TwinId } from '../../ground/id.ts';
import { Instant, instantOfMs, msOfInstant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { hopText } from '../../message/header.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { FarForm, type Feature, FeatureInformation } from '../../twin/feature-information.ts';
import { isTimeZone } from '../../twin/past/wall-clock.ts';
import { createVocabulary, SemanticDictionary } from '../../twin/semantic-dictionary.ts';
import type { Twin } from '../../twin/twin.ts';
import { adaptorNeedOf, canBridge } from '../adaptor.ts';
import { answerQuery } from './answering.ts';
import { convertRecord, type FarRecord } from './converting.ts';
import { readTime } from './local-time.ts';
import { checkRules, joinReports, planFeature, reportOfRules, stepsBetween } from './planning.ts';
import { AdaptationProfile, Bridge, FeatureAdaptation } from './profile.ts';

const now = Instant.parse('2026-03-02T14:00:00.000Z');
const owner = TwinId.parse('urn:dtf:twin:grid.example:agency');
const adaptor = TwinId.parse('urn:dtf:twin:between.example:agency');

const words = SemanticDictionary.parse({
  id: 'urn:dtf:dictionary:grid.example:grid',
  version: '1',
  prefix: 'grid',
  name: { en: 'Grid' },
  terms: [
    { term: 'grid:Trafo', role: 'kind', label: { en: 'Transformer' }, broader: ['city:Substation'] },
    { term: 'grid:power', role: 'property', label: { en: 'Power' }, dataType: 'number', unit: 'W', sameAs: ['city:power'] },
    { term: 'grid:state', role: 'property', label: { en: 'State' }, dataType: 'text' },
    { term: 'grid:hum', role: 'property', label: { en: 'Hum' }, dataType: 'number', unit: 'dB' },
    { term: 'grid:level', role: 'property', label: { en: 'Level' }, dataType: 'number', unit: 'kg', sameAs: ['city:waterLevel'] },
  ],
  mappings: [{ from: 'grid:state', to: 'city:condition', relation: 'close', confidence: 0.7 }],
});

const vocabulary = createVocabulary([cityDictionary, words]);
const target = { vocabulary, dictionary: cityDictionary, protocol: 'http' };

const form = FarForm.parse({
  format: 'application/geo+json',
  dictionary: words.id,
  source: 'trafos',
  key: 'nr',
  name: 'label',
  observedAt: 'taken',
  crs: 'EPSG:25832',
  timeZone: 'Europe/Berlin',
  members: [
    { member: 'p', term: 'grid:power', unit: 'W' },
    { member: 's', term: 'grid:state', codes: { 1: 'good', 0: 'bad' } },
    { member: 'h', term: 'grid:hum' },
    { member: 'l', term: 'grid:level' },
  ],
});

const endpoint = { protocol: 'http', address: 'http://grid.example/dtf/messages', format: 'application/json', security: 'jws' };

const featureOf = (given: FarForm | undefined, kind = 'grid:Trafo'): Feature => ({
  id: FeatureId.parse('urn:dtf:feature:grid.example:trafos'),
  attributes: FeatureInformation.parse({
    twinId: owner,
    name: { en: 'Transformers' },
    featureType: 'data',
    semanticType: kind,
    direction: 'provides',
    data: { schema: {}, terms: [], count: 0, stage: 'raw', ...(given && { form: given }) },
    coverage: {},
    bindings: [endpoint],
    policy: {},
    visibility: { level: 'public' },
    status: 'active',
    version: '1',
  }),
});

const planned = () => {
  const plan = planFeature(featureOf(form), target);
  return plan.ok ? plan.value : expect.unreachable();
};

const record = (members: Readonly<Record<string, unknown>>, coordinates: number[] = [500_000, 5_760_000]): FarRecord => ({
  members: Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value: value as string | number }])),
  geometry: { type: 'Point', coordinates },
});

const converted = (given: FarRecord) => convertRecord(given, { adaptation: planned().adaptation, owner, adaptor, now });
const twinOf = (given: FarRecord): Twin => {
  const made = converted(given);
  return made.ok ? made.value.twin : expect.unreachable(JSON.stringify(made.problem));
};

describe('an adaptation', () => {
  it('follows from form and dictionaries, and says what is exact, what is close and what is lost', () => {
    const { adaptation, report } = planned();
    expect(adaptation.kind).toEqual({ from: 'grid:Trafo', to: 'city:Substation', relation: 'broader' });
    expect(report.exact).toEqual(['grid:power W to city:power kW']);
    expect(report.lossy).toEqual([{ from: 'grid:state', to: 'city:condition', why: 'close, not the same' }]);
    expect(report.unmapped).toEqual([
      { term: 'grid:hum', why: 'no term of city corresponds' },
      { term: 'grid:level', why: 'kg does not become m' },
    ]);
    expect(report).toMatchObject({ coverage: 0.5, expectedLoss: 0.625 });
    expect(joinReports([report, report])).toMatchObject({ coverage: 0.5, expectedLoss: 0.625 });
    expect(joinReports([])).toMatchObject({ coverage: 1, expectedLoss: 0 });
  });

  it('needs the steps in which two ends differ, in their order, and an adaptor that has each', () => {
    expect(stepsBetween([featureOf(undefined)], target)).toEqual([]);
    expect(stepsBetween([featureOf(form)], target)).toEqual(['format', 'semantic']);
    expect(adaptorNeedOf(featureOf(undefined), target)).toBeUndefined();
    const need = adaptorNeedOf(featureOf(form), target) ?? expect.unreachable();
    const able = {
      endpoints: [FeatureInformation.shape.bindings.element.parse(endpoint)],
      keys: [{ kty: 'OKP' as const, crv: 'Ed25519' as const, x: 'x', kid: 'k' }],
      protocolPairs: [],
      formatPairs: [['application/json', 'application/geo+json'] as [string, string]],
      dictionaryPairs: [[words.id, cityDictionary.id] as [DictionaryId, DictionaryId]],
      capacity: { connections: 1, used: 0 },
      status: 'online' as const,
    };
    expect(canBridge(able, need)).toBe(true);
    expect(canBridge({ ...able, formatPairs: [] }, need)).toBe(false);
    expect(canBridge({ ...able, dictionaryPairs: [] }, need)).toBe(false);
  });

  it('is refused where nothing is said of the data, or the kind means nothing to the other end', () => {
    expect(planFeature(featureOf(undefined), target)).toMatchObject({ ok: false, problem: { kind: 'unbridgeable', accepted: 'data.form, or function.form' } });
    expect(planFeature(featureOf(form, 'grid:Rumour'), target)).toMatchObject({ ok: false, problem: { kind: 'mappingMissing', found: 'grid:Rumour' } });
  });

  it('keeps what a record says through units, codes, zones and reference systems', () => {
    const twin = twinOf(record({ nr: 'T 7', label: 'At the bridge', p: 250_000, s: 1, h: 40, taken: '2026-03-02 14:30:00' }));
    expect(twin).toMatchObject({
      id: 'urn:dtf:twin:grid.example:trafos/T%207',
      kind: 'city:Substation',
      name: { en: 'At the bridge' },
      values: { 'city:power': { value: 250, unit: 'kW' }, 'city:condition': { value: 'good' } },
      provenance: { observedAt: '2026-03-02T13:30:00.000Z', recordedAt: now, via: adaptor, source: 'urn:dtf:agency:grid.example' },
    });
    expect(Object.keys(twin.values)).toEqual(['city:power', 'city:condition']);
    expect(twin.position?.[0]).toBeCloseTo(9, 9);
    expect(twin.position?.[1]).toBeCloseTo(51.99066, 4);
  });

  it('leaves out what it cannot convert and counts it, and never guesses', () => {
    expect(converted(record({ nr: 1, p: 'much', taken: '2026-03-02 14:30' }))).toMatchObject({ ok: true, value: { dropped: 1, twin: { values: {} } } });
    const inKw: FarRecord = { members: { nr: { value: 1 }, p: { value: 250, unit: 'kW' } } };
    expect(converted(inKw)).toMatchObject({ ok: true, value: { dropped: 1, twin: { values: {} } } });
    expect(converted(record({ p: 1 }))).toMatchObject({ ok: false, problem: { kind: 'notConvertible' } });
    expect(converted(record({ nr: 1 }, [9e9, 9e9]))).toMatchObject({ ok: false, problem: { kind: 'notConvertible' } });
    expect(twinOf({ members: { nr: { value: 1 }, p: { value: 1, observedAt: '2026-03-01T00:00:00Z' } } }).provenance.observedAt).toBe(
      '2026-03-01T00:00:00.000Z',
    );
  });

  it('of numbers is the same as by hand, there and back', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (watts) => {
        const value = twinOf(record({ nr: 1, p: watts })).values['city:power']?.value;
        expect(Number(value) * 1000).toBeCloseTo(watts, Math.abs(watts) > 1 ? 2 : 6);
      }),
    );
  });

  it('that people changed is checked, and says anew what it loses', () => {
    const { adaptation, report } = planned();
    const rule = { from: 'h', to: TermId.parse('city:noise'), op: 'rename', term: TermId.parse('grid:hum'), relation: 'exact' } as const;
    const better = { ...adaptation, rules: [...adaptation.rules, rule] };
    expect(reportOfRules([better], report).unmapped.map(({ term }) => term)).toEqual(['grid:level']);
    expect(reportOfRules([better], report).exact).toContain('grid:hum to city:noise');
    expect(checkRules([better])).toMatchObject({ ok: true });
    expect(checkRules([{ ...better, rules: [rule] }])).toMatchObject({ ok: false, problem: { kind: 'badProfile', accepted: 'a rule to key' } });
    const bare = { ...rule, op: 'unit' } as const;
    expect(checkRules([{ ...better, rules: [...adaptation.rules, bare] }])).toMatchObject({ ok: false, problem: { kind: 'badProfile', path: 'h' } });
  });

  it('has at most adaptationRulesMax rules a feature, and as many members a form', () => {
    const rule = { from: 'a', to: 'city:power', op: 'copy' };
    const of = (count: number) => FeatureAdaptation.safeParse({ ...planned().adaptation, rules: Array.from({ length: count }, () => rule) }).success;
    expect([of(limits.adaptationRulesMax), of(limits.adaptationRulesMax + 1)]).toEqual([true, false]);
    const member = { member: 'a', term: 'grid:power' };
    const form_ = (count: number) => FarForm.safeParse({ ...form, members: Array.from({ length: count }, () => member) }).success;
    expect([form_(limits.adaptationRulesMax), form_(limits.adaptationRulesMax + 1)]).toEqual([true, false]);
  });

  it('and its bridge are nouns that can be read again', () => {
    const { adaptation, report } = planned();
    const connectionId = ConnectionId.parse('urn:dtf:connection:front.example:1');
    const profile = AdaptationProfile.parse({ connectionId, steps: ['format', 'semantic'], features: [adaptation], report });
    expect(AdaptationProfile.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(
      Bridge.safeParse({ adaptorId: adaptor, address: 'http://a.example', keys: [], profileId: ProfileId.parse('urn:dtf:profile:a.example:1') }).success,
    ).toBe(false);
  });
});

describe('local time', () => {
  it.each([
    ['2026-03-02 14:30:00', 'Europe/Berlin', '2026-03-02T13:30:00.000Z'],
    ['2026-07-02T14:30:00.25', 'Europe/Berlin', '2026-07-02T12:30:00.250Z'],
    ['2026-03-02 08:30', 'America/New_York', '2026-03-02T13:30:00.000Z'],
    ['2026-10-25 02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['1999-12-31 23:59:59', 'Asia/Kathmandu', '1999-12-31T18:14:59.000Z'],
  ])('%s in %s is %s', (text, zone, instant) => expect(readTime(text, zone)).toBe(instant));

  it('is what the zone shows at that instant, whatever the instant', () => {
    const wall = (ms: number, zone: string): string => new Date(ms).toLocaleString('sv-SE', { timeZone: zone });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e12 }), fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'), (ms, zone) => {
        const shown = wall(ms, zone);
        const read = readTime(shown, zone);
        expect(read && wall(msOfInstant(read), zone)).toBe(shown);
      }),
    );
  });

  it('is nothing where no zone is named, or it is no time', () => {
    expect(readTime('2026-03-02 14:30:00', undefined)).toBeUndefined();
    expect(readTime('2026-02-30 14:30:00', 'UTC')).toBeUndefined();
    expect(readTime('noon', 'UTC')).toBeUndefined();
    expect(readTime(1_772_461_800_000, undefined)).toBe(instantOfMs(1_772_461_800_000));
    expect(readTime('2026-03-02T14:30:00+01:00', undefined)).toBe('2026-03-02T13:30:00.000Z');
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Middle/Earth')]).toEqual([true, false]);
  });
});

describe('a query of twins at hand', () => {
  const twins = [3, 1, 2].map((n) =>
    twinOf(record({ nr: `T${n}`, label: `trafo ${4 - n}`, p: n * 1000, taken: `2026-03-0${n} 12:00` }, [500_000 + n, 5_760_000])),
  );
  const ask = (query: object) => answerQuery(twins, { version: 1, ...query } as Parameters<typeof answerQuery>[1], { vocabulary, seq: 7 });
  const keys = (query: object) => ask(query).rows.map(({ twin }) => twin.id.slice(-2));

  it('is answered page by page, in any order, narrower kinds with the wider one', () => {
    expect(keys({})).toEqual(['T1', 'T2', 'T3']);
    expect(keys({ order: { by: 'name', descending: false } })).toEqual(['T3', 'T2', 'T1']);
    expect(keys({ order: { by: { term: 'city:power' }, descending: true } })).toEqual(['T3', 'T2', 'T1']);
    const first = ask({ page: { first: 2 } });
    expect(first.next).toBeDefined();
    expect(keys({ page: { first: 2, after: first.next } })).toEqual(['T3']);
    expect(ask({ page: { first: 3 } }).next).toBeUndefined();
    expect(keys({ filter: { kinds: ['city:UtilitySite'] } })).toEqual(['T1', 'T2', 'T3']);
    expect(keys({ filter: { not: { kinds: ['city:Substation'] } } })).toEqual([]);
    expect(keys({ filter: { property: [{ term: 'city:power', op: 'gte', value: 2000, unit: 'W' }] } })).toEqual(['T2', 'T3']);
  });

  it('tells twins without their footprints where none are wanted', () => {
    const outlined = twins.map((twin) => ({ ...twin, footprint: { type: 'Point' as const, coordinates: [0, 0] as [number, number] } }));
    const told = (query: object) => answerQuery(outlined, { version: 1, ...query }, { vocabulary, seq: 7 }).rows.map(({ twin }) => 'footprint' in twin);
    expect([told({}), told({ footprints: false })]).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
  });

  it('counts, groups, shows only the terms asked for, and knows no past', () => {
    expect(ask({ filter: { text: 'trafo 1' }, count: true, page: { first: 0 } })).toMatchObject({ count: 1, rows: [], seq: 7 });
    expect(ask({ filter: { ids: [twins[0]?.id] }, summary: ['kind'] })).toMatchObject({ rows: [], groups: [{ kind: 'city:Substation', count: 1, of: 3 }] });
    expect(ask({ terms: [] }).rows.map(({ twin }) => twin.values)).toEqual([{}, {}, {}]);
    expect(keys({ at: { valid: now, known: now }, filter: { ids: [twins[0]?.id] } })).toEqual([]);
    expect(keys({ identity: { ids: [twins[1]?.id], objects: [] } })).toEqual(['T1']);
    expect(keys({ identity: { ids: [], objects: ['urn:x'] } })).toEqual([]);
  });
});

it('the entry of an adaptor is bound to its message', () => {
  const hop = { adaptorId: adaptor, at: now, steps: ['format' as const], signature: 'a..b' };
  const [one, other] = ['1', '2'].map((n) => MessageId.parse(`urn:uuid:00000000-0000-4000-8000-00000000000${n}`));
  const textOf = (id: MessageId | undefined, given: object = {}) => hopText(id ?? expect.unreachable(), { ...hop, ...given });
  expect(textOf(one)).not.toBe(textOf(other));
  expect(textOf(one)).toBe(textOf(one, { signature: 'c..d' }));
  expect(textOf(one)).not.toBe(textOf(one, { digest: '0' }));
});
