import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authority, collectionOf, createTrial, point, sourceOf } from './trial.ts';

/** More than one page, of which the first is the first that is told. */
const rows = 12_000;
const source = sourceOf({ id: 'trees', format: 'geojson', path: 'trees.geojson', kind: 'city:Tree', key: { columns: ['ID'] } });

/** Imports in a process of its own, which ends by signal 9 as soon as a page, but not all, is applied: by its clock there is always time to tell of the next. */
const programOf = (folder: string, path: string): string => `
import { openSqliteStore } from ${JSON.stringify(new URL('../store/sqlite/sqlite.ts', import.meta.url).href)};
import { importSource } from ${JSON.stringify(new URL('./import.ts', import.meta.url).href)};
import { systemDeps } from ${JSON.stringify(new URL('../deps.ts', import.meta.url).href)};
const { clock: { now }, ids } = systemDeps();
let seconds = 0;
const clock = { now, monotonicMs: () => (seconds += 1) * 1_000 };
const opened = await openSqliteStore({ directory: ${JSON.stringify(folder)}, clock });
await importSource({
  source: ${JSON.stringify(source)}, authority: ${JSON.stringify(authority)}, path: ${JSON.stringify(path)}, store: opened.value, clock, ids,
  signal: new AbortController().signal, scratch: ${JSON.stringify(join(folder, 'scratch'))},
  onProgress: ({ phase, records }) => phase === 'applying' && records > 0 && process.kill(process.pid, 'SIGKILL'),
});
`;

const untilKilled = (program: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'cityweave-test-compiled') };
    spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'], env }).on('exit', (_code, signal) => resolve(signal));
  });

/** Two programs with all of their threads are started, which is most of it where the machine is busy. */
const withinMs = 180_000;

test('an import killed with signal 9 while it is applied goes on under the same import id and ends right', { timeout: withinMs }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-crash-'));
  const path = join(folder, 'trees.geojson');
  const features = Array.from({ length: rows }, (_, index) => ({
    geometry: point(4 + index / rows, 52),
    properties: { ID: `tree-${index}`, species: 'Tilia' },
  }));
  writeFileSync(path, collectionOf(features));
  const program = join(folder, 'import.ts');
  writeFileSync(program, programOf(folder, path));
  expect(await untilKilled(program)).toBe('SIGKILL');

  await using trial = await createTrial(undefined, folder);
  const interrupted = await trial.store.lastImport('trees');
  const there = await trial.store.count({});
  expect(interrupted?.state).toBe('APPLYING');
  expect(there).toBeGreaterThan(0);
  expect(there).toBeLessThan(rows);

  const report = await trial.run(source, path);
  expect(report).toMatchObject({ id: interrupted?.id, state: 'DONE', accepted: rows, added: rows - there, unchanged: there, changed: 0, removed: 0 });
  expect(await trial.store.count({})).toBe(rows);
  expect(await trial.run(source, path)).toMatchObject({ id: interrupted?.id, state: 'UNCHANGED' });
});
