/**
 * Instants: many samples of one answer or one batch have the same times, so that each is spelt or read once.
 */
import { type Instant, instantOfMs, msOfInstant } from '@cityweave/core';

export type InstantOf = (ms: number) => Instant;
export type MsOf = (instant: Instant) => number;

const once = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
};

export const createInstants = (): InstantOf => once(instantOfMs);

export const createMs = (): MsOf => once(msOfInstant);
