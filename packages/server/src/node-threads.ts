/**
 * Node threads: the threads that the nodes of one process share, for stores, for reading files and for cutting scenes, ended together; and their connections to Neo4j.
 */
import type { Timers } from './deps.ts';
import { createImportThreads, type ImportThreads } from './import/threads.ts';
import { createDrivers, type Drivers } from './store/neo4j/connection.ts';
import { createStoreThreads, type StoreThreads } from './store/sqlite/sqlite-threads.ts';
import { type CutThreads, createCutThreads } from './tiles/cut/cut-threads.ts';

export type NodeThreads = {
  readonly store: StoreThreads;
  readonly drivers: Drivers;
  readonly imports: ImportThreads;
  readonly cuts: CutThreads;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** `writers` beyond one only where several nodes share them. */
export const createNodeThreads = (timers: Timers, writers = 1): NodeThreads => {
  const [store, imports, cuts] = [createStoreThreads({ writers, timers }), createImportThreads(), createCutThreads()];
  return {
    store,
    drivers: createDrivers(),
    imports,
    cuts,
    [Symbol.asyncDispose]: async () => {
      await imports[Symbol.asyncDispose]();
      await cuts[Symbol.asyncDispose]();
      await store.close();
    },
  };
};
