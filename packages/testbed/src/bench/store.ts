/**
 * Benchmark of the embedded store behind its port, beside bare node:sqlite running the best statement on the same thread in the same run:
 * 10,000 and 100,000 twins; `--quick` takes the first alone, `--million` 100,000 and a million, and says how the cost of a read grows with them.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, linkIdOf } from '@cityweave/core';
import { openSqliteStore, storeFileName, type TwinStore } from '@cityweave/server';
import { type BenchResult, toResult } from './result.ts';
import { against, createFloor, createUpsertKeptFloor, type Floor, fillFloor, floorReads, linkFloor, openFloor, upsertFloor } from './store-floor.ts';
import { benchHistory } from './store-history.ts';
import { benchAlone, type Compared, compareInTurns, hops, questionsOf } from './store-questions.ts';
import { agency, at, batchesOf, best, box, boxesMax, boxOf, clock, feeds, idOf, indices, inTurns, twinOf } from './store-town.ts';

const rounds = 30;
const warmings = 10;

type Town = { readonly store: TwinStore; readonly file: Floor; readonly size: number; readonly folder: string };

export const upsert = async (store: TwinStore, of: readonly number[], round = 0): Promise<void> => {
  const outcomes = await store.apply(
    of.map((index) => ({ op: 'putTwin', twin: twinOf(index, round) })),
    { at },
  );
  assert(
    outcomes.every(({ ok }) => ok),
    'every twin of the benchmark is accepted',
  );
};

export const link = async ({ store, size }: Pick<Town, 'store' | 'size'>, of: readonly number[]): Promise<void> => {
  const ends = of.flatMap((index) => [1, 317, 7919].map((step) => [idOf(index), idOf((index + step) % size)] as const));
  await store.apply(
    ends.map(([from, to]) => ({ op: 'putLink', link: { id: linkIdOf(from, feeds, to), kind: feeds, from, to, source: agency, recordedAt: at } })),
    { at },
  );
};

/** Two batches under way: one is packed while the other is written. */
export const inTurn = async (size: number, each: (batch: readonly number[]) => Promise<void>): Promise<void> => {
  let before = Promise.resolve();
  for (const batch of batchesOf(size)) {
    const now = each(batch);
    await before;
    before = now;
  }
  await before;
};

const boxOfTwins = 'box of about 1,000 twins, looked at again';
const budgetsMs: Readonly<Record<string, number>> = { [boxOfTwins]: 2, [hops]: 0.5 };

const readsOf = ({ store, file, size }: Town): Readonly<Record<string, Compared>> => {
  const floor = floorReads(file);
  return {
    ...questionsOf(store, { ...floor, hops: (at) => floor.hops(idOf(at)) }, size),
    'box of about 1,000 twins, another one each time': {
      ours: (round) => store.find({ filter: { box: boxOf(round) }, first: 2_000 }),
      theirs: (round) => floor.box(boxOf(round)),
      times: { rounds: boxesMax, warmings: 0 },
    },
    [boxOfTwins]: { ours: () => store.find({ filter: { box }, first: 2_000 }), theirs: () => floor.box(box) },
  };
};

/** Beside the bare statements that keep nothing of what was, and beside those that do; the budget is absolute. */
const compareUpserts = async ({ store, file, size }: Town): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  const upsertKept = createUpsertKeptFloor(file);
  for (const [batch, budget] of [[1], [100, 10_000], [1_000]] as const) {
    const some = (round: number) => indices(round * batch * 7, batch, size);
    const ways = {
      ours: (round: number) => upsert(store, some(round), round + 1),
      kept: (round: number) => upsertKept(some(round), round),
      bare: (round: number) => upsertFloor(file, some(round), round + 1),
    };
    const ms = await inTurns(ways, { rounds, warmings });
    const perSecond = (one: number) => (batch * 1_000) / one;
    const figures = { name: `durable upserts that change, ${batch} a batch`, value: perSecond(ms.ours), unit: 'twins/s', better: 'higher' as const };
    results.push(
      toResult({ ...figures, against: `${against}, with what was`, againstValue: perSecond(ms.kept), ...(budget && { budget }) }),
      toResult({ ...figures, name: `${figures.name}, nothing kept by the floor`, against, againstValue: perSecond(ms.bare) }),
    );
  }
  return results;
};

const open = async (folder: string): Promise<TwinStore> => {
  const opened = await openSqliteStore({ directory: folder, clock });
  assert(opened.ok, 'the store of the benchmark opens');
  return opened.value;
};

/** What is on the disk once everything is in it, and how long the first answer of a store takes that was closed; the floor has no threads to start. */
const reopen = async ({ store, size, folder }: Town): Promise<BenchResult[]> => {
  await store.maintain({ keepChanges: 1_000_000_000 });
  const bytes = statSync(join(folder, storeFileName)).size;
  await store.close();
  const ours = async (): Promise<void> => {
    const again = await open(folder);
    await again.get([idOf(0)]);
    await again.close();
  };
  const theirs = (): void => {
    const again = openFloor(folder);
    floorReads(again).get(0);
    again.close();
  };
  const ms = await inTurns({ ours, theirs }, { rounds: 3 });
  return [
    { name: 'file, a twin with its links', value: bytes / size, unit: 'bytes', better: 'lower' },
    toResult({ name: 'closed, opened again, one twin read', value: ms.ours, unit: 'ms', better: 'lower', against, againstValue: ms.theirs }),
  ];
};

const compare = async (town: Town): Promise<BenchResult[]> => {
  const { store, file, size } = town;
  const perSecond = (ms: number) => (size * 1_000) / ms;
  const ours = await best(1, () => inTurn(size, (batch) => upsert(store, batch)));
  const theirs = await best(1, () => fillFloor(file, size));
  await inTurn(size, (batch) => link(town, batch));
  linkFloor(file, size);
  return [
    toResult({ name: `load of ${size} twins`, value: perSecond(ours), unit: 'twins/s', better: 'higher', against, againstValue: perSecond(theirs) }),
    ...(await compareInTurns(readsOf(town), { against, budgetsMs })),
    ...(await benchAlone(store)),
    ...(await compareUpserts(town)),
    ...(await benchHistory(town)),
    ...(await reopen(town)),
  ];
};

const nameAlone = ({ name }: BenchResult): string => name.slice(name.indexOf(': ') + 2);

const benchSize = async (size: number): Promise<BenchResult[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-bench-'));
  const file = createFloor(folder);
  try {
    const results = await compare({ store: await open(folder), file, size, folder });
    return results.map((result) => ({ ...result, name: `${size.toLocaleString('en')}: ${result.name}` }));
  } finally {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

export const sizes = process.argv.includes('--million') ? [100_000, 1_000_000] : process.argv.includes('--quick') ? [10_000] : [10_000, 100_000];

/** What looks at all twins costs more the more there are; all others are bounded by what they find. */
const isBounded = ({ name, unit, better }: BenchResult): boolean => unit === 'ms' && better === 'lower' && !/without an index|opened again/.test(name);

const growthMax = 3;

/** How many times as long each bounded read takes where there is ten times as much. */
export const growthOf = ([smaller, larger]: readonly (readonly BenchResult[])[]): readonly BenchResult[] =>
  (larger ?? []).filter(isBounded).flatMap((read) => {
    const name = nameAlone(read);
    const before = smaller?.find((one) => nameAlone(one) === name);
    return before
      ? [toResult({ name: `ten times the twins: ${name}`, value: read.value / before.value, unit: 'times', better: 'lower', budget: growthMax })]
      : [];
  });

export const benchStore = async (): Promise<BenchResult[]> => {
  const bySize: (readonly BenchResult[])[] = [];
  for (const size of sizes) bySize.push(await benchSize(size));
  return [...bySize.flat(), ...growthOf(bySize)];
};
