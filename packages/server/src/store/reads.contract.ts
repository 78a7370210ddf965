/**
 * What every store promises of its change feed, registers and pages.
 */
import type { Change, Twin } from '@cityweave/core';
import { expect, test } from 'vitest';
import type { Command, TwinStore } from './store.ts';
import { accepted, agency, at, foreignId, keysOf, link, put, putLink, term, twin, twinId } from './twins.contract.ts';

export const feedContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>) => {
  test('the feed is gapless and in the order of commits under concurrent writers, and who tails it misses nothing', async () => {
    const writers = Array.from({ length: 30 }, (_, writer) => store().apply([put(`${writer}-a`), put(`${writer}-b`)], { at }));
    const seen: Change[] = [];
    let woken = 0;
    const stop = store().onCommit(() => {
      woken += 1;
    });
    while (seen.length < 60) seen.push(...(await store().changes(seen.at(-1)?.seq ?? 0, { limit: 11 })).changes);
    stop();
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    const outcomes = (await Promise.all(writers)).flat();
    expect(outcomes.map((outcome) => outcome.ok && outcome.seq).toSorted((a, b) => Number(a) - Number(b))).toEqual(seen.map(({ seq }) => seq));
    expect(woken).toBeGreaterThan(0);
  });

  test('a deleted twin leaves a change, and its links go with changes of their own', async () => {
    await accepted(store(), [
      put('1'),
      put('2'),
      putLink(twinId('1'), twinId('2')),
      putLink(twinId('2'), twinId('1'), 'connectsTo'),
      putLink(twinId('1'), foreignId('9')),
      putLink(twinId('2'), foreignId('9')),
    ]);
    await accepted(store(), [{ op: 'deleteTwin', id: twinId('1') }]);
    const { changes } = await store().changes(6, { limit: 100 });
    expect(changes.map(({ op }) => op)).toEqual(['unlink', 'unlink', 'unlink', 'delete']);
    expect(changes.at(-1)).toEqual({ seq: 10, id: twinId('1'), op: 'delete', at, kind: term('Thing') });
    expect(await store().adjacent([twinId('1'), twinId('2')], { direction: 'both', limit: 10 })).toEqual([link(twinId('2'), foreignId('9'))]);
    for (const filter of [{ text: 'thing' }, { ids: [twinId('1')] }, {}]) expect(keysOf((await store().find({ filter, first: 9 })).twins)).not.toContain('1');
  });

  test('whoever has seen all of it is told nothing, and nobody more than asked for', async () => {
    await accepted(
      store(),
      Array.from({ length: 5 }, (_, index) => put(`${index}`)),
    );
    expect(await store().changes(5, { limit: 10 })).toEqual({ changes: [], seen: 5, head: 5, oldest: 0 });
    expect((await store().changes(1, { limit: 2 })).changes.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(await store().changes(99, { limit: 10 })).toMatchObject({ changes: [], head: 5 });
  });

  test('who asks for kinds is told of twins that are of them, that were and went or became others, of links from such, and how far the log was looked through', async () => {
    await accepted(store(), [put('a', { kind: 'A' }), put('b', { kind: 'B' }), put('c', { kind: 'B' }), putLink(twinId('a'), twinId('b'))]);
    await accepted(store(), [put('b', { kind: 'A' }), { op: 'deleteTwin', id: twinId('c') }, { op: 'deleteTwin', id: twinId('a') }]);
    const told = async (kinds: readonly string[] | undefined, limit = 99, since = 0) => {
      const { changes, seen } = await store().changes(since, { limit, kinds: kinds?.map(term) });
      return { seen, changes: changes.map(({ seq, op, id }) => `${seq} ${op} ${id.at(-1)}`) };
    };
    const all = ['1 put a', '2 put b', '3 put c', '4 link a', '5 put b', '6 delete c', '7 unlink a', '8 delete a'];
    expect(await told(undefined)).toEqual({ seen: 8, changes: all });
    // of puts and links of a twin that is gone nobody knows the kind any more
    expect(await told(['A'])).toEqual({ seen: 8, changes: all.filter((one) => one !== '6 delete c') });
    expect(await told(['B'])).toEqual({ seen: 8, changes: ['1 put a', '3 put c', '4 link a', '5 put b', '6 delete c', '7 unlink a'] });
    expect(await told(['C', 'B'], 1, 4)).toEqual({ seen: 5, changes: ['5 put b'] });
    expect(await told(['C'], 1, 4)).toEqual({ seen: 5, changes: [] });
    expect(await told([], 99, 4)).toEqual({ seen: 8, changes: ['7 unlink a'] });
    expect(await told(['A'], 99, 8)).toEqual({ seen: 8, changes: [] });
  });

  test('who comes back to a pruned log can tell by its place whether it missed something, also after a restart', async () => {
    await accepted(
      store(),
      Array.from({ length: 6 }, (_, index) => put(`${index}`)),
    );
    await store().maintain({ keepChanges: 2 });
    const opened = await reopen();
    for (const [since, missed] of [
      [3, true],
      [4, false],
      [6, false],
    ] as const)
      expect((await opened.changes(since, { limit: 9 })).oldest > since).toBe(missed);
  });

  test('a refused command leaves no number behind: the feed has no hole', async () => {
    await accepted(store(), [put('1')]);
    await store().apply([put('2'), { op: 'deleteTwin', id: twinId('none') }], { at });
    await store().apply([put('3'), { op: 'deleteTwin', id: twinId('none') }], { at, atomic: false });
    expect((await store().changes(0, { limit: 9 })).changes.map(({ seq, id }) => [seq, id])).toEqual([
      [1, twinId('1')],
      [2, twinId('3')],
    ]);
  });

  test('a pruned log says from where it can be read, and its numbers go on', async () => {
    await accepted(
      store(),
      Array.from({ length: 10 }, (_, index) => put(`${index}`)),
    );
    await store().maintain({ keepChanges: 3 });
    expect(await store().changes(0, { limit: 100 })).toMatchObject({ head: 10, oldest: 7, changes: [{ seq: 8 }, { seq: 9 }, { seq: 10 }] });
    await store().maintain({ keepChanges: 0 });
    expect(await (await reopen()).apply([put('1')], { at })).toMatchObject([{ ok: true, seq: 11 }]);
  });
};

export const registersContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>) => {
  const join = (value: string) => ({ from: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel', value, state: 'PENDING' as const });

  test('joins put again keep their state, and those not put again go', async () => {
    await accepted(store(), [{ op: 'putJoins', from: twinId('1'), joins: [join('7'), join('8'), join('9')] }]);
    const settled = { ...join('8'), state: 'RESOLVED' as const, to: foreignId('8'), partnersBeyond: true as const, triedAt: at };
    await accepted(store(), [
      { op: 'settleJoin', join: settled },
      { op: 'putJoins', from: twinId('1'), joins: [join('7'), join('8')] },
    ]);
    expect(await store().countJoins()).toEqual({ PENDING: 1, RESOLVED: 1, UNRESOLVED: 0 });
    const first = await (await reopen()).joins({ first: 1 });
    expect(first.joins).toEqual([join('7')]);
    expect(await store().joins({ first: 1, after: first.next })).toEqual({ joins: [settled] });
    expect((await store().joins({ first: 9, state: 'PENDING', agency })).joins).toEqual([join('7')]);
    expect(await store().apply([{ op: 'settleJoin', join: join('9') }], { at })).toMatchObject([{ ok: false, problem: { kind: 'notFound' } }]);
  });

  test('the state of a source comes in pages by id, with the digests it was put with', async () => {
    const keys = ['c', 'a', 'e', 'b', 'd'];
    await accepted(store(), [...keys.map((key): Command => ({ op: 'putTwin', twin: twin(twinId(key)), source: 's', digest: `d-${key}` })), put('z')]);
    const first = await store().sourceState('s', { first: 3 });
    expect(first).toEqual(['a', 'b', 'c'].map((key) => ({ id: twinId(key), digest: `d-${key}` })));
    expect(keysOf(await store().sourceState('s', { first: 3, after: twinId('c') }))).toEqual(['d', 'e']);
    expect(await store().sourceState('t', { first: 3 })).toEqual([]);
  });

  test('the last import of a source is remembered', async () => {
    const record = { id: 'i1', source: 's', digest: 'x', state: 'APPLYING' as const, startedAt: at };
    await store().putImport(record);
    await store().putImport({ ...record, state: 'DONE', finishedAt: at, report: { added: 3 } });
    expect(await (await reopen()).lastImport('s')).toEqual({ ...record, state: 'DONE', finishedAt: at, report: { added: 3 } });
    expect(await store().lastImport('t')).toBeUndefined();
  });

  test('a twin is resolved by id, by a normalised alternative id of a scheme, and by its object of interest, in the order of ids', async () => {
    await accepted(store(), [
      put('2', { altIds: [{ scheme: 'other', value: '791' }], object: 'urn:x:1' }),
      put('1', { altIds: [{ scheme: 'no', value: ' 791.0 ' }], object: 'urn:x:1' }),
    ]);
    const found = async (identifier: string, scheme?: string, limit = 9) =>
      keysOf(((await store().resolve([identifier], { scheme, limit })).get(identifier) ?? []).map((id) => ({ id })));
    expect(await found(twinId('1'))).toEqual(['1']);
    expect(await found('791', 'no')).toEqual(['1']);
    expect(await found('791.0')).toEqual(['1', '2']);
    expect(await found('urn:x:1')).toEqual(['1', '2']);
    expect((await store().resolve(['792'], { limit: 9 })).size).toBe(0);
  });

  test('of each identifier so many twins are told, the first by their ids, whichever way it names them', async () => {
    const shared = 'urn:x:7';
    const named = (key: string, sketch: object) => put(key, { altIds: [{ scheme: 'no', value: shared }], ...sketch });
    await accepted(store(), [
      named('4', { object: shared }),
      named('3', {}),
      put('2', { object: shared }),
      put('1', {
        altIds: [
          { scheme: 'no', value: shared },
          { scheme: 'other', value: shared },
        ],
      }),
      put('5', { altIds: [{ scheme: 'no', value: '8' }] }),
    ]);
    const told = async (limit: number, scheme?: string) =>
      [...(await store().resolve([shared, '8', ` ${shared}`], { limit, scheme }))]
        .map(([identifier, ids]) => [identifier, keysOf(ids.map((id) => ({ id }))).join('')])
        .toSorted();
    const all = [
      [` ${shared}`, '134'],
      ['8', '5'],
      [shared, '1234'],
    ];
    expect(await told(9)).toEqual(all);
    for (const limit of [1, 2, 3]) expect(await told(limit)).toEqual(all.map(([identifier, keys = '']) => [identifier, keys.slice(0, limit)]));
    expect(await told(2, 'other')).toEqual([
      [` ${shared}`, '1'],
      [shared, '12'],
    ]);
  });

  test('of two joins with one key the first stands', async () => {
    const join = { from: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel', value: '7' };
    const joins = [
      { ...join, state: 'PENDING' },
      { ...join, state: 'RESOLVED', to: twinId('2'), triedAt: at },
    ] as const;
    await accepted(store(), [put('1'), { op: 'putJoins', from: twinId('1'), joins }]);
    expect((await store().joins({ first: 9 })).joins).toEqual(joins.slice(0, 1));
  });

  test('kinds are told with their number and terms, whatever came and went', async () => {
    await accepted(store(), [
      put('1', { kind: 'Pump', values: { 'city:flow': { value: 1, unit: 'm3/s' } } }),
      put('2', { kind: 'Pump' }),
      put('3', { kind: 'Valve' }),
    ]);
    await accepted(store(), [
      put('2', { kind: 'Valve' }),
      { op: 'deleteTwin', id: twinId('3') },
      { op: 'patchTwin', id: twinId('1'), values: { 'city:open': { value: true } } },
    ]);
    expect(await (await reopen()).kinds()).toEqual([
      { kind: 'city:Pump', count: 1, terms: [{ term: 'city:flow', unit: 'm3/s' }, { term: 'city:open' }] },
      { kind: 'city:Valve', count: 1, terms: [] },
    ]);
  });
};

export const readsContract = (store: () => TwinStore) => {
  test('pages stay true under inserts: nothing that was there is missed or told twice', async () => {
    const name = (index: number) => `n${index % 3}`;
    await accepted(
      store(),
      Array.from({ length: 20 }, (_, index) => put(`m${index}`, { name: name(index) })),
    );
    const seen: Twin[] = [];
    let page = await store().find({ order: { by: 'name', descending: true }, first: 3 });
    for (let round = 0; ; round += 1) {
      seen.push(...page.twins);
      if (!page.next) break;
      await accepted(store(), [put(`a${round}`, { name: name(round) })]);
      page = await store().find({ order: { by: 'name', descending: true }, first: 3, after: page.next });
    }
    const keys = keysOf(seen);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.startsWith('m'))).toHaveLength(20);
  });

  test('a summary counts what matches beside all of the same kind', async () => {
    await accepted(store(), [put('1', { kind: 'A', name: 'x' }), put('2', { kind: 'A' }), put('3', { kind: 'B' })]);
    expect(await store().summarise({ text: 'x' }, ['kind'])).toEqual([{ kind: 'city:A', count: 1, of: 2 }]);
    expect(await store().summarise({ text: 'x', kinds: [term('A'), term('B')] }, ['kind', 'agency'])).toEqual([
      { kind: 'city:A', agency, count: 1, of: 2 },
      { kind: 'city:B', agency, count: 0, of: 1 },
    ]);
    expect(await store().summarise({}, [])).toEqual([{ count: 3, of: 3 }]);
  });

  test('a healthy store says where its log stands', async () => {
    await accepted(store(), [put('1')]);
    expect(await store().health()).toMatchObject({ ok: true, latencyMs: expect.any(Number) });
    expect(await store().head()).toBe(1);
  });

  test('a store says what it is: an engine of some version, and a schema of its own', () => {
    expect(store().engine).toEqual({ name: expect.stringMatching(/^[A-Z]\w+[ /]\d+\.\d+/), schema: expect.any(Number) });
    expect(store().engine.schema).toBeGreaterThan(0);
  });

  test('a stream tells all that matches once, in its order, so many at a time, whatever comes meanwhile', async () => {
    await accepted(
      store(),
      Array.from({ length: 7 }, (_, index) => put(`m${index}`, { name: `n${index % 2}`, kind: index === 6 ? 'Other' : 'Thing' })),
    );
    const pages: (readonly string[])[] = [];
    for await (const twins of store().stream({ filter: { kinds: [term('Thing')] }, order: { by: 'name', descending: true }, chunk: 4 })) {
      pages.push(keysOf(twins));
      await accepted(store(), [put(`a${pages.length}`, { name: 'n9' })]);
    }
    expect(pages).toEqual([
      ['m1', 'm3', 'm5', 'm0'],
      ['m2', 'm4'],
    ]);
    for await (const _ of store().stream({ filter: { kinds: [term('None')] }, chunk: 4 })) expect.fail('nothing matches');
  });
};
