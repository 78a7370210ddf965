import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GroupPlace, groupLimits, groupMetres, groupPlaces } from './groups.ts';

const metres = fc.double({ min: -20_000, max: 20_000, noNaN: true });
const places: fc.Arbitrary<readonly GroupPlace[]> = fc.array(fc.tuple(metres, fc.constant(0), metres), { maxLength: 100 });

describe('points that were found', () => {
  it('are each in one group, none far from the others of its own', () => {
    fc.assert(
      fc.property(places, (all) => {
        const groups = groupPlaces(all, 256);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        for (const [east, , south] of all) expect(groups.some(({ at }) => Math.abs(at[0] - east) <= 256 && Math.abs(at[2] - south) <= 256)).toBe(true);
      }),
    );
  });
  it(`stand by themselves nearer than ${groupLimits.fromMetres} m, and are grouped by cells of ${groupLimits.cellPixels} pixels, about, from there on`, () => {
    expect(groupMetres(groupLimits.fromMetres - 1, 1_000)).toBeUndefined();
    expect(groupPlaces([[0, 0, 0]], undefined)).toEqual([]);
    const wide = groupMetres(groupLimits.fromMetres, 1_000) ?? 0;
    expect((wide * 1_000) / groupLimits.fromMetres / groupLimits.cellPixels).toBeGreaterThan(0.7);
    expect((wide * 1_000) / groupLimits.fromMetres / groupLimits.cellPixels).toBeLessThan(1.42);
  });
  it('are grouped as far as placesMax goes, in badgesMax groups, the largest of them', () => {
    const { placesMax, badgesMax } = groupLimits;
    const same = Array.from({ length: placesMax + 1 }, (): GroupPlace => [1, 2, 3]);
    expect(groupPlaces(same, 8)).toEqual([{ at: [1, 2, 3], count: placesMax }]);
    const apart = Array.from({ length: badgesMax + 1 }, (_, at): GroupPlace => [at * 8, 0, 0]);
    expect([badgesMax, badgesMax + 1].map((many) => groupPlaces(apart.slice(0, many), 8).length)).toEqual([badgesMax, badgesMax]);
    expect(groupPlaces([...apart, [badgesMax * 8, 0, 1]], 8)[0]?.count).toBe(2);
  });
});
