import { expect, test } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createReads, healthOf, healthWithinMs, readsWaitingMax, readWithinMs } from './in-time.ts';
import { toldTimers } from './told-timers.contract.ts';
import { answered } from './unanswered.ts';
import { untilAborted } from './waiting.ts';

const { clock } = systemDeps();

/** An engine that never answers, and lets go whoever waits no more. */
const hanging = (signal: AbortSignal | undefined): Promise<never> => untilAborted({ signal }, new Promise<never>(() => undefined));

const pendingUntil = (work: Promise<unknown>): (() => boolean) => {
  let pending = true;
  void work.finally(() => {
    pending = false;
  });
  return () => pending;
};

test('a read has its time and no more, and leaves nothing behind', async () => {
  const { timers, goOn, left } = toldTimers();
  const read = answered(createReads(timers)(hanging));
  const isPending = pendingUntil(read);
  await goOn(readWithinMs - 1);
  expect(isPending()).toBe(true);
  await goOn(1);
  expect(await read).toMatchObject({ ok: false, problem: { kind: 'timedOut', limit: readWithinMs } });
  expect(left()).toBe(0);
});

test('so many reads may wait, one more is refused, and who leaves makes room', async () => {
  const { timers } = toldTimers();
  const [reads, controller] = [createReads(timers), new AbortController()];
  const waiting = Array.from({ length: readsWaitingMax - 1 }, () => reads(hanging, { signal: controller.signal }).catch(({ name }) => name));
  expect(await reads(async () => 'answered')).toBe('answered');
  const last = reads(hanging, { signal: controller.signal }).catch(({ name }) => name);
  expect(await answered(reads(async () => 'answered'))).toMatchObject({ ok: false, problem: { kind: 'overloaded', limit: readsWaitingMax } });
  controller.abort();
  expect(new Set([...(await Promise.all(waiting)), await last])).toEqual(new Set(['AbortError']));
  expect(await reads(async () => 'answered')).toBe('answered');
});

test('health is told in time, also by an engine that lets everybody wait', async () => {
  const { timers, goOn } = toldTimers();
  const health = healthOf({ clock, timers, ask: ({ signal }) => hanging(signal) }, () => expect.fail('it says nothing'));
  const isPending = pendingUntil(health);
  await goOn(healthWithinMs - 1);
  expect(isPending()).toBe(true);
  await goOn(1);
  expect(await health).toMatchObject({ ok: false, problem: { kind: 'timedOut', limit: healthWithinMs } });
});
