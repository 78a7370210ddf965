/**
 * Cut threads: one thread that cuts layers for all scenes of a process, started when the first scene is asked for.
 */
import { fail, ok, problem, type Result, shorten } from '@cityweave/core';
import { Piscina } from 'piscina';
import type { CutLayer } from './cut.ts';
import type { CutTask, CutTold } from './cut-thread.ts';

/** How many tiles are cut, and how many there are to be; none as long as nobody knows. */
export type TilesCut = () => readonly [cut: number, of: number];

type Cutting = { readonly cut: Promise<Result<CutLayer>>; readonly tiles: TilesCut };

export type CutThreads = {
  /** The columns go with the task: who gave them has them no more. */
  readonly begin: (task: CutTask, signal: AbortSignal) => Cutting;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Beside the columns, which are no part of the heap: what one tile is cut from, and its pieces. A million buildings took 120. */
const heapMegabytesMax = 1_024;
const idleMs = 5_000;

const startPool = () =>
  new Piscina<CutTold, CutLayer>({
    filename: new URL('./cut-thread.ts', import.meta.url).href,
    name: 'cutDrawn',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });

export const createCutThreads = (): CutThreads => {
  let pool: ReturnType<typeof startPool> | undefined;
  const run = async (task: CutTold, signal: AbortSignal): Promise<Result<CutLayer>> => {
    pool ??= startPool();
    try {
      return ok(await pool.run(task, { signal, transferList: Object.values(task.columns).map(({ buffer }) => buffer) }));
    } catch (error) {
      return fail(
        signal.aborted ? problem('cancelled') : problem('internal', { subject: 'scene', found: shorten(error instanceof Error ? error.message : error) }),
      );
    }
  };
  return {
    begin: (task, signal) => {
      const counted = new Uint32Array(new SharedArrayBuffer(2 * Uint32Array.BYTES_PER_ELEMENT));
      return { cut: run({ ...task, counted }, signal), tiles: () => [counted[0] ?? 0, counted[1] ?? 0] };
    },
    [Symbol.asyncDispose]: async () => {
      await pool?.destroy();
    },
  };
};
