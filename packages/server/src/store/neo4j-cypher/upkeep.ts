/**
 * Cypher of upkeep: pasts walked in the order of their keys, their samples folded into chunks or forgotten, many series a statement. Instants are milliseconds here.
 * A bound below all times makes an index with several columns the one that is taken.
 */
import { type Cypher, type Space, steady } from './space.ts';

const everything = -8_640_000_000_000_001;

export const nextPasts = ({ past }: Space, page: { readonly after: string; readonly limit: unknown }): Cypher =>
  steady(`MATCH (p:${past}) WHERE p.key > $after RETURN p.key AS id, p.doc AS doc ORDER BY p.key LIMIT $limit`, page);

export const dropPasts = ({ past }: Space, ids: readonly string[]): Cypher => steady(`UNWIND $ids AS id MATCH (p:${past}) WHERE p.key = id DELETE p`, { ids });

export type Opening = { readonly before: unknown; readonly full: unknown; readonly limit: unknown };

/** Of each series the chunks that are loose and begin before a time, the earliest first, and those that are not full. */
export const openChunks = ({ chunk }: Space, keys: readonly string[], opening: Opening): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything}
AND ((c.loose AND c.first < $before) OR (c.loose IS NULL AND c.samples < $full)) RETURN c ORDER BY c.series, c.last LIMIT $limit }
RETURN key, c.last AS last, c.number AS number, coalesce(c.loose, false) AS loose, c.bytes AS bytes ORDER BY number`,
    { keys, ...opening },
  );

export const dropChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.series AND c.last = row.last AND c.number = row.number DELETE c`, { rows });

export const putChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row CREATE (c:${chunk} {series: row.series, number: row.number, first: row.first, last: row.last, known: row.known, samples: row.samples, loose: row.loose, bytes: row.bytes})`,
    { rows },
  );

/** Of each series the chunk that begins last before a time. */
export const chunksBefore = ({ chunk }: Space, keys: readonly string[], before: unknown): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything} AND c.first <= $before RETURN c ORDER BY c.first DESC LIMIT 1 }
RETURN key, c.bytes AS bytes`,
    { keys, before },
  );

/** Rows tell of each series when that was observed which held: chunks that end before it go. */
export const forgetChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.key AND c.last < row.observed
WITH c, c.samples AS samples DELETE c RETURN coalesce(sum(samples), 0) AS samples`,
    { rows },
  );

/** Series that have chunks. */
export const chunkedSeries = ({ chunk }: Space, keys: readonly string[]): Cypher =>
  steady(`UNWIND $keys AS key MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything} RETURN DISTINCT key`, { keys });
