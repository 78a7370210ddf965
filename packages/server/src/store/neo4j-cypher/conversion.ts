/**
 * Cypher of the step from schema 8 to 9: words were told twice, without the beginnings of numbers. Of that from 7 to 8: they were not told with the beginnings of ids. Of that from 5 to 6: words of names had no places, and constraints of before were still there. Of that from 4 to 5: what the store adds to a twin stood before its JSON. Of that from 3 to 4: every change was a node of its own, and words were folded less. And of that from 2 to 3: every sample was a node of its own and every series another one, points had corners,
 * and twins had properties that their text tells as well.
 */
import { type Cypher, cypher, type Space } from './space.ts';

const [before, beforeAll] = [(noun: string, { index }: Space): string => index(noun), -8_640_000_000_000_001];

/** Some of them; those that are converted are gone. */
export const formerSeries = (space: Space, limit: unknown): Cypher =>
  cypher(
    `MATCH (s:${before('Series', space)}) WHERE s.key > ''
RETURN s.key AS key, s.id AS id, s.name AS name, s.src AS src, s.kind AS kind, s.dst AS dst, coalesce(s.chunks, 0) AS chunks ORDER BY s.key LIMIT $limit`,
    { limit },
  );

export const formerSamples = (space: Space, keys: readonly string[]): Cypher =>
  cypher(
    `UNWIND $keys AS key MATCH (x:${before('Sample', space)}) WHERE x.series = key AND x.observed > ${beforeAll} AND x.recorded > ${beforeAll}
RETURN key, x.observed AS observed, x.recorded AS recorded, x.said AS said`,
    { keys },
  );

export const latestChunks = ({ chunk }: Space, keys: readonly string[]): Cypher =>
  cypher(`UNWIND $keys AS key MATCH (c:${chunk}) WHERE c.series = key AND c.last > ${beforeAll} RETURN key, max(c.last) AS last`, { keys });

export const dropFormer = (space: Space, keys: readonly string[]): Cypher =>
  cypher(
    `UNWIND $keys AS key MATCH (s:${before('Series', space)}) WHERE s.key = key DELETE s WITH key
MATCH (x:${before('Sample', space)}) WHERE x.series = key AND x.observed > ${beforeAll} AND x.recorded > ${beforeAll} DELETE x`,
    { keys },
  );

/** The first of them; those that are converted are gone. */
export const formerChanges = (space: Space, limit: unknown): Cypher =>
  cypher(
    `MATCH (c:${before('Change', space)}) WHERE c.seq > 0
RETURN c.seq AS seq, c.id AS id, c.op AS op, c.at AS at, c.link AS link, c.kind AS kind ORDER BY c.seq LIMIT $limit`,
    { limit },
  );

export const dropFormerChanges = (space: Space, upTo: unknown): Cypher =>
  cypher(`MATCH (c:${before('Change', space)}) WHERE c.seq <= $upTo DELETE c`, { upTo });

/** Of what is no longer there nothing has to be unique or found. */
export const dropFormerSchema = ({ index }: Space): readonly Cypher[] => [
  ...['Series key', 'Sample times', 'Change seq'].map((name) => cypher(`DROP CONSTRAINT ${index(name)} IF EXISTS`)),
  ...['Series src', 'Series dst'].map((name) => cypher(`DROP INDEX ${index(name)} IF EXISTS`)),
];

/** Twins from an id on, with their text. */
export const formerTwins = ({ end, twin }: Space, after: string, limit: unknown): Cypher =>
  cypher(`MATCH (t:${end}) WHERE t.id > $after AND t:${twin} RETURN t.id AS id, t.doc AS doc, t.shapes IS NOT NULL AS shaped ORDER BY t.id LIMIT $limit`, {
    after,
    limit,
  });

/** In transactions of their own. */
export const dropTwice = ({ twin }: Space): Cypher =>
  cypher(
    `MATCH (t:${twin}) CALL (t) { REMOVE t.version, t.createdAt, t.object, t.alts, t.keys
WITH t WHERE t.at0 IS NOT NULL REMOVE t.west, t.south, t.east, t.north } IN TRANSACTIONS OF 1000 ROWS`,
  );
