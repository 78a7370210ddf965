/**
 * VirtualTime: what is to happen, in its order, with nothing in between but what follows from it. An hour takes as long as what happens in it.
 */
import { setImmediate } from 'node:timers/promises';

export type VirtualTime = {
  /** since the history began */
  readonly nowMs: () => number;
  /** Runs once, later; what it returns calls it off. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** What another thread does, to be waited for before anything else happens; results come in the order in which they were asked for. */
  readonly outside: <T>(work: Promise<T>) => Promise<T>;
  /** Lets everything happen up to then; `quiet` is told after each thing that happened, when all that follows from it at once has happened too. */
  readonly run: (untilMs: number, quiet: () => boolean) => Promise<void>;
};

type Due = { readonly atMs: number; readonly order: number; run: (() => void) | undefined };

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** A heap: the earliest first, what was put in first where they are equal. */
const createAgenda = () => {
  const heap: Due[] = [];
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as Due, heap[a] as Due]; // branding: both are within the heap
  };
  const isLess = (a: number, b: number): boolean => isBefore(heap[a] as Due, heap[b] as Due); // branding: as above
  const put = (due: Due): void => {
    heap.push(due);
    for (let at = heap.length - 1; at > 0 && isLess(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
  };
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && isLess(left, least)) least = left;
      if (right < heap.length && isLess(right, least)) least = right;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  const take = (): Due | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      sink(0);
    }
    return first;
  };
  return { put, take, next: () => heap[0] };
};

export const createVirtualTime = (): VirtualTime => {
  const agenda = createAgenda();
  let [now, order, waitedFor] = [0, 0, 0];
  let lastOutside: Promise<unknown> = Promise.resolve();
  const settled = async (): Promise<void> => {
    do await setImmediate();
    while (waitedFor > 0);
  };
  const outside = async <T>(work: Promise<T>): Promise<T> => {
    const before = lastOutside;
    waitedFor += 1;
    const mine = Promise.allSettled([before, work]);
    lastOutside = mine;
    await mine;
    waitedFor -= 1;
    return work;
  };
  return {
    nowMs: () => now,
    after: (ms, run) => {
      const due: Due = { atMs: now + Math.max(0, ms), order, run };
      order += 1;
      agenda.put(due);
      return () => {
        due.run = undefined;
      };
    },
    outside,
    run: async (untilMs, quiet) => {
      await settled();
      for (let next = agenda.next(); next && next.atMs <= untilMs; next = agenda.next()) {
        agenda.take();
        if (!next.run) continue;
        now = Math.max(now, next.atMs);
        next.run();
        await settled();
        if (!quiet()) return;
      }
      now = Math.max(now, untilMs);
    },
  };
};
