/**
 * Lines: a file as lines (or, where it begins with a record separator, as records of RFC 8142), one at a time.
 * A longer one than allowed is passed over and named; one nested too deep is a fault of the file.
 */
import { type Problem, problem } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import { readFileChunks } from './file.ts';
import { isTooDeep } from './scan.ts';

export type Line =
  /** `ended`: a line end stood after it */
  | { readonly type: 'line'; readonly number: number; readonly bytes: Buffer; readonly ended: boolean }
  | { readonly type: 'tooLarge'; readonly number: number }
  | { readonly type: 'fault'; readonly problem: Problem };

const lineFeed = 0x0a;
const recordSeparator = 0x1e;

type Splitter = { separator: number | undefined; number: number; bytes: number; parts: Buffer[] };

/** Lines that hold something; empty ones are counted but not given. */
export async function* readLines(path: string, signal: AbortSignal): AsyncGenerator<Line> {
  const splitter: Splitter = { separator: undefined, number: 1, bytes: 0, parts: [] };
  for await (const chunk of readFileChunks(path, signal)) {
    if (chunk.type === 'fault') return yield chunk;
    for (const line of split(splitter, chunk.bytes)) {
      yield line;
      if (line.type === 'fault') return;
    }
  }
  const last = lineOf(splitter, Buffer.alloc(0), false);
  if (last) yield last;
}

function* split(splitter: Splitter, chunk: Buffer): Generator<Line> {
  splitter.separator ??= chunk[0] === recordSeparator ? recordSeparator : lineFeed;
  let from = 0;
  for (let at = chunk.indexOf(splitter.separator); at >= 0; at = chunk.indexOf(splitter.separator, from)) {
    const line = lineOf(splitter, chunk.subarray(from, at), true);
    if (line) yield line;
    splitter.number += 1;
    from = at + 1;
  }
  keep(splitter, chunk.subarray(from));
}

const keep = (splitter: Splitter, part: Buffer): void => {
  splitter.bytes += part.length;
  if (splitter.bytes > importLimits.recordBytesMax) splitter.parts = [];
  else splitter.parts.push(part);
};

const lineOf = (splitter: Splitter, rest: Buffer, ended: boolean): Line | undefined => {
  keep(splitter, rest);
  const { number, parts, bytes: size } = splitter;
  splitter.parts = [];
  splitter.bytes = 0;
  if (size > importLimits.recordBytesMax) return { type: 'tooLarge', number };
  const bytes = parts.length === 1 ? (parts[0] ?? rest) : Buffer.concat(parts);
  if (isBlank(bytes)) return undefined;
  if (isTooDeep(bytes)) return { type: 'fault', problem: problem('tooLarge', { subject: 'nesting', path: `line ${number}`, limit: importLimits.nestingMax }) };
  return { type: 'line', number, bytes, ended };
};

const isBlank = (bytes: Buffer): boolean => {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x0d && byte !== 0x0a && byte !== 0x09) return false;
  return true;
};

/** Lets whole lines through and takes out those longer than a record may be, leaving an empty line in their place so that lines keep their numbers. */
export type LineGuard = { readonly take: (chunk: Buffer) => readonly Buffer[]; readonly rest: () => readonly Buffer[] };

export const createLineGuard = (tell: (line: number) => void): LineGuard => {
  let begun: Buffer[] = [];
  let size = 0;
  let lines = 1;
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size > importLimits.recordBytesMax) begun = [];
    else begun.push(part);
  };
  /** The line that was begun, or nothing of it. */
  const release = (): readonly Buffer[] => {
    const whole = begun;
    if (size > importLimits.recordBytesMax) tell(lines);
    begun = [];
    size = 0;
    return whole;
  };
  const take = (chunk: Buffer): readonly Buffer[] => {
    const first = chunk.indexOf(lineFeed);
    if (first < 0) {
      keep(chunk);
      return [];
    }
    const last = chunk.lastIndexOf(lineFeed);
    keep(chunk.subarray(0, first));
    const whole = [...release(), chunk.subarray(first, last + 1)];
    lines += countLines(chunk);
    keep(chunk.subarray(last + 1));
    return whole;
  };
  return { take, rest: release };
};

const countLines = (chunk: Buffer): number => {
  let count = 0;
  for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) count += 1;
  return count;
};
