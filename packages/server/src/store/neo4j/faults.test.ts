import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { auth, driver as openDriver } from 'neo4j-driver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkBatches, killAfter, soleWriter, writeBatch } from '../crash.contract.ts';
import { healthWithinMs } from '../in-time.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { cypher, fence, newestSchema, spaceOf } from '../neo4j-cypher/space.ts';
import type { ImportRecord, TwinStore } from '../store.ts';
import { accepted, at, put, term, twin, twinId } from '../twins.contract.ts';
import { answered } from '../unanswered.ts';
import { connect, type Neo4jSettings, serverBounds } from './connection.ts';
import { rejectionOf } from './failures.ts';
import { lookAtNeo4jStore, openNeo4jStore } from './neo4j.ts';
import { deps, drivers, emptyPerFolder, neo4jTool, ownServers, trialServer } from './trial-server.ts';

const { settings, skipped } = trialServer();
const shared = settings ?? { uri: '', database: '' };

const opened = async (authority: string, at_: Neo4jSettings): Promise<TwinStore> => {
  const result = await openNeo4jStore({ settings: at_, authority, deps, drivers });
  return result.ok ? result.value : expect.fail(JSON.stringify(result.problem));
};

describe.skipIf(!settings)(`many writers on a real server${skipped}`, () => {
  test('sixteen of them, each with a store of its own, on one twin: no update is lost', { timeout: 120_000 }, async () => {
    const [authority, writers, updates] = ['writers.test.example', 16, 3];
    const first = await emptyPerFolder(shared, authority)('anew');
    if (first.ok) await accepted(first.value, [put('1', { values: { 'city:n': { value: 0 } } })]);
    const stores = await Promise.all(Array.from({ length: writers }, () => opened(authority, shared)));
    const increment = async (store: TwinStore): Promise<void> => {
      for (let done = 0; done < updates; ) {
        const known = (await store.get([twinId('1')])).get(twinId('1'));
        const next = twin(twinId('1'), { values: { 'city:n': { value: Number(known?.values[term('n')]?.value) + 1 } } });
        const [outcome] = await store.apply([{ op: 'putTwin', twin: next, expected: known?.version ?? 0 }], { at });
        if (outcome?.ok) done += 1;
        else expect(outcome?.problem.kind).toBe('revisionConflict');
      }
    };
    await Promise.all(stores.map(increment));
    const [store] = stores;
    expect((await store?.get([twinId('1')]))?.get(twinId('1'))).toMatchObject({
      version: 1 + writers * updates,
      values: { 'city:n': { value: writers * updates } },
    });
    expect((await store?.changes(0, { limit: 1_000 }))?.changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 1 + writers * updates }, (_, n) => n + 1));
    for (const each of [...stores, ...(first.ok ? [first.value] : [])]) await each.close();
  });
});

describe.skipIf(!settings)(`a space that somebody else has open, on a real server${skipped}`, () => {
  const authority = 'looked-at.test.example';
  const space = spaceOf(authority);
  const options = { settings: shared, authority, deps, drivers };
  const asked = async (text: string): Promise<unknown> => {
    const { release, ...line } = drivers.take(shared);
    const rows = await connect(line, shared.database).command(cypher(text));
    await release();
    return rows;
  };
  /** Everything that is in the space, schema and marks of writers too. */
  const content = async (): Promise<unknown> => [
    await asked(
      `MATCH (n) WHERE any(label IN labels(n) WHERE label ENDS WITH ' ${authority}') RETURN n.key AS key, n.id AS id, properties(n) AS all ORDER BY key, id`,
    ),
    await asked(`SHOW INDEXES YIELD name WHERE name ENDS WITH ' ${authority}' RETURN name ORDER BY name`),
  ];

  test('is told of as it is, and stays as it was', { timeout: 120_000 }, async () => {
    const emptied = await emptyPerFolder(shared, authority)('anew');
    const store = emptied.ok ? emptied.value : expect.fail(emptied.problem.kind);
    await accepted(store, [put('1')]);
    const before = await content();
    expect(await lookAtNeo4jStore(options)).toMatchObject({ ok: true, value: { name: expect.stringMatching(/^Neo4j\//) } });
    expect(await content()).toEqual(before);
    const schema = `MATCH (r:${space.register}) WHERE r.key = 'schema' SET r.version = `;
    await asked(`${schema}2`);
    const former = await content();
    expect(await lookAtNeo4jStore(options)).toMatchObject({ ok: false, problem: { kind: 'notFound', found: 'schema 2' } });
    expect(await content()).toEqual(former);
    await asked(`${schema}99`);
    expect(await lookAtNeo4jStore(options)).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', found: 'schema 99' } });
    expect(await openNeo4jStore(options)).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', found: 'schema 99' } });
    await asked(`${schema}${newestSchema}`);
    const nobodys = { ...options, authority: 'never-opened.test.example' };
    expect(await lookAtNeo4jStore(nobodys)).toMatchObject({ ok: false, problem: { kind: 'notFound', found: 'none' } });
    expect(await lookAtNeo4jStore({ ...options, settings: { uri: 'bolt://127.0.0.1:1', database: 'neo4j' } })).toMatchObject({
      ok: false,
      problem: { kind: 'unavailable', subject: 'store.uri' },
    });
    await store.close();
  });

  test('is written to no more by a program that is older than what a newer one has made of it', { timeout: 120_000 }, async () => {
    const emptied = await emptyPerFolder(shared, authority)('fenced');
    const store = emptied.ok ? emptied.value : expect.fail(emptied.problem.kind);
    await accepted(store, [put('1')]);
    const { release, ...line } = drivers.take(shared);
    await connect(line, shared.database).command(fence(space, whole(99)));
    const before = await content();
    const tooOld = { ok: false, problem: { kind: 'unsupportedVersion', found: 'schema 99' } };
    expect(await store.apply([put('2')], { at })).toMatchObject([tooOld]);
    expect(await answered(store.putImport({ id: 'i', source: 's', digest: 'x', state: 'DONE', startedAt: at }))).toMatchObject(tooOld);
    expect(await answered(store.maintain({ keepChanges: 1, foldBefore: at }))).toMatchObject(tooOld);
    expect(await store.load([])).toMatchObject(tooOld);
    expect(await content()).toEqual(before);
    await connect(line, shared.database).command(fence(space, whole(newestSchema)));
    await accepted(store, [put('2')]);
    await release();
    await store.close();
  });
});

/** Rounds of kill -9; `NEO4J_KILL_ROUNDS=50` for the whole proof. */
const killRounds = Number(process.env['NEO4J_KILL_ROUNDS'] ?? 1);

describe.skipIf(!settings)(`a process of ours that is killed while it writes to a real server${skipped}`, () => {
  test(`leaves whole batches, all that was acknowledged, and a feed without a hole: ${killRounds} rounds`, {
    timeout: 60_000 + killRounds * 30_000,
  }, async () => {
    const authority = 'killed.test.example';
    const first = await emptyPerFolder(shared, authority)('anew');
    const store = first.ok ? first.value : expect.fail(first.problem.kind);
    let batches = 0;
    for (let round = 0; round < killRounds; round += 1) {
      const acknowledged = await killAfter(2 + ((round * 7) % 13), { first: batches + 1, store: [shared.uri, authority] });
      batches = (await checkBatches(store, [soleWriter])).get(soleWriter) ?? 0;
      expect(batches).toBeGreaterThanOrEqual(acknowledged);
    }
    expect(batches).toBeGreaterThanOrEqual(killRounds * 2);
    await store.close();
  });
});

const own = ownServers();

describe.skipIf(own.skipped)(`a server of their own, killed and configured at will${own.skipped}`, () => {
  let home = '';
  // what an earlier test left behind, a password or twins, is no part of the next
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cityweave-faults-'));
  });
  afterEach(() => {
    neo4jTool('stop', home);
    rmSync(home, { recursive: true, force: true });
  });
  const start = (...more: readonly string[]): { readonly uri: string; readonly pid: number; readonly port: number } => {
    const { uri = '', pid = 0, port = 0, missing } = neo4jTool('start', home, more);
    return uri ? { uri, pid, port } : expect.fail(missing);
  };

  const authority = 'kill.test.example';
  const writers = ['one', 'two', 'three', 'four'] as const;

  type Run = { stop: boolean; readonly acknowledged: Map<string, number> };

  /** Writes batch after batch until told to stop; the last that was acknowledged is noted. A batch that was not is said again. */
  const writeOn = async (store: TwinStore, writer: string, run: Run): Promise<void> => {
    const known = (batch: number): boolean => run.acknowledged.set(writer, batch).size > 0;
    for (let batch = (run.acknowledged.get(writer) ?? 0) + 1; !run.stop; ) if ((await writeBatch(store, writer, batch)) && known(batch)) batch += 1;
  };

  test(`what was acknowledged survives kill -9 of the server while committing, whole batches only, the feed without a hole: ${killRounds} rounds`, {
    timeout: 60_000 + killRounds * 90_000,
  }, async () => {
    let server = start();
    const acknowledged = new Map<string, number>();
    const total = () => [...acknowledged.values()].reduce((sum, batches) => sum + batches, 0);
    for (let round = 0; round < killRounds; round += 1) {
      const run = { stop: false, acknowledged };
      const stores = await Promise.all(writers.map(() => opened(authority, { uri: server.uri, database: 'neo4j' })));
      const from = total();
      const writing = stores.map((store, index) => writeOn(store, writers[index] ?? '', run));
      await expect.poll(total, { timeout: 60_000, interval: 5 }).toBeGreaterThan(from + 12);
      process.kill(server.pid, 'SIGKILL');
      server = start('--port', `${server.port}`);
      run.stop = true;
      await Promise.all(writing);
      for (const store of stores) await store.close();
      const store = await opened(authority, { uri: server.uri, database: 'neo4j' });
      for (const [writer, batches] of await checkBatches(store, writers)) {
        expect(batches).toBeGreaterThanOrEqual(acknowledged.get(writer) ?? 0);
        acknowledged.set(writer, batches);
      }
      await store.close();
    }
  });

  /** What a question came to: its answer, or the kind of problem that it was rejected with. */
  const comesTo = async (asking: Promise<unknown>): Promise<unknown> => {
    const told = await answered(asking.catch((cause) => Promise.reject(rejectionOf(cause))));
    return told.ok ? told.value : told.problem.kind;
  };

  test('that goes away under an open store: every question is told as unavailable, none as an empty store, and all are answered once it is back', {
    timeout: 300_000,
  }, async () => {
    const { uri, pid, port } = start();
    const store = await opened('away.test.example', { uri, database: 'neo4j' });
    await accepted(store, [put('1'), put('2')]);
    const record: ImportRecord = { id: 'i', source: 's', digest: 'x', state: 'DONE', startedAt: at };
    const ask = () =>
      Promise.all([
        comesTo(store.head()),
        comesTo(store.get([twinId('1')]).then(({ size }) => size)),
        comesTo(store.find({ first: 9 }).then(({ twins }) => twins.length)),
        comesTo(store.changes(0, { limit: 9 }).then(({ head }) => head)),
        comesTo(store.putImport(record).then(() => 'put')),
        comesTo(store.maintain({ keepChanges: 9 }).then(({ folded }) => folded)),
      ]);
    expect(await ask()).toEqual([2, 1, 2, 2, 'put', 0]);
    process.kill(pid, 'SIGKILL');
    expect(await ask()).toEqual(Array.from({ length: 6 }, () => 'unavailable'));
    const batches = ['a', 'b', 'c', 'd'].map((batch) =>
      store.apply(
        Array.from({ length: 600 }, (_, index) => put(`${batch}${index}`)),
        { at },
      ),
    );
    const first = await batches[0];
    // each would be a group of its own: those behind it have waited as long
    const told = await Promise.race([Promise.all(batches), setImmediate([])]);
    expect([first, ...told].map((outcomes) => outcomes?.[0])).toMatchObject(
      Array.from({ length: 5 }, () => ({ ok: false, problem: { kind: 'unavailable', found: 'Neo4j does not answer' } })),
    );
    expect(await store.health()).toMatchObject({ ok: false, problem: { kind: 'unavailable', found: 'Neo4j does not answer' } });
    start('--port', `${port}`);
    expect(await ask()).toEqual([2, 1, 2, 2, 'put', 0]);
    await store.close();
    expect(await ask()).toEqual(Array.from({ length: 6 }, () => 'unavailable'));
  });

  test('that is there and hangs: every question and write is told so, long before a busy one would be, nobody is held up who closes a store, and all goes on once it does', {
    timeout: 240_000,
  }, async () => {
    const { uri, pid } = start();
    const at_ = { uri, database: 'neo4j' };
    const [store, closing] = [await opened('hung.test.example', at_), await opened('hung-and-closed.test.example', at_)];
    await accepted(store, [put('1')]);
    const { release, ...line } = drivers.take(at_);
    const { read, write, command, schema } = connect(line, 'neo4j');
    const one = cypher('RETURN 1 AS one');
    const ask = () => [
      store.head(),
      store.maintain({ keepChanges: 9 }).then(() => 1),
      store.apply([put('2')], { at }).then(([outcome]) => (outcome?.ok ? outcome.version : outcome?.problem.kind)),
      read(({ run }) => run(one)).then(() => 1),
      read(({ each }) => each(one, () => false)).then(() => 1),
      write((run) => run(one)).then(() => 1),
      command(one).then(() => 1),
      schema([one.text]).then(() => 1),
    ];
    process.kill(pid, 'SIGSTOP');
    try {
      const from = deps.clock.monotonicMs();
      const asked = ask().map(comesTo);
      await closing.close();
      const closedMs = deps.clock.monotonicMs() - from;
      expect(await Promise.all(asked)).toEqual(asked.map(() => 'unavailable'));
      // loose: other work may have the processor
      expect(closedMs).toBeLessThan(serverBounds.readMs / 2);
      expect(deps.clock.monotonicMs() - from).toBeLessThan(serverBounds.readMs);
      expect(await store.health()).toMatchObject({ ok: false, problem: { kind: 'timedOut', limit: healthWithinMs } });
      const inAWhile = connect(line, 'neo4j', { readMs: 200, writeMs: 200, schemaMs: 200, lateMs: 200 });
      expect(await comesTo(inAWhile.read(({ run }) => run(one)))).toBe('unavailable');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await expect.poll(() => store.health(), { timeout: 60_000 }).toMatchObject({ ok: true });
    expect(await comesTo(read(({ run }) => run(one)))).toEqual([{ one: 1 }]);
    await accepted(store, [put('3')]);
    await release();
    await store.close();
  });

  test('a wrong password, and one that has to be changed, are told as what they are; a batch and a page beyond the memory of the server too', {
    timeout: 240_000,
  }, async () => {
    const { uri } = start('--set', 'dbms.security.auth_enabled=true', '--set', 'db.memory.transaction.max=2m');
    const at_ = { uri, username: 'neo4j', database: 'neo4j' };
    const open = (password: string) => openNeo4jStore({ settings: { ...at_, password }, authority: 'memory.test.example', deps, drivers });
    expect(await open('wrong')).toMatchObject({ ok: false, problem: { kind: 'badConfiguration', found: 'a name or password that Neo4j does not take' } });
    expect(await open('neo4j')).toMatchObject({ ok: false, problem: { kind: 'badConfiguration' } });
    const fresh = openDriver(uri, auth.basic('neo4j', 'neo4j'));
    await fresh.executeQuery("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $next", { next: 'of this test only' }, { database: 'system' });
    await fresh.close();
    const result = await open('of this test only');
    const store = result.ok ? result.value : expect.fail(JSON.stringify(result.problem));
    const large = Array.from({ length: 900 }, (_, index) => put(`large-${index}`, { values: { 'city:text': { value: 'words '.repeat(500) } } }));
    const outcomes = await store.apply(large, { at });
    expect(outcomes).toHaveLength(900);
    expect(outcomes[0]).toMatchObject({ ok: false, problem: { kind: 'overloaded', found: expect.stringContaining('short of memory') } });
    expect(await store.count({ text: 'words' })).toBe(0);
    expect(await store.apply([put('small')], { at })).toMatchObject([{ ok: true }]);
    for (let from = 0; from < large.length; from += 10) await accepted(store, large.slice(from, from + 10));
    expect(await answered(store.find({ first: 900 }))).toMatchObject({
      ok: false,
      problem: { kind: 'overloaded', found: expect.stringContaining('short of memory') },
    });
    expect((await store.find({ first: 9 })).twins).toHaveLength(9);
    await store.close();
  });

  test('a database that takes no writes is refused with the setting to look at, also where it took them before', { timeout: 240_000 }, async () => {
    const { port, uri: before } = start();
    const store = await opened('read-only.test.example', { uri: before, database: 'neo4j' });
    await accepted(store, [put('1')]);
    neo4jTool('stop', home);
    const { uri } = start('--port', `${port}`, '--set', 'server.databases.read_only=neo4j');
    const readOnly = { ok: false, problem: { kind: 'unavailable', accepted: expect.stringContaining('server.databases.read_only') } };
    expect(await store.apply([put('2')], { at })).toMatchObject([readOnly]);
    expect(await answered(store.maintain({ keepChanges: 1 }))).toMatchObject(readOnly);
    expect(await store.count({})).toBe(1);
    await store.close();
    const result = await openNeo4jStore({ settings: { uri, database: 'neo4j' }, authority, deps, drivers });
    expect(result).toMatchObject({ ok: false, problem: { kind: 'unavailable', accepted: expect.stringContaining('server.databases.read_only') } });
    const missing = await openNeo4jStore({ settings: { uri, database: 'none' }, authority, deps, drivers });
    expect(missing).toMatchObject({ ok: false, problem: { kind: 'badConfiguration', subject: 'store.database' } });
  });
});
