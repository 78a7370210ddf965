/**
 * Held: which sample of a series stands at a moment, of its last row by then and of its chunks.
 */
import { compareSamples, msOfInstant, type Sample } from '@cityweave/core';
import { sampleOfChunkAt } from '../history/chunk.ts';
import { numberOf } from '../sqlite/sqlite-file.ts';
import { bytesOf } from './rows.ts';

export type MomentMs = { readonly valid: number; readonly known: number };

/** Whether a chunk that ends then may still tell something later than what is held, or the same once more. */
export const mayTell = (held: Sample | undefined, last: number): boolean => held === undefined || last >= msOfInstant(held.observedAt);

type Held = { readonly sample: Sample; readonly number: number };

/** Of two samples that are one that of the chunk made last stands. */
const overrules = (told: Held, held: Held | undefined): boolean => {
  const order = held ? compareSamples(told.sample, held.sample) : 1;
  return order > 0 || (order === 0 && told.number > (held?.number ?? 0));
};

type Looking = { readonly ms: MomentMs; readonly row: Sample | undefined /** whether one more may be opened */; readonly mayOpen?: () => boolean };

/** `chunks` come the latest first; a row was said after all of them. */
export const heldInChunks = (series: string, chunks: Iterable<Record<string, unknown>>, { ms, row, mayOpen }: Looking): Sample | undefined => {
  let held: Held | undefined = row && { sample: row, number: Number.POSITIVE_INFINITY };
  for (const chunk of chunks) {
    if (!mayTell(held?.sample, numberOf(chunk, 'last')) || mayOpen?.() === false) break;
    const sample = sampleOfChunkAt(series, bytesOf(chunk), ms);
    const told = sample && { sample, number: numberOf(chunk, 'c') };
    if (told && overrules(told, held)) held = told;
  }
  return held?.sample;
};
