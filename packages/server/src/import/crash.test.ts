import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authority, collectionOf, createTrial, point, sourceOf } from './trial.ts';

/** So many that the first word of progress comes long before the last page, also on a fast machine. */
const rows = 80_000;
const source = sourceOf({ id: 'trees', format: 'geojson', path: 'trees.geojson', kind: 'city:Tree', key: { columns: ['ID'] } });

/** Imports in a process of its own, which ends by signal 9 as soon as some, but not all, is applied. */
const programOf = (folder: string, path: string): string => `
import { openSqliteStore } from ${JSON.stringify(new URL('../store/sqlite/sqlite.ts', import.meta.url).href)};
import { importSource } from ${JSON.stringify(new URL('./import.ts', import.meta.url).href)};
import { systemDeps } from ${JSON.stringify(new URL('../deps.ts', import.meta.url).href)};
const { clock, ids } = systemDeps();
const opened = await openSqliteStore({ directory: ${JSON.stringify(folder)}, clock });
await importSource({
  source: ${JSON.stringify(source)}, authority: ${JSON.stringify(authority)}, path: ${JSON.stringify(path)}, store: opened.value, clock, ids,
  signal: new AbortController().signal, scratch: ${JSON.stringify(join(folder, 'scratch'))},
  onProgress: ({ phase, records }) => phase === 'applying' && records > 0 && process.kill(process.pid, 'SIGKILL'),
});
`;

const untilKilled = (program: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => {
    spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', (_code, signal) => resolve(signal));
  });

test('an import killed with signal 9 while it is applied goes on under the same import id and ends right', async () => {
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
