/**
 * Within a bound: the own store answers within the time that any answer may take.
 */
import { limits, problem } from '@cityweave/core';
import { endingSignal } from '../../deps.ts';
import { refuse } from '../fault.ts';
import type { Context } from '../room.ts';

export type Bounded = { readonly room: Context['room']; readonly signal: AbortSignal };

/** Own twins are read within the time that any answer may take; beyond it the store stops, and whoever asked is told. */
export const withinBound = async <T>({ room, signal }: Bounded, read: (bounded: Bounded) => Promise<T>): Promise<T> => {
  const ending = endingSignal(room.deps.timers, limits.answerMaxMs, signal);
  const stopped = (cause: unknown): Promise<never> =>
    ending.signal.aborted && !signal.aborted
      ? refuse(problem('timedOut', { subject: 'own twins', limit: limits.answerMaxMs, accepted: 'a question that asks for less' }))
      : Promise.reject(cause);
  return read({ room, signal: ending.signal }).catch(stopped).finally(ending.done);
};
