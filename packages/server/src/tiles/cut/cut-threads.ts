/**
 * Cut threads: one thread that cuts layers for all scenes of a process, started when the first scene is asked for.
 */
import { fail, ok, problem, type Result, shorten } from '@cityweave/core';
import { Piscina } from 'piscina';
import type { CutLayer } from './cut.ts';
import type { CutTask } from './cut-thread.ts';

export type CutThreads = {
  readonly cut: (task: CutTask, signal: AbortSignal) => Promise<Result<CutLayer>>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const heapMegabytesMax = 2_048;
const idleMs = 5_000;

export const createCutThreads = (): CutThreads => {
  const start = () =>
    new Piscina<CutTask, CutLayer>({
      filename: new URL('./cut-thread.ts', import.meta.url).href,
      name: 'cutDrawn',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: idleMs,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    });
  let pool: ReturnType<typeof start> | undefined;
  return {
    cut: async (task, signal) => {
      pool ??= start();
      try {
        return ok(await pool.run(task, { signal }));
      } catch (error) {
        return fail(
          signal.aborted ? problem('cancelled') : problem('internal', { subject: 'scene', found: shorten(error instanceof Error ? error.message : error) }),
        );
      }
    },
    [Symbol.asyncDispose]: async () => {
      await pool?.destroy();
    },
  };
};
