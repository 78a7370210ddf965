import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import { lockDirectory } from '../../store/sqlite/sqlite-lock.ts';
import { runCommand } from '../cityweave.ts';

const nodeFile = `
agency: water.town.example
name: { en: Water board }
sources:
  - { id: hydrants, format: geojson, path: hydrants.geojson, kind: city:Hydrant, key: { columns: [NO] }, name: 'Hydrant {NO}' }
`;
const hydrant = (no: number) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [4 + no / 1000, 45] }, properties: { NO: no } });

describe('a node that moves', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const run = (...args: readonly string[]): Promise<number> => runCommand([...args, '--json', '--log', 'silent'], {});
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'moving-'));
    writeFileSync(at('node.yaml'), nodeFile);
    writeFileSync(at('hydrants.geojson'), JSON.stringify({ type: 'FeatureCollection', features: Array.from({ length: 40 }, (_, no) => hydrant(no)) }));
    expect(await run('import', at('node.yaml'), '--state', at('old'))).toBe(0);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const twinsIn = async (state: string): Promise<unknown> => {
    const opened = await openSqliteStore({ directory: join(at(state), 'water.town.example'), clock: systemDeps().clock });
    if (!opened.ok) return opened.problem;
    const { twins } = await opened.value.find({ first: 100 });
    await opened.value.close();
    return twins;
  };

  test('is the same elsewhere, and imports nothing again that is unchanged', async () => {
    expect(await run('export', at('node.yaml'), '--state', at('old'), '--to', at('node.gz'))).toBe(0);
    expect(await run('import', at('node.yaml'), '--state', at('new'), '--from', at('node.gz'))).toBe(0);
    const before = await twinsIn('new');
    expect(before).toEqual(await twinsIn('old'));
    expect(before).toHaveLength(40);
    expect(await run('import', at('node.yaml'), '--state', at('new'))).toBe(0);
    expect(await twinsIn('new')).toEqual(before);
  });

  test('can be exported and backed up while it runs', async () => {
    const lock = await lockDirectory(join(at('old'), 'water.town.example'));
    expect(await run('export', at('node.yaml'), '--state', at('old'), '--to', at('node.gz'))).toBe(0);
    expect(await run('backup', at('node.yaml'), '--state', at('old'), '--to', join(at('copy'), 'water.town.example'))).toBe(0);
    if (lock.ok) lock.value();
    expect(await twinsIn('copy')).toEqual(await twinsIn('old'));
  });

  test('is refused where a node keeps something already, and from a file that is not whole; nothing is changed then', async () => {
    await run('export', at('node.yaml'), '--state', at('old'), '--to', at('node.gz'));
    const before = await twinsIn('old');
    expect(await run('import', at('node.yaml'), '--state', at('old'), '--from', at('node.gz'))).toBe(1);
    expect(await run('backup', at('node.yaml'), '--state', at('old'), '--to', join(at('old'), 'water.town.example'))).toBe(1);
    expect(await twinsIn('old')).toEqual(before);
    writeFileSync(at('node.gz'), readFileSync(at('node.gz')).subarray(0, 400));
    expect(await run('import', at('node.yaml'), '--state', at('new'), '--from', at('node.gz'))).toBe(1);
    expect(readdirSync(folder)).not.toContain('new');
    expect(await run('export', at('node.yaml'), '--state', at('none'), '--to', at('none.gz'))).toBe(1);
    expect(await run('export', at('node.yaml'), '--state', at('old'))).toBe(2);
  });
});
