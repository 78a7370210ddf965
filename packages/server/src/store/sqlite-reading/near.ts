/**
 * Near reads: look-ups by key and boxes that find little are answered where they are asked, on a connection of their own; a thread's round trip, and handing over
 * what it found, would cost more than they do. How much they may touch, alone and in one turn of the event loop, is bounded; whatever is more is left to the readers' threads.
 */
import type { Moment, PageKey, Twin, TwinId } from '@cityweave/core';
import { readSql } from '../sqlite/sql.ts';
import { boxAlone, boxCountSql, isBox, treeCountSql } from '../sqlite/sql-filter.ts';
import { numberOf, openForReading } from '../sqlite/sqlite-file.ts';
import { type Find, pageOf, type Reads, type ReadVerb, reads } from '../sqlite/sqlite-read.ts';
import { twinOfRow } from '../sqlite/sqlite-rows.ts';
import { historyWithin, statesWithin } from '../sqlite-history/past.ts';
import { isKnown, type KnownChanges, type ReadTwins } from './known-twins.ts';
import { adjacentWithin } from './links.ts';
import { createReading, type Lists, type ReadingFile, rowsOf } from './reading-file.ts';

/** Ids of one question. */
export const nearKeysMax = 128;
/** Rows of one answer, and of all answers in one turn until the next is left to the threads. */
export const nearRowsMax = 2_000;
/** Chunks that are opened for one answer: of a history, of which all samples are looked at, and of past states, of which one is. */
export const nearChunksMax = 4;
export const nearPastChunksMax = 32;
/** What an answer counts for at least. */
const rowsOfAnswerMin = 16;

/** What was found, and what was touched for it. */
type Told<T> = { readonly found: T | undefined; readonly rows: number };

const notHere = { found: undefined, rows: 0 };
const tooMuch = { found: undefined, rows: nearRowsMax };

type Answers = { readonly [V in ReadVerb]?: (reading: ReadingFile, asked: Parameters<Reads[V]>[1]) => Told<ReturnType<Reads[V]>> };

const one = <T>(found: T) => ({ found, rows: 1 });

const near: Answers = {
  /** One row more than may be tells that there are too many. */
  traverse: (reading, asked) => {
    if (asked.ids.length > nearKeysMax) return notHere;
    const found = reads.traverse(reading, { ...asked, limit: Math.min(asked.limit, nearRowsMax + 1) });
    return found.length > nearRowsMax ? tooMuch : { found, rows: 1 + found.length };
  },
  adjacent: (reading, asked) => {
    if (asked.ids.length > nearKeysMax) return notHere;
    const found = adjacentWithin(reading, asked, nearRowsMax);
    return found ? { found, rows: 1 + found.length } : tooMuch;
  },
  count: (reading, { filter }) => {
    const box = isBox(filter) && boxAlone(filter);
    if (!box) return notHere;
    const [row] = rowsOf(reading, boxCountSql(box, nearRowsMax + 1));
    const rows = numberOf(row, 'touched');
    return rows > nearRowsMax ? tooMuch : { found: numberOf(row, 'twins'), rows: 1 + rows };
  },
  changes: (reading, asked) => {
    if (asked.limit > nearRowsMax) return notHere;
    const found = reads.changes(reading, asked);
    return { found, rows: 1 + found.seen - asked.since };
  },
  history: (reading, asked) => {
    const { series, first } = asked.query;
    if (series === undefined || first > nearRowsMax) return notHere;
    const found = historyWithin(reading, asked, { series: 1, chunks: nearChunksMax });
    return found ? { found, rows: 1 + found.samples.length } : tooMuch;
  },
  cursor: (reading, asked) => one(reads.cursor(reading, asked)),
  head: (reading, asked) => one(reads.head(reading, asked)),
};

const twinsById = (reading: ReadingFile, ids: readonly string[]): Told<readonly Twin[]> => {
  if (ids.length > nearKeysMax) return notHere;
  const found = ids.flatMap((id) => reading.lists({ text: readSql.byId, params: [id] }).map(twinOfRow));
  return { found, rows: ids.length };
};

const statesThen = (reading: ReadingFile, ids: readonly TwinId[], moment: Moment): Told<readonly Twin[]> => {
  if (ids.length > nearKeysMax) return notHere;
  const left = { series: nearRowsMax, chunks: nearPastChunksMax };
  const found = statesWithin(reading, { ids, moment }, left);
  return found ? { found, rows: ids.length + nearRowsMax - left.series } : tooMuch;
};

const bytesOf = (rows: Lists): number => rows.reduce((sum, [, , , , doc, footprint]) => sum + String(doc).length + String(footprint ?? '').length, 0);

/** What is known is not read again. */
const readTwins = (reading: ReadingFile, known: KnownChanges, rows: Lists): ReadTwins => {
  const unknown = rows.filter(([, seq]) => !isKnown(known, Number(seq)));
  const seqs = Float64Array.from(rows, ([, seq]) => (isKnown(known, Number(seq)) ? Number(seq) : -Number(seq)));
  const columns = unknown.length > 0 ? reading.lists({ text: readSql.byNumbers, params: [JSON.stringify(unknown.map(([n]) => n))] }) : [];
  return { seqs, told: columns.map(twinOfRow), bytes: bytesOf(columns) };
};

export type NearPage = { readonly twins: ReadTwins; readonly next: PageKey | undefined; readonly seq: number };

/** A page of a box, in an order of columns. */
const pageOfBox = (reading: ReadingFile, asked: Find, known: KnownChanges): Told<NearPage> => {
  const box = boxAlone(asked.filter);
  if (!box || asked.first > nearRowsMax || typeof (asked.order?.by ?? 'id') !== 'string') return notHere;
  const rows = numberOf(rowsOf(reading, treeCountSql(box, nearRowsMax + 1))[0], 'touched');
  if (rows > nearRowsMax) return tooMuch;
  const page = pageOf(reading, asked, (found) => readTwins(reading, known, found));
  return { found: { ...page, next: page.next as PageKey | undefined }, rows: 1 + rows }; // branding: ids of the own file
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
    if (rows === 0) return;
    if (spent === 0) begin();
    spent += Math.max(rows, rowsOfAnswerMin);
  };
  return { isOver: () => spent >= nearRowsMax, spend };
};

/** undefined where the question is not for here, or not now */
export type NearReads = {
  readonly answer: <V extends ReadVerb>(verb: V, asked: Parameters<Reads[V]>[1]) => ReturnType<Reads[V]> | undefined;
  readonly twins: (ids: readonly string[]) => readonly Twin[] | undefined;
  readonly states: (ids: readonly TwinId[], moment: Moment) => readonly Twin[] | undefined;
  readonly page: (asked: Find, known: KnownChanges) => NearPage | undefined;
  readonly close: () => void;
};

export const createNearReads = (path: string): NearReads => {
  const turn = createTurn();
  let opened: ReadingFile | undefined;
  const reading = (): ReadingFile => {
    opened ??= createReading(openForReading(path, 'near'));
    return opened;
  };
  const within = <T>(read: (from: ReadingFile) => Told<T>): T | undefined => {
    if (turn.isOver()) return undefined;
    try {
      const { found, rows } = read(reading());
      turn.spend(rows);
      return found;
    } catch {
      // the file is busy or cannot be read: a reader's thread waits for it, or says what is wrong
      return undefined;
    }
  };
  const answer: NearReads['answer'] = (verb, asked) => {
    const read = near[verb];
    return read && within((from) => read(from, asked));
  };
  return {
    answer,
    twins: (ids) => within((from) => twinsById(from, ids)),
    states: (ids, moment) => within((from) => statesThen(from, ids, moment)),
    page: (asked, known) => within((from) => pageOfBox(from, asked, known)),
    close: () => opened?.file.close(),
  };
};
