import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Instant, TermId } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps } from '../../deps.ts';
import type { Moved } from '../../store/moving/moved.ts';
import { connect } from '../../store/neo4j/connection.ts';
import { drivers, emptyPerFolder, trialServer } from '../../store/neo4j/trial-server.ts';
import { cypher } from '../../store/neo4j-cypher/space.ts';
import { openRecordStore, recordFileName } from '../../store/records.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import type { TwinStore } from '../../store/store.ts';
import { runCommand } from '../cityweave.ts';

const main = join(import.meta.dirname, '../../main.ts');
const guide = join(import.meta.dirname, '../../../../../docs/guide-operator.md');
const authority = 'moves.town.example';
const nodeFile = `
agency: ${authority}
name: { en: Water board }
sources:
  - { id: hydrants, format: geojson, path: hydrants.geojson, kind: city:Hydrant, key: { columns: [NO] }, name: 'Hydrant {NO}' }
`;
const hydrant = (no: number) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [4 + no / 1000, 45] }, properties: { NO: no } });
const minute = (index: number): Instant => Instant.parse(new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString());
const level = TermId.parse('city:level');

const { settings, skipped } = trialServer();

describe.skipIf(!settings)(`a node that changes its store${skipped}`, () => {
  const server = settings ?? { uri: '', database: '' };
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const emptySpace = emptyPerFolder(server, authority);
  const inSpace = async (): Promise<TwinStore> => {
    const opened = await emptySpace(folder);
    return opened.ok ? opened.value : expect.fail(opened.problem.kind);
  };
  const { uri: NEO4J_URI, username: NEO4J_USERNAME, password: NEO4J_PASSWORD, database: NEO4J_DATABASE } = server;
  const environment = { NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD, NEO4J_DATABASE };
  type On = 'sqlite' | 'neo4j';
  const run = (on: On, ...args: readonly string[]): Promise<number> => runCommand([...args, '--store', on, '--json', '--log', 'silent'], environment);
  const node = () => at('node.yaml');
  const exported = (on: On, state: string, to: string): Promise<number> => run(on, 'export', node(), '--state', at(state), '--to', at(to));
  const imported = (on: On, state: string, from: string): Promise<number> => run(on, 'import', node(), '--state', at(state), '--from', at(from));
  const linesIn = (file: string): readonly string[] =>
    gunzipSync(readFileSync(at(file)))
      .toString()
      .trimEnd()
      .split('\n');
  /** The digest of what the node keeps, as the end of the file tells it. */
  const contentIn = (file: string): unknown => JSON.parse(linesIn(file).at(-1) ?? '').end.content;

  /** A past that is folded in part, and an agreement. */
  const live = async (): Promise<void> => {
    const kept = { directory: join(at('old'), authority), clock: systemDeps().clock };
    const store = await openSqliteStore(kept);
    const records = openRecordStore(kept);
    if (!store.ok || !records.ok) return expect.fail('the node does not open');
    const { id } = (await store.value.find({ first: 1 })).twins[0] ?? expect.fail('no twin is there');
    const samples = Array.from({ length: 1300 }, (_, index) => ({ value: index / 10, unit: 'm', observedAt: minute(index) }));
    for (let from = 0; from < samples.length; from += 50)
      await store.value.apply([{ op: 'patchTwin', id, values: {}, samples: { [level]: samples.slice(from, from + 50) } }], { at: minute(from) });
    await store.value.maintain({ keepChanges: 1_000_000, foldBefore: minute(900) });
    records.value.put('agreement', 'urn:x', { terms: [level] });
    await store.value.close();
    records.value.close();
  };

  /** What lives in the server is another thing now. */
  const changed = async (): Promise<void> => {
    const store = await inSpace();
    const { id } = (await store.find({ first: 1 })).twins[0] ?? expect.fail('no twin is there');
    expect(await store.apply([{ op: 'deleteTwin', id }], { at: minute(2_000) })).toMatchObject([{ ok: true }]);
    await store.close();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'changing-'));
    await (await inSpace()).close();
    writeFileSync(node(), nodeFile);
    writeFileSync(at('hydrants.geojson'), JSON.stringify({ type: 'FeatureCollection', features: Array.from({ length: 40 }, (_, no) => hydrant(no)) }));
    expect(await run('sqlite', 'import', node(), '--state', at('old'))).toBe(0);
    await live();
    expect(await exported('sqlite', 'old', 'one.gz')).toBe(0);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('loses nothing: from files to Neo4j and back, the digest of what it keeps stays', async () => {
    expect(contentIn('one.gz')).toMatch(/^[0-9a-f]{64}$/);
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    expect(await exported('neo4j', 'server', 'two.gz')).toBe(0);
    expect(await imported('sqlite', 'new', 'two.gz')).toBe(0);
    expect(await exported('sqlite', 'new', 'three.gz')).toBe(0);
    expect([contentIn('two.gz'), contentIn('three.gz')]).toEqual([contentIn('one.gz'), contentIn('one.gz')]);
    expect(await run('neo4j', 'import', node(), '--state', at('server'))).toBe(0);
    expect(await exported('neo4j', 'server', 'four.gz')).toBe(0);
    // an unchanged file is not imported again
    expect(linesIn('four.gz').filter((line) => line.includes('"part":"twin"'))).toEqual(linesIn('one.gz').filter((line) => line.includes('"part":"twin"')));
  });

  test('loses nothing either where it lived in Neo4j and said things in another order than that of their names', async () => {
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    const store = await inSpace();
    const { id } = (await store.find({ first: 1 })).twins[0] ?? expect.fail('no twin is there');
    const later = ['city:zeta', 'city:\u{1f6b0}', 'city:\uff5a', 'city:alpha'];
    for (const [index, name] of [...later, ...later].entries())
      expect(await store.apply([{ op: 'patchTwin', id, values: { [name]: { value: index } } }], { at: minute(2_000 + index) })).toMatchObject([{ ok: true }]);
    await store.close();
    expect(await exported('neo4j', 'server', 'two.gz')).toBe(0);
    expect(await imported('sqlite', 'new', 'two.gz')).toBe(0);
    expect(await exported('sqlite', 'new', 'three.gz')).toBe(0);
    expect(contentIn('three.gz')).toBe(contentIn('two.gz'));
  });

  test('is loaded once more from the beginning where that broke off, and not where the store is in use', async () => {
    const store = await inSpace();
    const rows = linesIn('one.gz').map((line): Moved => JSON.parse(line));
    expect(await store.load(rows.filter(({ part }) => part === 'twin'))).toMatchObject({ ok: true });
    expect(await store.load(rows.filter(({ part }) => part === 'samples').slice(0, 2))).toMatchObject({ ok: true });
    await store.close();
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    expect(await exported('neo4j', 'server', 'two.gz')).toBe(0);
    expect(contentIn('two.gz')).toBe(contentIn('one.gz'));
    await changed();
    expect(await imported('neo4j', 'another', 'one.gz')).toBe(1);
    expect(readdirSync(at('another'))).toEqual([authority]);
  });

  test('moves into a space that was emptied as the guide says, whatever it kept before', async () => {
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    await changed();
    expect(await imported('neo4j', 'another', 'one.gz')).toBe(1);
    const statement = /^ {4}(MATCH .*DETACH DELETE.*)$/m.exec(readFileSync(guide, 'utf8'))?.[1] ?? expect.fail('the guide does not say how');
    const { release, ...line } = drivers.take(server);
    await connect(line, server.database).command(cypher(statement.replace('water.example', authority)));
    await release();
    expect(await imported('neo4j', 'another', 'one.gz')).toBe(0);
    expect(await exported('neo4j', 'another', 'two.gz')).toBe(0);
    expect(contentIn('two.gz')).toBe(contentIn('one.gz'));
  });

  test('goes on where it ended after the last row, and only its folder was not whole yet', async () => {
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    renameSync(join(at('server'), authority), join(at('server'), `${authority}.part`));
    rmSync(join(at('server'), `${authority}.part`, recordFileName));
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    expect(readdirSync(at('server'))).toEqual([authority]);
    expect(await exported('neo4j', 'server', 'two.gz')).toBe(0);
    expect(contentIn('two.gz')).toBe(contentIn('one.gz'));
  });

  test.each([
    ['its folder was begun', async () => existsSync(join(at('server'), `${authority}.part`))],
    ['the first twin was in the store', async (store: TwinStore) => (await store.count({})) > 0],
    ['all was in the store', async (store: TwinStore) => (await store.head()) > 0],
  ])('killed once %s, it is moved by the same command, and nothing is lost', { timeout: 60_000 }, async (_, seen) => {
    const store = await inSpace();
    const child = spawn(process.execPath, [main, 'import', node(), '--state', at('server'), '--from', at('one.gz'), '--store', 'neo4j'], {
      env: { ...process.env, ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)) },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await expect.poll(() => seen(store), { timeout: 30_000, interval: 1 }).toBe(true);
    child.kill('SIGKILL');
    const [, signal] = await ended;
    await store.close();
    // it may have been quicker than whoever looked
    const isThere = signal === null || existsSync(join(at('server'), authority, recordFileName));
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(isThere ? 1 : 0);
    expect(readdirSync(at('server'))).toEqual([authority]);
    expect(await exported('neo4j', 'server', 'two.gz')).toBe(0);
    expect(contentIn('two.gz')).toBe(contentIn('one.gz'));
  });

  test('is not copied as files where it is in a server, nor exported from the store that it does not use', async () => {
    expect(await imported('neo4j', 'server', 'one.gz')).toBe(0);
    expect(await run('neo4j', 'backup', node(), '--state', at('server'), '--to', at('copy'))).toBe(1);
    expect(await exported('sqlite', 'server', 'none.gz')).toBe(1);
    const anew = await emptySpace(`${folder}-anew`);
    if (anew.ok) await anew.value.close();
    expect(await exported('neo4j', 'old', 'none.gz')).toBe(1);
    expect(readdirSync(folder).filter((name) => /none|copy/.test(name))).toEqual([]);
  });
});
