/**
 * What a twin says of itself when it is asked whether it is there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agencyTwinIdOf } from '@cityweave/core';
import { expect, it } from 'vitest';
import { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import { openStore } from '../store/open-store.ts';
import { createStoreInline } from '../store/sqlite/sqlite-thread.ts';
import { statusNow } from './maintenance.ts';

const fileOf = (more: object = {}) => NodeFile.parse({ agency: 'water.example', name: { en: 'Water' }, ...more });

it('is online, degraded while its store does not answer, and offline while it is closed or stops', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cityweave-status-'));
  const deps = systemDeps();
  const node = fileOf();
  const opened = await openStore({ store: node.store, authority: node.agency, directory, deps, threads: { store: createStoreInline() } });
  if (!opened.ok) throw new Error(opened.problem.kind);
  const store = opened.value;
  const stop = new AbortController();
  const room = { node, deps, self: { id: agencyTwinIdOf(node.agency) } as never, signal: stop.signal, store }; // branding: its id is all that is looked at
  expect(await statusNow(room)).toBe('online');
  const closed = fileOf({ maintenance: [{ from: '2026-01-01T00:00:00.000Z' }] });
  expect(await statusNow({ ...room, node: closed })).toBe('offline');
  const hung: typeof store.health = (waiting) =>
    new Promise((_, reject) => {
      waiting?.signal?.addEventListener('abort', () => reject(new Error('nobody waits')));
    });
  expect(await statusNow({ ...room, store: { ...store, health: hung } })).toBe('degraded');
  await store.close();
  expect(await statusNow(room)).toBe('degraded');
  stop.abort();
  expect(await statusNow(room)).toBe('offline');
  await rm(directory, { recursive: true, force: true });
});
