/**
 * What every store promises of what is said again: nothing new is known, so nothing is kept, counted or told.
 */
import type { Reading } from '@cityweave/core';
import { expect, test } from 'vitest';
import type { Command, TwinStore } from './store.ts';
import { createTimeline, end, id, level, m, putAt, reading, sampled } from './timeline.contract.ts';
import { agency, foreignId } from './twins.contract.ts';

export const againContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>): void => {
  const { at, all, value } = createTimeline(store);
  const stands = async () => (await store().get([id])).get(id);

  /** Where twin, history and log are; the same before and after what changes nothing. */
  const everything = async () => ({ twin: await stands(), samples: (await store().history(id, { first: 500 })).samples, head: await store().head() });
  const changesNothing = async (minute: number, ...commands: readonly Command[]): Promise<void> => {
    const before = await everything();
    const outcomes = await store().apply(commands, { at: m(minute) });
    expect(outcomes).toEqual(commands.map(() => ({ ok: true, version: before.twin?.version, seq: before.head })));
    expect(await everything()).toEqual(before);
    expect((await store().changes(before.head, { limit: 9 })).changes).toEqual([]);
  };

  test('a value that stands, said again of the same time: it is known since it was said first', async () => {
    await at(0, putAt(0, {}));
    await at(10, sampled(reading(1, 10, 11)));
    await changesNothing(20, sampled(reading(1, 10, 20)));
    await changesNothing(21, { op: 'patchTwin', id, values: { [level]: { value: 1, unit: 'm', observedAt: m(10) } } });
    expect((await stands())?.values[level]).toMatchObject({ value: 1, observedAt: m(10), recordedAt: m(11) });
    expect([await value(m(10), m(10)), await value(m(10), m(11)), await value(m(10), m(20))]).toEqual(['no value', 1, 1]);
  });
  test('a value of before, said again', async () => {
    await at(0, putAt(0, {}));
    await at(30, sampled(reading(3, 30), reading(1, 10, 30), reading(2, 20, 30)));
    await changesNothing(40, sampled(reading(2, 20, 40), reading(1, 10, 35)));
    await changesNothing(41, sampled(reading(1, 10, 30)));
    expect([await value(m(20), m(29)), await value(m(20), m(30)), await value(end)]).toEqual(['no value', 2, 3]);
  });
  test('the same twice in one patch, and in one batch', async () => {
    await at(0, putAt(0, {}));
    await at(30, sampled(reading(3, 30), reading(1, 10, 30), reading(1, 10, 31), reading(3, 30, 31)), sampled(reading(1, 10, 32)));
    expect(await all()).toEqual([
      [10, 30, 1],
      [30, 30, 3],
    ]);
    expect((await stands())?.version).toBe(2);
  });
  test('but another unit, quality, source or value of the same time is a sample of its own, standing or of before', async () => {
    const others: readonly Partial<Reading>[] = [
      { unit: 'cm' },
      { quality: { accuracy: 0.5 } },
      { source: foreignId('9') as unknown as Reading['source'] },
      { value: 2 },
    ];
    await at(0, putAt(0, {}));
    await at(20, sampled(reading(1, 10, 20), reading('last', 20, 20)));
    for (const [index, other] of others.entries()) await at(21 + index, sampled({ ...reading(1, 10, 21 + index), ...other }));
    expect((await all()).length).toBe(2 + others.length);
    expect((await stands())?.version).toBe(2 + others.length);
  });
  test('but what is said again after something else was said of that time is a sample: it is known anew', async () => {
    await at(0, putAt(0, {}));
    await at(20, sampled(reading(1, 10, 11), reading(2, 20)));
    await at(22, sampled(reading('other', 10, 21)));
    await at(23, sampled(reading(1, 10, 22)));
    expect([await value(m(10), m(20)), await value(m(10), m(21)), await value(m(10), m(22))]).toEqual([1, 'other', 1]);
    await changesNothing(24, sampled(reading(1, 10, 23)));
    await changesNothing(25, sampled(reading('other', 10, 21)));
  });
  test('but what turns out to have been known sooner is a sample', async () => {
    await at(0, putAt(0, {}));
    await at(20, sampled(reading(1, 10, 20)));
    await at(21, sampled(reading(1, 10, 12)));
    expect([await value(m(10), m(11)), await value(m(10), m(12)), await value(m(10), m(20))]).toEqual(['no value', 1, 1]);
    expect((await all()).length).toBe(2);
  });
  test('but measured again as the same it is a sample: it still held', async () => {
    await at(0, putAt(0, {}));
    for (const minute of [10, 20]) await at(minute, sampled(reading(1, minute)));
    expect((await all()).length).toBe(2);
  });
  test('a recording that is sent again and again, also once it is folded, and after a restart', async () => {
    const count = 600;
    const day = (recorded: number) => sampled(...Array.from({ length: count }, (_, minute) => reading(minute % 7, minute, recorded)));
    await at(0, putAt(0, {}));
    await at(1_000, day(1_000));
    await changesNothing(1_001, day(1_001));
    await store().maintain({ keepChanges: 100, foldBefore: m(5_000) });
    await changesNothing(1_002, day(1_002));
    await reopen();
    await changesNothing(1_003, sampled(reading(3, 500, 1_003), reading(1, 1, 1_003)));
    await store().maintain({ keepChanges: 100, foldBefore: m(5_000) });
    // whatever was kept of them would be counted once more
    expect(await store().maintain({ keepChanges: 100, forgetBefore: m(5_000) })).toMatchObject({ forgotten: count - 1 });
  });
  test('one by one, more often than a tail or a chunk is long', async () => {
    await at(0, putAt(0, {}));
    for (let minute = 0; minute < 70; minute += 1) await at(100, sampled(reading(minute, minute, 100)));
    for (let minute = 0; minute < 70; minute += 1) await changesNothing(101, sampled(reading(minute, minute, 101)));
    expect(await store().maintain({ keepChanges: 1_000, forgetBefore: m(5_000) })).toMatchObject({ forgotten: 69 });
  });
  test('a place where it is already, and taking away what is not there', async () => {
    await at(0, putAt(0, { level: 1 }, { position: [1, 1] }));
    await changesNothing(10, { op: 'patchTwin', id, values: {}, position: [1, 1], placedAt: m(9) });
    await changesNothing(11, { op: 'patchTwin', id, values: { [`${level}-other`]: null } });
  });
  test('beside what is new: the rest of a batch goes on, and a version that is expected has to be', async () => {
    await at(0, putAt(0, {}));
    await at(10, sampled(reading(1, 10)));
    const again = sampled(reading(1, 10, 20));
    const outcomes = await store().apply([{ ...again, expected: 2 } as Command, sampled(reading(2, 20)), { ...again, expected: 2 } as Command], {
      at: m(20),
      atomic: false,
    });
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.version : outcome.problem.kind))).toEqual([2, 3, 'revisionConflict']);
    expect((await stands())?.provenance.source).toBe(agency);
  });
};
