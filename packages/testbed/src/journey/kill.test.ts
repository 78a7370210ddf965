/**
 * Any node killed with signal 9 in the middle of forming a federation: it is formed once, no member twice, and what was answered stands.
 */
import { rm } from 'node:fs/promises';
import { type FederationId, federationIdOf } from '@cityweave/core';
import { expect, it } from 'vitest';
import { present, readKept, until } from '../city.ts';
import { authorityOfTest, fourAgencies, type TestAgency, twinOfTest, writeCity } from '../city-files.ts';
import { askAsApplication, federationStatus, freePort, type NodeProcess, startProcess } from '../processes.ts';

const names = ['registry', 'front', 'water', 'energy'] as const;
type Name = (typeof names)[number];

const writeKillCity = async (): Promise<string> => {
  const port = await freePort();
  const registry = { address: `http://127.0.0.1:${port}` };
  const keeper: TestAgency = { name: 'registry', kind: 'city:Building', twins: [], node: { listen: { port } } };
  const others = fourAgencies()
    .slice(0, 3)
    .map((agency) => ({ ...agency, node: { registry, roles: ['twin'] } }));
  return writeCity({ agencies: [keeper, ...others], needs: [] });
};

/** Numbers between 0 and 1, the same in every run. */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const needs = ['city:RiverGauge', 'city:Substation'].map((kind) => ({ kind, optional: false }));

/** True once the initiator answered that it will do so: from then on it must not forget. */
const requestFederation = async (front: NodeProcess, federationId: FederationId): Promise<boolean> => {
  const attributes = { name: { en: 'Test' }, purpose: 'city:safety', needs, federationId };
  const asked = await askAsApplication(front, 'request.service', { objects: [{ kind: 'service', id: 'service', attributes }] }).catch(() => undefined);
  return asked?.data.action.result?.status === 'success';
};

const isActive = async (front: NodeProcess, id: FederationId): Promise<string> => {
  const status = await federationStatus(front, id).catch(() => undefined);
  if (!status?.ok) return 'unknown';
  const told = status.value.members.map(({ state }) => state);
  return [status.value.state, ...told].join(' ');
};

const checkFormedOnce = (folder: string, id: FederationId): void => {
  const of = (name: Name) => readKept(folder, name);
  const front = of('front');
  for (const name of ['water', 'energy'] as const) {
    const mine = of(name).agreements.filter(({ terms }) => terms.federationId === id);
    const theirs = front.agreements.filter(({ terms }) => terms.federationId === id && terms.parties.provider === twinOfTest(name));
    expect({ name, states: [...mine, ...theirs].map(({ state }) => state) }).toEqual({ name, states: ['AGREED', 'AGREED'] });
    expect(mine[0]?.hash).toBe(theirs[0]?.hash);
    expect(mine[0]?.terms).toEqual(theirs[0]?.terms);
    expect(
      of(name)
        .connections.filter(({ federationId }) => federationId === id)
        .map(({ state }) => state),
    ).toEqual(['CONNECTED']);
  }
};

/** The time at which a node is killed is drawn; nothing waits for it but the kill itself. */
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Round = { readonly folder: string; readonly nodes: Map<Name, NodeProcess>; readonly id: FederationId; readonly victim: Name; readonly afterMs: number };

const killDuringForming = async ({ folder, nodes, id, victim, afterMs }: Round): Promise<void> => {
  const front = () => present(nodes.get('front'), 'front');
  const requested = requestFederation(front(), id);
  await after(afterMs);
  await nodes.get(victim)?.kill();
  const acknowledged = await requested;
  nodes.set(victim, await startProcess(folder, victim));
  if (acknowledged) expect(await isActive(front(), id)).not.toBe('unknown');
  else await requestFederation(front(), id);
  await until(
    () => isActive(front(), id),
    (state) => state === 'ACTIVE ACTIVE ACTIVE',
    `formed after ${victim} was killed at ${Math.round(afterMs)} ms`,
  );
  checkFormedOnce(folder, id);
};

const kills = 20;

/** How long forming takes undisturbed: the kills are spread over it. */
const formingMsOf = async (folder: string, front: NodeProcess): Promise<number> => {
  const id = federationIdOf(authorityOfTest('front'), 'undisturbed');
  const from = performance.now();
  await requestFederation(front, id);
  await until(
    () => isActive(front, id),
    (state) => state === 'ACTIVE ACTIVE ACTIVE',
    'formed undisturbed',
  );
  checkFormedOnce(folder, id);
  return performance.now() - from;
};

type KillCity = AsyncDisposable & { readonly folder: string; readonly nodes: Map<Name, NodeProcess> };

/** Ended with its scope, whatever became of it. */
const startKillCity = async (): Promise<KillCity> => {
  const folder = await writeKillCity();
  const nodes = new Map<Name, NodeProcess>();
  nodes.set('registry', await startProcess(folder, 'registry'));
  const others = ['front', 'water', 'energy'] as const;
  await Promise.all(others.map(async (name) => nodes.set(name, await startProcess(folder, name))));
  return {
    folder,
    nodes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...nodes.values()].map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Twenty times a process is started anew: on a slow machine that alone takes minutes. */
const timeLimitMs = 15 * 60_000;

it('a node killed while a federation is formed, twenty times at different moments, leaves it formed once and nothing forgotten', {
  timeout: timeLimitMs,
}, async () => {
  await using city = await startKillCity();
  const chance = seeded(7);
  const formingMs = await formingMsOf(city.folder, present(city.nodes.get('front'), 'front'));
  for (let kill = 0; kill < kills; kill += 1) {
    const victim = present(names[kill % names.length], 'victim');
    const id = federationIdOf(authorityOfTest('front'), `kill-${kill}`);
    await killDuringForming({ ...city, id, victim, afterMs: ((kill + chance()) / kills) * formingMs });
  }
});
