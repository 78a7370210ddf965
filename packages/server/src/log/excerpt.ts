/**
 * Excerpt (L1): what a partner is shown of the log: one pass over the files that hold it, a piece at a time, as much as one message allows, so often a minute.
 */
import { emptyLog, excerptFor, isFormer, type LogEntry, type LogExcerpt, type LogHead, limits, ok, type Result, usedWithin, utf8Bytes } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { sha256 } from '../trust/signature.ts';
import { firstIn, type LogFiles } from './log-files.ts';
import { parseEntry } from './log-line.ts';

type Placed = { readonly entry: LogEntry; readonly bytes: number };

/** Entries from number `from` up to number `to`: each file holds those that follow its first one. */
async function* entriesBetween(files: LogFiles, from: number, to: number): AsyncGenerator<Placed> {
  const paths = files.paths();
  const begun = Math.max(
    0,
    paths.findLastIndex((path) => firstIn(path) <= from),
  );
  for (const path of paths.slice(begun)) {
    let n = firstIn(path);
    if (n > to) return;
    for await (const line of files.streamed(path)) {
      const entry = n >= from && n <= to ? parseEntry(line) : undefined;
      if (entry) yield { entry, bytes: utf8Bytes(line) };
      if (n >= to) break;
      n += 1;
    }
  }
}

type Stretch = { readonly sealed: number; readonly after: number | undefined };

/** Behind `after`, else of the last ones; as many as fit. It begins later where older files were moved away, or cannot be shown. */
const readExcerpt = async (files: LogFiles, asker: string, { sealed, after }: Stretch): Promise<LogExcerpt> => {
  const oldest = firstIn(files.paths()[0] ?? '');
  const begun = Math.max(oldest > 1 ? oldest : 0, Math.min(after ?? sealed - limits.logExcerptEntriesMax, sealed));
  let before: LogHead = emptyLog;
  let entries: LogEntry[] = [];
  let left: number = limits.logExcerptBytesMax;
  for await (const { entry, bytes } of entriesBetween(files, begun, sealed)) {
    if (entry.n <= begun || isFormer(entry, sha256)) {
      before = entry;
      entries = [];
      continue;
    }
    left -= bytes;
    if (left < 0 || entries.length >= limits.logExcerptEntriesMax) break;
    entries.push(entry);
  }
  return excerptFor(asker, { entries, before, sealed, hash: sha256 });
};

type Room = {
  readonly files: LogFiles;
  readonly clock: Deps['clock'];
  /** the entry that seals what was written when it is asked for */
  readonly sealNow: () => Promise<number>;
};

export const createExcerpts = ({ files, clock, sealNow }: Room) => {
  const uses = new LRUCache<string, readonly number[]>({ max: limits.membershipsMax });
  return async (asker: string, after?: number): Promise<Result<LogExcerpt>> => {
    const bound = { subject: asker, limit: limits.logExcerptsPerMinuteMax, count: 1, nowMs: clock.monotonicMs() };
    const used = usedWithin(uses.get(asker) ?? [], bound);
    if (!used.ok) return used;
    uses.set(asker, used.value);
    return ok(await readExcerpt(files, asker, { sealed: await sealNow(), after }));
  };
};
