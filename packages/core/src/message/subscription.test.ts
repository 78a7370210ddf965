import { describe, expect, test } from 'vitest';
import type { GrantedFeature } from '../federation/agreement.ts';
import { betweenTurnsMs, hasMoved, onChange, SubscriptionTerms, tellsMovesAlone } from './subscription.ts';

const granted = (maxRatePerMinute?: number) =>
  [{ featureId: 'f', kind: 'city:RiverGauge', modes: ['subscribe'], maxRatePerMinute }] as unknown as GrantedFeature[]; // branding: names as texts

describe('a subscription', () => {
  const turns = (terms: object, rate?: number): readonly number[] => Object.values(betweenTurnsMs(SubscriptionTerms.parse(terms), granted(rate)));
  const every = { on: 'interval', every: 'PT10S' } as const;
  const change = { on: 'change', term: 'city:waterLevel', minDelta: 2 } as const;

  test('tells as often as it asks for, and never more often than was agreed', () => {
    const least = (...given: Parameters<typeof turns>) => turns(...given)[0];
    expect([least({}), least({ maxRatePerMinute: 12 }), least({}, 6), least({ maxRatePerMinute: 12 }, 6), least({ maxRatePerMinute: 2 }, 6)]).toEqual([
      0, 5_000, 10_000, 10_000, 30_000,
    ]);
    expect([turns({ trigger: every }), turns({ trigger: every }, 1)]).toEqual([
      [10_000, 10_000],
      [60_000, 60_000],
    ]);
  });

  test('with two triggers tells by what comes first: from time to time, and sooner what moved, but not more often than was agreed', () => {
    expect(turns({ trigger: every, or: change })).toEqual([0, 10_000]);
    expect(turns({ trigger: change, or: every }, 12)).toEqual([5_000, 10_000]);
    expect(turns({ trigger: every, or: { ...every, every: 'PT4S' } })).toEqual([4_000, 4_000]);
    expect(
      [{ trigger: change }, { trigger: change, or: change }, { trigger: every, or: change }, { trigger: every }, {}].map((terms) =>
        tellsMovesAlone(SubscriptionTerms.parse(terms)),
      ),
    ).toEqual([true, true, false, false, false]);
  });

  test('has triggers that it knows, and of a query what says which twins and properties', () => {
    const fits = (terms: object): boolean => SubscriptionTerms.safeParse(terms).success;
    expect([
      fits({ trigger: change, or: every }),
      fits({ or: { on: 'whim' } }),
      fits({ trigger: { on: 'change' } }),
      fits({ trigger: { ...change, minDelta: 0 } }),
    ]).toEqual([true, false, false, false]);
    expect([fits({ query: { version: 1, filter: {}, terms: [] } }), fits({ query: { version: 1, count: true } })]).toEqual([true, false]);
  });

  test('of terms tells what moved far enough from what was told', () => {
    const triggers = onChange(SubscriptionTerms.parse({ trigger: change, or: { on: 'change', term: 'city:state' } }));
    const moved = (values: readonly (number | string | undefined)[], told: readonly (number | string | undefined)[]): boolean =>
      hasMoved(triggers, values, told);
    expect([moved([5], [undefined]), moved([6.9], [5]), moved([7], [5]), moved([3], [5]), moved([undefined], [5])]).toEqual([true, false, true, true, true]);
    expect([moved([5, 'shut'], [5, 'open']), moved([5, 'open'], [5, 'open']), moved([5, 5.1], [5, 5])]).toEqual([true, false, true]);
    expect(hasMoved([], [5], [6])).toBe(false);
  });
});
