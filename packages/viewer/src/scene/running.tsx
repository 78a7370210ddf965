/**
 * Running: one mounted scene while it lives: its view, its quality, its frames. A frame is a step of the view and a look at the city.
 */
import { useFrame, useThree } from '@react-three/fiber';
import { useEffect } from 'react';
import type { PerspectiveCamera, WebGLRenderer } from 'three';
import type { StagedCity } from './city.ts';
import { createDrive, type Drive } from './rig/drive.ts';
import { createQuality, type Quality, type Tier, tiers } from './rig/quality.ts';
import { placeCamera } from './rig/view.ts';
import { type Beginning, warmEarly } from './rig/warming.ts';
import type { SceneEvent, Staged, View } from './staged.ts';

const restMs = 200;
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
export type Running = {
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
  /** what changes by itself is held */
  isHeld: boolean;
  frames: number;
  shownMs: number;
};

const tierAt = (tier: number): Tier => tiers[tier] ?? { dpr: 1, errorPixels: 1.5, errorMovingPixels: 3, shadows: false };
export const tierOf = ({ quality }: Running): Tier => tierAt(quality.tier());

const useTier = (running: Running): void => {
  const { dpr, shadows } = tierOf(running);
  running.setDpr(Math.min(devicePixelRatio, dpr));
  running.staged.fine(shadows);
  running.events.tell({ type: 'quality', tier: running.quality.tier() });
};

/** At rest the picture is drawn once more, as fine as it gets, and whoever wants to know the view is told. */
export const createRest = (running: Running): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running.isMoving = false;
      running.invalidate();
      running.staged.rest();
      running.views.tell(running.drive.view());
    }, restMs);
  };
};

/** A shader that is not taken draws nothing and says nothing. Asked when it has been drawn with, so that nobody waits for it. */
const isFaulty = (renderer: WebGLRenderer): boolean => {
  const gl = renderer.getContext();
  const linked = renderer.info.programs?.map(({ program }) => gl.getProgramParameter(program as WebGLProgram, gl.LINK_STATUS) === true); // branding: three leaves it open
  return linked?.includes(false) === true && !gl.isContextLost();
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
  if (before.here === after.here && before.wanted === after.wanted) return;
  events.tell({ type: 'progress', ...after });
  if (after.here === after.wanted && isFaulty(renderer)) events.tell({ type: 'faulty' });
  if (after.here === after.wanted && !running.isMoving) staged.rest();
};

export const Frames = ({ running }: { readonly running: Running }) => {
  const { camera, gl, invalidate, setDpr } = useThree();
  useEffect(() => {
    Object.assign(running, { camera, renderer: gl, invalidate, setDpr });
    useTier(running);
    invalidate();
  }, [running, camera, gl, invalidate, setDpr]);
  useFrame(({ size, viewport }, seconds) => drawFrame(running, { width: size.width, height: size.height, dpr: viewport.dpr }, seconds));
  return <primitive object={running.staged.group} />;
};

/** Shaders are compiled while the city is on its way, and kept as long as the canvas stands. */
export const Warmed = ({ begins }: { readonly begins: Beginning }) => {
  const { camera, gl } = useThree();
  useEffect(() => warmEarly(gl, camera, begins).close, [camera, gl, begins]);
  return null;
};

export const qualityAsked = (): number | undefined => {
  const asked = new URLSearchParams(location.search).get('quality');
  return asked === null ? undefined : Math.max(0, Math.min(tiers.length - 1, Number(asked) || 0));
};

type Here = 'software' | 'hardware';

const firstTier = (here: Here): number => qualityAsked() ?? (here === 'software' ? tiers.length - 1 : 0);

/** What the first picture is drawn with; `boxes` where nobody smooths its edges and a pixel costs as much as a corner. */
export const beginsAs = (here: Here): Beginning => {
  const { shadows } = tierAt(firstTier(here));
  return { fine: shadows, boxes: here === 'software' && !shadows };
};

export const createRunning = (staged: StagedCity, here: Here, view: View): Running => ({
  ...{ staged, drive: createDrive(view), quality: createQuality(firstTier(here), qualityAsked() !== undefined) },
  ...{ views: listeners<View>(), events: listeners<SceneEvent>(), camera: undefined, renderer: undefined },
  ...{ invalidate: () => undefined, setDpr: () => undefined, isLost: false, isMoving: false, isHeld: false, frames: 0, shownMs: 0 },
});

/** Values and moves; while the scene is still coming, what comes of it is looked at all the same. */
export const holdIn =
  (running: Running, revised: () => void): Staged['hold'] =>
  (isHeld) => {
    if (isHeld === running.isHeld) return;
    running.isHeld = isHeld;
    running.staged.city.live.hold(isHeld);
    running.staged.hold(isHeld);
    running.invalidate();
    if (!isHeld) revised();
  };
