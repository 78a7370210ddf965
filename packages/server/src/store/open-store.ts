/**
 * OpenStore: the store that a node's settings name: a file in its folder, or its space in a Neo4j server.
 */
import { join } from 'node:path';
import { type Authority, agencyIdOf, fail, ok, problem, type Result } from '@cityweave/core';
import type { Clock, Ids } from '../deps.ts';
import { createDrivers, type Drivers } from './neo4j/connection.ts';
import { lookAtNeo4jStore, type Neo4jStoreOptions, openNeo4jStore } from './neo4j/neo4j.ts';
import { folderOf } from './neo4j-moving/opened-from.ts';
import { migrations } from './sqlite/sql.ts';
import { openSqliteStore, sqliteEngine, storeFileName } from './sqlite/sqlite.ts';
import { lookAtFile, type Synchronous } from './sqlite/sqlite-file.ts';
import type { StoreThreads } from './sqlite/sqlite-threads.ts';
import type { Looked, TwinStore } from './store.ts';

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
  /** the folder is that of a node which is started: a server notes it, and tells of another one */
  readonly ofNode?: boolean;
  /** what the stores of a process share; own ones where absent */
  readonly threads?: { readonly store?: StoreThreads; readonly drivers?: Drivers };
};

const openInNeo4j = async (options: OpenStoreOptions): Promise<Result<TwinStore>> => {
  const neo4j = neo4jOptions(options);
  if (!neo4j.ok) return neo4j;
  return openNeo4jStore({ ...neo4j.value, ...(options.ofNode && { folder: await folderOf(options.directory, options.deps.ids) }) });
};

const neo4jOptions = ({ store, authority, deps, threads }: OpenStoreOptions): Result<Neo4jStoreOptions> => {
  const { uri, username, password, database } = store;
  if (uri === undefined) return fail(problem('badConfiguration', { subject: 'store.uri', accepted: 'the address of a Neo4j server (NEO4J_URI)' }));
  return ok({ settings: { uri, username, password, database }, authority, deps, drivers: threads?.drivers ?? createDrivers() });
};

const openByAdapter = async (options: OpenStoreOptions): Promise<Result<TwinStore>> => {
  const { store, directory, deps, threads = {} } = options;
  if (store.adapter === 'sqlite') return openSqliteStore({ directory, clock: deps.clock, threads: threads.store, synchronous: store.synchronous });
  return openInNeo4j(options);
};

/** A city has a dozen of them: what is wrong is told with whose it is. */
export const openStore = async (options: OpenStoreOptions): Promise<Result<TwinStore>> => {
  const opened = await openByAdapter(options);
  return opened.ok ? opened : fail({ ...opened.problem, agency: agencyIdOf(options.authority as Authority) }); // branding: settings were parsed
};

const lookAtSqlite = ({ directory, deps: { clock } }: OpenStoreOptions): Result<Looked> => {
  const from = clock.monotonicMs();
  const looked = lookAtFile(join(directory, storeFileName), migrations.length);
  return looked.ok ? ok({ ...sqliteEngine, latencyMs: clock.monotonicMs() - from }) : looked;
};

/** How it is with the store that a node's settings name, which another process may have open: nothing of it is changed. */
export const lookAtStore = async (options: OpenStoreOptions): Promise<Result<Looked>> => {
  if (options.store.adapter === 'sqlite') return lookAtSqlite(options);
  const neo4j = neo4jOptions(options);
  return neo4j.ok ? lookAtNeo4jStore(neo4j.value) : neo4j;
};
