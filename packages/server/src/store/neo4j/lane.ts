/**
 * Lane: the way of writes to the server. Batches that arrive while a transaction runs are committed together in the next one.
 */
import type { Problem } from '@cityweave/core';
import type { ApplyOptions, Command, Outcome, TwinStore } from '../store.ts';
import { unansweredProblem } from '../unanswered.ts';
import { abortError, batchesWaitingMax, closed, overloaded, refuseEach, takeGroup } from '../waiting.ts';
import type { Batch } from './decide.ts';
import { isAway, isRefusal, problemOf, rejectionOf } from './failures.ts';
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

type Waiting = {
  readonly batch: Batch;
  readonly settle: (outcomes: readonly Outcome[]) => void;
  /** by a bug of ours */
  readonly fail: (cause: unknown) => void;
};

/** Commands in one transaction, unless a single batch is larger: a batch is held in the server's memory until it is committed. */
const groupCommandsMax = 1_000;

const toBatch = (commands: readonly Command[], { atomic = true, cursor, at }: ApplyOptions): Batch => ({ commands, atomic, cursor, at });

const refuseAll = (waiting: readonly Waiting[], refused: Problem): void => {
  for (const { batch, settle } of waiting) settle(refuseEach(batch.commands, refused));
};

/** What the server did not do is told as its problem; anything else stays what it is. */
const tellAll = (waiting: readonly Waiting[], cause: unknown): void => {
  const rejection = rejectionOf(cause);
  const found = unansweredProblem(rejection);
  if (found) refuseAll(waiting, found);
  else for (const { fail } of waiting) fail(rejection);
};

/** A batch that the server does not take, or that we fail at, is to take nothing from its neighbours. */
const isOfBatch = (cause: unknown): boolean => isRefusal(cause) || unansweredProblem(rejectionOf(cause)) === undefined;

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
  /** Why the server cannot be asked for more, where it cannot. */
  const commit = async (group: readonly Waiting[]): Promise<Problem | undefined> => {
    try {
      await write(group);
      return undefined;
    } catch (cause) {
      if (group.length > 1 && isOfBatch(cause)) return commitEach(group);
      tellAll(group, cause);
      return isAway(cause) ? problemOf(cause) : undefined;
    }
  };
  const commitEach = async (group: readonly Waiting[]): Promise<Problem | undefined> => {
    for (const [at, one] of group.entries()) {
      const away = await commit([one]);
      if (away) refuseAll(group.slice(at + 1), away);
      if (away) return away;
    }
    return undefined;
  };
  /** Whoever waits behind a group that waited for the server in vain has waited as long. */
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const away = await commit(takeGroup(queue, groupCommandsMax));
      if (away) refuseAll(queue.splice(0), away);
    }
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
    const fail = (cause: unknown) => {
      signal?.removeEventListener('abort', stop);
      reject(cause);
    };
    const waiting: Waiting = { batch, settle, fail };
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
    if (!open) return refuseEach(commands, closed);
    if (loop.queue.length >= batchesWaitingMax) return refuseEach(commands, overloaded);
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
