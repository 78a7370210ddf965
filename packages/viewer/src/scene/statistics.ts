/**
 * Statistics: what the scene does, for who measures it: only where the address of the page asks for it by `?statistics`.
 */
import type { WebGLRenderer } from 'three';
import type { View } from './staged.ts';
import type { Tiling } from './tiles/tiling.ts';

type Watched = {
  readonly frames: () => number;
  readonly renderer: () => WebGLRenderer | undefined;
  readonly counts: Tiling['counts'];
  readonly progress: Tiling['progress'];
  /** how fine it is drawn; 0 is finest */
  readonly tier: () => number;
  readonly move: (view: View) => void;
  readonly view: () => View;
  /** more of the city will be drawn than is known now */
  readonly coming: () => boolean;
};

/** The first scene is staged anew as more of it comes: the last one is asked. */
let watched: Watched | undefined;

const lookEveryMs = 4;

const statisticsOf = ({ frames, renderer, counts, progress, tier }: Watched) => {
  const { calls = 0, triangles = 0 } = renderer()?.info.render ?? {};
  return { frames: frames(), calls, triangles, tier: tier(), ...counts(), ...progress() };
};

const isComplete = ({ frames, progress, coming }: Watched): boolean => {
  const { here, wanted } = progress();
  return frames() > 0 && here === wanted && !coming();
};

/** `cityweave.complete()` resolves when all that the view needs is drawn, and be it nothing. */
export const exposeStatistics = (now: Watched): void => {
  if (!new URLSearchParams(location.search).has('statistics')) return;
  watched = now;
  const complete = async () => {
    while (!(watched && isComplete(watched))) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    return statisticsOf(watched);
  };
  Object.assign(globalThis, { cityweave: { statistics: () => statisticsOf(now), complete, setView: now.move, view: now.view } });
};
