/**
 * A thread of the embedded store, started by `sqlite-threads.ts`: keeps the files it was given open and answers one message after the other.
 */
import { parentPort } from 'node:worker_threads';
import type { Result } from '@cityweave/core';
import { type AreaTexts, unpackAreas } from '../area-memory.ts';
import type { Forgetting } from '../history/forgetting.ts';
import type { Moved } from '../moving/moved.ts';
import { foldStep } from '../sqlite-history/fold.ts';
import { forgetStep } from '../sqlite-history/forget.ts';
import { loadRows } from '../sqlite-moving/load.ts';
import type { KnownChanges } from '../sqlite-reading/known-twins.ts';
import { createReading, type ReadingFile } from '../sqlite-reading/reading-file.ts';
import type { StagedPage } from '../store.ts';
import { migrations, schemaSql, wordList } from './sql.ts';
import { createWriting, inTransaction, isAway, openFile, openForReading, type Synchronous, type Writing } from './sqlite-file.ts';
import { type ReadVerb, reads } from './sqlite-read.ts';
import type { Batch } from './sqlite-rows.ts';
import { takeStaged } from './sqlite-staged.ts';
import type { StoreThreads } from './sqlite-threads.ts';
import { writeBatches } from './sqlite-write.ts';

export type ImportColumns = readonly [id: string, source: string, startedAt: string, doc: string];

export type Job = { readonly id: number; readonly path: string } & (
  | { readonly verb: 'open'; readonly synchronous: Synchronous; readonly at: string }
  | { readonly verb: 'write'; readonly batches: readonly Batch[] }
  | { readonly verb: 'takeStaged'; readonly page: StagedPage }
  | { readonly verb: 'putImport'; readonly columns: ImportColumns }
  | { readonly verb: 'prune'; readonly upTo: number; readonly atOnce: number }
  | { readonly verb: 'refresh' }
  | { readonly verb: 'load'; readonly rows: readonly Moved[] }
  | { readonly verb: 'fold'; readonly after: number; readonly before: number }
  | ({ readonly verb: 'forget'; readonly after: number } & Forgetting)
  | { readonly verb: 'read'; readonly read: ReadVerb; readonly args: string; readonly areas: AreaTexts; readonly known?: KnownChanges | undefined }
  | { readonly verb: 'close' }
);

/** `found`: what a library of the thread said when it failed; `away`: the file or the machine is at fault, not the question. */
export type Answer = { readonly id: number; readonly value?: unknown; readonly found?: string; readonly away?: boolean };

const writings = new Map<string, Writing>();
const readings = new Map<string, ReadingFile>();

type Opening = Pick<Extract<Job, { verb: 'open' }>, 'path' | 'synchronous' | 'at'>;

const open = ({ path, synchronous, at }: Opening, file = path): Result<number> => {
  // branding: instants cross the thread as text
  const opened = openFile({ path: file, synchronous, migrations, at: at as Parameters<typeof openFile>[0]['at'] });
  if (!opened.ok) return opened;
  const writing = createWriting(opened.value);
  writings.set(path, writing);
  return { ok: true, value: writing.head };
};

/** A file in memory is read over the connection that writes it: there is no other. */
const openInMemory = (opening: Opening): Result<number> => {
  const opened = open(opening, ':memory:');
  const file = writings.get(opening.path)?.file;
  file?.exec(wordList);
  if (file) readings.set(opening.path, createReading(file));
  return opened;
};

const readingOf = (path: string): ReadingFile => {
  const known = readings.get(path) ?? createReading(openForReading(path, 'thread'));
  readings.set(path, known);
  return known;
};

const close = (path: string): void => {
  for (const file of new Set([writings.get(path)?.file, readings.get(path)?.file])) file?.close();
  writings.delete(path);
  readings.delete(path);
};

const read = <V extends ReadVerb>(path: string, verb: V, { args, areas, known }: Pick<Extract<Job, { verb: 'read' }>, 'args' | 'areas' | 'known'>): unknown => {
  // one table of reads: what each takes is what `sqlite.ts` wrote as text
  const answer: (reading: ReadingFile, asked: never) => unknown = reads[verb];
  const asked = JSON.parse(args);
  const placed = asked.filter ? { ...asked, filter: unpackAreas(asked.filter, areas) } : asked;
  return answer(Object.assign(readingOf(path), { known }), placed as never);
};

const putImport = ({ file, statement }: Writing, columns: ImportColumns): void =>
  inTransaction(file, () => {
    statement('putImport').run(...columns);
    statement('forgetImports').run({ source: columns[1] });
  });

/** So many of the oldest changes at most, and the last one stays; how many went. */
const prune = ({ statement }: Writing, bounds: { readonly upTo: number; readonly atOnce: number }): number => Number(statement('prune').run(bounds).changes);

/** Refreshes what the planner knows of the tables, folds the journal into the file. */
const refresh = ({ file }: Writing): void => {
  file.exec(schemaSql.optimize);
  file.exec(schemaSql.checkpoint);
};

type WriteJob = Exclude<Job, { verb: 'open' | 'read' | 'close' }>;

const write = (writing: Writing, job: WriteJob): unknown => {
  switch (job.verb) {
    case 'write':
      return writeBatches(writing, job.batches);
    case 'takeStaged':
      return takeStaged(writing, job.page);
    case 'putImport':
      return putImport(writing, job.columns);
    case 'load':
      return loadRows(writing, job.rows);
    case 'fold':
      return foldStep(writing, job);
    case 'forget':
      return forgetStep(writing, job);
    case 'prune':
      return prune(writing, { upTo: job.upTo, atOnce: job.atOnce });
    case 'refresh':
      return refresh(writing);
  }
};

type Performed = Omit<Answer, 'id'>;

/** It was closed, or could not be opened again on the thread that followed one that ended. */
const notOpen: Performed = { found: 'its file is not open', away: true };

const perform = (job: Job): Performed => {
  switch (job.verb) {
    case 'open':
      return { value: open(job) };
    case 'read':
      return { value: read(job.path, job.read, job) };
    case 'close':
      return { value: close(job.path) };
    default: {
      const writing = writings.get(job.path);
      return writing ? { value: write(writing, job) } : notOpen;
    }
  }
};

const answer = (job: Job): Answer => {
  try {
    return { id: job.id, ...perform(job) };
  } catch (cause) {
    return { id: job.id, found: cause instanceof Error ? cause.message : String(cause), away: isAway(cause) };
  }
};

/** Long texts are handed over, not copied. */
const handedOver = ({ value }: Answer): readonly ArrayBuffer[] => {
  const twins = value instanceof Object && 'twins' in value ? value.twins : undefined;
  const text = twins instanceof Object && 'text' in twins ? twins.text : undefined;
  return text instanceof Uint8Array && text.buffer instanceof ArrayBuffer && text.length > 0 ? [text.buffer] : [];
};

parentPort?.on('message', (job: Job) => {
  const given = answer(job);
  parentPort?.postMessage(given, handedOver(given));
});

/** The work of these threads on the caller's own, over files in memory that end with their store: nothing waits, so that everything happens in its order. */
export const createStoreInline = (): StoreThreads => {
  const work = async (task: Parameters<StoreThreads['read']>[0]): Promise<unknown> => {
    const job = { ...task, id: 0 };
    return job.verb === 'open' ? openInMemory(job) : perform(job).value;
  };
  return { pinWriter: () => work, read: work, release: async () => undefined, close: async () => undefined };
};
