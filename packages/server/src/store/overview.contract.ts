/**
 * What every store counts in groups and cells: the functions of core are the measure.
 */
import {
  type Box,
  boxOfTwin,
  cellAt,
  type Facet,
  facetsOf,
  groupKey,
  Instant,
  isMiddleIn,
  limits,
  matchesFilter,
  middleOf,
  type Twin,
  type TwinFilter,
} from '@cityweave/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds, holdsWithinMs } from './holding.contract.ts';
import type { TwinStore } from './store.ts';
import { accepted, agency, at as before, put, square, term, twinId } from './twins.contract.ts';
import { answered } from './unanswered.ts';

const later = Instant.parse('2026-05-04T13:00:00Z');
const alone = { linksOf: () => [], twin: () => undefined };

const cellsOf = (twins: readonly Twin[], { box, level }: { readonly box: Box; readonly level: number }) => {
  const middles = twins.flatMap((twin) => {
    const own = boxOfTwin(twin);
    return own && matchesFilter({ box }, twin, alone) ? [middleOf(own)] : [];
  });
  const cells = middles.filter((middle) => isMiddleIn(middle, box)).map((middle) => cellAt(middle, level));
  const byCell = Map.groupBy(cells, ({ row, column }) => `${row} ${column}`);
  return [...byCell.values()].flatMap((some) => (some[0] ? [{ ...some[0], count: some.length }] : [])).toSorted((a, b) => a.row - b.row || a.column - b.column);
};

const degrees = (min: number, max: number) => fc.integer({ min: min * 1e6, max: max * 1e6 }).map((millionths) => millionths / 1e6);
const longitude = fc.oneof(fc.constantFrom(-180, -90, 0, 22.5, 45, 179.9, 180), degrees(-180, 180));
const latitude = fc.oneof(fc.constantFrom(-90, -45, 0, 45, 90), degrees(-90, 90));
const place = fc.oneof(
  fc.tuple(longitude, latitude).map(([east, north]) => ({ position: [east, north] as [number, number] })),
  fc.tuple(degrees(-170, 150), degrees(-80, 60), fc.constantFrom(0.0001, 0.5, 20)).map(([west, south, size]) => ({ footprint: square(west, south, size) })),
);
const overview = fc.record({
  box: fc.tuple(longitude, latitude, longitude, latitude).map(([west, a, east, b]): Box => [west, Math.min(a, b), east, Math.max(a, b)]),
  level: fc.integer({ min: 0, max: 6 }),
});

export const overviewContract = (store: () => TwinStore): void => {
  test('counts in cells whatever has its middle there, across the antimeridian and at the ends of the world', { timeout: holdsWithinMs }, async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `${index}`);
    await holds(
      fc.asyncProperty(fc.array(place, { minLength: 12, maxLength: 12 }), fc.array(overview, { minLength: 8, maxLength: 8 }), async (places, overviews) => {
        await accepted(
          store(),
          keys.map((key, index) => put(key, { ...places[index], kind: index % 2 ? 'A' : 'B', values: { 'city:p': { value: index } } })),
        );
        const twins = [...(await store().get(keys.map(twinId))).values()];
        const few: readonly TwinFilter[] = [
          { kinds: [term('A')] },
          { property: [{ term: term('p'), op: 'lt', value: 6 }] },
          { areas: [{ relation: 'intersects', geometry: square(-180, -90, 180) }] },
        ];
        for (const [index, asked] of overviews.entries()) {
          expect(await store().cells(asked), JSON.stringify(asked)).toEqual(cellsOf(twins, asked));
          const filter = few[index % few.length] ?? {};
          const matching = twins.filter((twin) => matchesFilter(filter, twin, alone));
          expect(await store().cells({ ...asked, filter }), JSON.stringify({ asked, filter })).toEqual(cellsOf(matching, asked));
        }
      }),
    );
  });

  test('an overview of more cells than cellsMax, or of finer ones, is a mistake of ours', async () => {
    await expect(store().cells({ box: [-180, -90, 180, 90], level: 10 })).rejects.toThrow('cells');
    await expect(store().cells({ box: [0, 0, 0, 0], level: limits.cellLevelMax + 1 })).rejects.toThrow('cells');
    expect(await store().cells({ box: [0, 0, 0, 0], level: limits.cellLevelMax })).toEqual([]);
  });

  test('tells summaryGroupsMax groups, and says so where there are more', async () => {
    const of = (at: number) => put(`${at}`, { kind: 'A', values: { 'city:status': { value: `status ${at}` } } });
    await accepted(
      store(),
      Array.from({ length: limits.summaryGroupsMax }, (_, at) => of(at)),
    );
    expect(await store().summarise({}, ['status'])).toHaveLength(limits.summaryGroupsMax);
    await accepted(store(), [of(limits.summaryGroupsMax)]);
    const problem = { kind: 'tooMany', subject: 'groups', limit: limits.summaryGroupsMax };
    expect(await answered(store().summarise({}, ['status']))).toMatchObject({ ok: false, problem });
    // of groups that nothing matches nothing is told, unless kinds are asked for
    const [few, kinds] = [{ property: [{ term: term('status'), op: 'eq' as const, value: 'status 5' }] }, [term('A')]];
    const told = [{ status: 'status 5', count: 1, of: 1 }];
    for (const then of [undefined, { valid: later, known: later }]) {
      expect(await answered(store().summarise({}, ['status'], { at: then }))).toMatchObject({ ok: false, problem });
      expect(await store().summarise(few, ['status'], { at: then })).toEqual(told);
      expect(await answered(store().summarise({ ...few, kinds }, ['status'], { at: then }))).toMatchObject({ ok: false, problem });
    }
    expect(await store().summarise({}, ['kind'])).toMatchObject([{ count: limits.summaryGroupsMax + 1 }]);
  });

  test('counts by the text of a status, those without one by themselves, and as it was', async () => {
    const withStatus = (key: string, kind: string, value: string | number | null) => put(key, { kind, values: { 'city:status': { value } } });
    await accepted(store(), [
      withStatus('1', 'A', 'open'),
      withStatus('2', 'A', 'closed'),
      withStatus('3', 'B', 'open'),
      withStatus('4', 'A', 1),
      put('5', { kind: 'A' }),
    ]);
    const kinds = [term('A')];
    const [open, closed, none] = [{ status: 'open' }, { status: 'closed' }, {}];
    expect(await store().summarise({}, ['status'])).toEqual([
      { ...closed, count: 1, of: 1 },
      { ...open, count: 2, of: 2 },
      { ...none, count: 2, of: 2 },
    ]);
    expect(await store().summarise({ kinds, property: [{ term: term('status'), op: 'eq', value: 'open' }] }, ['status', 'kind'])).toEqual([
      { kind: 'city:A', ...closed, count: 0, of: 1 },
      { kind: 'city:A', ...open, count: 1, of: 1 },
      { kind: 'city:A', ...none, count: 0, of: 2 },
    ]);
    const by: readonly Facet[] = ['agency', 'status'];
    const groups = await store().summarise({ kinds }, by);
    expect(groups.map(groupKey)).toEqual(
      [...new Set([...(await store().get(['2', '1', '4'].map(twinId))).values()].map((twin) => groupKey(facetsOf(twin, by))))].toSorted(),
    );
    await store().apply([{ op: 'patchTwin', id: twinId('2'), values: { 'city:status': { value: 'open', source: agency } } }], { at: later });
    expect(await store().summarise({ kinds }, ['status'], { at: { valid: before, known: later } })).toEqual([
      { ...closed, count: 1, of: 1 },
      { ...open, count: 1, of: 1 },
      { ...none, count: 2, of: 2 },
    ]);
  });
};
