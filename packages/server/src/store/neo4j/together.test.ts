/**
 * Several processes and stores on one space of a real server: a feed that is followed while all of them write, and reads that are called off.
 */
import type { Change } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { checkBatches, killAfter, writeBatch } from '../crash.contract.ts';
import { cypher, spaceOf } from '../neo4j-cypher/space.ts';
import type { TwinStore } from '../store.ts';
import { accepted, put } from '../twins.contract.ts';
import { connect, createDrivers } from './connection.ts';
import { openNeo4jStore } from './neo4j.ts';
import { deps, drivers, emptyPerFolder, trialServer } from './trial-server.ts';

const { settings, skipped } = trialServer();
const server = settings ?? { uri: '', database: '' };

const emptied = async (authority: string): Promise<TwinStore> => {
  const opened = await emptyPerFolder(server, authority)('anew');
  return opened.ok ? opened.value : expect.fail(opened.problem.kind);
};

const command = async (text: string, params = {}) => {
  const { release, ...line } = drivers.take(server);
  const rows = await connect(line, server.database).command(cypher(text, params));
  await release();
  return rows;
};

const seqsOf = (changes: readonly Change[]): readonly number[] => changes.map(({ seq }) => seq);
const upTo = (last: number, from = 1): readonly number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index);

describe.skipIf(!settings)(`the feed of a space on a real server${skipped}`, () => {
  test('misses nothing and tells nothing twice while two processes and two stores write', { timeout: 120_000 }, async () => {
    const authority = 'together.test.example';
    const following = await emptied(authority);
    const opened = await Promise.all([0, 1].map(() => openNeo4jStore({ settings: server, authority, deps, drivers: createDrivers() })));
    const stores = opened.map((one) => (one.ok ? one.value : expect.fail(one.problem.kind)));
    const processes = ['a', 'b'].map((writer) => killAfter(5, { first: 1, store: [server.uri, authority, writer] }));
    const writing = stores.map(async (store, index) => {
      for (let batch = 1; batch <= 5; batch += 1) expect(await writeBatch(store, `store-${index}`, batch)).toBe(true);
    });
    let isOver = false;
    const all = Promise.all([...processes, ...writing]).finally(() => {
      isOver = true;
    });
    const seen: Change[] = [];
    for (let found = 1; !isOver || found > 0; ) {
      const { changes } = await following.changes(seen.at(-1)?.seq ?? 0, { limit: 37 });
      seen.push(...changes);
      found = changes.length;
    }
    await all;
    expect(seqsOf(seen)).toEqual(upTo(seen.length));
    const batches = await checkBatches(following, ['a', 'b', 'store-0', 'store-1']);
    expect(Math.min(...batches.values())).toBeGreaterThanOrEqual(5);
    for (const store of [following, ...stores]) await store.close();
  });

  test('is not told beyond a part of a commit that cannot be seen yet', { timeout: 60_000 }, async () => {
    const authority = 'piecemeal.test.example';
    const store = await emptied(authority);
    await accepted(
      store,
      upTo(600).map((index) => put(`${index}`)),
    );
    const { log } = spaceOf(authority);
    await command(`MATCH (c:${log}) WHERE c.last = 512 SET c:Unseen REMOVE c:${log}`);
    const [first, second] = [await store.changes(0, { limit: 1_000 }), await store.changes(256, { limit: 1_000 })];
    expect([seqsOf(first.changes), first.seen]).toEqual([upTo(256), 256]);
    expect([seqsOf(second.changes), second.seen]).toEqual([[], 256]);
    await command(`MATCH (c:Unseen) WHERE c.last = 512 SET c:${log} REMOVE c:Unseen`);
    expect(seqsOf((await store.changes(256, { limit: 1_000 })).changes)).toEqual(upTo(600, 257));
    await store.close();
  });
});

describe.skipIf(!settings)(`a read that is called off, on a real server${skipped}`, () => {
  const mark = 'nobody waits for this';
  const endless = cypher(`UNWIND range(1, 100000000000) AS n WITH n WHERE n < 0 RETURN count(n) AS \`${mark}\``);
  const running = async () => (await command('SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS $mark RETURN currentQuery', { mark })).length;

  test.each(['run', 'each'] as const)('ends at once here, and then on the server, long before its bound: %s', { timeout: 60_000 }, async (way) => {
    const { release, ...line } = drivers.take(server);
    const { read } = connect(line, server.database);
    const controller = new AbortController();
    const reading = read<unknown>(({ run, each }) => (way === 'run' ? run(endless) : each(endless, () => false)), { signal: controller.signal });
    const ended = reading.then(
      () => 'answered',
      ({ name }) => name,
    );
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    controller.abort();
    expect(await Promise.race([ended, new Promise((resolve) => setImmediate(() => resolve('still waiting')))])).toBe('AbortError');
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
    await release();
  });
});
