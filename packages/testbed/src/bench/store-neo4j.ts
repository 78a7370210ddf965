/**
 * Benchmark of the store on Neo4j behind its port, beside the bare driver running the best statement on the same server in the same run.
 */
import { isDeepStrictEqual } from 'node:util';
import { assert, TermId } from '@cityweave/core';
import { openStore, systemDeps, type TwinStore } from '@cityweave/server';
import { type BenchResult, toResult, withinFloor } from './result.ts';
import { growthOf, inTurn, link, sizes, upsert } from './store.ts';
import { readingOf } from './store-history.ts';
import {
  connectNeo4jFloor,
  createNeo4jFloor,
  fillNeo4jFloor,
  linkNeo4jFloor,
  type Neo4jFloor,
  neo4jFloorReads,
  recordNeo4jFloor,
  upsertKeptNeo4jFloor,
  upsertNeo4jFloor,
} from './store-neo4j-floor.ts';
import { type Server, withServer } from './store-neo4j-server.ts';
import { benchAlone, type Compared, compareInTurns, floorTimesMax, questionsOf } from './store-questions.ts';
import { at, best, box, clock, idOf, indices, inTurns } from './store-town.ts';

const rounds = 30;
/** what the server compiles while it is asked would be measured too: after so many large batches neither side gets any faster */
const warmings = 40;
const against = 'bare driver, best statement';
const level = TermId.parse('city:level');

type Town = { readonly store: TwinStore; readonly floor: Neo4jFloor; readonly size: number };

const readsOf = ({ store, floor, size }: Town): Readonly<Record<string, Compared>> => {
  const bare = neo4jFloorReads(floor);
  const ids = Array.from({ length: 100 }, (_, index) => idOf(index));
  const valid = (round: number) => readingOf(0, (round * 97) % samplesEach).observedAt ?? at;
  return {
    'box of about 1,000 twins, whole twins': { ours: () => store.find({ filter: { box }, first: 2_000 }), theirs: bare.box },
    ...questionsOf(store, bare, size),
    '100 twins as they were': {
      ours: (round) => store.stateAt(ids, { valid: valid(round), known: clock.now() }),
      theirs: (round) => bare.stateAt(ids, { valid: valid(round), known: clock.now() }),
    },
    '500 samples of one sensor': {
      ours: (round) => store.history(idOf(round % sensors), { series: level, from: valid(round), first: 500 }),
      theirs: (round) => bare.samples(idOf(round % sensors), { series: level, from: valid(round), first: 500 }),
    },
  };
};

/** Beside the bare statement that keeps nothing of what was, and beside a transaction that does; budgets are of the second, which promises the same. */
const compareUpserts = async ({ store, floor, size }: Town): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const batch of [1, 100, 1_000]) {
    const some = (round: number) => indices(round * batch * 7, batch, size);
    const ways = {
      bare: (round: number) => upsertNeo4jFloor(floor, some(round), round + 1),
      kept: (round: number) => upsertKeptNeo4jFloor(floor, some(round), round + 2),
      ours: (round: number) => upsert(store, some(round), round + 1),
    };
    const ms = await inTurns(ways, { rounds, warmings });
    const perSecond = (one: number) => (batch * 1_000) / one;
    const figures = { name: `durable upserts that change, ${batch} a batch`, value: perSecond(ms.ours), unit: 'twins/s', better: 'higher' as const };
    results.push(
      withinFloor({ ...figures, against: 'bare driver, with what was', againstValue: perSecond(ms.kept) }, floorTimesMax),
      toResult({ ...figures, name: `${figures.name}, nothing kept by the floor`, against, againstValue: perSecond(ms.bare) }),
    );
  }
  return results;
};

const [sensors, samplesEach, batchSamples] = [20, 2_000, 50];

/** A day of some sensors, in batches of a few samples each. */
const record = async (store: TwinStore): Promise<void> => {
  for (let from = 0; from < samplesEach; from += batchSamples) {
    const samples = (sensor: number) => indices(from, batchSamples, samplesEach).map((index) => readingOf(sensor, index));
    const outcomes = await store.apply(
      indices(0, sensors, sensors).map((sensor) => ({ op: 'patchTwin' as const, id: idOf(sensor), values: {}, samples: { [level]: samples(sensor) } })),
      { at },
    );
    assert(
      outcomes.every(({ ok }) => ok),
      'every sample of the benchmark is accepted',
    );
  }
};

/** A floor is one only where it gives what ours gives. */
const compareSamples = async ({ store, floor }: Omit<Town, 'size'>): Promise<void> => {
  const [id, query] = [idOf(1), { series: level, from: readingOf(1, 97).observedAt ?? at, first: 500 }] as const;
  const [ours, theirs] = [await store.history(id, query), await neo4jFloorReads(floor).samples(id, query)];
  assert(isDeepStrictEqual(ours.samples, theirs.samples), 'the floor tells the same samples');
};

const benchFolding = async ({ store, floor }: Town): Promise<BenchResult[]> => {
  const total = sensors * samplesEach;
  const recording = await best(1, () => record(store));
  await recordNeo4jFloor(floor, { sensors, samplesEach });
  const folding = await best(1, () => store.maintain({ keepChanges: 1_000_000_000, foldBefore: at }));
  await compareSamples({ store, floor });
  const [folded] = await floor.run('MATCH (c:`Chunk bench.example`) RETURN sum(size(c.bytes)) AS bytes, sum(c.samples) AS samples');
  return [
    { name: 'samples recorded by 50 a sensor', value: (total * 1_000) / recording, unit: 'samples/s', better: 'higher' },
    { name: 'samples folded', value: (total * 1_000) / folding, unit: 'samples/s', better: 'higher' },
    toResult({
      name: 'a sample in a chunk, as the server keeps it',
      value: Number(folded?.['bytes']) / Number(folded?.['samples']),
      unit: 'bytes',
      better: 'lower',
      budget: 5,
    }),
  ];
};

const open = async ({ uri, username, password, database }: Server, directory: string): Promise<TwinStore> => {
  const settings = { adapter: 'neo4j' as const, synchronous: 'full' as const, uri, username, password, database };
  const opened = await openStore({ store: settings, authority: 'bench.example', directory, deps: systemDeps() });
  assert(opened.ok, 'the store of the benchmark opens');
  return opened.value;
};

/** A space that is there, opened by another store, asked once and closed; the floor connects, asks and goes. */
const reopen = async (server: Server): Promise<BenchResult> => {
  const ours = async (): Promise<void> => {
    const store = await open(server, server.home ?? '.');
    await store.get([idOf(0)]);
    await store.close();
  };
  const theirs = async (): Promise<void> => {
    const again = connectNeo4jFloor(server);
    await neo4jFloorReads(again).get(0);
    await again.close();
  };
  const ms = await inTurns({ ours, theirs }, { rounds: 5, warmings: 1 });
  return toResult({ name: 'closed, opened again, one twin read', value: ms.ours, unit: 'ms', better: 'lower', against, againstValue: ms.theirs });
};

const compare = async (town: Town): Promise<BenchResult[]> => {
  const { store, floor, size } = town;
  const perSecond = (ms: number) => (size * 1_000) / ms;
  const theirs = await best(1, () => fillNeo4jFloor(floor, size));
  const ours = await best(1, () => inTurn(size, (batch) => upsert(store, batch)));
  await inTurn(size, (batch) => link({ store, size }, batch));
  await linkNeo4jFloor(floor, size);
  const load = { name: `load of ${size} twins`, value: perSecond(ours), unit: 'twins/s', better: 'higher' as const, against, againstValue: perSecond(theirs) };
  return [
    withinFloor(load, floorTimesMax),
    ...(await benchFolding(town)),
    ...(await compareInTurns(readsOf(town), { against })),
    ...(await benchAlone(store)),
    ...(await compareUpserts(town)),
  ];
};

const benchSize =
  (size: number) =>
  async (server: Server): Promise<BenchResult[]> => {
    const floor = await createNeo4jFloor(server);
    const opening = clock.monotonicMs();
    const store = await open(server, server.home ?? '.');
    const opened: BenchResult = { name: 'a new space, opened', value: clock.monotonicMs() - opening, unit: 'ms', better: 'lower' };
    try {
      const results = [opened, ...(await compare({ store, floor, size }))];
      results.push(await reopen(server));
      return results.map((result) => ({ ...result, name: `Neo4j, ${size.toLocaleString('en')}: ${result.name}` }));
    } finally {
      await store.close();
      await floor.close();
    }
  };

export const benchNeo4jStore = async (): Promise<BenchResult[]> => {
  const bySize: (readonly BenchResult[])[] = [];
  for (const size of sizes) bySize.push((await withServer(benchSize(size))) ?? []);
  return [...bySize.flat(), ...growthOf(bySize).map((result) => ({ ...result, name: `Neo4j, ${result.name}` }))];
};
