import { expect, test } from 'vitest';
import { toldTimers } from '../told-timers.contract.ts';
import { createPulse, type Pace, paces } from './pulse.ts';

const hour = 3_600_000;

const trial = (sign: () => Promise<unknown>, ms = hour, pace?: Pace) => {
  const { timers, goOn, left } = toldTimers();
  const { watch } = createPulse(timers, sign);
  return { ...watch(ms, pace), watch, goOn, left };
};

test.each(Object.entries(paces))('what gives no sign of life in time is waited for no longer: %s', async (_, pace) => {
  const { signal, goOn, done, left } = trial(() => new Promise(() => undefined), hour, pace);
  await goOn(pace.afterMs);
  await goOn(pace.signMs - 1);
  expect(signal.aborted).toBe(false);
  await goOn(1);
  expect(signal.aborted).toBe(true);
  done();
  expect(left()).toBe(0);
});

test('a read is told of a server that hangs within 10 s, a write within 20, whoever closes a store within 5', () => {
  expect(paces.working.afterMs + paces.working.signMs).toBeLessThan(10_000);
  expect(paces.closing.afterMs + paces.closing.signMs).toBeLessThan(4_000);
});

test('what gives signs of life, be it by a refusal, is waited for until the time is over', async () => {
  const { afterMs, signMs } = paces.working;
  let asked = 0;
  const sign = () => {
    asked += 1;
    return asked % 2 === 0 ? Promise.reject(new Error('too busy')) : Promise.resolve();
  };
  const { signal, goOn } = trial(sign, 10 * afterMs);
  for (let signs = 1; signs < 10; signs += 1) {
    await goOn(afterMs);
    expect([asked, signal.aborted]).toEqual([signs, false]);
  }
  await goOn(signMs);
  expect(signal.aborted).toBe(true);
});

test('those who wait at the same time share a sign, and who is answered wants no more', async () => {
  let asked = 0;
  const { watch, goOn, done, left } = trial(async () => {
    asked += 1;
  });
  const others = Array.from({ length: 9 }, () => watch(hour));
  await goOn(paces.working.afterMs);
  expect(asked).toBe(1);
  for (const one of [...others, { done }]) one.done();
  await goOn(hour);
  expect([asked, left()]).toEqual([1, 0]);
});
