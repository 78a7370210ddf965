/**
 * Folding: samples of a series into chunks, on the writer's side of the embedded store.
 */
import { compareSamples, msOfInstant, type Sample } from '@cityweave/core';
import { chunkSamplesMax, encodeChunk } from '../history/chunk.ts';
import type { Writing } from '../sqlite/sqlite-file.ts';
import { sampleOfRow } from './rows.ts';

const putChunk = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const { first, last, known, samples: count, bytes } = encodeChunk(samples);
  to.statement('putChunk').run(s, first, last, known, count, bytes);
};

/** Sorted, and without the last sample of the series. Rows of the same time go in with them, so that of two samples that are one the later given stays. */
export const foldSamples = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return;
  const span = [msOfInstant(first.observedAt), msOfInstant(last.observedAt), msOfInstant(last.recordedAt)] as const;
  const rows = to
    .statement('samplesBetween')
    .all(s, ...span)
    .map((row) => sampleOfRow(first.series, row));
  const bySpot = new Map([...rows, ...samples].map((sample) => [`${sample.observedAt}${sample.recordedAt}`, sample]));
  const sorted = [...bySpot.values()].toSorted(compareSamples);
  to.statement('dropBetween').run(s, ...span);
  for (let from = 0; from < sorted.length; from += chunkSamplesMax) putChunk(to, s, sorted.slice(from, from + chunkSamplesMax));
};
