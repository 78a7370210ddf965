/**
 * Benchmark of both stores, or of one by its name: `--only=embedded`, `--only=neo4j`.
 */
import type { BenchResult } from './result.ts';
import { benchStore } from './store.ts';
import { benchNeo4jStore } from './store-neo4j.ts';

const suites: Readonly<Record<string, () => Promise<BenchResult[]>>> = { embedded: benchStore, neo4j: benchNeo4jStore };

const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');

export const benchStores = async (): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const [name, bench] of Object.entries(suites)) if (only === undefined || only.includes(name)) results.push(...(await bench()));
  return results;
};
