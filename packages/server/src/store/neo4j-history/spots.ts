/**
 * Spots: samples of one series from its chunks and its tail, each place in the two times once, and each sample made only when it is told.
 */
import { msOfInstant, type Sample } from '@cityweave/core';
import { openChunk } from '../history/chunk.ts';
import { holdsTimes, type Span } from '../history/span.ts';
import type { Asker } from '../neo4j/find.ts';
import type { Row } from '../neo4j/save.ts';
import { readChunks } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { bytesOf } from './samples.ts';
import { samplesOfTail, type Tail } from './tails.ts';

export type Named = { readonly key: string; readonly series: string; readonly tail: Tail };

/** Chunks of a series that came with its past, the first of its span: so many were asked for. */
export type Begun = { readonly key: string; readonly chunks: readonly Row[]; readonly asked: number };

type Spot = { readonly observed: number; readonly recorded: number; readonly number: number; readonly make: () => Sample };

const aboveAllChunks = Number.POSITIVE_INFINITY;

export const boundsOf = ({ from, to, known }: Span) => ({ from: whole(from), to: whole(to), known: whole(known) });

/** Of two samples that are one the later made chunk tells, and before all chunks the tail, which was said last. */
const createSpots = (span: Span) => {
  const spots = new Map<string, Spot>();
  const note = (spot: Spot): void => {
    const name = `${spot.observed} ${spot.recorded}`;
    if (holdsTimes(span, spot.observed, spot.recorded) && spot.number >= (spots.get(name)?.number ?? 0)) spots.set(name, spot);
  };
  /** Whether nothing that begins then or later can be told any more. */
  const isEnough = (first: number): boolean => spots.size > span.limit && [...spots.values()].filter(({ observed }) => observed < first).length > span.limit;
  const told = (): readonly Sample[] =>
    [...spots.values()]
      .toSorted((a, b) => a.observed - b.observed || a.recorded - b.recorded)
      .slice(0, span.limit)
      .map(({ make }) => make());
  return { note, isEnough, told };
};

/** Chunks in the order of when they begin, until it is enough. */
const looking =
  ({ note, isEnough }: ReturnType<typeof createSpots>, series: string, to: number) =>
  (row: Row): boolean => {
    if (isEnough(Number(row['first']))) return true;
    const [number, chunk] = [Number(row['number']), openChunk(series, bytesOf(row), to)];
    for (const [index, observed] of chunk.observed.entries()) note({ observed, recorded: chunk.recorded[index] ?? 0, number, make: () => chunk.sample(index) });
    return false;
  };

export const samplesIn = async (
  { reading, space }: Asker,
  { key, series, tail }: Named,
  { span, begun }: { readonly span: Span; readonly begun?: Begun | undefined },
): Promise<readonly Sample[]> => {
  const spots = createSpots(span);
  const look = looking(spots, series, span.to);
  const known = begun?.key === key ? begun : { chunks: [], asked: 0 };
  const isDone = tail.chunks === 0 || known.chunks.some(look) || known.chunks.length < known.asked;
  if (!isDone) await reading.each(readChunks(space, key, boundsOf(span)), look);
  for (const sample of samplesOfTail(tail))
    spots.note({ observed: msOfInstant(sample.observedAt), recorded: msOfInstant(sample.recordedAt), number: aboveAllChunks, make: () => sample });
  return spots.told();
};
