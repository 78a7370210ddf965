/**
 * Node archive: a whole node as one file of lines, gzipped: a heading, every row of its store, every record, and an end with their number and digest.
 * It is read through and checked before anything of it is believed.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Authority, fail, type Instant, ok, problem, type Result } from '@cityweave/core';
import type { RecordStore, TwinStore } from '../store.ts';
import { answered, unanswered } from '../unanswered.ts';
import { archiveLineCharactersMax, archiveVersion, type Line, type LogLine, lineOf, parse, readLines, toldAlike, tooLong } from './archive-lines.ts';
import type { Moved } from './moved.ts';
import { movedRows } from './unloading.ts';

export type Kept = {
  readonly store: TwinStore;
  readonly records: RecordStore;
  /** the exchange log as it is, every byte of it */
  readonly log: { readonly lines: () => Iterable<LogLine>; readonly put: (lines: readonly LogLine[]) => void };
};

export type Archived = {
  readonly lines: number;
  readonly sha256: string;
  /** digest of what the node keeps, the same whichever store it was read from and when: two nodes that tell the same one keep the same */
  readonly content: string;
};

async function* contentOf({ store, records, log }: Kept): AsyncGenerator<Line> {
  for await (const rows of movedRows(store)) yield* rows;
  for (const record of records.all()) yield { part: 'record', record };
  for (const line of log.lines()) yield { part: 'log', ...line };
}

const digestOf = async (kept: Kept): Promise<string> => {
  const content = createHash('sha256');
  for await (const line of contentOf(kept)) content.update(toldAlike(line));
  return content.digest('hex');
};

type Telling = { readonly heading: object; readonly signal: AbortSignal | undefined; readonly told: (done: Archived) => void };

/** Every line is part of the digest that the last one tells. */
async function* linesOf(kept: Kept, { heading, signal, told }: Telling): AsyncGenerator<string> {
  const [hash, content] = [createHash('sha256'), createHash('sha256')];
  let lines = 0;
  const note = async (value: unknown): Promise<string> => {
    const line = lineOf(value);
    if (line.length > archiveLineCharactersMax + '\n'.length) return Promise.reject(unanswered(tooLong));
    hash.update(line);
    lines += 1;
    return line;
  };
  yield note(heading);
  for await (const line of contentOf(kept)) {
    if (signal?.aborted) return void (await Promise.reject(unanswered(interrupted)));
    content.update(toldAlike(line));
    yield note(line);
  }
  const done = { lines, sha256: hash.digest('hex'), content: content.digest('hex') };
  told(done);
  yield lineOf({ end: done });
}

export const interrupted = problem('cancelled', { found: 'an interruption', accepted: 'the same command once more' });

const writtenMeanwhile = problem('revisionConflict', {
  subject: 'store of the node',
  found: 'a write while it was read',
  accepted: 'a node that is stopped, or that nobody writes to for so long',
});

/** `writes`: what the store told before anything of the node was read. */
export type Archiving = { readonly agency: Authority; readonly at: Instant; readonly writes: number; readonly signal?: AbortSignal };

/** For its owner's eyes only: the key of the node is in it. The file has its name once it is whole, and of one moment: nothing was written to the store while it was read. */
export const writeArchive = async (path: string, kept: Kept, { agency, at, writes, signal }: Archiving): Promise<Result<Archived>> => {
  let done: Archived = { lines: 0, sha256: '', content: '' };
  const told = (all: Archived): void => {
    done = all;
  };
  const lines = linesOf(kept, { heading: { archive: 'cityweave node', version: archiveVersion, agency, at }, signal, told });
  const part = `${path}.part`;
  try {
    const packed = Readable.from(lines, { objectMode: true, highWaterMark: 64 });
    const piped = await answered(pipeline(packed, createGzip({ level: 6 }), createWriteStream(part, { mode: 0o600 })));
    if (!piped.ok) return piped;
    if ((await kept.store.writes()) !== writes) return fail(writtenMeanwhile);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return ok(done);
};

const loadRowsMax = 500;
const loadCharactersMax = 4 * 1024 * 1024;

const isMoved = (line: Line): line is Moved => line.part !== 'record' && line.part !== 'log';

/** `load`: of the store's rows. */
type Loading = Pick<Kept, 'records' | 'log'> & Pick<TwinStore, 'load'>;

const loadLines = ({ records, log, load }: Loading, lines: readonly Line[]): Promise<Result<true>> => {
  records.load(lines.flatMap((line) => (line.part === 'record' ? [line.record] : [])));
  log.put(lines.flatMap((line) => (line.part === 'log' ? [{ file: line.file, line: line.line }] : [])));
  return load(lines.filter(isMoved));
};

const otherContent = problem('internal', {
  subject: 'store of the node',
  found: 'other content than that of the file, once all was loaded',
  accepted: 'a report of this; the store is not used, and has to be empty before another attempt',
});

const inUse = problem('badConfiguration', {
  subject: 'store',
  found: 'twins of this agency, with their log',
  accepted: 'a store that keeps none of them, or just those of the file',
});

type FromFile = Pick<Archived, 'content'> & { readonly path: string; readonly signal?: AbortSignal | undefined };

/**
 * A file that was verified, into a node that keeps nothing yet; what it keeps then is read and compared with what the file tells.
 * A log begins when all rows are in the store: one that has a log already has them from an earlier attempt, which ended after that, or it is in use.
 */
export const loadArchive = async ({ store, ...beside }: Kept, from: FromFile): Promise<Result<true>> => {
  const isLoaded = (await store.head()) > 0;
  const loaded = await loadAll(from, { ...beside, load: isLoaded ? async () => ok(true) : store.load });
  if (!loaded.ok) return loaded;
  if ((await digestOf({ ...beside, store })) === from.content) return loaded;
  return fail(isLoaded ? inUse : otherContent);
};

const loadAll = async ({ path, signal }: FromFile, to: Loading): Promise<Result<true>> => {
  let [waiting, characters]: [Line[], number] = [[], 0];
  for await (const read of readLines(path)) {
    if (!read.ok) return read;
    if (signal?.aborted) return fail(interrupted);
    const line = parse(read.value) as Partial<Line>; // branding: it was verified
    if (line.part) waiting.push(line as Line); // branding: as above; heading and end have none
    characters += read.value.length;
    if (waiting.length < loadRowsMax && characters < loadCharactersMax) continue;
    const loaded = await loadLines(to, waiting);
    if (!loaded.ok) return loaded;
    [waiting, characters] = [[], 0];
  }
  return loadLines(to, waiting);
};
