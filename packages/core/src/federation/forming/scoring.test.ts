import { describe, expect, test } from 'vitest';
import { DictionaryId } from '../../ground/id.ts';
import { Instant } from '../../ground/instant.ts';
import { polygonOfBox } from '../../ground/place/parts.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { createVocabulary } from '../../twin/semantic-dictionary.ts';
import { termOf } from '../../twin/trial-twin.ts';
import { start, trialFound, vocabulary } from '../trial-federation.ts';
import { rankCandidates, scoreWeights } from './scoring.ts';

const need = { kind: termOf('city:CriticalFacility'), optional: false };
const base = { needs: [need], vocabulary, now: start };
const exact = trialFound('fire', 'city:CriticalFacility', { completeness: 1 });
const only = (found: ReturnType<typeof trialFound>, ranking: Partial<Parameters<typeof rankCandidates>[1]> = {}) => {
  const [candidate] = rankCandidates([found], { ...base, ...ranking });
  return candidate ?? expect.unreachable();
};
const changed = (attributes: object): typeof exact => ({ ...exact, feature: { ...exact.feature, attributes: { ...exact.feature.attributes, ...attributes } } });
const part = (name: keyof typeof scoreWeights, candidate: ReturnType<typeof only>) => [
  Number(candidate.scoreParts[name].toFixed(3)),
  candidate.evidence.find((one) => one.part === name)?.why,
];

const farForm = { format: 'application/geo+json' as const, dictionary: cityDictionary.id, source: 'file', key: 'id', members: [] };
const adaptor = {
  ...{ endpoints: exact.twin.attributes.endpoints, keys: exact.twin.attributes.keys, status: 'online' as const, capacity: { connections: 1, used: 0 } },
  ...{ protocolPairs: [], dictionaryPairs: [], formatPairs: [['application/json', farForm.format] satisfies [string, string]] },
};

describe('a candidate is scored', () => {
  test('by meaning: exact and synonym 1, close 0.8, narrower 0.7, broader 0.5, none 0', () => {
    const county = {
      id: DictionaryId.parse('urn:dtf:dictionary:county.example:terms'),
      version: '1',
      prefix: 'county',
      name: { en: 'County' },
      terms: [
        { term: termOf('county:Vital'), role: 'kind' as const, label: { en: 'Vital' }, sameAs: [need.kind] },
        { term: termOf('county:Useful'), role: 'kind' as const, label: { en: 'Useful' } },
      ],
      mappings: [{ from: termOf('county:Useful'), to: need.kind, relation: 'close' as const, confidence: 1 }],
    };
    const both = { vocabulary: createVocabulary([cityDictionary, county]) };
    const meaning = (kind: string) => part('meaning', only(trialFound('a', kind), both))[0];
    expect(['city:CriticalFacility', 'county:Vital', 'county:Useful', 'city:Hospital', 'city:Tree'].map(meaning)).toEqual([1, 1, 0.8, 0.7, 0]);
    const hospital = { needs: [{ kind: termOf('city:Hospital'), optional: false }] };
    expect(part('meaning', only(exact, hospital))).toEqual([0.5, 'city:CriticalFacility is broader than city:Hospital']);
    expect(only(exact, hospital)).toMatchObject({ score: 0, gaps: [{ aspect: 'semantics', bridgeable: false }] });
    const lossy = only(exact, { needs: hospital.needs.map((one) => ({ ...one, maxLoss: 0.5 })) });
    expect([lossy.gaps, lossy.score > 0]).toEqual([[], true]);
  });

  test('by how it says that it stands: as registered, or now; one that is away is none', () => {
    const present = (status: 'online' | 'degraded' | 'offline', registered: 'online' | 'degraded' = 'online') => {
      const found = { ...exact, twin: { ...exact.twin, attributes: { ...exact.twin.attributes, status: registered } } };
      const candidate = only(found, { status: () => status });
      return [candidate.scoreParts.time, candidate.score > 0, candidate.gaps.map(({ aspect }) => aspect)];
    };
    expect(present('online', 'degraded')).toEqual([1, true, []]);
    expect(present('degraded')).toEqual([0.5, true, []]);
    expect(present('offline')).toEqual([0, false, ['time']]);
    const registered = { ...exact, twin: { ...exact.twin, attributes: { ...exact.twin.attributes, status: 'degraded' as const } } };
    expect(part('time', only(registered))).toEqual([0.5, 'it is not bounded in time; it is degraded now']);
    expect(part('time', only(registered, { status: () => undefined }))[0]).toBe(0.5);
  });

  test('by space, with the share that it covers', () => {
    expect(part('space', only(exact, { area: polygonOfBox([0, 0, 2, 1]) }))).toEqual([0.5, 'covers 50 % of the area']);
    const corner = changed({
      coverage: {
        space: {
          type: 'Polygon',
          coordinates: [
            [
              [0, 0],
              [1, 0],
              [0, 1],
              [0, 0],
            ],
          ],
        },
      },
    });
    expect(part('space', only(corner, { area: polygonOfBox([0, 0, 1, 1]) }))).toEqual([0.5, 'covers 50 % of the area']);
    expect(only(corner, { area: polygonOfBox([0.8, 0.8, 1, 1]) })).toMatchObject({ score: 0, gaps: [{ aspect: 'space' }] });
  });

  test('by time: the share of the period, times how fresh its values are', () => {
    const coverage = { coverage: { time: { from: Instant.parse('2026-01-01T00:00:00Z'), to: Instant.parse('2026-01-01T12:00:00Z') } } };
    const period = { from: Instant.parse('2026-01-01T00:00:00Z'), to: Instant.parse('2026-01-02T00:00:00Z') };
    expect(part('time', only(changed(coverage), { period }))).toEqual([0.5, 'covers 50 % of the time']);
    const slow = changed({ data: { ...exact.feature.attributes.data, interval: 'PT50S' }, quality: { completeness: 1, latency: 'PT10S' } });
    expect(part('time', only(slow, { needs: [{ ...need, maxAge: 'PT30S' }] }))).toEqual([
      0.5,
      'it is not bounded in time; values are up to 60 s old, 30 s are allowed',
    ]);
    const later = { from: Instant.parse('2027-01-01T00:00:00Z') };
    expect(only(changed(coverage), { period: later })).toMatchObject({ score: 0, gaps: [{ aspect: 'time', bridgeable: false }] });
  });

  test('not at all where it is not as exact as a need wants it', () => {
    const exactly = (accuracy: number | undefined) =>
      only(changed({ quality: { ...(accuracy !== undefined && { accuracy }) } }), { needs: [{ ...need, minAccuracy: 0.9 }] });
    expect(exactly(0.9).gaps).toEqual([]);
    expect(exactly(0.8)).toMatchObject({ score: 0, gaps: [{ aspect: 'quality', bridgeable: false, how: 'accuracy 0.8, 0.9 is needed' }] });
    expect(exactly(undefined).score).toBe(0);
  });

  test('by quality and by trust', () => {
    expect(part('quality', only(changed({ quality: { accuracy: 0.5, confidence: 1 } })))).toEqual([0.75, 'accuracy 0.5, confidence 1']);
    expect(part('quality', only(changed({ quality: undefined })))).toEqual([0.5, 'it says nothing of its quality']);
    expect((['kept', 'unknown', 'broken'] as const).map((trust) => part('trust', only(exact, { trust: () => trust }))[0])).toEqual([1, 0.5, 0]);
  });

  test('with the weights that its node gives, and with the same score after one that needs less conversion', () => {
    const weights = { meaning: 0, space: 0, time: 0, quality: 1, adaptation: 0, trust: 0 };
    expect(only(exact, { weights }).score).toBe(exact.feature.attributes.quality?.completeness);
    const far = changed({ data: { ...exact.feature.attributes.data, form: farForm } });
    const first = { ...far, feature: { ...far.feature, id: exact.feature.id.replace('fire', 'aaa') as typeof exact.feature.id } };
    const adaptors = [adaptor];
    const ranked = rankCandidates([first, exact], { ...base, weights, adaptors });
    expect(ranked.map(({ feature, score }) => [feature.id, score])).toEqual([exact, first].map(({ feature }) => [feature.id, 1]));
  });

  test('by the weighted sum of its parts, and is above another with the same score by latency, then by id', () => {
    const { score, scoreParts } = only(exact);
    const sum = Object.entries(scoreWeights).reduce((total, [name, weight]) => total + weight * scoreParts[name as keyof typeof scoreWeights], 0);
    expect(score).toBeCloseTo(sum, 12);
    const slow = changed({ quality: { completeness: 1, latency: 'PT1S' } });
    const other = { ...slow, feature: { ...slow.feature, id: exact.feature.id.replace('fire', 'aaa') as typeof exact.feature.id } };
    expect(rankCandidates([other, exact], base).map(({ feature }) => feature.id)).toEqual([exact.feature.id, other.feature.id]);
  });
});
