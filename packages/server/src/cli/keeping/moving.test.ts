import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { verifyArchive } from '../../store/moving/archive-check.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import { lockDirectory } from '../../store/sqlite/sqlite-lock.ts';
import { accepted, put, term, twinId } from '../../store/twins.contract.ts';
import { runCommand } from '../cityweave.ts';
import { loadOneNode } from '../configured.ts';

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

  test('is copied whole while it is written to: what was acknowledged before is there, no batch in part, and the log without a hole', {
    timeout: 120_000,
  }, async () => {
    const opened = await openSqliteStore({ directory: join(at('old'), 'water.town.example'), clock: systemDeps().clock });
    const store = opened.ok ? opened.value : expect.fail(opened.problem.kind);
    const from = await store.head();
    const writing = { acknowledged: 0, stop: false };
    const writeOn = async (): Promise<void> => {
      while (!writing.stop) {
        const batch = writing.acknowledged + 1;
        await accepted(store, [
          ...Array.from({ length: 20 }, (_, n) => put(`${batch}-${n}`, { name: 'of a batch' })),
          put('counter', { values: { 'city:batch': { value: batch } } }),
        ]);
        writing.acknowledged = batch;
      }
    };
    const done = writeOn();
    try {
      for (const copy of ['first', 'second', 'third']) {
        const known = writing.acknowledged;
        await expect.poll(() => writing.acknowledged, { timeout: 20_000, interval: 1 }).toBeGreaterThan(known + 3);
        const before = writing.acknowledged;
        expect(await run('backup', at('node.yaml'), '--state', at('old'), '--to', join(at(copy), 'water.town.example'))).toBe(0);
        const there = await openSqliteStore({ directory: join(at(copy), 'water.town.example'), clock: systemDeps().clock });
        const copied = there.ok ? there.value : expect.fail(there.problem.kind);
        const batches = Number((await copied.get([twinId('counter')])).get(twinId('counter'))?.values[term('batch')]?.value);
        expect(batches).toBeGreaterThanOrEqual(before);
        expect(await copied.count({ text: 'of a batch' })).toBe(batches * 20);
        const { changes, head } = await copied.changes(from, { limit: 1_000_000 });
        expect([changes.map(({ seq }) => seq), head]).toEqual([Array.from({ length: batches * 21 }, (_, index) => from + index + 1), from + batches * 21]);
        await copied.close();
      }
    } finally {
      writing.stop = true;
      await done;
      await store.close();
    }
  });

  test('keeps the same in a copy of it: the digests of what they keep are one', async () => {
    expect(await run('backup', at('node.yaml'), '--state', at('old'), '--to', join(at('copy'), 'water.town.example'))).toBe(0);
    const contentOf = async (state: string): Promise<unknown> => {
      expect(await run('export', at('node.yaml'), '--state', at(state), '--to', at(`${state}.gz`))).toBe(0);
      const verified = await verifyArchive({ path: at(`${state}.gz`), agency: Authority.parse('water.town.example') });
      return verified.ok ? verified.value.content : verified.problem;
    };
    expect(await contentOf('copy')).toBe(await contentOf('old'));
  });

  test('is no city: its file is told with its agencies and what is given instead, which is enough', async () => {
    const entry = nodeFile
      .trim()
      .split('\n')
      .map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`)
      .join('\n');
    writeFileSync(at('city.yaml'), `city: town\nname: { en: Town }\nregistry: water.town.example\nnodes:\n${entry}\n    roles: [registry]\n`);
    expect(await loadOneNode(at('city.yaml'), {})).toMatchObject({
      ok: false,
      problem: {
        subject: 'city.yaml',
        found: 'a city file with 1 nodes: water.town.example',
        accepted: expect.stringMatching(/agency: water\.town\.example.*--state .cityweave\/town/),
      },
    });
    expect(await run('export', at('city.yaml'), '--state', at('old'), '--to', at('node.gz'))).toBe(1);
    writeFileSync(at('one.yaml'), 'agency: water.town.example\nname: { en: Water board }\n');
    expect(await run('export', at('one.yaml'), '--state', at('old'), '--to', at('node.gz'))).toBe(0);
    expect(await run('import', at('node.yaml'), '--state', at('new'), '--from', at('node.gz'))).toBe(0);
    expect(await twinsIn('new')).toEqual(await twinsIn('old'));
  });

  test('takes its place at once: what another attempt left beside it goes, and what is there of anything else stays', async () => {
    expect(await run('export', at('node.yaml'), '--state', at('old'), '--to', at('node.gz'))).toBe(0);
    cpSync(at('old'), at('new'), { recursive: true });
    renameSync(join(at('new'), 'water.town.example'), join(at('new'), 'water.town.example.part'));
    expect(await run('import', at('node.yaml'), '--state', at('new'), '--from', at('node.gz'))).toBe(0);
    expect(readdirSync(at('new'))).toEqual(['water.town.example']);
    expect(await twinsIn('new')).toEqual(await twinsIn('old'));
    mkdirSync(join(at('third'), 'water.town.example'), { recursive: true });
    writeFileSync(join(at('third'), 'water.town.example', 'letter.txt'), 'of somebody');
    expect(await run('import', at('node.yaml'), '--state', at('third'), '--from', at('node.gz'))).toBe(1);
    expect(readdirSync(join(at('third'), 'water.town.example'))).toContain('letter.txt');
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
