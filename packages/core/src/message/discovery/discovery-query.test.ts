import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trialFound, vocabulary } from '../../federation/trial-federation.ts';
import { Instant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { polygonOfBox } from '../../ground/place/parts.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { createVocabulary } from '../../twin/semantic-dictionary.ts';
import { termOf } from '../../twin/trial-twin.ts';
import { Condition, holds, isBounded } from './condition.ts';
import { DiscoveryQuery, featureFits, twinFits } from './discovery-query.ts';

const none: Parameters<typeof featureFits>[2] = { vocabulary, bridges: () => false };
const query = (given: Record<string, unknown>) => DiscoveryQuery.parse(given);
const { feature, twin } = trialFound('fire', 'city:Hospital', { completeness: 0.9, purposes: ['city:safety'] });
const fits = (given: Record<string, unknown>, changes: object = {}, sight = none) => featureFits(query(given), { ...feature.attributes, ...changes }, sight);
const at = (text: string) => Instant.parse(text);

describe('a feature fits', () => {
  test('by its kind, and as far as the query lets meaning reach', () => {
    expect(fits({ kinds: ['city:Hospital'], expand: [] })).toBe(true);
    expect(fits({ kinds: ['city:CriticalFacility'] })).toBe(true);
    expect(fits({ kinds: ['city:CriticalFacility'], expand: ['narrower'] })).toBe(true);
    expect(fits({ kinds: ['city:CriticalFacility'], expand: ['synonyms'] })).toBe(false);
    expect(fits({ kinds: ['city:Tree'] })).toBe(false);
    const wider = { semanticType: termOf('city:CriticalFacility') };
    expect([undefined, ['close'], ['broader']].map((expand) => fits({ kinds: ['city:Hospital'], expand }, wider))).toEqual([false, false, true]);
    const mapping = { from: termOf('city:CriticalFacility'), to: termOf('city:Hospital'), relation: 'close' as const, confidence: 1 };
    const close = { ...none, vocabulary: createVocabulary([{ ...cityDictionary, mappings: [mapping] }]) };
    expect([['close'], ['narrower']].map((expand) => fits({ kinds: ['city:Hospital'], expand }, wider, close))).toEqual([true, false]);
  });

  test('by a synonym of another dictionary', () => {
    const known = vocabulary.term('city:Hospital');
    const county = { term: termOf('county:Clinic'), role: 'kind' as const, label: { en: 'Clinic' }, sameAs: [termOf('city:Hospital')] };
    const both = { ...vocabulary, term: (id: string) => (id === 'county:Clinic' ? county : vocabulary.term(id)) };
    expect(known).toBeDefined();
    expect(featureFits(query({ kinds: ['county:Clinic'], expand: ['synonyms'] }), feature.attributes, { ...none, vocabulary: both })).toBe(true);
    expect(featureFits(query({ kinds: ['county:Clinic'], expand: ['narrower'] }), feature.attributes, { ...none, vocabulary: both })).toBe(false);
  });

  test('by whether it is offered or sought: what is sought is found only by who asks for it', () => {
    expect([fits({}), fits({ direction: 'requires' })]).toEqual([true, false]);
    const sought = { direction: 'requires' };
    expect([fits({}, sought), fits({ direction: 'requires' }, sought)]).toEqual([false, true]);
  });

  test('by purpose, place and time', () => {
    expect(fits({ purpose: 'city:safety' })).toBe(true);
    expect(fits({ purpose: 'city:culture' })).toBe(false);
    expect(fits({ touches: polygonOfBox([0.5, 0.5, 2, 2]) })).toBe(true);
    expect(fits({ touches: polygonOfBox([1.5, 0, 2, 2]) })).toBe(false);
    expect(fits({ within: polygonOfBox([0.5, 0.5, 2, 2]) })).toBe(false);
    expect(fits({ within: polygonOfBox([0, 0, 1, 1]) })).toBe(true);
    expect(fits({ within: { type: 'Point', coordinates: [0.5, 0.5] } })).toBe(false);
    const nowhere = { coverage: {} };
    expect([fits({ within: polygonOfBox([0, 0, 1, 1]) }, nowhere), fits({ touches: polygonOfBox([0, 0, 1, 1]) }, nowhere)]).toEqual([false, true]);
    const near = (radius: number) => ({ near: { type: 'Point', coordinates: [1.01, 0.5], radius } });
    expect([fits(near(2_000)), fits(near(500))]).toEqual([true, false]);
    const coverage = { time: { from: at('2026-01-01T00:00:00Z'), to: at('2026-02-01T00:00:00Z') } };
    expect(fits({ during: { from: '2026-02-01T00:00:00Z' } }, { coverage })).toBe(true);
    expect(fits({ during: { from: '2026-02-01T00:00:00.001Z' } }, { coverage })).toBe(false);
    expect(fits({ during: { from: '2026-02-02T00:00:00Z' } })).toBe(true);
  });

  test('by what it speaks, or what an adaptor makes of it', () => {
    const speaking = (protocol: string, allowAdaptation: boolean) => ({
      bridgeable: { protocols: [protocol], formats: ['application/json'], allowAdaptation },
    });
    const bridges = { vocabulary, bridges: (from: { protocol: string }) => from.protocol === 'mqtt' };
    expect(fits(speaking('http', false))).toBe(true);
    expect(fits(speaking('mqtt', true))).toBe(false);
    expect(fits(speaking('mqtt', true), {}, bridges)).toBe(true);
    expect(fits(speaking('mqtt', false), {}, bridges)).toBe(false);
  });

  test('and a twin by its domain, its open hours and the kinds that the asker may see of it', () => {
    const sight = { ...none, kinds: [termOf('city:Hospital')] };
    const twinFitsTo = (given: Record<string, unknown>, changes: object = {}) => twinFits(query(given), { ...twin.attributes, ...changes }, sight);
    expect(twinFitsTo({ domain: 'city:domain', kinds: ['city:CriticalFacility'] })).toBe(true);
    expect(twinFitsTo({ kinds: ['city:Tree'] })).toBe(false);
    const schedule = [{ from: at('2026-01-01T08:00:00Z'), to: at('2026-01-01T16:00:00Z') }];
    expect(twinFitsTo({ during: { from: '2026-01-01T17:00:00Z' } }, { schedule })).toBe(false);
    expect(twinFitsTo({ during: { from: '2026-01-01T12:00:00Z' } }, { schedule })).toBe(true);
  });
});

describe('a condition', () => {
  const attributes = { name: { de: 'Überschwemmungsgebiet', en: 'Flood zone' }, quality: { accuracy: 0.9 }, tags: ['a', 'b'], kind: 'city:Hospital' };
  const is = (condition: unknown): boolean => holds(Condition.parse(condition), attributes, vocabulary);
  const leaf = (path: string, op: string, value?: unknown) => ({ path, op, value });

  test('tests numbers, texts, lists and meaning', () => {
    const yes = [
      leaf('quality.accuracy', 'eq', 0.9),
      leaf('quality.accuracy', 'gte', 0.9),
      leaf('quality.accuracy', 'lt', 1),
      leaf('tags', 'contains', 'b'),
      leaf('kind', 'in', ['city:Hospital']),
      leaf('kind', 'isA', 'city:CriticalFacility'),
      leaf('kind', 'contains', 'Hosp'),
      leaf('tags', 'ne', 'c'),
      leaf('missing', 'exists', false),
    ];
    const no = [
      leaf('quality.accuracy', 'gt', 0.9),
      leaf('quality.accuracy', 'lte', '1'),
      leaf('tags', 'ne', 'a'),
      leaf('missing', 'eq', null),
      leaf('missing', 'ne', 1),
      leaf('name', 'exists', false),
      leaf('constructor', 'exists'),
    ];
    expect(yes.filter((condition) => !is(condition))).toEqual([]);
    expect(no.filter(is)).toEqual([]);
  });

  test('matches words of any language, without case and accents', () => {
    expect(is(leaf('name', 'matches', 'uberschwemmungsgebiet'))).toBe(true);
    expect(is(leaf('name', 'matches', 'ZONE flood'))).toBe(true);
    expect(is(leaf('name', 'matches', 'flood plain'))).toBe(false);
  });

  test('joins by all, any and not as they say', () => {
    const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.boolean().map((truth) => leaf('name', 'exists', truth)),
        fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })),
        tie('node').map((not) => ({ not })),
      ),
    })).node;
    type Tree = { all?: Tree[]; any?: Tree[]; not?: Tree; value?: boolean };
    const truthOf = ({ all, any, not, value }: Tree): boolean => (all ? all.every(truthOf) : any ? any.some(truthOf) : not ? !truthOf(not) : value === true);
    fc.assert(
      fc.property(tree, (condition) => {
        expect(is(condition)).toBe(truthOf(condition as Tree));
      }),
    );
  });

  test('is at most filterDepthMax deep and of filterNodesMax parts', () => {
    const deep = (depth: number): Condition => (depth === 1 ? { path: 'name', op: 'exists' } : { not: deep(depth - 1) });
    const wide = (parts: number): Condition => ({ all: Array.from({ length: parts - 1 }, (): Condition => ({ path: 'name', op: 'exists' })) });
    expect([isBounded(deep(limits.filterDepthMax)), isBounded(deep(limits.filterDepthMax + 1))]).toEqual([true, false]);
    expect([isBounded(wide(limits.filterNodesMax)), isBounded(wide(limits.filterNodesMax + 1))]).toEqual([true, false]);
  });
});
