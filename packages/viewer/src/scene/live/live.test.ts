import { type StateFrame, stateFlags } from '@cityweave/core/scene/tiles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatesAsked, StatesEnd } from '../fetching.ts';
import { createQuality, tiers } from '../rig/quality.ts';
import { markBits } from '../staged.ts';
import { createColumn } from './column.ts';
import { createFollowing, type FollowTold } from './following.ts';
import { createBell, createLive, fewer } from './live.ts';
import { columnsOfShown } from './shown.ts';

const growing = (nowSeconds: () => number) =>
  createColumn({ rows: 10, bounds: { staleAfter: 60, most: 100 }, agencyOf: (row) => (row < 5 ? 0 : 1), nowSeconds });

const told = (row: number, value: number, { observed = 1_000, flag = 0 } = {}) => ({
  rows: Uint32Array.of(row),
  values: Float32Array.of(value),
  observed: Float64Array.of(observed),
  flags: Uint8Array.of(flag),
});

const head = (silent: readonly { readonly agency: number }[]) => ({ term: 'city:load', unit: 'kW', epoch: 'e', revision: 'r', silent });

const marksIn = (bits: number | undefined = 0) => ({
  stale: (bits & markBits.stale) > 0,
  missing: (bits & markBits.missing) > 0,
  alarm: (bits & markBits.alarm) > 0,
});

describe('a live column', () => {
  it('says what is out of order about a value: too old, out of bounds, missing, carried on, of a silent agency', () => {
    let now = 1_010;
    const column = growing(() => now);
    column.takeHead(head([]));
    const others = () => columnsOfShown(column.others());
    const marks = (row: number, value: number, more = {}) => {
      column.takeValues(told(row, value, more));
      return marksIn(others().marks[0]);
    };
    expect(marks(1, 50)).toEqual({ stale: false, missing: false, alarm: false });
    expect(marks(2, 101)).toMatchObject({ alarm: true });
    expect(marks(3, Number.NaN, { flag: stateFlags.missing })).toMatchObject({ missing: true });
    expect(marks(4, 7, { flag: stateFlags.carried })).toMatchObject({ stale: true });
    expect(marks(6, 8)).toMatchObject({ missing: false });
    now = 1_061;
    column.age();
    const grown = others();
    expect([...grown.rows]).toContain(1);
    expect([...grown.marks].every((bits) => marksIn(bits).stale)).toBe(true);
    column.age();
    expect(others().rows).toHaveLength(0);
    const all = column.takeHead(head([{ agency: 1 }]));
    expect([6, 1, 9].map((row) => marksIn(all[row]).missing)).toEqual([true, false, false]);
  });
  it('says which rows went into alarm, and which out of it', () => {
    const column = growing(() => 1_010);
    const alarmed = [50, 101, 120, 99].map((value) => {
      column.takeValues(told(2, value));
      return column.others().alarmed;
    });
    expect(alarmed).toEqual([[], [2], [], [2]]);
  });
  it('takes no row that is not of the scene', () => {
    const column = growing(() => 0);
    column.takeValues(told(10, 5));
    expect(column.others().count).toBe(0);
  });
  it('tells every row once, as it is now, with when it was true', () => {
    const column = growing(() => 0);
    for (const value of [5, 6]) column.takeValues(told(3, value, { observed: 900 + value }));
    const { rows, values, observed } = columnsOfShown(column.others());
    expect([rows, values, observed].map((one) => [...one])).toEqual([[3], [6], [906]]);
  });
});

type Follow = (asked: StatesAsked, take: (frame: StateFrame) => void, signal: AbortSignal) => Promise<StatesEnd>;

/** Follows that stay open until they are stopped; each is told by what was asked. */
const following = () => {
  const asked: (StatesAsked & { readonly take: (frame: StateFrame) => void; readonly signal: AbortSignal })[] = [];
  const heard: FollowTold[] = [];
  const follow: Follow = (given, take, signal) =>
    new Promise((resolve) => {
      asked.push({ ...given, take, signal });
      signal.addEventListener('abort', () => resolve({ again: false }));
    });
  const followed = { federation: 'f', term: 'city:load', rows: 10, rowsRevision: 'r', bounds: {}, agencies: [[0, 0] as const] };
  const made = createFollowing(followed, { follow, tell: (one) => void heard.push(one), nowSeconds: () => 0 });
  return { ...made, asked, heard };
};

describe('a property that is followed', () => {
  it('is asked for by what is in view, and nothing is taken any more of what was in view before', () => {
    const { look, close, asked, heard } = following();
    look([[0, 4]]);
    asked[0]?.take({ version: 1, changed: told(1, 5) });
    look([[5, 9]]);
    expect(asked.map(({ ranges, signal }) => [ranges, signal.aborted])).toEqual([
      [[[0, 4]], true],
      [[[5, 9]], false],
    ]);
    asked[0]?.take({ version: 2, changed: told(2, 6) });
    expect(heard).toHaveLength(1);
    close();
    expect(asked[1]?.signal.aborted).toBe(true);
  });
  it('says so where what comes is of other rows than those that were staged, and takes nothing of it', () => {
    const { look, close, asked, heard } = following();
    look([[0, 9]]);
    asked[0]?.take({ version: 1, head: { ...head([]), revision: 's' } });
    asked[0]?.take({ version: 2, changed: told(1, 5) });
    expect(heard).toEqual([{ revised: true }]);
    asked[0]?.take({ version: 3, head: head([]) });
    asked[0]?.take({ version: 4, changed: told(1, 5) });
    expect(heard.map((one) => Object.keys(one)[0])).toEqual(['revised', 'head', 'shown']);
    close();
  });
  it('names the rows that it means, and says so where the node has others', async () => {
    const heard: FollowTold[] = [];
    const followed = { federation: 'f', term: 'city:load', rows: 10, rowsRevision: 'r', bounds: {}, agencies: [[0, 0] as const] };
    const follow: Follow = async ({ rowsRevision }) => ({ again: false, moved: rowsRevision === 'r' });
    const { look, close } = createFollowing(followed, { follow, tell: (one) => void heard.push(one), nowSeconds: () => 0 });
    look([[0, 9]]);
    await expect.poll(() => heard).toEqual([{ revised: true }]);
    close();
  });
});

describe('a property that is held', () => {
  /** Follows for real, over a line that the test holds. */
  const held = () => {
    const takes: ((frame: StateFrame) => void)[] = [];
    let following: ReturnType<typeof createFollowing> | undefined;
    const follow: Follow = (_asked, take, signal) => {
      takes.push(take);
      return new Promise((done) => signal.addEventListener('abort', () => done({ again: false })));
    };
    const stop = (): void => following?.close();
    const states = {
      follow: (followed: Parameters<typeof createFollowing>[0], tell: (told: FollowTold) => void) => {
        following = createFollowing(followed, { follow, tell, nowSeconds: () => 0 });
      },
      look: (ranges: StatesAsked['ranges']) => following?.look(ranges),
      ...{ stop, close: stop },
    };
    const marked: number[] = [];
    const room = { federation: 'f', rows: 10, rowsRevision: 'r', agencies: [[0, 0] as const], inView: () => [[0, 9] as const] };
    const here = createLive({ ...room, mark: ({ rows }) => void marked.push(rows.length), unmark: () => undefined, revised: () => undefined }, states);
    const tell = (value: number): void => {
      takes.at(-1)?.({ version: 1, head: head([]) });
      takes.at(-1)?.({ version: 2, changed: told(1, value) });
    };
    return { ...here, tell, marked, asked: () => takes.length };
  };
  it('hears nothing and keeps what it heard, wherever somebody looks; the newest is asked for when it goes on', () => {
    const { live, look, tell, marked, asked, close } = held();
    live.follow('city:load');
    tell(5);
    expect(live.column()?.values[1]).toBe(5);
    const before = marked.length;
    live.hold(true);
    tell(6);
    look();
    expect([asked(), marked.length, live.column()?.values[1]]).toEqual([1, before, 5]);
    live.hold(false);
    live.hold(false);
    expect(asked()).toBe(2);
    tell(7);
    expect(live.column()?.values[1]).toBe(7);
    close();
  });
  it('is not asked for before it goes on where it is chosen while all is held', () => {
    const { live, asked, close } = held();
    live.hold(true);
    live.follow('city:load');
    expect(asked()).toBe(0);
    live.hold(false);
    expect(asked()).toBe(1);
    close();
  });
});

describe('a bell', () => {
  it('is heard at once, and what rings meanwhile is heard once, a while later', async () => {
    const [bell, heard] = [createBell(), [] as number[]];
    const stop = bell.on(() => void heard.push(performance.now()));
    for (let ring = 0; ring < 3; ring += 1) bell.ring();
    expect(heard).toHaveLength(1);
    await expect.poll(() => heard.length).toBe(2);
    expect((heard[1] ?? 0) - (heard[0] ?? 0)).toBeGreaterThan(190);
    stop();
    bell.ring();
    expect(heard).toHaveLength(2);
  });
});

describe('stretches of rows', () => {
  it('become few enough without losing a row', () => {
    const ranges = fc
      .array(fc.tuple(fc.nat(1_000_000), fc.nat(50)), { maxLength: 60 })
      .map((all) => all.map(([from, more]) => [from, from + more] as const).sort((a, b) => a[0] - b[0]));
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 8 }), (given, most) => {
        const kept = fewer(given, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, 0));
        for (const [from, to] of given) expect(kept.some(([first, last]) => first <= from && to <= last)).toBe(true);
      }),
    );
  });
});

describe('quality', () => {
  const after = (frameMs: number, frames: number, quality = createQuality(0, false)) => {
    for (let at = 0; at < frames; at += 1) quality.note(frameMs, at * frameMs);
    return quality;
  };
  it('falls tier by tier while frames are slow, to the last and no further, and not where somebody fixed it', () => {
    expect(after(80, 10).tier()).toBe(1);
    expect(after(80, 200).tier()).toBe(tiers.length - 1);
    expect(after(80, 200, createQuality(0, true)).tier()).toBe(0);
  });
  it('rises again where frames are fast for long enough', () => {
    const quality = after(80, 10);
    for (let at = 0; at < 2_000; at += 1) quality.note(8, 1_000 + at * 8);
    expect(quality.tier()).toBe(0);
  });
});
