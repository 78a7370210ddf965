/**
 * In time: what somebody was too late for is asked for again, a few times, with a pause between.
 */
import { type Answer, isWorthAgain } from './answer.ts';

const againMs = 2_000;

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, againMs);
    signal.addEventListener('abort', stop, { once: true });
  });

/** `ask` is told how often it was asked before, and tells who contributed; undefined where nothing was told. */
export const askInTime = async (ask: (times: number) => Promise<Pick<Answer, 'sources'> | undefined>, signal: AbortSignal): Promise<void> => {
  for (let times = 0; !signal.aborted; times += 1) {
    const told = await ask(times);
    if (signal.aborted || !told || !isWorthAgain(told, times)) return;
    await pause(signal);
  }
};
