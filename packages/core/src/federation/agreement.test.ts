import { describe, expect, test } from 'vitest';
import { type Authority, agreementIdOf, featureIdOf, federationIdOf } from '../ground/id.ts';
import { addMs } from '../ground/instant.ts';
import { boxOf, polygonOfBox } from '../ground/place/parts.ts';
import { agencyIdOfName, termOf, twinIdOfName } from '../twin/trial-twin.ts';
import { Agreement, type AgreementTerms, agreementLifecycle, agreementText, conflictOf, considerRequest, mayShow, type PolicyRule } from './agreement.ts';
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
  test('gives what tells of persons only by a rule that permits it', () => {
    const personal = new Set([pumps]);
    const given = (feature: typeof pumps, ...rules: readonly PolicyRule[]) => {
      const asked = { ...terms, features: terms.features.filter(({ featureId }) => featureId === feature) };
      return considerRequest(asked, { asker: agencyIdOfName('planning'), rules, vocabulary, offered, personal });
    };
    expect(given(pumps, rule({}))).toMatchObject({ decision: 'decline', kind: 'personalDataNotPermitted' });
    expect(given(pumps, rule({ personalData: true }))).toMatchObject({ decision: 'accept', terms: { features: [{ featureId: pumps }] } });
    expect(given(zones, rule({}))).toMatchObject({ decision: 'accept' });
    const both = considerRequest(terms, { asker: agencyIdOfName('planning'), rules: [rule({})], vocabulary, offered, personal });
    expect(both).toMatchObject({ decision: 'accept', terms: { features: [{ featureId: zones }] } });
  });

  test('narrows terms with members that it does not know and keeps these', () => {
    const said = { ...terms, 'x:later': 1, features: terms.features.map((feature) => ({ ...feature, 'x:more': [2] })) };
    const asking = { asker: agencyIdOfName('planning'), rules: [rule({ maxRatePerMinute: 5 })], vocabulary, offered };
    const narrowed = { ...said, features: said.features.map((feature) => ({ ...feature, maxRatePerMinute: 5 })) };
    expect(considerRequest(said, asking)).toMatchObject({ decision: 'accept', terms: narrowed });
  });

  test('lets one federation at a time move the same thing in the city', () => {
    const moving: AgreementTerms = { ...terms, features: [{ featureId: pumps, kind: termOf('city:PumpingStation'), modes: ['invoke', 'actuate'] }] };
    const other = { ...moving, federationId: federationIdOf(water, 'other') };
    const held = (state: 'AGREED' | 'TERMINATED', given: AgreementTerms) => [
      Agreement.parse({ id: agreementIdOf(water, 'held'), revision: 1, state, terms: given }),
    ];
    expect(conflictOf(moving, held('AGREED', other))?.terms.federationId).toBe(other.federationId);
    expect(conflictOf(moving, held('TERMINATED', other))).toBeUndefined();
    expect(conflictOf(moving, held('AGREED', moving))).toBeUndefined();
    expect(conflictOf(terms, held('AGREED', other))).toBeUndefined();
    const earlier = { ...other, validity: { from: addMs(start, -2_000), to: addMs(start, -1_000) } };
    expect(conflictOf(moving, held('AGREED', earlier))).toBeUndefined();
  });

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
