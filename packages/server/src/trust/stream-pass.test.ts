/**
 * Who opens a stream: the subscriber itself, for this subscription, now.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMs, instantOfMs } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openRecordStore } from '../store/records.ts';
import { loadNodeKey } from './node-key.ts';
import { checkPass, writePass } from './stream-pass.ts';

const listening = { subscriber: 'urn:dtf:twin:front.example:agency', publisher: 'urn:dtf:twin:water.example:agency', subscription: 'one' };

it('a pass is taken for what it was made for, while it is fresh, under the key of the subscriber', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pass-'));
  const opened = openRecordStore({ directory, clock: systemDeps().clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  const key = await loadNodeKey(opened.value);
  opened.value.close();
  rmSync(directory, { recursive: true });
  const now = instantOfMs(Date.UTC(2026, 4, 4));
  const pass = writePass(listening, key, now);
  let keys = [key.publicKey];
  const checked = async (given: string | undefined, changes = {}, at = now) => {
    const told = await checkPass(given, { ...listening, ...changes }, { keys: () => keys, now: at });
    return told.ok ? 'taken' : told.problem.kind;
  };
  expect(await checked(pass)).toBe('taken');
  expect(await checked(pass, {}, addMs(now, 60_000))).toBe('taken');
  expect(await checked(pass, {}, addMs(now, 120_000))).toBe('passExpired');
  for (const change of [{ subscription: 'two' }, { publisher: 'another' }, { subscriber: 'another' }]) expect(await checked(pass, change)).toBe('badSignature');
  expect(await checked(`${pass}x`)).toBe('badSignature');
  expect(await checked('no pass')).toBe('badSignature');
  expect(await checked(undefined)).toBe('notAuthenticated');
  expect(await checkPass(pass, listening, { keys: () => [], now })).toMatchObject({ ok: false, problem: { kind: 'badSignature' } });
  const taken = await checkPass(pass, listening, { keys: () => keys, now });
  const mayListen = taken.ok ? taken.value : expect.unreachable();
  expect(mayListen()).toBe(true);
  keys = [];
  expect(mayListen(), 'its key was revoked').toBe(false);
});
