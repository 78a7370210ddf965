/**
 * Timers for tests of what ends in time.
 */
import { setImmediate } from 'node:timers/promises';
import type { Timers } from '../deps.ts';

/** Time that goes on when it is told to. */
export const toldTimers = () => {
  const waiting = new Set<{ readonly at: number; readonly run: () => void }>();
  let now = 0;
  const after: Timers['after'] = (ms, run) => {
    const one = { at: now + ms, run };
    waiting.add(one);
    return () => waiting.delete(one);
  };
  const goOn = async (ms: number): Promise<void> => {
    now += ms;
    for (const one of [...waiting].filter(({ at }) => at <= now)) {
      waiting.delete(one);
      one.run();
    }
    await setImmediate();
  };
  return { timers: { after }, goOn, left: () => waiting.size };
};
