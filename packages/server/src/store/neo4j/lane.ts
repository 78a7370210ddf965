/**
 * Lane: the way of writes to the server. Batches that arrive while a transaction runs are committed together in the next one.
 */
import { limits, type Problem, problem } from '@cityweave/core';
import type { ApplyOptions, Command, Outcome, TwinStore } from '../store.ts';
import { abortError } from '../waiting.ts';
import type { Batch } from './decide.ts';
import { isRefusal, problemOf } from './failures.ts';
import { type Writer, type Written, writeGroup } from './write.ts';

export type Lane = {
  readonly apply: TwinStore['apply'];
  readonly onCommit: TwinStore['onCommit'];
  readonly isOpen: () => boolean;
  /** what was written beside the lane is told as a commit */
  readonly committed: (head: number) => void;
  /** resolves once nothing is being written */
  readonly drained: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Waiting = { readonly batch: Batch; readonly settle: (outcomes: readonly Outcome[]) => void };

/** Commands in one transaction, unless a single batch is larger: a batch is held in the server's memory until it is committed. */
const groupCommandsMax = 1_000;
const batchesWaitingMax = 10_000;

const refuse = (commands: { readonly length: number }, refused: Problem): readonly Outcome[] =>
  Array.from({ length: commands.length }, () => ({ ok: false, problem: refused }));

const closed = problem('unavailable', { subject: 'store', found: 'it is closed' });
const overloaded = problem('overloaded', { subject: 'store', limit: batchesWaitingMax, retryAfterMs: limits.retryDelayMinMs });

const takeGroup = (queue: Waiting[]): readonly Waiting[] => {
  let commands = 0;
  const end = queue.findIndex(({ batch }, index) => {
    commands += batch.commands.length;
    return index > 0 && commands > groupCommandsMax;
  });
  return queue.splice(0, end < 0 ? queue.length : end);
};

const toBatch = (commands: readonly Command[], { atomic = true, cursor, at }: ApplyOptions): Batch => ({ commands, atomic, cursor, at });

/** Commits group after group until nothing waits. */
const createLoop = (writer: Omit<Writer, 'noted'>, committed: (head: number) => void) => {
  const queue: Waiting[] = [];
  const noted = new Set<string>();
  let [running, groups]: [Promise<void> | undefined, number] = [undefined, 0];
  const write = async (group: readonly Waiting[]): Promise<void> => {
    groups += 1;
    const written: Written = await writeGroup(
      { ...writer, noted },
      groups,
      group.map(({ batch }) => batch),
    );
    for (const term of written.terms) noted.add(term);
    committed(written.head);
    for (const [index, { settle }] of group.entries()) settle(written.outcomes[index] ?? []);
  };
  /** A batch that the server refuses takes nothing from its neighbours. */
  const commit = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await write(group);
    } catch (cause) {
      if (group.length > 1 && isRefusal(cause)) for (const one of group) await commit([one]);
      else for (const { batch, settle } of group) settle(refuse(batch.commands, problemOf(cause)));
    }
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0) await commit(takeGroup(queue));
    running = undefined;
  };
  const wake = (): void => {
    running ??= drain();
  };
  return { queue, wake, drained: async () => await running };
};

/** Waits in the queue until it is written; what the writer has already begun is carried through. */
const enqueue = ({ queue, wake }: ReturnType<typeof createLoop>, batch: Batch, signal: AbortSignal | undefined): Promise<readonly Outcome[]> =>
  new Promise((resolve, reject) => {
    const settle = (outcomes: readonly Outcome[]) => {
      signal?.removeEventListener('abort', stop);
      resolve(outcomes);
    };
    const waiting: Waiting = { batch, settle };
    const stop = () => {
      const at = queue.indexOf(waiting);
      if (at >= 0) queue.splice(at, 1);
      if (at >= 0) reject(abortError());
    };
    queue.push(waiting);
    signal?.addEventListener('abort', stop, { once: true });
    wake();
  });

export const createLane = (writer: Omit<Writer, 'noted'>, from: number): Lane => {
  const told = new Set<(head: number) => void>();
  let [head, open] = [from, true];
  const committed = (now: number): void => {
    head = now;
    for (const tell of told) tell(head);
  };
  const loop = createLoop(writer, (now) => {
    if (now !== head) committed(now);
  });
  const apply: Lane['apply'] = async (commands, applying) => {
    if (applying.signal?.aborted) return Promise.reject(abortError());
    if (!open) return refuse(commands, closed);
    if (loop.queue.length >= batchesWaitingMax) return refuse(commands, overloaded);
    return enqueue(loop, toBatch(commands, applying), applying.signal);
  };
  const onCommit: Lane['onCommit'] = (tell) => {
    told.add(tell);
    return () => told.delete(tell);
  };
  const close = async () => {
    open = false;
    await loop.drained();
  };
  return { apply, onCommit, isOpen: () => open, committed, drained: loop.drained, close };
};
