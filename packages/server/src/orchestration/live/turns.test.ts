/**
 * What moved is told against what was told: of as many twins as are remembered.
 */
import { limits, SubscriptionTerms, type TwinsChanged } from '@cityweave/core';
import { expect, it } from 'vitest';
import { twin, twinId } from '../../store/twins.contract.ts';
import { createMovement, createTurns } from './turns.ts';

const terms = SubscriptionTerms.parse({ trigger: { on: 'change', term: 'city:level', minDelta: 5 } });
const levelOf = (key: number, value: number) => ({ twin: twin(twinId(`${key}`), { values: { 'city:level': { value } } }) });
const changed = (from: number, to: number, value: number): TwinsChanged =>
  ({ seq: 1, deleted: [], rows: Array.from({ length: to - from }, (_, n) => levelOf(from + n, value)) }) as unknown as TwinsChanged; // branding: times of the store are not looked at

it('the value of triggerTwinsMax twins is remembered as it was told; of one more the oldest is told again', () => {
  const { telling: moved } = createMovement(terms);
  const told = (from: number, to: number, value: number): number => moved(changed(from, to, value)).rows.length;
  expect(told(0, limits.triggerTwinsMax, 1)).toBe(limits.triggerTwinsMax);
  expect(told(0, 2, 3)).toBe(0);
  expect(told(limits.triggerTwinsMax, limits.triggerTwinsMax + 1, 1)).toBe(1);
  expect([told(0, 2, 3), told(2, 3, 3)]).toEqual([0, 1]);
});

it('a twin that was told to be gone or outside is told when it is there again, moved or not', () => {
  const { telling: moved } = createMovement(terms);
  const rowsOf = (change: Partial<TwinsChanged>, key = 0) => moved({ ...changed(key, key + 1, 1), ...change }).rows.length;
  expect([rowsOf({}), rowsOf({})]).toEqual([1, 0]);
  moved({ ...changed(0, 0, 1), deleted: [twinId('0')] });
  expect([rowsOf({}), rowsOf({})]).toEqual([1, 0]);
  moved({ ...changed(0, 0, 1), outside: [twinId('0')] });
  expect([rowsOf({}), rowsOf({})]).toEqual([1, 0]);
  expect(rowsOf({ resnapshot: true })).toBe(1);
});

it('a turn tells what there was when it began, however fast more comes, and the next one waits its time', () => {
  let ms = 0;
  const turns = createTurns(() => ms);
  expect(turns.waitMs(1_000)).toBe(0);
  turns.begin(10);
  turns.reached(9);
  expect([turns.isOn(), turns.waitMs(1_000)]).toEqual([true, 0]);
  ms = 400;
  turns.reached(12);
  expect([turns.isOn(), turns.waitMs(1_000)]).toEqual([false, 600]);
  ms = 1_000;
  expect(turns.waitMs(1_000)).toBe(0);
});
