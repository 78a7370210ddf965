/**
 * An operator at the command line of a running node: reads what a partner's log holds of it, and says yes or no to federations that wait for a person.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FederationId, federationIdOf } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../city.ts';
import { authorityOfTest, fourAgencies, ruleOfFront, testFederationId, twinOfTest, writeCity } from '../city-files.ts';
import { askAsApplication, federationStatus, freePort, type NodeProcess, startProcess } from '../processes.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));

type Ran = { readonly code: number; readonly out: string; readonly err: string };

let folder = '';
let nodes: readonly [NodeProcess, NodeProcess];

const run = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args, '--state', join(folder, 'state')], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
const file = (name: string): string => join(folder, name, 'node.yaml');

beforeAll(async () => {
  const port = await freePort();
  const changes = {
    front: { node: { listen: { port }, federations: [ruleOfFront('city:RiverGauge')] } },
    water: { node: { registry: { address: `http://127.0.0.1:${port}` } } },
  };
  folder = await writeCity({ agencies: fourAgencies(changes).slice(0, 2), needs: [] });
  nodes = [await startProcess(folder, 'front'), await startProcess(folder, 'water')];
  await stands(testFederationId, 'ACTIVE');
});
afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const stands = (id: FederationId, state: string): Promise<unknown> =>
  until(
    () => federationStatus(nodes[0], id),
    (status) => status.ok && status.value.state === state,
    state,
  );

describe('cityweave federations', () => {
  const waiting = async (local: string): Promise<FederationId> => {
    const federationId = federationIdOf(authorityOfTest('front'), local);
    const attributes = { name: { en: local }, purpose: 'city:safety', needs: [{ kind: 'city:RiverGauge', optional: false }], federationId };
    const object = { kind: 'service', id: local, attributes };
    await askAsApplication({ name: 'front', address: nodes[0].address }, 'request.service', { parameters: { approval: 'ask' }, objects: [object] });
    return federationId;
  };

  it('lists what waits for a person; a yes forms it', async () => {
    const id = await waiting('wanted');
    expect(await run('federations', 'list', file('front'))).toMatchObject({ code: 0, out: expect.stringContaining(`${id} DRAFT waits for approval`) });
    const approved = await run('federations', 'approve', file('front'), id, '--json');
    expect([approved.code, JSON.parse(approved.out)]).toEqual([0, { id, decision: 'approve', state: expect.any(String) }]);
    await stands(id, 'ACTIVE');
  });

  it('a no ends what waits, with its reason', async () => {
    const id = await waiting('unwanted');
    expect(await run('federations', 'decline', file('front'), id, '--reason', 'not today')).toMatchObject({
      code: 0,
      out: expect.stringContaining('declined'),
    });
    await stands(id, 'RELEASED');
    expect((await run('federations', 'list', file('front'))).out).toContain(`${id} RELEASED (not today)`);
  });

  it('a no to a federation that is formed is refused, and releases nothing; nor is there one of an unknown id', async () => {
    const refused = await run('federations', 'decline', file('front'), testFederationId);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('a federation that waits for a person') });
    await stands(testFederationId, 'ACTIVE');
    expect(await run('federations', 'approve', file('front'), federationIdOf(authorityOfTest('front'), 'nowhere'))).toMatchObject({ code: 1, out: '' });
    expect(await run('federations', 'approve', file('front'), 'nonsense')).toMatchObject({ code: 1, err: expect.stringContaining('urn:dtf:federation:') });
    expect(await run('federations', 'approve', file('front'))).toMatchObject({ code: 2 });
  });
});

describe('cityweave log ask', () => {
  const ask = (...more: readonly string[]): Promise<Ran> => run('log', 'ask', file('front'), '--of', authorityOfTest('water'), ...more);

  it('tells what the partner wrote of this node, and that it is sound', async () => {
    const told = await ask('--after', '0', '--json');
    const { entries, fault, head, sealed } = JSON.parse(told.out);
    expect([told.code, fault]).toEqual([0, undefined]);
    expect(sealed).toBe(head.n);
    const contents = (entries as readonly { content?: object }[]).map(({ content }) => content);
    expect(contents).toContainEqual(expect.objectContaining({ verb: 'request', object: 'federation', from: twinOfTest('front'), to: twinOfTest('water') }));
    expect((await ask()).out.trim().split('\n').at(-1)).toBe('sound');
  });

  it('names who is no partner, and what is no entry', async () => {
    expect(await run('log', 'ask', file('front'), '--of', 'nobody.test.example')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nobody.test.example'),
    });
    expect(await ask('--after', 'yesterday')).toMatchObject({ code: 1, err: expect.stringContaining('the number of an entry') });
    expect(await run('log', 'ask', file('front'))).toMatchObject({ code: 2 });
  });

  it('finds what the partner has changed in its log', async () => {
    const logs = join(folder, 'state', authorityOfTest('water'), 'log');
    const [first = ''] = readdirSync(logs).sort();
    const path = join(logs, first);
    const altered = readFileSync(path, 'utf8').replace('"object":"federation"', '"object":"felony"');
    writeFileSync(path, altered);
    const told = await ask('--after', '0');
    expect(told).toMatchObject({ code: 1, out: expect.stringMatching(/entry \d+: \w+\n$/) });
  });
});
