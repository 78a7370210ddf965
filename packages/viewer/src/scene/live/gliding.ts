/**
 * Gliding: twins that move are seen on their way from where they were to where they are now, for as long as they took to be told of anew; while somebody holds them they stand where they are seen.
 */
import { type Ray, Vector3 } from 'three';
import type { Layer } from '../tiles/layers.ts';

export const glideLimits = {
  /** so many move at once; more of them jump */
  rowsMax: 2_000,
  /** of a layer with more rows nobody looks for those that moved */
  layerRowsMax: 50_000,
  /** less is no move, more is no way that anybody went */
  metresMin: 0.5,
  metresMax: 2_000,
  secondsMin: 1,
  secondsMax: 60,
} as const;

/** How long the first move takes of what was never seen to move. */
const firstSeconds = 10;
/** A picture is worth drawing when something in it moved by a pixel, and at least so often. */
const pauseSecondsMax = 1;
/** How far beside a point one may click, in metres a metre of distance: as where it rests. */
const awayMax = 0.012;

/** Metres east and north from where it is to where it was seen when it began; the second of that, and how many it takes. */
export type Glide = { readonly east: number; readonly north: number; readonly began: number; readonly takes: number };

/** Where the rows of a layer are. */
export type Places = { readonly firstRow: number; readonly east: Float32Array; readonly north: Float32Array };

export type Gliding = {
  /** Rows of one layer, the same before and after. */
  readonly take: (before: Places, after: Places) => void;
  readonly of: (row: number) => Glide | undefined;
  /** metres east and north from where a row is to where it is seen now */
  readonly awayOf: (row: number) => readonly [east: number, north: number];
  /** seconds until something that `isSeen` has moved by so many metres; undefined where nothing moves */
  readonly pause: (metres: number, isSeen: (row: number) => boolean) => number | undefined;
  /** The nearest that a ray meets of what is under way; `placeOf` is where it is now. */
  readonly pick: (
    ray: Ray,
    placeOf: (row: number) => Promise<{ readonly east: number; readonly north: number; readonly top: number } | undefined>,
  ) => Promise<number | undefined>;
  readonly isUnderWay: (row: number) => boolean;
  /** false: whatever moves jumps */
  readonly setMotion: (welcome: boolean) => void;
  /** What is under way stands where it is seen, or goes on from there. */
  readonly hold: (isHeld: boolean) => void;
  /** the second up to which it went: of those that `began` is told in */
  readonly now: () => number;
};

/** A clock that can be stopped: what it misses meanwhile is never made up for. */
const createStoppable = (nowSeconds: () => number): Pick<Gliding, 'now' | 'hold'> => {
  let [heldAt, missed]: [number | undefined, number] = [undefined, 0];
  return {
    now: () => (heldAt ?? nowSeconds()) - missed,
    hold: (isHeld) => {
      if (isHeld) heldAt ??= nowSeconds();
      else if (heldAt !== undefined) [heldAt, missed] = [undefined, missed + nowSeconds() - heldAt];
    },
  };
};

const leftOf = ({ began, takes }: Glide, now: number): number => Math.max(0, 1 - (now - began) / takes);

const within = (seconds: number): number => Math.max(glideLimits.secondsMin, Math.min(glideLimits.secondsMax, seconds));

type State = { readonly glides: Map<number, Glide>; readonly movedAt: Map<number, number>; isWelcome: boolean };

/** Where it is seen stays where it is: what is still under way goes on from there. */
const move = (
  { glides, movedAt, isWelcome }: State,
  row: number,
  { east, north, now }: { readonly east: number; readonly north: number; readonly now: number },
) => {
  const [before, last] = [glides.get(row), movedAt.get(row)];
  const left = before ? leftOf(before, now) : 0;
  const away = { east: east + (before?.east ?? 0) * left, north: north + (before?.north ?? 0) * left };
  movedAt.set(row, now);
  glides.delete(row);
  if (!isWelcome || glides.size >= glideLimits.rowsMax || Math.hypot(away.east, away.north) > glideLimits.metresMax) return;
  glides.set(row, { ...away, began: now, takes: within(last === undefined ? firstSeconds : now - last) });
};

const endOld = ({ glides }: State, now: number): void => {
  for (const [row, glide] of glides) if (leftOf(glide, now) === 0) glides.delete(row);
};

const fastest = ({ glides }: State, now: number, isSeen: (row: number) => boolean): number => {
  let most = 0;
  for (const [row, glide] of glides) if (leftOf(glide, now) > 0 && isSeen(row)) most = Math.max(most, Math.hypot(glide.east, glide.north) / glide.takes);
  return most;
};

export const createGliding = (nowSeconds: () => number): Gliding => {
  const state: State = { glides: new Map(), movedAt: new Map(), isWelcome: true };
  const { glides } = state;
  const clock = createStoppable(nowSeconds);
  let isHeld = false;
  const awayOf = (row: number): readonly [number, number] => {
    const glide = glides.get(row);
    const left = glide ? leftOf(glide, clock.now()) : 0;
    return [(glide?.east ?? 0) * left, (glide?.north ?? 0) * left];
  };
  const isUnderWay = (row: number): boolean => {
    const glide = glides.get(row);
    return glide !== undefined && leftOf(glide, clock.now()) > 0;
  };
  return {
    ...{ awayOf, isUnderWay, of: (row) => glides.get(row) },
    take: (before, after) => {
      const now = clock.now();
      endOld(state, now);
      for (let at = 0; at < after.east.length; at += 1) {
        const [east, north] = [(before.east[at] ?? 0) - (after.east[at] ?? 0), (before.north[at] ?? 0) - (after.north[at] ?? 0)];
        if (Math.hypot(east, north) >= glideLimits.metresMin) move(state, after.firstRow + at, { east, north, now });
      }
    },
    pause: (metres, isSeen) => {
      const speed = fastest(state, clock.now(), isSeen);
      return isHeld || speed === 0 ? undefined : Math.min(pauseSecondsMax, metres / speed);
    },
    pick: async (ray, placeOf) => {
      let [nearest, least] = [undefined as number | undefined, awayMax];
      for (const row of [...glides.keys()].filter(isUnderWay)) {
        const place = await placeOf(row);
        const [east, north] = awayOf(row);
        const seen = new Vector3((place?.east ?? 0) + east, place?.top ?? 0, -((place?.north ?? 0) + north));
        const away = ray.distanceToPoint(seen) / Math.max(1, ray.origin.distanceTo(seen));
        if (place && away < least) [nearest, least] = [row, away];
      }
      return nearest;
    },
    setMotion: (welcome) => {
      state.isWelcome = welcome;
      if (!welcome) glides.clear();
    },
    now: clock.now,
    hold: (wanted) => {
      isHeld = wanted;
      clock.hold(wanted);
    },
  };
};

/** Of layers that were cut anew: which of their points moved. */
export const takeMoves = async (gliding: Gliding, before: readonly Layer[], after: readonly Layer[]): Promise<void> => {
  for (const { layer, columns } of after) {
    const { id, rows, firstRow, form } = layer;
    const old = before.find((one) => one.layer.id === id && one.layer.rows === rows && one.layer.firstRow === firstRow);
    if (!old || old.layer === layer || form !== 'point' || rows > glideLimits.layerRowsMax) continue;
    const [was, is] = await Promise.all([old.columns(), columns()]);
    if (was && is) gliding.take({ ...was, firstRow }, { ...is, firstRow });
  }
};

/** Asks for one more frame after a while; whoever asks meanwhile gets the same one. */
export const createPulse = (changed: () => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    after: (seconds: number): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, seconds * 1_000);
    },
    close: (): void => clearTimeout(timer),
  };
};
