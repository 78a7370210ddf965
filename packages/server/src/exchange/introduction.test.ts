/**
 * Introduction: what a node remembers of its registry, and what it asks again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, addMs, agencyTwinIdOf, instantOfMs, limits } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createHttpProtocol } from '../protocol/http.ts';
import { openRecordStore } from '../store/records.ts';
import { loadNodeKey } from '../trust/node-key.ts';
import { introduce } from './introduction.ts';

/** A registry that says of itself what it is told to say, and who comes to know it. */
const openEncounter = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-introduction-'));
  const { clock } = systemDeps();
  const records = openRecordStore({ directory: folder, clock });
  if (!records.ok) throw new Error(records.problem.kind);
  const key = await loadNodeKey(records.value);
  const said: { socket?: string; asked: number } = { asked: 0 };
  const server = createServer((_, response) => {
    said.asked += 1;
    const { socket } = said;
    response.end(JSON.stringify({ id: agencyTwinIdOf('registry.example' as Authority), endpoint: `${address}/dtf/messages`, socket, keys: [key.publicKey] })); // branding: an authority
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const address = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  const protocol = createHttpProtocol();
  let now = instantOfMs(Date.UTC(2026, 0, 1));
  return {
    address,
    said,
    meet: () => introduce({ protocol, records: records.value, clock: { ...clock, now: () => now } }, { address }),
    pass: (ms: number) => {
      now = addMs(now, ms);
    },
    away: () => server.closeAllConnections() ?? new Promise<void>((resolve) => void server.close(() => resolve())),
    [Symbol.asyncDispose]: async () => {
      await protocol.close();
      server.close();
      records.value.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

it('a registry that is known already and begins to take sockets is spoken to over them within keyRefreshMs', async () => {
  await using registry = await openEncounter();
  const socket = `${registry.address.replace('http', 'ws')}/dtf/messages`;
  expect(await registry.meet()).not.toHaveProperty('socket');
  registry.said.socket = socket;
  registry.pass(limits.keyRefreshMs - 1);
  expect(await registry.meet()).not.toHaveProperty('socket');
  expect(registry.said.asked).toBe(1);
  registry.pass(1);
  expect(await registry.meet()).toMatchObject({ socket });
  delete registry.said.socket;
  registry.pass(limits.keyRefreshMs);
  expect(await registry.meet()).not.toHaveProperty('socket');
});

it('one that is away is asked once, and takes what it took before', async () => {
  await using registry = await openEncounter();
  registry.said.socket = `${registry.address.replace('http', 'ws')}/dtf/messages`;
  await registry.meet();
  await registry.away();
  registry.pass(limits.keyRefreshMs);
  expect(await registry.meet()).toMatchObject({ socket: registry.said.socket });
  expect(registry.said.asked).toBe(1);
});
