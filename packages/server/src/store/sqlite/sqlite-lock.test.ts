import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from './sqlite-lock.ts';

describe('the lock of a folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refused = (found: string, path = folder) => ({ ok: false, problem: { kind: 'badConfiguration', subject: 'state', path, found } });

  test('is one process’s until it lets go', async () => {
    const held = await lockDirectory(folder);
    expect(await lockDirectory(folder)).toMatchObject(refused('a folder that is in use'));
    if (held.ok) held.value();
    const again = await lockDirectory(folder);
    expect(again.ok).toBe(true);
    if (again.ok) again.value();
  });

  test('that cannot be made is no folder in use: what is in the way is told', async () => {
    mkdirSync(join(folder, 'lock.sqlite'));
    expect(await lockDirectory(folder)).toMatchObject(refused('no lock in it: unable to open database file'));
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'state');
    expect(await lockDirectory(below)).toMatchObject(refused('a folder that cannot be made: a file in the place of a folder', below));
  });
});
