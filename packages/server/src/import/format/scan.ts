/**
 * Scan: cuts a JSON document into the texts of its members, and of the elements of the members named, without reading it whole.
 * Memory is bounded by one element: a larger one is skipped to its end and named. Depth is bounded; a fault ends the scan.
 */
import { type Problem, problem, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import { fileFault } from './file.ts';

export type ScanItem =
  /** a member of the document, or an element (`key`: its place or name) of a member that is streamed */
  | { readonly type: 'value'; readonly member: string; readonly key?: string | number; readonly bytes: Buffer }
  | { readonly type: 'tooLarge'; readonly member: string; readonly key?: string | number }
  /** a streamed member begins */
  | { readonly type: 'enter'; readonly member: string; readonly shape: 'list' | 'object' }
  | { readonly type: 'fault'; readonly problem: Problem };

export type ScanPlan = {
  /** members whose elements come one by one */
  readonly streamed: ReadonlySet<string>;
  /** other members that are wanted; the rest is passed over */
  readonly wanted: ReadonlySet<string>;
  readonly elementBytesMax?: number;
};

export type Scanner = { readonly push: (chunk: Buffer) => readonly ScanItem[]; readonly end: () => readonly ScanItem[] };

type Frame = { readonly shape: 'list' | 'object'; readonly member: string; count: number };
type Step = 'start' | 'item' | 'next' | 'colon' | 'value' | 'capture' | 'after' | 'done' | 'failed';

type Scan = {
  readonly plan: ScanPlan;
  readonly frames: Frame[];
  items: ScanItem[];
  step: Step;
  /** the member of the document that is being read, and the element within it */
  member: string;
  element: string | number | undefined;
  /** bytes before the present chunk */
  offset: number;
  capture: Capture;
};

/** The text being cut out. `bytesMax` is -1 where it is passed over. */
type Capture = {
  readonly isKey: boolean;
  readonly isScalar: boolean;
  readonly bytesMax: number;
  depth: number;
  inString: boolean;
  escaped: boolean;
  bytes: number;
  parts: Buffer[];
};

const [quote, comma, colon, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x2c, 0x3a, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isOpen = (byte: number): boolean => byte === openObject || byte === openList;
const isClose = (byte: number): boolean => byte === closeObject || byte === closeList;
/** 1 for the bytes that change something outside of strings. */
const telling = Uint8Array.from({ length: 256 }, (_, byte) => (byte === quote || isOpen(byte) || isClose(byte) ? 1 : 0));
const nothing: Buffer = Buffer.alloc(0);
const idle: Capture = { isKey: false, isScalar: false, bytesMax: -1, depth: 0, inString: false, escaped: false, bytes: 0, parts: [] };

export const createScanner = (plan: ScanPlan): Scanner => {
  const scan: Scan = { plan, frames: [], items: [], step: 'start', member: '', element: undefined, offset: 0, capture: idle };
  const push = (chunk: Buffer): readonly ScanItem[] => {
    let index = 0;
    while (index < chunk.length && scan.step !== 'failed') {
      index = scan.step === 'capture' ? takeCapture(scan, chunk, index) : takePlain(scan, index, chunk[index] ?? 0);
    }
    scan.offset += chunk.length;
    return drain(scan);
  };
  const end = (): readonly ScanItem[] => {
    if (scan.step !== 'done' && scan.step !== 'failed') failWith(scan, fileFault(`byte ${scan.offset}`, 'cut off', 'the end of the document'));
    return drain(scan);
  };
  return { push, end };
};

const drain = (scan: Scan): readonly ScanItem[] => {
  const given = scan.items;
  scan.items = [];
  return given;
};

const failWith = (scan: Scan, given: Problem): void => {
  scan.items.push({ type: 'fault', problem: given });
  scan.step = 'failed';
};

const acceptedAt: Readonly<Record<Step, string>> = {
  start: 'a JSON object',
  item: 'the name of a member or the closing bracket',
  next: 'one more member or element',
  colon: 'a colon',
  value: 'a value',
  capture: 'a value',
  after: 'a comma or the closing bracket',
  done: 'nothing more: one document a file (line-delimited files are declared so)',
  failed: 'nothing',
};

const failAt = (scan: Scan, index: number, byte: number): number => {
  failWith(scan, fileFault(`byte ${scan.offset + index}`, JSON.stringify(String.fromCharCode(byte)), acceptedAt[scan.step]));
  return index + 1;
};

const takePlain = (scan: Scan, index: number, byte: number): number => {
  if (isSpace(byte)) return index + 1;
  switch (scan.step) {
    case 'start':
      return byte === openObject ? enter(scan, 'object', index) : failAt(scan, index, byte);
    case 'item':
    case 'next':
      return takeItem(scan, index, byte);
    case 'colon':
      if (byte !== colon) return failAt(scan, index, byte);
      scan.step = 'value';
      return index + 1;
    case 'value':
      return takeValue(scan, index, byte);
    case 'after':
      return takeAfter(scan, index, byte);
    default:
      return failAt(scan, index, byte);
  }
};

const enter = (scan: Scan, shape: Frame['shape'], index: number): number => {
  scan.frames.push({ shape, member: scan.member, count: 0 });
  if (scan.frames.length > 1) scan.items.push({ type: 'enter', member: scan.member, shape });
  scan.step = 'item';
  return index + 1;
};

const leave = (scan: Scan, index: number, byte: number): number => {
  if ((scan.frames.at(-1)?.shape === 'list') !== (byte === closeList)) return failAt(scan, index, byte);
  scan.frames.pop();
  scan.step = scan.frames.length === 0 ? 'done' : 'after';
  return index + 1;
};

const takeItem = (scan: Scan, index: number, byte: number): number => {
  const frame = scan.frames.at(-1);
  if (isClose(byte) && scan.step === 'item') return leave(scan, index, byte);
  if (frame?.shape === 'list') {
    scan.element = frame.count;
    frame.count += 1;
    scan.step = 'value';
    return index;
  }
  if (byte !== quote) return failAt(scan, index, byte);
  begin(scan, byte, true);
  return index;
};

const takeValue = (scan: Scan, index: number, byte: number): number => {
  if (byte === comma || byte === colon || isClose(byte)) return failAt(scan, index, byte);
  if (scan.frames.length === 1 && isOpen(byte) && scan.plan.streamed.has(scan.member)) return enter(scan, byte === openList ? 'list' : 'object', index);
  begin(scan, byte, false);
  return index;
};

const takeAfter = (scan: Scan, index: number, byte: number): number => {
  if (isClose(byte)) return leave(scan, index, byte);
  if (byte !== comma) return failAt(scan, index, byte);
  scan.step = 'next';
  return index + 1;
};

const begin = (scan: Scan, byte: number, isKey: boolean): void => {
  const isElement = scan.frames.length > 1;
  const isWanted = isKey || isElement || scan.plan.wanted.has(scan.member);
  const bytesMax = isKey || isElement ? (scan.plan.elementBytesMax ?? importLimits.recordBytesMax) : importLimits.memberBytesMax;
  scan.capture = { ...idle, isKey, isScalar: byte !== quote && !isOpen(byte), bytesMax: isWanted ? bytesMax : -1, parts: [] };
  scan.step = 'capture';
};

const takeCapture = (scan: Scan, chunk: Buffer, index: number): number => {
  const { capture } = scan;
  const end = capture.isScalar ? endOfScalar(chunk, index) : walk(chunk, index, { capture, depthMax: importLimits.nestingMax - scan.frames.length });
  if (end === tooDeep) {
    failWith(scan, problem('tooLarge', { subject: 'nesting', path: `byte ${scan.offset + index}`, limit: importLimits.nestingMax }));
    return chunk.length;
  }
  const until = end < 0 ? chunk.length : end;
  capture.bytes += until - index;
  const kept = capture.bytes > capture.bytesMax ? nothing : chunk.subarray(index, until);
  if (capture.bytes > capture.bytesMax) capture.parts = [];
  if (end < 0) capture.parts.push(kept);
  else deliver(scan, capture.parts.length === 0 ? kept : Buffer.concat([...capture.parts, kept]));
  return until;
};

const deliver = (scan: Scan, bytes: Buffer): void => {
  const { capture } = scan;
  if (capture.isKey) {
    takeKey(scan, bytes);
    return;
  }
  const member = scan.frames[1]?.member ?? scan.member;
  const named = scan.frames.length > 1 && scan.element !== undefined ? { member, key: scan.element } : { member };
  if (capture.bytesMax >= 0) scan.items.push(capture.bytes > capture.bytesMax ? { type: 'tooLarge', ...named } : { type: 'value', ...named, bytes });
  scan.step = 'after';
};

const takeKey = (scan: Scan, bytes: Buffer): void => {
  const key = parseJson(bytes);
  if (typeof key !== 'string') {
    failWith(scan, fileFault(`byte ${scan.offset}`, shorten(bytes.toString('utf8', 0, 100)), 'the name of a member'));
    return;
  }
  if (scan.frames.length === 1) scan.member = key;
  else scan.element = key;
  scan.step = 'colon';
};

const tooDeep = -2;

/** The place after the last byte of a list, object or string; -1 where the chunk ends before it. */
const walk = (chunk: Buffer, from: number, { capture, depthMax }: { capture: Capture; depthMax: number }): number => {
  let index = from;
  while (index < chunk.length) {
    index = capture.inString ? leaveString(chunk, index, capture) : takeTelling(chunk, index, capture);
    if (capture.depth > depthMax) return tooDeep;
    if (capture.depth <= 0 && !capture.inString) return index;
  }
  return -1;
};

/** On to the next quote or bracket, and over it. */
const takeTelling = (chunk: Buffer, from: number, capture: Capture): number => {
  let index = from;
  while (index < chunk.length && telling[chunk[index] ?? 0] === 0) index += 1;
  if (index >= chunk.length) return index;
  const byte = chunk[index] ?? 0;
  if (byte === quote) capture.inString = true;
  else capture.depth += isOpen(byte) ? 1 : -1;
  return index + 1;
};

const leaveString = (chunk: Buffer, from: number, capture: Capture): number => {
  let index = from;
  let escaped = capture.escaped;
  while (index < chunk.length) {
    const byte = chunk[index];
    index += 1;
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) {
      capture.inString = false;
      break;
    }
  }
  capture.escaped = escaped;
  return index;
};

const endOfScalar = (chunk: Buffer, from: number): number => {
  for (let index = from; index < chunk.length; index += 1) {
    const byte = chunk[index] ?? 0;
    if (byte === comma || isClose(byte) || isSpace(byte)) return index;
  }
  return -1;
};

/** The value of a JSON text, or undefined where it is none. */
export const parseJson = (bytes: Buffer): unknown => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value;
  } catch {
    return undefined;
  }
};

/** True where lists and objects of a JSON text lie deeper within one another than allowed. */
export const isTooDeep = (bytes: Buffer): boolean => walk(bytes, 0, { capture: { ...idle, parts: [] }, depthMax: importLimits.nestingMax }) === tooDeep;
