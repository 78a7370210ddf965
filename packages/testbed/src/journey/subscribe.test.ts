/**
 * An integrator follows changes from the command line: as they are, then what follows; the city is killed in between, and nothing is missing and nothing told twice.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askGraphql, until } from '../city.ts';
import { fourAgencies, testFederationId, writeCity } from '../city-files.ts';
import { freePort } from '../processes.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@cityweave/server')));

const document = `subscription ($federation: ID!, $cursor: String) {
  federationTwins(federation: $federation, filter: { kinds: ["city:RiverGauge"] }, cursor: $cursor) {
    ... on Snapshot { cursor complete twins { id } }
    ... on Delta { cursor changed { id property(term: "city:waterLevel") { winner { number } } } }
    ... on Resnapshot { cursor reason }
    ... on SourceHeartbeat { cursor status }
  }
}`;
const change = 'mutation ($commands: [TwinCommand!]!) { applyTwins(commands: $commands) { __typename } }';
const gauge = 'urn:dtf:twin:water.test.example:things/gauge-1';

type Event = { readonly complete?: boolean; readonly changed?: readonly { readonly property: { readonly winner: { readonly number: number } } }[] };
type Running = { readonly child: ChildProcess; readonly lines: string[] };

const run = (...args: readonly string[]): Running => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines };
};

const over = async ({ child }: Running): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

const eventsOf = ({ lines }: Running): readonly Event[] => lines.map((line) => JSON.parse(line).data.federationTwins);
const levelsOf = (running: Running): readonly number[] =>
  eventsOf(running).flatMap(({ changed = [] }) => changed.map(({ property }) => property.winner.number));

let folder: string;
let started: Running[];
let ports: { readonly front: number; readonly water: number };

const start = async (): Promise<Running> => {
  const city = run('up', join(folder, 'city.yaml'), '--state', join(folder, 'state'));
  started.push(city);
  await until(
    async () => city.lines,
    (lines) => lines.includes('ready'),
    'ready',
  );
  return city;
};

const follow = (...more: readonly string[]): Running => {
  const files = ['--city', join(folder, 'city.yaml'), '--state', join(folder, 'state'), '--query', join(folder, 'gauges.graphql')];
  const following = run('subscribe', ...files, '--variables', JSON.stringify({ federation: testFederationId }), ...more);
  started.push(following);
  return following;
};

const setLevel = async (value: number): Promise<void> => {
  const commands = [{ patch: { id: gauge, values: [{ term: 'city:waterLevel', value }] } }];
  const answer = await askGraphql(`http://127.0.0.1:${ports.water}`, change, { commands });
  expect(answer).toMatchObject({ data: { applyTwins: { __typename: 'TwinsApplied' } } });
};

beforeEach(async () => {
  started = [];
  ports = { front: await freePort(), water: await freePort() };
  const agencies = fourAgencies({ front: { node: { listen: { port: ports.front } } }, water: { node: { listen: { port: ports.water } } } }).slice(0, 2);
  folder = await writeCity({ agencies });
  writeFileSync(join(folder, 'gauges.graphql'), document);
});
afterEach(async () => {
  for (const running of started) {
    running.child.kill('SIGKILL');
    await over(running);
  }
  rmSync(folder, { recursive: true, force: true });
});

it('follows, is cut off when the city is killed, goes on where it was, and ends with as many events as were asked for', { timeout: 120_000 }, async () => {
  const city = await start();
  const following = follow();
  await until(
    async () => eventsOf(following),
    (events) => events.some(({ complete }) => complete === true),
    'a whole snapshot',
  );
  await setLevel(7);
  await until(
    async () => levelsOf(following),
    (levels) => levels.includes(7),
    'the first change',
  );
  city.child.kill('SIGKILL');
  await over(city);
  await start();
  await setLevel(8);
  await until(
    async () => levelsOf(following),
    (levels) => levels.includes(8),
    'the change after the break',
  );
  expect(levelsOf(following)).toEqual([7, 8]);
  expect(eventsOf(following).filter(({ complete }) => complete === true)).toHaveLength(1);
  following.child.kill('SIGINT');
  expect(await over(following)).toBe(0);
  const first = follow('--first', '1');
  expect(await over(first)).toBe(0);
  expect(first.lines).toHaveLength(1);
  expect(await over(follow('--first', '0'))).toBe(1);
});
