/**
 * Folding: samples of series into chunks, a bounded number a step. Each step locks the head of the log, as every writer does.
 */
import { compareSamples, type Sample } from '@cityweave/core';
import { chunkSamplesMax } from '../history/chunk.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { dropChunk, dropSamples, foldableSamples, foldableSeries, lastChunk, noteChunks, putChunks } from '../neo4j-cypher/upkeep.ts';
import { rowOfSample, rowsOfChunks, sampleOfRow, samplesOfChunk, spotOf } from './samples.ts';
import type { Named, Step, Stepped } from './upkeep.ts';

/** Fewer samples than that are left until there are more. */
const foldSamplesMin = 16;
const foldedAtOnce = 16 * chunkSamplesMax;

/** The last sample of a series stays as it is. */
const foldable = async ({ run, space, before }: Step, { key, name, observed, recorded }: Named): Promise<readonly Sample[]> => {
  const rows = await run(foldableSamples(space, key, { before: whole(before), limit: whole(foldedAtOnce) }));
  return rows.filter((row) => Number(row['observed']) !== observed || Number(row['recorded']) !== recorded).map((row) => sampleOfRow(name, row));
};

/** A chunk that is not full is opened again. Of two samples that are one the later given stays. */
const foldSeries = async (step: Step, named: Named): Promise<number> => {
  const { run, space } = step;
  const { key, name, chunks } = named;
  const [samples, [chunk]] = await Promise.all([foldable(step, named), run(lastChunk(space, key))]);
  if (samples.length < foldSamplesMin) return 0;
  const open = chunk && Number(chunk['samples']) < chunkSamplesMax ? chunk : undefined;
  const bySpot = new Map([...(open ? samplesOfChunk(name, open) : []), ...samples].map((sample) => [spotOf(sample), sample]));
  const rows = rowsOfChunks(key, [...bySpot.values()].toSorted(compareSamples), chunks);
  await Promise.all([
    open && run(dropChunk(space, { series: key, last: whole(Number(open['last'])), number: whole(Number(open['number'])) })),
    run(
      dropSamples(
        space,
        samples.map((sample) => ({ series: key, ...rowOfSample(sample) })),
      ),
    ),
    run(putChunks(space, rows)),
    run(noteChunks(space, [{ key, chunks: whole(chunks + rows.length) }])),
  ]);
  return samples.length;
};

/** Where a step has done enough, the series that it ended with is looked at again by the next one. */
export const foldStep = async (step: Step, named: readonly Named[]): Promise<Stepped> => {
  const keys = named.map(({ key }) => key);
  const rows = await step.run(foldableSeries(step.space, keys, { before: whole(step.before), least: whole(foldSamplesMin) }));
  const wanted = new Set(rows.map(({ key }) => key));
  let samples = 0;
  for (const [index, one] of named.entries()) {
    if (wanted.has(one.key)) samples += await foldSeries(step, one);
    if (samples >= foldedAtOnce) return { samples, done: index };
  }
  return { samples, done: named.length };
};
