/**
 * Forgetting: samples that held no more at a time go, a bounded step at a time, on the writer's side of the embedded store.
 */
import { compareSamples, msOfInstant, type Sample } from '@cityweave/core';
import { decodeChunk, encodeChunk } from '../history/chunk.ts';
import { beforeOf, type Forgetting } from '../history/forgetting.ts';
import { inTransaction, numberOf, type Writing } from '../sqlite/sqlite-file.ts';
import { type Step, type Stepped, seriesPerStep } from './fold.ts';
import { heldInChunks } from './held.ts';
import { bytesOf, sampleOfRow } from './rows.ts';

type Named = { readonly s: number; readonly id: string; readonly series: string };

/** What held then, as it was known then: it makes everything before it needless. */
const heldAt = (to: Writing, { s, series }: Named, before: number): Sample | undefined => {
  const row = to.statement('heldRow').get(s, before, before);
  const chunks = to.statement('chunksAt').iterate(s, before, before);
  return heldInChunks(series, chunks, { ms: { valid: before, known: before }, row: row && sampleOfRow(series, row) });
};

/** Those of one series that are cut in one step. */
const cutChunksMax = 64;

/** How many samples of a chunk went; it keeps its number. */
const cutChunk = (to: Writing, row: Record<string, unknown>, held: Sample): number => {
  const samples = decodeChunk(held.series, bytesOf(row));
  const staying = samples.filter((sample) => compareSamples(sample, held) >= 0);
  if (staying.length === samples.length) return 0;
  if (staying.length === 0) to.statement('dropChunk').run(numberOf(row, 'c'));
  else {
    const { first, known, samples: count, bytes } = encodeChunk(staying);
    to.statement('cutChunk').run(first, known, count, bytes, numberOf(row, 'c'));
  }
  return samples.length - staying.length;
};

type Forgotten = { readonly samples: number; readonly isDone: boolean };

const forgetInChunks = (to: Writing, { s }: Named, held: Sample): Forgotten => {
  const observed = msOfInstant(held.observedAt);
  const whole = numberOf(to.statement('forgettingChunks').get(s, observed), 'samples');
  to.statement('forgetChunks').run(s, observed);
  const over = to.statement('chunksOver').all(s, observed, cutChunksMax);
  const cut = over.reduce((sum, row) => sum + cutChunk(to, row, held), 0);
  return { samples: whole + cut, isDone: cut === 0 || over.length < cutChunksMax };
};

const nothing: Forgotten = { samples: 0, isDone: true };

const forgetSeries = (to: Writing, named: Named, before: number): Forgotten => {
  const { s, id } = named;
  const held = heldAt(to, named, before);
  if (!held) return nothing;
  const { samples, isDone } = forgetInChunks(to, named, held);
  const rows = to.statement('forgetSamples').run(s, msOfInstant(held.observedAt), msOfInstant(held.recordedAt)).changes;
  const gone = to.statement('forgetGone').run(s, before).changes;
  to.statement('forgetSeries').run(s);
  to.statement('forgetPastLink').run(s);
  to.statement('forgetVersion').run(id);
  return { samples: samples + Number(rows) + Number(gone), isDone };
};

/** A series of which more chunks are to be cut ends the step, and is looked at again by the next one. */
export const forgetStep = (to: Writing, { after, ...forgetting }: Pick<Step, 'after'> & Forgetting): Stepped =>
  inTransaction(to.file, () => {
    const found = to.statement('nextSeries').all(after, seriesPerStep);
    let samples = 0;
    for (const row of found) {
      const before = beforeOf(forgetting, row['kind']);
      const named = { s: numberOf(row, 's'), id: String(row['id']), series: String(row['name']) };
      const forgotten = before === null ? nothing : forgetSeries(to, named, before);
      samples += forgotten.samples;
      if (!forgotten.isDone) return { samples, next: named.s - 1 };
    }
    return { samples, ...(found.length === seriesPerStep && { next: numberOf(found.at(-1), 's') }) };
  });
