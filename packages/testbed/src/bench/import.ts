/**
 * Benchmark of the import: simple point features from the file to the durable store, beside the floor of parsing the same file and inserting its rows bare.
 */
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Authority, assert } from '@cityweave/core';
import {
  createImportThreads,
  type ImportReport,
  type ImportThreads,
  importSource,
  openSqliteStore,
  Source,
  systemDeps,
  type TwinStore,
} from '@cityweave/server';
import { type BenchResult, toResult } from './result.ts';

const features = 100_000;
const featuresFew = 10_000;
const budgetPerSecond = 10_000;
/** Ten times the file may cost this much more memory at its peak. */
const budgetGrowthMegabytes = 64;
const floorBatchRows = 500;
const authority = Authority.parse('bench.example');
const deps = systemDeps();

const trees = Source.parse({ id: 'trees', format: 'geojson', path: 'trees.geojson', kind: 'city:Tree', key: { columns: ['ID'] }, ignore: ['GlobalID'] });

export const benchImport = async (): Promise<BenchResult[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-bench-'));
  const threads = createImportThreads();
  try {
    const [few, many] = [writePoints(folder, featuresFew), writePoints(folder, features)];
    const small = await measure({ folder, threads, path: few });
    const floor = measureFloor(folder, many);
    const large = await measure({ folder, threads, path: many });
    return [...toResults(small, large, floor), ...(await benchCambridge(folder, threads))];
  } finally {
    await threads[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
};

const toResults = (small: Measured, large: Measured, floor: number): readonly BenchResult[] => [
  toResult({
    name: 'simple GeoJSON points, file to durable store',
    value: large.perSecond,
    unit: 'features/s',
    better: 'higher',
    against: 'JSON.parse of the whole file and bare node:sqlite inserts',
    againstValue: floor,
    budget: budgetPerSecond,
  }),
  toResult({
    name: 'the same file under another declaration, all unchanged',
    value: large.againPerSecond,
    unit: 'features/s',
    better: 'higher',
    budget: budgetPerSecond,
  }),
  toResult({
    name: `peak heap and buffers of the main thread, ${features} against ${featuresFew} features`,
    value: large.peak.heapMegabytes - small.peak.heapMegabytes,
    unit: 'MB more',
    better: 'lower',
    budget: budgetGrowthMegabytes,
  }),
  toResult({
    name: `peak memory of the process with the page caches of its stores, ${features} against ${featuresFew} features`,
    value: large.peak.ownMegabytes - small.peak.ownMegabytes,
    unit: 'MB more',
    better: 'lower',
  }),
];

/** Points as registers have them: a key, a new GlobalID, a name, numbers, a code, a date. Written by chunks: the benchmark is bounded too. */
const writePoints = (folder: string, count: number): string => {
  const path = join(folder, `points-${count}.geojson`);
  const file = openSync(path, 'w');
  writeSync(file, '{"type":"FeatureCollection","features":[');
  for (let from = 0; from < count; from += 1_000) {
    const chunk = Array.from({ length: Math.min(1_000, count - from) }, (_, offset) => JSON.stringify(pointOf(from + offset)));
    writeSync(file, `${from === 0 ? '' : ',\n'}${chunk.join(',\n')}`);
  }
  writeSync(file, ']}');
  closeSync(file);
  return path;
};

const species = ['Tilia cordata', 'Quercus robur', 'Acer platanoides', 'Platanus hispanica'];

const pointOf = (index: number) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [4 + ((index * 7_919) % 100_000) / 1e6, 52 + ((index * 104_729) % 100_000) / 1e6] },
  properties: {
    ID: `tree-${index}`,
    GlobalID: `{${index}}`,
    species: species[index % species.length],
    height: (index % 300) / 10,
    year: 1950 + (index % 75),
    note: null,
  },
});

type Measured = { readonly perSecond: number; readonly againPerSecond: number; readonly peak: Peak };
type Measuring = { readonly folder: string; readonly threads: ImportThreads; readonly path: string };

/** A store of its own; once new, once with nothing to change. */
const measure = async ({ folder, threads, path }: Measuring): Promise<Measured> => {
  const directory = mkdtempSync(join(folder, 'store-'));
  const store = await openStore(directory);
  const watch = watchMemory();
  const first = await run({ store, threads, path, directory }, trees);
  const peak = watch.stop();
  const again = await run({ store, threads, path, directory }, { ...trees, licence: 'again' });
  await store.close();
  assert(first.added === first.accepted && again.unchanged === first.accepted, 'everything is new at first and unchanged afterwards');
  return { perSecond: first.accepted / first.seconds, againPerSecond: again.accepted / again.seconds, peak };
};

const openStore = async (directory: string): Promise<TwinStore> => {
  const opened = await openSqliteStore({ directory, clock: deps.clock });
  assert(opened.ok, 'a new store opens');
  return opened.value;
};

type Running = { readonly store: TwinStore; readonly threads: ImportThreads; readonly path: string; readonly directory: string };

const run = async ({ directory, ...running }: Running, source: Source): Promise<ImportReport> => {
  const report = await importSource({ ...running, ...deps, source, authority, signal: new AbortController().signal, scratch: join(directory, 'scratch') });
  assert(report.state === 'DONE', `the import is done: ${JSON.stringify(report.problem)}`);
  return report;
};

/** What nobody can do without: the whole file parsed at once, its rows as text in one table, as durable as ours. */
const measureFloor = (folder: string, path: string): number => {
  const fromMs = performance.now();
  const rows: readonly { readonly properties: { readonly ID: string } }[] = JSON.parse(readFileSync(path, 'utf8')).features;
  const db = new DatabaseSync(join(folder, 'floor.sqlite'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (id TEXT PRIMARY KEY, doc TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO row (id, doc) VALUES (?, ?)');
  for (let from = 0; from < rows.length; from += floorBatchRows) {
    db.exec('BEGIN');
    for (const row of rows.slice(from, from + floorBatchRows)) insert.run(row.properties.ID, JSON.stringify(row));
    db.exec('COMMIT');
  }
  db.close();
  return (rows.length / (performance.now() - fromMs)) * 1000;
};

const sampleMs = 20;

type Peak = { readonly heapMegabytes: number; readonly ownMegabytes: number };

/** The most memory there was while it watched. */
const watchMemory = (): { readonly stop: () => Peak } => {
  let peak: Peak = { heapMegabytes: 0, ownMegabytes: 0 };
  const sample = () => {
    const { heapUsed, external } = process.memoryUsage();
    const heapMegabytes = (heapUsed + external) / 1024 / 1024;
    peak = { heapMegabytes: Math.max(peak.heapMegabytes, heapMegabytes), ownMegabytes: Math.max(peak.ownMegabytes, ownMegabytes()) };
  };
  const timer = setInterval(sample, sampleMs);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return peak;
    },
  };
};

/** Pages of mapped files are the system's, so they do not count where that can be told. */
const status = '/proc/self/status';

const ownMegabytes = (): number => {
  const found = existsSync(status) ? /RssAnon:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : undefined;
  return found ? Number(found[1]) / 1024 : process.memoryUsage.rss() / 1024 / 1024;
};

/** Real layers where the data is there: all of Cambridge, one after the other, into one store. */
const benchCambridge = async (folder: string, threads: ImportThreads): Promise<readonly BenchResult[]> => {
  const layers = join(process.env['DATA'] ?? '../shared/data', 'cambridge', 'layers');
  if (!existsSync(layers)) return [];
  const directory = mkdtempSync(join(folder, 'store-'));
  const store = await openStore(directory);
  let [accepted, bytes] = [0, 0];
  const fromMs = performance.now();
  for (const file of readdirSync(layers).filter((name) => name.endsWith('.geojson.gz'))) {
    const id = (file.split('.')[0] ?? file).toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const source = Source.parse({
      id,
      format: 'geojson',
      path: file,
      kind: 'city:Object',
      key: { geometry: true, tolerance: 1e-6, onDuplicate: 'ordinal' },
      ignore: ['GlobalID'],
    });
    const report = await run({ store, threads, path: join(layers, file), directory }, source);
    accepted += report.accepted;
    bytes += statSync(join(layers, file)).size;
  }
  const seconds = (performance.now() - fromMs) / 1000;
  await store.close();
  return [
    toResult({ name: 'all layers of Cambridge, one after the other', value: accepted / seconds, unit: 'features/s', better: 'higher' }),
    toResult({ name: 'all layers of Cambridge, time in all', value: seconds, unit: 's', better: 'lower' }),
    toResult({ name: 'all layers of Cambridge, compressed', value: bytes / seconds / 1e6, unit: 'MB/s', better: 'higher' }),
  ];
};
