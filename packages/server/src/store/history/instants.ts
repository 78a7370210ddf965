/**
 * Instants: many samples of one answer have the same times, so that each is spelt once.
 */
import { type Instant, instantOfMs } from '@cityweave/core';

export type InstantOf = (ms: number) => Instant;

export const createInstants = (): InstantOf => {
  const spelt = new Map<number, Instant>();
  return (ms) => {
    const known = spelt.get(ms);
    if (known) return known;
    const instant = instantOfMs(ms);
    spelt.set(ms, instant);
    return instant;
  };
};
