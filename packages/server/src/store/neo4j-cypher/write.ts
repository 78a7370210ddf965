/**
 * Cypher of the writing side: what a batch loads under the lock, and what it saves. Rows come sorted by id; a whole batch is one transaction.
 */
import { type Cypher, type Space, steady } from './space.ts';

/**
 * Taken first in every transaction that writes: isolation is read-committed, so a version that was read before the lock may be another one after it.
 * The property is written and removed only to lock the node; the lock is held until the commit. How often it was taken is counted.
 */
const locked = ({ register }: Space): string =>
  `MATCH (h:${register}) WHERE h.key = 'head' SET h.lock = true REMOVE h.lock SET h.writes = coalesce(h.writes, 0) + 1`;

export const lockHead = (space: Space): Cypher => steady(`${locked(space)} RETURN h.seq AS seq, h.oldest AS oldest, h.schema AS schema`);

/** What a batch may look at: keys of registers, ids of twins, keys of pasts, ids of twins with all their links, ids of links, beginnings of the keys of joins, ends and kinds of links. */
export type Sought = Readonly<Record<'registers' | 'twins' | 'pasts' | 'linked' | 'links' | 'joins', readonly string[]>> & {
  readonly between: readonly object[];
};

/** Links come as `linkOf` takes them. */
const seekingIn = ({ end, twin, link, past, join, register }: Space): Readonly<Record<keyof Sought, string>> => {
  const [found, ends] = [`MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE`, 'RETURN a, l, b'];
  const told = 'RETURN collect([l.id, l.kind, a.id, b.id, l.source, l.recordedAt, l.evidence, l.observedAt, l.version])';
  return {
    registers: `MATCH (r:${register}) WHERE r.key IN $registers RETURN collect([r.key, r.seq, r.mark]) AS registers`,
    twins: `MATCH (t:${end}) WHERE t.id IN $twins AND t:${twin} RETURN collect([t.id, t.doc]) AS twins`,
    pasts: `MATCH (p:${past}) WHERE p.key IN $pasts RETURN collect([p.key, p.doc, p.version]) AS pasts`,
    linked: `CALL () { ${found} a.id IN $linked ${ends} UNION ${found} b.id IN $linked ${ends} } ${told} AS linked`,
    links: `${found} l.id IN $links ${told} AS links`,
    between: `UNWIND $between AS row MATCH (a:${end}) WHERE a.id = row.src MATCH (b:${end}) WHERE b.id = row.dst MATCH (a)-[l:${link} {as: row.kind}]->(b) ${told} AS between`,
    joins: `UNWIND $joins AS beginning MATCH (j:${join}) WHERE j.key STARTS WITH beginning RETURN collect(j.doc) AS joins`,
  };
};

/** How each of what is sought is looked for, and what it is told as. */
const lookFor = (space: Space, sought: Partial<Sought>) => {
  const seeking = new Map(Object.entries(seekingIn(space)));
  const wanted = Object.entries(sought).filter(([, some]) => some.length > 0);
  const names = wanted.map(([name]) => name);
  return { names, texts: names.map((name) => `{ ${seeking.get(name)} }`), params: Object.fromEntries(wanted) };
};

/** The head of the log, locked, and under its lock what is there of what is sought, as one row. */
export const loadSought = (space: Space, sought: Sought): Cypher => {
  const { names, texts, params } = lookFor(space, sought);
  const asked = texts.map((text) => `CALL (seq) ${text}`);
  return steady([`${locked(space)} WITH h.seq AS seq, h.schema AS schema`, ...asked, `RETURN ${['seq', 'schema', ...names].join(', ')}`].join('\n'), params);
};

/** More twins and what was said of them before, for who has the lock. */
export const loadTwins = (space: Space, sought: Pick<Sought, 'twins' | 'pasts'>): Cypher => {
  const { names, texts, params } = lookFor(space, sought);
  return steady([...texts.map((text, at) => `CALL (${names[at - 1] ?? ''}) ${text}`), `RETURN ${names.join(', ')}`].join('\n'), params);
};

/** By their ends and kinds: several may have one id. */
export const deleteLinks = ({ end, link }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MATCH (a:${end}) WHERE a.id = row.src MATCH (b:${end}) WHERE b.id = row.dst
MATCH (a)-[l:${link} {as: row.kind}]->(b) DELETE l`,
    { rows },
  );

export const deleteTwins = ({ end, knownAs, identifier }: Space, ids: readonly string[]): Cypher =>
  steady(
    `UNWIND $ids AS id MATCH (t:${end}) WHERE t.id = id
OPTIONAL MATCH (t)-[:${knownAs}]->(i:${identifier}) DETACH DELETE i, t`,
    { ids },
  );

/** Ends that no link reaches any more and that are no twins of this agency. */
export const sweepEnds = ({ end, twin, link }: Space, ids: readonly string[]): Cypher =>
  steady(`UNWIND $ids AS id MATCH (e:${end}) WHERE e.id = id AND NOT e:${twin} AND NOT EXISTS { (e)-[:${link}]-() } DELETE e`, { ids });

/** The end of a link may be there before its twin is. */
export const createTwins = ({ end, twin }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (t:${end} {id: row.id}) SET t:${twin}, t += row.properties`, { rows });

export const updateTwins = ({ end }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (t:${end}) WHERE t.id = row.id SET t += row.properties`, { rows });

export const deleteIdentifiers = ({ end, knownAs, identifier }: Space, ids: readonly string[]): Cypher =>
  steady(`UNWIND $ids AS id MATCH (t:${end})-[:${knownAs}]->(i:${identifier}) WHERE t.id = id DETACH DELETE i`, { ids });

export const createIdentifiers = ({ end, knownAs, identifier }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MATCH (t:${end}) WHERE t.id = row.id CREATE (t)-[:${knownAs}]->(:${identifier} {key: row.key, scheme: row.scheme})`, { rows });

/** Known by `as`, its kind once more without an index: by the indexed one the server might look through all links of the kind for each row. */
export const putLinks = ({ end, link }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MERGE (a:${end} {id: row.src}) MERGE (b:${end} {id: row.dst})
MERGE (a)-[l:${link} {as: row.kind}]->(b) SET l.kind = row.kind, l.id = row.id, l.source = row.source, l.recordedAt = row.recordedAt, l.evidence = row.evidence, l.observedAt = row.observedAt, l.version = row.version`,
    { rows },
  );

export const deleteJoins = ({ join }: Space, keys: readonly string[]): Cypher =>
  steady(`UNWIND $keys AS key MATCH (j:${join}) WHERE j.key = key DELETE j`, { keys });

export const putJoins = ({ join }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (j:${join} {key: row.key}) SET j.state = row.state, j.agency = row.agency, j.doc = row.doc`, { rows });

export const tallyKinds = ({ register }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MERGE (r:${register} {key: row.key})
ON CREATE SET r.kind = row.kind, r.twins = row.more ON MATCH SET r.twins = r.twins + row.more`,
    { rows },
  );

/** The unit first met stays. */
export const noteTerms = ({ register }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (r:${register} {key: row.key}) ON CREATE SET r.kind = row.kind, r.term = row.term, r.unit = row.unit`, { rows });

export const putRegisters = ({ register }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row MERGE (r:${register} {key: row.key}) SET r += row.properties`, { rows });

/** Changes that one node of the log holds. */
export const logChangesMax = 256;

export const createLog = ({ log }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row CREATE (:${log} {first: row.first, last: row.last, doc: row.doc})`, { rows });

export const deleteRegister = ({ register }: Space, key: string): Cypher => steady(`MATCH (r:${register}) WHERE r.key = $key DELETE r`, { key });

/** Writers that ended without saying so. */
export const forgetWriters = ({ register }: Space, before: string): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key STARTS WITH 'writer:' AND r.at < $before DELETE r`, { before });

/** An import of a source that began later stays. */
export const putImport = ({ register }: Space, row: object): Cypher =>
  steady(
    `MERGE (r:${register} {key: $row.key}) WITH r WHERE r.startedAt IS NULL OR r.startedAt <= $row.startedAt
SET r.startedAt = $row.startedAt, r.doc = $row.doc`,
    { row },
  );

export const moveOldest = ({ register }: Space, oldest: unknown): Cypher =>
  steady(`MATCH (h:${register}) WHERE h.key = 'head' AND h.oldest < $oldest SET h.oldest = $oldest`, { oldest });

/** A node that holds a change after it stays. */
export const pruneLog = ({ log }: Space, upTo: unknown, atOnce: unknown): Cypher =>
  steady(`MATCH (c:${log}) WHERE c.last <= $upTo WITH c LIMIT $atOnce DELETE c RETURN count(c) AS pruned`, { upTo, atOnce });
