/**
 * A real Neo4j for tests: the one that NEO4J_URI names, else one started for this run; where neither can be had the reason why not.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Result } from '@cityweave/core';
import { systemDeps } from '../../deps.ts';
import { cypher, spaceOf } from '../neo4j-cypher/space.ts';
import type { TwinStore } from '../store.ts';
import { connect, createDrivers, type Neo4jSettings } from './connection.ts';
import { openNeo4jStore } from './neo4j.ts';

export type TrialServer = { readonly settings?: Neo4jSettings; readonly skipped: string };

const root = join(import.meta.dirname, '../../../../..');

type Started = { readonly uri?: string; readonly pid?: number; readonly port?: number; readonly missing?: string };

/** Runs `pnpm neo4j VERB` on a home folder. */
export const neo4jTool = (verb: 'start' | 'stop' | 'status', home: string, more: readonly string[] = []): Started => {
  const { stdout, stderr } = spawnSync(process.execPath, ['tools/neo4j.ts', verb, '--home', home, '--port', '0', '--json', ...more], {
    cwd: root,
    encoding: 'utf8',
  });
  const line = stdout.trim().split('\n').at(-1);
  return line ? JSON.parse(line) : { missing: stderr };
};

/** Who connects to the server that the environment names, and to which database of it. */
export const credentials = (): Omit<Neo4jSettings, 'uri'> => {
  const { NEO4J_USERNAME: username, NEO4J_PASSWORD, NEO4J_PASSWORD_FILE: file, NEO4J_DATABASE: database = 'neo4j' } = process.env;
  return { username, password: NEO4J_PASSWORD ?? (file && readFileSync(file, 'utf8').trim()), database };
};

const given = (): Neo4jSettings | undefined => {
  const { NEO4J_URI: uri } = process.env;
  return uri ? { uri, ...credentials() } : undefined;
};

const home = process.env['NEO4J_TEST_HOME'] ?? '.cityweave/neo4j-tests';

/** Words for the title of what is skipped; an error where nothing may be. */
const without = (missing: string | undefined): string => {
  if (process.env['NEO4J_TESTS'] === 'required') throw new Error(`NEO4J_TESTS says required, and there is no Neo4j: ${missing}`);
  return ` (skipped: no server can be started here: ${missing})`;
};

/** One server a run, started by the first test file that wants it; the end of the run stops it. */
export const trialServer = (): TrialServer => {
  const settings = given();
  if (settings) return { settings, skipped: '' };
  const { uri, missing } = neo4jTool('start', home);
  return uri ? { settings: { uri, database: 'neo4j' }, skipped: '' } : { skipped: without(missing) };
};

/** Whether a test can start servers of its own, to kill them: the one that NEO4J_URI names is not for that. */
export const ownServers = (): Pick<TrialServer, 'skipped'> => {
  const { missing } = neo4jTool('status', home);
  return { skipped: missing === undefined ? '' : without(missing) };
};

export const drivers = createDrivers();
export const deps = systemDeps();

/** All of an agency's space goes, but for its schema. */
const empty = async (settings: Neo4jSettings, authority: string): Promise<void> => {
  const { release, ...line } = drivers.take(settings);
  const { end, identifier, log, join: joins, past, chunk, register } = spaceOf(authority);
  const { command } = connect(line, settings.database);
  await command(cypher(`MATCH (n:${end}|${identifier}|${log}|${joins}|${past}|${chunk}) DETACH DELETE n`));
  await command(cypher(`MATCH (n:${register}) WHERE NOT n.key IN ['head', 'schema'] DELETE n`));
  await command(cypher(`MATCH (n:${register} {key: 'head'}) SET n.seq = 0, n.oldest = 0`));
  await release();
};

/** A store that is empty for every new folder, and the same again for the same one; other stores that a test wants beside it have spaces of their own. */
export const emptyPerFolder = (settings: Neo4jSettings, authority: string): ((directory: string) => Promise<Result<TwinStore>>) => {
  const last = new Map<string, string>();
  return async (directory) => {
    const name = basename(directory);
    const owner = name.startsWith('other-') ? `${name}.${authority}` : authority;
    if (directory !== last.get(owner)) await empty(settings, owner);
    last.set(owner, directory);
    return openNeo4jStore({ settings, authority: owner, deps, drivers });
  };
};
