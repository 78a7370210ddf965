/**
 * `pnpm start`: the sample city with its viewer, which is built where it is not there yet or older than its sources.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const viewer = join(root, 'packages/viewer');
const built = join(viewer, 'dist/index.html');

const changedMs = (path: string): number => statSync(path).mtimeMs;
const sources = (): readonly string[] =>
  globSync(['src/**/*.*', 'index.html', 'vite.config.ts', '../core/src/scene/*.ts'], { cwd: viewer }).map((path) => join(viewer, path));
const isNew = (): boolean => existsSync(built) && sources().every((path) => changedMs(path) <= changedMs(built));

if (!isNew()) {
  console.error('building the viewer, once');
  const { status } = spawnSync(join(viewer, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], {
    cwd: viewer,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) console.error('the viewer could not be built: the city starts with its landing page instead');
}

const city = spawn(process.execPath, ['packages/server/src/main.ts', 'up', 'fixtures/cities/sample.yaml', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => city.kill(signal));
city.on('exit', (code) => process.exit(code ?? 1));
