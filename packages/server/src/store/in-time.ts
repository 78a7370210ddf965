/**
 * In time: how long a store lets its askers wait, and how many of them, the same on every engine.
 */
import { limits, type Problem, problem } from '@cityweave/core';
import { type Clock, endingSignal, systemDeps, type Timers } from '../deps.ts';
import type { StoreHealth, Waiting } from './store.ts';
import { unanswered, unansweredProblem } from './unanswered.ts';

export const readWithinMs = 30_000;
export const healthWithinMs = 5_000;
/** Reads of a store that are under way or wait for their turn. */
export const readsWaitingMax = 4_000;

const overloaded = problem('overloaded', { subject: 'store', limit: readsWaitingMax, retryAfterMs: limits.retryDelayMinMs });

type Bound = Waiting & { readonly timers: Timers; readonly ms: number };

/** What has not ended in time is told as that, unless its asker went away before. */
const within = async <T>({ timers, ms, signal }: Bound, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const ending = endingSignal(timers, ms, signal);
  try {
    return await ask(ending.signal);
  } catch (cause) {
    return Promise.reject(ending.signal.aborted && !signal?.aborted ? unanswered(problem('timedOut', { subject: 'store', limit: ms })) : cause);
  } finally {
    ending.done();
  }
};

export type Reads = <T>(ask: (signal: AbortSignal) => Promise<T>, waiting?: Waiting) => Promise<T>;

/** The reads of one store. */
export const createReads = (timers: Timers = systemDeps().timers): Reads => {
  let waiting = 0;
  return async (ask, asker = {}) => {
    if (waiting >= readsWaitingMax) return Promise.reject(unanswered(overloaded));
    waiting += 1;
    return within({ timers, ms: readWithinMs, signal: asker.signal }, ask).finally(() => {
      waiting -= 1;
    });
  };
};

const nobody = problem('unavailable', { subject: 'store', found: 'nobody waits for it any more' });

type Asked = { readonly clock: Clock; readonly timers?: Timers /** a small question to the engine */; readonly ask: (waiting: Waiting) => Promise<unknown> };

/** An engine that is there and lets others wait is no better than one that is not. `told`: what it says where it fails. */
export const healthOf = async ({ clock, timers = systemDeps().timers, ask }: Asked, told: (cause: unknown) => Problem, waiting: Waiting = {}) => {
  const from = clock.monotonicMs();
  const found = await within({ timers, ms: healthWithinMs, signal: waiting.signal }, (signal) => ask({ signal })).then(
    () => undefined,
    (cause) => (waiting.signal?.aborted ? nobody : (unansweredProblem(cause) ?? told(cause))),
  );
  const latencyMs = clock.monotonicMs() - from;
  return (found ? { ok: false, latencyMs, problem: found } : { ok: true, latencyMs }) satisfies StoreHealth;
};
