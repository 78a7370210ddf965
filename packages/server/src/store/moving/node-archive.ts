/**
 * Node archive: a whole node as one file of lines, gzipped: a heading, every row of its store, every record, and an end with their number and digest.
 * It is read through and checked before anything of it is believed.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Authority, canonicalJson, fail, type Instant, ok, type Problem, problem, type Result } from '@cityweave/core';
import { z } from 'zod';
import type { NodeRecord, RecordStore, TwinStore } from '../store.ts';
import { answered, unanswered } from '../unanswered.ts';
import type { Moved } from './moved.ts';
import { movedRows } from './unloading.ts';

const archiveVersion = 1;
export const archiveLineCharactersMax = 64 * 1024 * 1024;

const Heading = z.object({ archive: z.literal('cityweave node'), version: z.number(), agency: z.string(), at: z.string() });
const End = z.object({ end: z.object({ lines: z.int(), sha256: z.string(), content: z.string() }) });

/** A line of the exchange log and the name of the file that it stands in. */
export type LogLine = { readonly file: string; readonly line: string };

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

type Line = Moved | { readonly part: 'record'; readonly record: NodeRecord } | ({ readonly part: 'log' } & LogLine);

async function* contentOf({ store, records, log }: Kept): AsyncGenerator<Line> {
  for await (const rows of movedRows(store)) yield* rows;
  for (const record of records.all()) yield { part: 'record', record };
  for (const line of log.lines()) yield { part: 'log', ...line };
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The same whatever store a line was read from. */
const toldAlike = (line: Line): string => lineOf(canonicalJson(line));

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
  const note = (value: unknown): string => {
    const line = lineOf(value);
    hash.update(line);
    lines += 1;
    return line;
  };
  yield note(heading);
  for await (const line of contentOf(kept)) {
    if (signal?.aborted) throw unanswered(interrupted);
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

const bad = (found: string, accepted: string): Problem => problem('badFile', { subject: 'node archive', found, accepted });

const whole = 'a whole file as cityweave export wrote it';

/** The lines of a file, each within its bound; what the file system or the packing has against it is thrown where it is read. */
async function* readLines(path: string): AsyncGenerator<Result<string>> {
  const unpacked = createGunzip().setEncoding('utf8');
  const packed = createReadStream(path).on('error', (cause) => unpacked.destroy(cause));
  let begun: string[] = [];
  for await (const chunk of packed.pipe(unpacked)) {
    const [first = '', ...more] = String(chunk).split('\n');
    begun.push(first);
    if (begun.reduce((sum, { length }) => sum + length, 0) > archiveLineCharactersMax) return yield fail(tooLong);
    for (const next of more) {
      yield ok(begun.join(''));
      begun = [next];
    }
  }
  if (begun.some((part) => part !== '')) yield ok(begun.join(''));
}

const tooLong = problem('tooLarge', { subject: 'line of a node archive', limit: archiveLineCharactersMax });

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const checkHeading = (line: string, agency: Authority): Problem | undefined => {
  const heading = Heading.safeParse(parse(line)).data;
  if (!heading) return bad('no heading', whole);
  if (heading.version !== archiveVersion)
    return problem('unsupportedVersion', { subject: 'node archive', found: `version ${heading.version}`, accepted: `version ${archiveVersion}` });
  return heading.agency === agency ? undefined : bad(`the node of ${heading.agency}`, `the node of ${agency}`);
};

type Read = { readonly heading: string; readonly lines: number; readonly sha256: string; readonly end: string };

/** What the end tells, where what was read agrees with it. */
const checkEnd = ({ sha256, lines, end }: Read): Result<Archived> => {
  const told = End.safeParse(parse(end)).data?.end;
  if (!told) return fail(bad('no end: it is cut off', whole));
  if (told.lines !== lines) return fail(bad(`${lines} lines of ${told.lines}`, whole));
  return told.sha256 === sha256 ? ok(told) : fail(bad('another digest than its end tells: it was altered', whole));
};

/** Reads a file through; nothing is kept of it but its first and its last line. */
const readThrough = async (path: string): Promise<Result<Read>> => {
  const hash = createHash('sha256');
  let [heading, end, lines]: [string | undefined, string | undefined, number] = [undefined, undefined, 0];
  for await (const line of readLines(path)) {
    if (!line.ok) return line;
    if (end !== undefined) hash.update(`${end}\n`);
    if (end !== undefined) lines += 1;
    heading ??= line.value;
    end = line.value;
  }
  return ok({ heading: heading ?? '', end: end ?? '', lines, sha256: hash.digest('hex') });
};

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable');

/** Whether a file is whole, unaltered, and of this agency's node. */
export const verifyArchive = async (path: string, agency: Authority): Promise<Result<Archived>> => {
  const read = await readThrough(path).catch((cause) => fail(bad(codeOf(cause), whole)));
  if (!read.ok) return read;
  const wrong = checkHeading(read.value.heading, agency);
  return wrong ? fail(wrong) : checkEnd(read.value);
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

/**
 * A file that was verified, into a node that keeps nothing yet; what it keeps then is read and compared with what the file tells.
 * A log begins when all rows are in the store: one that has a log already has them from an earlier attempt, which ended after that, or it is in use.
 */
export const loadArchive = async (path: string, { store, ...beside }: Kept, { content }: Pick<Archived, 'content'>): Promise<Result<true>> => {
  const isLoaded = (await store.head()) > 0;
  const loaded = await loadAll(path, { ...beside, load: isLoaded ? async () => ok(true) : store.load });
  if (!loaded.ok) return loaded;
  if ((await digestOf({ ...beside, store })) === content) return loaded;
  return fail(isLoaded ? inUse : otherContent);
};

const loadAll = async (path: string, to: Loading): Promise<Result<true>> => {
  let [waiting, characters]: [Line[], number] = [[], 0];
  for await (const read of readLines(path)) {
    if (!read.ok) return read;
    const line = parse(read.value) as Partial<Line>; // branding: the digest says that it is as it was written
    if (line.part) waiting.push(line as Line); // branding: as above; heading and end have none
    characters += read.value.length;
    if (waiting.length < loadRowsMax && characters < loadCharactersMax) continue;
    const loaded = await loadLines(to, waiting);
    if (!loaded.ok) return loaded;
    [waiting, characters] = [[], 0];
  }
  return loadLines(to, waiting);
};
