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
  decodeOpening,
  decodeRowColumns,
  decodeRowKinds,
  type Look,
  type OpeningPart,
  type RowColumns,
  readScene,
  readSceneProgress,
  type StateFrame,
  sceneLimits,
  writeLook,
} from '@cityweave/core/scene/tiles';
import type { ToldValues } from './staged.ts';
import { unpack, unpackTile } from './unpacking.ts';

/** `again` where the node says that it will have it soon, and perhaps of which federation, and how far it is. */
type Failed = {
  readonly ok: false;
  readonly reason: string;
  readonly again: boolean;
  readonly federation?: string | undefined;
  readonly progress?: SceneProgress | undefined;
};
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
const saidOf = (told: unknown): Pick<Failed, 'federation' | 'progress'> => {
  const { federation, progress } = Object(told);
  return { federation: typeof federation === 'string' ? federation : undefined, progress: readSceneProgress(progress) };
};

/** Bytes, or a document. */
const get = async (url: string, init?: RequestInit): Promise<Fetched<Response>> => {
  try {
    const response = await fetch(url, init);
    if (response.ok) return { ok: true, value: response };
    const isSoon = response.status === 503;
    return { ...failed(`${response.status}`, isSoon), ...(isSoon && saidOf(await parseJson(response))) };
  } catch {
    return failed('unreachable', true);
  }
};

/** No row takes more than these before it is packed: three of its kind and five of each of its four numbers. */
export const rowBytesMax = 23;
const rowColumnsBytesMax = rowBytesMax * sceneLimits.layerRowsMax;

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

/** What came of a layer with the scene: parts of its archive, by their place in it, and the kinds of its rows, packed. */
export type Came = { readonly parts: Map<number, Uint8Array<ArrayBuffer>>; kinds: Uint8Array<ArrayBuffer> | undefined };

export const cameNothing = (): Came => ({ parts: new Map(), kinds: undefined });

/** Where its beginning did not come with the scene it is fetched; its first tile is then among what came. */
export const fetchDirectory = async ({ archive, beginning }: SceneLayer, { parts }: Came): Promise<Directory | undefined> => {
  const bytes = parts.get(0) ?? (await fetchBytes(archive, { offset: 0, length: beginning }));
  const directory = bytes && (await readBeginning(bytes));
  const root = directory?.tiles[0];
  parts.delete(0);
  if (bytes && root) parts.set(root.offset, bytes.slice(root.offset, root.offset + root.length));
  return directory;
};

export const fetchRowColumns = async (name: string): Promise<RowColumns | undefined> => {
  const got = await get(`/tiles/archives/${name}`);
  if (!got.ok) return undefined;
  const packed = await got.value.arrayBuffer().catch(() => undefined);
  const bytes = packed && (await unpack(packed, rowColumnsBytesMax));
  const columns = bytes && decodeRowColumns(bytes);
  return columns?.ok ? columns.value : undefined;
};

export const fetchScene = async (federation: string): Promise<Fetched<Scene>> => {
  const got = await get(`/tiles/scene?federation=${encodeURIComponent(federation)}`);
  if (!got.ok) return got;
  const read = readScene(await parseJson(got.value));
  return read.ok ? read : failed('a scene of another version');
};

/** The kinds of a layer's rows, of what came with the scene; undefined where they did not, or are of another number. */
export const kindsIn = async ({ rows }: SceneLayer, came: Came): Promise<Uint16Array | undefined> => {
  const unpacked = came.kinds && (await unpack(came.kinds, rowColumnsBytesMax));
  const kinds = unpacked && decodeRowKinds(unpacked);
  came.kinds = undefined;
  return kinds?.ok && kinds.value.length === rows ? kinds.value : undefined;
};

/** A scene and, layer by layer, what came of it. */
export type Opening = { readonly scene: Scene; readonly came: readonly Came[] };

const cameOf = ({ layers }: Scene, parts: readonly OpeningPart[]): readonly Came[] => {
  const came = layers.map(cameNothing);
  for (const { what, layer, offset, bytes } of parts) {
    const own = came[layer];
    if (own && what === 'archive') own.parts.set(offset, bytes.slice());
    if (own && what === 'kinds') own.kinds = bytes;
  }
  return came;
};

const parseText = async (packed: Uint8Array<ArrayBuffer> | undefined): Promise<unknown> => {
  const bytes = packed && (await unpack(packed, sceneLimits.tileBytesMax));
  try {
    const text: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
    return text;
  } catch {
    return undefined;
  }
};

const readOpening = async (response: Response): Promise<Fetched<Opening>> => {
  const bytes = await response.arrayBuffer().catch(() => undefined);
  if (!bytes) return failed('unreachable', true);
  const parts = decodeOpening(new Uint8Array(bytes));
  const read = readScene(parts.ok ? await parseText(parts.value[0]?.bytes) : undefined);
  if (!(read.ok && parts.ok)) return failed('a scene of another version');
  return { ok: true, value: { scene: read.value, came: cameOf(read.value, parts.value) } };
};

/**
 * `look`: how it is going to be looked at, so that what is seen then comes at once. Without a name it is the federation that the node shows first.
 * A node that knows of no openings has its scenes.
 */
export const fetchOpening = async (federation: string | undefined, look: Look): Promise<Fetched<Opening>> => {
  const named = federation === undefined ? '' : `federation=${encodeURIComponent(federation)}&`;
  const got = await get(`/tiles/opening?${named}look=${writeLook(look)}`);
  if (got.ok) return readOpening(got.value);
  if (got.again || federation === undefined) return got;
  const scene = await fetchScene(federation);
  return scene.ok ? { ok: true, value: { scene: scene.value, came: [] } } : scene;
};

/** Rows of a scene: what they are another time is not meant. */
export type RowsMeant = {
  readonly federation: string;
  /** undefined: as they are now */
  readonly rowsRevision?: string | undefined;
  /** told where they are other twins by now; nothing is answered then */
  readonly moved?: (() => void) | undefined;
};

/** The node has another revision of what was meant. */
const isMoved = (got: Fetched<unknown>): boolean => !got.ok && got.reason === '409';

const getOfRows = async (path: string, { federation, rowsRevision, moved }: RowsMeant, init?: RequestInit): Promise<Fetched<Response>> => {
  const meant = rowsRevision === undefined ? '' : `&rowsRevision=${encodeURIComponent(rowsRevision)}`;
  const got = await get(`/tiles/${path}federation=${encodeURIComponent(federation)}${meant}`, init);
  if (isMoved(got)) moved?.();
  return got;
};

type Found = { readonly ids?: readonly (string | null)[]; readonly rows?: readonly (number | null)[] };

type LookUp = { readonly ids: readonly string[] } | { readonly rows: readonly number[] };

/** Rows of twins, or twins of rows, null where there is none; undefined where it was not answered. */
export const lookUp = async (rows: RowsMeant, asked: LookUp): Promise<Found | undefined> => {
  const got = await getOfRows('lookup?', rows, { method: 'POST', body: JSON.stringify(asked) });
  const found = got.ok ? await parseJson(got.value) : undefined;
  return typeof found === 'object' && found !== null ? found : undefined;
};

const isRows = (given: unknown): given is readonly number[] => Array.isArray(given) && given.every(Number.isInteger);

export type Elsewhere = readonly [agency: number, kind: string, count: number];

/** `beside`: for each agency of the scene, in its order, the rows that it keeps and another one draws. `parts`: rows of parts, each followed by that of its whole.
 * `elsewhere`: agency by its number, kind, and how many of these are drawn in another's row. */
export type ToldBeside = { readonly beside: readonly (readonly number[])[]; readonly parts: readonly number[]; readonly elsewhere: readonly Elsewhere[] };

const isElsewhere = (given: unknown): given is readonly Elsewhere[] =>
  Array.isArray(given) && given.every((one) => Array.isArray(one) && Number.isInteger(one[0]) && typeof one[1] === 'string' && Number.isInteger(one[2]));

/** Undefined where it was not answered. */
export const fetchKeepers = async (rows: RowsMeant): Promise<ToldBeside | undefined> => {
  const got = await getOfRows('keepers?', rows);
  const { beside, parts = [], elsewhere = [] } = Object(got.ok ? await parseJson(got.value) : undefined);
  return Array.isArray(beside) && beside.every(isRows) && isRows(parts) && isElsewhere(elsewhere) ? { beside, parts, elsewhere } : undefined;
};

/** One property of all that is drawn. */
type ValuesAsked = { readonly term: string /** else the one of the dictionary */; readonly unit?: string | undefined };

/** Undefined where it may be told another time. */
export const fetchValues = async (rows: RowsMeant, { term, unit: wanted }: ValuesAsked): Promise<ToldValues | 'refused' | undefined> => {
  const inUnit = wanted === undefined ? '' : `unit=${encodeURIComponent(wanted)}&`;
  const got = await getOfRows(`values?term=${encodeURIComponent(term)}&${inUnit}`, rows);
  if (!got.ok) return got.again || isMoved(got) ? undefined : 'refused';
  try {
    const bytes = await got.value.arrayBuffer();
    const headBytes = new DataView(bytes).getUint32(0, true);
    const head: unknown = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + headBytes)));
    const { unit, categories, missing, flagged } = head as Pick<ToldValues, 'unit' | 'categories' | 'missing'> & { readonly flagged?: true }; // branding: the node's own form
    const from = 4 + headBytes;
    const rowsTold = (bytes.byteLength - from) / (flagged ? 5 : 4);
    const flags = flagged && new Uint8Array(bytes.slice(from + 4 * rowsTold));
    return { term, unit, categories, missing, values: new Float32Array(bytes.slice(from, from + 4 * rowsTold)), ...(flags && { flags }) };
  } catch {
    return undefined;
  }
};

type WaitingAsked = { readonly federation: string; readonly term: string };

/** Agencies that have not said yet what a column is made of; none where nobody asks for it, undefined where that is not told. */
export const fetchWaitingFor = async ({ federation, term }: WaitingAsked, signal: AbortSignal): Promise<readonly string[] | undefined> => {
  const got = await get(`/tiles/waiting?federation=${encodeURIComponent(federation)}&term=${encodeURIComponent(term)}`, { signal });
  const { waitingFor } = Object(got.ok ? await parseJson(got.value) : undefined);
  return Array.isArray(waitingFor) ? waitingFor.filter((id) => typeof id === 'string') : undefined;
};

export type StatesAsked = {
  readonly federation: string;
  readonly term: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly rowsRevision: string;
  readonly since?: { readonly epoch: string; readonly version: number } | undefined;
};

/** `again`: whether to ask anew; `moved`: the rows are other twins by now. */
export type StatesEnd = { readonly again: boolean; readonly moved?: boolean };

/** One property of what is in view, frame by frame, until it ends, breaks or is refused. */
export const followStates = async (asked: StatesAsked, take: (frame: StateFrame) => void, signal: AbortSignal): Promise<StatesEnd> => {
  const got = await get('/tiles/states', { method: 'POST', body: JSON.stringify(asked), signal });
  if (!got.ok) return { again: got.again, moved: isMoved(got) };
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
