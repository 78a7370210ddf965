/**
 * A real Neo4j for tests of cities, by the project's own tool: one that the run shares, or one of a test's own.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

export type Started = { readonly uri?: string; readonly pid?: number; readonly port?: number; readonly missing?: string };

/** Runs `pnpm neo4j VERB` on a home folder. */
export const neo4jTool = (verb: 'start' | 'stop' | 'status', home: string, port = 0): Started => {
  const { stdout } = spawnSync(process.execPath, ['tools/neo4j.ts', verb, '--home', home, '--port', `${port}`, '--json'], { cwd: root, encoding: 'utf8' });
  return JSON.parse(stdout.trim().split('\n').at(-1) || '{}');
};

const shared = (): string => process.env['NEO4J_TEST_HOME'] ?? '.cityweave/neo4j-tests';

/** Words for the title of what is skipped; an error where nothing may be. */
const without = (missing: string | undefined): string => {
  if (process.env['NEO4J_TESTS'] === 'required') throw new Error(`NEO4J_TESTS says required, and there is no Neo4j: ${missing}`);
  return ` (skipped: no server can be started here: ${missing})`;
};

/** Whether a test can start a server of its own, to kill it: the one that NEO4J_URI names is not for that. Empty where it can. */
export const withoutOwnServer = (): string => {
  const { missing } = neo4jTool('status', shared());
  return missing === undefined ? '' : without(missing);
};

export type RunServer = { readonly settings?: Readonly<Record<string, string | undefined>>; readonly skipped: string };

/** Settings of the server that NEO4J_URI names, else of the one that this run may start; else why there is none. */
export const serverOfRun = (): RunServer => {
  const { NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD, NEO4J_PASSWORD_FILE, NEO4J_DATABASE } = process.env;
  if (NEO4J_URI) return { settings: { NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD, NEO4J_PASSWORD_FILE, NEO4J_DATABASE }, skipped: '' };
  const { uri, missing } = neo4jTool('start', shared());
  return uri ? { settings: { NEO4J_URI: uri }, skipped: '' } : { skipped: without(missing) };
};
