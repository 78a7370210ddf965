/**
 * Tile worker: fetches, decodes and raises tiles, keeps their outlines, and says what a ray meets in them.
 */
import { decodeOutlineTile, type Outlines } from '@cityweave/core/scene/tiles';
import { fetchTile } from './fetching.ts';
import { type Hit, pickIn, type Ray } from './pick.ts';
import { raise } from './raise.ts';

export type TileAsked = {
  readonly verb: 'load';
  readonly key: string;
  readonly archive: string;
  readonly offset: number;
  readonly length: number;
  readonly firstRow: number;
  /** metres of a line, by row of the layer; one number where all are alike */
  readonly widths: Float32Array | undefined;
};
export type WorkerAsked =
  | TileAsked
  | { readonly verb: 'pick'; readonly number: number; readonly ray: Ray; readonly keys: readonly string[] }
  | { readonly verb: 'hide'; readonly hidden: Uint8Array }
  | { readonly verb: 'drop'; readonly keys: readonly string[] };

export type TileMade = {
  readonly verb: 'made';
  readonly key: string;
  readonly centre: readonly [number, number];
  readonly positions: Float32Array<ArrayBuffer>;
  readonly rows: Float32Array<ArrayBuffer>;
  readonly index: Uint32Array<ArrayBuffer>;
};
export type WorkerTold =
  | TileMade
  | { readonly verb: 'refused'; readonly key: string /** it could not be fetched, which may pass; else it is no tile */; readonly again: boolean }
  | { readonly verb: 'picked'; readonly number: number; readonly hit: Hit | undefined };

type Kept = { readonly tile: Outlines; readonly firstRow: number };

const kept = new Map<string, Kept>();
const lineWidth = 3;

const tell = (told: WorkerTold, moved: Transferable[] = []): void => postMessage(told, { transfer: moved });

const load = async ({ key, archive, offset, length, firstRow, widths }: TileAsked): Promise<void> => {
  const bytes = await fetchTile(archive, offset, length);
  const tile = bytes && decodeOutlineTile(bytes);
  if (!tile?.ok) return tell({ verb: 'refused', key, again: bytes === undefined });
  kept.set(key, { tile: tile.value, firstRow });
  const { positions, rows, index } = raise(tile.value, (row) => widths?.[row] ?? lineWidth);
  for (let at = 0; at < rows.length; at += 1) rows[at] = (rows[at] ?? 0) + firstRow;
  tell({ verb: 'made', key, centre: tile.value.centre, positions, rows, index }, [positions.buffer, rows.buffer, index.buffer]);
};

/** one byte a row of the scene: 1 where it may not be picked */
let hidden: Uint8Array = new Uint8Array();

const pick = (ray: Ray, keys: readonly string[]): Hit | undefined => {
  let nearest: Hit | undefined;
  for (const key of keys) {
    const found = kept.get(key);
    if (!found) continue;
    const { tile, firstRow } = found;
    const own = { ...ray, from: [ray.from[0] - tile.centre[0], ray.from[1], ray.from[2] + tile.centre[1]] as const };
    const hit = pickIn(tile, own, (row) => hidden[row + firstRow] !== 1);
    const weight = (one: Hit): number => one.distance * (1 + one.away) - (tile.form === 'area' ? 0 : 0.5);
    if (hit && (!nearest || weight(hit) < weight(nearest))) nearest = { ...hit, row: hit.row + firstRow };
  }
  return nearest;
};

addEventListener('message', ({ data }: MessageEvent<WorkerAsked>) => {
  if (data.verb === 'load') void load(data);
  else if (data.verb === 'hide') hidden = data.hidden;
  else if (data.verb === 'drop') for (const key of data.keys) kept.delete(key);
  else tell({ verb: 'picked', number: data.number, hit: pick(data.ray, data.keys) });
});
