/**
 * Cypher of history: one node for all that was said before of a twin or a link and is not folded, and chunks of what is. Instants are milliseconds here.
 */
import { type Cypher, type Space, steady } from './space.ts';

const beforeAll = -8_640_000_000_000_001;

export const loadPasts = ({ past }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (p:${past}) WHERE p.key IN $ids RETURN p.key AS id, p.doc AS doc`, { ids });

/** Those of links are given their ends and kinds, those of what is gone the version that it ended with. */
export const putPasts = ({ past }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (p:${past} {key: row.id}) SET p += row.properties`, { rows });

/** Twins and what was said of them before, in one row. */
export const readPasts = ({ end, twin, past }: Space, ids: readonly string[]): Cypher =>
  steady(
    `MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} WITH collect(t.doc) AS docs
CALL (docs) { MATCH (p:${past}) WHERE p.key IN $ids RETURN collect([p.key, p.doc]) AS pasts } RETURN docs, pasts`,
    { ids },
  );

export type Span = { readonly from: unknown; readonly to: unknown; readonly known: unknown };

const chunksIn = ({ chunk }: Space): string => `MATCH (c:${chunk}) WHERE c.series = $key AND c.last >= $from AND c.first <= $to AND c.known <= $known`;

/** A twin, what was said of it before, and the first chunks of one series, in one row. A past is read before its chunks: what is folded meanwhile is told by either. */
export const readPastWithChunks = (space: Space, id: string, page: Span & { readonly key: string; readonly limit: unknown }): Cypher => {
  const { end, twin, past } = space;
  const chunks = `${chunksIn(space)} WITH c ORDER BY c.first, c.number LIMIT $limit RETURN collect([c.first, c.number, c.bytes]) AS chunks`;
  return steady(
    `CALL () { MATCH (t:${end}) WHERE t.id = $id AND t:${twin} RETURN collect(t.doc) AS docs }
CALL (docs) { MATCH (p:${past}) WHERE p.key = $id RETURN collect([p.key, p.doc]) AS pasts }
CALL (pasts) { ${chunks} } RETURN docs, pasts, chunks`,
    { id, ...page },
  );
};

export type Then = { readonly valid: unknown; readonly known: unknown };

/** Of a series the chunks that began by then and hold something that was known by then, the latest first. */
const chunksThen = ({ chunk }: Space, key: string): string =>
  `MATCH (c:${chunk}) WHERE c.series = ${key} AND c.last > ${beforeAll} AND c.first <= $valid AND c.known <= $known WITH c ORDER BY c.series DESC, c.last DESC, c.number DESC`;

/** The same, and of each series the latest chunk that may tell what held then, with when the one before it ends. A past is read before its chunks: what is folded meanwhile is told by either. */
export const readPastsThen = (space: Space, ids: readonly string[], then: Then & { readonly joint: string }): Cypher => {
  const { end, twin, past } = space;
  const latest = `CALL (key, name) { ${chunksThen(space, 'key + $joint + name')} LIMIT 2 RETURN collect(c) AS latest } WITH name, latest WHERE size(latest) > 0`;
  const chunks = `CALL (key, names) { UNWIND names AS name ${latest} RETURN collect([name, latest[0].number, latest[0].last, latest[0].bytes, latest[1].last]) AS chunks }`;
  return steady(
    `MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} WITH collect(t.doc) AS docs
CALL (docs) { MATCH (p:${past}) WHERE p.key IN $ids WITH p.key AS key, p.doc AS doc, p.chunked AS names ${chunks} RETURN collect([key, doc, chunks]) AS pasts } RETURN docs, pasts`,
    { ids, ...then },
  );
};

export type PastLinksPage = {
  /** twins, each with the kind and the far end after which its page begins */
  readonly rows: readonly { readonly id: string; readonly kind: string; readonly far: string }[];
  readonly kinds: readonly string[] | undefined;
  readonly limit: unknown;
};

/** What was said before of links at twins, of each a page by kind and far end; `near` is the end that is asked of. */
export const readPastLinks = ({ past }: Space, near: 'src' | 'dst', { rows, kinds, limit }: PastLinksPage): Cypher => {
  const far = near === 'src' ? 'dst' : 'src';
  return steady(
    `UNWIND $rows AS row CALL (row) { MATCH (p:${past}) WHERE p.${near} = row.id AND (p.kind > row.kind OR (p.kind = row.kind AND p.${far} > row.far))${kinds ? ' AND p.kind IN $kinds' : ''}
RETURN p ORDER BY p.kind, p.${far} LIMIT $limit } RETURN row.id AS near, p.kind AS kind, p.${far} AS far, p.key AS id, p.doc AS doc`,
    { rows, limit, ...(kinds && { kinds }) },
  );
};

export type PastPage = { readonly after: string; readonly series: readonly string[] | undefined; readonly limit: unknown };

/** Twins of which something was said before, in one of the series where they are named, in the order of their ids. */
export const readWithPast = ({ past }: Space, { series, ...page }: PastPage): Cypher => {
  const isWanted = series ? 'any(name IN $series WHERE name IN p.names)' : 'p.src IS NULL';
  return steady(`MATCH (p:${past}) WHERE p.key > $after AND ${isWanted} RETURN p.key AS id ORDER BY p.key LIMIT $limit`, {
    ...page,
    ...(series && { series }),
  });
};

export const readChunks = (space: Space, key: string, span: Span): Cypher =>
  steady(`${chunksIn(space)} RETURN c.first AS first, c.number AS number, c.bytes AS bytes ORDER BY c.first, c.number`, { key, ...span });

export type KeyedSpan = { readonly key: string; readonly from: unknown; readonly to: unknown };

/** Of series the chunks that reach into a time, those made first first. */
export const chunksOver = ({ chunk }: Space, rows: readonly KeyedSpan[]): Cypher =>
  steady(
    `UNWIND $rows AS row CALL (row) { MATCH (c:${chunk}) WHERE c.series = row.key AND c.last >= row.from AND c.first <= row.to RETURN c }
RETURN row.key AS key, c.bytes AS bytes ORDER BY row.key, c.number`,
    { rows },
  );

/** Of each series some chunks after `skipped` others. */
export const chunksAt = (space: Space, keys: readonly string[], at: Then & { readonly skipped: unknown; readonly limit: unknown }): Cypher =>
  steady(
    `UNWIND $keys AS key CALL (key) { ${chunksThen(space, 'key')} SKIP $skipped LIMIT $limit RETURN c } RETURN key, c.number AS number, c.last AS last, c.bytes AS bytes`,
    {
      keys,
      ...at,
    },
  );
