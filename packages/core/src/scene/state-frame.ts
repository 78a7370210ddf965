/**
 * State frame: what changed of one property since the last frame, as columns by row; and heads, which say of what. Bytes in, arrays out.
 * A stream is one frame after the other, each with its length; a frame that lies ends the stream, and what came before stays.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { sceneLimits } from './scene-limits.ts';

/** Bits of a value's flag. */
export const stateFlags = { missing: 1, carried: 2 } as const;

export type StateValues = {
  readonly rows: Uint32Array;
  /** NaN where nothing is known any more */
  readonly values: Float32Array;
  /** seconds since 1970 at which the value was true; NaN where nobody says */
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

/** Length of what follows, kind, version, rows; the columns follow, the widest first. */
const headerBytes = 16;
const kinds = { head: 1, changed: 2 } as const;
const bytesARow = 17;

const framed = (kind: number, { version, count }: { readonly version: number; readonly count: number }, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(headerBytes + body.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [headerBytes - 4 + body.length, kind, version, count].entries()) view.setUint32(at * 4, value, true);
  bytes.set(body, headerBytes);
  return bytes;
};

const encodeValues = ({ rows, values, observed, flags }: StateValues): Uint8Array => {
  const body = new Uint8Array(rows.length * bytesARow);
  const view = new DataView(body.buffer);
  const count = rows.length;
  for (let at = 0; at < count; at += 1) {
    view.setFloat64(at * 8, observed[at] ?? Number.NaN, true);
    view.setUint32(count * 8 + at * 4, rows[at] ?? 0, true);
    view.setFloat32(count * 12 + at * 4, values[at] ?? Number.NaN, true);
    body[count * 16 + at] = flags[at] ?? 0;
  }
  return body;
};

/** `toBytes` turns a text into UTF-8. */
export const encodeStateFrame = (frame: StateFrame, toBytes: (text: string) => Uint8Array): Uint8Array<ArrayBuffer> =>
  'head' in frame
    ? framed(kinds.head, { version: frame.version, count: 0 }, toBytes(JSON.stringify(frame.head)))
    : framed(kinds.changed, { version: frame.version, count: frame.changed.rows.length }, encodeValues(frame.changed));

const lying = (found: string) => fail(problem('malformed', { subject: 'state frame', found, accepted: 'frames whose lengths agree with their bytes' }));

const decodeValues = (body: Uint8Array, count: number): Result<StateValues> => {
  if (count > sceneLimits.stateRowsMax || body.length !== count * bytesARow) return lying('another length than it says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const read = { rows: new Uint32Array(count), values: new Float32Array(count), observed: new Float64Array(count), flags: body.slice(count * 16) };
  for (let at = 0; at < count; at += 1) {
    read.observed[at] = view.getFloat64(at * 8, true);
    read.rows[at] = view.getUint32(count * 8 + at * 4, true);
    read.values[at] = view.getFloat32(count * 12 + at * 4, true);
  }
  return read.rows.every((row) => row < sceneLimits.sceneRowsMax) ? ok(read) : lying('a row that cannot be');
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
