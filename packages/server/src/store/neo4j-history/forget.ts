/**
 * Forgetting: samples that held no more at a time go, those of many series in one step. Each step locks the head of the log, as every writer does.
 */
import { compareSamples, instantOfMs, msOfInstant, type Sample } from '@cityweave/core';
import { beforeOf, type Forgetting } from '../history/forgetting.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { readKindsOf } from '../neo4j-cypher/read.ts';
import { chunkedSeries, chunksOver, cutChunks, dropChunks, forgetChunks } from '../neo4j-cypher/upkeep.ts';
import { heldAt } from './past.ts';
import { propertiesOfChunk, samplesOfChunk, seriesKey } from './samples.ts';
import { samplesOfTail, sizeOf, type Tail } from './tails.ts';
import { type Kept, leave, type Step, type Stepped } from './upkeep.ts';

type Held = { readonly key: string; readonly id: string; readonly series: string; readonly tail: Tail; readonly held: Sample };

/** Of each series what held then, as it was known then: it makes everything before it needless. */
const heldBefore = async ({ run, space, before }: Step, kept: readonly Kept[]): Promise<readonly Held[]> => {
  const at = instantOfMs(before);
  const found = await heldAt({ reading: { run }, space }, new Map(kept.map(({ id, past }) => [id, past])), { moment: { valid: at, known: at } });
  const named = kept.flatMap(({ id, past }) => [...past].map(([series, tail]) => ({ key: seriesKey(id, series), id, series, tail })));
  return named.flatMap((one) => {
    const held = found.get(one.key);
    return held ? [{ ...one, held }] : [];
  });
};

/** Of what is gone for good nothing has to be known. */
const isGone = (tail: Tail, before: number): boolean => {
  const [only, ...others] = samplesOfTail(tail);
  return only !== undefined && others.length === 0 && !only.said && msOfInstant(only.observedAt) <= before && msOfInstant(only.recordedAt) <= before;
};

/** Those of one series that are cut in one step. */
const cutChunksMax = 64;

type Forgotten = { readonly samples: number; readonly isDone: boolean };

/** What stays of chunks in which it was observed what held. */
const cutOver = async ({ run, space }: Step, all: readonly Held[], rows: readonly object[]): Promise<Forgotten> => {
  const heldOf = new Map(all.map(({ key, held }) => [key, held]));
  const over = await run(chunksOver(space, rows, whole(cutChunksMax)));
  const cut = over.flatMap(({ key, last, number, ...row }) => {
    const held = heldOf.get(String(key));
    const samples = held ? samplesOfChunk(held.series, row) : [];
    const staying = samples.filter((sample) => held && compareSamples(sample, held) >= 0);
    const name = { series: key, last: whole(Number(last)), number: whole(Number(number)) };
    return staying.length < samples.length ? [{ key, name, staying, less: samples.length - staying.length }] : [];
  });
  const [empty, left] = [cut.filter(({ staying }) => staying.length === 0), cut.filter(({ staying }) => staying.length > 0)];
  if (empty.length > 0)
    await run(
      dropChunks(
        space,
        empty.map(({ name }) => name),
      ),
    );
  if (left.length > 0)
    await run(
      cutChunks(
        space,
        left.map(({ name, staying }) => ({ ...name, properties: propertiesOfChunk(staying) })),
      ),
    );
  const full = Object.entries(Object.groupBy(over, ({ key }) => String(key))).filter(([, some = []]) => some.length === cutChunksMax);
  return { samples: cut.reduce((sum, { less }) => sum + less, 0), isDone: !full.some(([key]) => cut.some((one) => one.key === key)) };
};

const forgetInChunks = async (step: Step, all: readonly Held[]): Promise<Forgotten> => {
  const { run, space } = step;
  const rows = all.flatMap(({ key, tail, held }) => (tail.chunks > 0 ? [{ key, observed: whole(msOfInstant(held.observedAt)) }] : []));
  if (rows.length === 0) return { samples: 0, isDone: true };
  const over = Number((await run(forgetChunks(space, rows)))[0]?.['samples'] ?? 0);
  const { samples, isDone } = await cutOver(step, all, rows);
  return { samples: over + samples, isDone };
};

/** Keys of the series of which nothing is left but that they are over. */
const goneSeries = async ({ run, space, before }: Step, all: readonly Held[]): Promise<ReadonlySet<string>> => {
  const keys = all.filter(({ tail }) => isGone(tail, before)).map(({ key }) => key);
  const chunked = keys.length === 0 ? [] : await run(chunkedSeries(space, keys));
  const left = new Set(chunked.map(({ key }) => key));
  return new Set(keys.filter((key) => !left.has(key)));
};

const forgetAlike = async (step: Step, kept: readonly Kept[]): Promise<Forgotten> => {
  const found = await heldBefore(step, kept);
  const { samples: chunked, isDone } = await forgetInChunks(step, found);
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
  return { samples: chunked + dropped, isDone };
};

/** Twins of some kinds are forgotten sooner or later than the others. Where more chunks are to be cut, the next step looks at all of them again. */
export const forgetStep =
  (forgetting: Forgetting) =>
  async ({ run, space }: Omit<Step, 'before'>, kept: readonly Kept[]): Promise<Stepped> => {
    const ids = Object.keys(forgetting.ofKinds).length > 0 ? kept.map(({ id }) => id) : [];
    const kinds = new Map((ids.length > 0 ? await run(readKindsOf(space, ids)) : []).map(({ id, kind }) => [id, kind]));
    const all: Forgotten[] = [];
    for (const [before, some] of Map.groupBy(kept, ({ id }) => beforeOf(forgetting, kinds.get(id))))
      if (before !== null) all.push(await forgetAlike({ run, space, before }, some));
    return { samples: all.reduce((sum, { samples }) => sum + samples, 0), done: all.every(({ isDone }) => isDone) ? kept.length : 0 };
  };
