/**
 * A member lost for good, over processes: its process is killed with signal 9 and never started again. The runner-up takes its place, and the federation is ACTIVE
 * again without anybody's hand. What the initiator wrote of it, in its log and in its exchange log, is kept as a file to be read.
 */
import { globSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogEntry } from '@cityweave/core';
import { expect, it } from 'vitest';
import { askGraphql, until, valueOf } from '../city.ts';
import { agencyOfTest, authorityOfTest, ruleOfFront, type TestAgency, testFederationId, writeCity } from '../city-files.ts';
import { federationStatus, freePort, type NodeProcess, startProcess } from '../processes.ts';

const gauges = (name: string, count: number): TestAgency => ({
  name,
  kind: 'city:RiverGauge',
  twins: Array.from({ length: count }, (_, at) => ({ key: `${name}-${at}`, at: [0.2, 0.1 * at] as const, values: { waterLevel: at } })),
});

const writeFiles = async (): Promise<string> => {
  const port = await freePort();
  const node = { registry: { address: `http://127.0.0.1:${port}` }, roles: ['twin'] };
  const rule = { ...ruleOfFront(), needs: [{ kind: 'city:RiverGauge', one: true }] };
  const agencies: readonly TestAgency[] = [
    { name: 'registry', kind: 'city:Building', twins: [], node: { listen: { port } } },
    { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1] }], node: { ...node, federations: [rule] } },
    { ...gauges('county', 2), node },
    { ...gauges('water', 3), node },
  ];
  return writeCity({ agencies, needs: [] });
};

const nameOf = (id: string): string => ['registry', 'front', 'county', 'water'].find((name) => id.includes(authorityOfTest(name))) ?? id;

const question = `query ($federation: ID!) {
  federation(id: $federation) { twins(first: 100, filter: { kinds: ["city:RiverGauge"] }) { nodes { id } sources { agency { id } status rows } } }
}`;

type Source = { readonly agency: { readonly id: string }; readonly status: string; readonly rows: number };
type Answer = { readonly federation: { readonly twins: { readonly nodes: readonly { readonly id: string }[]; readonly sources: readonly Source[] } } };

/** What the initiator finds for an application, and who said it. */
const asked = async (front: NodeProcess) => {
  const { data, errors } = await askGraphql(front.address, question, { federation: testFederationId });
  expect(errors).toBeUndefined();
  const { nodes, sources } = (data as Answer).federation.twins; // branding: as asked
  return { ids: nodes.map(({ id }) => id), reports: Object.fromEntries(sources.map(({ agency, status, rows }) => [agency.id, `${status} ${rows}`])) };
};

/** How the federation and its members stand, as the initiator tells an application. */
const standing = async (front: NodeProcess): Promise<Readonly<Record<string, string>>> => {
  const { state, members } = valueOf(await federationStatus(front, testFederationId));
  return { federation: state, ...Object.fromEntries(members.map((member) => [nameOf(member.twinId), member.state])) };
};

type Line = { readonly atMs: number; readonly line: string };

type Logged = { readonly time: number; readonly msg: string } & Readonly<Partial<Record<'state' | 'member' | 'reason', string>>>;

/** What the initiator wrote into its log of the federation and of its members. */
const ofLog = (front: NodeProcess): readonly Line[] =>
  front
    .logged()
    .map((text): Logged => JSON.parse(text))
    .filter(({ msg }) => msg === 'federation moved' || msg === 'member moved')
    .map(({ time, member, state, reason }) => ({
      atMs: time,
      line: `${member ? nameOf(member) : 'the federation'} is ${state}${reason ? `: ${reason}` : ''}`,
    }));

const flow = ['probe.digitalTwin', 'discover.digitalTwin', 'discover.feature', 'request.federation', 'confirm.federation', 'request.communication'];

/** What it said to whom and what it was answered, of the flow; what it said again with the same answer is told once. */
const ofExchangeLog = (folder: string, sinceMs: number): readonly Line[] => {
  const files = globSync(join(folder, 'state', authorityOfTest('front'), 'log', '*.jsonl')).toSorted();
  const lines = files
    .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
    .map((text) => LogEntry.parse(JSON.parse(text)))
    .flatMap(({ at, content }) => (content.kind === 'exchange' ? [{ atMs: Date.parse(at), ...content }] : []))
    .filter(({ atMs, verb, object }) => atMs >= sinceMs && flow.includes(`${verb}.${object}`))
    .map(({ atMs, from, to, verb, object, code }) => ({ atMs, line: `${nameOf(from)} -> ${nameOf(to)}: ${verb}.${object} => ${code}` }));
  return lines.filter(({ line }, at) => lines.findIndex((other) => other.line === line) === at);
};

/** Both have made known what they offer: which of them is chosen does not depend on who was sooner. */
const bothOffer = ({ address }: NodeProcess): Promise<string> =>
  until(
    async () => (await fetch(new URL('/dtf/features', address))).text(),
    (told) => ['county', 'water'].every((name) => told.includes(`urn:dtf:feature:${authorityOfTest(name)}:`)),
    'offered by both',
  );

/** Four processes are started: on a slow machine that alone takes minutes. */
const timeLimitMs = 10 * 60_000;

it('a member whose process is killed and never started again is replaced by the runner-up, which answers from then on', { timeout: timeLimitMs }, async () => {
  const folder = await writeFiles();
  await using registry = await startProcess(folder, 'registry');
  await using county = await startProcess(folder, 'county');
  await using _water = await startProcess(folder, 'water');
  await bothOffer(registry);
  await using front = await startProcess(folder, 'front', 'info');
  const stands = (wanted: Readonly<Record<string, string>>) =>
    until(
      () => standing(front).catch(() => ({})),
      (now) => Object.entries(wanted).every(([of, state]) => Object.entries(now).some(([name, is]) => name === of && is === state)),
      JSON.stringify(wanted),
    );
  expect(await stands({ federation: 'ACTIVE' })).toEqual({ federation: 'ACTIVE', county: 'ACTIVE' });
  expect(ofLog(front).map(({ line }) => line)).toContain('the federation is NEGOTIATING');
  expect((await asked(front)).reports).toMatchObject({ [agencyOfTest('county')]: 'ANSWERED 2' });

  const killedMs = Date.now();
  await county.kill();
  await stands({ county: 'INTERRUPTED' });
  expect(await asked(front)).toMatchObject({ ids: [], reports: { [agencyOfTest('county')]: 'FAILED 0' } });
  expect(await stands({ water: 'ACTIVE', federation: 'ACTIVE' })).toMatchObject({ county: 'REMOVED' });
  const { ids, reports } = await asked(front);
  expect(ids.map((id) => id.split('/').at(-1))).toEqual(['water-0', 'water-1', 'water-2']);
  expect(reports).toEqual({ [agencyOfTest('front')]: 'NOT_ASKED 0', [agencyOfTest('water')]: 'ANSWERED 3' });

  const written = () =>
    [...ofExchangeLog(folder, killedMs), ...ofLog(front).filter(({ atMs }) => atMs >= killedMs)].toSorted((a, b) => a.atMs - b.atMs).map(({ line }) => line);
  const lines = await until(
    written,
    (now) => now.at(-1) === 'the federation is ACTIVE' && now.includes('front -> water: request.communication => DTF-000'),
    'written down',
  );
  const told = ['-- county, of whom front has its gauges, is killed with signal 9, for good', ...lines];
  await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('../../../../fixtures/transcripts/lost-for-good.txt');
  await rm(folder, { recursive: true, force: true });
});
