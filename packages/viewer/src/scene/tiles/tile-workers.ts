/**
 * Tile workers: a few threads of the browser, each keeping the tiles that it made, so that a pick asks them all. What nobody wants any more is cancelled.
 */
import type { Hit, Ray } from './pick.ts';
import type { LayerKnown, TileAsked, TileMade, WorkerAsked, WorkerTold } from './tile-worker.ts';

export type TileTold = TileMade | Extract<WorkerTold, { verb: 'refused' }>;

export type TileWorkers = {
  readonly know: (layer: LayerKnown) => void;
  readonly load: (asked: TileAsked) => void;
  readonly cancel: (key: string) => void;
  readonly pick: (ray: Ray, keys: readonly string[]) => Promise<Hit | undefined>;
  /** rows that are not there for a pick */
  readonly hide: (hidden: Uint8Array) => void;
  readonly drop: (key: string) => void;
  readonly close: () => void;
};

const workersMax = 4;

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
    { length: Math.max(1, Math.min(workersMax, navigator.hardwareConcurrency - 1)) },
    () => new Worker(new URL('./tile-worker.ts', import.meta.url), { type: 'module' }),
  );

let early: readonly Worker[] | undefined;

/** Starts the workers of the next city before anything is known of it: they are ready when its first tiles are asked for. */
export const startTileWorkers = (): void => {
  early ??= startWorkers();
};

const takeWorkers = (): readonly Worker[] => {
  const workers = early ?? startWorkers();
  early = undefined;
  return workers;
};

export const createTileWorkers = (made: (told: TileTold) => void): TileWorkers => {
  const picks = createPicks();
  const workers = takeWorkers();
  for (const worker of workers)
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerTold>) => (data.verb === 'picked' ? picks.take(data) : made(data)));
  const keepers = new Map<string, Worker>();
  let next = 0;
  const say = (worker: Worker | undefined, asked: WorkerAsked): void => worker?.postMessage(asked);
  const sayAll = (asked: WorkerAsked): void => {
    for (const worker of workers) say(worker, asked);
  };
  return {
    know: (layer) => sayAll({ verb: 'know', ...layer }),
    load: (asked) => {
      const worker = workers[next % workers.length];
      next += 1;
      if (worker) keepers.set(asked.key, worker);
      say(worker, asked);
    },
    cancel: (key) => say(keepers.get(key), { verb: 'cancel', key }),
    hide: (hidden) => sayAll({ verb: 'hide', hidden }),
    pick: (ray, keys) =>
      new Promise((done) => {
        const number = picks.begin(workers.length, done);
        for (const worker of workers) say(worker, { verb: 'pick', number, ray, keys: keys.filter((key) => keepers.get(key) === worker) });
      }),
    drop: (key) => {
      say(keepers.get(key), { verb: 'drop', key });
      keepers.delete(key);
    },
    close: () => {
      for (const worker of workers) worker.terminate();
    },
  };
};
