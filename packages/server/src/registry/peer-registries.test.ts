/**
 * Registries that know one another answer for one another: loops are cut and named, hops are counted, the silent are named, and nobody asks in another's name.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  addMs,
  agencyTwinIdOf,
  authorityOf,
  cityDictionary,
  createVocabulary,
  DictionaryId,
  fail,
  featureIdOf,
  federatedTwinIdOf,
  federationIdOf,
  limits,
  ok,
  problem,
  type Reply,
  type Request,
  type Result,
  type RowName,
  rowOf,
  SemanticDictionary,
  TermId,
  type TwinId,
} from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import type { AskedBy } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import { openRecordStore } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { loadNodeKey, type NodeKey } from '../trust/node-key.ts';
import { describeFeature, describeTwin } from './desk.contract.ts';
import { createRegistry, type RegistryAnswers } from './registry.ts';

const idOf = (name: string): TwinId => agencyTwinIdOf(Authority.parse(`${name}.example`));
const gauge = TermId.parse('city:RiverGauge');

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
};

type Ring = Readonly<Record<string, readonly string[]>>;

/** Registries in one process that ask one another directly; each keeps one twin with one feature. */
const openRing = async (ring: Ring, audience: readonly string[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-ring-'));
  const system = systemDeps();
  const deps = { ...system, clock: { ...system.clock, now: () => addMs(system.clock.now(), aheadMs) } };
  const answers = new Map<string, RegistryAnswers>();
  const silent = new Set<string>();
  const waits = new Set<number | undefined>();
  /** whose answers to subscriptions are lost on their way, and what is done before one arrives */
  const unheard = new Set<string>();
  let beforeSubscribed: (() => Promise<unknown>) | undefined;
  let aheadMs = 0;
  const passed: unknown[] = [];
  const heard: { readonly by: string; readonly name: string; readonly content: unknown }[] = [];
  const underWay = new Set<Promise<unknown>>();
  const keys: NodeKey[] = [];
  const stores = new Map<string, RecordStore>();
  const by = (sender: string): AskedBy => ({ sender, role: 'digitalTwin', signal: new AbortController().signal }) as AskedBy; // branding: a registry looks at the sender alone
  const askOf =
    (self: string): Ask =>
    async (...[peer, name, content, asking]) => {
      waits.add(asking?.timeoutMs);
      if (name.startsWith('registry.notify.')) passed.push(content);
      if (name.startsWith('digitalTwin.notify.')) heard.push({ by: self, name, content });
      if (silent.has(peer.id) || !answers.has(peer.id)) return fail(problem('unreachable'));
      const told = say(peer.id, name, { content, sender: self });
      underWay.add(told);
      const outcome = await told.finally(() => underWay.delete(told));
      if (name === 'registry.subscribe.feature') await beforeSubscribed?.();
      return (name === 'registry.subscribe.feature' && unheard.has(peer.id) ? fail(problem('timedOut')) : outcome) as never; // branding: the row's own room answers
    };
  /** As a node does: what came of a change is saved before it is told, and others are told afterwards. */
  const say = async (at: string, name: string, { content, sender }: { readonly content: unknown; readonly sender: string }): Promise<Result<unknown>> => {
    const answer = answers.get(at)?.[name as keyof RegistryAnswers]; // branding: a row that is not there is no function
    const told = await answer?.(content as never, by(sender)); // branding: the content of its row
    if (!told?.ok) return told ?? fail(problem('notMyRole'));
    const { reply, save = [], afterwards } = told.value;
    if (rowOf(name as RowName).effect === 'change') {
      stores.get(at)?.putAll(save);
      afterwards?.();
    }
    return ok(reply);
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
    const self = { id: idOf(name), name: { en: name }, endpoints: () => [] };
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
    keys.push(partner.key);
    const visibility = { level: 'federation' as const, audience: [...audience] };
    const twin = { parameters: {}, objects: [describeTwin(partner, { visibility })] as [ReturnType<typeof describeTwin>] }; // branding: a list of one
    const features = { parameters: {}, objects: [describeFeature(partner, gauge, { visibility })] };
    stores.set(self.id, records);
    valueOf(await say(self.id, 'registry.register.digitalTwin', { content: twin, sender: self.id }));
    valueOf(await say(self.id, 'registry.register.feature', { content: features, sender: self.id }));
  }
  const told = <N extends keyof RegistryAnswers>(at: string, name: N, { from = at, ...content }: Partial<Request<N>> & { readonly from?: string }) =>
    say(idOf(at), name, { content: { parameters: {}, objects: [], ...content }, sender: idOf(from) }) as Promise<Result<Reply<N>>>; // branding: its row's answer
  const ask = async (at: string, from: string, parameters: Partial<Request<'registry.discover.feature'>['parameters']> = {}) =>
    valueOf(await told(at, 'registry.discover.feature', { from, parameters: { limit: 50, ...parameters } }));
  const settled = async (): Promise<void> => {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(underWay);
    } while (underWay.size > 0);
  };
  return {
    silent,
    waits,
    heard,
    passed,
    keys,
    told,
    ask,
    settled,
    unheard,
    whileSubscribing: (run: () => Promise<unknown>) => {
      beforeSubscribed = run;
    },
    pass: (ms: number) => {
      aheadMs += ms;
    },
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

  it('count an entry once that is found on two ways', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] });
    const told = await ring.ask('a', 'a');
    expect([keepersIn(told).length, told.parameters.total]).toEqual([4, 4]);
  });

  it('find all in pages, nothing twice', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a'], c: ['a'] });
    const first = await ring.ask('a', 'a', { limit: 2 });
    const second = await ring.ask('a', 'a', { limit: 2, ...(first.parameters.next !== null && { cursor: first.parameters.next }) });
    expect([...keepersIn(first), ...keepersIn(second)]).toEqual(['a.example', 'b.example', 'c.example']);
    expect(second.parameters.next).toBeNull();
  });

  it('tell of entries of all what was asked for, in the order of what is not told', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a'], c: ['a'] });
    const told = await ring.ask('a', 'a', { fields: ['twinId'], sort: { path: 'semanticType', descending: true }, limit: 2 });
    expect(told.objects.map(({ attributes, fields }) => [attributes, fields])).toEqual([
      [{ twinId: idOf('a') }, ['twinId']],
      [{ twinId: idOf('b') }, ['twinId']],
    ]);
    expect(told.parameters.next).toContain('b.example');
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

  it('wait for a shorter time the further the question went, so that who lies before a silent one is not late', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await using ring = await openRing(Object.fromEntries(names.map((name, at) => [name, names.slice(at + 1, at + 2)])));
    ring.silent.add(idOf('d'));
    const told = await ring.ask('a', 'a');
    expect(keepersIn(told)).toEqual(['a.example', 'b.example', 'c.example']);
    expect(told.parameters.cut).toEqual([{ registry: idOf('d'), reason: 'unreachable', path: ['a', 'b', 'c'].map(idOf) }]);
    const waits = [...ring.waits].map(Number);
    expect(waits).toEqual([limits.registryPeerMs, ...waits.slice(1).toSorted((a, b) => b - a)]);
    expect(new Set(waits).size).toBe(limits.registryHopsMax);
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

  it('whose page ended early make all pages end there: whoever walks on meets each entry once', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a'], c: ['a'] });
    const [key] = ring.keys as [NodeKey]; // branding: every registry has one
    const b = { id: idOf('b'), authority: Authority.parse('b.example'), key };
    const large = { 'x:later': 'x'.repeat(600 * 1024) };
    const hospital = describeFeature(b, 'city:Hospital', large as object);
    valueOf(await ring.told('b', 'registry.register.feature', { objects: [hospital, describeFeature(b, 'city:Substation')] }));
    valueOf(await change(ring, 'b', { revision: 1, ...large }));
    const met: string[] = [];
    let cursor: string | undefined;
    do {
      const page = valueOf(await ring.told('a', 'registry.discover.feature', { parameters: { limit: limits.discoverPageMax, ...(cursor && { cursor }) } }));
      met.push(...page.objects.map(({ id }) => id));
      cursor = page.parameters.next ?? undefined;
    } while (cursor !== undefined);
    const gauges = ['a', 'b', 'c'].map((name) => featureIdOf(Authority.parse(`${name}.example`), gauge));
    expect(met).toEqual([...gauges, hospital.id, featureIdOf(b.authority, 'city:Substation')].toSorted());
  });

  it('find a twin of a peer by its id', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] });
    const retrieve = (id: TwinId) => ring.told('a', 'registry.retrieve.digitalTwin', { objects: [{ kind: 'digitalTwin', id }] });
    expect(await retrieve(idOf('b'))).toMatchObject({ ok: true, value: { objects: [{ id: idOf('b') }] } });
    expect(await retrieve(idOf('z'))).toMatchObject({ ok: false, problem: { kind: 'notRegistered' } });
  });

  it('name where a twin could not be looked for, also where it was found', async () => {
    await using ring = await openRing({ a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] });
    ring.silent.add(idOf('d'));
    const retrieve = (id: TwinId) => ring.told('a', 'registry.retrieve.digitalTwin', { objects: [{ kind: 'digitalTwin', id }] });
    const cut = [{ registry: idOf('d'), reason: 'unreachable', path: [idOf('a')] }];
    expect(await retrieve(idOf('b'))).toMatchObject({ ok: true, value: { objects: [{ id: idOf('b') }], parameters: { cut } } });
    expect(await retrieve(idOf('z'))).toMatchObject({ ok: false, problem: { kind: 'notRegistered', found: `unreachable: ${idOf('d')}, loop: ${idOf('a')}` } });
  });
});

/** As another version, so that who listens hears of it. */
const change = ({ told }: Awaited<ReturnType<typeof openRing>>, at: string, { revision: baseRevision, ...attributes }: Record<string, unknown>) =>
  told(at, 'registry.update.feature', {
    parameters: { baseRevision },
    objects: [{ kind: 'feature', id: featureIdOf(Authority.parse(`${at}.example`), gauge), attributes: { version: `1.${baseRevision}.0`, ...attributes } }],
  } as Partial<Request<'registry.update.feature'>>); // branding: a patch

/** What the subscriber was told, by whom and of whose feature. */
const noticesIn = (ring: Awaited<ReturnType<typeof openRing>>) =>
  ring.heard.map(({ by, content }) => {
    const { parameters, objects } = content as Request<'registry.notify.feature'>; // branding: only notices are heard
    return { by, subscriptionId: parameters.subscriptionId, change: parameters.change, of: authorityOf(objects[0].id), revision: objects[0].revision };
  });

describe('a subscriber to a registry that knows peers', () => {
  it('hears of a change at any of them once, from its own registry, on however many ways it comes; loops are cut and named', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a', 'd'], c: ['a', 'd'], d: ['b', 'c'] });
    const subscribed = valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    expect(subscribed.parameters.cut).toContainEqual({ registry: idOf('a'), reason: 'loop', path: ['a', 'b', 'd', 'c'].map(idOf) });
    const [{ id: subscriptionId }] = subscribed.objects;
    await change(ring, 'd', { revision: 1 });
    await ring.settled();
    await change(ring, 'd', { revision: 2, status: 'withdrawn' });
    await ring.settled();
    const told = { by: idOf('a'), subscriptionId, of: 'd.example' };
    expect(noticesIn(ring)).toEqual([
      { ...told, change: 'updated', revision: 2 },
      { ...told, change: 'removed', revision: 3 },
    ]);
  });

  it('hears as far as registryHopsMax, and of nothing any more when it has ended', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await using ring = await openRing(
      Object.fromEntries(names.map((name, at) => [name, [...names.slice(Math.max(0, at - 1), at), ...names.slice(at + 1, at + 2)]])),
    );
    const subscribed = valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    expect(subscribed.parameters.cut).toEqual([{ registry: idOf('e'), reason: 'hops', path: names.slice(0, limits.registryHopsMax + 1).map(idOf) }]);
    const changeAll = async (revision: number) => {
      for (const name of names) await change(ring, name, { revision });
      await ring.settled();
    };
    await changeAll(1);
    expect(noticesIn(ring).map(({ of }) => of)).toEqual(['a.example', 'b.example', 'c.example', 'd.example']);
    await ring.told('a', 'registry.unsubscribe.feature', { parameters: { subscriptionId: subscribed.objects[0].id } });
    await ring.settled();
    await changeAll(2);
    expect(ring.heard).toHaveLength(4);
  });

  it('hears of a change that a peer tells before its own registry knows the name of the subscription there', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] });
    let first = true;
    ring.whileSubscribing(async () => {
      if (first) await change(ring, 'b', { revision: 1 });
      first = false;
    });
    valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    await ring.settled();
    expect(noticesIn(ring).map(({ of }) => of)).toEqual(['b.example']);
  });

  it('whose registry never heard the answer of a peer leaves nothing behind there, nor at the one behind it', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a', 'c'], c: ['b'] });
    ring.unheard.add(idOf('b'));
    valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    ring.pass(31_000);
    await change(ring, 'b', { revision: 1 });
    await ring.settled();
    expect(ring.passed).toHaveLength(1);
    await change(ring, 'b', { revision: 2 });
    await change(ring, 'c', { revision: 1 });
    await ring.settled();
    expect(ring.passed).toHaveLength(1);
  });

  it('is one of registrySubscriptionsPerPeerMax of those for whom a peer listens, whoever they are', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] });
    const subscribe = (n: number) =>
      ring.told('b', 'registry.subscribe.feature', {
        from: 'a',
        parameters: { kinds: [gauge], limit: 1, forwarding: { path: [idOf('a')], hops: 0, onBehalfOf: idOf(`twin${n}`) } },
      });
    for (let n = 0; n < limits.registrySubscriptionsPerPeerMax; n += 1) valueOf(await subscribe(n));
    expect(await subscribe(0)).toMatchObject({ ok: false, problem: { kind: 'overloaded', limit: limits.registrySubscriptionsPerPeerMax } });
  });

  it('hears of what it may see alone, wherever that is; and a stranger passes nothing on', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] }, [idOf('a')]);
    const subscribed = valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    await change(ring, 'b', { revision: 1 });
    await ring.settled();
    await change(ring, 'b', { revision: 2, visibility: { level: 'private' } });
    await ring.settled();
    await change(ring, 'b', { revision: 3 });
    await ring.settled();
    expect(noticesIn(ring).map(({ change }) => change)).toEqual(['updated', 'removed']);
    const [{ id: subscriptionId }] = subscribed.objects;
    const { objects } = ring.passed[0] as Request<'registry.notify.feature'>; // branding: what b told a
    const parameters = { subscriptionId, change: 'updated' as const, changeId: 'forged' };
    const forged = await ring.told('a', 'registry.notify.feature', { from: 'b', parameters, objects });
    expect(forged).toMatchObject({ ok: false, problem: { kind: 'unknownSubscription' } });
  });

  it('is told again of a change that more than registryChangesRememberedMax others came after', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a'] });
    valueOf(await ring.told('a', 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1 } }));
    await change(ring, 'b', { revision: 1 });
    await ring.settled();
    const notice = ring.passed[0] as Request<'registry.notify.feature'>; // branding: what b told a
    const tell = (changeId: string) => ring.told('a', 'registry.notify.feature', { from: 'b', ...notice, parameters: { ...notice.parameters, changeId } });
    const all = Array.from({ length: limits.registryChangesRememberedMax }, (_, at) => `change ${at}`);
    for (const changeId of all) await tell(changeId);
    await ring.settled();
    const before = ring.heard.length;
    expect(before).toBe(1 + limits.registryChangesRememberedMax);
    for (const changeId of all) await tell(changeId);
    await ring.settled();
    expect(ring.heard).toHaveLength(before);
    await tell('one more');
    await tell('change 0');
    await ring.settled();
    expect(ring.heard).toHaveLength(before + 2);
  });
});

const words = (prefix: string) => ({
  kind: 'semanticDictionary' as const,
  id: DictionaryId.parse(`urn:dtf:dictionary:${prefix}.example:words`),
  attributes: SemanticDictionary.omit({ id: true }).parse({
    version: '1.0.0',
    prefix,
    name: { en: prefix },
    terms: [{ term: `${prefix}:Pegel`, label: { de: 'Pegel' }, role: 'kind', sameAs: ['city:RiverGauge'] }],
  }),
});

describe('registries that know peers answer for', () => {
  it('their dictionaries: named or all, by terms, and mapped', async () => {
    await using ring = await openRing({ a: ['b'], b: ['a', 'c'], c: ['b'] });
    const [bee, cee] = [words('b'), words('c')];
    valueOf(await ring.told('b', 'registry.register.semanticDictionary', { objects: [bee] }));
    valueOf(await ring.told('c', 'registry.register.semanticDictionary', { objects: [cee] }));
    const retrieve = (content: Partial<Request<'registry.retrieve.semanticDictionary'>>) => ring.told('a', 'registry.retrieve.semanticDictionary', content);
    const named = await retrieve({ objects: [cee, bee].map(({ kind, id }) => ({ kind, id })) });
    expect(
      valueOf(named)
        .objects.map(({ id }) => id)
        .toSorted(),
    ).toEqual([bee.id, cee.id]);
    expect(
      valueOf(await retrieve({}))
        .objects.map(({ id }) => id)
        .toSorted(),
    ).toEqual([cityDictionary.id, bee.id, cee.id].toSorted());
    const term = TermId.parse('c:Pegel');
    const byTerm = valueOf(await retrieve({ parameters: { terms: [term] } })).objects.filter(({ attributes }) => attributes.terms.length > 0);
    expect(byTerm).toMatchObject([{ id: cee.id, attributes: { terms: [{ term }] } }]);
    const nobodys = DictionaryId.parse('urn:dtf:dictionary:z.example:words');
    ring.silent.add(idOf('c'));
    expect(await retrieve({ objects: [{ kind: 'semanticDictionary', id: nobodys }] })).toMatchObject({
      ok: false,
      problem: { kind: 'unknownDictionary', subject: nobodys, found: `unreachable: ${idOf('c')}`, accepted: cityDictionary.id },
    });
    ring.silent.clear();
    const parameters = { toDictionary: bee.id, from: [term, gauge] };
    expect(await ring.told('a', 'registry.map.semanticDictionary', { parameters })).toMatchObject({
      ok: true,
      value: { parameters: { mappings: [{ from: term }, { from: gauge, to: 'b:Pegel', relation: 'exact' }] } },
    });
  });

  it('their adaptors and federated twins, each once', async () => {
    await using ring = await openRing({ a: ['b', 'c'], b: ['a', 'c'], c: ['a', 'b'] });
    const [key] = ring.keys as [NodeKey]; // branding: every registry has one
    const { attributes } = describeTwin({ id: idOf('b'), authority: Authority.parse('b.example'), key });
    const can = { endpoints: attributes.endpoints, keys: attributes.keys, protocolPairs: [], formatPairs: [], dictionaryPairs: [], status: 'online' as const };
    for (const [name, used] of [
      ['b', 5],
      ['c', 1],
    ] as const) {
      const object = { kind: 'communicationAdaptor' as const, id: idOf(name), attributes: { ...can, capacity: { connections: 9, used } } };
      valueOf(await ring.told(name, 'registry.register.communicationAdaptor', { objects: [object] }));
    }
    const adaptors = valueOf(await ring.told('a', 'registry.discover.communicationAdaptor', {}));
    expect(adaptors.objects.map(({ id }) => id)).toEqual([idOf('c'), idOf('b')]);
    const federationId = federationIdOf(Authority.parse('b.example'), 'one');
    const id = federatedTwinIdOf(federationId);
    const federated = {
      ...{ federationId, name: { en: 'One' }, purpose: TermId.parse('city:safety'), initiator: idOf('b') },
      ...{ memberTwins: [idOf('b')], composedFeatures: [], endpoints: attributes.endpoints },
    };
    valueOf(await ring.told('b', 'registry.register.federatedDigitalTwin', { objects: [{ kind: 'federatedDigitalTwin', id, attributes: federated }] }));
    const discovered = valueOf(await ring.told('a', 'registry.discover.federatedDigitalTwin', { parameters: { limit: 50 } }));
    expect(discovered.objects.map((found) => found.id)).toEqual([id]);
    expect(await ring.told('a', 'registry.retrieve.federatedDigitalTwin', { objects: [{ kind: 'federatedDigitalTwin', id }] })).toMatchObject({
      ok: true,
      value: { objects: [{ id, attributes: { memberTwins: [idOf('b')] } }] },
    });
  });
});
