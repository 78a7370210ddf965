import { describe, expect, test } from 'vitest';
import { type Authority, featureIdOf } from '../ground/id.ts';
import { boxOf, polygonOfBox } from '../ground/place.ts';
import { agencyIdOfName, termOf, twinIdOfName } from '../twin/trial-twin.ts';
import { type AgreementTerms, agreementLifecycle, agreementText, considerRequest, mayShow, type PolicyRule } from './agreement.ts';
import { start, trialDraft, vocabulary } from './trial-federation.ts';

const water = 'water.town.example' as Authority;
const [zones, pumps] = [featureIdOf(water, 'zones'), featureIdOf(water, 'pumps')];
const terms: AgreementTerms = {
  federationId: trialDraft([]).id,
  parties: { consumer: twinIdOfName('planning', 'agency'), provider: twinIdOfName('water', 'agency') },
  features: [
    { featureId: zones, kind: termOf('city:FloodZone'), modes: ['read'] },
    { featureId: pumps, kind: termOf('city:PumpingStation'), modes: ['read', 'subscribe'] },
  ],
  purpose: termOf('city:safety'),
  permissions: ['use:city:safety'],
  prohibitions: [],
  validity: { from: start },
};
const offered = new Map([
  [zones, termOf('city:FloodZone')],
  [pumps, termOf('city:PumpingStation')],
]);
const rule = (given: Partial<PolicyRule>): PolicyRule => ({ withhold: [], decision: 'accept', ...given });
const consider = (...rules: readonly PolicyRule[]) => considerRequest(terms, { asker: agencyIdOfName('planning'), rules, vocabulary, offered });

describe('the owner', () => {
  test('says no where no rule of the policy fits', () => {
    expect(consider().decision).toBe('decline');
    expect(consider(rule({ agencies: [agencyIdOfName('other')] }), rule({ purposes: ['city:culture'] })).decision).toBe('decline');
  });

  test('decides by the first rule that fits', () => {
    expect(consider(rule({ decision: 'decline' }), rule({})).decision).toBe('decline');
    expect(consider(rule({ agencies: [agencyIdOfName('other')], decision: 'decline' }), rule({ purposes: ['city:domain'], decision: 'ask' })).decision).toBe(
      'ask',
    );
  });

  test('narrows kinds, terms, area and rate, and never widens', () => {
    const given = consider(rule({ kinds: ['city:FloodZone'], withhold: [termOf('city:owner')], area: [0, 0, 1, 1], maxRatePerMinute: 60 }));
    expect(given).toEqual({
      decision: 'accept',
      terms: {
        ...terms,
        area: polygonOfBox([0, 0, 1, 1]),
        features: [{ featureId: zones, kind: 'city:FloodZone', modes: ['read'], withheld: ['city:owner'], maxRatePerMinute: 60 }],
      },
    });
    expect(consider(rule({}))).toEqual({ decision: 'accept', terms });
  });

  test('gives of the area asked for what the rule allows, and declines where that is nothing', () => {
    const asking = (west: number) => {
      const asked = { ...terms, area: polygonOfBox([west, 0, west + 2, 1]) };
      return considerRequest(asked, { asker: agencyIdOfName('planning'), rules: [rule({ area: [0, 0, 3, 3] })], vocabulary, offered });
    };
    const given = asking(2);
    expect(given.decision === 'accept' && given.terms.area && boxOf(given.terms.area)).toEqual([2, 0, 3, 1]);
    expect(asking(1)).toMatchObject({ decision: 'accept', terms: { area: polygonOfBox([1, 0, 3, 1]) } });
    expect(asking(7)).toEqual({ decision: 'decline', reason: 'nothing may be given of the area asked for' });
  });

  test('declines what is not offered, or offered as another kind', () => {
    const asking = { asker: agencyIdOfName('planning'), rules: [rule({})], vocabulary };
    expect(considerRequest(terms, { ...asking, offered: new Map() }).decision).toBe('decline');
    expect(considerRequest(terms, { ...asking, offered: new Map([[zones, termOf('city:Park')]]) }).decision).toBe('decline');
    expect(consider(rule({ kinds: ['city:Park'] })).decision).toBe('decline');
  });
});

test('both sides sign the same text, whatever the order of its members', () => {
  expect(agreementText(Object.fromEntries(Object.entries(terms).toReversed()) as AgreementTerms)).toBe(agreementText(terms));
  expect(agreementText({ ...terms, purpose: termOf('city:water') })).not.toBe(agreementText(terms));
});

test('a withheld term is kept back with its narrower ones', () => {
  const granted = { featureId: zones, kind: termOf('city:FloodZone'), modes: [], withheld: [termOf('city:domain')] };
  expect([
    mayShow('city:water', granted, vocabulary),
    mayShow('city:height', granted, vocabulary),
    mayShow('city:water', { ...granted, withheld: undefined }, vocabulary),
  ]).toEqual([false, true, true]);
});

test('an agreement that is over stays over', () =>
  expect(agreementLifecycle.states.filter(agreementLifecycle.isFinal)).toEqual(['REJECTED', 'EXPIRED', 'TERMINATED']));
