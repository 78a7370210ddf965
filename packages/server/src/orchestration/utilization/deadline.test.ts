/**
 * The time of one answer: between deadlineMinMs and deadlineMaxMs whatever is asked for, and over with the asker.
 */
import { instantOfMs, limits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import type { Room } from '../room.ts';
import { createDeadline } from './federated-twin.ts';

const roomWith = (monotonicMs: () => number): Room => ({ deps: { ...systemDeps(), clock: { now: () => instantOfMs(0), monotonicMs } } }) as Room; // branding: a deadline uses nothing but time

describe('a deadline', () => {
  it('is never shorter than deadlineMinMs and never longer than deadlineMaxMs', () => {
    const leftOf = (ms: number): number => {
      const deadline = createDeadline(
        roomWith(() => 0),
        ms,
        undefined,
      );
      deadline.done();
      return deadline.leftMs();
    };
    expect([limits.deadlineMinMs, limits.deadlineMinMs - 1].map(leftOf)).toEqual([limits.deadlineMinMs, limits.deadlineMinMs]);
    expect([limits.deadlineMaxMs, limits.deadlineMaxMs + 1].map(leftOf)).toEqual([limits.deadlineMaxMs, limits.deadlineMaxMs]);
    expect(leftOf(limits.deadlineDefaultMs)).toBe(limits.deadlineDefaultMs);
  });

  it('has less and less left, and never less than nothing', () => {
    let now = 0;
    const deadline = createDeadline(
      roomWith(() => now),
      1_000,
      undefined,
    );
    deadline.done();
    now = 400;
    expect(deadline.leftMs()).toBe(600);
    now = 5_000;
    expect(deadline.leftMs()).toBe(0);
  });

  it('is over when the asker goes away', () => {
    const asker = new AbortController();
    const deadline = createDeadline(
      roomWith(() => 0),
      limits.deadlineMaxMs,
      asker.signal,
    );
    expect(deadline.signal.aborted).toBe(false);
    asker.abort();
    expect(deadline.signal.aborted).toBe(true);
    deadline.done();
  });
});
