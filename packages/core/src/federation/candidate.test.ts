import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../ground/limits.ts';
import { polygonOfBox } from '../ground/place/parts.ts';
import { agencyIdOfName, termOf } from '../twin/trial-twin.ts';
import { candidateLifecycle } from './candidate.ts';
import { candidatesFor } from './forming/choosing.ts';
import { findGaps, rankCandidates, scoreWeights } from './forming/scoring.ts';
import { start, trialFound, vocabulary } from './trial-federation.ts';

const needs = [{ kind: termOf('city:CriticalFacility'), optional: false }];
const ranking = { needs, vocabulary, now: start, purpose: termOf('city:safety'), area: polygonOfBox([0, 0, 1, 1]) };
const found = ['fire', 'health', 'water', 'energy'].flatMap((agency, index) => [
  trialFound(agency, 'city:CriticalFacility', { completeness: index / 4 }),
  trialFound(agency, 'city:Hospital', { box: [0, 0, 0.5, 1] }),
  trialFound(agency, 'city:Tree'),
  trialFound(agency, 'city:Shelter', { purposes: ['city:culture'] }),
]);

describe('ranking', () => {
  test('does not depend on the order of its input', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(found, { minLength: found.length }), (shuffled) => {
        expect(rankCandidates(shuffled, ranking)).toEqual(rankCandidates(found, ranking));
      }),
    );
  });

  test('is best first, and says why of each', () => {
    const ranked = rankCandidates(found, ranking);
    expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(ranked[0]?.scoreParts.meaning).toBe(1);
    expect(ranked.filter(({ score, gaps }) => (score === 0) !== gaps.some(({ bridgeable }) => !bridgeable))).toEqual([]);
    expect(ranked.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
  });

  test('weighs its parts to one', () => expect(Object.values(scoreWeights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12));
});

describe('a gap', () => {
  const gapsOf = (one: ReturnType<typeof trialFound>) => findGaps(one, ranking).map(({ aspect }) => aspect);

  test('is a kind that nobody needs, an area elsewhere, a purpose that the owner does not allow', () => {
    expect([
      gapsOf(trialFound('a', 'city:Hospital')),
      gapsOf(trialFound('a', 'city:Tree')),
      gapsOf(trialFound('a', 'city:Hospital', { box: [5, 5, 6, 6] })),
      gapsOf(trialFound('a', 'city:Hospital', { purposes: ['city:culture'] })),
    ]).toEqual([[], ['semantics'], ['space'], ['policy']]);
  });

  test('is none where the owner allows a wider purpose', () => expect(gapsOf(trialFound('a', 'city:Hospital', { purposes: ['city:domain'] }))).toEqual([]));
});

test('candidates for a need are all that serve it, of the agencies named', () => {
  const ranked = rankCandidates(found, ranking);
  const agencies = (need: Parameters<typeof candidatesFor>[0]) =>
    new Set(candidatesFor(need, ranked, vocabulary).map(({ twin }) => twin.attributes.owner.organizationId));
  expect(agencies({ kind: termOf('city:Hospital'), optional: false }).size).toBe(4);
  expect([...agencies({ kind: termOf('city:Hospital'), agencies: [agencyIdOfName('fire')], optional: false })]).toEqual([agencyIdOfName('fire')]);
  expect(agencies({ kind: termOf('city:Shelter'), optional: false }).size).toBe(0);
});

test('a candidate that is dropped stays dropped', () => expect(candidateLifecycle.states.filter(candidateLifecycle.isFinal)).toEqual(['DROPPED']));

test('the best candidatesMax candidates are kept, one beyond is not', () => {
  const many = (count: number) => rankCandidates(Array(count).fill(trialFound('a', 'city:Hospital')), ranking).length;
  expect([many(limits.candidatesMax), many(limits.candidatesMax + 1)]).toEqual([limits.candidatesMax, limits.candidatesMax]);
});
