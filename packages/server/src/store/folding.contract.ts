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
    expect((await store().maintain({ ...changes, forgetBefore: m(700) })).forgotten).toBeGreaterThan(500);
    expect(await kept()).toEqual(before);
    expect(await value(m(700))).toBe(state);
    expect((await all({ first: 2000 })).length).toBeLessThan(700);
    await store().maintain({ ...changes, forgetBefore: m(9000) });
    expect(await value(end)).toBe(119.9);
    expect((await store().get([id])).get(id)?.values[level]?.value).toBe(119.9);
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
