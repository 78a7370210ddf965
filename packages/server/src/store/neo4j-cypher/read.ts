/**
 * Cypher of questions by name: twins by id, links, changes, joins, registers.
 */
import type { Direction, Moment } from '@cityweave/core';
import { type Cypher, cypher, type Space, steady } from './space.ts';

export const readHead = ({ register }: Space): Cypher =>
  steady(`MATCH (h:${register}) WHERE h.key = 'head' RETURN h.seq AS seq, h.oldest AS oldest, h.writes AS writes`);

export const readTwins = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN collect(t.doc) AS docs`, { ids });

export const readShapes = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} AND t.shapes IS NOT NULL RETURN t.id AS id, t.shapes AS doc`, { ids });

export const resolveIds = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN t.id AS key, t.id AS id`, { ids });

export type Resolving = { readonly keys: readonly string[]; readonly scheme: string | undefined; readonly limit: unknown };

/** Of each key so many twins, the first by their ids; alternative keys of one scheme where it is given. */
export const resolveKeys = ({ identifier, knownAs, twin }: Space, { keys, scheme, limit }: Resolving): Cypher => {
  const ofScheme = scheme === undefined ? '' : " AND (i.scheme = $scheme OR i.key STARTS WITH 'object:')";
  return steady(
    `UNWIND $keys AS key CALL (key) { MATCH (i:${identifier})<-[:${knownAs}]-(t:${twin}) WHERE i.key = key${ofScheme} RETURN DISTINCT t.id AS id ORDER BY id LIMIT $limit }
RETURN key, id`,
    { keys, limit, ...(scheme !== undefined && { scheme }) },
  );
};

export type Frontier = { readonly ids: readonly string[]; readonly kinds: readonly string[] | undefined; readonly limit: unknown };

/** Of what was, no version is told. */
const linksTold = (version: 'l.version' | 'null') =>
  `RETURN collect([l.id, l.kind, startNode(l).id, endNode(l).id, l.source, l.recordedAt, l.evidence, l.observedAt, ${version}]) AS links`;

const arrows = { out: ['-', '->'], in: ['<-', '-'], both: ['-', '-'] } as const;

/** Links met on a walk of so many hops from a frontier, each once, as one row. Whatever is reached is walked on from once only, so that circles end. */
export const readLinks = (
  { end, link }: Space,
  { ids, kinds, limit, direction, depth }: Frontier & { readonly direction: Direction; readonly depth: number },
): Cypher => {
  const [from, to] = arrows[direction];
  const ofKinds = kinds ? ' WHERE l.kind IN $kinds' : '';
  const walked = depth === 1 ? '' : ` MATCH (a) (()${from}[l:${link}${ofKinds}]${to}()){0,${depth - 1}} (n) WITH DISTINCT n`;
  const start = walked === '' ? 'n' : 'a';
  const text = `MATCH (${start}:${end}) USING INDEX ${start}:${end}(id) WHERE ${start}.id IN $ids${walked}
MATCH (n)${from}[l:${link}]${to}()${ofKinds} WITH DISTINCT l LIMIT $limit ${linksTold('l.version')}`;
  return steady(text, { ids, ...(kinds && { kinds }), limit });
};

const conditionsOf = (...conditions: readonly (string | undefined)[]): string => {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length > 0 ? ` WHERE ${given.join(' AND ')}` : '';
};

/** `near` is the end that stands in the frontier: of each twin so many, by kind and far end. */
const linksOfEach = ({ end, link }: Space, near: 'a' | 'b', where: string): string =>
  `MATCH (${near}:${end}) USING INDEX ${near}:${end}(id) WHERE ${near}.id IN $ids
CALL (${near}) { MATCH (a)-[l:${link}]->(b)${where} RETURN l, ${near === 'a' ? 'b' : 'a'}.id AS far ORDER BY l.kind, far LIMIT $limit }`;

export type Signed = Frontier & { readonly evidence?: readonly string[] | undefined };

/** One hop for a whole frontier, one way. */
export const readLinksOfEach = (space: Space, near: 'a' | 'b', { ids, kinds, evidence, limit }: Signed): Cypher => {
  const where = conditionsOf(kinds && 'l.kind IN $kinds', evidence && 'any(sign IN $evidence WHERE l.evidence STARTS WITH sign)');
  return steady(`${linksOfEach(space, near, where)} ${linksTold('l.version')}`, { ids, ...(kinds && { kinds }), ...(evidence && { evidence }), limit });
};

/** The same of links that were there at a moment, and of which nothing else was ever said. */
export const readLinksThen = (space: Space, near: 'a' | 'b', { ids, kinds, limit, moment }: Frontier & { readonly moment: Moment }): Cypher => {
  const where = conditionsOf(
    kinds && 'l.kind IN $kinds',
    `l.recordedAt <= $known AND coalesce(l.observedAt, l.recordedAt) <= $valid
AND NOT EXISTS { MATCH (p:${space.past}) WHERE p.src = a.id AND p.dst = b.id AND p.kind = l.kind }`,
  );
  return cypher(`${linksOfEach(space, near, where)} ${linksTold('null')}`, { ids, ...(kinds && { kinds }), valid: moment.valid, known: moment.known, limit });
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

export const readKindsOf = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN t.id AS id, t.kind AS kind`, { ids });

export const readTerms = ({ register }: Space): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key STARTS WITH 'term:' RETURN r.kind AS kind, r.term AS term, r.unit AS unit ORDER BY kind, term`);

/** The head of the log as it was before, and those of its nodes that hold the changes after `since` or after the oldest that is kept, in one row. A node ends less than `most` changes after it begins. */
export const readLog = ({ register, log }: Space, since: unknown, { limit, most }: { readonly limit: unknown; readonly most: unknown }): Cypher =>
  steady(
    `MATCH (h:${register}) WHERE h.key = 'head' WITH h.seq AS head, h.oldest AS oldest, CASE WHEN h.oldest > $since THEN h.oldest ELSE $since END AS after
CALL (head, after) { MATCH (c:${log}) WHERE c.last > after AND c.last < after + $limit + $most AND c.first <= after + $limit AND c.last <= head WITH c ORDER BY c.last
RETURN collect([c.first, c.doc]) AS log } RETURN head, oldest, after, log`,
    { since, limit, most },
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
