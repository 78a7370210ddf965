/**
 * Terminal: data to stdout, words for people to stderr; progress only where somebody watches.
 */
import { describeProblem, type Problem } from '@cityweave/core';

export type Terminal = {
  readonly json: boolean;
  /** the one thing a program reads */
  readonly data: (text: string) => void;
  /** for people: left out where the output is for programs */
  readonly say: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly problem: (found: Problem) => void;
};

const clearLine = '\r\u001b[2K';

export const createTerminal = (json: boolean): Terminal => {
  const watched = process.stderr.isTTY && !json;
  const toErr = (text: string) => process.stderr.write(`${watched ? clearLine : ''}${text}\n`);
  return {
    json,
    data: (text) => process.stdout.write(`${text}\n`),
    say: (text) => {
      if (!json) toErr(text);
    },
    progress: (text) => {
      if (watched) process.stderr.write(`${clearLine}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    problem: (found) => toErr(`cityweave: ${describeProblem(found)}`),
  };
};

/** Aborts at the first SIGINT or SIGTERM; the second one ends the process as usual. */
export const interruption = (): AbortSignal => {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
};

export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
