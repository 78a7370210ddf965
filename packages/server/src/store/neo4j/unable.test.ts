import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { Neo4jError } from 'neo4j-driver';
import { describe, expect, test } from 'vitest';
import { cypher } from '../neo4j-cypher/space.ts';
import { connect, type Neo4jSettings, serverBounds } from './connection.ts';
import { checkServer, isRefusal, problemOf } from './failures.ts';
import { openNeo4jStore } from './neo4j.ts';
import { deps, drivers, trialServer } from './trial-server.ts';

describe('a server that cannot serve', () => {
  test('is named with what to do: nobody there', async () => {
    const opened = await openNeo4jStore({ settings: { uri: 'bolt://127.0.0.1:1', database: 'neo4j' }, authority: 'x.example', deps, drivers });
    expect(opened).toMatchObject({ ok: false, problem: { kind: 'unavailable', subject: 'store.uri', found: expect.stringContaining('bolt://127.0.0.1:1') } });
  });

  test('is named without the password that somebody wrote into its address', async () => {
    const opened = await openNeo4jStore({ settings: { uri: 'bolt://user:sec@ret@127.0.0.1:1', database: 'neo4j' }, authority: 'x.example', deps, drivers });
    expect(opened).toMatchObject({ ok: false, problem: { kind: 'unavailable', subject: 'store.uri' } });
    expect(JSON.stringify(opened)).not.toMatch(/user|sec|ret@/);
  });

  const portOf = (server: Server): number => Object(server.address()).port;
  const listening = async (server: Server): Promise<Neo4jSettings> => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return { uri: `bolt://127.0.0.1:${portOf(server)}`, database: 'neo4j' };
  };

  test('is named with what to do: the port is that of HTTP', async () => {
    const server = createHttpServer((_, response) => response.end());
    const settings = await listening(server);
    expect(await openNeo4jStore({ settings, authority: 'x.example', deps, drivers })).toMatchObject({
      ok: false,
      problem: { kind: 'badConfiguration', subject: 'store.uri', found: `HTTP at ${settings.uri}`, accepted: expect.stringContaining('bolt://') },
    });
    server.close();
  });

  test('is named with what to do: who is there says nothing, and is asked once, not again after as long as anybody waits', { timeout: 60_000 }, async () => {
    const calls = new Set<Socket>();
    const server = createServer((socket) => void calls.add(socket));
    const settings = await listening(server);
    const { release, ...line } = drivers.take(settings);
    const told = await connect(line, 'neo4j')
      .read(({ run }) => run(cypher('RETURN 1')))
      .catch(problemOf);
    expect(told).toMatchObject({ kind: 'unavailable', found: 'Neo4j does not answer' });
    // the question, and a sign of life that is wanted meanwhile
    expect([1, 2]).toContain(calls.size);
    expect(await openNeo4jStore({ settings, authority: 'x.example', deps, drivers })).toMatchObject({
      ok: false,
      problem: { kind: 'unavailable', subject: 'store.uri', found: `no Neo4j that answers at ${settings.uri}` },
    });
    for (const socket of calls) socket.destroy();
    server.close();
    await release();
  });

  test('the batch is at fault where the server cannot carry out what it was asked, by whatever class it says so', () => {
    const said = (code: string) => isRefusal(new Neo4jError('', code, '', ''));
    expect(said('Neo.DatabaseError.Statement.ExecutionFailed')).toBe(true);
    expect(said('Neo.ClientError.Statement.ArgumentError')).toBe(true);
    expect(said('Neo.DatabaseError.General.UnknownError')).toBe(false);
    expect(said('ServiceUnavailable')).toBe(false);
  });

  test.each(['Neo4j/5.26.0', 'Neo4j/5.26.29', 'Neo4j/2026.09.0', 'Neo4j/6.0'])('%s is recent enough', (agent) => expect(checkServer(agent).ok).toBe(true));
  test.each(['Neo4j/5.25.1', 'Neo4j/4.4.40', 'Memgraph/9.9.9', undefined])('%s is not', (agent) =>
    expect(checkServer(agent)).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', accepted: 'Neo4j 5.26 or newer' } }),
  );
});

const { settings, skipped } = trialServer();
const shared = settings ?? { uri: '', database: '' };

describe.skipIf(!settings)(`whatever a real server is asked${skipped}`, () => {
  const endless = cypher('UNWIND range(1, 100000000000) AS n WITH n WHERE n < 0 RETURN count(n) AS none');

  test('is ended by it when its time is over: a read, rows one by one, a write, a command, a schema', { timeout: 120_000 }, async () => {
    const { release, ...line } = drivers.take(shared);
    const { read, write, command, schema } = connect(line, shared.database, { ...serverBounds, readMs: 200, writeMs: 200, schemaMs: 200 });
    const asked = [
      read(({ run }) => run(endless)),
      read(({ each }) => each(endless, () => false)),
      write((run) => run(endless)),
      command(endless),
      schema([endless.text]),
    ];
    const ended = await Promise.allSettled(asked);
    expect(ended.map((one) => (one.status === 'rejected' ? problemOf(one.reason).kind : 'done'))).toEqual(asked.map(() => 'timedOut'));
    expect(Object.values(serverBounds).every((ms) => ms > 200)).toBe(true);
    await release();
  });
});
