import type { Surface } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Corner, cornersOf, normalOf, outwardSurfacesMax, toOutward } from './outward.ts';

/** A house over a bent outline, ten metres long, whose roof rises from 4 to 9 metres towards the north. */
const outline: readonly (readonly [number, number])[] = [[0, 0], [10, 0], [10, 10], [4, 10], [4, 6], [0, 6]]; // biome-ignore format: corners in a row
const corners: readonly Corner[] = [...outline.map(([x, y]): Corner => [x, y, 0]), ...outline.map(([x, y]): Corner => [x, y, 4 + y / 2])];
const ring = outline.map((_, at) => at);
const floor: Surface = [ring.toReversed()];
const roof: Surface = [ring.map((at) => at + 6)];
const walls = ring.map((at): Surface => [[at, (at + 1) % 6, ((at + 1) % 6) + 6, at + 6]]);
const house: readonly Surface[] = [floor, roof, ...walls];

const reversed = (surface: Surface): Surface => surface.map((one) => one.toReversed());
/** The same whichever corner is told first. */
const looks = (surfaces: readonly Surface[]) => surfaces.map(([outer = []]) => normalOf(cornersOf(outer, corners)).map((part) => Math.round(part * 1e6) || 0));

describe('surfaces of a solid', () => {
  it('look outward, however each of them was turned, with a floor and without', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.boolean(), (turns, hasFloor) => {
        const whole = hasFloor ? house : house.slice(1);
        const given = whole.map((surface, at) => (turns[at] ? reversed(surface) : surface));
        expect(looks(toOutward(given, corners))).toEqual(looks(whole));
      }),
    );
  });

  it('that enclose nothing are there twice, a side each', () => {
    const [wall = []] = walls;
    expect(toOutward([wall], corners)).toEqual([wall, reversed(wall)]);
  });

  it('are held against one another up to a bound; beyond it all are there twice', () => {
    const many = (count: number): readonly Surface[] => [...house, ...Array.from({ length: count - house.length }, (): Surface => [[0, 0, 0]])];
    const faced = (count: number) => toOutward(many(count), corners).slice(0, 2);
    expect(faced(outwardSurfacesMax)).toEqual([floor, roof]);
    expect(faced(outwardSurfacesMax + 1)).toEqual([floor, reversed(floor)]);
  });

  it('that are no surfaces break nothing', () => {
    expect(() => toOutward([[], [[]], [[0]], [[0, 1]], [[99, 98, 97]]], corners)).not.toThrow();
  });
});
