/**
 * Cypher of questions by name: twins by id, links, changes, joins, registers.
 */
import type { Moment } from '@cityweave/core';
import { twinText } from './find.ts';
import { type Cypher, cypher, type Space, steady } from './space.ts';

export const readHead = ({ register }: Space): Cypher => steady(`MATCH (h:${register}) WHERE h.key = 'head' RETURN h.seq AS seq, h.oldest AS oldest`);

export const readTwins = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN collect(${twinText}) AS docs`, { ids });

export const readShapes = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} AND t.shapes IS NOT NULL RETURN t.id AS id, t.shapes AS doc`, { ids });

export const resolveIds = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN t.id AS key, t.id AS id, null AS scheme`, { ids });

export const resolveKeys = ({ identifier, knownAs, twin }: Space, keys: readonly string[]): Cypher =>
  steady(`MATCH (i:${identifier})<-[:${knownAs}]-(t:${twin}) WHERE i.key IN $keys RETURN i.key AS key, t.id AS id, i.scheme AS scheme ORDER BY id`, { keys });

const linkColumns =
  'l.id AS id, l.kind AS kind, a.id AS `from`, b.id AS `to`, l.source AS source, l.recordedAt AS recordedAt, l.evidence AS evidence, l.observedAt AS observedAt';

export type Frontier = { readonly ids: readonly string[]; readonly kinds: readonly string[] | undefined; readonly limit: unknown; readonly moment?: Moment };

/** One hop for a whole frontier; `near` is the end that stands in it. With a moment, links that were there then and of which nothing else was ever said. */
export const readLinks = ({ end, link, past }: Space, near: 'a' | 'b', { ids, kinds, limit, moment }: Frontier): Cypher => {
  const ofKinds = kinds ? ' AND l.kind IN $kinds' : '';
  const then = ` AND l.recordedAt <= $known AND coalesce(l.observedAt, l.recordedAt) <= $valid
AND NOT EXISTS { MATCH (p:${past}) WHERE p.src = a.id AND p.dst = b.id AND p.kind = l.kind }`;
  const text = `MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE ${near}.id IN $ids${ofKinds}${moment ? then : ''} RETURN ${linkColumns} LIMIT $limit`;
  return cypher(text, { ids, ...(kinds && { kinds }), ...(moment && { valid: moment.valid, known: moment.known }), limit });
};

/** Twins of this agency at either end of a link of the kind, and where asked for those that name an object. */
export const countIdentities = ({ identifier, knownAs, twin, link, end }: Space, of: { readonly objects: boolean; readonly kind: string }): Cypher => {
  const objects = `MATCH (i:${identifier})<-[:${knownAs}]-(t:${twin}) WHERE i.key STARTS WITH 'object:' RETURN t`;
  const ends = [`(t:${twin})-[l:${link}]->(:${end})`, `(t:${twin})<-[l:${link}]-(:${end})`].map(
    (pattern) => `MATCH ${pattern} USING INDEX l:${link}(kind) WHERE l.kind = $kind RETURN t`,
  );
  return cypher(`CALL () { ${[...(of.objects ? [objects] : []), ...ends].join(' UNION ')} } RETURN count(t) AS twins`, { kind: of.kind });
};

export const readKinds = ({ register }: Space): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key STARTS WITH 'kind:' AND r.twins > 0 RETURN r.kind AS kind, r.twins AS twins ORDER BY kind`);

export const readTerms = ({ register }: Space): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key STARTS WITH 'term:' RETURN r.kind AS kind, r.term AS term, r.unit AS unit ORDER BY kind, term`);

/** The head of the log as it was before, and the changes after `since` or after the oldest that is kept, in one row. */
export const readChanges = ({ register, change }: Space, since: unknown, limit: unknown): Cypher =>
  steady(
    `MATCH (h:${register}) WHERE h.key = 'head' WITH h.seq AS head, h.oldest AS oldest, CASE WHEN h.oldest > $since THEN h.oldest ELSE $since END AS after
CALL (head, after) { MATCH (c:${change}) WHERE c.seq > after AND c.seq <= after + $limit AND c.seq <= head WITH c ORDER BY c.seq
RETURN collect([c.seq, c.id, c.op, c.at, c.link, c.kind]) AS changes } RETURN head, oldest, after, changes`,
    { since, limit },
  );

export const readRegister = ({ register }: Space, key: string): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key = $key RETURN r.seq AS seq, r.doc AS doc`, { key });

export type JoinPage = { readonly state: string | undefined; readonly agency: string | undefined; readonly after: string; readonly limit: unknown };

export const readJoins = ({ join }: Space, { state, agency, after, limit }: JoinPage): Cypher =>
  steady(
    `MATCH (j:${join}) WHERE j.key > $after${state === undefined ? '' : ' AND j.state = $state'}${agency === undefined ? '' : ' AND j.agency = $agency'}
RETURN j.key AS key, j.doc AS doc ORDER BY j.key LIMIT $limit`,
    { after, ...(state !== undefined && { state }), ...(agency !== undefined && { agency }), limit },
  );

export const countJoins = ({ join }: Space): Cypher => steady(`MATCH (j:${join}) WHERE j.key > '' RETURN j.state AS state, count(j) AS joins`);

export const readSource = ({ twin }: Space, source: string, page: { readonly after: string; readonly limit: unknown }): Cypher =>
  steady(
    `MATCH (t:${twin}) WHERE t.source = $source AND t.id > $after
RETURN t.id AS id, coalesce(t.digest, '') AS digest ORDER BY t.source, t.id LIMIT $limit`,
    { source, ...page },
  );
