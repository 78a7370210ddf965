/**
 * Joined: samples of one series from several places as one list, each once.
 */
import { compareSamples, type Sample } from '@cityweave/core';

/** Times tell samples of a series apart. */
export const spotOf = ({ observedAt, recordedAt }: Sample): string => `${observedAt}${recordedAt}`;

/** In their order. Of two samples that are one the later given stays. */
export const joinSamples = (...given: readonly (readonly Sample[])[]): readonly Sample[] =>
  [...new Map(given.flat().map((sample) => [spotOf(sample), sample])).values()].toSorted(compareSamples);
