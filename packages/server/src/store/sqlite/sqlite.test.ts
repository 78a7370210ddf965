import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps, type Timers } from '../../deps.ts';
import { checkBatches, killAfter, soleWriter } from '../crash.contract.ts';
import { storeContract } from '../store.contract.ts';
import type { TwinStore } from '../store.ts';
import { accepted, at, put, putLink, term, twinId } from '../twins.contract.ts';
import { answered } from '../unanswered.ts';
import { openSqliteStore, prunedAtOnce, storeFileName } from './sqlite.ts';
import { createStoreThreads, type StoreThreads } from './sqlite-threads.ts';

const { clock } = systemDeps();
const shared = createStoreThreads({ writers: 1, readers: 2 });

storeContract('the embedded store', (directory) => openSqliteStore({ directory, clock, threads: shared }));

describe('the file and the threads of the embedded store', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sqlite-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const opened = async (threads: StoreThreads = shared, name = '.'): Promise<TwinStore> => {
    const result = await openSqliteStore({ directory: join(directory, name), clock, threads });
    return result.ok ? result.value : expect.fail(result.problem.kind);
  };

  const checkFile = (): void => {
    const file = new DatabaseSync(join(directory, storeFileName));
    expect(file.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(file.prepare("SELECT rtreecheck('place') AS found").get()).toEqual({ found: 'ok' });
    file.close();
  };

  /** `STORE_KILL_ROUNDS=50` for the whole proof. */
  const killRounds = Number(process.env['STORE_KILL_ROUNDS'] ?? 3);

  test('what was acknowledged before a kill -9 is there afterwards, whole batches only, and the file is sound', { timeout: 20_000 * killRounds }, async () => {
    let batches = 0;
    for (let round = 0; round < killRounds; round += 1) {
      const acknowledged = await killAfter(2 + ((round * 7) % 13), { first: batches + 1, store: [directory] });
      const store = await opened();
      batches = (await checkBatches(store, [soleWriter])).get(soleWriter) ?? 0;
      expect(batches).toBeGreaterThanOrEqual(acknowledged);
      await store.close();
      checkFile();
    }
    expect(batches).toBeGreaterThanOrEqual(killRounds * 2);
  });

  test('a thread that ends fails what it was asked, and the next one goes on with the same files', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker): void => void workers.push(worker);
    process.on('worker', note);
    const threads = createStoreThreads({ writers: 1, readers: 1 });
    const store = await opened(threads);
    await accepted(store, [put('1'), put('2')]);
    expect(await store.count({})).toBe(2);
    const ending = workers.map((worker) => worker.terminate());
    expect(await store.apply([put('3')], { at })).toMatchObject([{ ok: false, problem: { kind: 'unavailable' } }]);
    await Promise.all(ending);
    await accepted(store, [put('4')]);
    expect((await store.find({ first: 10 })).twins.map(({ id }) => id)).toEqual(expect.arrayContaining(['1', '2', '4'].map((key) => twinId(key))));
    expect([await store.count({}), await store.head()]).toEqual([3, 3]);
    await store.putImport({ id: 'i', source: 's', digest: 'd', state: 'DONE', startedAt: at });
    process.off('worker', note);
    await store.close();
    await threads.close();
    checkFile();
  });

  test('of the imports of a source the last one is kept', async () => {
    const store = await opened();
    const record = { source: 's', digest: 'd', state: 'DONE', startedAt: at } as const;
    for (const id of ['1', '2', '3']) await store.putImport({ ...record, id });
    await store.putImport({ ...record, id: 'other', source: 'another' });
    expect(await store.lastImport('s')).toMatchObject({ id: '3' });
    await store.close();
    const file = new DatabaseSync(join(directory, storeFileName));
    expect(file.prepare('SELECT id FROM import ORDER BY id').all()).toEqual([{ id: '3' }, { id: 'other' }]);
    file.close();
  });

  test('a file of a newer version, of another program, or no database at all is refused and left alone', async () => {
    await (await opened()).close();
    const path = join(directory, storeFileName);
    const edit = (text: string) => {
      const file = new DatabaseSync(path);
      file.exec(text);
      file.close();
    };
    const open = () => openSqliteStore({ directory, clock, threads: shared });
    edit("INSERT INTO schema_version VALUES (99, '2026-01-01')");
    expect(await open()).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', found: 'schema 99' } });
    rmSync(path);
    edit('CREATE TABLE theirs (a)');
    expect(await open()).toMatchObject({ ok: false, problem: { kind: 'badFile' } });
    writeFileSync(path, 'this is no database, '.repeat(100));
    expect(await open()).toMatchObject({ ok: false, problem: { kind: 'badFile' } });
  });

  test('a file that is spoilt under an open store is told as unavailable, not as a store without changes', async () => {
    const store = await opened();
    for (let batch = 0; batch < 20; batch += 1)
      await accepted(
        store,
        Array.from({ length: 200 }, (_, index) => put(`${batch}-${index}`)),
      );
    await store.maintain({ keepChanges: 1_000_000 });
    const path = join(directory, storeFileName);
    writeFileSync(path, Buffer.alloc(statSync(path).size, 'spoilt '));
    writeFileSync(`${path}-wal`, '');
    expect(await answered(store.find({ filter: { text: 'none' }, first: 9 }))).toMatchObject({ ok: false, problem: { kind: 'unavailable', subject: 'store' } });
    await store.close();
    expect(await answered(store.head())).toMatchObject({ ok: false, problem: { kind: 'unavailable', found: 'it is closed' } });
    expect(await store.health()).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
  });

  test('the log is pruned a bounded step at a time: a write comes in between, and nobody is kept who waits no more', async () => {
    const store = await opened();
    const twins = Array.from({ length: 1_000 }, (_, index) => put(`${index}`));
    for (let changes = 0; changes < 2 * prunedAtOnce; changes += twins.length) await accepted(store, twins);
    const controller = new AbortController();
    const maintained = store.maintain({ keepChanges: 0 }, { signal: controller.signal });
    const written = store.apply([put('new')], { at });
    controller.abort();
    await expect(maintained).rejects.toMatchObject({ name: 'AbortError' });
    expect(await written).toMatchObject([{ ok: true, seq: 2 * prunedAtOnce + 1 }]);
    expect((await store.changes(prunedAtOnce, { limit: 1 })).oldest).toBe(prunedAtOnce);
    const ended: string[] = [];
    const again = store.maintain({ keepChanges: 2 }).then(({ pruned }) => ended.push(`pruned ${pruned}`));
    await Promise.all([again, store.apply([put('newer')], { at }).then(() => ended.push('written'))]);
    expect(ended).toEqual(['written', `pruned ${prunedAtOnce - 1}`]);
    expect((await store.changes(0, { limit: 9 })).changes.map(({ seq }) => seq)).toEqual([2 * prunedAtOnce, 2 * prunedAtOnce + 1, 2 * prunedAtOnce + 2]);
    await store.close();
    checkFile();
  });

  test('a dozen stores share the threads of a process without seeing one another', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `node-${index}`);
    const stores = await Promise.all(names.map((name) => opened(shared, name)));
    await Promise.all(stores.map((store, index) => accepted(store, [put(`${index}`), putLink(twinId(`${index}`), twinId('x'))])));
    expect(await Promise.all(stores.map((store) => store.count({})))).toEqual(names.map(() => 1));
    await Promise.all(stores.map((store) => store.close()));
    expect(await stores[0]?.apply([put('late')], { at })).toMatchObject([{ ok: false, problem: { kind: 'unavailable' } }]);
  });

  test('a reader still busy with an abandoned read is replaced when its time is over, and what waited is answered', async () => {
    const due: (() => void)[] = [];
    const timers: Timers = {
      after: (_ms, run) => {
        due.push(run);
        return () => due.splice(due.indexOf(run), 1);
      },
    };
    const threads = createStoreThreads({ writers: 1, readers: 1, timers });
    const store = await opened(threads);
    await accepted(
      store,
      Array.from({ length: 2_000 }, (_, index) => put(`${index}`, { name: `w${index}` })),
    );
    const controller = new AbortController();
    // a million questions to a function of ours: longer than this test may take
    const any = Array.from({ length: 500 }, (_, index) => ({ not: { property: [{ term: term('none'), op: 'contains' as const, value: `${index}` }] } }));
    const slow = store.count({ all: any }, { signal: controller.signal });
    const waiting = store.count({});
    const [ended, turn] = [slow.catch(({ name }) => name), () => new Promise((resolve) => setImmediate(() => resolve('still waiting')))];
    await turn();
    controller.abort();
    expect(await Promise.race([ended, turn()])).toBe('AbortError');
    expect(await Promise.race([waiting, turn()])).toBe('still waiting');
    for (const run of due.splice(0)) run();
    expect(await waiting).toBe(2_000);
    await store.close();
    await threads.close();
  });

  test('a store with threads of its own ends them when it closes', async () => {
    const result = await openSqliteStore({ directory, clock });
    const store = result.ok ? result.value : expect.fail(result.problem.kind);
    await accepted(store, [put('1')]);
    await store.close();
    await expect(store.count({})).rejects.toThrow('closed');
  });
});
