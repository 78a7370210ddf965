/**
 * The floor of the benchmark on Neo4j: the bare driver with the best statement for each question, over the smallest graph that could give the same answer.
 */
import {
  type AgencyId,
  assert,
  type Instant,
  instantOfMs,
  linkIdOf,
  type Moment,
  msOfInstant,
  type SamplePage,
  type TermId,
  type TwinId,
  type TwinInput,
} from '@cityweave/core';
import { auth, type Driver, int, driver as openDriver, type Result, type Session, types } from 'neo4j-driver';
import { readingOf } from './store-history.ts';
import type { Server } from './store-neo4j-server.ts';
import { agency, at, batchesOf, box, feeds, idOf, indices, twinOf } from './store-town.ts';

type Params = Readonly<Record<string, unknown>>;

const schema = [
  'CREATE CONSTRAINT `floor id` FOR (t:FloorTwin) REQUIRE t.id IS UNIQUE',
  'CREATE CONSTRAINT `floor seq` FOR (c:FloorChange) REQUIRE c.seq IS UNIQUE',
  'CREATE CONSTRAINT `floor past` FOR (p:FloorPast) REQUIRE p.id IS UNIQUE',
  'CREATE CONSTRAINT `floor sample` FOR (x:FloorSample) REQUIRE (x.series, x.observed, x.recorded) IS UNIQUE',
  'CREATE POINT INDEX `floor place` FOR (t:FloorTwin) ON (t.place)',
  "CREATE FULLTEXT INDEX `floor words` FOR (t:FloorTwin) ON EACH [t.words] OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}",
  'CREATE (:FloorHead {seq: 0})',
] as const;

const pointAt = (x: number, y: number) => new types.Point(int(4326), x, y);

const wordsOf = ({ name, values }: TwinInput): string => `${name['en']} ${values['city:use']?.value}`;

const nodeOf = (one: TwinInput) => {
  const [x = 0, y = 0] = one.position ?? [];
  return { place: pointAt(x, y), number: one.values['city:number']?.value, words: wordsOf(one), doc: JSON.stringify(one) };
};

const rowsOf = (some: readonly number[], round: number) => some.map((index, at) => ({ id: idOf(index), at: int(at + 1), to: nodeOf(twinOf(index, round)) }));

type Run = (text: string, params?: Params) => Promise<readonly Params[]>;

const within = async <T>(driver: Driver, database: string, work: (session: Session) => Promise<T>): Promise<T> => {
  const session = driver.session({ database });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

const rowsIn = async (result: Result): Promise<readonly Params[]> => (await result).records.map((record) => record.toObject());

export const connectNeo4jFloor = ({ uri, username, password, database }: Server) => {
  const driver = openDriver(uri, username === undefined ? undefined : auth.basic(username, password ?? ''), { disableLosslessIntegers: true });
  const run: Run = (text, params = {}) => within(driver, database, (session) => rowsIn(session.run(text, params)));
  const transact = (work: (run: Run) => Promise<void>): Promise<void> =>
    within(driver, database, (session) => session.executeWrite((transaction) => work((text, params = {}) => rowsIn(transaction.run(text, params)))));
  return { run, transact, close: () => driver.close() };
};

export type Neo4jFloor = ReturnType<typeof connectNeo4jFloor>;

export const createNeo4jFloor = async (server: Server): Promise<Neo4jFloor> => {
  const floor = connectNeo4jFloor(server);
  for (const text of schema) await floor.run(text);
  await floor.run('CALL db.awaitIndexes(300)');
  return floor;
};

const putAll = `UNWIND $rows AS row MERGE (t:FloorTwin {id: row.id}) SET t += row.to CREATE (:FloorChange {seq: from + row.at, id: row.id, op: 'put', at: $at})`;
const upsertText = `MATCH (h:FloorHead) SET h.seq = h.seq + size($rows) WITH h.seq - size($rows) AS from ${putAll}`;

/** Nothing is looked at and nothing of what was is kept. */
export const upsertNeo4jFloor = async ({ run }: Neo4jFloor, some: readonly number[], round: number): Promise<void> => {
  await run(upsertText, { rows: rowsOf(some, round), at });
};

const standingText = `MATCH (h:FloorHead) SET h.lock = true REMOVE h.lock WITH h, h.seq AS from
CALL (from) { UNWIND $ids AS id MATCH (t:FloorTwin) WHERE t.id = id OPTIONAL MATCH (p:FloorPast) WHERE p.id = id RETURN collect([id, t.doc, p.doc]) AS standing }
RETURN from, h.mark AS mark, standing`;
const keepText = `MATCH (h:FloorHead) SET h.seq = $from + size($rows), h.mark = $mark WITH $from AS from ${putAll} MERGE (p:FloorPast {id: row.id}) SET p.doc = row.past`;

type Standing = readonly (readonly [id: TwinId, doc: string, past: string | null])[];

/** What is searched of a twin, and changes with its rounds. */
const searchedOf = (one: TwinInput): Params => {
  const values = Object.entries(one.values).flatMap(([term, { value, unit }]) => [
    [term, value] as const,
    ...(unit ? [[`unit of ${term}`, unit] as const] : []),
  ]);
  return { ...Object.fromEntries(values), words: wordsOf(one), updatedAt: one.provenance.recordedAt };
};

type Stood = TwinInput & { readonly version?: number };

/** Of a node what is another one than before; of its past one sample more of every value that is. */
const keptOf = (after: TwinInput, doc: string, past: string | null) => {
  const before: Stood = JSON.parse(doc);
  const was = past === null ? {} : searchedOf(before);
  const changed = Object.entries(searchedOf(after)).filter(([name, value]) => was[name] !== value);
  const samples = changed.flatMap(([name]) => (before.values[name] ? [[name, msOfInstant(before.provenance.observedAt), before.values[name]]] : []));
  const text = JSON.stringify({ ...after, version: (before.version ?? 1) + 1 });
  return { to: { ...Object.fromEntries(changed), doc: text }, past: JSON.stringify([...JSON.parse(past ?? '[]'), ...samples]) };
};

/**
 * What ours promises: under the lock the version and the values that stand are read, then what changes is written, with what was said before,
 * the feed, and a mark by which a commit is known again whose answer was lost.
 */
export const upsertKeptNeo4jFloor = async ({ transact }: Neo4jFloor, some: readonly number[], round: number): Promise<void> => {
  await transact(async (run) => {
    const [row] = await run(standingText, { ids: some.map(idOf) });
    const [from, standing] = [Number(row?.['from']), (row?.['standing'] ?? []) as Standing]; // branding: as the statement above tells it
    const after = new Map(some.map((index) => [idOf(index), twinOf(index, round)]));
    const rows = standing.flatMap(([id, doc, past], index) => {
      const twin = after.get(id);
      return twin ? [{ id, at: int(index + 1), ...keptOf(twin, doc, past) }] : [];
    });
    await run(keepText, { from: int(from), mark: from, rows, at });
  });
};

export const fillNeo4jFloor = async (floor: Neo4jFloor, size: number): Promise<void> => {
  for (const batch of batchesOf(size)) await upsertNeo4jFloor(floor, batch, 0);
};

const linkRow = (src: TwinId, dst: TwinId) => ({ src, dst, id: linkIdOf(src, feeds, dst), kind: feeds, source: agency, at });

export const linkNeo4jFloor = async ({ run }: Neo4jFloor, size: number): Promise<void> => {
  for (const batch of batchesOf(size)) {
    const rows = batch.flatMap((index) => [1, 317, 7919].map((step) => linkRow(idOf(index), idOf((index + step) % size))));
    await run(
      'UNWIND $rows AS row MATCH (a:FloorTwin {id: row.src}) MATCH (b:FloorTwin {id: row.dst}) CREATE (a)-[:FLOOR {id: row.id, kind: row.kind, source: row.source, at: row.at}]->(b)',
      {
        rows,
      },
    );
  }
};

export const recordNeo4jFloor = async ({ run }: Neo4jFloor, { sensors, samplesEach }: { readonly sensors: number; readonly samplesEach: number }) => {
  for (const sensor of indices(0, sensors, sensors)) {
    const rows = indices(0, samplesEach, samplesEach).map((index) => {
      const { observedAt = at, recordedAt = at, value, ...said } = readingOf(sensor, index);
      return { observed: int(msOfInstant(observedAt)), recorded: int(msOfInstant(recordedAt)), to: { source: agency, flag: 'MEASURED', value, ...said } };
    });
    await run('UNWIND $rows AS row CREATE (x:FloorSample {series: $series, observed: row.observed, recorded: row.recorded}) SET x += row.to', {
      series: idOf(sensor),
      rows,
    });
  }
};

const parsed = (docs: unknown): number => (docs as readonly string[]).map((doc) => JSON.parse(doc)).length; // branding: texts of twins

/** Texts of twins as one row: a row for each costs both sides more than the twin does. Of a page one more tells whether others follow. */
const collected = 'RETURN collect(t.doc) AS docs';

const finds = ({ run }: Neo4jFloor) => {
  const [west, south, east, north] = box;
  const corners = { sw: pointAt(west, south), ne: pointAt(east, north) };
  const inBox = 'MATCH (t:FloorTwin) WHERE point.withinBBox(t.place, $sw, $ne)';
  const docs = async (text: string, params: Params = {}) => parsed((await run(text, params))[0]?.['docs']);
  return {
    box: () => docs(`${inBox} WITH t ORDER BY t.id ${collected}`, corners),
    count: () => run(`${inBox} RETURN count(t) AS twins`, corners),
    get: (index: number) => docs(`MATCH (t:FloorTwin) WHERE t.id = $id ${collected}`, { id: idOf(index) }),
    property: (from: number) =>
      docs(`MATCH (t:FloorTwin) WHERE t.id > '' AND t.number >= $from AND t.number <= $to WITH t ORDER BY t.id LIMIT 101 ${collected}`, {
        from,
        to: from + 99,
      }),
    text: () => docs(`CALL db.index.fulltext.queryNodes('floor words', '+street* +77*') YIELD node AS t WITH t ORDER BY t.id LIMIT 101 ${collected}`),
  };
};

/** The sample of each sensor that held, as far as was known; in two times, unfolded. Of a twin without samples its text tells what it was. */
const heldText = `UNWIND $ids AS id MATCH (t:FloorTwin) WHERE t.id = id
OPTIONAL CALL (id) { MATCH (x:FloorSample) WHERE x.series = id AND x.observed <= $valid AND x.recorded <= $known
RETURN x.value AS value ORDER BY x.series DESC, x.observed DESC, x.recorded DESC LIMIT 1 }
RETURN collect(t.doc) AS docs, collect(value) AS values`;

/** One more than is told says whether others follow. */
const samplesText = `MATCH (x:FloorSample) WHERE x.series = $series AND x.observed >= $from AND x.recorded > 0
WITH x ORDER BY x.series, x.observed, x.recorded LIMIT $most RETURN collect([x.observed, x.recorded, x.value, x.unit, x.origin, x.source, x.flag]) AS samples`;

type ToldSample = readonly [observed: number, recorded: number, value: number, unit: string, origin: string, source: AgencyId, flag: 'MEASURED'];

const walks = ({ run }: Neo4jFloor) => ({
  /** with all that links say, as one row */
  hops: async (from: number) => {
    const rows = await run(
      `MATCH (a:FloorTwin) WHERE a.id = $id MATCH (a)-[:FLOOR*0..2]-(n) WITH DISTINCT n MATCH (n)-[l:FLOOR]-() WITH DISTINCT l
RETURN collect([l.id, l.kind, startNode(l).id, endNode(l).id, l.source, l.at]) AS links`,
      { id: idOf(from) },
    );
    assert(rows.length > 0, 'every twin of the benchmark is linked');
    return rows;
  },
  feed: (since: number) =>
    run('MATCH (c:FloorChange) WHERE c.seq > $since WITH c ORDER BY c.seq LIMIT 1000 RETURN collect([c.seq, c.id, c.op, c.at]) AS changes', { since }),
  stateAt: async (ids: readonly string[], { valid, known }: Moment) => {
    const [row] = await run(heldText, { ids, valid: int(msOfInstant(valid)), known: int(msOfInstant(known)) });
    return parsed(row?.['docs']);
  },
  samples: async (id: TwinId, { series, from, first }: { readonly series: TermId; readonly from: Instant; readonly first: number }): Promise<SamplePage> => {
    const [row] = await run(samplesText, { series: id, from: int(msOfInstant(from)), most: int(first + 1) });
    const told = (row?.['samples'] ?? []) as readonly ToldSample[]; // branding: as the statement above tells it
    const samples = told.map(([observed, recorded, value, unit, origin, source, flag]) => ({
      ...{ series, observedAt: instantOfMs(observed), recordedAt: instantOfMs(recorded) },
      said: { value, unit, origin, source, flag },
    }));
    return { samples: samples.slice(0, first) };
  },
});

export const neo4jFloorReads = (floor: Neo4jFloor) => ({ ...finds(floor), ...walks(floor) });
