/**
 * Fetching: the scene's document, parts of its archives, and rows for ids. What cannot be had is a reason, never an exception.
 */
import type { Scene } from '@cityweave/core/scene';
import {
  archiveHeaderBytes,
  createStateReader,
  type Directory,
  decodeDirectory,
  decodeRowColumns,
  directoryLength,
  type RowColumns,
  readScene,
  type StateFrame,
} from '@cityweave/core/scene/tiles';
import type { Values } from './staged.ts';

export type Fetched<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string; readonly again: boolean };

const failed = (reason: string, again = false) => ({ ok: false, reason, again }) as const;

/** Bytes, or a document: `again` where the node says that it will have it soon. */
const get = async (url: string, init?: RequestInit): Promise<Fetched<Response>> => {
  try {
    const response = await fetch(url, init);
    return response.ok ? { ok: true, value: response } : failed(`${response.status}`, response.status === 503);
  } catch {
    return failed('unreachable', true);
  }
};

const unzip = async (bytes: BlobPart): Promise<Uint8Array> => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/** A tile as it was before it was packed; undefined where it is not whole. */
export const unpackTile = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> => {
  try {
    return await unzip(bytes);
  } catch {
    return undefined;
  }
};

/** Bytes of an archive from `offset` on; undefined where they cannot be had. */
export const fetchBytes = async (
  name: string,
  { offset, length }: { readonly offset: number; readonly length: number },
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const got = await get(`/tiles/archives/${name}`, { headers: { range: `bytes=${offset}-${offset + length - 1}` }, signal });
  if (!got.ok) return undefined;
  try {
    return new Uint8Array(await got.value.arrayBuffer());
  } catch {
    return undefined;
  }
};

const fetchPart = async (name: string, length: number): Promise<Fetched<Uint8Array>> => {
  const got = await get(`/tiles/archives/${name}`, { headers: { range: `bytes=0-${length - 1}` } });
  return got.ok ? { ok: true, value: new Uint8Array(await got.value.arrayBuffer()) } : got;
};

/** Most directories are within the first kilobytes; larger ones take a second request. */
const firstBytes = 8_192;

export const fetchDirectory = async (name: string, bytes: number): Promise<Directory | undefined> => {
  const head = await fetchPart(name, Math.min(bytes, firstBytes));
  if (!head.ok) return undefined;
  const length = directoryLength(head.value.subarray(0, archiveHeaderBytes));
  if (!length.ok) return undefined;
  const whole = length.value <= head.value.length ? head : await fetchPart(name, length.value);
  const directory = whole.ok ? decodeDirectory(whole.value) : undefined;
  return directory?.ok ? directory.value : undefined;
};

export const fetchRowColumns = async (name: string): Promise<RowColumns | undefined> => {
  const got = await get(`/tiles/archives/${name}`);
  if (!got.ok) return undefined;
  try {
    const columns = decodeRowColumns(await unzip(await got.value.arrayBuffer()));
    return columns.ok ? columns.value : undefined;
  } catch {
    return undefined;
  }
};

const parseJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
};

export const fetchScene = async (federation: string): Promise<Fetched<Scene>> => {
  const got = await get(`/tiles/scene?federation=${encodeURIComponent(federation)}`);
  if (!got.ok) return got;
  const read = readScene(await parseJson(got.value));
  return read.ok ? read : failed('a scene of another version');
};

type Found = { readonly ids?: readonly (string | null)[]; readonly rows?: readonly (number | null)[] };

/** Rows of twins, or twins of rows; null where there is none. */
export const lookUp = async (federation: string, asked: { readonly ids: readonly string[] } | { readonly rows: readonly number[] }): Promise<Found> => {
  const got = await get(`/tiles/lookup?federation=${encodeURIComponent(federation)}`, { method: 'POST', body: JSON.stringify(asked) });
  const found = got.ok ? await parseJson(got.value) : undefined;
  return typeof found === 'object' && found !== null ? found : {};
};

/** One property of all that is drawn. */
export const fetchValues = async (federation: string, term: string): Promise<Values | undefined> => {
  const got = await get(`/tiles/values?federation=${encodeURIComponent(federation)}&term=${encodeURIComponent(term)}`);
  if (!got.ok) return undefined;
  try {
    const bytes = await got.value.arrayBuffer();
    const headBytes = new DataView(bytes).getUint32(0, true);
    const head: unknown = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + headBytes)));
    const { unit, categories } = head as { readonly unit?: string; readonly categories?: readonly string[] }; // branding: the node's own form
    return { term, unit, categories, values: new Float32Array(bytes.slice(4 + headBytes)) };
  } catch {
    return undefined;
  }
};

export type StatesAsked = {
  readonly federation: string;
  readonly term: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly since?: { readonly epoch: string; readonly version: number } | undefined;
};

/** One property of what is in view, frame by frame, until it ends, breaks or is refused; then `again` tells whether to ask anew. */
export const followStates = async (asked: StatesAsked, take: (frame: StateFrame) => void, signal: AbortSignal): Promise<{ readonly again: boolean }> => {
  const got = await get('/tiles/states', { method: 'POST', body: JSON.stringify(asked), signal });
  if (!got.ok) return { again: got.again };
  const text = new TextDecoder();
  const read = createStateReader((bytes) => text.decode(bytes));
  const reader = got.value.body?.getReader();
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      const frames = read(piece.value);
      if (!frames.ok) break;
      for (const frame of frames.value) take(frame);
    }
  } catch {
    // the line broke: it is opened again
  }
  void reader?.cancel().catch(() => undefined);
  return { again: true };
};
