/**
 * Forgetting: samples that held no more at a time go, those of many series in one step. Each step locks the head of the log, as every writer does.
 */
import { instantOfMs, type Sample, sampleAt } from '@cityweave/core';
import type { Row } from '../neo4j/save.ts';
import { samplesAt } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { chunksBefore, forgetChunks, forgetGone, forgetSamples, forgetSeries } from '../neo4j-cypher/upkeep.ts';
import { rowOfSample, sampleOfRow, samplesOfChunk } from './samples.ts';
import type { Named, Step, Stepped } from './upkeep.ts';

const forgottenAtOnce = 1_000;

const byKey = (rows: readonly Row[]): ReadonlyMap<unknown, Row> => new Map(rows.map((row) => [row['key'], row]));

/** Of each series what held then, as it was known then: it makes everything before it needless. */
const heldBefore = async ({ run, space, before }: Step, named: readonly Named[]): Promise<readonly { readonly key: string; readonly held: Sample }[]> => {
  const keys = named.map(({ key }) => key);
  const [rows, chunks] = await Promise.all([
    run(samplesAt(space, keys, { valid: whole(before), known: whole(before) })).then(byKey),
    run(chunksBefore(space, keys, whole(before))).then(byKey),
  ]);
  const moment = { valid: instantOfMs(before), known: instantOfMs(before) };
  return named.flatMap(({ key, name }) => {
    const [row, chunk] = [rows.get(key), chunks.get(key)];
    const held = sampleAt([...(chunk ? samplesOfChunk(name, chunk) : []), ...(row ? [sampleOfRow(name, row)] : [])], moment);
    return held ? [{ key, held }] : [];
  });
};

const samplesIn = (rows: readonly Row[]): number => Number(rows[0]?.['samples'] ?? 0);

export const forgetStep = async (step: Step, named: readonly Named[]): Promise<Stepped> => {
  const { run, space, before } = step;
  const found = await heldBefore(step, named);
  const rows = found.map(({ key, held }) => ({ key, ...rowOfSample(held) }));
  const keys = found.map(({ key }) => key);
  const [chunked, dropped, gone] = await Promise.all([
    run(forgetChunks(space, rows)).then(samplesIn),
    run(forgetSamples(space, rows, whole(forgottenAtOnce))).then(samplesIn),
    run(forgetGone(space, keys, whole(before))).then(samplesIn),
  ]);
  if (gone > 0) await run(forgetSeries(space, keys));
  // of one of the series there may be more than that
  return { samples: chunked + dropped + gone, done: dropped >= forgottenAtOnce ? 0 : named.length };
};
