/**
 * Flood wave: how a wave of discharge runs down a reach, hour by hour (Muskingum), and how high the water stands by it: what the river authority's own system computes.
 */
export type Wave = { readonly peakFt: number; readonly stagesFt: readonly number[] };

/** Muskingum's coefficients by reach: the lower one flattens the wave more. */
const coefficients: Readonly<Record<string, readonly [number, number, number]>> = { U: [0.3, 0.4, 0.3], L: [0.1, 0.3, 0.6] };

const baseFlow = 500;
const risingHours = 12;

/** Cubic feet a second that come in: a triangle over a day, the base flow after it. */
const inflowAt = (hour: number, peak: number): number => Math.max(baseFlow, peak * (1 - Math.abs(hour - risingHours) / risingHours));

/** Feet at the gauge, by its rating curve. */
const stageOf = (flow: number): number => 0.35 * flow ** 0.45;

/** One more hour of a wave at each step. */
export function* routeWave({ peak, reach, hours }: { readonly peak: number; readonly reach: string; readonly hours: number }): Generator<number, Wave> {
  const [c0, c1, c2] = coefficients[reach] ?? [1, 0, 0];
  let outflow = baseFlow;
  let peakFt = 0;
  const stagesFt: number[] = [];
  for (let hour = 1; hour <= hours; hour += 1) {
    outflow = c0 * inflowAt(hour, peak) + c1 * inflowAt(hour - 1, peak) + c2 * outflow;
    const stage = stageOf(outflow);
    peakFt = Math.max(peakFt, stage);
    if (stagesFt.length < 48) stagesFt.push(stage);
    yield hour / hours;
  }
  return { peakFt, stagesFt };
}
