/**
 * Mounting: one fiber root a canvas, made once. Every frame is a step of the view, a look at the city, and nothing where nothing moved.
 */
import { createRoot, type ReconcilerRoot, useFrame, useThree } from '@react-three/fiber';
import { useEffect } from 'react';
import { type PerspectiveCamera, Vector2, type WebGLRenderer } from 'three';
import { createCity, type StagedCity } from './city.ts';
import { fetchScene } from './fetching.ts';
import { createColumnSource } from './live/column-source.ts';
import { createDrive, type Drive } from './rig/drive.ts';
import { listen } from './rig/hands.ts';
import { createQuality, type Quality, rendererHere, type Tier, tiers } from './rig/quality.ts';
import { bounded, placeCamera } from './rig/view.ts';
import type { Dress, SceneEvent, SceneProblem, Staged, View } from './staged.ts';
import { exposeStatistics } from './statistics.ts';

export type Told = {
  readonly staged: (staged: Staged) => void;
  readonly picked: (row: number | undefined) => void;
  readonly hovered: (row: number | undefined) => void;
  readonly problem: (problem: SceneProblem) => void;
};

export type Mounting = { readonly canvas: HTMLCanvasElement; readonly federation: string; readonly dress: Dress; readonly told: Told };
export type Mounted = { readonly paint: (dress: Dress) => void; readonly close: () => void };

const againMs = 700;
const restMs = 200;

const homeOf = ({ city }: StagedCity): View => {
  const [west, south, east, north] = city.scene().box;
  const distance = Math.max(300, Math.max(east - west, north - south) * 0.62);
  return bounded({ east: (west + east) / 2, north: (south + north) / 2, distance, heading: 20, tilt: 56 });
};

const listeners = <Event,>() => {
  const all = new Set<(event: Event) => void>();
  return {
    tell: (event: Event): void => {
      for (const run of all) run(event);
    },
    on: (run: (event: Event) => void): (() => void) => {
      all.add(run);
      return () => void all.delete(run);
    },
  };
};

/** What one mounted scene keeps while it lives. */
type Running = {
  readonly staged: StagedCity;
  readonly drive: Drive;
  readonly quality: Quality;
  readonly views: ReturnType<typeof listeners<View>>;
  readonly events: ReturnType<typeof listeners<SceneEvent>>;
  camera: PerspectiveCamera | undefined;
  renderer: WebGLRenderer | undefined;
  invalidate: () => void;
  setDpr: (dpr: number) => void;
  isLost: boolean;
  isMoving: boolean;
  frames: number;
  shownMs: number;
};

const tierOf = ({ quality }: Running): Tier => tiers[quality.tier()] ?? { dpr: 1, errorPixels: 1.5, errorMovingPixels: 3, shadows: false };

const useTier = (running: Running): void => {
  const { dpr, shadows } = tierOf(running);
  running.setDpr(Math.min(devicePixelRatio, dpr));
  running.staged.shadows(shadows);
  running.events.tell({ type: 'quality', tier: running.quality.tier() });
};

/** At rest the picture is drawn once more, as fine as it gets, and whoever wants to know the view is told. */
const createRest = (running: Running): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running.isMoving = false;
      running.invalidate();
      running.views.tell(running.drive.view());
    }, restMs);
  };
};

/** A frame that follows another at once tells how long it takes. */
const longestFrameMs = 500;

const drawFrame = (running: Running, size: { readonly width: number; readonly height: number; readonly dpr: number }, seconds: number): void => {
  const { staged, drive, camera, renderer, quality, events } = running;
  if (!(camera && renderer) || running.isLost) return;
  const now = performance.now();
  running.frames += 1;
  if (drive.step(seconds)) {
    running.invalidate();
    if (now - running.shownMs < longestFrameMs && quality.note(now - running.shownMs, now)) useTier(running);
  }
  running.shownMs = now;
  placeCamera(camera, drive.view());
  const { errorPixels, errorMovingPixels } = tierOf(running);
  const before = staged.progress();
  staged.look({ camera, renderer, view: drive.view(), size, errorPixels: (running.isMoving ? errorMovingPixels : errorPixels) * size.dpr });
  const after = staged.progress();
  if (before.here !== after.here || before.wanted !== after.wanted) events.tell({ type: 'progress', ...after });
};

const Frames = ({ running }: { readonly running: Running }) => {
  const { camera, gl, invalidate, setDpr } = useThree();
  useEffect(() => {
    Object.assign(running, { camera, renderer: gl, invalidate, setDpr });
    useTier(running);
    invalidate();
  }, [running, camera, gl, invalidate, setDpr]);
  useFrame(({ size, viewport }, seconds) => drawFrame(running, { width: size.width, height: size.height, dpr: viewport.dpr }, seconds));
  return <primitive object={running.staged.group} />;
};

const waitForCity = async ({ federation, canvas }: Mounting, changed: () => void, signal: AbortSignal): Promise<StagedCity | string> => {
  for (;;) {
    const scene = await fetchScene(federation);
    if (signal.aborted) return 'stopped';
    if (!(scene.ok || scene.again)) return scene.reason;
    if (scene.ok) {
      const made = await createCity({ scene: scene.value, canvas, changed, liveSource: createColumnSource(federation) });
      if (!signal.aborted) return made;
      made.close();
      return 'stopped';
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
};

/** The browser may take the graphics card away and give it back: nothing has to be loaded anew but tiles. */
const surviveLoss = (canvas: HTMLCanvasElement, running: Running, signal: AbortSignal): void => {
  canvas.addEventListener(
    'webglcontextlost',
    (event) => {
      event.preventDefault();
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

const pointIn = (canvas: HTMLCanvasElement, x: number, y: number): Vector2 => new Vector2((x / canvas.clientWidth) * 2 - 1, 1 - (y / canvas.clientHeight) * 2);

type Root = { readonly root: ReconcilerRoot<HTMLCanvasElement>; readonly here: 'software' | 'hardware'; readonly signal: AbortSignal };

const qualityAsked = (): number | undefined => {
  const asked = new URLSearchParams(location.search).get('quality');
  return asked === null ? undefined : Math.max(0, Math.min(tiers.length - 1, Number(asked) || 0));
};

const createRunning = (staged: StagedCity, here: Root['here']): Running => {
  const asked = qualityAsked();
  return {
    ...{ staged, drive: createDrive(homeOf(staged)), quality: createQuality(asked ?? (here === 'software' ? tiers.length - 1 : 0), asked !== undefined) },
    ...{ views: listeners<View>(), events: listeners<SceneEvent>(), camera: undefined, renderer: undefined },
    ...{ invalidate: () => undefined, setDpr: () => undefined, isLost: false, isMoving: false, frames: 0, shownMs: 0 },
  };
};

/** What hands do, and what the page is given for its own buttons. */
const handOver = ({ canvas, told }: Mounting, running: Running, signal: AbortSignal): void => {
  const { staged, drive } = running;
  const rest = createRest(running);
  const move = (view: View): void => {
    drive.go(view);
    running.isMoving = true;
    running.invalidate();
    rest();
  };
  const home = (): void => move(homeOf(staged));
  const pick = (x: number, y: number, then: (row: number | undefined) => void): void => {
    if (running.camera) void staged.pick(running.camera, pointIn(canvas, x, y)).then(then);
  };
  const hands = {
    ...{ view: drive.wanted, move, home },
    click: (x: number, y: number) => pick(x, y, told.picked),
    hover: (x: number, y: number) => (x < 0 ? told.hovered(undefined) : pick(x, y, told.hovered)),
  };
  listen(canvas, hands, signal);
  told.staged({ city: staged.city, view: drive.wanted, move, home, onView: running.views.on, onEvent: running.events.on });
  exposeStatistics({
    frames: () => running.frames,
    renderer: () => running.renderer,
    counts: staged.counts,
    progress: staged.progress,
    move,
    view: drive.view,
  });
};

const begin = async (mounting: Mounting, { root, here, signal }: Root): Promise<Running | undefined> => {
  const { canvas, told } = mounting;
  let changed: () => void = () => undefined;
  const staged = await waitForCity(mounting, () => changed(), signal);
  if (typeof staged === 'string') {
    if (!signal.aborted) told.problem({ kind: 'refused', reason: staged });
    return undefined;
  }
  const running = createRunning(staged, here);
  changed = () => running.invalidate();
  surviveLoss(canvas, running, signal);
  root.render(<Frames running={running} />);
  if (staged.city.missing.length > 0) told.problem({ kind: 'missing', names: staged.city.missing });
  handOver(mounting, running, signal);
  return running;
};

const sizedRoot = (canvas: HTMLCanvasElement, here: Root['here'], dpr: () => number) => {
  const root = createRoot(canvas);
  const configure = () =>
    root.configure({
      frameloop: 'demand',
      dpr: dpr(),
      size: { width: canvas.clientWidth, height: canvas.clientHeight, top: 0, left: 0 },
      flat: true,
      camera: { fov: 36.87 },
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
  if (here === 'none') {
    told.problem({ kind: 'noWebGl' });
    return { paint, close: () => stop.abort() };
  }
  const { root, configure } = sizedRoot(canvas, here, () => (running ? Math.min(devicePixelRatio, tierOf(running).dpr) : 1));
  const start = async (): Promise<void> => {
    running = await begin(mounting, { root, here, signal: stop.signal });
    paint(dress);
  };
  // three says by an exception that the browser has no WebGL 2
  void configure().then(start, () => told.problem({ kind: 'noWebGl' }));
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
