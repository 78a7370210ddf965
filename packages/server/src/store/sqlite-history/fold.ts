/**
 * Folding and forgetting: samples of series into chunks, and out of the store, a bounded step at a time, on the writer's side of the embedded store.
 */
import { compareSamples, instantOfMs, msOfInstant, type Sample, sampleAt } from '@cityweave/core';
import { chunkSamplesMax, decodeChunk, encodeChunk } from '../history/chunk.ts';
import { beforeOf, type Forgetting } from '../history/forgetting.ts';
import { inTransaction, numberOf, type Writing } from '../sqlite/sqlite-file.ts';
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

/** Fewer rows than that are left until there are more. */
const foldSamplesMin = 16;
const seriesPerStep = 200;

/** A chunk that is not full is opened again. */
const reopened = (to: Writing, s: number, series: string): readonly Sample[] => {
  const chunk = to.statement('lastChunk').get(s);
  if (!chunk || numberOf(chunk, 'samples') >= chunkSamplesMax) return [];
  to.statement('dropChunk').run(numberOf(chunk, 'c'));
  return decodeChunk(series, chunk['bytes'] as Uint8Array); // branding: the column is a blob
};

const foldSeries = (to: Writing, s: number, before: number): number => {
  const series = String(to.statement('seriesName').get(s)?.['name']);
  const rows = to
    .statement('foldable')
    .all(s, before)
    .map((row) => sampleOfRow(series, row));
  if (rows.length < foldSamplesMin) return 0;
  foldSamples(to, s, [...reopened(to, s, series), ...rows].toSorted(compareSamples));
  return rows.length;
};

/** A step of a walk over the series: how many samples it touched, and where the next one begins. */
export type Stepped = { readonly samples: number; readonly next?: number };

type Named = { readonly s: number; readonly id: string; readonly series: string };

type Step = { readonly after: number; readonly before: number };

export const foldStep = (to: Writing, { after, before }: Step): Stepped =>
  inTransaction(to.file, () => {
    const found = to.statement('toFold').all(after, before, foldSamplesMin - 1, seriesPerStep);
    const folded = found.reduce((sum, row) => sum + foldSeries(to, numberOf(row, 's'), before), 0);
    return { samples: folded, ...(found.length === seriesPerStep && { next: numberOf(found.at(-1), 's') }) };
  });

/** What held then, as it was known then: it makes everything before it needless. */
const heldAt = (to: Writing, { s, series }: Named, before: number): Sample | undefined => {
  const at = { valid: instantOfMs(before), known: instantOfMs(before) };
  const row = to.statement('heldRow').get(s, before, before);
  const chunk = to.statement('chunkBefore').get(s, before);
  const folded = chunk ? decodeChunk(series, chunk['bytes'] as Uint8Array) : []; // branding: the column is a blob
  return sampleAt([...folded, ...(row ? [sampleOfRow(series, row)] : [])], at);
};

const forgetSeries = (to: Writing, named: Named, before: number): number => {
  const { s, id } = named;
  const held = heldAt(to, named, before);
  if (!held) return 0;
  const [observed, recorded] = [msOfInstant(held.observedAt), msOfInstant(held.recordedAt)];
  const chunked = numberOf(to.statement('forgettingChunks').get(s, observed), 'samples');
  to.statement('forgetChunks').run(s, observed);
  const rows = Number(to.statement('forgetSamples').run(s, observed, recorded).changes) + Number(to.statement('forgetGone').run(s, before).changes);
  to.statement('forgetSeries').run(s);
  to.statement('forgetPastLink').run(s);
  to.statement('forgetVersion').run(id);
  return chunked + rows;
};

export const forgetStep = (to: Writing, { after, ...forgetting }: Pick<Step, 'after'> & Forgetting): Stepped =>
  inTransaction(to.file, () => {
    const found = to.statement('nextSeries').all(after, seriesPerStep);
    const forgotten = found.reduce((sum, row) => {
      const before = beforeOf(forgetting, row['kind']);
      return before === null ? sum : sum + forgetSeries(to, { s: numberOf(row, 's'), id: String(row['id']), series: String(row['name']) }, before);
    }, 0);
    return { samples: forgotten, ...(found.length === seriesPerStep && { next: numberOf(found.at(-1), 's') }) };
  });
