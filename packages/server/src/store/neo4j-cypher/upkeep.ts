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

/**
 * Of each series the chunks that are loose and begin before a time, the earliest first, and those that are not full.
 * `over` is where the others are that lie in time over one that was made before them.
 */
export const openChunks = ({ chunk }: Space, keys: readonly string[], opening: Opening): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything}
AND ((c.loose AND c.first < $before) OR (c.loose IS NULL AND c.samples < $full)) RETURN c ORDER BY c.series, c.last LIMIT $limit }
WITH key, collect(c) AS open, min(c.first) AS first, min(c.number) AS number
CALL (key, open, first, number) { MATCH (o:${chunk}) WHERE o.series = key AND o.last >= first AND o.number > number AND NOT o IN open RETURN collect([o.number, o.first, o.last]) AS others }
UNWIND open AS c
RETURN key, c.first AS first, c.last AS last, c.number AS number, coalesce(c.loose, false) AS loose, c.bytes AS bytes, others ORDER BY number`,
    { keys, ...opening },
  );

export const dropChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.series AND c.last = row.last AND c.number = row.number DELETE c`, { rows });

export const putChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row CREATE (c:${chunk} {series: row.series, number: row.number, first: row.first, last: row.last, known: row.known, samples: row.samples, loose: row.loose, bytes: row.bytes})`,
    { rows },
  );

/** Rows tell of each series when that was observed which held: chunks that end before it go. */
export const forgetChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.key AND c.last < row.observed
WITH c, c.samples AS samples DELETE c RETURN coalesce(sum(samples), 0) AS samples`,
    { rows },
  );

/** Of each series some of the chunks that then were begun and not over, the earliest first. */
export const chunksOver = ({ chunk }: Space, rows: readonly object[], limit: unknown): Cypher =>
  steady(
    `UNWIND $rows AS row CALL (row) { MATCH (c:${chunk}) WHERE c.series = row.key AND c.last >= row.observed AND c.first <= row.observed RETURN c ORDER BY c.first LIMIT $limit }
RETURN row.key AS key, c.last AS last, c.number AS number, c.bytes AS bytes`,
    { rows, limit },
  );

/** What is left of them; they keep their numbers. */
export const cutChunks = ({ chunk }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (c:${chunk}) WHERE c.series = row.series AND c.last = row.last AND c.number = row.number SET c += row.properties`, {
    rows,
  });

/** Series that have chunks. */
export const chunkedSeries = ({ chunk }: Space, keys: readonly string[]): Cypher =>
  steady(`UNWIND $keys AS key MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${everything} RETURN DISTINCT key`, { keys });
