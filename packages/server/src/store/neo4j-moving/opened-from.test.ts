import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deps, emptyPerFolder, trialServer } from '../neo4j/trial-server.ts';
import { openStore } from '../open-store.ts';

const { settings, skipped } = trialServer();
const server = settings ?? { uri: '', database: '' };
const authority = 'folders.test.example';

describe.skipIf(!settings)(`a space that two folders name${skipped}`, () => {
  let state = '';
  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), 'cityweave-folders-'));
    const emptied = await emptyPerFolder(server, authority)(state);
    if (emptied.ok) await emptied.value.close();
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  /** As a node does, or whoever only exports or imports; the other folder that it is told of. */
  const openFrom = async (name: string, ofNode = true): Promise<string | undefined> => {
    const directory = join(state, name);
    mkdirSync(directory, { recursive: true });
    const opened = await openStore({ store: { adapter: 'neo4j', synchronous: 'full', ...server }, authority, directory, deps, ofNode });
    if (!opened.ok) expect.fail(opened.problem.kind);
    await opened.value.close();
    return opened.value.otherFolder?.path;
  };

  test('is no other folder’s while one opens it, however often', async () => {
    expect([await openFrom('a'), await openFrom('a')]).toEqual([undefined, undefined]);
  });
  test('tells each node of the folder from which it was opened last', async () => {
    expect([await openFrom('a'), await openFrom('b'), await openFrom('b'), await openFrom('a')]).toEqual([
      undefined,
      join(state, 'a'),
      undefined,
      join(state, 'b'),
    ]);
  });
  test('tells also of a folder that was copied as it is', async () => {
    await openFrom('a');
    cpSync(join(state, 'a'), join(state, 'copy'), { recursive: true });
    expect(await openFrom('copy')).toBe(join(state, 'a'));
  });
  test('takes no notice of who opens it for an export or a move', async () => {
    expect([await openFrom('a'), await openFrom('scratch', false), await openFrom('a')]).toEqual([undefined, undefined, undefined]);
  });
});
