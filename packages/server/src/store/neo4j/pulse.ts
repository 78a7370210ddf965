/**
 * Pulse: whether a server that lets somebody wait is there at all. What is busy gives a sign of life on a line of its own; what gives none hangs, and is waited for no longer.
 */
import { type Ending, endingSignal, type Timers } from '../../deps.ts';
import { untilAborted } from '../waiting.ts';

/** How long a wait lasts before it wants a sign, then again and again, and how long it waits for one. */
export type Pace = { readonly afterMs: number; readonly signMs: number };

export const paces = { working: { afterMs: 4_000, signMs: 4_000 }, closing: { afterMs: 1_000, signMs: 2_500 } } as const satisfies Record<string, Pace>;

export type Pulse = {
  /** ends when the time is over, or before that where the server hangs */
  readonly watch: (ms: number, pace?: Pace) => Ending;
};

export const createPulse = (timers: Timers, sign: () => Promise<unknown>): Pulse => {
  const asked = new Map<Pace, Promise<boolean>>();
  /** Whoever refuses is there. */
  const ask = async ({ signMs }: Pace): Promise<boolean> => {
    const { signal, done } = endingSignal(timers, signMs);
    await untilAborted({ signal }, sign()).catch(() => undefined);
    done();
    return !signal.aborted;
  };
  /** Those who wait at the same time share a sign. */
  const isThere = (pace: Pace): Promise<boolean> => {
    const sought = asked.get(pace) ?? ask(pace).finally(() => asked.delete(pace));
    asked.set(pace, sought);
    return sought;
  };
  const watch: Pulse['watch'] = (ms, pace = paces.working) => {
    const hangs = new AbortController();
    const ending = endingSignal(timers, ms, hangs.signal);
    let [over, cancel] = [false, (): void => undefined];
    const look = async (): Promise<void> => {
      if (!(await isThere(pace))) hangs.abort();
      else if (!over) begin();
    };
    const begin = (): void => {
      cancel = timers.after(pace.afterMs, () => void look());
    };
    begin();
    const done = (): void => {
      over = true;
      cancel();
      ending.done();
    };
    return { signal: ending.signal, done };
  };
  return { watch };
};
