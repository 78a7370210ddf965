/**
 * Threads: the few threads in which files are read, adapted and staged; as many as there are cores for a whole city. More sources wait their turn.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { fail, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { Piscina } from 'piscina';
import type { Recording, RecordingTask } from './feed/recording.ts';
import type { StageOutcome, StageTask } from './import-thread.ts';

export type ImportThreads = {
  readonly stage: (
    task: Omit<StageTask, 'progress'>,
    options: { readonly signal: AbortSignal; readonly onStaged: (records: number) => void },
  ) => Promise<StageOutcome>;
  /** a recorded feed, whole */
  readonly readRecording: (task: RecordingTask, signal: AbortSignal) => Promise<Result<Recording>>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** A file that needs more is refused instead of taking the node down. */
const heapMegabytesMax = 1_024;
const idleMs = 5_000;

export const createImportThreads = (threads = availableParallelism()): ImportThreads => {
  const pool = new Piscina({
    filename: new URL('./import-thread.ts', import.meta.url).href,
    name: 'stageFile',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  return {
    stage: async (task, { signal, onStaged }) => {
      const { port1, port2 } = new MessageChannel();
      port1.on('message', (records: number) => onStaged(records));
      port1.unref();
      try {
        return await pool.run({ ...task, progress: port2 }, { transferList: [port2], signal });
      } catch (error) {
        return { ok: false, problem: signal.aborted ? problem('cancelled') : problemOfThread(error) };
      } finally {
        port1.close();
      }
    },
    readRecording: async (task, signal) => {
      try {
        return await pool.run(task, { name: 'readRecording', signal });
      } catch (error) {
        return fail(signal.aborted ? problem('cancelled') : problemOfThread(error));
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
};

/** The thread ended: out of memory, or a bug. Either way the file is refused and the node lives. */
const problemOfThread = (error: unknown): Problem => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return problem('tooLarge', { subject: 'memory needed to read the file, in MB', limit: heapMegabytesMax });
  return problem('internal', { subject: 'import thread', found: shorten(error instanceof Error ? error.message : error) });
};
