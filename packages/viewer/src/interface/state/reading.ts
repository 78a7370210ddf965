/**
 * Reading: what is looked at is read again now and then, while the page can be seen.
 */

/** The page follows no value by itself. */
export const readEveryMs = 10_000;

/** Not before the time is over, and never twice at once; ends with the interest in it. */
export const readAgain = (everyMs: number, read: (signal: AbortSignal) => Promise<void>): (() => void) => {
  const stop = new AbortController();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy || document.visibilityState !== 'visible') return;
    isBusy = true;
    void read(stop.signal).finally(() => {
      isBusy = false;
    });
  }, everyMs);
  return () => {
    clearInterval(timer);
    stop.abort();
  };
};
