/**
 * Cypher of moving a store: its parts page by page, in the order of their keys.
 */
import { type Cypher, type Space, steady } from './space.ts';

export type Page<K extends string> = { readonly [key in K]: string } & { readonly limit: unknown };

export const unloadTwins = ({ end, twin }: Space, page: Page<'id'>): Cypher =>
  steady(
    `MATCH (t:${end}) WHERE t.id > $id AND t:${twin}
RETURN t.id AS id, t.doc AS doc, t.source AS source, t.digest AS digest, t.shapes AS shapes ORDER BY t.id LIMIT $limit`,
    page,
  );

/** Ends are walked in the order of their ids; those of one end are sorted. */
export const unloadLinks = ({ end, link }: Space, page: Page<'from' | 'kind' | 'to'>): Cypher =>
  steady(
    `MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE a.id >= $from AND (a.id > $from OR l.kind > $kind OR (l.kind = $kind AND b.id > $to))
RETURN l.id AS id, l.kind AS kind, a.id AS \`from\`, b.id AS \`to\`, l.source AS source, l.recordedAt AS recordedAt, l.evidence AS evidence, l.observedAt AS observedAt, l.version AS version
ORDER BY a.id, l.kind, b.id LIMIT $limit`,
    page,
  );

/** Registers whose keys begin so. */
export const unloadRegisters = ({ register }: Space, beginning: string, page: Page<'key'>): Cypher =>
  steady(
    `MATCH (r:${register}) WHERE r.key STARTS WITH $beginning AND r.key > $key
RETURN r.key AS key, r.seq AS seq, r.doc AS doc ORDER BY r.key LIMIT $limit`,
    { beginning, ...page },
  );

/** Few enough to be sorted. */
export const unloadTerms = ({ register }: Space, page: Page<'kind' | 'term'>): Cypher =>
  steady(
    `MATCH (r:${register}) WHERE r.key STARTS WITH 'term:' AND (r.kind > $kind OR (r.kind = $kind AND r.term > $term))
RETURN r.kind AS kind, r.term AS term, r.unit AS unit ORDER BY r.kind, r.term LIMIT $limit`,
    page,
  );

export const unloadGone = ({ past }: Space, page: Page<'key'>): Cypher =>
  steady(`MATCH (p:${past}) WHERE p.key > $key AND p.version IS NOT NULL RETURN p.key AS key, p.version AS version ORDER BY p.key LIMIT $limit`, page);

export const unloadPasts = ({ past }: Space, page: Page<'key'>): Cypher =>
  steady(`MATCH (p:${past}) WHERE p.key > $key RETURN p.key AS key, p.names AS names ORDER BY p.key LIMIT $limit`, page);
