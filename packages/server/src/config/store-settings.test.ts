import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreSettings, settleStore } from './store-settings.ts';

describe('the password of a server', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const given = StoreSettings.parse({ adapter: 'neo4j', uri: 'bolt://db:7687', password: 'of the node file' });

  it('is that of the environment, by itself or in a file, over that of the node file', async () => {
    const path = join(folder, 'password');
    await writeFile(path, 'of a file\n');
    const passwordBy = async (environment: Record<string, string>) => {
      const settled = await settleStore(given, environment);
      return settled.ok && settled.value.password;
    };
    expect(await passwordBy({})).toBe('of the node file');
    expect(await passwordBy({ NEO4J_PASSWORD: 'of the environment' })).toBe('of the environment');
    expect(await passwordBy({ NEO4J_PASSWORD_FILE: path })).toBe('of a file');
  });

  it('in a file that cannot be read is refused, though the node file has one', async () => {
    expect(await settleStore(given, { NEO4J_PASSWORD_FILE: join(folder, 'none') })).toMatchObject({
      ok: false,
      problem: { kind: 'badConfiguration', subject: 'store.passwordFile' },
    });
  });
});
