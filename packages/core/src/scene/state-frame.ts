/**
 * State frame: what changed of one property since the last frame, as columns by row; and heads, which say of what. Bytes in, arrays out.
 * A stream is one frame after the other, each with its length; a frame that lies ends the stream, and what came before stays.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts';
import { sceneLimits } from './scene-limits.ts';

/** Bits of a value's flag. */
export const stateFlags = { missing: 1, carried: 2 } as const;

export type StateValues = {
  readonly rows: Uint32Array;
  /** NaN where nothing is known any more */
  readonly values: Float32Array;
  /** seconds since 1970 at which the value was true, to the thousandth; NaN where nobody says */
  readonly observed: Float64Array;
  readonly flags: Uint8Array;
};

export type StateHead = {
  readonly term: string;
  readonly unit?: string | undefined;
  /** the texts that the numbers stand for */
  readonly categories?: readonly string[] | undefined;
  /** another one where rows are other twins, or versions begin anew */
  readonly epoch: string;
  /** the `rowsRevision` of the scene whose rows are meant */
  readonly revision: string;
  /** agencies, by their index in the scene, that are silent or cannot be asked: what is known of them is the last */
  readonly silent: readonly { readonly agency: number; readonly since?: string | undefined }[];
};

/** `version`: who has this frame has all changes up to it. */
export type StateFrame = { readonly version: number } & ({ readonly head: StateHead } | { readonly changed: StateValues });

/** Length of what follows, kind, version, rows; then the values, and rows, times and flags as small differences. */
const headerBytes = 16;
const kinds = { head: 1, changed: 3 } as const;
const valueBytes = 4;
/** of a value and its row; all else may be the same as before */
const bytesARowMin = valueBytes + 1;
/** Beside the flags of a value: nobody says when it was true. */
const timeless = 128;
const perSecond = 1_000;

const framed = (kind: number, { version, count }: { readonly version: number; readonly count: number }, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(headerBytes + body.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [headerBytes - 4 + body.length, kind, version, count].entries()) view.setUint32(at * 4, value, true);
  bytes.set(body, headerBytes);
  return bytes;
};

/** Whole numbers by what they differ from those before; of the same ones how many more there are. */
const writeSteps = (to: ByteWriter, numbers: ArrayLike<number>): void => {
  let before = 0;
  for (let at = 0; at < numbers.length; ) {
    const own = numbers[at] ?? 0;
    to.int(own - before);
    at += 1;
    if (own !== before) {
      before = own;
      continue;
    }
    const first = at;
    while (at < numbers.length && numbers[at] === own) at += 1;
    to.uint(at - first);
  }
};

/** False where there are more of the same than there is room for. */
const readSteps = (from: ByteReader, into: Float64Array): boolean => {
  let value = 0;
  for (let at = 0; at < into.length; ) {
    const step = from.int();
    value += step;
    into[at] = value;
    at += 1;
    if (step !== 0) continue;
    const more = from.uint();
    if (more > into.length - at) return false;
    into.fill(value, at, at + more);
    at += more;
  }
  return true;
};

/** A value of which nobody says when it was true has the time of the one before. */
const timesOf = (observed: Float64Array): Float64Array => {
  let time = 0;
  return observed.map((own) => {
    if (!Number.isNaN(own)) time = Math.round(own * perSecond);
    return time;
  });
};

const encodeValues = ({ rows, values, observed, flags }: StateValues): Uint8Array => {
  const to = createByteWriter();
  let row = 0;
  for (const own of rows) {
    to.int(own - row);
    row = own;
  }
  writeSteps(to, timesOf(observed));
  writeSteps(
    to,
    flags.map((own, at) => own + (Number.isNaN(observed[at]) ? timeless : 0)),
  );
  const told = to.bytes();
  const body = new Uint8Array(values.length * valueBytes + told.length);
  const view = new DataView(body.buffer);
  for (const [at, value] of values.entries()) view.setFloat32(at * valueBytes, value, true);
  body.set(told, values.length * valueBytes);
  return body;
};

/** `toBytes` turns a text into UTF-8. */
export const encodeStateFrame = (frame: StateFrame, toBytes: (text: string) => Uint8Array): Uint8Array<ArrayBuffer> =>
  'head' in frame
    ? framed(kinds.head, { version: frame.version, count: 0 }, toBytes(JSON.stringify(frame.head)))
    : framed(kinds.changed, { version: frame.version, count: frame.changed.rows.length }, encodeValues(frame.changed));

const lying = (found: string) => fail(problem('malformed', { subject: 'state frame', found, accepted: 'frames whose lengths agree with their bytes' }));

const decodeValues = (body: Uint8Array, count: number): Result<StateValues> => {
  if (count > sceneLimits.stateRowsMax || body.length < count * bytesARowMin) return lying('another length than it says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const from = createByteReader(body.subarray(count * valueBytes));
  const read = { rows: new Uint32Array(count), values: new Float32Array(count), observed: new Float64Array(count), flags: new Uint8Array(count) };
  let [row, sound] = [0, true];
  for (let at = 0; at < count; at += 1) {
    row += from.int();
    sound &&= row >= 0 && row < sceneLimits.sceneRowsMax;
    read.rows[at] = row;
    read.values[at] = view.getFloat32(at * valueBytes, true);
  }
  const [times, told] = [read.observed, new Float64Array(count)];
  if (!(readSteps(from, times) && readSteps(from, told) && from.isSound() && from.isAtEnd())) return lying('another length than it says');
  for (let at = 0; at < count; at += 1) {
    const own = told[at] ?? 0;
    read.flags[at] = own % timeless;
    times[at] = own >= timeless ? Number.NaN : (times[at] ?? 0) / perSecond;
  }
  return sound ? ok(read) : lying('a row that cannot be');
};

const isHead = (value: unknown): value is StateHead => {
  if (typeof value !== 'object' || value === null) return false;
  const { term, epoch, revision, silent, categories, unit } = value as Partial<Record<keyof StateHead, unknown>>; // branding: looked at member by member
  const isText = (text: unknown): boolean => typeof text === 'string';
  return (
    [term, epoch, revision].every(isText) &&
    (unit === undefined || isText(unit)) &&
    (categories === undefined || (Array.isArray(categories) && categories.every(isText))) &&
    Array.isArray(silent) &&
    silent.every((one: unknown) => typeof one === 'object' && one !== null && 'agency' in one && Number.isInteger(one.agency))
  );
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type Texts = (bytes: Uint8Array) => string;

const decodeFrame = (bytes: Uint8Array, toText: Texts): Result<StateFrame> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [kind, version, count] = [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
  const body = bytes.subarray(headerBytes);
  if (kind === kinds.head) {
    const head = parsed(toText(body));
    return isHead(head) ? ok({ version, head }) : lying('a head of another form');
  }
  if (kind !== kinds.changed) return lying(`kind ${kind}`);
  const changed = decodeValues(body, count);
  return changed.ok ? ok({ version, changed: changed.value }) : changed;
};

/** Takes pieces of a stream as they come and gives the frames that are whole. */
export const createStateReader = (toText: Texts): ((piece: Uint8Array) => Result<readonly StateFrame[]>) => {
  let rest = new Uint8Array();
  return (piece) => {
    const all = new Uint8Array(rest.length + piece.length);
    all.set(rest);
    all.set(piece, rest.length);
    const frames: StateFrame[] = [];
    let at = 0;
    while (all.length - at >= headerBytes) {
      const length = new DataView(all.buffer).getUint32(at, true) + 4;
      if (length < headerBytes || length > sceneLimits.stateFrameBytesMax) return lying(`a frame of ${length} bytes`);
      if (all.length - at < length) break;
      const frame = decodeFrame(all.subarray(at, at + length), toText);
      if (!frame.ok) return frame;
      frames.push(frame.value);
      at += length;
    }
    rest = all.slice(at);
    return ok(frames);
  };
};
