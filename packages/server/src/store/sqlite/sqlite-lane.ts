/**
 * The way of writes to the writer's thread: batches that arrive while a transaction runs are committed together in the next one.
 * Nothing is acknowledged before it is durable.
 */
import type { Loaded } from '../sqlite-moving/load.ts';
import type { ApplyOptions, Command, Outcome, TwinStore, Waiting } from '../store.ts';
import { answered, unansweredProblem } from '../unanswered.ts';
import { abortError, batchesWaitingMax, closed, overloaded, refuseEach, takeGroup } from '../waiting.ts';
import { type Batch, type NotedTerms, rememberTerms, toRowCommand } from './sqlite-rows.ts';
import type { Taken } from './sqlite-staged.ts';
import { type Task, trusted } from './sqlite-threads.ts';
import type { Written } from './sqlite-write.ts';

export type Lane = {
  readonly apply: TwinStore['apply'];
  readonly onCommit: TwinStore['onCommit'];
  /** a page of a staging file, after the batches sent before it */
  readonly take: NonNullable<TwinStore['takeStaged']>;
  readonly load: TwinStore['load'];
  /** work between two groups, for which nothing has to be drained */
  readonly aside: (task: DistributiveOmit<Task, 'path'>, waiting?: Waiting) => Promise<unknown>;
  /** any other task of the writer, after the batches sent before it */
  readonly send: (task: DistributiveOmit<Task, 'path'>, waiting?: Waiting) => Promise<unknown>;
  /** counts what was begun and what was done */
  readonly writes: () => number;
  readonly head: () => number;
  /** the head at the last write that touched an identity */
  readonly identitySeq: () => number;
  readonly isOpen: () => boolean;
  /** drains what waits, then lets the file go */
  readonly close: () => Promise<void>;
};

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

type Queued = {
  readonly batch: Batch;
  readonly settle: (outcomes: readonly Outcome[]) => void;
  /** by a bug of ours */
  readonly fail: (cause: unknown) => void;
};

export type LaneOptions = { readonly write: (task: Task) => Promise<unknown>; readonly path: string; readonly head: number };

/** Commands in one transaction, unless a single batch is larger: bounds how long the next one waits. */
const groupCommandsMax = 4_000;

const toBatch = (commands: readonly Command[], { atomic = true, cursor, at }: ApplyOptions, noted: NotedTerms): Batch => ({
  commands: commands.map((command) => toRowCommand(command, noted)),
  atomic,
  cursor,
  at,
});

const tell = ({ settle, fail }: Queued, told: Written['outcomes'][number]): void => {
  if ('defect' in told) fail(new Error(told.defect));
  else settle(told);
};

/** What the file or the machine did not do is told as its problem; anything else stays what it is. */
const tellAll = (group: readonly Queued[], cause: unknown): void => {
  const found = unansweredProblem(cause);
  for (const { batch, settle, fail } of group)
    if (found) settle(refuseEach(batch.commands, found));
    else fail(cause);
};

/** Commits group after group until nothing waits. */
const createWriterLoop = ({ write, path }: LaneOptions, committed: (written: Written) => void) => {
  const queue: Queued[] = [];
  let running: Promise<void> | undefined;
  const commit = async (group: readonly Queued[]): Promise<void> => {
    try {
      const written = trusted<Written>(await write({ verb: 'write', path, batches: group.map(({ batch }) => batch) }));
      committed(written);
      for (const [index, one] of group.entries()) tell(one, written.outcomes[index] ?? []);
    } catch (cause) {
      tellAll(group, cause);
    }
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0) await commit(takeGroup(queue, groupCommandsMax));
    running = undefined;
  };
  const wake = (): void => {
    running ??= drain();
  };
  return { queue, wake, drained: async () => await running };
};

/** Who wants to know of commits, and what the last ones touched. */
const createHead = (from: number) => {
  const told = new Set<(head: number) => void>();
  let [head, identitySeq] = [from, from];
  const committed = (written: Omit<Written, 'outcomes'>): void => {
    if (written.identityTouched) identitySeq = written.head;
    if (written.head === head) return;
    head = written.head;
    for (const tell of told) tell(head);
  };
  const onCommit: Lane['onCommit'] = (tell) => {
    told.add(tell);
    return () => told.delete(tell);
  };
  return { committed, onCommit, head: () => head, identitySeq: () => identitySeq };
};

const createQueue = (options: LaneOptions, committed: (written: Written) => void) => {
  const { queue, wake, drained } = createWriterLoop(options, committed);
  const noted: NotedTerms = new Map();
  const enqueue = (commands: readonly Command[], applying: ApplyOptions): Promise<readonly Outcome[]> =>
    new Promise((settle, reject) => {
      const batch = toBatch(commands, applying, noted);
      const leave = () => applying.signal?.removeEventListener('abort', stop);
      const done = (outcomes: readonly Outcome[]) => {
        leave();
        if (outcomes.every((outcome) => outcome.ok)) rememberTerms(batch, noted);
        settle(outcomes);
      };
      const fail = (cause: unknown) => {
        leave();
        reject(cause);
      };
      const waiting: Queued = { batch, settle: done, fail };
      // what the writer has already begun is carried through
      const stop = () => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        if (at >= 0) reject(abortError());
      };
      queue.push(waiting);
      applying.signal?.addEventListener('abort', stop, { once: true });
      wake();
    });
  return { enqueue, drained, isFull: () => queue.length >= batchesWaitingMax };
};

/** Counted when it begins and when it is done: whoever looks in between sees another number afterwards. */
const createCounted = (write: LaneOptions['write']) => {
  let writes = 0;
  const counted: LaneOptions['write'] = (task) => {
    writes += 1;
    return write(task).finally(() => {
      writes += 1;
    });
  };
  return { write: counted, writes: () => writes };
};

export const createLane = ({ write, path, head: from }: LaneOptions): Lane => {
  const counted = createCounted(write);
  const { committed, onCommit, head, identitySeq } = createHead(from);
  const { enqueue, drained, isFull } = createQueue({ write: counted.write, path, head: from }, committed);
  let open = true;
  const apply: Lane['apply'] = async (commands, applying) => {
    if (applying.signal?.aborted) return Promise.reject(abortError());
    if (!open) return refuseEach(commands, closed);
    return isFull() ? refuseEach(commands, overloaded) : enqueue(commands, applying);
  };
  const aside: Lane['aside'] = async (task, waiting) => (waiting?.signal?.aborted ? Promise.reject(abortError()) : counted.write({ ...task, path }));
  const send: Lane['send'] = async (task, waiting) => {
    await drained();
    return aside(task, waiting);
  };
  const take: Lane['take'] = async (page, waiting) => {
    const taken = trusted<Taken>(await send({ verb: 'takeStaged', page }, waiting));
    committed(taken);
    return taken.taken;
  };
  const close = async () => {
    open = false;
    await drained();
    await counted.write({ verb: 'close', path });
  };
  const load: Lane['load'] = async (rows, waiting) => {
    const told = await answered(send({ verb: 'load', rows }, waiting));
    if (!told.ok) return told;
    const loaded = trusted<Loaded>(told.value);
    committed(loaded);
    return loaded.result;
  };
  return { apply, onCommit, take, load, send, aside, head, identitySeq, writes: counted.writes, isOpen: () => open, close };
};
