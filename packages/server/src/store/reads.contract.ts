/**
 * What every store promises of its change feed, links, registers and pages.
 */
import { type Change, Instant, type Twin } from '@cityweave/core';
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
    expect(await store().changes(5, { limit: 10 })).toEqual({ changes: [], head: 5, oldest: 0 });
    expect((await store().changes(1, { limit: 2 })).changes.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(await store().changes(99, { limit: 10 })).toMatchObject({ changes: [], head: 5 });
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

const foreignLink = link(twinId('x'), twinId('y')).id.replace('/', '-other/') as ReturnType<typeof link>['id']; // branding: a link id of another making

export const linksContract = (store: () => TwinStore) => {
  const [a, b, c] = [twinId('a'), twinId('b'), twinId('c')];

  test('self-links, cycles and links to twins of others are one hop each, told once', async () => {
    const all = [link(a, a), link(a, b), link(b, a), link(b, foreignId('1')), link(foreignId('2'), a, 'sameAs')];
    await accepted(store(), [put('a'), put('b'), ...all.map((one): Command => ({ op: 'putLink', link: one }))]);
    const hop = async (ids: readonly (typeof a)[], direction: 'out' | 'in' | 'both', kinds?: readonly string[]) =>
      (await store().adjacent(ids, { direction, limit: 100, ...(kinds && { kinds: kinds.map(term) }) })).map(({ id }) => id).toSorted();
    const ids = (...of: readonly (typeof all)[number][]) => of.map(({ id }) => id).toSorted();
    const [self, ab, ba, abroad, inward] = all.map((one) => [one]);
    expect(await hop([a], 'out')).toEqual(ids(...(self ?? []), ...(ab ?? [])));
    expect(await hop([a], 'in')).toEqual(ids(...(self ?? []), ...(ba ?? []), ...(inward ?? [])));
    expect(await hop([a, b], 'both')).toEqual(ids(...all));
    expect(await hop([a, b], 'both', ['sameAs'])).toEqual(ids(...(inward ?? [])));
    expect(await hop([b], 'out', ['feeds'])).toEqual(ids(...(ba ?? []), ...(abroad ?? [])));
    expect(await hop([c], 'both')).toEqual([]);
    expect(await store().adjacent([a, b], { direction: 'both', limit: 2 })).toHaveLength(2);
  });

  test('a link is deleted by its id, also by one that is not made of its ends', async () => {
    const own = { ...link(a, c), id: foreignLink, evidence: 'column 3' };
    await accepted(store(), [
      { op: 'putLink', link: link(a, b) },
      { op: 'putLink', link: own },
    ]);
    expect(await store().adjacent([c], { direction: 'in', limit: 9 })).toEqual([own]);
    await accepted(store(), [
      { op: 'deleteLink', id: link(a, b).id },
      { op: 'deleteLink', id: own.id },
    ]);
    expect(await store().adjacent([a], { direction: 'both', limit: 9 })).toEqual([]);
    expect(await store().apply([{ op: 'deleteLink', id: own.id }], { at })).toMatchObject([{ ok: false, problem: { kind: 'notFound' } }]);
  });

  test('identities counts own twins with a sameAs link or an object of interest, each once', async () => {
    await accepted(store(), [
      put('a', { object: 'o' }),
      put('b'),
      put('c'),
      putLink(a, foreignId('1'), 'sameAs'),
      putLink(foreignId('2'), b, 'sameAs'),
      putLink(c, b),
    ]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([2, 2]);
    await accepted(store(), [put('c', { object: 'p' })]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([3, 2]);
    await accepted(store(), [{ op: 'deleteTwin', id: b }]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([2, 1]);
  });
};

/** Where the store can; the only place that looks whether it does. */
export const pastLinksContract = (store: () => TwinStore) => {
  const [a, b] = [twinId('a'), twinId('b')];
  const minute = (of: number) => Instant.parse(new Date(Date.UTC(2026, 4, 4, 12, of)).toISOString());
  const since = (recorded: number, observed?: number, more: object = {}): Command => ({
    op: 'putLink',
    link: { ...link(a, b), ...more, recordedAt: minute(recorded), ...(observed !== undefined && { observedAt: minute(observed) }) },
  });
  const over = (endedAt?: number): Command => ({ op: 'deleteLink', id: link(a, b).id, ...(endedAt !== undefined && { endedAt: minute(endedAt) }) });
  const apply = async (of: number, command: Command) => expect((await store().apply([command], { at: minute(of) })).map(({ ok }) => ok)).toEqual([true]);
  const were = async (valid: number, known: number, kinds?: readonly string[]) => {
    const asked = { direction: 'both' as const, limit: 9, moment: { valid: minute(valid), known: minute(known) }, ...(kinds && { kinds: kinds.map(term) }) };
    return (await store().linksAt([b], asked)).map(({ evidence = 'none' }) => evidence);
  };

  test('a link was there from when it was true, as far as it was known', async () => {
    await apply(10, since(10, 5));
    expect([await were(4, 59), await were(5, 9), await were(5, 10), await were(5, 10, ['feeds']), await were(5, 10, ['sameAs'])]).toEqual([
      [],
      [],
      ['none'],
      ['none'],
      [],
    ]);
  });

  test('a link that is gone was there until it was over, and is known to have ended since that was said', async () => {
    await apply(10, since(10));
    await apply(30, over(20));
    expect(await store().adjacent([b], { direction: 'both', limit: 9 })).toEqual([]);
    expect([await were(15, 59), await were(20, 29), await were(20, 30), await were(25, 59)]).toEqual([['none'], ['none'], [], []]);
    await apply(40, since(40));
    expect([await were(39, 59), await were(40, 59), await were(19, 59)]).toEqual([[], ['none'], ['none']]);
  });

  test('a link that came late and was corrected is told as it was known', async () => {
    await apply(30, since(30, 10, { evidence: 'first' }));
    await apply(40, since(40, 5, { evidence: 'second' }));
    expect([await were(7, 39), await were(7, 40), await were(10, 39), await were(12, 40)]).toEqual([[], ['second'], ['first'], ['second']]);
  });

  test('links of a twin that is gone are told with what it was', async () => {
    await accepted(store(), [put('a'), put('b')]);
    await apply(10, since(10));
    await apply(20, { op: 'deleteTwin', id: a });
    expect([await were(19, 59), await were(20, 59)]).toEqual([['none'], []]);
  });
};

export const registersContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>) => {
  const join = (value: string) => ({ from: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel', value, state: 'PENDING' as const });

  test('joins put again keep their state, and those not put again go', async () => {
    await accepted(store(), [{ op: 'putJoins', from: twinId('1'), joins: [join('7'), join('8'), join('9')] }]);
    const settled = { ...join('8'), state: 'RESOLVED' as const, to: foreignId('8'), triedAt: at };
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

  test('a twin is resolved by id, by a normalised alternative id of a scheme, and by its object of interest', async () => {
    await accepted(store(), [
      put('1', { altIds: [{ scheme: 'no', value: ' 791.0 ' }], object: 'urn:x:1' }),
      put('2', { altIds: [{ scheme: 'other', value: '791' }], object: 'urn:x:1' }),
    ]);
    const found = async (identifier: string, scheme?: string) =>
      keysOf(((await store().resolve([identifier], { scheme })).get(identifier) ?? []).map((id) => ({ id })));
    expect(await found(twinId('1'))).toEqual(['1']);
    expect(await found('791', 'no')).toEqual(['1']);
    expect(await found('791.0')).toEqual(['1', '2']);
    expect(await found('urn:x:1')).toEqual(['1', '2']);
    expect((await store().resolve(['792'])).size).toBe(0);
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

  test('an abort returns before the thread has answered, and later reads are served', async () => {
    await accepted(store(), [put('1')]);
    const controller = new AbortController();
    const reading = store().find({ first: 1 }, { signal: controller.signal });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    await expect(store().get([twinId('1')], { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await store().count({})).toBe(1);
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
    expect(await store().health()).toMatchObject({ ok: true, headSeq: 1 });
  });
};
