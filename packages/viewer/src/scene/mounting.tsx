/**
 * Mounting: one fiber root a canvas, made once. Every frame is a step of the view, a look at the city, and nothing where nothing moved.
 */
import type { SceneProgress } from '@cityweave/core/scene';
import { type Camera, fieldOfView, fitExtents, homeOf, isComing, type Look, pictureOf } from '@cityweave/core/scene/tiles';
import { createRoot, type ReconcilerRoot } from '@react-three/fiber';
import { Vector2 } from 'three';
import { type CityRoom, createCity, type StagedCity } from './city.ts';
import { lookIn, takeOpening } from './early.ts';
import { fetchScene, type Opening } from './fetching.ts';
import { listen } from './rig/hands.ts';
import { rendererHere } from './rig/quality.ts';
import { isSameView } from './rig/view.ts';
import type { Beginning } from './rig/warming.ts';
import { beginsAs, createRest, createRunning, Frames, holdIn, qualityAsked, type Running, tierOf, Warmed } from './running.tsx';
import type { Dress, SceneProblem, Staged, View } from './staged.ts';
import { exposeStatistics } from './statistics.ts';
import { startTileWorkers } from './tiles/tile-workers.ts';

export type Told = {
  /** which federation is shown; undefined where nobody can tell, and then there is no scene before one is named */
  readonly named: (federation: string | undefined) => void;
  /** the node is making the scene, and is so far */
  readonly making: (progress: SceneProgress) => void;
  readonly staged: (staged: Staged) => void;
  readonly picked: (row: number | undefined) => void;
  readonly hovered: (row: number | undefined) => void;
  readonly problem: (problem: SceneProblem) => void;
};

export type Mounting = {
  readonly canvas: HTMLCanvasElement;
  /** undefined: the one that the node shows first */
  readonly federation: string | undefined;
  readonly dress: Dress;
  /** from where the city is looked at first; else from home */
  readonly from?: Camera | undefined;
  readonly told: Told;
};

/** The mounting as its parts see it: they tell which scene runs now, too. */
type Staging = Omit<Mounting, 'told'> & { readonly told: Told & { readonly running: (running: Running) => void } };
export type Mounted = { readonly paint: (dress: Dress) => void; readonly close: () => void };

const againMs = 700;

/** Asked for as it is looked at then: until it is there the window may have another size. */
const waitForOpening = async ({ federation, told }: Staging, look: () => Look, signal: AbortSignal): Promise<Opening | string> => {
  for (;;) {
    const opening = await takeOpening(federation, look());
    if (signal.aborted) return 'stopped';
    if (opening.ok) {
      told.named(opening.value.scene.federation);
      return opening.value;
    }
    if (opening.federation !== undefined || !opening.again) told.named(opening.federation ?? federation);
    if (!opening.again) return opening.reason;
    if (opening.progress) told.making(opening.progress);
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
};

const waitForCity = async (
  staging: Staging,
  { look, begins, changed, revised }: Pick<CityRoom, 'changed' | 'revised'> & Pick<Root, 'begins'> & { readonly look: () => Look },
  signal: AbortSignal,
): Promise<StagedCity | string> => {
  const opening = await waitForOpening(staging, look, signal);
  if (typeof opening === 'string') return opening;
  const made = await createCity({ opening, canvas: staging.canvas, boxes: begins.boxes, changed, revised });
  if (!signal.aborted) return made;
  made.close();
  return 'stopped';
};

const revisionEveryMs = 5_000;

/** Looks now and then, or when it is told to, whether the scene is drawn otherwise; `anew` where its rows are other twins. */
const watchRevisions = (running: Running, { anew, signal }: { readonly anew: () => void; readonly signal: AbortSignal }): (() => void) => {
  const { staged, events } = running;
  let isBusy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const scene = await fetchScene(staged.city.scene().federation);
    if (signal.aborted || !scene.ok || scene.value.revision === staged.city.scene().revision) return;
    const isTaken = await staged.revise(scene.value);
    if (signal.aborted) return;
    events.tell({ type: 'revised', scene: scene.value });
    if (!isTaken) anew();
  };
  const later = (): void => {
    clearTimeout(timer);
    const mayLook = (): boolean => !document.hidden && (!running.isHeld || isComing(staged.city.scene()));
    if (!signal.aborted) timer = setTimeout(() => (mayLook() ? lookOnce() : later()), isComing(staged.city.scene()) ? againMs : revisionEveryMs);
  };
  const lookOnce = (): void => {
    if (isBusy) return;
    isBusy = true;
    void look().finally(() => {
      isBusy = false;
      later();
    });
  };
  later();
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return lookOnce;
};

/** The browser may take the graphics card away and give it back: nothing has to be loaded anew but tiles. */
const surviveLoss = (canvas: HTMLCanvasElement, running: Running, signal: AbortSignal): void => {
  canvas.addEventListener(
    'webglcontextlost',
    () => {
      running.isLost = true;
      running.staged.forget();
      running.events.tell({ type: 'lost' });
    },
    { signal },
  );
  canvas.addEventListener(
    'webglcontextrestored',
    () => {
      running.isLost = false;
      running.events.tell({ type: 'restored' });
      running.invalidate();
    },
    { signal },
  );
};

const aspectOf = ({ clientWidth, clientHeight }: HTMLCanvasElement): number => Math.max(1, clientWidth) / Math.max(1, clientHeight);

const pointIn = (canvas: HTMLCanvasElement, x: number, y: number): Vector2 => new Vector2((x / canvas.clientWidth) * 2 - 1, 1 - (y / canvas.clientHeight) * 2);

type Root = {
  readonly root: ReconcilerRoot<HTMLCanvasElement>;
  readonly here: 'software' | 'hardware';
  readonly begins: Beginning;
  readonly signal: AbortSignal;
};

/** Until the view is where it is going: a key means what is seen then. */
const arrival = async ({ drive }: Running, signal: AbortSignal): Promise<void> => {
  while (drive.view() !== drive.wanted() && !signal.aborted) await new Promise((resolve) => requestAnimationFrame(resolve));
};

const nameOf =
  (canvas: HTMLCanvasElement): Staged['name'] =>
  (text) => {
    if (canvas.ariaLabel !== text) canvas.ariaLabel = text;
  };

/** What hands do, and what the page is given for its own buttons. */
const handOver = ({ canvas, told }: Staging, running: Running, { signal, revised }: Pick<CityRoom, 'revised'> & { readonly signal: AbortSignal }): void => {
  const { staged, drive } = running;
  const rest = createRest(running);
  const move = (view: View): void => {
    drive.go(view);
    running.isMoving = true;
    running.invalidate();
    rest();
  };
  const aspect = (): number => aspectOf(canvas);
  const home = (): void => move(homeOf(staged.city.scene(), aspect()));
  const show: Staged['show'] = (places, free, metres) => {
    const fitting = fitExtents(places, drive.wanted(), { free, aspect: aspect(), ...metres });
    if (fitting) move(fitting);
  };
  const pick = (x: number, y: number, then: (row: number | undefined) => void): void => {
    if (running.camera) void staged.pick(running.camera, pointIn(canvas, x, y)).then(then);
  };
  const pickAimed = async (): Promise<void> => {
    await arrival(running, signal);
    const [x, y] = staged.aim();
    pick(x * canvas.clientWidth, y * canvas.clientHeight, told.picked);
  };
  const hands = {
    ...{ view: drive.wanted, move, home },
    click: (x: number, y: number) => pick(x, y, told.picked),
    pickAimed: () => void pickAimed(),
    hover: (x: number, y: number) => (x < 0 ? told.hovered(undefined) : pick(x, y, told.hovered)),
  };
  listen(canvas, hands, signal);
  const doors = { name: nameOf(canvas), hold: holdIn(running, revised), onView: running.views.on, onEvent: running.events.on, revised };
  told.staged({ ...doors, city: staged.city, view: drive.wanted, move, show, home });
  exposeStatistics({
    frames: () => running.frames,
    renderer: () => running.renderer,
    counts: staged.counts,
    progress: staged.progress,
    tier: running.quality.tier,
    move,
    view: drive.view,
    coming: () => isComing(staged.city.scene()),
  });
};

/** What ran until now, and what was home when it began. */
type Before = { readonly running: Running; readonly home: View };

/** From where it was looked at before, unless that was from home: there is another home where there is more of the city. */
const viewBefore = ({ running, home }: Before): View | undefined => {
  const view = running.drive.wanted();
  return isSameView(view, home) ? undefined : view;
};

/** Stages the city once; where its rows become other twins, again, as it is looked at now. */
const begin = async (mounting: Staging, room: Root, before?: Before): Promise<void> => {
  const { root, here, begins, signal } = room;
  const { canvas, told } = mounting;
  const ended = new AbortController();
  const both = AbortSignal.any([ended.signal, signal]);
  let [changed, revised]: [() => void, () => void] = [() => undefined, () => undefined];
  const look = () => lookIn({ width: canvas.clientWidth, height: canvas.clientHeight }, mounting.from);
  const staged = await waitForCity(mounting, { look, begins, changed: () => changed(), revised: () => revised() }, both);
  if (typeof staged === 'string') {
    if (!signal.aborted && mounting.federation !== undefined) told.problem({ kind: 'refused', reason: staged });
    return;
  }
  const home = homeOf(staged.city.scene(), aspectOf(canvas));
  const running = createRunning(staged, here, (before && viewBefore(before)) ?? pictureOf(staged.city.scene(), look()).view);
  changed = () => running.invalidate();
  const anew = (): void => {
    ended.abort();
    void begin({ ...mounting, federation: staged.city.scene().federation }, room, { running, home }).then(() => staged.close());
  };
  revised = watchRevisions(running, { anew, signal: both });
  surviveLoss(canvas, running, both);
  running.events.on(({ type }) => type === 'faulty' && told.problem({ kind: 'shaders' }));
  told.running(running);
  root.render([<Warmed key="warmed" begins={begins} />, <Frames key={staged.city.scene().rowsRevision} running={running} />]);
  handOver(mounting, running, { signal: both, revised });
};

const sizedRoot = (canvas: HTMLCanvasElement, here: Root['here'], dpr: () => number) => {
  const root = createRoot(canvas);
  const configure = () =>
    root.configure({
      frameloop: 'demand',
      dpr: dpr(),
      size: { width: canvas.clientWidth, height: canvas.clientHeight, top: 0, left: 0 },
      flat: true,
      camera: { fov: fieldOfView },
      gl: { antialias: here === 'hardware' || qualityAsked() === 0, powerPreference: 'high-performance' },
    });
  return { root, configure };
};

/** The root is told of its size whenever that changes, and ends with the page's interest in it. */
export const mountScene = (mounting: Mounting): Mounted => {
  const { canvas, told } = mounting;
  const stop = new AbortController();
  let [running, dress]: [Running | undefined, Dress] = [undefined, mounting.dress];
  const paint = (wanted: Dress): void => {
    dress = wanted;
    running?.staged.paint(wanted);
    running?.drive.setMotion(wanted.motion);
  };
  const here = rendererHere();
  const noWebGl = (): void => {
    told.named(mounting.federation);
    told.problem({ kind: 'noWebGl' });
  };
  if (here === 'none') {
    noWebGl();
    return { paint, close: () => stop.abort() };
  }
  // else the browser never gives it back; also while the city is staged anew
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault(), { signal: stop.signal });
  void startTileWorkers();
  const begins = beginsAs(here);
  const { root, configure } = sizedRoot(canvas, here, () => (running ? Math.min(devicePixelRatio, tierOf(running).dpr) : 1));
  const takeRunning = (now: Running): void => {
    running = now;
    paint(dress);
  };
  const staging = { ...mounting, told: { ...told, running: takeRunning } };
  // three says by an exception that the browser has no WebGL 2
  void configure().then(() => {
    root.render([<Warmed key="warmed" begins={begins} />]);
    return begin(staging, { root, here, begins, signal: stop.signal });
  }, noWebGl);
  const resized = new ResizeObserver(() => void configure());
  resized.observe(canvas);
  const close = (): void => {
    stop.abort();
    resized.disconnect();
    root.unmount();
    running?.staged.close();
  };
  return { paint, close };
};
