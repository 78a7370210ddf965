/**
 * What every store promises of history that is folded, and of what it forgets.
 */
import { type Reading, type Sample, type SampleKey, thinSamples } from '@cityweave/core';
import { expect, test } from 'vitest';
import type { TwinStore } from './store.ts';
import { createTimeline, end, id, level, m, putAt, reading, sampled, type Told, told } from './timeline.contract.ts';
import { accepted, term, twin, twinId } from './twins.contract.ts';

export const foldingContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>): void => {
  const { at, all, value } = createTimeline(store);
  const changes = { keepChanges: 1_000_000 };
  const many = (count: number, from = 0): readonly Reading[] =>
    Array.from({ length: count }, (_, index) =>
      reading(((from + index) * 7) % 100 === 3 ? `text ${index}` : (from + index) / 10, from + index, from + index + 2),
    );
  const fill = async (count: number, from = 0): Promise<void> => {
    if (from === 0) await at(0, putAt(0, {}));
    for (let start = 0; start < count; start += 40) await at(from + start, sampled(...many(Math.min(40, count - start), from + start)));
  };
  test('without a trace: history and past states are the same before and after', async () => {
    await fill(1300);
    const moments = [-1, 0, 7, 511, 512, 700, 1299, 5000].flatMap((valid) => [0, 500, 2000].map((known) => [m(valid), m(known)] as const));
    const states = () => Promise.all(moments.map(([valid, known]) => value(valid, known)));
    const [before, told] = [await states(), await all({ first: 2000 })];
    expect(await store().maintain({ ...changes, foldBefore: m(1000) })).toMatchObject({ folded: 1000 });
    expect(await all({ first: 2000 })).toEqual(told);
    expect(await states()).toEqual(before);
    expect(await store().maintain({ ...changes, foldBefore: m(5000) })).toMatchObject({ folded: 299 });
    expect(await all({ first: 2000 })).toEqual(told);
    expect(await states()).toEqual(before);
    await reopen();
    expect(await all({ first: 2000 })).toEqual(told);
  });
  test('and still told in pages, from any moment to any other', async () => {
    await fill(1200);
    await store().maintain({ ...changes, foldBefore: m(1100) });
    const seen: Told[] = [];
    let after: SampleKey | undefined;
    do {
      const page = await store().history(id, { series: level, first: 170, after, from: m(100) });
      seen.push(...told(page.samples));
      after = page.next;
    } while (after);
    expect(seen.map(([observed]) => observed)).toEqual(Array.from({ length: 1100 }, (_, index) => index + 100));
    expect((await all({ from: m(510), to: m(514) })).map(([observed]) => observed)).toEqual([510, 511, 512, 513, 514]);
    expect((await all({ from: m(510), to: m(514), known: m(514) })).map(([observed]) => observed)).toEqual([510, 511, 512]);
  });
  test('and told thinned: of each series one sample in so much time, the last of it, in pages of any size', async () => {
    await fill(1200);
    await store().maintain({ ...changes, foldBefore: m(1100) });
    await at(1300, sampled(reading('late', 601, 1300)));
    const whole = async (after?: SampleKey): Promise<readonly Sample[]> => {
      const { samples, next } = await store().history(id, { first: 500, after });
      return [...samples, ...(next ? await whole(next) : [])];
    };
    const samples = await whole();
    for (const [everyMs, first] of [
      [10 * 60_000, 7],
      [24 * 3_600_000, 1],
      [1, 500],
    ] as const) {
      const seen: Sample[] = [];
      let after: SampleKey | undefined;
      do {
        const page = await store().history(id, { everyMs, first, after });
        expect(page.samples.length).toBeLessThanOrEqual(first);
        seen.push(...page.samples);
        after = page.next;
      } while (after);
      expect(seen).toEqual(thinSamples(samples, everyMs));
    }
    expect((await all({ everyMs: 10 * 60_000, from: m(595), to: m(612), known: m(1250) })).map(([observed]) => observed)).toEqual([599, 609, 612]);
  });
  test('and late values still find their place in it, corrections too', async () => {
    await fill(600);
    await store().maintain({ ...changes, foldBefore: m(590) });
    await at(700, sampled(reading('late', 100.5, 700), reading('corrected', 200, 700), reading('again', 300, 302)));
    expect([await value(m(101)), await value(m(100.6)), await value(m(200)), await value(m(200), m(699)), await value(m(300))]).toEqual([
      10.1,
      'late',
      'corrected',
      20,
      'again',
    ]);
    const told_ = await all({ first: 1000 });
    expect(told_.length).toBe(602);
    await store().maintain({ ...changes, foldBefore: m(800) });
    expect(await all({ first: 1000 })).toEqual(told_);
    expect([await value(m(100.6)), await value(m(200)), await value(m(300))]).toEqual(['late', 'corrected', 'again']);
  });
  test('not while there is little of it, and a second run finds nothing to do', async () => {
    await fill(10);
    expect(await store().maintain({ ...changes, foldBefore: m(5000) })).toEqual({ folded: 0, forgotten: 0, pruned: 0 });
    await fill(500, 20);
    await store().maintain({ ...changes, foldBefore: m(5000) });
    expect(await store().maintain({ ...changes, foldBefore: m(5000) })).toEqual({ folded: 0, forgotten: 0, pruned: 0 });
  });
  test('only what held no more: whatever held then or later stays known', async () => {
    await fill(1200);
    await store().maintain({ ...changes, foldBefore: m(900) });
    const kept = async () => all({ first: 2000, from: m(700) });
    const [before, state] = [await kept(), await value(m(700))];
    expect(await store().maintain({ ...changes, forgetBefore: m(700) })).toMatchObject({ forgotten: 698 });
    expect(await kept()).toEqual(before);
    expect(await value(m(700))).toBe(state);
    expect((await all({ first: 2000 })).map(([observed]) => observed)).toEqual(Array.from({ length: 502 }, (_, index) => index + 698));
    await store().maintain({ ...changes, forgetBefore: m(9000) });
    expect(await value(end)).toBe(119.9);
    expect((await store().get([id])).get(id)?.values[level]?.value).toBe(119.9);
  });
  test('to the very sample, of a series so slow that its only chunk is never full', async () => {
    await at(0, putAt(0, {}));
    const day = 24 * 60;
    for (let today = 0; today < 400; today += 20) {
      for (let next = 0; next < 20; next += 1) await at((today + next) * day, sampled(reading(today + next, (today + next) * day)));
      const retention = { ...changes, foldBefore: m((today + 19) * day), forgetBefore: m((today - 10.5) * day) };
      await store().maintain(retention);
      expect(await store().maintain(retention)).toEqual({ folded: 0, forgotten: 0, pruned: 0 });
    }
    expect((await all()).map(([, , said]) => said)).toEqual(Array.from({ length: 31 }, (_, index) => index + 369));
    expect([await value(m(368 * day)), await value(m(369 * day))]).toEqual(['no value', 369]);
  });
  /** Of the same times as what is there: said once more. */
  const again = (said: string, from: number, count: number): readonly Reading[] =>
    Array.from({ length: count }, (_, index) => reading(said, from + index, 5000));
  const saidOf = async (...minutes: readonly number[]) => {
    const listed = new Map((await all({ first: 2000 })).map(([observed, , said]) => [observed, said]));
    const found = async (minute: number) =>
      (await store().find({ first: 1, at: { valid: m(minute), known: end }, filter: { property: [{ term: level, op: 'eq', value: 'sooner' }] } })).twins.length;
    return Promise.all(minutes.map(async (minute) => [listed.get(minute), await value(m(minute)), await found(minute)]));
  };
  const [sooner, later] = [
    ['sooner', 'sooner', 1],
    ['later', 'later', 0],
  ];
  const folded = async (before = 9000): Promise<void> => void (await store().maintain({ ...changes, foldBefore: m(before) }));
  test('and of samples that are one the later given stands, over chunks that are full', async () => {
    await at(0, putAt(0, {}));
    await at(5000, sampled(...again('sooner', 0, 513)));
    await folded();
    for (let minute = 200; minute < 240; minute += 1) await at(5001, sampled(...again('later', minute, 1)));
    const expected = [sooner, later, later, sooner];
    expect(await saidOf(199, 200, 239, 240)).toEqual(expected);
    await folded();
    expect(await saidOf(199, 200, 239, 240)).toEqual(expected);
    await at(5002, sampled(...again('sooner', 210, 10)));
    expect(await saidOf(209, 210, 219, 220)).toEqual([later, sooner, sooner, later]);
  });
  test('also where many came at once and begin sooner', async () => {
    await at(0, putAt(0, {}));
    await at(5000, sampled(...again('sooner', 60, 700)));
    await at(5001, sampled(...again('later', 10, 100)));
    for (const known of ['as they came', 'folded', 'folded once more']) {
      expect(await saidOf(59, 60, 109, 110), known).toEqual([later, later, later, sooner]);
      await folded();
      await at(5002, sampled(...again('sooner', 800 + known.length, 20)));
    }
  });
  test('also where a chunk that is not full goes on after others were laid over it', async () => {
    await at(0, putAt(0, {}));
    await at(5000, sampled(...again('sooner', 0, 300)));
    await folded();
    await at(5001, sampled(...again('later', 150, 100)));
    await folded(200);
    await at(5002, sampled(...again('sooner', 300, 40)));
    await folded(250);
    await at(5003, sampled(...again('sooner', 400, 40)));
    await folded();
    expect(await saidOf(149, 150, 199, 200, 249, 250)).toEqual([sooner, later, later, later, later, sooner]);
  });
  test('also of what held when it was forgotten', async () => {
    await at(0, putAt(0, {}));
    await at(5000, sampled(...again('sooner', 0, 513)));
    await at(5001, sampled(...again('later', 200, 100)));
    await folded();
    await store().maintain({ ...changes, forgetBefore: m(5010) });
    expect(await saidOf(511, 512)).toEqual([[undefined, 'no value', 0], sooner]);
  });
  test('however many chunks lie over one another where it is cut', async () => {
    await at(0, putAt(0, {}));
    for (let round = 1; round <= 70; round += 1) await at(100, sampled(...Array.from({ length: 70 }, (_, minute) => reading(round, minute))));
    await store().maintain({ ...changes, forgetBefore: m(40) });
    expect(await all()).toEqual(Array.from({ length: 30 }, (_, index) => [index + 40, index + 40, 70]));
    await store().maintain({ ...changes, forgetBefore: m(69) });
    expect(await all()).toEqual([[69, 69, 70]]);
  });
  test('with what is gone for good: of a deleted twin nothing is left', async () => {
    await at(0, putAt(0, { level: 1 }, { position: [1, 1] }));
    await at(10, { op: 'deleteTwin', id });
    await store().maintain({ ...changes, forgetBefore: m(5) });
    expect(await value(m(5))).toBe(1);
    await store().maintain({ ...changes, forgetBefore: m(20) });
    expect((await store().history(id, { first: 99 })).samples).toEqual([]);
    await at(30, putAt(30, { level: 3 }));
    expect([await value(m(5)), await value(end)]).toEqual(['no twin', 3]);
  });
  test('is forgotten by kind: of some sooner, of some never, of all others as of what is gone', async () => {
    const keys = ['bus', 'tree', 'other', 'gone'] as const;
    const kindOf = { bus: 'Bus', tree: 'Tree', other: 'Other', gone: 'Bus' } as const;
    const say = async (minute: number) =>
      await store().apply(
        keys.map((key) => ({ op: 'putTwin', twin: { ...twin(twinId(key), { kind: kindOf[key] }), values: { [level]: reading(minute, minute) } } })),
        { at: m(minute) },
      );
    for (const minute of [0, 10, 20, 30]) await say(minute);
    await accepted(store(), [{ op: 'deleteTwin', id: twinId('gone') }]);
    const forgetOfKinds = { [term('Bus')]: m(25), [term('Tree')]: null };
    const told = () => Promise.all(keys.map(async (key) => (await store().history(twinId(key), { series: level, first: 9 })).samples.length));
    const before = await told();
    expect(await store().maintain({ keepChanges: 3, forgetOfKinds })).toMatchObject({ folded: 0, forgotten: 2, pruned: 14 });
    expect(await told()).toEqual([2, before[1], before[2], before[3]]);
    await store().maintain({ keepChanges: 3, forgetBefore: m(15), forgetOfKinds });
    expect(await told()).toEqual([2, before[1], 3, (before[3] ?? 0) - 1]);
    expect(await store().maintain({ keepChanges: 3, forgetOfKinds: { [term('Tree')]: null } })).toEqual({ folded: 0, forgotten: 0, pruned: 0 });
  });
};
