/**
 * Cypher of history: series by twin and name with their last sample, recent samples as nodes, older ones folded into chunks. Instants are milliseconds here.
 */
import { type Cypher, type Space, steady } from './space.ts';

/** Keys of series begin with the id of their twin. */
export const loadSeries = ({ series }: Space, beginnings: readonly string[]): Cypher =>
  steady(
    `UNWIND $beginnings AS beginning MATCH (s:${series}) WHERE s.key STARTS WITH beginning
RETURN s.id AS id, s.name AS name, s.observed AS observed, s.recorded AS recorded, s.said AS said`,
    { beginnings },
  );

export const putSeries = ({ series }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MERGE (s:${series} {key: row.key})
SET s.id = row.id, s.name = row.name, s.observed = row.observed, s.recorded = row.recorded, s.said = row.said,
  s.src = coalesce(row.src, s.src), s.kind = coalesce(row.kind, s.kind), s.dst = coalesce(row.dst, s.dst)`,
    { rows },
  );

/** Of two samples that are one the later given stays. */
export const putSamples = ({ sample }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (x:${sample} {series: row.series, observed: row.observed, recorded: row.recorded}) SET x.said = row.said`, { rows });

export type Span = { readonly from: unknown; readonly fromRecorded: unknown; readonly to: unknown; readonly known: unknown; readonly limit: unknown };

const sampleColumns = 'x.observed AS observed, x.recorded AS recorded, x.said AS said';

export const readSamples = ({ sample }: Space, key: string, span: Span): Cypher =>
  steady(
    `MATCH (x:${sample}) WHERE x.series = $key AND x.observed >= $from AND x.observed <= $to
AND x.recorded <= $known AND (x.observed > $from OR x.recorded >= $fromRecorded)
RETURN ${sampleColumns} ORDER BY x.series, x.observed, x.recorded LIMIT $limit`,
    { key, ...span },
  );

export const readChunks = ({ chunk }: Space, key: string, { from, to, known }: Pick<Span, 'from' | 'to' | 'known'>): Cypher =>
  steady(
    `MATCH (c:${chunk}) WHERE c.series = $key AND c.last >= $from AND c.first <= $to AND c.known <= $known
RETURN c.first AS first, c.bytes AS bytes ORDER BY c.first, c.number`,
    { key, from, to, known },
  );

/** Series of links at twins; `near` is the end that is asked of. */
export const seriesAt = (
  { series }: Space,
  near: 'src' | 'dst',
  { ids, kinds }: { readonly ids: readonly string[]; readonly kinds: readonly string[] | undefined },
): Cypher => steady(`MATCH (s:${series}) WHERE s.${near} IN $ids${kinds ? ' AND s.kind IN $kinds' : ''} RETURN s.key AS key`, { ids, ...(kinds && { kinds }) });

export type At = { readonly valid: unknown; readonly known: unknown };

/** The sample of each series that held, among those that are not folded. */
export const samplesAt = ({ sample }: Space, keys: readonly string[], at: At): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (x:${sample}) WHERE x.series = key AND x.observed <= $valid AND x.recorded <= $known
RETURN x ORDER BY x.series DESC, x.observed DESC, x.recorded DESC LIMIT 1 } RETURN key, ${sampleColumns}`,
    { keys, ...at },
  );

/** The chunk of each series that comes after `skipped` others, the latest first. */
export const chunksAt = ({ chunk }: Space, keys: readonly string[], { skipped, ...at }: At & { readonly skipped: unknown }): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { MATCH (c:${chunk}) WHERE c.series = key AND c.last > -8640000000000001 AND c.first <= $valid AND c.known <= $known
RETURN c ORDER BY c.series DESC, c.last DESC, c.number DESC SKIP $skipped LIMIT 1 } RETURN key, c.last AS last, c.bytes AS bytes`,
    { keys, skipped, ...at },
  );
