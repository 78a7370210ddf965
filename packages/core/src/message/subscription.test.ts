import { describe, expect, test } from 'vitest';
import type { GrantedFeature } from '../federation/agreement.ts';
import { betweenTurnsMs, hasMoved, SubscriptionTerms, Trigger } from './subscription.ts';

const granted = (maxRatePerMinute?: number) =>
  [{ featureId: 'f', kind: 'city:RiverGauge', modes: ['subscribe'], maxRatePerMinute }] as unknown as GrantedFeature[]; // branding: names as texts

describe('a subscription', () => {
  const turns = (terms: object, rate?: number): number => betweenTurnsMs(SubscriptionTerms.parse(terms), granted(rate));

  test('tells as often as it asks for, and never more often than was agreed', () => {
    expect([turns({}), turns({ maxRatePerMinute: 12 }), turns({}, 6), turns({ maxRatePerMinute: 12 }, 6), turns({ maxRatePerMinute: 2 }, 6)]).toEqual([
      0, 5_000, 10_000, 10_000, 30_000,
    ]);
    expect([turns({ trigger: { on: 'interval', every: 'PT10S' } }), turns({ trigger: { on: 'interval', every: 'PT10S' } }, 1)]).toEqual([10_000, 60_000]);
  });

  test('has one trigger, and of a query what says which twins and properties', () => {
    const fits = (terms: object): boolean => SubscriptionTerms.safeParse(terms).success;
    const trigger = { on: 'change', term: 'city:waterLevel', minDelta: 0.2 };
    expect([fits({ trigger }), fits({ trigger, or: trigger }), fits({ trigger: { on: 'change' } }), fits({ trigger: { ...trigger, minDelta: 0 } })]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([fits({ query: { version: 1, filter: {}, terms: [] } }), fits({ query: { version: 1, count: true } })]).toEqual([true, false]);
  });

  test('of a term tells what moved far enough from what was told', () => {
    const trigger = Trigger.parse({ on: 'change', term: 'city:waterLevel', minDelta: 2 });
    const moved = (value: number | string | undefined, told: number | string | undefined): boolean => hasMoved(trigger, value, told);
    expect([moved(5, undefined), moved(6.9, 5), moved(7, 5), moved(3, 5), moved(undefined, 5), moved('shut', 'open'), moved('open', 'open')]).toEqual([
      ...[true, false, true, true, true, true, false],
    ]);
    const any = Trigger.parse({ on: 'change', term: 'city:waterLevel' });
    expect([hasMoved(any, 5.1, 5), hasMoved(any, 5, 5), hasMoved(undefined, 5, 5)]).toEqual([true, false, true]);
  });
});
