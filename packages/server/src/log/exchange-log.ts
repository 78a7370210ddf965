/**
 * Exchange log of this node: appends, seals with signed checkpoints, and is read page by page, the newest first.
 */
import {
  announcementText,
  checkLog,
  checkpointText,
  emptyLog,
  type Instant,
  isIntact,
  type LogCheck,
  type LogContent,
  type LogEntry,
  type LogExcerpt,
  type LoggedExchange,
  type LogHead,
  type LogLine,
  limits,
  logLine,
  msBetween,
  nextEntry,
  type PublicKey,
  type Result,
  utf8Bytes,
} from '@cityweave/core';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { RecordStore } from '../store/store.ts';
import type { NodeKeys } from '../trust/node-key.ts';
import { sha256, signText, verifyText } from '../trust/signature.ts';
import { createExcerpts } from './excerpt.ts';
import { firstIn, type LogFiles, logPaths, readLines } from './log-files.ts';
import { parseEntry, parseLine } from './log-line.ts';
import { createTally, type Tally } from './tally.ts';

export type LogPage = {
  readonly entries: readonly LogEntry[];
  /** older ones may follow before this entry */
  readonly more: number | undefined;
  /** of the entries, by number: what their content gives is their hash, and a signed checkpoint stands behind them */
  readonly verified: ReadonlySet<number>;
};

export type ExchangeLog = {
  readonly append: (exchange: LoggedExchange) => void;
  /** One of many that are alike and were accepted: they are logged together, from time to time. */
  readonly count: Tally['count'];
  /** Entries older than `before`, the newest first, of one federation where it is named. */
  readonly page: (asked: { readonly federationId?: string | undefined; readonly first: number; readonly before?: number | undefined }) => LogPage;
  /** Entries behind `after`, else of the last ones, as somebody may see them, so often a minute; sealed up to now. */
  readonly excerpt: (asker: string, after?: number) => Promise<Result<LogExcerpt>>;
  readonly close: () => Promise<void>;
};

type Room = { readonly files: LogFiles; readonly deps: Deps; readonly records: RecordStore; readonly owner: string; readonly keys: NodeKeys };

const Head = z.object({ n: z.int(), hash: z.string() });

/** The last checkpoint as the node remembers it beside the log. */
export const sealedHead = (records: RecordStore): LogHead => Head.safeParse(records.get('log', 'sealed')).data ?? emptyLog;

type Begun = {
  readonly head: LogHead;
  /** whether a checkpoint ends it */
  readonly isSealed: boolean;
  readonly mended: number;
};

/** Where an opened log goes on: after its last whole line. */
const lastHead = (files: LogFiles): Begun => {
  const path = files.paths().at(-1);
  if (path === undefined) return { head: emptyLog, isSealed: true, mended: 0 };
  const mended = files.mend(path);
  const last = parseEntry(files.lines(path).at(-1) ?? '');
  return { head: last ? { n: last.n, hash: last.hash } : emptyLog, isSealed: last?.content.kind === 'checkpoint' && mended === 0, mended };
};

type Writer = {
  readonly put: (content: LogContent) => LogHead;
  readonly flush: () => void;
  readonly head: () => LogHead;
  /** bytes of all that was put */
  readonly bytes: () => number;
};

const createWriter = (files: LogFiles, clock: Deps['clock'], begun: LogHead): Writer => {
  let head = begun;
  let bytes = 0;
  let waiting: string[] = [];
  return {
    put: (content) => {
      const entry = nextEntry(head, { at: clock.now(), content }, sha256);
      head = { n: entry.n, hash: entry.hash };
      const line = logLine(entry);
      bytes += utf8Bytes(line);
      waiting.push(line);
      return head;
    },
    flush: () => {
      if (waiting.length > 0) files.write(waiting, head.n - waiting.length + 1);
      waiting = [];
    },
    head: () => head,
    bytes: () => bytes,
  };
};

/** Signs what was written so far, and remembers it elsewhere once it is on the disk. */
const createSealing = ({ deps, records, owner, keys, files }: Room, writer: Writer, begun: Begun) => {
  const reached = () => ({ n: writer.head().n, bytes: writer.bytes(), at: deps.clock.now() });
  let sealed = { ...reached(), n: begun.isSealed ? begun.head.n : 0 };
  let remembered: Promise<void> = Promise.resolve();
  const remember = async (head: LogHead): Promise<void> => {
    if (await files.sync()) records.put('log', 'sealed', head);
  };
  /** Resolves once it is remembered. */
  const seal = (): Promise<void> => {
    if (writer.head().n === sealed.n) return remembered;
    const { keyId, ...key } = keys.current();
    const on = writer.head();
    const head = writer.put({ kind: 'checkpoint', keyId, signature: signText(checkpointText(owner, on), { keyId, ...key }) });
    sealed = reached();
    writer.flush();
    remembered = remembered.then(() => remember(head));
    return remembered;
  };
  const isFull = (): boolean => writer.head().n - sealed.n >= limits.logCheckpointEntries - 1 || writer.bytes() - sealed.bytes >= limits.logCheckpointBytes;
  const isDue = (now: Instant): boolean => msBetween(sealed.at, now) >= limits.logCheckpointMs;
  /** The entry that seals what was written when it was asked for. */
  const sealNow = async (): Promise<number> => {
    const remembering = seal();
    const { n } = sealed;
    await remembering;
    return n;
  };
  return { seal, sealNow, isFull, isDue, sealedTo: () => sealed.n };
};

const matching = (
  lines: readonly string[],
  { federationId, before }: { readonly federationId?: string | undefined; readonly before: number },
): readonly LogEntry[] =>
  lines.flatMap((line) => {
    if (federationId !== undefined && !line.includes(JSON.stringify(federationId))) return [];
    const entry = parseEntry(line);
    const fits =
      entry !== undefined &&
      entry.n < before &&
      (federationId === undefined || (entry.content.kind === 'exchange' && entry.content.federationId === federationId));
    return fits ? [entry] : [];
  });

const readPage = (
  files: LogFiles,
  { federationId, first, before = Number.MAX_SAFE_INTEGER }: Parameters<ExchangeLog['page']>[0],
): Omit<LogPage, 'verified'> => {
  const entries: LogEntry[] = [];
  const older = files
    .paths()
    .filter((path) => firstIn(path) < before)
    .toReversed();
  for (const [at, path] of older.entries()) {
    const found = matching(files.lines(path), { federationId, before }).toReversed();
    const room = first - entries.length;
    entries.push(...found.slice(0, room));
    if (found.length > room) return { entries, more: entries.at(-1)?.n };
    if (at + 1 >= limits.logFilesPerPageMax && at + 1 < older.length) return { entries, more: firstIn(path) };
  }
  return { entries, more: undefined };
};

const withVerified = (page: Omit<LogPage, 'verified'>, sealedTo: number): LogPage => ({
  ...page,
  verified: new Set(page.entries.filter((entry) => entry.n <= sealedTo && isIntact(entry, sha256)).map(({ n }) => n)),
});

/** Whoever reads the log later must know by which keys it was signed: they are told before whatever is signed by others than before. */
const createKeyTelling = (keys: NodeKeys, writer: Writer): (() => void) => {
  let signedBy = '';
  return () => {
    const published = JSON.stringify(keys.published());
    if (published === signedBy) return;
    signedBy = published;
    writer.put({ kind: 'keys', keys: [...keys.published()], announcements: [...keys.announcements()] });
  };
};

/** Where an opened log stands: what was lost of it is told, and what a node that was killed left is sealed, but nothing that was cut off behind a seal is covered up. */
const goOn = (room: Room) => {
  const begun = lastHead(room.files);
  const writer = createWriter(room.files, room.deps.clock, begun.head);
  const sealing = createSealing(room, writer, begun);
  const tellKeys = createKeyTelling(room.keys, writer);
  if (begun.head.n === 0 || !begun.isSealed) tellKeys();
  if (begun.mended > 0) writer.put({ kind: 'recovered', bytes: begun.mended });
  if (!begun.isSealed && begun.head.n >= sealedHead(room.records).n) void sealing.seal();
  return { writer, sealing, tellKeys };
};

export const openExchangeLog = (room: Room): ExchangeLog => {
  const { deps, files } = room;
  const { writer, sealing, tellKeys } = goOn(room);
  let cancel: (() => void) | undefined;
  let isClosed = false;
  const flush = (): void => {
    cancel = undefined;
    writer.flush();
    if (sealing.isDue(deps.clock.now())) void sealing.seal();
  };
  const append = (exchange: LoggedExchange): void => {
    // what a node that is closing still hears or says is answered, but its log has ended
    if (isClosed) return;
    tellKeys();
    writer.put(exchange);
    if (sealing.isFull()) void sealing.seal();
    cancel ??= deps.timers.after(limits.logFlushMs, flush);
  };
  const tally = createTally(deps, append);
  const sealNow = (): Promise<number> => {
    tally.settle();
    tellKeys();
    return sealing.sealNow();
  };
  return {
    append,
    count: (exchange, seq) => {
      if (!isClosed) tally.count(exchange, seq);
    },
    page: (asked) => {
      writer.flush();
      return withVerified(readPage(files, asked), sealing.sealedTo());
    },
    excerpt: createExcerpts({ files, clock: deps.clock, sealNow }),
    close: async () => {
      tally.settle();
      isClosed = true;
      cancel?.();
      tellKeys();
      await sealing.seal();
      writer.flush();
      files.close();
    },
  };
};

function* linesOf(paths: readonly string[]): Generator<LogLine> {
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const [at, line] of readLines(path).entries()) yield { value: parseLine(line), where: `${name}:${at + 1}` };
  }
}

type Verifying = { readonly owner: string; readonly sealed?: LogHead; readonly keys?: readonly PublicKey[] | undefined };

/** The lines of a node's log as they stand now. */
export const copyOfLog = (directory: string): readonly LogLine[] => [...linesOf(logPaths(directory))];

export const verifyLines = (lines: Iterable<LogLine>, { owner, sealed, keys }: Verifying): LogCheck =>
  checkLog(lines, { owner, hash: sha256, verifies: verifyText, keys, announcementText }, sealed);

/** Looks at every line of a node's log; nothing is changed. */
export const verifyLog = (directory: string, verifying: Verifying): LogCheck => verifyLines(linesOf(logPaths(directory)), verifying);
