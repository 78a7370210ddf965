/**
 * OpenStore: the store that a node's settings name: a file in its folder, or its space in a Neo4j server.
 */
import { fail, problem, type Result } from '@cityweave/core';
import type { Clock, Ids } from '../deps.ts';
import { createDrivers, type Drivers } from './neo4j/connection.ts';
import { openNeo4jStore } from './neo4j/neo4j.ts';
import { openSqliteStore } from './sqlite/sqlite.ts';
import type { Synchronous } from './sqlite/sqlite-file.ts';
import type { StoreThreads } from './sqlite/sqlite-threads.ts';
import type { TwinStore } from './store.ts';

export type OpenStoreOptions = {
  readonly store: {
    readonly adapter: 'sqlite' | 'neo4j';
    readonly synchronous: Synchronous;
    readonly uri?: string | undefined;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly database: string;
  };
  /** whose twins they are */
  readonly authority: string;
  readonly directory: string;
  readonly deps: { readonly clock: Clock; readonly ids: Ids };
  /** what the stores of a process share; own ones where absent */
  readonly threads?: { readonly store?: StoreThreads; readonly drivers?: Drivers };
};

export const openStore = async ({ store, authority, directory, deps, threads = {} }: OpenStoreOptions): Promise<Result<TwinStore>> => {
  const { adapter, synchronous, uri, username, password, database } = store;
  if (adapter === 'sqlite') return openSqliteStore({ directory, clock: deps.clock, threads: threads.store, synchronous });
  if (uri === undefined) return fail(problem('badConfiguration', { subject: 'store.uri', accepted: 'the address of a Neo4j server (NEO4J_URI)' }));
  return openNeo4jStore({ settings: { uri, username, password, database }, authority, deps, drivers: threads.drivers ?? createDrivers() });
};
