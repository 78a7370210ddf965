/**
 * Batches that wait for the writer of a store: how many may, which of them go together, and what is told where none is taken.
 */
import { limits, type Problem, problem } from '@cityweave/core';
import type { Outcome } from './store.ts';

/** Those that the writer has already begun do not count. */
export const batchesWaitingMax = 10_000;

export const closed = problem('unavailable', { subject: 'store', found: 'it is closed' });
export const overloaded = problem('overloaded', { subject: 'store', limit: batchesWaitingMax, retryAfterMs: limits.retryDelayMinMs });

/** The same for every command. */
export const refuseEach = (commands: { readonly length: number }, refused: Problem): readonly Outcome[] =>
  Array.from({ length: commands.length }, () => ({ ok: false, problem: refused }));

type Waiting = { readonly batch: { readonly commands: { readonly length: number } } };

/** Those at the head of the queue that have so many commands together at most; one batch may be larger. They are taken off it. */
export const takeGroup = <W extends Waiting>(queue: W[], commandsMax: number): readonly W[] => {
  let commands = 0;
  const end = queue.findIndex(({ batch }, index) => {
    commands += batch.commands.length;
    return index > 0 && commands > commandsMax;
  });
  return queue.splice(0, end < 0 ? queue.length : end);
};
