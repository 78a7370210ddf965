/**
 * Samples and chunks of samples as properties of nodes and back.
 */
import { instantOfMs, msOfInstant, type Sample } from '@cityweave/core';
import { chunkSamplesMax, decodeChunk, encodeChunk } from '../history/chunk.ts';
import { whole } from '../neo4j-cypher/parameters.ts';

type Row = Readonly<Record<string, unknown>>;

export const seriesKey = (id: string, name: string): string => `${id}\u0000${name}`;

export const sampleOfRow = (series: string, { observed, recorded, said }: Row): Sample => ({
  series,
  observedAt: instantOfMs(Number(observed)),
  recordedAt: instantOfMs(Number(recorded)),
  ...(typeof said === 'string' && { said: JSON.parse(said) }),
});

export const rowOfSample = ({ observedAt, recordedAt, said }: Sample) => ({
  observed: whole(msOfInstant(observedAt)),
  recorded: whole(msOfInstant(recordedAt)),
  said: said ? JSON.stringify(said) : null,
});

/** Times tell samples of a series apart. */
export const spotOf = ({ observedAt, recordedAt }: Sample): string => `${observedAt}${recordedAt}`;

export const samplesOfChunk = (series: string, { bytes }: Row): readonly Sample[] => {
  const given = bytes as Int8Array; // branding: the driver gives bytes so
  return decodeChunk(series, new Uint8Array(given.buffer, given.byteOffset, given.byteLength));
};

/** Samples in their order as chunks of a series; `made` is how many it had before. */
export const rowsOfChunks = (key: string, samples: readonly Sample[], made: number) =>
  Array.from({ length: Math.ceil(samples.length / chunkSamplesMax) }, (_, index) => {
    const { first, last, known, samples: count, bytes } = encodeChunk(samples.slice(index * chunkSamplesMax, (index + 1) * chunkSamplesMax));
    const numbers = { number: whole(made + index + 1), first: whole(first), last: whole(last), known: whole(known), samples: whole(count) };
    return { series: key, ...numbers, bytes: new Int8Array(bytes) };
  });
