/**
 * Quality: how fine the city is drawn. A machine that is too slow gets less, one that has time gets more; what moves is drawn coarser than what rests.
 */

export type Tier = {
  /** pixels of the screen a pixel of the page, at most */
  readonly dpr: number;
  readonly errorPixels: number;
  readonly errorMovingPixels: number;
  readonly shadows: boolean;
};

/** The last is that of a renderer without a graphics card. */
export const tiers: readonly Tier[] = [
  { dpr: 2, errorPixels: 1.5, errorMovingPixels: 1.5, shadows: true },
  { dpr: 1.25, errorPixels: 1.5, errorMovingPixels: 2, shadows: true },
  { dpr: 1, errorPixels: 1.5, errorMovingPixels: 3, shadows: false },
];

export type Quality = {
  readonly tier: () => number;
  /** Told how long a frame took while frames follow one another; true where the tier is another now. */
  readonly note: (frameMs: number, nowMs: number) => boolean;
};

const framesMeasured = 10;
const slowMs = 30;
const fastMs = 13;
/** Between two steps up; every step down doubles it, so that it does not swing. */
const calmMs = 4_000;

export const createQuality = (first: number, fixed: boolean): Quality => {
  let [tier, sum, frames, calm, changedMs] = [first, 0, 0, calmMs, Number.NEGATIVE_INFINITY];
  const move = (to: number, nowMs: number): boolean => {
    if (to < 0 || to >= tiers.length) return false;
    [tier, changedMs] = [to, nowMs];
    return true;
  };
  return {
    tier: () => tier,
    note: (frameMs, nowMs) => {
      sum += frameMs;
      frames += 1;
      if (fixed || frames < framesMeasured) return false;
      const mean = sum / frames;
      [sum, frames] = [0, 0];
      if (mean > slowMs) {
        calm *= 2;
        return move(tier + 1, nowMs);
      }
      return mean < fastMs && nowMs - changedMs > calm && move(tier - 1, nowMs);
    },
  };
};

const software = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** What draws here: nothing, a processor, or a graphics card. Asked of a small canvas, before the real one is made with or without smoothed edges. */
export const rendererHere = (): 'none' | 'software' | 'hardware' => {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: false });
  if (!context) return 'none';
  const told = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return software.test(name) ? 'software' : 'hardware';
};
