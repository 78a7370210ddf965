/**
 * Folding: samples of series into chunks, a bounded step at a time, on the writer's side of the embedded store.
 */
import { msOfInstant, type Sample } from '@cityweave/core';
import { chunkSamplesMax, decodeChunk, encodeChunk } from '../history/chunk.ts';
import { joinSamples } from '../history/joined.ts';
import { inTransaction, numberOf, type Writing } from '../sqlite/sqlite-file.ts';
import { bytesOf, sampleOfRow } from './rows.ts';

const putChunk = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const { first, last, known, samples: count, bytes } = encodeChunk(samples);
  to.statement('putChunk').run(s, first, last, known, count, bytes);
};

/** Without the last sample of the series. Rows of the same time go in with them: what is `older` was given before those, what is `newer` after. */
export const foldSamples = (to: Writing, s: number, { older = [], newer }: { readonly older?: readonly Sample[]; readonly newer: readonly Sample[] }): void => {
  const given = joinSamples(older, newer);
  const [first, last] = [given[0], given.at(-1)];
  if (!first || !last) return;
  const span = [msOfInstant(first.observedAt), msOfInstant(last.observedAt), msOfInstant(last.recordedAt)] as const;
  const rows = to
    .statement('samplesBetween')
    .all(s, ...span)
    .map((row) => sampleOfRow(first.series, row));
  const all = joinSamples(older, rows, newer);
  to.statement('dropBetween').run(s, ...span);
  for (let from = 0; from < all.length; from += chunkSamplesMax) putChunk(to, s, all.slice(from, from + chunkSamplesMax));
};

/** Fewer rows than that are left until there are more. */
const foldSamplesMin = 16;
export const seriesPerStep = 200;

/** The chunk made last is opened again where it is not full: nothing that lies over it is older. */
const reopened = (to: Writing, s: number, series: string): readonly Sample[] => {
  const chunk = to.statement('lastChunk').get(s);
  if (!chunk || numberOf(chunk, 'samples') >= chunkSamplesMax) return [];
  to.statement('dropChunk').run(numberOf(chunk, 'c'));
  return decodeChunk(series, bytesOf(chunk));
};

const foldSeries = (to: Writing, s: number, before: number): number => {
  const series = String(to.statement('seriesName').get(s)?.['name']);
  const rows = to
    .statement('foldable')
    .all(s, before)
    .map((row) => sampleOfRow(series, row));
  if (rows.length < foldSamplesMin) return 0;
  foldSamples(to, s, { older: reopened(to, s, series), newer: rows });
  return rows.length;
};

/** A step of a walk over the series: how many samples it touched, and where the next one begins. */
export type Stepped = { readonly samples: number; readonly next?: number };

export type Step = { readonly after: number; readonly before: number };

export const foldStep = (to: Writing, { after, before }: Step): Stepped =>
  inTransaction(to.file, () => {
    const found = to.statement('toFold').all(after, before, foldSamplesMin - 1, seriesPerStep);
    const folded = found.reduce((sum, row) => sum + foldSeries(to, numberOf(row, 's'), before), 0);
    return { samples: folded, ...(found.length === seriesPerStep && { next: numberOf(found.at(-1), 's') }) };
  });
