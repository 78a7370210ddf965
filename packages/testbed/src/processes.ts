/**
 * Processes: agency nodes as processes of their own, as `cityweave serve` runs them; ended, or killed, by whoever started them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type FederationId, type Message, parseMessage, parseReply, type Reply, type Result } from '@cityweave/core';
import { valueOf } from './city.ts';
import { twinOfTest } from './city-files.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));

export type NodeProcess = AsyncDisposable & {
  readonly name: string;
  readonly address: string;
  /** the lines of its log so far: none while it is silent */
  readonly logged: () => readonly string[];
  /** with signal 9, as a machine that loses its power */
  readonly kill: () => Promise<void>;
  /** stands still and holds its sockets */
  readonly pause: () => void;
  readonly goOn: () => void;
};

export const ended = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, 'exit');
  child.kill(signal);
  await over;
};

/** Resolves with the address once the node says that it is ready. */
export const untilReady = async (child: ChildProcess, name: string): Promise<string> => {
  if (!child.stdout) throw new Error('no output');
  const told: string[] = [];
  child.stderr?.on('data', (chunk) => told.push(String(chunk)));
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line);
    if (typeof address === 'string') return address;
  }
  throw new Error(`${name} ended before it was ready: ${told.join('').slice(-2_000)}`);
};

/** A node of a city written by `writeCity` as a process, which may never be ready. */
export const spawnNode = (folder: string, name: string, log = 'silent') => {
  const args = [main, 'serve', join(folder, name, 'node.yaml'), '--state', join(folder, 'state'), '--json', '--log', log];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'cityweave-test-compiled') };
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
};

/** Starts one, and waits until it is. */
export const startProcess = async (folder: string, name: string, log = 'silent'): Promise<NodeProcess> => {
  const child = spawnNode(folder, name, log);
  const logged: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => logged.push(line));
  const address = await untilReady(child, name).catch(async (cause) => {
    await ended(child, 'SIGKILL');
    throw cause;
  });
  return {
    name,
    address,
    logged: () => logged,
    kill: () => ended(child, 'SIGKILL'),
    pause: () => {
      child.kill('SIGSTOP');
    },
    goOn: () => {
      child.kill('SIGCONT');
    },
    [Symbol.asyncDispose]: () => ended(child, 'SIGKILL'),
  };
};

/** A port that nobody uses at the moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

type Content = {
  readonly parameters?: Record<string, unknown>;
  readonly objects?: readonly unknown[];
  /** where it is said otherwise than an application asks a twin */
  readonly header?: Partial<Record<'messageType' | 'role', string>>;
};

/** What an application on the same machine asks of a node: one message, and its answer. */
export const askAsApplication = async (
  node: { readonly name: string; readonly address: string },
  row: string,
  { parameters = {}, objects = [], header: { messageType = 'request', role = 'digitalTwin' } = {} }: Content,
): Promise<Message> => {
  const [verb, object] = row.split('.');
  const header = {
    protocolVersion: '1.0',
    messageId: `urn:uuid:${randomUUID()}`,
    messageType,
    source: { id: 'urn:test:application', role: 'application' },
    destination: { id: twinOfTest(node.name), role },
    timestamp: new Date().toISOString(),
    contentFormat: 'application/json',
  };
  const body = JSON.stringify({ header, data: { action: { verb, object, parameters }, objects } });
  const response = await fetch(new URL('/dtf/messages', node.address), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return valueOf(parseMessage(await response.json()));
};

type Status = Reply<'application.query.federationStatus'>['objects'][0]['attributes'];

/** How a federation stands, as a node says to an application. */
export const federationStatus = async (node: { readonly name: string; readonly address: string }, id: FederationId): Promise<Result<Status>> => {
  const reply = parseReply(
    'application.query.federationStatus',
    await askAsApplication(node, 'query.federationStatus', { objects: [{ kind: 'federation', id }] }),
  );
  return reply.ok ? { ok: true, value: reply.value.objects[0].attributes } : reply;
};
