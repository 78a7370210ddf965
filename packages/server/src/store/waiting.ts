/**
 * Waiting: whoever waits for a store, and stops waiting.
 */
import type { Waiting } from './store.ts';

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
