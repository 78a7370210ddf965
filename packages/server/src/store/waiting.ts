/**
 * Waiting: whoever waits for a store: which batches go together and how many may wait, and what becomes of those who stop waiting.
 */
import { limits, type Problem, problem } from '@cityweave/core';
import type { Outcome, Waiting } from './store.ts';

export const abortError = (): DOMException => new DOMException('nobody waits for the answer any more', 'AbortError');

/** Ends the wait at once, and what `stop` ends; of the work itself whoever does it decides. */
export const untilAborted = <T>({ signal }: Waiting, work: Promise<T>, stop: () => void = () => undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const abandon = () => {
      stop();
      reject(abortError());
    };
    if (signal?.aborted) abandon();
    signal?.addEventListener('abort', abandon, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abandon));
  });

/** Those that the writer has already begun do not count. */
export const batchesWaitingMax = 10_000;

export const closed = problem('unavailable', { subject: 'store', found: 'it is closed' });
export const overloaded = problem('overloaded', { subject: 'store', limit: batchesWaitingMax, retryAfterMs: limits.retryDelayMinMs });

/** The same for every command. */
export const refuseEach = (commands: { readonly length: number }, refused: Problem): readonly Outcome[] =>
  Array.from({ length: commands.length }, () => ({ ok: false, problem: refused }));

type InQueue = { readonly batch: { readonly commands: { readonly length: number } } };

/** Those at the head of the queue that have so many commands together at most; one batch may be larger. They are taken off it. */
export const takeGroup = <W extends InQueue>(queue: W[], commandsMax: number): readonly W[] => {
  let commands = 0;
  const end = queue.findIndex(({ batch }, index) => {
    commands += batch.commands.length;
    return index > 0 && commands > commandsMax;
  });
  return queue.splice(0, end < 0 ? queue.length : end);
};
