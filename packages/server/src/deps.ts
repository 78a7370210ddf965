/**
 * Deps: the time, new identifiers and timers, handed to whoever needs them. The only now(), randomUUID() and setTimeout() of the node; tests hand in told ones.
 */
import { randomUUID } from 'node:crypto';
import { type Instant, instantOfMs, MessageId } from '@cityweave/core';

export type Clock = {
  readonly now: () => Instant;
  /** for durations: never goes back */
  readonly monotonicMs: () => number;
};

export type Ids = { readonly uuid: () => string };

/** `after` runs once, later; what it returns calls it off. */
export type Timers = { readonly after: (ms: number, run: () => void) => () => void };

export type Deps = { readonly clock: Clock; readonly ids: Ids; readonly timers: Timers };

/** Node rounds longer waits down to 1 ms. */
const timerMsMax = 2 ** 31 - 1;

export const systemDeps = (): Deps => ({
  clock: { now: () => instantOfMs(Date.now()), monotonicMs: () => performance.now() },
  ids: { uuid: () => randomUUID() },
  timers: {
    after: (ms, run) => {
      const timer = setTimeout(run, Math.min(Math.max(0, ms), timerMsMax));
      return () => clearTimeout(timer);
    },
  },
});

export const newMessageId = ({ uuid }: Ids): MessageId => MessageId.parse(`urn:uuid:${uuid()}`);

/** Resolves after a while, or at once when nobody waits any more. It leaves nothing at the signal, which may live as long as the node. */
export const pause = (timers: Timers, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });

export type Ending = { readonly signal: AbortSignal /** the work is over: the timer and the asker are let go */; readonly done: () => void };

/** Ends after a while, or when the asker goes away. `AbortSignal.timeout` would fire, and make its error, long after most answers are given. */
export const endingSignal = (timers: Timers, ms: number, asker?: AbortSignal): Ending => {
  const over = new AbortController();
  const leave = () => over.abort(asker?.reason);
  const cancel = timers.after(Math.max(1, Math.ceil(ms)), () => over.abort(new DOMException('nobody waits any longer', 'TimeoutError')));
  if (asker?.aborted) leave();
  else asker?.addEventListener('abort', leave, { once: true });
  return {
    signal: over.signal,
    done: () => {
      cancel();
      asker?.removeEventListener('abort', leave);
    },
  };
};
