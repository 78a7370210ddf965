/**
 * The floor of the benchmark on Neo4j: the bare driver with the best statement for each question, over the smallest graph that could answer it.
 */
import { assert, msOfInstant } from '@cityweave/core';
import { auth, type Driver, int, driver as openDriver, types } from 'neo4j-driver';
import { readingOf } from './store-history.ts';
import type { Server } from './store-neo4j-server.ts';
import { at, batchesOf, box, idOf, indices, twinOf } from './store-town.ts';

type Params = Readonly<Record<string, unknown>>;

const schema = [
  'CREATE CONSTRAINT `floor id` FOR (t:FloorTwin) REQUIRE t.id IS UNIQUE',
  'CREATE CONSTRAINT `floor seq` FOR (c:FloorChange) REQUIRE c.seq IS UNIQUE',
  'CREATE CONSTRAINT `floor sample` FOR (x:FloorSample) REQUIRE (x.series, x.observed) IS UNIQUE',
  'CREATE POINT INDEX `floor place` FOR (t:FloorTwin) ON (t.place)',
  "CREATE FULLTEXT INDEX `floor words` FOR (t:FloorTwin) ON EACH [t.words] OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}",
  'CREATE (:FloorHead {seq: 0})',
] as const;

const pointAt = (x: number, y: number) => new types.Point(int(4326), x, y);

const nodeOf = (index: number, round: number) => {
  const one = twinOf(index, round);
  const [x = 0, y = 0] = one.position ?? [];
  return { place: pointAt(x, y), number: index, words: `${one.name['en']} ${index % 3 ? 'dwelling' : 'office'}`, doc: JSON.stringify(one) };
};

const rowsOf = (some: readonly number[], round: number) => some.map((index, at) => ({ id: idOf(index), at: int(at + 1), to: nodeOf(index, round) }));

const createRun =
  (driver: Driver, database: string) =>
  async (text: string, params: Params = {}): Promise<readonly Params[]> => {
    const session = driver.session({ database });
    try {
      return (await session.run(text, params)).records.map((record) => record.toObject());
    } finally {
      await session.close();
    }
  };

export const createNeo4jFloor = async ({ uri, username, password, database }: Server) => {
  const driver = openDriver(uri, username === undefined ? undefined : auth.basic(username, password ?? ''), { disableLosslessIntegers: true });
  const run = createRun(driver, database);
  for (const text of schema) await run(text);
  await run('CALL db.awaitIndexes(300)');
  return { run, close: () => driver.close() };
};

export type Neo4jFloor = Awaited<ReturnType<typeof createNeo4jFloor>>;

const upsertText = `MATCH (h:FloorHead) SET h.seq = h.seq + size($rows) WITH h.seq - size($rows) AS from
UNWIND $rows AS row MERGE (t:FloorTwin {id: row.id}) SET t += row.to CREATE (:FloorChange {seq: from + row.at, id: row.id, op: 'put'})`;

export const upsertNeo4jFloor = async ({ run }: Neo4jFloor, some: readonly number[], round: number): Promise<void> => {
  await run(upsertText, { rows: rowsOf(some, round) });
};

export const fillNeo4jFloor = async (floor: Neo4jFloor, size: number): Promise<void> => {
  for (const batch of batchesOf(size)) await upsertNeo4jFloor(floor, batch, 0);
};

export const linkNeo4jFloor = async ({ run }: Neo4jFloor, size: number): Promise<void> => {
  for (const batch of batchesOf(size)) {
    const rows = batch.flatMap((index) => [1, 317, 7919].map((step) => ({ src: idOf(index), dst: idOf((index + step) % size) })));
    await run('UNWIND $rows AS row MATCH (a:FloorTwin {id: row.src}) MATCH (b:FloorTwin {id: row.dst}) CREATE (a)-[:FLOOR]->(b)', { rows });
  }
};

export const recordNeo4jFloor = async ({ run }: Neo4jFloor, { sensors, samplesEach }: { readonly sensors: number; readonly samplesEach: number }) => {
  for (const sensor of indices(0, sensors, sensors)) {
    const rows = indices(0, samplesEach, samplesEach).map((index) => {
      const { observedAt, value } = readingOf(sensor, index);
      return { observed: int(msOfInstant(observedAt ?? at)), value };
    });
    await run('UNWIND $rows AS row CREATE (:FloorSample {series: $series, observed: row.observed, value: row.value})', { series: idOf(sensor), rows });
  }
};

const docs = (rows: readonly Params[]): number => rows.map(({ doc }) => JSON.parse(String(doc))).length;

export const neo4jFloorReads = ({ run }: Neo4jFloor) => {
  const [west, south, east, north] = box;
  const corners = { sw: pointAt(west, south), ne: pointAt(east, north) };
  const inBox = 'MATCH (t:FloorTwin) WHERE point.withinBBox(t.place, $sw, $ne)';
  return {
    box: async () => docs(await run(`${inBox} RETURN t.doc AS doc ORDER BY t.id`, corners)),
    count: () => run(`${inBox} RETURN count(t) AS twins`, corners),
    get: async (index: number) => docs(await run('MATCH (t:FloorTwin) WHERE t.id = $id RETURN t.doc AS doc', { id: idOf(index) })),
    property: async (from: number) =>
      docs(
        await run("MATCH (t:FloorTwin) WHERE t.id > '' AND t.number >= $from AND t.number <= $to RETURN t.doc AS doc ORDER BY t.id LIMIT 100", {
          from,
          to: from + 99,
        }),
      ),
    text: async () =>
      docs(await run("CALL db.index.fulltext.queryNodes('floor words', '+street* +77*') YIELD node AS t RETURN t.doc AS doc ORDER BY t.id LIMIT 100")),
    hops: async (from: number) => {
      const rows = await run('MATCH (:FloorTwin {id: $id})-[:FLOOR*1..3]-(t) RETURN DISTINCT t.id AS id', { id: idOf(from) });
      assert(rows.length > 0, 'every twin of the benchmark is linked');
      return rows.length;
    },
    feed: (since: number) => run('MATCH (c:FloorChange) WHERE c.seq > $since RETURN c.seq AS seq, c.id AS id, c.op AS op ORDER BY c.seq LIMIT 1000', { since }),
    stateAt: (ids: readonly string[], valid: number) =>
      run(
        `UNWIND $ids AS id MATCH (t:FloorTwin) WHERE t.id = id
CALL (id) { MATCH (x:FloorSample) WHERE x.series = id AND x.observed <= $valid RETURN x.value AS value ORDER BY x.series DESC, x.observed DESC LIMIT 1 }
RETURN t.doc AS doc, value`,
        { ids, valid: int(valid) },
      ).then(docs),
  };
};
