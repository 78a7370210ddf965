/**
 * The log of a city that was asked: who read what of whom under which agreement is there, at both ends and through GraphQL; what was read is not.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limits } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { authorityOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));

const query = `query ($id: ID!, $after: String) {
  federation(id: $id) { log(first: 5, after: $after) { nodes { n at direction verb object from to agreement code hash } pageInfo { hasNextPage endCursor } } }
}`;

const changes = `subscription ($id: ID!) {
  federationTwins(federation: $id, filter: { kinds: ["city:RiverGauge"] }) { ... on Snapshot { complete } ... on Delta { changed { id } } }
}`;
const change = 'mutation ($commands: [TwinCommand!]!) { applyTwins(commands: $commands) { __typename } }';
const gauge = 'urn:dtf:twin:water.test.example:things/gauge-1';

type Entry = {
  readonly n: number;
  readonly direction: string;
  readonly verb: string;
  readonly from: string;
  readonly to: string;
  readonly agreement: string | null;
};
type Page = { readonly nodes: readonly Entry[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } };

describe('the exchange log', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies().slice(0, 3) });
    await city.active();
    await city.ask();
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const page = async (name: string, after?: string): Promise<Page> => {
    const told = await askGraphql(city.node(name).address, query, { id: testFederationId, after });
    return (told.data as { federation: { log: Page } }).federation.log; // branding: as asked
  };
  const whole = async (name: string): Promise<readonly Entry[]> => {
    const entries: Entry[] = [];
    let after: string | undefined;
    do {
      const { nodes, pageInfo } = await page(name, after);
      entries.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    } while (after !== undefined);
    return entries;
  };

  it('tells at both ends how the federation came to be and who read under which agreement, the newest first, page by page', async () => {
    const [said, heard] = [await whole('front'), await whole('water')];
    expect(said.map(({ n }) => n)).toEqual(said.map(({ n }) => n).toSorted((a, b) => b - a));
    const verbs = (entries: readonly Entry[], direction: string) => new Set(entries.filter((entry) => entry.direction === direction).map(({ verb }) => verb));
    for (const verb of ['request', 'confirm', 'form', 'read']) expect([...verbs(said, 'SAID')]).toContain(verb);
    for (const verb of ['request', 'confirm', 'form', 'read']) expect([...verbs(heard, 'HEARD')]).toContain(verb);
    const read = heard.find(({ verb, agreement }) => verb === 'read' && agreement !== null);
    expect(read).toMatchObject({ from: twinOfTest('front'), to: twinOfTest('water'), agreement: expect.stringContaining('urn:dtf:agreement:') });
  });

  it('refuses a cursor that is none', async () => {
    const told = await askGraphql(city.front.address, query, { id: testFederationId, after: 'x' });
    expect(told.errors).toHaveLength(1);
  });

  it('keeps of what is no message that it came, and what was wrong with it', async () => {
    const post = (body: BodyInit) =>
      fetch(new URL('/dtf/messages', city.node('water').address), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const tooMuch = 'x'.repeat(limits.exchangeDataBytesMax + 1);
    const statuses = [(await post('<html>')).status, (await post(Uint8Array.of(0x22, 0xff, 0x22))).status, (await post(tooMuch)).status];
    expect(statuses).toEqual([400, 400, 413]);
    const files = () => globSync(join(city.folder, 'state', authorityOfTest('water'), 'log', '*.jsonl')).map((path) => readFileSync(path, 'utf8'));
    const codes = () => files().flatMap((text) => [...text.matchAll(/"code":"(DTF-\d+)"[^\n]*"from":""/g)].map(([, code]) => code));
    expect(await until(codes, (found) => found.length === statuses.length, 'entries')).toEqual(['DTF-100', 'DTF-100', 'DTF-109']);
  });

  it('counts what a stream told, at the owner and at whoever heard it, under their agreement', async () => {
    const over = new AbortController();
    const following = await fetch(new URL('/graphql', city.front.address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: changes, variables: { id: testFederationId } }),
      signal: over.signal,
    });
    let heardSoFar = '';
    const hear = (text: string): void => {
      heardSoFar += text;
    };
    const reading = following.body?.pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream({ write: hear }));
    const ended = reading?.catch(() => undefined);
    const says = (text: string) =>
      until(
        () => heardSoFar,
        (heard) => heard.includes(text),
        text,
      );
    await says('"complete":true');
    const commands = [{ patch: { id: gauge, values: [{ term: 'city:waterLevel', value: 7 }] } }];
    await askGraphql(city.node('water').address, change, { commands });
    await says('"changed":[');
    over.abort();
    await ended;
    await city.stop();
    const streamed = (name: string) =>
      globSync(join(city.folder, 'state', authorityOfTest(name), 'log', '*.jsonl'))
        .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
        .map((line) => JSON.parse(line).content)
        .filter(({ verb, from }) => verb === 'publish' && from === twinOfTest('water'));
    const entry = { to: twinOfTest('front'), federationId: testFederationId, agreementId: expect.stringContaining('urn:dtf:agreement:'), code: 'DTF-000' };
    expect(streamed('water')[0]).toMatchObject({ direction: 'said', ...entry, tally: { messages: 1 } });
    expect(streamed('front')[0]).toMatchObject({ direction: 'heard', ...entry, tally: { messages: 1 } });
  });

  it('that is not where it was looked for is named with the folders that hold one, by the command line', () => {
    const told = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    const state = join(city.folder, 'state');
    const above = told('log', 'verify', authorityOfTest('water'), '--state', city.folder);
    expect([above.status, above.stderr]).toEqual([1, expect.stringContaining(`accepted: --state ${state}\n`)]);
    const unknown = told('log', 'verify', authorityOfTest('fire'), '--state', city.folder);
    expect(unknown.stderr).toContain(`--state with the folder of its city: ${state}`);
    const beside = told('log', 'verify', authorityOfTest('fire'), '--state', state);
    expect(beside.stderr).toContain(`one of ${['energy', 'front', 'water'].map(authorityOfTest).join(', ')}`);
    const kit = told('conformance', '--target', 'http://127.0.0.1:9', '--memory', state);
    expect([kit.status, kit.stderr]).toEqual([1, expect.stringContaining(`--memory with one of ${join(state, authorityOfTest('energy'))}`)]);
  });

  it('is sound, holds nothing of what was read, and a word changed in it is found, by the command line', async () => {
    const args = [main, 'log', 'verify', authorityOfTest('water'), '--state', join(city.folder, 'state'), '--json'];
    const verify = () => {
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      return { status, ...JSON.parse(stdout) };
    };
    expect(verify()).toMatchObject({ status: 0, unsealed: 0 });
    const [path = ''] = globSync(join(city.folder, 'state', authorityOfTest('water'), 'log', '*.jsonl'));
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/gauge-\d|waterLevel/);
    const line = text.split('\n').findIndex((one) => one.includes('"verb":"read"')) + 1;
    writeFileSync(path, text.replace('"verb":"read"', '"verb":"seen"'));
    expect(verify()).toMatchObject({ status: 1, fault: { kind: 'changed', n: line } });
  });
});
