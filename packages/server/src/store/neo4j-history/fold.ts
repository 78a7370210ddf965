/**
 * Folding: samples of tails and loose chunks into full chunks, a bounded number a step. Each step locks the head of the log, as every writer does.
 */
import { compareSamples, msOfInstant, type Sample } from '@cityweave/core';
import { chunkSamplesMax } from '../history/chunk.ts';
import { joinSamples } from '../history/joined.ts';
import { trusted } from '../neo4j/neo4j-rows.ts';
import type { Row } from '../neo4j/save.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { openChunks } from '../neo4j-cypher/upkeep.ts';
import { type ChunkRow, rowsOfChunks, samplesOfChunk, seriesKey } from './samples.ts';
import { type Past, samplesOfTail, type Tail } from './tails.ts';
import { type Kept, type Left, leave, type Step, type Stepped } from './upkeep.ts';

/** Fewer samples than that are left until there are more. */
const foldSamplesMin = 16;
const chunksAtOnce = 128;
const foldedAtOnce = 16 * chunkSamplesMax;

type Named = { readonly key: string; readonly series: string; readonly tail: Tail };

const isBefore =
  (ms: number) =>
  ({ observedAt }: Sample): boolean =>
    msOfInstant(observedAt) < ms;

/** The last sample of a series stays as it is. */
const foldable = (tail: Tail, before: number): readonly Sample[] => samplesOfTail(tail).slice(0, -1).filter(isBefore(before));

const namesOf = ({ id, past }: Kept, before: number): readonly Named[] =>
  [...past].flatMap(([series, tail]) => (tail.loose || foldable(tail, before).length >= foldSamplesMin ? [{ key: seriesKey(id, series), series, tail }] : []));

type Folded = { readonly tail: Tail; readonly gone: readonly object[]; readonly made: readonly ChunkRow[]; readonly samples: number };

const latest = (samples: readonly Sample[]): number => Math.max(...samples.slice(-1).map(({ observedAt }) => msOfInstant(observedAt)));

type Over = readonly (readonly [number: unknown, first: unknown, last: unknown])[];

/** What lies in time under a chunk that was made later and stays as it is stays too: made anew, it would stand above that. */
const openable = (rows: readonly Row[]): readonly Row[] => {
  const staying = trusted<Over>(rows[0]?.['others'] ?? []).map(([number, first, last]) => ({
    number: Number(number),
    first: Number(first),
    last: Number(last),
  }));
  return rows
    .toReversed()
    .filter((row) => {
      const [number, first, last] = [Number(row['number']), Number(row['first']), Number(row['last'])];
      const isUnder = staying.some((one) => one.number > number && one.first <= last && one.last >= first);
      if (isUnder) staying.push({ number, first, last });
      return !isUnder;
    })
    .toReversed();
};

/** A chunk that is not full is opened again; what is not to be folded yet stays loose. Of two samples that are one the later given stays. */
const foldSeries = ({ key, series, tail }: Named, open: readonly Row[], before: number): Folded | undefined => {
  const opened = openable(open);
  const samplesIn = (rows: readonly Row[]): readonly Sample[] => rows.flatMap((row) => samplesOfChunk(series, row));
  const early = foldable(tail, before);
  const folding = joinSamples(samplesIn(opened.filter((row) => row['loose'])), early).filter(isBefore(before));
  if (folding.length < foldSamplesMin) return undefined;
  const all = joinSamples(samplesIn(opened), early);
  const made = rowsOfChunks(key, all.filter(isBefore(before)), { made: tail.chunks, loose: false });
  const staying = all.filter((sample) => !isBefore(before)(sample));
  const left = rowsOfChunks(key, staying, { made: tail.chunks + made.length, loose: true });
  return {
    tail: {
      held: samplesOfTail(tail).filter((sample) => !early.some((one) => compareSamples(one, sample) === 0)),
      chunks: tail.chunks + made.length + left.length,
      until: Math.max(tail.until, latest(folding)),
      loose: left.length > 0 || open.length === chunksAtOnce || open.some((row) => row['loose'] && !opened.includes(row)),
    },
    gone: opened.map(({ last, number }) => ({ series: key, last: whole(Number(last)), number: whole(Number(number)) })),
    made: [...made, ...left],
    samples: folding.length,
  };
};

type FoldedPast = { readonly past: Past; readonly left: Omit<Left, 'pasts'>; readonly samples: number; readonly isDone: boolean };

const foldPast = async ({ run, space, before }: Step, kept: Kept): Promise<FoldedPast | undefined> => {
  const named = namesOf(kept, before);
  if (named.length === 0) return undefined;
  const opening = { before: whole(before), full: whole(chunkSamplesMax), limit: whole(chunksAtOnce) };
  const chunked = named.filter(({ tail }) => tail.chunks > 0).map(({ key }) => key);
  const rows = Map.groupBy(chunked.length === 0 ? [] : await run(openChunks(space, chunked, opening)), ({ key }) => String(key));
  const folded = new Map(
    named.flatMap((one) => {
      const result = foldSeries(one, rows.get(one.key) ?? [], before);
      return result ? [[one.series, result] as const] : [];
    }),
  );
  if (folded.size === 0) return undefined;
  const all = [...folded.values()];
  return {
    past: new Map([...kept.past].map(([series, tail]) => [series, folded.get(series)?.tail ?? tail])),
    left: { gone: all.flatMap(({ gone }) => gone), made: all.flatMap(({ made }) => made) },
    samples: all.reduce((sum, { samples }) => sum + samples, 0),
    isDone: [...rows.values()].every(({ length }) => length < chunksAtOnce),
  };
};

/** Where a step has done enough, the past that it ended with is looked at again by the next one. */
export const foldStep = async (step: Step, kept: readonly Kept[]): Promise<Stepped> => {
  let samples = 0;
  for (const [index, one] of kept.entries()) {
    const folded = await foldPast(step, one);
    if (!folded) continue;
    await leave(step, { ...folded.left, pasts: [{ id: one.id, past: folded.past }] });
    samples += folded.samples;
    if (!folded.isDone || samples >= foldedAtOnce) return { samples, done: index };
  }
  return { samples, done: kept.length };
};
