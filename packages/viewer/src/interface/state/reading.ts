/**
 * Reading: what is looked at is read again now and then, while the page can be seen and nobody paused it.
 */
import { isPaused, onGoingOn } from './pausing.ts';

/** The page follows no value by itself. */
export const readEveryMs = 10_000;

/** Not before the time is over, and never twice at once; at once where a pause ends. Ends with the interest in it. */
export const readAgain = (everyMs: number, read: (signal: AbortSignal) => Promise<void>): (() => void) => {
  const stop = new AbortController();
  let isBusy = false;
  const run = (): void => {
    if (isBusy || isPaused() || document.visibilityState !== 'visible') return;
    isBusy = true;
    void read(stop.signal).finally(() => {
      isBusy = false;
    });
  };
  const timer = setInterval(run, everyMs);
  const leave = onGoingOn(run);
  return () => {
    leave();
    clearInterval(timer);
    stop.abort();
  };
};
