/**
 * Build viewer: the page as it is now, as it is served.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../../..');
const viewer = join(root, 'packages/viewer');

/** As it is served, not as the test runner's environment would have it. */
export const buildViewer = async (): Promise<void> => {
  const env = { ...process.env, NODE_ENV: 'production' };
  const build = spawn(join(viewer, 'node_modules/.bin/vite'), ['build', '--logLevel', 'error'], { cwd: viewer, stdio: ['ignore', 'ignore', 'inherit'], env });
  const [code] = await once(build, 'exit');
  if (code !== 0) throw new Error('the viewer could not be built');
};
