/**
 * The server of the benchmark on Neo4j: the server that NEO4J_URI names, else one of its own with both of Java's compilers, stopped at the end.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Server = {
  readonly uri: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: string;
  /** home folder of a server of our own */
  readonly home?: string;
};

const root = join(import.meta.dirname, '../../../..');

const tool = (verb: 'start' | 'stop', home: string, more: readonly string[] = []): { readonly uri?: string; readonly missing?: string } => {
  const given = ['tools/neo4j.ts', verb, '--home', home, '--port', '0', '--json', ...more];
  const { stdout, stderr } = spawnSync(process.execPath, given, { cwd: root, encoding: 'utf8' });
  const line = stdout.trim().split('\n').at(-1);
  return line ? JSON.parse(line) : { missing: stderr };
};

const given = (): Server | undefined => {
  const { NEO4J_URI: uri, NEO4J_USERNAME: username, NEO4J_PASSWORD, NEO4J_PASSWORD_FILE: file, NEO4J_DATABASE: database = 'neo4j' } = process.env;
  return uri ? { uri, username, password: NEO4J_PASSWORD ?? (file && readFileSync(file, 'utf8').trim()), database } : undefined;
};

/** Undefined, with a word on it, where none can be had. */
export const withServer = async <T>(work: (server: Server) => Promise<T>): Promise<T | undefined> => {
  const named = given();
  if (named) return work(named);
  const home = mkdtempSync(join(tmpdir(), 'cityweave-bench-neo4j-'));
  const { uri, missing } = tool('start', home, ['--measured']);
  try {
    if (uri) return await work({ uri, database: 'neo4j', home });
    process.stderr.write(`Neo4j is left out: ${missing}\n`);
    return undefined;
  } finally {
    tool('stop', home);
    rmSync(home, { recursive: true, force: true });
  }
};
