/**
 * Disk: what of a machine survives its crashes: records, log and twins. Durable before a write returns; a process that is dead writes nothing more.
 */
import type { Instant } from '@cityweave/core';
import type { LogFiles, RecordStore } from '@cityweave/server';

/** One record as it became durable, and as it was before. */
export type Write = { readonly noun: string; readonly id: string; readonly before: unknown; readonly after: unknown };

export type Disk = {
  readonly get: (noun: string, id: string) => unknown;
  readonly list: RecordStore['list'];
  /** The records as one process sees them. */
  readonly open: (process: {
    readonly isAlive: () => boolean;
    readonly now: () => Instant;
    readonly written: (writes: readonly Write[]) => void;
  }) => RecordStore;
  /** The log's file as one process sees it. */
  readonly openLog: (isAlive: () => boolean, altered?: (lines: readonly string[]) => readonly string[]) => LogFiles;
  readonly logLines: () => readonly string[];
  /** All records of nouns that begin so are lost. */
  readonly lose: (beginning: string) => void;
};

type Kept = { readonly at: Instant; readonly value: unknown };

const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

type Records = Pick<Disk, 'get' | 'list'> & {
  readonly put: (noun: string, id: string, kept: Kept) => Write;
  readonly removeAll: (noun: string, isGone: (id: string, kept: Kept) => boolean) => number;
  readonly nouns: () => readonly string[];
};

const createRecords = (): Records => {
  const nouns = new Map<string, Map<string, Kept>>();
  const lists = new Map<string, ReturnType<Disk['list']>>();
  const of = (noun: string): Map<string, Kept> => {
    const known = nouns.get(noun) ?? new Map<string, Kept>();
    nouns.set(noun, known);
    return known;
  };
  const get = (noun: string, id: string): unknown => nouns.get(noun)?.get(id)?.value;
  return {
    get,
    nouns: () => [...nouns.keys()],
    list: (noun) => {
      const known = lists.get(noun) ?? [...of(noun)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, kept]) => ({ id, ...kept }));
      lists.set(noun, known);
      return known;
    },
    put: (noun, id, kept) => {
      const before = get(noun, id);
      of(noun).set(id, kept);
      lists.delete(noun);
      return { noun, id, before, after: kept.value };
    },
    removeAll: (noun, isGone) => {
      const gone = [...of(noun)].filter(([id, kept]) => isGone(id, kept));
      for (const [id] of gone) of(noun).delete(id);
      lists.delete(noun);
      return gone.length;
    },
  };
};

const openRecords =
  ({ get, list, put, removeAll }: Records): Disk['open'] =>
  ({ isAlive, now, written }) => {
    const putAll: RecordStore['putAll'] = (records) => {
      if (isAlive()) written(records.map(({ noun, id, value }) => put(noun, id, { at: now(), value: copyOf(value) })));
    };
    return {
      get,
      list,
      putAll,
      put: (noun, id, value) => putAll([{ noun, id, value }]),
      remove: (noun, id) => void (isAlive() && removeAll(noun, (one) => one === id)),
      prune: (noun, before) => (isAlive() ? removeAll(noun, (_, { at }) => at < before) : 0),
      all: () => [],
      load: () => undefined,
      close: () => undefined,
    };
  };

async function* linesNow(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

export const createDisk = (): Disk => {
  const records = createRecords();
  const logLines: string[] = [];
  return {
    get: records.get,
    list: records.list,
    open: openRecords(records),
    openLog: (isAlive, altered = (lines) => lines) => ({
      paths: () => (logLines.length > 0 ? ['exchange-000000000001.jsonl'] : []),
      lines: () => logLines,
      streamed: () => linesNow(logLines),
      mend: () => 0,
      write: (lines) => void (isAlive() && logLines.push(...altered(lines))),
      sync: () => Promise.resolve(isAlive()),
      close: () => undefined,
    }),
    logLines: () => logLines,
    lose: (beginning) => {
      for (const noun of records.nouns().filter((one) => one.startsWith(beginning))) records.removeAll(noun, () => true);
    },
  };
};
