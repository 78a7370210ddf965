/**
 * A copy of a node that was made while it ran: a node started from it is the same one, under the same key, with the same twins, and goes on.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authorityOfTest, fourAgencies, writeCity } from '../city-files.ts';
import { type NodeProcess, startProcess } from '../processes.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));
const cityweave = (...args: readonly string[]) => promisify(execFile)(process.execPath, [main, ...args, '--json']);

let folder = '';
const elsewhere = mkdtempSync(join(tmpdir(), 'cityweave-copy-'));
const running: NodeProcess[] = [];
const started = async (from: string): Promise<NodeProcess> => {
  const node = await startProcess(from, 'front');
  running.push(node);
  return node;
};

beforeAll(async () => {
  folder = await writeCity({ agencies: fourAgencies().slice(0, 1), needs: [] });
});
afterAll(async () => {
  for (const node of running) await node[Symbol.asyncDispose]();
  for (const each of [folder, elsewhere]) rmSync(each, { recursive: true, force: true });
});

/** What a node is known by, and what it keeps of its twins. */
const told = async ({ address }: NodeProcess): Promise<unknown> => {
  const { keys } = await (await fetch(new URL('/.well-known/jwks.json', address))).json();
  const query = '{ agency { id } twins(first: 100) { nodes { id version } } }';
  const response = await fetch(new URL('/graphql', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { keys, answer: await response.json() };
};

it('is the same node', { timeout: 120_000 }, async () => {
  const node = await started(folder);
  const before = await told(node);
  expect(before).toMatchObject({ answer: { data: { twins: { nodes: [{ version: 1 }, { version: 1 }] } } } });
  await cp(join(folder, 'front'), join(elsewhere, 'front'), { recursive: true });
  const copy = join(elsewhere, 'state', authorityOfTest('front'));
  await cityweave('backup', join(folder, 'front', 'node.yaml'), '--state', join(folder, 'state'), '--to', copy);
  await node.kill();
  expect(await told(await started(elsewhere))).toEqual(before);
});
