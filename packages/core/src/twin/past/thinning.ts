/**
 * Thinning: fewer samples of a long history, those that stood at the end of each slot of time.
 */
import { type Instant, msOfInstant } from '../../ground/instant.ts';
import { compareSamples, type Sample } from './history.ts';

/** Slots are counted from the beginning of 1970. */
const slotOf = (at: Instant, everyMs: number): number => Math.floor(msOfInstant(at) / everyMs);

export const isSameSlot = (a: Sample, b: Sample, everyMs: number): boolean => slotOf(a.observedAt, everyMs) === slotOf(b.observedAt, everyMs);

/** Of samples in the order of history the last of each series in each slot, in that order too. */
export const thinSamples = (samples: readonly Sample[], everyMs: number): readonly Sample[] => {
  const last = new Map(samples.map((sample) => [`${slotOf(sample.observedAt, everyMs)} ${sample.series}`, sample]));
  return [...last.values()].sort(compareSamples);
};
