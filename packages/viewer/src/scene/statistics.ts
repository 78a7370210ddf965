/**
 * Statistics: what the scene does, for who measures it: only where the address of the page asks for it by `?statistics`.
 */
import type { WebGLRenderer } from 'three';
import type { View } from './staged.ts';
import type { Progress, Tiling } from './tiles/tiling.ts';

type Watched = {
  readonly frames: () => number;
  readonly renderer: () => WebGLRenderer | undefined;
  readonly counts: Tiling['counts'];
  readonly progress: () => Progress;
  readonly move: (view: View) => void;
  readonly view: () => View;
};

const lookEveryMs = 4;

/** `cityweave.complete()` resolves when all that the view needs is drawn. */
export const exposeStatistics = ({ frames, renderer, counts, progress, move, view }: Watched): void => {
  if (!new URLSearchParams(location.search).has('statistics')) return;
  const statistics = () => {
    const { calls = 0, triangles = 0 } = renderer()?.info.render ?? {};
    return { frames: frames(), calls, triangles, ...counts(), ...progress() };
  };
  const complete = async () => {
    for (;;) {
      const { here, wanted } = progress();
      if (frames() > 0 && here > 0 && here === wanted) return statistics();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
  Object.assign(globalThis, { cityweave: { statistics, complete, setView: move, view } });
};
