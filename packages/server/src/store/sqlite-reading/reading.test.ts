/**
 * What is read where, and what is remembered of it: bounds of near reads, and of known twins.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { addMs, type Box, type Instant, type Reading, TermId, type Twin, type TwinFilter, type TwinId } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { groupsSoughtMax } from '../groups.ts';
import { chunkSamplesMax } from '../history/chunk.ts';
import { openSqliteStore, storeFileName } from '../sqlite/sqlite.ts';
import { openForReading } from '../sqlite/sqlite-file.ts';
import { reads } from '../sqlite/sqlite-read.ts';
import type { TwinStore } from '../store.ts';
import { accepted, at, link, put, twin, twinId } from '../twins.contract.ts';
import { createKnownTwins, isKnown, knownBytesMax, knownTwinsMax } from './known-twins.ts';
import { createNearReads, type NearReads, nearChunksMax, nearKeysMax, nearPastChunksMax, nearRowsMax } from './near.ts';
import { createReading } from './reading-file.ts';

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));

describe('near reads', () => {
  let directory: string;
  let store: TwinStore;
  let near: NearReads;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cityweave-near-'));
    const opened = await openSqliteStore({ directory, clock: systemDeps().clock });
    store = opened.ok ? opened.value : expect.fail('the store opens');
    near = createNearReads(join(directory, storeFileName));
  });
  afterEach(async () => {
    near.close();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('answer so many ids and no more, and nothing that may take long', async () => {
    const ids = numbers(nearKeysMax).map(twinId);
    await accepted(
      store,
      ids.map((id) => ({ op: 'putTwin', twin: twin(id) })),
    );
    expect(near.twins(ids)).toHaveLength(nearKeysMax);
    expect(near.twins([...ids, twinId('more')])).toBeUndefined();
    expect(near.answer('count', { filter: {} })).toBeUndefined();
  });

  it('leave a hub with more links than may be told to the threads, which tell them all', async () => {
    const ends = numbers(nearRowsMax + 1);
    const linked = (some: readonly string[]) =>
      accepted(store, [put('hub'), ...some.map((end) => ({ op: 'putLink' as const, link: link(twinId('hub'), twinId(end)) }))]);
    const asked = { ids: [twinId('hub')], kinds: undefined, direction: 'out' as const, limit: nearRowsMax * 2 };
    await linked(ends.slice(1));
    expect(near.answer('adjacent', asked)).toHaveLength(nearRowsMax);
    await setImmediate();
    await linked(ends);
    expect(near.answer('adjacent', asked)).toBeUndefined();
    expect(await store.adjacent([twinId('hub')], { direction: 'out', limit: nearRowsMax * 2 })).toHaveLength(nearRowsMax + 1);
  });

  it('tell no more groups to the thread that asks than are sought, however many the twins make', async () => {
    const withStatus = (key: string) => put(key, { values: { 'city:status': { value: `status ${key}` } } });
    await accepted(store, numbers(groupsSoughtMax + 50).map(withStatus));
    const file = openForReading(join(directory, storeFileName), 'thread');
    const found = (filter: TwinFilter) => Object.values(reads.summarise(createReading(file), { filter, by: ['status'] })).map(({ length }) => length);
    expect(found({})).toEqual([groupsSoughtMax, groupsSoughtMax]);
    expect(found({ ids: [twinId('7')] })).toEqual([1, 1]);
    file.close();
  });

  it('tell and count a box that few twins meet, and leave one that more meet to the threads, which tell all', async () => {
    const { changes, together } = createKnownTwins();
    const [box, around]: readonly [Box, Box] = [
      [0, 0, 1, 1],
      [-1, -1, 2, 2],
    ];
    const place = (some: readonly string[]) =>
      accepted(
        store,
        some.map((key, at) => put(key, { position: [at % 2, 1] })),
      );
    const page = async (filter: TwinFilter) => {
      await setImmediate();
      const told = near.page({ filter, order: undefined, after: undefined, backwards: false, first: nearRowsMax }, changes);
      return told && together(told.twins)?.length;
    };
    const count = async (filter: TwinFilter) => {
      await setImmediate();
      return near.answer('count', { filter });
    };
    const keys = numbers(nearRowsMax);
    await place(keys);
    for (const of of [box, around]) expect([await page({ box: of }), await count({ box: of })]).toEqual([nearRowsMax, nearRowsMax]);
    expect([await page({ box: [0.5, 0, 0.6, 1] }), await count({ box: [0.5, 0, 0.6, 1] }), await page({ box, kinds: [] })]).toEqual([0, 0, 0]);
    expect([await page({ box, text: 'thing' }), await count({ box, kinds: [] }), await page({})]).toEqual([undefined, undefined, undefined]);
    await place(['one', 'more']);
    for (const of of [box, around])
      expect([await page({ box: of }), await count({ box: of }), await store.count({ box: of })]).toEqual([undefined, undefined, nearRowsMax + 2]);
    expect((await store.find({ filter: { box }, first: nearRowsMax + 2 })).twins).toHaveLength(nearRowsMax + 2);
  });

  it('tell a history that lies in few chunks, and leave one that lies in more to the threads', async () => {
    const [series, minuteMs] = [TermId.parse('city:level'), 60_000];
    const readings = numbers((nearChunksMax + 1) * chunkSamplesMax + 1).map((index): Reading => {
      const observedAt = addMs(at, Number(index) * minuteMs);
      const knownAtOnce = Number(index) % chunkSamplesMax === 0;
      return { value: Number(index), unit: 'm', observedAt, recordedAt: knownAtOnce ? observedAt : addMs(observedAt, 30 * 86_400_000) };
    });
    await accepted(store, [put('tide'), { op: 'patchTwin', id: twinId('tide'), values: {}, samples: { [series]: readings } }]);
    const known = addMs(at, nearChunksMax * chunkSamplesMax * minuteMs);
    const asked = (to: Instant) => ({ id: twinId('tide'), query: { series, known, to, first: 100 } });
    expect(near.answer('history', asked(addMs(known, -minuteMs)))?.samples).toHaveLength(nearChunksMax);
    await setImmediate();
    expect(near.answer('history', asked(known))).toBeUndefined();
    await setImmediate();
    expect((await store.history(twinId('tide'), asked(known).query)).samples).toHaveLength(nearChunksMax + 1);
  });

  it('tell past states of few twins, and leave those of more, of more series, or from more chunks to the threads', async () => {
    const ids = numbers(nearKeysMax).map(twinId);
    const [now, then, later] = [{ valid: at, known: at }, addMs(at, 60_000), addMs(at, 120_000)];
    const states = async (some: readonly TwinId[], moment = now) => {
      await setImmediate();
      return near.states(some, moment)?.length;
    };
    await accepted(
      store,
      ids.map((id) => ({ op: 'putTwin', twin: twin(id) })),
    );
    expect(await states(ids)).toBe(nearKeysMax);
    expect(await states([...ids, twinId('more')])).toBeUndefined();
    const say = (id: TwinId, terms: number) => {
      const values = Object.fromEntries(numbers(terms).map((term) => [`city:term${term}`, { value: 1, observedAt: then }]));
      const samples = Object.fromEntries(Object.keys(values).map((term) => [term, [{ value: 2, observedAt: later, recordedAt: later }]]));
      return { op: 'patchTwin' as const, id, values, samples };
    };
    const [few, half] = [ids.slice(0, 2), nearRowsMax / 2];
    await accepted(store, [say(twinId('0'), half), say(twinId('1'), half)]);
    expect(await states(few, { valid: then, known: then })).toBe(2);
    await accepted(store, [say(twinId('1'), half + 1)]);
    expect(await states(few, { valid: then, known: then })).toBeUndefined();
    expect((await store.stateAt(few, { valid: then, known: then })).size).toBe(2);
  });

  it('look for past states into so many chunks, and leave what lies in more to the threads', async () => {
    const level = TermId.parse('city:level');
    const readings = numbers(chunkSamplesMax).map((index): Reading => ({ value: Number(index), observedAt: addMs(at, Number(index) * 1_000) }));
    const ids = numbers(nearPastChunksMax + 1).map(twinId);
    await accepted(
      store,
      ids.flatMap((id) => [
        { op: 'putTwin', twin: twin(id) },
        { op: 'patchTwin', id, values: {}, samples: { [level]: readings } },
      ]),
    );
    const moment = { valid: addMs(at, 9_500), known: addMs(at, 86_400_000) };
    expect(near.states(ids.slice(1), moment)?.map(({ values }) => values[level]?.value)).toEqual(ids.slice(1).map(() => 9));
    await setImmediate();
    expect(near.states(ids, moment)).toBeUndefined();
    expect((await store.stateAt(ids, moment)).size).toBe(ids.length);
  });

  it('leave the event loop to others after so many rows, until its next turn', async () => {
    const asked = { since: 0, limit: nearRowsMax };
    await accepted(
      store,
      numbers(nearRowsMax).map((key) => put(key)),
    );
    await setImmediate();
    expect(near.answer('changes', { since: 0, limit: nearRowsMax + 1 })).toBeUndefined();
    await setImmediate();
    expect(near.answer('changes', asked)?.changes).toHaveLength(nearRowsMax);
    expect(near.answer('changes', asked)).toBeUndefined();
    await setImmediate();
    expect(near.answer('changes', asked)?.changes).toHaveLength(nearRowsMax);
  });

  it('are aborted like all others', async () => {
    await expect(store.get([twinId('1')], { signal: AbortSignal.abort() })).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('of a page tell the present twin, however often it was told before', async () => {
    await accepted(store, [put('1'), put('2')]);
    const page = async () => (await store.find({ first: 9 })).twins;
    for (const _ of numbers(3)) expect(await page()).toHaveLength(2);
    const [first] = await page();
    expect((await page())[0]).toBe(first);
    await accepted(store, [{ op: 'deleteTwin', id: twinId('1') }, { op: 'deleteTwin', id: twinId('2') }, put('2', { name: 'another' })]);
    for (const _ of numbers(3)) expect((await page()).map(({ name, version }) => [name['en'], version])).toEqual([['another', 3]]);
  });
});

describe('known twins', () => {
  const told = (twins: readonly { readonly seq: number; readonly twin: Twin }[]) => ({
    seqs: Float64Array.from(twins, ({ seq }) => -seq),
    text: Buffer.from(JSON.stringify(twins.map((one) => one.twin))),
  });
  const named = (name: string): Twin => ({ ...twin(twinId('1'), { name }), version: 1, createdAt: at as Instant, updatedAt: at as Instant });

  it('are those told for the second time', () => {
    const { changes, twinsOf } = createKnownTwins();
    expect(twinsOf(told([{ seq: 7, twin: named('a') }]))).toEqual([named('a')]);
    expect(isKnown(changes, 7)).toBe(false);
    twinsOf(told([{ seq: 7, twin: named('a') }]));
    expect([isKnown(changes, 7), isKnown(changes, 7 + knownTwinsMax), isKnown(changes, 0)]).toEqual([true, false, false]);
    expect(twinsOf({ seqs: Float64Array.of(7), text: new Uint8Array() })).toEqual([named('a')]);
  });

  it('are so many: another change at the same place takes it, and who counted on the first is told so', () => {
    const { changes, twinsOf } = createKnownTwins();
    for (const seq of [7, 7, 7 + knownTwinsMax, 7 + knownTwinsMax]) twinsOf(told([{ seq, twin: named(`of ${seq}`) }]));
    expect([isKnown(changes, 7), isKnown(changes, 7 + knownTwinsMax)]).toEqual([false, true]);
    expect(twinsOf({ seqs: Float64Array.of(7), text: new Uint8Array() })).toBeUndefined();
  });

  it('are not large, and not without the number of a change', () => {
    const { changes, twinsOf } = createKnownTwins();
    const large = named('x'.repeat(knownBytesMax));
    for (const _ of [1, 2]) twinsOf(told([{ seq: 7, twin: large }]));
    for (const _ of [1, 2]) expect(twinsOf({ seqs: Float64Array.of(0), text: Buffer.from(JSON.stringify([named('a')])) })).toEqual([named('a')]);
    expect(isKnown(changes, 7)).toBe(false);
    const spare = knownBytesMax - Buffer.byteLength(JSON.stringify([named('')]));
    for (const _ of [1, 2]) twinsOf(told([{ seq: 7, twin: named('x'.repeat(spare)) }]));
    expect(isKnown(changes, 7)).toBe(true);
  });
});
