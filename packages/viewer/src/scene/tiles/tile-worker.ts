/**
 * Tile worker: fetches, decodes and raises tiles, keeps their outlines, and says what a ray meets in them.
 */
import { decodeOutlineTile, type Outlines } from '@cityweave/core/scene/tiles';
import { fetchBytes } from '../fetching.ts';
import { unpackTile } from '../unpacking.ts';
import { createLoading } from './loading.ts';
import { type LayerKnown, type MadePart, makeParts, type Wanted } from './making.ts';
import { type BoxedTile, boxTile, type Hit, pickIn, type Ray } from './pick.ts';
import { warmUp } from './warming-up.ts';

export type TileAsked = Wanted & {
  readonly key: string;
  /** told with the answer: the same tile may have been asked for before, otherwise raised, and nobody waits for that any more */
  readonly asking: number;
  readonly layer: string;
  readonly archive: string;
  readonly offset: number;
  readonly length: number;
  /** where they came with the scene */
  readonly bytes?: Uint8Array<ArrayBuffer>;
};

export type WorkerAsked =
  | ({ readonly verb: 'know' } & LayerKnown)
  /** each run of one archive, from the least offset on: it comes in one answer */
  | { readonly verb: 'load'; readonly runs: readonly (readonly TileAsked[])[] }
  | { readonly verb: 'cancel'; readonly key: string }
  | { readonly verb: 'pick'; readonly number: number; readonly ray: Ray; readonly keys: readonly string[] }
  | { readonly verb: 'hide'; readonly hidden: Uint8Array }
  | { readonly verb: 'drop'; readonly key: string };

export type TileMade = {
  readonly verb: 'made';
  readonly key: string;
  readonly asking: number;
  readonly centre: readonly [number, number];
  readonly parts: readonly MadePart[];
  readonly wire: number;
};

export type WorkerTold =
  | TileMade
  | {
      readonly verb: 'refused';
      readonly key: string;
      readonly asking: number;
      /** it could not be fetched, which may pass; else it is no tile */
      readonly again: boolean;
    }
  | { readonly verb: 'picked'; readonly number: number; readonly hit: Hit | undefined }
  /** its code is compiled, or it was told of a city before that */
  | { readonly verb: 'warm' };

/** Boxed when it is first picked in. */
type Kept = { readonly outlines: Outlines; boxed: BoxedTile | undefined; readonly layer: LayerKnown; readonly tileRow: number };

const kept = new Map<string, Kept>();
const layers = new Map<string, LayerKnown>();

const tell = (told: WorkerTold, moved: readonly Transferable[] = []): void => postMessage(told, { transfer: [...moved] });

const refuse = ({ key, asking }: TileAsked, again: boolean): void => tell({ verb: 'refused', key, asking, again });

const make = (asked: TileAsked, bytes: Uint8Array | undefined): void => {
  const { key, asking, layer: name, tileRow, length } = asked;
  const layer = layers.get(name);
  const tile = bytes && decodeOutlineTile(bytes);
  if (!(layer && tile?.ok)) {
    refuse(asked, bytes === undefined);
    return;
  }
  kept.set(key, { outlines: tile.value, boxed: undefined, layer, tileRow });
  const { parts, moved } = makeParts(tile.value, layer, asked);
  tell({ verb: 'made', key, asking, centre: tile.value.centre, parts, wire: length }, moved);
};

const loading = createLoading<TileAsked>({ fetch: fetchBytes, unpack: unpackTile, make, refuse });

/** one byte a row of the scene: 1 where it may not be picked */
let hidden: Uint8Array = new Uint8Array();

const pick = (ray: Ray, keys: readonly string[]): Hit | undefined => {
  let nearest: Hit | undefined;
  for (const key of keys) {
    const found = kept.get(key);
    if (!found) continue;
    found.boxed ??= boxTile(found.outlines);
    const { boxed: tile, layer, tileRow } = found;
    const firstRow = layer.firstRow + tileRow;
    const [east, north] = tile.outlines.centre;
    const own = { ...ray, from: [ray.from[0] - east, ray.from[1], ray.from[2] + north] as const };
    const hit = pickIn(tile, own, (row) => hidden[row + firstRow] !== 1);
    const weight = (one: Hit): number => one.distance * (1 + one.away) - (tile.outlines.form === 'area' ? 0 : 0.5);
    if (hit && (!nearest || weight(hit) < weight(nearest))) nearest = { ...hit, row: hit.row + firstRow };
  }
  return nearest;
};

addEventListener('message', ({ data }: MessageEvent<WorkerAsked>) => {
  if (data.verb === 'know') layers.set(data.layer, data);
  else if (data.verb === 'load') for (const run of data.runs) void loading.load(run);
  else if (data.verb === 'cancel') loading.cancel(data.key);
  else if (data.verb === 'hide') hidden = data.hidden;
  else if (data.verb === 'drop') kept.delete(data.key);
  else tell({ verb: 'picked', number: data.number, hit: pick(data.ray, data.keys) });
});

void warmUp(() => layers.size > 0).then(() => tell({ verb: 'warm' }));
