/**
 * Registries that know one another answer for one another: loops are cut and named, hops are counted, the silent are named, and nobody asks in another's name.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  agencyTwinIdOf,
  cityDictionary,
  createVocabulary,
  fail,
  limits,
  problem,
  type Reply,
  type Request,
  TermId,
  type TwinId,
} from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import type { AskedBy, Saved } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import { openRecordStore } from '../store/records.ts';
import { loadNodeKey } from '../trust/node-key.ts';
import { describeFeature, describeTwin } from './desk.contract.ts';
import { createRegistry, type RegistryAnswers } from './registry.ts';

const idOf = (name: string): TwinId => agencyTwinIdOf(Authority.parse(`${name}.example`));
const gauge = TermId.parse('city:RiverGauge');

type Ring = Readonly<Record<string, readonly string[]>>;

/** Registries in one process that ask one another directly; each keeps one twin with one feature. */
const openRing = async (ring: Ring, audience: readonly string[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-ring-'));
  const deps = systemDeps();
  const answers = new Map<string, RegistryAnswers>();
  const silent = new Set<string>();
  const waits = new Set<number | undefined>();
  const by = (sender: string): AskedBy => ({ sender, role: 'digitalTwin', signal: new AbortController().signal }) as AskedBy; // branding: a registry looks at the sender alone
  const askOf =
    (self: string): Ask =>
    async (...[peer, name, content, asking]) => {
      waits.add(asking?.timeoutMs);
      const answer = answers.get(peer.id)?.[name as keyof RegistryAnswers];
      if (silent.has(peer.id) || !answer) return fail(problem('unreachable'));
      const told = await answer(content as never, by(self));
      return told.ok ? { ok: true, value: told.value.reply as never } : told; // branding: the row's own room answers
    };
  const kept = await Promise.all(
    Object.keys(ring).map(async (name) => {
      const records = openRecordStore({ directory: await mkdtemp(join(folder, 'records-')), clock: deps.clock });
      if (!records.ok) throw new Error(records.problem.kind);
      return { name, records: records.value };
    }),
  );
  for (const { name, records } of kept) {
    const peers = (ring[name] ?? []).map((peer) => ({ id: idOf(peer), role: 'registry' as const, address: `http://${peer}.example/`, keys: [] }));
    const vocabulary = () => createVocabulary([cityDictionary]);
    const self = { id: idOf(name), name: { en: name } };
    answers.set(
      self.id,
      createRegistry({
        records,
        deps,
        events: { defect: () => problem('internal') },
        vocabulary,
        leaseSeconds: 60,
        self,
        ask: askOf(self.id),
        peers: async () => peers,
      }),
    );
    const partner = { id: self.id, authority: Authority.parse(`${name}.example`), key: await loadNodeKey(records) };
    const visibility = { level: 'federation' as const, audience: [...audience] };
    const twin = { parameters: {}, objects: [describeTwin(partner, { visibility })] as [ReturnType<typeof describeTwin>] }; // branding: a list of one
    const features = { parameters: {}, objects: [describeFeature(partner, gauge, { visibility })] };
    const keep = (told: unknown): void => records.putAll((told as { value: { save: Saved[] } }).value.save); // branding: what a registry saves with its answer
    keep(await answers.get(self.id)?.['registry.register.digitalTwin'](twin, by(self.id)));
    keep(await answers.get(self.id)?.['registry.register.feature'](features, by(self.id)));
  }
  const ask = async (at: string, sender: string, parameters: Partial<Request<'registry.discover.feature'>['parameters']> = {}) => {
    const told = await answers.get(idOf(at))?.['registry.discover.feature']({ parameters: { limit: 50, ...parameters }, objects: [] }, by(idOf(sender)));
    return (told as { value: { reply: Reply<'registry.discover.feature'> } }).value.reply; // branding: as above
  };
  return {
    answers,
    by,
    silent,
    waits,
    ask,
    [Symbol.asyncDispose]: async () => {
      for (const { records } of kept) records.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const keepersIn = ({ objects }: Reply<'registry.discover.feature'>): readonly string[] => objects.map(({ id }) => id.split(':')[3] ?? '').toSorted();

describe('registries that know peers', () => {
  it('answer for them, each entry once, and name the path on which a loop was cut', async () => {
    await using ring = await openRing({ a: ['b'], b: ['c'], c: ['a'] });
    const told = await ring.ask('a', 'a');
    expect(keepersIn(told)).toEqual(['a.example', 'b.example', 'c.example']);
    expect(told.parameters.cut).toEqual([{ registry: idOf('a'), reason: 'loop', path: [idOf('a'), idOf('b'), idOf('c')] }]);
  });

  it('find all in pages, nothing twice', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a'], c: ['a'] });
    const first = await ring.ask('a', 'a', { limit: 2 });
    const second = await ring.ask('a', 'a', { limit: 2, ...(first.parameters.next !== null && { cursor: first.parameters.next }) });
    expect([...keepersIn(first), ...keepersIn(second)]).toEqual(['a.example', 'b.example', 'c.example']);
    expect(second.parameters.next).toBeNull();
  });

  it('go registryHopsMax further and no more, and say where they stopped', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await using ring = await openRing(Object.fromEntries(names.map((name, at) => [name, names.slice(at + 1, at + 2)])));
    const told = await ring.ask('a', 'a');
    expect(keepersIn(told).length).toBe(limits.registryHopsMax + 1);
    expect(told.parameters.cut).toEqual([{ registry: idOf('e'), reason: 'hops', path: names.slice(0, 4).map(idOf) }]);
  });

  it('name a peer that does not answer, for which nobody waits longer than registryPeerMs', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a'], c: ['a'] });
    ring.silent.add(idOf('b'));
    const told = await ring.ask('a', 'a');
    expect(keepersIn(told)).toEqual(['a.example', 'c.example']);
    expect(told.parameters.cut).toEqual([{ registry: idOf('b'), reason: 'unreachable', path: [idOf('a')] }]);
    expect([...ring.waits]).toEqual([limits.registryPeerMs]);
  });

  it('pass on who asks: what only he may see is found through a peer, and nobody else can ask in his name', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] }, [idOf('friend')]);
    expect(keepersIn(await ring.ask('a', 'friend'))).toEqual(['a.example', 'b.example']);
    expect(keepersIn(await ring.ask('a', 'stranger'))).toEqual([]);
    const forged = { forwarding: { path: [], hops: 0, onBehalfOf: idOf('friend') } };
    expect(keepersIn(await ring.ask('b', 'stranger', forged))).toEqual([]);
    expect(keepersIn(await ring.ask('b', 'a', forged))).toEqual(['b.example']);
  });

  it('are at most registryPeersMax in a node file', () => {
    const file = (count: number) => ({
      agency: 'a.example',
      name: { en: 'A' },
      peers: Array.from({ length: count }, (_, at) => ({ address: `http://p${at}.example/` })),
    });
    expect(NodeFile.safeParse(file(limits.registryPeersMax)).success).toBe(true);
    expect(NodeFile.safeParse(file(limits.registryPeersMax + 1)).success).toBe(false);
  });

  it('find a twin of a peer by its id', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] });
    const retrieve = (id: TwinId) =>
      ring.answers.get(idOf('a'))?.['registry.retrieve.digitalTwin']({ parameters: {}, objects: [{ kind: 'digitalTwin', id }] }, ring.by(idOf('a')));
    expect(await retrieve(idOf('b'))).toMatchObject({ ok: true, value: { reply: { objects: [{ id: idOf('b') }] } } });
    expect(await retrieve(idOf('z'))).toMatchObject({ ok: false, problem: { kind: 'notRegistered' } });
  });

  it('name where a twin could not be looked for, also where it was found', async () => {
    await using ring = await openRing({ a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] });
    ring.silent.add(idOf('d'));
    const retrieve = (id: TwinId) =>
      ring.answers.get(idOf('a'))?.['registry.retrieve.digitalTwin']({ parameters: {}, objects: [{ kind: 'digitalTwin', id }] }, ring.by(idOf('a')));
    const cut = [{ registry: idOf('d'), reason: 'unreachable', path: [idOf('a')] }];
    expect(await retrieve(idOf('b'))).toMatchObject({ ok: true, value: { reply: { objects: [{ id: idOf('b') }], parameters: { cut } } } });
    expect(await retrieve(idOf('z'))).toMatchObject({ ok: false, problem: { kind: 'notRegistered', found: `unreachable: ${idOf('d')}, loop: ${idOf('a')}` } });
  });
});
