/**
 * Samples in chunks as properties of nodes and back.
 */
import type { Sample } from '@cityweave/core';
import { chunkSamplesMax, decodeChunk, encodeChunk, sampleOfChunkAt, samplesOfChunkThen } from '../history/chunk.ts';
import { whole } from '../neo4j-cypher/parameters.ts';

type Row = Readonly<Record<string, unknown>>;

export const joint = '\u0000';

export const seriesKey = (id: string, name: string): string => `${id}${joint}${name}`;

export const bytesOf = ({ bytes }: Row): Uint8Array => {
  const given = bytes as Int8Array; // branding: the driver gives bytes so
  return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
};

export const samplesOfChunk = (series: string, row: Row): readonly Sample[] => decodeChunk(series, bytesOf(row));

/** The sample of a chunk that held at a moment in milliseconds; no other one is made. */
export const sampleInChunk = (series: string, row: Row, at: Parameters<typeof sampleOfChunkAt>[2]): Sample | undefined =>
  sampleOfChunkAt(series, bytesOf(row), at);

/** Those that were observed at one of some times in milliseconds. */
export const samplesInChunk = (series: string, row: Row, times: ReadonlySet<number>): readonly Sample[] => samplesOfChunkThen(series, bytesOf(row), times);

/** What a chunk says of itself, beside its number. */
export const propertiesOfChunk = (samples: readonly Sample[]) => {
  const { first, last, known, samples: count, bytes } = encodeChunk(samples);
  return { first: whole(first), last: whole(last), known: whole(known), samples: whole(count), bytes: new Int8Array(bytes) };
};

export type ChunkRow = Readonly<Record<'series' | 'number' | 'first' | 'last' | 'known' | 'samples' | 'loose' | 'bytes', unknown>>;

/** Samples in their order as chunks of a series; `made` is how many it had before. What is loose is still to be folded. */
export const rowsOfChunks = (
  key: string,
  samples: readonly Sample[],
  { made, loose }: { readonly made: number; readonly loose: boolean },
): readonly ChunkRow[] =>
  Array.from({ length: Math.ceil(samples.length / chunkSamplesMax) }, (_, index) => {
    const properties = propertiesOfChunk(samples.slice(index * chunkSamplesMax, (index + 1) * chunkSamplesMax));
    return { series: key, number: whole(made + index + 1), loose: loose || null, ...properties };
  });
