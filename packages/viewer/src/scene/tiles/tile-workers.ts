/**
 * Tile workers: a few threads of the browser, each keeping the tiles that it made, so that a pick asks them all. What nobody wants any more is cancelled.
 */

import type { LayerKnown } from './making.ts';
import type { Hit, Ray } from './pick.ts';
import type { TileAsked, TileMade, WorkerAsked, WorkerTold } from './tile-worker.ts';

export type TileTold = TileMade | Extract<WorkerTold, { verb: 'refused' }>;

export type TileWorkers = {
  readonly know: (layer: LayerKnown) => void;
  readonly load: (asked: readonly TileAsked[]) => void;
  readonly cancel: (key: string) => void;
  readonly pick: (ray: Ray, keys: readonly string[]) => Promise<Hit | undefined>;
  /** rows that are not there for a pick */
  readonly hide: (hidden: Uint8Array) => void;
  readonly drop: (key: string) => void;
  readonly close: () => void;
};

/** While a city loads the page itself has little to do: two are not too many for two processors. */
const workersMin = 2;
const workersMax = 4;
/** Tiles that lie near one another in an archive come in one answer: what lies between is less than another request costs. */
export const joinLimits = { bytesMax: 256 * 1024, gapBytesMax: 8 * 1024 } as const;

/** Runs of tiles that come together, each by its place in the archive. */
export const joinTiles = (asked: readonly TileAsked[]): readonly (readonly TileAsked[])[] => {
  const runs: TileAsked[][] = [];
  for (const one of asked.toSorted((a, b) => (a.archive === b.archive ? a.offset - b.offset : a.archive < b.archive ? -1 : 1))) {
    const run = runs.at(-1);
    const [first, last] = [run?.[0], run?.at(-1)];
    const gap = one.offset - (last ? last.offset + last.length : 0);
    const isNear = last?.archive === one.archive && gap >= 0 && gap <= joinLimits.gapBytesMax;
    if (run && first && isNear && one.offset + one.length - first.offset <= joinLimits.bytesMax) run.push(one);
    else runs.push([one]);
  }
  return runs;
};

/** So much of an archive is worth another worker: each has its own code to compile before it is fast. */
const bytesAWorker = 128 * 1024;

const lengthOf = (asked: readonly TileAsked[]): number => asked.reduce((sum, { length }) => sum + length, 0);

/** Long runs are shared among the workers. */
const shareOut = (runs: readonly (readonly TileAsked[])[], workers: number): readonly (readonly TileAsked[])[] => {
  const most = Math.ceil(runs.reduce((sum, run) => sum + run.length, 0) / workers);
  return runs.flatMap((run) => Array.from({ length: Math.ceil(run.length / most) }, (_, part) => run.slice(part * most, (part + 1) * most)));
};

type Picking = { left: number; nearest: Hit | undefined; readonly done: (hit: Hit | undefined) => void };

/** A pick is done when every worker has said what the ray meets in its tiles. */
const createPicks = () => {
  const picking = new Map<number, Picking>();
  let picks = 0;
  return {
    begin: (left: number, done: Picking['done']): number => {
      picks += 1;
      picking.set(picks, { left, nearest: undefined, done });
      return picks;
    },
    take: ({ number, hit }: Extract<WorkerTold, { verb: 'picked' }>): void => {
      const pick = picking.get(number);
      if (!pick) return;
      if (hit && (!pick.nearest || hit.distance < pick.nearest.distance)) pick.nearest = hit;
      pick.left -= 1;
      if (pick.left > 0) return;
      picking.delete(number);
      pick.done(pick.nearest);
    },
  };
};

const startWorkers = (): readonly Worker[] =>
  Array.from(
    { length: Math.max(workersMin, Math.min(workersMax, navigator.hardwareConcurrency - 1)) },
    () => new Worker(new URL('./tile-worker.ts', import.meta.url), { type: 'module' }),
  );

let early: { readonly workers: readonly Worker[]; readonly warm: Promise<unknown> } | undefined;

const untilWarm = (worker: Worker): Promise<void> =>
  new Promise((resolve) => worker.addEventListener('message', ({ data }: MessageEvent<WorkerTold>) => data.verb === 'warm' && resolve()));

const startEarly = (): NonNullable<typeof early> => {
  const workers = startWorkers();
  return { workers, warm: Promise.all(workers.map(untilWarm)) };
};

/** Starts the workers of the next city before anything is known of it: they are ready, which resolves what it returns, when its first tiles are asked for. */
export const startTileWorkers = (): Promise<unknown> => {
  early ??= startEarly();
  return early.warm;
};

const takeWorkers = (): readonly Worker[] => {
  const workers = early?.workers ?? startWorkers();
  early = undefined;
  return workers;
};

/** Workers by how many tiles each still has to make, and those with the fewest. */
const createLoads = (workers: readonly Worker[]) => {
  const left = new Map(workers.map((worker) => [worker, 0]));
  return {
    add: (worker: Worker, tiles: number): void => void left.set(worker, (left.get(worker) ?? 0) + tiles),
    idlest: (count: number): readonly Worker[] => workers.toSorted((a, b) => (left.get(a) ?? 0) - (left.get(b) ?? 0)).slice(0, count),
  };
};

/** Which runs each worker makes: those that came are one each. */
const shareTiles = (asked: readonly TileAsked[], { idlest }: ReturnType<typeof createLoads>): ReadonlyMap<Worker, readonly (readonly TileAsked[])[]> => {
  const workers = idlest(Math.ceil(lengthOf(asked) / bytesAWorker));
  const ready = asked.filter(({ bytes }) => bytes !== undefined).map((one) => [one]);
  const runs = [...ready, ...shareOut(joinTiles(asked.filter(({ bytes }) => bytes === undefined)), workers.length)];
  const own = workers.map((worker, turn) => [worker, runs.filter((_, at) => at % workers.length === turn)] as const);
  return new Map(own.filter(([, given]) => given.length > 0));
};

export const createTileWorkers = (made: (told: TileTold) => void): TileWorkers => {
  const picks = createPicks();
  const workers = takeWorkers();
  const loads = createLoads(workers);
  const hear = (worker: Worker, told: WorkerTold): void => {
    if (told.verb === 'picked') picks.take(told);
    else if (told.verb !== 'warm') {
      loads.add(worker, -1);
      made(told);
    }
  };
  for (const worker of workers) worker.addEventListener('message', ({ data }: MessageEvent<WorkerTold>) => hear(worker, data));
  const keepers = new Map<string, Worker>();
  const say = (worker: Worker | undefined, asked: WorkerAsked, moved: Transferable[] = []): void => worker?.postMessage(asked, moved);
  const sayAll = (asked: WorkerAsked): void => {
    for (const worker of workers) say(worker, asked);
  };
  const drop = (key: string): void => {
    say(keepers.get(key), { verb: 'drop', key });
    keepers.delete(key);
  };
  const give = (worker: Worker, runs: readonly (readonly TileAsked[])[]): void => {
    const tiles = runs.flat();
    for (const { key } of tiles) {
      if (keepers.get(key) !== worker) drop(key);
      keepers.set(key, worker);
    }
    loads.add(worker, tiles.length);
    const moved = tiles.flatMap(({ bytes }) => bytes?.buffer ?? []);
    say(worker, { verb: 'load', runs }, moved);
  };
  return {
    know: (layer) => sayAll({ verb: 'know', ...layer }),
    load: (asked) => {
      for (const [worker, runs] of shareTiles(asked, loads)) give(worker, runs);
    },
    cancel: (key) => say(keepers.get(key), { verb: 'cancel', key }),
    hide: (hidden) => sayAll({ verb: 'hide', hidden }),
    pick: (ray, keys) =>
      new Promise((done) => {
        const number = picks.begin(workers.length, done);
        for (const worker of workers) say(worker, { verb: 'pick', number, ray, keys: keys.filter((key) => keepers.get(key) === worker) });
      }),
    drop,
    close: () => {
      for (const worker of workers) worker.terminate();
    },
  };
};
