/**
 * The conformance kit at the log of a node: what is altered in it is found, in the kit's own copy as in the node's.
 */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixturesFolder, readMaterial, testConformance } from '@cityweave/server';
import { expect, it } from 'vitest';
import { createTestCity, present, valueOf } from '../city.ts';
import { authorityOfTest } from '../city-files.ts';

/** A log in a folder of its own, every line of it as `change` gives it. */
const copyWith = async (directory: string, to: string, change: (line: string) => string): Promise<string> => {
  await cp(join(directory, 'log'), join(to, 'log'), { recursive: true });
  const [name] = await readdir(join(to, 'log'));
  const path = join(to, 'log', present(name, 'log'));
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${lines.map(change).join('\n')}\n`);
  return to;
};

it('finds a sealed log sound, and one that was altered or signed by nobody not', { timeout: 60_000 }, async () => {
  await using city = await createTestCity({ agencies: [{ name: 'front', kind: 'city:Building', twins: [] }], needs: [] });
  const target = city.front.address;
  const directory = join(city.folder, 'state', authorityOfTest('front'));
  await city.stop();
  await using _ = await city.startAgain('front', target);
  const material = valueOf(await readMaterial(fixturesFolder));
  const test = async (folder: string) =>
    valueOf(await testConformance({ target, directory: folder, only: ['14-log'], material, signal: AbortSignal.timeout(30_000) })).results;
  const ids = ['14-log', '14-log-altered', '14-log-rewritten'];
  expect(await test(directory)).toMatchObject(ids.map((id) => ({ id, outcome: 'passed' })));
  const altered = await copyWith(directory, join(city.folder, 'altered'), (line) => line.replace('"code":"DTF-000"', '"code":"DTF-900"'));
  expect(await test(altered)).toMatchObject(ids.map((id) => ({ id, outcome: 'failed', why: expect.stringContaining('changed') })));
  const unsigned = await copyWith(directory, join(city.folder, 'unsigned'), (line) => line.replace(/"signature":"[^"]{9}/, '"signature":"AAAAAAAAA'));
  expect(await test(unsigned)).toMatchObject(ids.map((id) => ({ id, outcome: 'failed' })));
});
