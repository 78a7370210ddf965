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

  it('is none in the address, which is told to whoever reads a problem', async () => {
    for (const uri of ['bolt://user:secret@db:7687', 'neo4j+s://secret@db', 'bolt://user:sec@ret@db']) {
      const settled = await settleStore(given, { NEO4J_URI: uri });
      expect(settled).toMatchObject({ ok: false, problem: { kind: 'badConfiguration', accepted: expect.stringContaining('NEO4J_PASSWORD') } });
      expect(JSON.stringify(settled)).not.toContain('sec');
      expect(StoreSettings.safeParse({ adapter: 'neo4j', uri }).success).toBe(false);
    }
    expect(await settleStore(given, { NEO4J_URI: 'neo4j+ssc://db.example:7687/?policy=eu' })).toMatchObject({ ok: true });
  });
});
