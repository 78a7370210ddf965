/**
 * Loaded before a command that runs nodes: the page that they serve is built where it is not there yet or older than its sources.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const viewer = join(import.meta.dirname, '../packages/viewer');
const built = join(viewer, 'dist/index.html');

const changedMs = (path: string): number => statSync(path).mtimeMs;
const sources = (): readonly string[] =>
  globSync(['src/**/*.*', 'index.html', 'vite.config.ts', '../core/src/scene/**/*.ts'], { cwd: viewer }).map((path) => join(viewer, path));
const isNew = (): boolean => existsSync(built) && sources().every((path) => changedMs(path) <= changedMs(built));

const build = (): void => {
  console.error('building the viewer, once');
  const { status } = spawnSync(join(viewer, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], { cwd: viewer, stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) console.error('the viewer could not be built: a landing page stands in its place');
};

if (isMainThread && ['up', 'serve'].includes(process.argv[2] ?? '') && !isNew()) build();
