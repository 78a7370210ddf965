/**
 * Cypher of the writing side: what a batch loads under the lock, and what it saves. Rows come sorted by id; a whole batch is one transaction.
 */
import { type Cypher, type Space, steady } from './space.ts';

/**
 * Taken first in every transaction that writes: isolation is read-committed, so a version that was read before the lock may be another one after it.
 * The property is written and removed only to lock the node; the lock is held until the commit.
 */
export const lockHead = ({ register }: Space): Cypher =>
  steady(`MATCH (h:${register}) WHERE h.key = 'head' SET h.lock = true REMOVE h.lock RETURN h.seq AS seq, h.oldest AS oldest`);

export const loadTwins = ({ end, twin }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (t:${end}) WHERE t.id IN $ids AND t:${twin} RETURN t.id AS id, t.doc AS doc`, { ids });

const linkColumns =
  'l.id AS id, a.id AS src, l.kind AS kind, b.id AS dst, l.source AS source, l.recordedAt AS recordedAt, l.evidence AS evidence, l.observedAt AS observedAt';

export const loadLinksOf = ({ end, link }: Space, ids: readonly string[]): Cypher =>
  steady(
    `MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE a.id IN $ids RETURN ${linkColumns}
UNION MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE b.id IN $ids RETURN ${linkColumns}`,
    { ids },
  );

export const loadLinks = ({ end, link }: Space, ids: readonly string[]): Cypher =>
  steady(`MATCH (a:${end})-[l:${link}]->(b:${end}) WHERE l.id IN $ids RETURN ${linkColumns}`, { ids });

/** Links by their ends and kinds: rows tell which. */
export const loadLinksBetween = ({ end, link }: Space, rows: readonly object[]): Cypher =>
  steady(
    `UNWIND $rows AS row MATCH (a:${end}) WHERE a.id = row.src MATCH (b:${end}) WHERE b.id = row.dst MATCH (a)-[l:${link} {as: row.kind}]->(b) RETURN ${linkColumns}`,
    {
      rows,
    },
  );

/** Keys of joins begin with the id that they start from. */
export const loadJoins = ({ join }: Space, beginnings: readonly string[]): Cypher =>
  steady(`UNWIND $beginnings AS beginning MATCH (j:${join}) WHERE j.key STARTS WITH beginning RETURN j.doc AS doc`, { beginnings });

export const loadRegisters = ({ register }: Space, keys: readonly string[]): Cypher =>
  steady(`MATCH (r:${register}) WHERE r.key IN $keys RETURN r.key AS key, r.seq AS seq, r.mark AS mark`, { keys });

export const deleteLinks = ({ link }: Space, ids: readonly string[]): Cypher =>
  steady(`UNWIND $ids AS id MATCH ()-[l:${link}]->() WHERE l.id = id DELETE l`, { ids });

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
MERGE (a)-[l:${link} {as: row.kind}]->(b) SET l.kind = row.kind, l.id = row.id, l.source = row.source, l.recordedAt = row.recordedAt, l.evidence = row.evidence, l.observedAt = row.observedAt`,
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

export const createChanges = ({ change }: Space, rows: readonly object[]): Cypher =>
  steady(`UNWIND $rows AS row CREATE (:${change} {seq: row.seq, id: row.id, op: row.op, at: row.at, link: row.link, kind: row.kind})`, { rows });

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

export const pruneChanges = ({ change }: Space, upTo: unknown, atOnce: unknown): Cypher =>
  steady(`MATCH (c:${change}) WHERE c.seq <= $upTo WITH c LIMIT $atOnce DELETE c RETURN count(c) AS pruned`, { upTo, atOnce });
