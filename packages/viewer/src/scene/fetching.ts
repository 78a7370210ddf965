/**
 * Fetching: the scene's document, parts of its archives, and rows for ids. What cannot be had is a reason, never an exception.
 */
import type { Scene, SceneLayer, SceneProgress } from '@cityweave/core/scene';
import {
  archiveHeadBytes,
  createStateReader,
  type Directory,
  decodeArchiveHead,
  decodeDirectory,
  decodeRowColumns,
  type Look,
  type RowColumns,
  readScene,
  readSceneProgress,
  type StateFrame,
  writeLook,
} from '@cityweave/core/scene/tiles';
import type { Values } from './staged.ts';

/** `again` where the node says that it will have it soon, and perhaps how far it is. */
type Failed = { readonly ok: false; readonly reason: string; readonly again: boolean; readonly progress?: SceneProgress | undefined };
export type Fetched<T> = { readonly ok: true; readonly value: T } | Failed;

const failed = (reason: string, again = false): Failed => ({ ok: false, reason, again });

const parseJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
};

/** What the node says of a scene that it is making. */
const progressIn = (told: unknown): SceneProgress | undefined =>
  typeof told === 'object' && told !== null && 'progress' in told ? readSceneProgress(told.progress) : undefined;

/** Bytes, or a document. */
const get = async (url: string, init?: RequestInit): Promise<Fetched<Response>> => {
  try {
    const response = await fetch(url, init);
    if (response.ok) return { ok: true, value: response };
    const isSoon = response.status === 503;
    return { ...failed(`${response.status}`, isSoon), progress: isSoon ? progressIn(await parseJson(response)) : undefined };
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
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const got = await get(`/tiles/archives/${name}`, { headers: { range: `bytes=${offset}-${offset + length - 1}` }, ...(signal && { signal }) });
  if (!got.ok) return undefined;
  try {
    return new Uint8Array(await got.value.arrayBuffer());
  } catch {
    return undefined;
  }
};

/** The beginning of an archive, its head, its directory and its first tile, is what its directory is read from. */
const readBeginning = async (bytes: Uint8Array<ArrayBuffer>): Promise<Directory | undefined> => {
  const head = decodeArchiveHead(bytes);
  const packed = head.ok ? bytes.slice(archiveHeadBytes, archiveHeadBytes + head.value.length) : undefined;
  const unpacked = packed && (await unpackTile(packed));
  const directory = head.ok && unpacked ? decodeDirectory(head.value, unpacked) : undefined;
  return directory?.ok ? directory.value : undefined;
};

/** Parts of an archive that came with the scene, by their place in it. */
export type Came = Map<number, Uint8Array<ArrayBuffer>>;

/** Where its beginning did not come with the scene it is fetched; its first tile is then among what came. */
export const fetchDirectory = async ({ archive, beginning }: SceneLayer, came: Came): Promise<Directory | undefined> => {
  const bytes = came.get(0) ?? (await fetchBytes(archive, { offset: 0, length: beginning }));
  const directory = bytes && (await readBeginning(bytes));
  const root = directory?.tiles[0];
  came.delete(0);
  if (bytes && root) came.set(root.offset, bytes.slice(root.offset, root.offset + root.length));
  return directory;
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

export const fetchScene = async (federation: string): Promise<Fetched<Scene>> => {
  const got = await get(`/tiles/scene?federation=${encodeURIComponent(federation)}`);
  if (!got.ok) return got;
  const read = readScene(await parseJson(got.value));
  return read.ok ? read : failed('a scene of another version');
};

/** A scene and, layer by layer, what came of its archives. */
export type Opening = { readonly scene: Scene; readonly came: readonly Came[] };

type Part = { readonly layer: number; readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> };

const partHeadBytes = 12;

/** Each with its layer, its place in the layer's archive and its length before it. */
const partsOf = (bytes: ArrayBuffer): readonly Part[] => {
  const [view, parts] = [new DataView(bytes), [] as Part[]];
  for (let at = 0; at + partHeadBytes <= bytes.byteLength; ) {
    const [layer, offset, length] = [view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
    at += partHeadBytes;
    parts.push({ layer, offset, bytes: new Uint8Array(bytes.slice(at, at + length)) });
    at += length;
  }
  return parts;
};

const parseText = async (packed: Uint8Array<ArrayBuffer> | undefined): Promise<unknown> => {
  try {
    const text: unknown = packed && JSON.parse(new TextDecoder().decode(await unzip(packed)));
    return text;
  } catch {
    return undefined;
  }
};

/** `look`: how it is going to be looked at, so that what is seen then comes at once. */
export const fetchOpening = async (federation: string, look: Look): Promise<Fetched<Opening>> => {
  const got = await get(`/tiles/opening?federation=${encodeURIComponent(federation)}&look=${writeLook(look)}`);
  if (!got.ok) return got;
  const bytes = await got.value.arrayBuffer().catch(() => undefined);
  if (!bytes) return failed('unreachable', true);
  const [document, ...parts] = partsOf(bytes);
  const read = readScene(await parseText(document?.bytes));
  if (!read.ok) return failed('a scene of another version');
  const came = read.value.layers.map((_, at): Came => new Map(parts.flatMap(({ layer, offset, bytes: own }) => (layer === at ? [[offset, own]] : []))));
  return { ok: true, value: { scene: read.value, came } };
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
