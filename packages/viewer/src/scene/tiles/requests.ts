/**
 * Requests: which tiles are on their way, and what is known of those that came: the workers are asked for the most urgent, and told what nobody wants any more.
 */
import type { Materials } from '../look/materials.ts';
import type { DrawnTile, GlideOf } from './drawn-tile.ts';
import type { Layer } from './layers.ts';
import type { TileAsked, TileMade } from './tile-worker.ts';
import { createTileWorkers } from './tile-workers.ts';
import { createVain, type Vain } from './vain.ts';

export type Progress = { readonly here: number; readonly wanted: number };

export type Room = {
  readonly layers: readonly Layer[];
  readonly materials: Materials;
  readonly changed: () => void;
  readonly bytesMax: number;
  readonly glideOf: GlideOf;
  /** at first */
  readonly boxes: boolean;
};

const tilesOnTheWayMax = 32;
/** A tile that could not be fetched is asked for again after a while; one that is no tile is not. */
const againMs = 3_000;

export type Slot = { readonly layer: Layer; readonly tile: number; readonly key: string };

/** A coarser line would vanish where the tile is drawn: a part of what its parent is wrong by. */
const widthMinOf = ({ tree }: Layer, tile: number): number => {
  const { error, parent } = tree.tileAt(tile) ?? { error: 0, parent: undefined };
  return error > 0 ? error : ((parent === undefined ? undefined : tree.tileAt(parent)?.error) ?? 0) / 6;
};

export type State = {
  layers: readonly Layer[];
  boxes: boolean;
  /** tiles of layers that were cut anew: each is drawn until what takes its place is */
  retired: readonly DrawnTile[];
  readonly here: Map<string, DrawnTile>;
  /** keys of what is here and is to be made otherwise: drawn as it is until then */
  readonly stale: Set<string>;
  readonly onTheWay: Map<string, Slot & Pick<TileAsked, 'asking'>>;
  /** how many tiles were asked for until now */
  askings: number;
  readonly made: (readonly [Slot, TileMade])[];
  /** tiles that are not asked for: no tile, or not yet again */
  readonly refused: Set<string>;
  readonly vain: Vain;
  drawn: ReadonlySet<DrawnTile>;
  progress: Progress;
  bytes: number;
  wire: number;
  frame: number;
};

export const createState = ({ layers, boxes }: Room): State => ({
  ...{ layers, boxes, retired: [] },
  ...{ here: new Map(), stale: new Set(), onTheWay: new Map(), askings: 0, made: [], refused: new Set(), vain: createVain(), drawn: new Set() },
  ...{ progress: { here: 0, wanted: 1 }, bytes: 0, wire: 0, frame: 0 },
});

export type Wish = Slot & { readonly urgency: number };

/** Puts it on its way. */
const toAsked = (state: State, { layer, tile, key }: Slot): readonly TileAsked[] => {
  const entry = layer.tree.tileAt(tile);
  if (!entry) return [];
  const asking = state.askings;
  state.askings += 1;
  state.onTheWay.set(key, { layer, tile, key, asking });
  const { archive, id } = layer.layer;
  const { offset, length, firstRow: tileRow } = entry;
  const bytes = layer.came.get(offset);
  layer.came.delete(offset);
  return [
    {
      key,
      asking,
      layer: id,
      archive,
      offset,
      length,
      tileRow,
      widthMin: widthMinOf(layer, tile),
      boxesWithin: state.boxes ? entry.error : 0,
      ...(bytes && { bytes }),
    },
  ];
};

/** What came with the scene is what the first look needs. */
const cameIn = ({ layers }: State): readonly Slot[] =>
  layers.flatMap((layer) =>
    Array.from({ length: layer.tree.count }, (_, tile) => tile).flatMap((tile) =>
      layer.came.has(layer.tree.tileAt(tile)?.offset ?? 0) ? [{ layer, tile, key: layer.keyOf(tile) }] : [],
    ),
  );

export type Requests = ReturnType<typeof createRequests>;

/** Asks the workers for the most urgent, and tells them what nobody wants any more. */
export const createRequests = (state: State, { changed }: Room) => {
  const refuse = ({ key }: Slot, again: boolean): void => {
    state.refused.add(key);
    state.vain.note(key, again);
    if (again)
      setTimeout(() => {
        state.refused.delete(key);
        changed();
      }, againMs);
  };
  const workers = createTileWorkers((told) => {
    const slot = state.onTheWay.get(told.key);
    if (slot?.asking !== told.asking) return;
    state.onTheWay.delete(told.key);
    if (told.verb === 'refused') refuse(slot, told.again);
    else {
      state.vain.forget(told.key);
      state.made.push([slot, told]);
    }
    changed();
  });
  for (const { known } of state.layers) workers.know(known);
  const cancel = (wanted: ReadonlySet<string>): void => {
    for (const [key] of state.onTheWay) {
      if (wanted.has(key)) continue;
      workers.cancel(key);
      state.onTheWay.delete(key);
      workers.drop(key);
    }
  };
  const ask = (wishes: readonly Wish[]): void => {
    cancel(new Set(wishes.map(({ key }) => key)));
    const waiting = new Set(state.made.map(([{ key }]) => key));
    const free = wishes.filter(({ key }) => !(waiting.has(key) || state.onTheWay.has(key) || state.refused.has(key)));
    const room = Math.max(0, tilesOnTheWayMax - state.onTheWay.size);
    const next = free.toSorted((a, b) => a.urgency - b.urgency).slice(0, room);
    if (next.length > 0) workers.load(next.flatMap((slot) => toAsked(state, slot)));
  };
  const stop = (): void => {
    cancel(new Set());
    state.made.length = 0;
  };
  workers.load(cameIn(state).flatMap((slot) => toAsked(state, slot)));
  return { workers, ask, stop };
};
