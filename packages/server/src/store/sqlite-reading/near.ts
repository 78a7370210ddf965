/**
 * Near reads: look-ups by key that find little are done where they are asked, on a connection of their own; a thread's round trip would cost more than they do.
 * How much they may touch, alone and in one turn of the event loop, is bounded; whatever is more is left to the readers' threads.
 */
import { openForReading } from '../sqlite/sqlite-file.ts';
import { type Reads, type ReadVerb, reads } from '../sqlite/sqlite-read.ts';
import { createReading, type ReadingFile } from './reading-file.ts';

/** Ids of one question. */
export const nearKeysMax = 64;
/** Rows of one answer, and of all answers in one turn until the next is left to the threads. */
export const nearRowsMax = 1_000;
/** What an answer counts for at least. */
const rowsOfAnswerMin = 16;

type Told<V extends ReadVerb> = { readonly found: ReturnType<Reads[V]>; readonly rows: number };

type Answers = { readonly [V in ReadVerb]?: (reading: ReadingFile, asked: Parameters<Reads[V]>[1]) => Told<V> | undefined };

const one = <T>(found: T) => ({ found, rows: 1 });

const near: Answers = {
  get: (reading, asked) => (asked.ids.length > nearKeysMax ? undefined : { found: reads.get(reading, asked), rows: asked.ids.length }),
  /** One row more than may be tells that there are too many. */
  adjacent: (reading, asked) => {
    if (asked.ids.length > nearKeysMax) return undefined;
    const found = reads.adjacent(reading, { ...asked, limit: Math.min(asked.limit, nearRowsMax + 1) });
    return found.length > nearRowsMax ? undefined : { found, rows: found.length };
  },
  changes: (reading, asked) => {
    if (asked.limit > nearRowsMax) return undefined;
    const found = reads.changes(reading, asked);
    return { found, rows: found.changes.length };
  },
  cursor: (reading, asked) => one(reads.cursor(reading, asked)),
  head: (reading, asked) => one(reads.head(reading, asked)),
};

/** Rows that may still be read in this turn: whoever reads on and on lets others have theirs. */
const createTurn = () => {
  let spent = 0;
  const begin = (): void => {
    setImmediate(() => {
      spent = 0;
    });
  };
  const spend = (rows: number): void => {
    if (spent === 0) begin();
    spent += Math.max(rows, rowsOfAnswerMin);
  };
  return { isOver: () => spent >= nearRowsMax, spend };
};

export type NearReads = {
  /** undefined where the question is not for here, or not now */
  readonly answer: <V extends ReadVerb>(verb: V, asked: Parameters<Reads[V]>[1]) => ReturnType<Reads[V]> | undefined;
  readonly close: () => void;
};

export const createNearReads = (path: string): NearReads => {
  const turn = createTurn();
  let opened: ReadingFile | undefined;
  const reading = (): ReadingFile => {
    opened ??= createReading(openForReading(path, 'near'));
    return opened;
  };
  const answer: NearReads['answer'] = (verb, asked) => {
    const read = near[verb];
    if (!read || turn.isOver()) return undefined;
    try {
      const told = read(reading(), asked);
      turn.spend(told?.rows ?? nearRowsMax);
      return told?.found;
    } catch {
      // the file is busy or cannot be read: a reader's thread waits for it, or says what is wrong
      return undefined;
    }
  };
  return { answer, close: () => opened?.file.close() };
};
