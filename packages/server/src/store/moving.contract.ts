/**
 * A move: what one store unloads, another takes as it is.
 */
import { Instant, type Join } from '@cityweave/core';
import { expect, test } from 'vitest';
import { lineOf, toLine } from './moving/archive-lines.ts';
import type { Moved } from './moving/moved.ts';
import { movedRows } from './moving/unloading.ts';
import type { Command, TwinStore } from './store.ts';
import { accepted, agency, at, foreignId, link, put, putLink, term, twin, twinId } from './twins.contract.ts';

const end = Instant.parse('2200-01-01T00:00:00Z');
const beforeEnd = Instant.parse('2199-01-01T00:00:00Z');

/** As a line of a file tells it: a row that a store unloads is one that is taken from a file. */
const asTold = (row: Moved): Moved => {
  const read = toLine(lineOf(row));
  return read.ok && read.value.part === row.part ? (read.value as Moved) : expect.fail(JSON.stringify([read, row])); // branding: it is of the same part
};

const move = async (from: TwinStore, to: TwinStore): Promise<void> => {
  for await (const rows of movedRows(from)) expect(await to.load(rows.map(asTold))).toEqual({ ok: true, value: true });
};

const shape = { type: 'Solid', lod: '2.2', boundaries: [[[[0, 1, 2]]]], vertices: [[0, 0, 0] as [number, number, number]], crs: 'EPSG:7415' };
const hostile = `x:a'"\`$)DETACH/**/DELETE(n);DROP--{}`;

const fill = async (store: TwinStore): Promise<void> => {
  const sample = (minute: number) => ({ value: minute / 10, unit: 'm', observedAt: Instant.parse(new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()) });
  const full = twin(twinId('full'), {
    name: 'Pump Süd',
    position: [4.5, 45.7],
    object: 'urn:x:1',
    altIds: [{ scheme: 'no', value: '791.0' }],
    values: { [hostile]: { value: hostile } },
  });
  await accepted(store, [
    { op: 'putTwin', twin: full, shapes: [shape], source: 's', digest: 'd' },
    ...Array.from({ length: 700 }, (_, index) => put(`${index}`, { name: `thing ${index}` })),
    put('gone', { values: { 'city:level': { value: 1 } } }),
    putLink(twinId('1'), twinId('2')),
    putLink(twinId('2'), twinId('3')),
    { op: 'putLink', link: { ...link(twinId('1'), foreignId('9'), 'sameAs'), evidence: 'column 3' } },
    { op: 'putJoins', from: twinId('1'), joins: [{ from: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel', value: '7', state: 'PENDING' }] },
  ]);
  await accepted(store, [
    { op: 'patchTwin', id: twinId('1'), values: {}, samples: { 'city:level': Array.from({ length: 1200 }, (_, index) => sample(index)) }, position: [5, 45] },
    { op: 'deleteTwin', id: twinId('gone') },
    { op: 'deleteLink', id: link(twinId('2'), twinId('3')).id, endedAt: end },
  ]);
  await accepted(store, [putLink(twinId('1'), twinId('2'))]);
  await store.apply([put('2', { name: 'renamed' })], { at, cursor: { peer: 'p', seq: 7 } });
  await store.putImport({ id: 'i', source: 's', digest: 'x', state: 'DONE', startedAt: at, report: { added: 3 } });
};

/** Stores tell what was asked for by its key, in whatever order. */
const inOrder = <K, V>(keys: readonly K[], found: ReadonlyMap<K, V>): readonly (readonly [K, V | undefined])[] => keys.map((key) => [key, found.get(key)]);

/** Everything that can be asked. */
const everything = async (store: TwinStore): Promise<unknown> => {
  const ids = ['full', '1', '2', '699', 'gone'].map(twinId);
  const named = ['791', 'urn:x:1', twinId('5')];
  const headSeq = await store.head();
  return {
    twins: inOrder(ids, await store.get(ids)),
    found: (await store.find({ first: 1000 })).twins.map(({ id, version }) => [id, version]),
    texts: await Promise.all(['sud', 'renamed', '791', hostile].map((text) => store.count({ text }))),
    box: await store.count({ box: [4, 45, 5, 46] }),
    hostile: await store.count({ property: [{ term: term(hostile), op: 'eq', value: hostile }] }),
    shapes: inOrder(ids, await store.shapes(ids)),
    links: (await store.adjacent(ids, { direction: 'both', limit: 100 })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    joins: await store.joins({ first: 100 }),
    resolved: inOrder(named, await store.resolve(named, { limit: 9 })),
    kinds: await store.kinds(),
    counts: [await store.identities(), await store.linkedTwins(), await store.cursor('p'), headSeq],
    imports: [await store.lastImport('s'), await store.sourceState('s', { first: 9 })],
    history: await Promise.all(ids.map((id) => store.history(id, { first: 2000 }))),
    pastLinks: (await store.linksAt(ids, { direction: 'both', limit: 100, moment: { valid: beforeEnd, known: end } })).toSorted((a, b) =>
      a.id < b.id ? -1 : 1,
    ),
    past: inOrder(ids, await store.stateAt(ids, { valid: Instant.parse('2026-01-01T03:00:30Z'), known: end })),
  };
};

export const movingContract = (store: () => TwinStore, another: () => Promise<TwinStore>): void => {
  test('leaves nothing behind: the new store answers whatever is asked as the old one', { timeout: 60_000 }, async () => {
    await fill(store());
    const other = await another();
    await move(store(), other);
    expect(await everything(other)).toEqual(await everything(store()));
    const third = await another();
    await move(other, third);
    expect(await everything(third)).toEqual(await everything(store()));
  });

  test('goes on where the log stood: older places mean a new snapshot, and the next change follows', async () => {
    await fill(store());
    const other = await another();
    await move(store(), other);
    const head = await store().head();
    expect(await other.changes(head - 1, { limit: 9 })).toMatchObject({ head, oldest: head - 1, changes: [{ seq: head }] });
    expect(await other.apply([put('new')], { at })).toMatchObject([{ ok: true, seq: head + 1 }]);
    const again: Command = put('full', { name: 'changed' });
    expect(await other.apply([{ ...again, expected: 1 } as Command], { at })).toMatchObject([{ ok: true, version: 2 }]);
    expect(await store().count({ text: 'changed' })).toBe(0);
    // what is gone is known to have been there
    const back: readonly Command[] = [put('gone'), putLink(twinId('2'), twinId('3'))];
    expect(await other.apply(back, { at })).toMatchObject([{ version: 3 }, { version: 3 }]);
  });

  test('can see whether something was written meanwhile, in the log or beside it', async () => {
    await fill(store());
    let known = await store().writes();
    const isNoted = async (write: () => Promise<unknown>): Promise<void> => {
      await write();
      expect(await store().writes()).toBeGreaterThan(known);
      known = await store().writes();
    };
    const join: Join = { from: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel', value: '8', state: 'PENDING' };
    await isNoted(() => accepted(store(), [put('1', { name: 'again' })]));
    await isNoted(() => accepted(store(), [{ op: 'putJoins', from: twinId('1'), joins: [join] }]));
    await isNoted(() => accepted(store(), [{ op: 'settleJoin', join: { ...join, state: 'UNRESOLVED' } }]));
    await isNoted(() => store().putImport({ id: 'j', source: 's', digest: 'y', state: 'DONE', startedAt: at }));
    await isNoted(() => store().apply([], { at, cursor: { peer: 'p', seq: 8 } }));
    await isNoted(() => store().maintain({ keepChanges: 5 }));
    await everything(store());
    let moved = 0;
    for await (const rows of movedRows(store())) moved += rows.length;
    expect(moved).toBeGreaterThan(700);
    expect(await store().writes()).toBe(known);
  });

  test('of an empty store is an empty one, and rows that do not fit are refused whole', async () => {
    const other = await another();
    await move(store(), other);
    expect(await other.count({})).toBe(0);
    const row = { part: 'twin' as const, twin: { ...twin(twinId('1')), version: 3, createdAt: at, updatedAt: at } };
    expect(await other.load([row, row])).toMatchObject({ ok: false });
    expect(await other.count({})).toBe(0);
    expect(await other.load([row])).toMatchObject({ ok: true });
    expect((await other.get([twinId('1')])).get(twinId('1'))?.version).toBe(3);
    const changed = { ...row, twin: { ...row.twin, name: { en: 'another' } } };
    for (const rows of [[changed], [{ ...row, twin: { ...row.twin, version: 4 } }]])
      expect(await other.load(rows)).toMatchObject({ ok: false, problem: { kind: 'invalid', subject: twinId('1'), accepted: 'a store that is empty' } });
    expect(await other.count({ text: 'another' })).toBe(0);
  });

  test('made once more changes nothing: what is there already as it comes stays', { timeout: 60_000 }, async () => {
    await fill(store());
    const other = await another();
    await move(store(), other);
    await move(store(), other);
    expect(await everything(other)).toEqual(await everything(store()));
  });
};
