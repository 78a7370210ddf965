import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openRecordStore } from '../../store/records.ts';
import { runCommand } from '../cityweave.ts';

const main = join(import.meta.dirname, '../../main.ts');
const authority = 'water.town.example';
const nodeFile = `
agency: ${authority}
name: { en: Water board }
sources:
  - { id: hydrants, format: geojson, path: hydrants.geojson, kind: city:Hydrant, key: { columns: [NO] }, name: 'Hydrant {NO}' }
`;
const hydrant = { type: 'Feature', geometry: { type: 'Point', coordinates: [4, 45] }, properties: { NO: 1 } };

describe('what export and backup leave', () => {
  let folder = '';
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const run = (...args: readonly string[]): Promise<number> => runCommand([...args, '--json', '--log', 'silent'], {});
  /** The exit code and what is said to a person. */
  const said = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const code = await run(...args);
    const text = written.mock.calls.map(([chunk]) => String(chunk)).join('');
    written.mockRestore();
    return [code, text];
  };
  const moved = (verb: 'export' | 'backup', to: string, state = 'old') => said(verb, at('node.yaml'), '--state', at(state), '--to', at(to));
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'leaving-'));
    writeFileSync(at('node.yaml'), nodeFile);
    writeFileSync(at('hydrants.geojson'), JSON.stringify({ type: 'FeatureCollection', features: [hydrant] }));
    expect(await run('import', at('node.yaml'), '--state', at('old'))).toBe(0);
    const records = openRecordStore({ directory: at('old', authority), clock: systemDeps().clock });
    if (!records.ok) return expect.fail(records.problem.kind);
    records.value.put('key', 'of the node', { private: 'x' });
    records.value.close();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('a copy is for its owner alone, as what is copied, also in a folder that others may read', async () => {
    mkdirSync(at('copy'), { mode: 0o755 });
    expect(await moved('backup', 'copy')).toEqual([0, '']);
    const modes = readdirSync(at('copy')).map((name) => [name, (statSync(at('copy', name)).mode & 0o777).toString(8)]);
    expect(modes).toEqual([
      ['records.sqlite', '600'],
      ['twins.sqlite', '600'],
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(['copy', 'hydrants.geojson', 'node.yaml', 'old']);
  });

  test.each([
    ['export', 'nodir/node.gz', 'no such file or folder'],
    ['export', 'node.yaml/node.gz', 'a file in the place of a folder'],
    ['export', 'old', 'something that is there already'],
    ['export', 'node.yaml', 'something that is there already'],
    ['export', 'nowhere', 'something that is there already'],
    ['backup', 'node.yaml', 'something that is there already'],
    ['backup', 'node.yaml/copy/water', 'a file in the place of a folder'],
    ['backup', 'old', 'something that is there already'],
  ] as const)('%s --to %s is refused with what is there and where, and leaves all as it is', async (verb, to, found) => {
    symlinkSync(at('none'), at('nowhere'));
    const before = readdirSync(folder, { recursive: true });
    const [code, text] = await moved(verb, to);
    expect(code).toBe(1);
    expect(text).toContain(`the configuration is not valid --to at ${at(to)}: found ${found}; accepted: a place where nothing is yet`);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(readFileSync(at('node.yaml'), 'utf8')).toBe(nodeFile);
  });

  test('export needs no folder for what is temporary', async () => {
    vi.stubEnv('TMPDIR', at('none'));
    expect(await moved('export', 'node.gz')).toEqual([0, '']);
    vi.unstubAllEnvs();
  });

  test.each(['export', 'backup'] as const)('%s of a folder in which no node keeps anything names the folder', async (verb) => {
    const [code, text] = await moved(verb, 'to', 'nothere');
    expect([code, text]).toEqual([1, expect.stringContaining(`not found store of the node at ${at('nothere', authority)}`)]);
    expect(existsSync(at('to'))).toBe(false);
  });

  test('of a source and a whole node one is imported: both are refused', async () => {
    expect(await moved('export', 'node.gz')).toEqual([0, '']);
    expect(await run('import', at('node.yaml'), '--state', at('new'), '--from', at('node.gz'), '--source', 'hydrants')).toBe(2);
    expect(existsSync(at('new'))).toBe(false);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('an export that is told to stop by %s takes with it what it began', { timeout: 60_000 }, async (signal) => {
    mkdirSync(at('old', authority, 'log'));
    writeFileSync(at('old', authority, 'log', 'exchange-000000000001.jsonl'), `${'x'.repeat(40)}\n`.repeat(500_000));
    const before = readdirSync(folder).toSorted();
    const child = spawn(process.execPath, [main, 'export', at('node.yaml'), '--state', at('old'), '--to', at('node.gz')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [words, ended] = [child.stderr.setEncoding('utf8').toArray(), once(child, 'exit')];
    const begun = (): boolean =>
      readdirSync(folder).some((name) => name.startsWith('node.gz.part') && readdirSync(at(name)).some((file) => file.startsWith('node.gz')));
    await expect.poll(begun, { timeout: 30_000, interval: 1 }).toBe(true);
    child.kill(signal);
    expect(await ended).toEqual([1, null]);
    expect((await words).join('')).toContain('found an interruption');
    expect(readdirSync(folder).toSorted()).toEqual(before);
  });
});
