/**
 * What every store promises of history: what was true when, and what was known when.
 */
import type { Instant, SampleKey } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import type { Command, TwinStore } from './store.ts';
import { createTimeline, end, id, level, m, minuteOf, putAt, reading, sampled, type Told, told } from './timeline.contract.ts';
import { accepted, agency, put, term, twin, twinId } from './twins.contract.ts';

export const historyContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>): void => {
  const { at, all, value } = createTimeline(store);

  describe('of a value', () => {
    test('that never changed is what stands, from when it was true', async () => {
      await at(5, putAt(5, { level: 1 }));
      expect(await all()).toEqual([[5, 5, 1]]);
      expect([await value(m(4)), await value(m(5)), await value(end)]).toEqual(['no twin', 1, 1]);
    });
    test('keeps what it was before each change', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, sampled(reading(2, 10)));
      await at(20, sampled(reading(3, 20)));
      expect(await all()).toEqual([
        [0, 0, 1],
        [10, 10, 2],
        [20, 20, 3],
      ]);
      expect([await value(m(9)), await value(m(10)), await value(m(19)), await value(m(20))]).toEqual([1, 2, 2, 3]);
    });
    test('that is only said again gains nothing, whoever says it and whatever file it stands in', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, putAt(10, { level: 1 }));
      await at(11, putAt(11, { level: 1 }, { name: { en: 'renamed' } }));
      expect(await all()).toEqual([[0, 0, 1]]);
    });
    test('measured again as the same is a sample: it says that it still held', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, sampled(reading(1, 10)));
      await at(20, sampled(reading(1, 20)));
      expect(await all()).toEqual([
        [0, 0, 1],
        [10, 10, 1],
        [20, 20, 1],
      ]);
    });
    test('is known of each twin of a large batch, the last one too', { timeout: 60_000 }, async () => {
      const ids = Array.from({ length: 601 }, (_, number) => twinId(`many-${number}`));
      const patchesAt = (minute: number): readonly Command[] =>
        ids.map((one, number) => ({ op: 'patchTwin', id: one, values: { [level]: { value: number + minute } } }));
      await at(0, ...ids.map((one): Command => ({ op: 'putTwin', twin: twin(one) })));
      for (const minute of [10, 20, 30]) await at(minute, ...patchesAt(minute));
      const past = await store().stateAt(ids, { valid: m(25), known: end });
      expect(ids.map((one) => past.get(one)?.values[level]?.value)).toEqual(ids.map((_, number) => number + 20));
      const now = await store().get(ids);
      expect(new Set(ids.map((one) => now.get(one)?.version))).toEqual(new Set([4]));
    });
    test('that comes late is put where it belongs, and what stands goes on standing', async () => {
      await at(0, putAt(0, {}));
      await at(10, sampled(reading(10, 10)));
      await at(30, sampled(reading(30, 30)));
      await at(31, sampled(reading(20, 20, 31)));
      expect((await store().get([id])).get(id)?.values[level]?.value).toBe(30);
      expect([await value(m(20), m(30)), await value(m(20), m(31)), await value(m(30), m(31))]).toEqual([10, 20, 30]);
      expect(await all()).toEqual([
        [10, 10, 10],
        [20, 31, 20],
        [30, 30, 30],
      ]);
    });
    test('that is corrected is told twice: as it was known before, and since', async () => {
      await at(0, putAt(0, {}));
      await at(10, sampled(reading(1, 10, 11)));
      await at(20, sampled(reading(2, 10, 20)));
      expect(await all()).toEqual([
        [10, 11, 1],
        [10, 20, 2],
      ]);
      expect([await value(m(15), m(19)), await value(m(15), m(20)), await value(m(15), m(10))]).toEqual([1, 2, 'no value']);
      expect((await store().get([id])).get(id)?.values[level]?.value).toBe(2);
    });
    test('of the same observation the later record stands, whichever comes first', async () => {
      await at(0, putAt(0, {}));
      await at(10, sampled(reading('late', 10, 20)));
      await at(21, sampled(reading('early', 10, 11)));
      expect((await store().get([id])).get(id)?.values[level]?.value).toBe('late');
      expect([await value(m(15)), await value(m(15), m(12))]).toEqual(['late', 'early']);
    });
    test('many at once, in any order, are kept all, and the last one stands', async () => {
      await at(0, putAt(0, {}));
      await at(50, sampled(reading(3, 30, 50), reading(1, 10, 50), reading(4, 40, 50), reading(2, 20, 50)));
      expect((await all()).map(([, , said]) => said)).toEqual([1, 2, 3, 4]);
      expect((await store().get([id])).get(id)).toMatchObject({ version: 2, values: { [level]: { value: 4 } } });
    });
    test('that replaces one which was true later stands from then on too', async () => {
      await at(0, putAt(0, {}));
      await at(30, putAt(30, { level: 'file' }));
      await at(31, sampled(reading('feed', 20, 31)));
      expect((await store().get([id])).get(id)?.values[level]?.value).toBe('feed');
      expect([await value(m(25)), await value(m(30)), await value(m(30), m(30)), await value(end)]).toEqual(['feed', 'feed', 'file', 'feed']);
      await at(32, sampled(reading('next', 21, 32)));
      expect([await value(m(20)), await value(end)]).toEqual(['feed', 'next']);
    });
    test('without a time of its own in a patch has that of the patch', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, { op: 'patchTwin', id, values: { [level]: { value: 2 } } });
      expect((await store().get([id])).get(id)?.values[level]).toMatchObject({ value: 2, observedAt: m(10), recordedAt: m(10) });
      expect([await value(m(9)), await value(m(10))]).toEqual([1, 2]);
    });
    test('taken away is gone from then on, and may come back', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, { op: 'patchTwin', id, values: { [level]: null } });
      await at(20, putAt(20, { level: 3 }));
      expect(await all()).toEqual([
        [0, 0, 1],
        [10, 10, 'gone'],
        [20, 20, 3],
      ]);
      expect([await value(m(9)), await value(m(10)), await value(m(20))]).toEqual([1, 'no value', 3]);
    });
    test('that is null is a value, not gone', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, putAt(10, { level: null }));
      const past = (await store().stateAt([id], { valid: m(10), known: end })).get(id);
      expect(past?.values[level]?.value).toBeNull();
    });
    test('whose unit changes is another one', async () => {
      await at(0, putAt(0, { level: 1 }));
      await at(10, { op: 'patchTwin', id, values: { [level]: { value: 1, unit: 'cm' } } });
      const units = (await store().history(id, { series: level, first: 9 })).samples.map(({ said }) => said?.unit);
      expect(units).toEqual([undefined, 'cm']);
    });
    test('keeps unit, flag, quality, source and origin', async () => {
      const said = { value: { a: [1, 'x'] }, unit: 'm', flag: 'SIMULATED' as const, quality: { accuracy: 0.5 }, origin: 'feed x', datum: 'NAP' };
      await at(0, putAt(0, {}));
      await at(10, sampled({ ...said, observedAt: m(9), recordedAt: m(10) }));
      await at(20, sampled(reading(2, 20)));
      const [first] = (await store().history(id, { series: level, first: 9 })).samples;
      expect(first).toEqual({ series: level, observedAt: m(9), recordedAt: m(10), said: { ...said, source: agency } });
      expect((await store().stateAt([id], { valid: m(9), known: end })).get(id)?.values[level]).toEqual({
        ...said,
        source: agency,
        observedAt: m(9),
        recordedAt: m(10),
      });
    });
  });

  describe('of the twin itself', () => {
    test('tells where it was', async () => {
      await at(0, putAt(0, {}, { position: [1, 1] }));
      await at(10, { op: 'patchTwin', id, values: {}, position: [2, 2], placedAt: m(8) });
      const place = async (valid: Instant, known: Instant = end) => (await store().stateAt([id], { valid, known })).get(id)?.position;
      expect([await place(m(7)), await place(m(8)), await place(m(9), m(9)), await place(end)]).toEqual([
        [1, 1],
        [2, 2],
        [1, 1],
        [2, 2],
      ]);
      expect(told((await store().history(id, { series: '@place', first: 9 })).samples)).toEqual([
        [0, 0, { position: [1, 1] }],
        [8, 10, { position: [2, 2] }],
      ]);
    });
    test('tells its outline, and that it had no place any more', async () => {
      const footprint = {
        type: 'LineString',
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      };
      await at(0, putAt(0, {}, { footprint }));
      await at(10, putAt(10, {}));
      const past = async (valid: Instant) => (await store().stateAt([id], { valid, known: end })).get(id)?.footprint;
      expect([await past(m(5)), await past(m(10))]).toEqual([footprint, undefined]);
    });
    test('tells how it was called and what it was', async () => {
      await at(0, putAt(0, {}, { name: { en: 'old' }, altIds: [{ scheme: 's', value: '1' }] }));
      await at(10, putAt(10, {}, { name: { en: 'new' }, kind: term('Pump') }));
      const past = async (valid: Instant) => (await store().stateAt([id], { valid, known: end })).get(id);
      expect(await past(m(5))).toMatchObject({ name: { en: 'old' }, kind: term('Thing'), altIds: [{ scheme: 's', value: '1' }] });
      expect(await past(m(10))).toMatchObject({ name: { en: 'new' }, kind: term('Pump') });
      expect((await past(m(10)))?.altIds).toBeUndefined();
    });
    test('outlives it: a deleted twin is told as it was, and as gone since', async () => {
      await at(0, putAt(0, { level: 1, other: 'x' }, { position: [1, 1] }));
      await at(10, { op: 'deleteTwin', id });
      expect([await value(m(9)), await value(m(10)), await value(m(10), m(9))]).toEqual([1, 'no twin', 1]);
      expect(await all()).toEqual([
        [0, 0, 1],
        [10, 10, 'gone'],
      ]);
      await at(20, putAt(20, { level: 2 }));
      const past = async (valid: Instant) => (await store().stateAt([id], { valid, known: end })).get(id);
      expect(await past(m(15))).toBeUndefined();
      expect(await past(m(20))).toMatchObject({ values: { [level]: { value: 2 } } });
      expect(Object.keys((await past(m(20)))?.values ?? {})).toEqual([level]);
      expect((await past(m(20)))?.position).toBeUndefined();
      expect(await past(m(5))).toMatchObject({ values: { [term('other')]: { value: 'x' } }, position: [1, 1] });
    });
    test('at the end of time is what stands', async () => {
      await at(0, putAt(0, { level: 1, note: 'n' }, { position: [1, 1], objectOfInterest: 'urn:x:1' }));
      await at(10, sampled(reading(2, 10)), { op: 'patchTwin', id, values: {}, position: [3, 3] });
      const [now, past] = [(await store().get([id])).get(id), (await store().stateAt([id], { valid: end, known: end })).get(id)];
      for (const key of ['agency', 'kind', 'name', 'position', 'objectOfInterest', 'version', 'createdAt'] as const) expect(past?.[key]).toEqual(now?.[key]);
      expect(Object.entries(past?.values ?? {}).map(([name, { value: said }]) => [name, said])).toEqual(
        expect.arrayContaining(Object.entries(now?.values ?? {}).map(([name, { value: said }]) => [name, said])),
      );
    });
    test('spoken of before it was described, is described as it first was', async () => {
      await at(20, putAt(20, {}, { name: { en: 'first' } }));
      await at(21, putAt(21, {}, { name: { en: 'second' } }));
      await at(22, sampled(reading(1, 5, 6), reading(2, 21, 22)));
      const past = async (valid: Instant, known: Instant) => (await store().stateAt([id], { valid, known })).get(id);
      expect(await past(m(5), end)).toMatchObject({ name: { en: 'first' }, values: { [level]: { value: 1 } } });
      expect(await past(m(5), m(6))).toMatchObject({ name: { en: 'first' } });
      expect(await past(m(4), end)).toBeUndefined();
    });
    test('is told for several twins at once, and only for those that were there', async () => {
      await accepted(store(), [put('1'), put('2')]);
      const found = await store().stateAt([id, twinId('2'), twinId('3')], { valid: end, known: end });
      expect([...found.keys()].toSorted()).toEqual([id, twinId('2')]);
      expect((await store().history(twinId('3'), { first: 9 })).samples).toEqual([]);
    });
    test('a refused batch leaves no trace in it', async () => {
      await at(0, putAt(0, { level: 1 }));
      await store().apply([sampled(reading(2, 10)), { op: 'deleteTwin', id: twinId('none') }], { at: m(10) });
      expect(await all()).toEqual([[0, 0, 1]]);
      await at(20, sampled(reading(3, 20)));
      expect(await all()).toEqual([
        [0, 0, 1],
        [20, 20, 3],
      ]);
    });
  });

  describe('is asked', () => {
    const fill = async (): Promise<void> => {
      await at(0, putAt(0, {}));
      await at(60, sampled(...Array.from({ length: 50 }, (_, index) => reading(index, index, index + (index % 5)))));
    };
    test('between two moments, both included, and as far as was known', async () => {
      await fill();
      expect((await all({ from: m(10), to: m(12) })).map(([, , said]) => said)).toEqual([10, 11, 12]);
      expect((await all({ from: m(10), to: m(14), known: m(14) })).map(([, , said]) => said)).toEqual([10, 11, 12]);
      expect(await all({ from: m(70) })).toEqual([]);
    });
    test('page by page, each sample once', async () => {
      await fill();
      const seen: Told[] = [];
      let after: SampleKey | undefined;
      do {
        const page = await store().history(id, { series: level, first: 7, after, from: m(3) });
        seen.push(...told(page.samples));
        after = page.next;
      } while (after);
      expect(seen.map(([, , said]) => said)).toEqual(Array.from({ length: 47 }, (_, index) => index + 3));
    });
    test('of all series together, in the order of observation', async () => {
      await at(0, putAt(0, { other: 1 }, { position: [1, 1] }));
      await at(5, { op: 'patchTwin', id, values: { [term('other')]: { value: 2 } }, samples: { [level]: [reading(1, 1), reading(4, 4)] } });
      const { samples } = await store().history(id, { first: 99 });
      expect(samples.map(({ series, observedAt }) => [minuteOf(observedAt), series])).toEqual([
        [0, '@place'],
        [0, '@twin'],
        [0, term('other')],
        [1, level],
        [4, level],
        [5, term('other')],
      ]);
      const first = await store().history(id, { first: 4 });
      expect((await store().history(id, { first: 4, after: first.next })).samples).toEqual(samples.slice(4));
    });
    test('after the store was closed and opened again', async () => {
      await fill();
      const before = await all();
      await reopen();
      expect(await all()).toEqual(before);
    });
    test('by names of series that look like a query, and keeps them', async () => {
      const hostile = 'x:a\'"`$) DETACH DELETE n; DROP TABLE sample --{}';
      await at(0, { op: 'putTwin', twin: { ...twin(id), values: { [hostile]: { value: 1 } } } });
      await at(10, { op: 'patchTwin', id, values: { [hostile]: { value: 2 }, __proto__: { value: 3 } } });
      expect((await store().history(id, { series: hostile, first: 9 })).samples.map(({ said }) => said?.value)).toEqual([1, 2]);
    });
  });
};
