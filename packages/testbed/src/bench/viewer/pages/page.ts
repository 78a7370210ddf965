/**
 * Page: what every contender does on a page of its own, and how it is measured: the same clock, the same counter, the same read-back.
 */
import { type Eye, eyeOf, type Given } from '../views.ts';
import { shareOfOther } from './difference.ts';

export type Contender = {
  /** everything that does not depend on the city: the renderer, the context, an empty picture, and shaders where they do not either */
  readonly prepare: (canvas: HTMLCanvasElement, eye: Eye, given: Given) => Promise<void> | void;
  /** from the first request until all that the view needs is ready to be drawn */
  readonly load: () => Promise<void>;
  /** one whole frame, at once; degrees clockwise from north */
  readonly draw: (heading: number) => void;
  /** of who fetches what an eye sees: waits until all is here that it sees with that heading; what is here stays as long as it can */
  readonly settle?: (heading: number) => Promise<void>;
  /** of who has levels: draws everything in full detail from now on */
  readonly refine?: () => Promise<void>;
  /** of who shows values as they change: follows them from now on */
  readonly follow?: () => void;
};

type Counter = { drawing: boolean; gl: WebGL2RenderingContext | undefined; calls: number; triangles: number; bytes: () => number };

declare global {
  var counter: Counter;
  var bench: {
    readonly prepare: (given: Given) => Promise<void>;
    readonly load: () => Promise<number>;
    /** every picture of it is complete */
    readonly orbit: (frames: number) => Promise<{ readonly frame: readonly number[]; readonly js: readonly number[] }>;
    readonly count: () => { readonly calls: number; readonly triangles: number; readonly gpuBytes: number };
    readonly picture: () => string;
    /** share of the picture that is another one in full detail; undefined where there are no levels */
    readonly difference: () => Promise<number | undefined>;
    /** false where nothing can be followed */
    readonly follow: () => boolean;
  };
}

/** Waits for the graphics card: a pixel cannot be read before everything is drawn. */
const readBack = (): void => {
  const { gl } = globalThis.counter;
  gl?.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
};

export const nextFrame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

const canvasOf = (): HTMLCanvasElement => {
  const found = document.querySelector('canvas');
  if (!found) throw new Error('no canvas');
  return found;
};

const orbit = async (contender: Contender, frames: number) => {
  const [frame, js]: [number[], number[]] = [[], []];
  for (let heading = 1; heading <= frames; heading += 1) await contender.settle?.(heading);
  for (let heading = 1; heading <= frames; heading += 1) {
    const from = performance.now();
    contender.draw(heading);
    js.push(performance.now() - from);
    readBack();
    frame.push(performance.now() - from);
  }
  return { frame, js };
};

const pixelsOf = ({ draw }: Contender): Uint8Array => {
  draw(0);
  const { gl } = globalThis.counter;
  if (!gl) return new Uint8Array();
  const pixels = new Uint8Array(gl.drawingBufferWidth * gl.drawingBufferHeight * 4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return pixels;
};

const differenceOf = async (contender: Contender): Promise<number | undefined> => {
  if (!contender.refine) return undefined;
  const coarse = pixelsOf(contender);
  await contender.refine();
  return shareOfOther(coarse, pixelsOf(contender), canvasOf().width);
};

export const enter = (contender: Contender): void => {
  globalThis.bench = {
    prepare: async (given) => contender.prepare(canvasOf(), eyeOf(given.view, given.side), given),
    load: async () => {
      const from = performance.now();
      globalThis.counter.drawing = false;
      await contender.load();
      globalThis.counter.drawing = true;
      contender.draw(0);
      readBack();
      return performance.now() - from;
    },
    orbit: (frames) => orbit(contender, frames),
    count: () => {
      Object.assign(globalThis.counter, { calls: 0, triangles: 0 });
      contender.draw(0);
      return { calls: globalThis.counter.calls, triangles: globalThis.counter.triangles, gpuBytes: globalThis.counter.bytes() };
    },
    difference: () => differenceOf(contender),
    follow: () => {
      contender.follow?.();
      return contender.follow !== undefined;
    },
    picture: () => {
      contender.draw(0);
      return globalThis.counter.gl?.canvas instanceof HTMLCanvasElement ? globalThis.counter.gl.canvas.toDataURL('image/png') : '';
    },
  };
};
