/**
 * Log files: the exchange log as lines of text, in files named after the first entry in them. Only ever added to.
 */
import {
  closeSync,
  createReadStream,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { limits } from '@cityweave/core';

export type LogFiles = {
  /** paths, the oldest first */
  readonly paths: () => readonly string[];
  readonly lines: (path: string) => readonly string[];
  /** The same a piece at a time, while others have their turn. */
  readonly streamed: (path: string) => AsyncIterable<string>;
  /** Takes away a last line that was never finished; how many bytes that were. */
  readonly mend: (path: string) => number;
  readonly write: (lines: readonly string[], firstN: number) => void;
  /** Whether what was written is on the disk now. */
  readonly sync: () => Promise<boolean>;
  readonly close: () => void;
};

const digits = 12;
const nameOf = (n: number): string => `exchange-${String(n).padStart(digits, '0')}.jsonl`;

/** The number of the first entry in a file. */
export const firstIn = (path: string): number => Number(/exchange-(\d+)\.jsonl$/.exec(path)?.[1] ?? 0);

export const logFolderOf = (directory: string): string => join(directory, 'log');

/** Those of a node, the oldest first; none where it never wrote one. */
export const logPaths = (directory: string): readonly string[] => {
  const folder = logFolderOf(directory);
  try {
    return readdirSync(folder)
      .filter((name) => /^exchange-\d+\.jsonl$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** Folders within one that are the memory of a node with a log. */
export const foldersWithLog = (folder: string): readonly string[] => {
  try {
    const within = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return within.map(({ name }) => join(folder, name)).filter((path) => logPaths(path).length > 0);
  } catch {
    return [];
  }
};

export const readLines = (path: string): readonly string[] => {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

async function* streamLines(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8')) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

const mendEnd = (path: string): number => {
  const text = readFileSync(path);
  const end = text.lastIndexOf('\n') + 1;
  if (end === text.length) return 0;
  const file = openSync(path, 'r+');
  ftruncateSync(file, end);
  closeSync(file);
  return text.length - end;
};

/** All of it is on the disk before there is a next one: what is sealed later stands behind it. */
const endFile = (file: number): void => {
  fdatasyncSync(file);
  closeSync(file);
};

/** A new file outlives a power cut only once its name does. */
const syncNames = (folder: string): void => {
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  fsyncSync(opened);
  closeSync(opened);
};

export const openLogFiles = (directory: string): LogFiles => {
  const folder = logFolderOf(directory);
  mkdirSync(folder, { recursive: true });
  let file: number | undefined;
  let bytes = 0;
  const open = (path: string): number => {
    file = openSync(path, 'a', 0o600);
    bytes = fstatSync(file).size;
    return file;
  };
  const current = (firstN: number): number => {
    if (file !== undefined && bytes < limits.logFileBytesMax) return file;
    const last = file === undefined ? logPaths(directory).at(-1) : undefined;
    if (file !== undefined) endFile(file);
    const opened = open(last ?? join(folder, nameOf(firstN)));
    if (last === undefined) syncNames(folder);
    return opened;
  };
  const write: LogFiles['write'] = (lines, firstN) => {
    const text = Buffer.from(`${lines.join('\n')}\n`);
    writeSync(current(firstN), text);
    bytes += text.length;
  };
  return {
    paths: () => logPaths(directory),
    lines: readLines,
    streamed: streamLines,
    mend: mendEnd,
    write,
    sync: () =>
      new Promise((resolve) => {
        if (file === undefined) resolve(true);
        else fdatasync(file, (failure) => resolve(failure === null));
      }),
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
};
