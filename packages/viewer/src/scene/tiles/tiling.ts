/**
 * Tiling: which tiles are asked for, on the graphics card, and drawn. One upload a tile, a budget of bytes; what has not been drawn for long goes first.
 */
import type { SceneLayer } from '@cityweave/core/scene';
import { type Picture, selectFor } from '@cityweave/core/scene/tiles';
import { Group, Ray as ThreeRay, Vector3 } from 'three';
import { keysBeyond } from './budget.ts';
import { closeTile, type DrawnTile, toDrawnTile } from './drawn-tile.ts';
import { boxOf, keysOf, type Layer } from './layers.ts';
import type { Hit, Ray } from './pick.ts';
import { createRequests, createState, type Progress, type Requests, type Room, type State, type Wish } from './requests.ts';
import { standingIn } from './standing-in.ts';

export type Tiling = {
  /** all that is drawn; what stands is a group of its own, for the shadows */
  readonly group: Group;
  readonly solids: Group;
  /** Asks for what the eye needs and shows what is here; true where what is drawn is another. */
  readonly look: (picture: Picture) => boolean;
  readonly pick: (ray: Ray) => Promise<Hit | undefined>;
  readonly hide: (hidden: Uint8Array) => void;
  readonly progress: () => Progress;
  /** layers of which a tile is no tile, or cannot be had */
  readonly unread: () => readonly SceneLayer[];
  /** rows of the scene that stand in the tiles drawn now, from and to, least first */
  readonly rowsInView: () => readonly (readonly [number, number])[];
  /** From now on what is far is drawn as boxes, or nothing is: tiles are made anew, and those before stay as long. */
  readonly drawBoxes: (on: boolean) => void;
  /** The graphics card has lost all: every tile is fetched again. */
  readonly forget: () => void;
  /** Layers that were cut anew take the place of those before; tiles that are the same stay. */
  readonly setLayers: (layers: readonly Layer[]) => void;
  readonly counts: () => { readonly tiles: number; readonly bytes: number; readonly wire: number };
  readonly close: () => void;
};

const bytesAFrameMax = 8 * 1024 * 1024;

/** What was here until now under that key. */
const leave = (state: State, key: string): void => {
  const tile = state.here.get(key);
  state.here.delete(key);
  state.stale.delete(key);
  if (!tile) return;
  state.bytes -= tile.bytes;
  closeTile(tile);
};

const takeMade = (state: State, { materials, glideOf }: Room, groups: Pick<Tiling, 'group' | 'solids'>): boolean => {
  let bytes = 0;
  while (state.made.length > 0 && bytes < bytesAFrameMax) {
    const [slot, told] = state.made.shift() ?? [];
    if (!(slot && told)) break;
    const tile = toDrawnTile(slot.layer, slot.tile, { told, materials, glideOf });
    leave(state, slot.key);
    for (const { mesh, stands } of tile.meshes) (stands ? groups.solids : groups.group).add(mesh);
    state.here.set(slot.key, tile);
    bytes += tile.bytes;
    state.wire += told.wire;
  }
  state.bytes += bytes;
  return bytes > 0;
};

/** What was not drawn for longest goes, for the workers, too. */
const dropOld = (state: State, bytesMax: number, drop: (key: string) => void): void => {
  for (const key of keysBeyond(state, bytesMax)) {
    leave(state, key);
    drop(key);
  }
};

const show = (state: State, drawn: ReadonlySet<DrawnTile>): boolean => {
  let isOther = drawn.size !== state.drawn.size;
  for (const tile of state.drawn) if (!drawn.has(tile)) for (const { mesh } of tile.meshes) mesh.visible = false;
  for (const tile of drawn) {
    tile.lastDrawn = state.frame;
    if (state.drawn.has(tile)) continue;
    isOther = true;
    for (const { mesh } of tile.meshes) mesh.visible = true;
  }
  state.drawn = drawn;
  return isOther;
};

const rangesOf = (state: State): readonly (readonly [number, number])[] => {
  const ranges = [...state.drawn].map(({ rows }) => rows).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
};

const choose = (state: State, picture: Picture) => {
  const [drawn, wishes] = [new Set<DrawnTile>(), [] as Wish[]];
  for (const layer of state.layers) {
    const selected = selectFor(picture, layer.tree, (tile) => state.here.has(layer.keyOf(tile)));
    for (const tile of selected.drawn) {
      const key = layer.keyOf(tile);
      const found = state.here.get(key);
      if (found) drawn.add(found);
      if (state.stale.has(key)) wishes.push({ layer, tile, key, urgency: 0 });
    }
    for (const { tile, urgency } of selected.wanted) wishes.push({ layer, tile, key: layer.keyOf(tile), urgency });
  }
  return { drawn, wishes };
};

/** What is no longer of the scene stands in for what is not here yet. */
const keepRetired = (state: State, drawn: Set<DrawnTile>, wishes: readonly Wish[]): void => {
  if (state.retired.length === 0) return;
  const awaited = wishes.map(({ layer, tile }) => ({ layer: layer.layer.id, box: boxOf(layer, tile) }));
  const kept = new Set(standingIn(state.retired, awaited));
  for (const tile of state.retired) {
    if (kept.has(tile)) drawn.add(tile);
    else closeTile(tile);
  }
  state.retired = [...kept];
};

const retire = (state: State, layers: readonly Layer[], { workers }: Requests): void => {
  const keys = new Set(layers.flatMap(keysOf));
  const before = new Set(state.layers.map(({ known }) => known));
  for (const { known } of layers) if (!before.has(known)) workers.know(known);
  const gone = [...state.here].filter(([key]) => !keys.has(key));
  for (const [key, tile] of gone) {
    state.here.delete(key);
    state.bytes -= tile.bytes;
    workers.drop(key);
    if (!state.drawn.has(tile)) closeTile(tile);
  }
  state.retired = [...state.retired, ...gone.flatMap(([, tile]) => (state.drawn.has(tile) ? [tile] : []))];
  state.layers = layers;
};

/** What is here stays until it is made otherwise, which it is once it is drawn; what is on its way is asked for again as it is wanted now. */
const remake = (state: State, { stop }: Requests): void => {
  stop();
  for (const [key, { isCoarse }] of state.here) if (isCoarse) state.stale.add(key);
};

type Groups = Pick<Tiling, 'group' | 'solids'>;

const lookWith = (
  state: State,
  { room, groups, requests }: { readonly room: Room; readonly groups: Groups; readonly requests: Requests },
  picture: Picture,
): boolean => {
  state.frame += 1;
  takeMade(state, room, groups);
  const { drawn, wishes } = choose(state, picture);
  const open = wishes.filter(({ key }) => !state.refused.has(key)).length;
  requests.ask(wishes);
  keepRetired(state, drawn, wishes);
  const isOther = show(state, drawn);
  dropOld(state, room.bytesMax, requests.workers.drop);
  state.progress = { here: drawn.size, wanted: drawn.size + open };
  if (state.made.length > 0) room.changed();
  return isOther;
};

export const createTiling = (room: Room): Tiling => {
  const state = createState(room);
  const groups = { group: new Group(), solids: new Group() };
  groups.group.add(groups.solids);
  const requests = createRequests(state, room);
  const { workers } = requests;
  const forget = (): void => {
    for (const [key, tile] of state.here) {
      closeTile(tile);
      workers.drop(key);
    }
    state.here.clear();
    state.retired.forEach(closeTile);
    Object.assign(state, { drawn: new Set(), retired: [], bytes: 0 });
  };
  const pick = (ray: Ray): Promise<Hit | undefined> => {
    const line = new ThreeRay(new Vector3(...ray.from), new Vector3(...ray.along));
    const met = [...state.drawn].filter(({ box }) => line.intersectsBox(box));
    return workers.pick(
      ray,
      met.map(({ key }) => key),
    );
  };
  return {
    ...groups,
    look: (picture) => lookWith(state, { room, groups, requests }, picture),
    pick,
    hide: workers.hide,
    progress: () => state.progress,
    unread: () => state.vain.among(state.layers),
    rowsInView: () => rangesOf(state),
    forget,
    setLayers: (layers) => {
      retire(state, layers, requests);
      room.changed();
    },
    drawBoxes: (on) => {
      if (on === state.boxes) return;
      state.boxes = on;
      remake(state, requests);
      room.changed();
    },
    counts: () => ({ tiles: state.here.size, bytes: state.bytes, wire: state.wire }),
    close: () => {
      workers.close();
      forget();
    },
  };
};
