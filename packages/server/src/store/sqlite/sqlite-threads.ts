/**
 * The threads that the embedded stores of a process share: few writers, each for some of the stores, and a bounded pool of readers.
 * A read that nobody waits for any more returns at once; a reader still busy with it a second later is replaced. A thread that ended, as one without memory
 * does, fails what it was asked, and another one takes its place: a writer opens its files again.
 */
import { Worker } from 'node:worker_threads';
import { assert, type Problem, problem } from '@cityweave/core';
import { systemDeps, type Timers } from '../../deps.ts';
import { unanswered } from '../unanswered.ts';
import { untilAborted } from '../waiting.ts';
import type { Answer, Job } from './sqlite-thread.ts';

type Unnumbered<J> = J extends unknown ? Omit<J, 'id'> : never;
export type Task = Unnumbered<Job>;

type Pending = { readonly task: Task; readonly resolve: (value: unknown) => void; readonly reject: (cause: unknown) => void };

/** One thread and what it was asked. */
type Thread = {
  readonly ask: (pending: Pending) => void;
  readonly asked: () => number;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<unknown>;
};

export type StoreThreads = {
  /** the writer of one more store; all tasks given to it are done in order */
  readonly pinWriter: () => (task: Task) => Promise<unknown>;
  /** rejects with an AbortError as soon as the signal says so */
  readonly read: (task: Task, signal?: AbortSignal) => Promise<unknown>;
  /** lets every thread that has the file open close it */
  readonly release: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type ThreadsOptions = { readonly writers?: number; readonly readers?: number; readonly timers?: Timers };

const replaceAfterMs = 1_000;

/** What our own threads answer has the type that the task asked for. */
export const trusted = <T>(value: unknown): T => value as T; // branding: both ends of the channel are ours

const unread = (found: string): Problem => problem('unavailable', { subject: 'store', found });

const createThread = (changed: () => void): Thread => {
  const worker = new Worker(new URL('./sqlite-thread.ts', import.meta.url));
  const waiting = new Map<number, Pending>();
  let [next, hasEnded] = [0, false];
  const settle = (id: number, end: (pending: Pending) => void): void => {
    const pending = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (pending) end(pending);
    changed();
  };
  const failAll = (cause: unknown): void => {
    for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(cause));
  };
  worker.on('message', ({ id, value, found, away }: Answer) =>
    settle(id, ({ resolve, reject }) => (found === undefined ? resolve(value) : reject(away ? unanswered(unread(found)) : new Error(found)))),
  );
  worker.on('error', ({ message }) => failAll(unanswered(unread(message))));
  worker.on('exit', () => {
    hasEnded = true;
    failAll(unanswered(unread('its thread ended')));
  });
  worker.unref();
  const ask = (pending: Pending): void => {
    next += 1;
    waiting.set(next, pending);
    worker.ref();
    worker.postMessage({ ...pending.task, id: next });
  };
  return { ask, asked: () => waiting.size, hasEnded: () => hasEnded, stop: () => worker.terminate() };
};

const askThread = (thread: Pick<Thread, 'ask'>, task: Task): Promise<unknown> => new Promise((resolve, reject) => thread.ask({ task, resolve, reject }));

/** Files that were opened on it are open on the thread that follows one that ended. */
const createWriter = (): Pick<Thread, 'ask' | 'stop'> => {
  const opened = new Map<string, Task>();
  let thread = createThread(() => undefined);
  const restart = (): void => {
    thread = createThread(() => undefined);
    // a file that does not open says so to whoever writes to it
    for (const task of opened.values()) void askThread(thread, task).catch(() => undefined);
  };
  const ask: Thread['ask'] = (pending) => {
    const { verb, path } = pending.task;
    if (thread.hasEnded()) restart();
    if (verb === 'open') opened.set(path, pending.task);
    if (verb === 'close') opened.delete(path);
    thread.ask(pending);
  };
  return { ask, stop: () => thread.stop() };
};

const dropEnded = (threads: Set<Thread>): void => {
  for (const thread of threads) if (thread.hasEnded()) threads.delete(thread);
};

const createReaders = (max: number, timers: Timers) => {
  const threads = new Set<Thread>();
  const queue: Pending[] = [];
  const startOne = (): Thread => {
    const thread = createThread(dispatch);
    threads.add(thread);
    return thread;
  };
  const idle = (): Thread | undefined => {
    dropEnded(threads);
    return [...threads].find((thread) => thread.asked() === 0) ?? (threads.size < max ? startOne() : undefined);
  };
  function dispatch(): void {
    for (let thread = queue.length > 0 ? idle() : undefined; thread; thread = queue.length > 0 ? idle() : undefined) {
      const pending = queue.shift();
      if (pending) {
        runs.set(pending, thread);
        thread.ask(pending);
      }
    }
  }
  const runs = new WeakMap<Pending, Thread>();
  const replace = (thread: Thread): void => {
    threads.delete(thread);
    void thread.stop();
    dispatch();
  };
  const abandon = (pending: Pending): void => {
    const at = queue.indexOf(pending);
    if (at >= 0) queue.splice(at, 1);
    const thread = runs.get(pending);
    const later = thread && timers.after(replaceAfterMs, () => replace(thread));
    if (later) callOff.set(pending, later);
  };
  const callOff = new WeakMap<Pending, () => void>();
  /** Ends the wait, not the work: whoever holds the thread decides about that. */
  const read = (task: Task, signal?: AbortSignal): Promise<unknown> => {
    const { promise, ...settle } = Promise.withResolvers<unknown>();
    const pending: Pending = { task, ...settle };
    queue.push(pending);
    dispatch();
    const answered = promise.finally(() => callOff.get(pending)?.());
    return untilAborted({ signal }, answered, () => abandon(pending));
  };
  // the first is needed as soon as the first store opens
  startOne();
  return { read, threads };
};

export const createStoreThreads = ({ writers = 1, readers = 2, timers = systemDeps().timers }: ThreadsOptions = {}): StoreThreads => {
  const writing = Array.from({ length: writers }, createWriter);
  let pinned = 0;
  const { read, threads } = createReaders(readers, timers);
  const pinWriter = () => {
    const thread = writing[pinned % writers];
    pinned += 1;
    assert(thread, 'there is a writer');
    return (task: Task) => askThread(thread, task);
  };
  const release = async (path: string): Promise<void> => {
    await Promise.allSettled([...threads].map((thread) => askThread(thread, { verb: 'close', path })));
  };
  const close = async (): Promise<void> => {
    await Promise.all([...writing, ...threads].map((thread) => thread.stop()));
  };
  return { pinWriter, read, release, close };
};
