/**
 * Forgetting: samples that held no more at a time go, those of many series in one step. Each step locks the head of the log, as every writer does.
 */
import { compareSamples, instantOfMs, msOfInstant, type Sample, sampleAt } from '@cityweave/core';
import { beforeOf, type Forgetting } from '../history/forgetting.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { readKindsOf } from '../neo4j-cypher/read.ts';
import { chunkedSeries, chunksBefore, forgetChunks } from '../neo4j-cypher/upkeep.ts';
import { samplesOfChunk, seriesKey } from './samples.ts';
import { samplesOfTail, sizeOf, type Tail } from './tails.ts';
import { type Kept, leave, type Step, type Stepped } from './upkeep.ts';

type Held = { readonly key: string; readonly id: string; readonly series: string; readonly tail: Tail; readonly held: Sample };

/** Of each series what held then, as it was known then: it makes everything before it needless. */
const heldBefore = async ({ run, space, before }: Step, kept: readonly Kept[]): Promise<readonly Held[]> => {
  const named = kept.flatMap(({ id, past }) => [...past].map(([series, tail]) => ({ key: seriesKey(id, series), id, series, tail })));
  const chunked = named.filter(({ tail }) => tail.chunks > 0).map(({ key }) => key);
  const chunks = new Map((chunked.length === 0 ? [] : await run(chunksBefore(space, chunked, whole(before)))).map((row) => [row['key'], row]));
  const moment = { valid: instantOfMs(before), known: instantOfMs(before) };
  return named.flatMap((one) => {
    const chunk = chunks.get(one.key);
    const held = sampleAt([...(chunk ? samplesOfChunk(one.series, chunk) : []), ...samplesOfTail(one.tail)], moment);
    return held ? [{ ...one, held }] : [];
  });
};

/** Of what is gone for good nothing has to be known. */
const isGone = (tail: Tail, before: number): boolean => {
  const [only, ...others] = samplesOfTail(tail);
  return only !== undefined && others.length === 0 && !only.said && msOfInstant(only.observedAt) <= before && msOfInstant(only.recordedAt) <= before;
};

const forgetInChunks = async ({ run, space }: Step, all: readonly Held[]): Promise<number> => {
  const rows = all.flatMap(({ key, tail, held }) => (tail.chunks > 0 ? [{ key, observed: whole(msOfInstant(held.observedAt)) }] : []));
  return rows.length === 0 ? 0 : Number((await run(forgetChunks(space, rows)))[0]?.['samples'] ?? 0);
};

/** Keys of the series of which nothing is left but that they are over. */
const goneSeries = async ({ run, space, before }: Step, all: readonly Held[]): Promise<ReadonlySet<string>> => {
  const keys = all.filter(({ tail }) => isGone(tail, before)).map(({ key }) => key);
  const chunked = keys.length === 0 ? [] : await run(chunkedSeries(space, keys));
  const left = new Set(chunked.map(({ key }) => key));
  return new Set(keys.filter((key) => !left.has(key)));
};

const forgetAlike = async (step: Step, kept: readonly Kept[]): Promise<Stepped> => {
  const found = await heldBefore(step, kept);
  const chunked = await forgetInChunks(step, found);
  const cut = found.map((one) => ({ ...one, tail: { ...one.tail, held: samplesOfTail(one.tail).filter((sample) => compareSamples(sample, one.held) >= 0) } }));
  const gone = await goneSeries(step, cut);
  const tails = new Map(cut.map(({ key, tail }) => [key, tail]));
  const pasts = kept.map(({ id, past }): Kept => {
    const staying = [...past].filter(([series]) => !gone.has(seriesKey(id, series)));
    return { id, past: new Map(staying.map(([series, tail]) => [series, tails.get(seriesKey(id, series)) ?? tail])) };
  });
  const count = ({ past }: Kept): number => [...past.values()].reduce((sum, tail) => sum + sizeOf(tail), 0);
  const less = pasts.filter((now, index) => count(now) < count(kept[index] ?? now));
  await leave(step, { pasts: less, gone: [], made: [] });
  const dropped = kept.reduce((sum, one) => sum + count(one), 0) - pasts.reduce((sum, one) => sum + count(one), 0);
  return { samples: chunked + dropped, done: kept.length };
};

/** Twins of some kinds are forgotten sooner or later than the others. */
export const forgetStep =
  (forgetting: Forgetting) =>
  async ({ run, space }: Omit<Step, 'before'>, kept: readonly Kept[]): Promise<Stepped> => {
    const ids = Object.keys(forgetting.ofKinds).length > 0 ? kept.map(({ id }) => id) : [];
    const kinds = new Map((ids.length > 0 ? await run(readKindsOf(space, ids)) : []).map(({ id, kind }) => [id, kind]));
    let samples = 0;
    for (const [before, some] of Map.groupBy(kept, ({ id }) => beforeOf(forgetting, kinds.get(id))))
      if (before !== null) samples += (await forgetAlike({ run, space, before }, some)).samples;
    return { samples, done: kept.length };
  };
