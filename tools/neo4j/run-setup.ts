/**
 * Setup of a test run: a home folder for the one Neo4j that its tests may start, and the end of that server with the run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stop } from './server.ts';

const variable = 'NEO4J_TEST_HOME';
let own = '';

/** The projects of a run share one server: the first makes its folder, the workers find it in their environment. */
export const setup = (): void => {
  if (process.env[variable]) return;
  own = mkdtempSync(join(tmpdir(), 'cityweave-neo4j-'));
  process.env[variable] = own;
};

export const teardown = async (): Promise<void> => {
  if (!own) return;
  await stop(own);
  rmSync(own, { recursive: true, force: true });
  delete process.env[variable];
};
