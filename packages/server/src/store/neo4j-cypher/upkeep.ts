/**
 * Cypher of upkeep: series walked in the order of their keys, their samples folded into chunks or forgotten, many series a statement. Instants are milliseconds here.
 * A bound below all times makes an index with several columns the one that is taken.
 */
import { type Cypher, type Space, steady } from './space.ts';

const everything = -8_640_000_000_000_001;

/** `chunks` is how many were ever made of the series: their numbers. */
export const nextSeries = ({ series }: Space, page: { readonly after: string; readonly limit: unknown }): Cypher =>
  steady(
    `MATCH (s:${series}) WHERE s.key > $after
RETURN s.key AS key, s.name AS name, s.observed AS observed, s.recorded AS recorded, coalesce(s.chunks, 0) AS chunks ORDER BY s.key LIMIT $limit`,
    page,
  );

/** Those of the series that have at least so many samples from before. */
export const foldableSeries = ({ sample }: Space, keys: readonly string[], from: { readonly before: unknown; readonly least: unknown }): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (x:${sample}) WHERE x.series = key AND x.observed < $before AND x.recorded > ${everything} RETURN count(x) AS samples }
WITH key, samples WHERE samples >= $least RETURN key`,
    { keys, ...from },
  );

export const foldableSamples = ({ sample }: Space, key: string, { before, limit }: { readonly before: unknown; readonly limit: unknown }): Cypher =>
  steady(
    `MATCH (x:${sample}) WHERE x.series = $key AND x.observed < $before AND x.recorded > ${everything}
RETURN x.observed AS observed, x.recorded AS recorded, x.said AS said ORDER BY x.series, x.observed, x.recorded LIMIT $limit`,
    { key, before, limit },
  );

export const lastChunk = ({ chunk }: Space, key: string): Cypher =>
  steady(
    `MATCH (c:${chunk}) WHERE c.series = $key AND c.last > ${everything}
RETURN c.last AS last, c.number AS number, c.samples AS samples, c.bytes AS bytes ORDER BY c.series DESC, c.last DESC, c.number DESC LIMIT 1`,
    { key },
  );

export type ChunkName = { readonly series: string; readonly last: unknown; readonly number: unknown };

export const dropChunk = ({ chunk }: Space, name: ChunkName): Cypher =>
  steady(`MATCH (c:${chunk}) WHERE c.series = $series AND c.last = $last AND c.number = $number DELETE c`, name);

export const putChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row CREATE (c:${chunk} {series: row.series, number: row.number, first: row.first, last: row.last, known: row.known, samples: row.samples, bytes: row.bytes})`,
    { rows },
  );

/** Numbers of chunks that were made. */
export const noteChunks = ({ series }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (s:${series}) WHERE s.key = row.key SET s.chunks = row.chunks`, { rows });

export const dropSamples = ({ sample }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (x:${sample}) WHERE x.series = row.series AND x.observed = row.observed AND x.recorded = row.recorded DELETE x`, { rows });

/** Of each series the chunk that begins last before a time. */
export const chunksBefore = ({ chunk }: Space, keys: readonly string[], before: unknown): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything} AND c.first <= $before RETURN c ORDER BY c.first DESC LIMIT 1 }
RETURN key, c.bytes AS bytes`,
    { keys, before },
  );

/** Rows tell of each series what held: chunks that end before it. */
export const forgetChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.key AND c.last < row.observed
WITH c, c.samples AS samples DELETE c RETURN coalesce(sum(samples), 0) AS samples`,
    { rows },
  );

/** Of each series so many samples at once that came before what held. */
export const forgetSamples = ({ sample }: Space, rows: readonly object[], atOnce: unknown): Cypher =>
  steady(
    `UNWIND $rows AS row CALL (row) { MATCH (x:${sample}) WHERE x.series = row.key AND x.observed <= row.observed AND x.recorded > ${everything}
AND (x.observed < row.observed OR x.recorded < row.recorded) RETURN x LIMIT $atOnce } DELETE x RETURN count(*) AS samples`,
    { rows, atOnce },
  );

/** Of what is gone for good nothing has to be known. */
export const forgetGone = ({ sample, chunk }: Space, keys: readonly string[], before: unknown): Cypher =>
  steady(
    `UNWIND $keys AS key MATCH (x:${sample}) WHERE x.series = key AND x.observed <= $before AND x.recorded <= $before AND x.said IS NULL
AND NOT EXISTS { MATCH (o:${sample}) WHERE o.series = key AND o.observed > ${everything} AND o.recorded > ${everything} AND o <> x }
AND NOT EXISTS { MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything} }
DELETE x RETURN count(*) AS samples`,
    { keys, before },
  );

/** Series that have no sample any more. */
export const forgetSeries = ({ series, sample }: Space, keys: readonly string[]): Cypher =>
  steady(
    `UNWIND $keys AS key MATCH (s:${series}) WHERE s.key = key
AND NOT EXISTS { MATCH (x:${sample}) WHERE x.series = key AND x.observed > ${everything} AND x.recorded > ${everything} } DELETE s`,
    { keys },
  );
