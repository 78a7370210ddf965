import type { OutlineRing } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { middleOf } from './middle.ts';

const ring = (corners: OutlineRing['corners'], isHole = false): OutlineRing => ({ corners, isHole });
/** A river that bends: down, along and up again. */
const bend = ring([
  [0, 0],
  [100, 0],
  [100, 100],
  [80, 100],
  [80, 20],
  [30, 20],
  [30, 100],
  [0, 100],
]);

describe('the middle of a twin', () => {
  it('is on what it is, where that bends round the middle of its box', () => {
    expect(middleOf('area', () => [bend], [0, 0, 100, 100])).toEqual([15, 50]);
    expect(middleOf('line', () => [ring([...bend.corners.slice(3)])], [0, 20, 80, 100])).toEqual([30, 20]);
  });
  it('is in no hole', () => {
    const lake = ring([
      [-50, -50],
      [50, -50],
      [50, 50],
      [-50, 50],
    ]);
    const island = ring(
      [
        [-20, -20],
        [-20, 20],
        [30, 20],
        [30, -20],
      ],
      true,
    );
    expect(middleOf('area', () => [lake, island], [-50, -50, 50, 50])).toEqual([-35, 0]);
  });
  it('of what is as wide as its box is the middle of that, and so it is of what stands and of points', () => {
    const metres = fc.double({ min: -5_000, max: 5_000, noNaN: true });
    fc.assert(
      fc.property(metres, metres, fc.double({ min: 1, max: 900, noNaN: true }), (west, south, side) => {
        const [east, north] = [west + side, south + side];
        const square = [
          ring([
            [west, south],
            [east, south],
            [east, north],
            [west, north],
          ]),
        ];
        for (const form of ['area', 'prism', 'point'] as const) {
          const [x, y] = middleOf(form, () => square, [west, south, east, north]);
          expect(x).toBeCloseTo((west + east) / 2, 6);
          expect(y).toBeCloseTo((south + north) / 2, 6);
        }
      }),
    );
  });
  it('of what has no width is where it is', () => {
    expect(
      middleOf(
        'area',
        () => [
          ring([
            [3, 4],
            [3, 4],
            [3, 4],
          ]),
        ],
        [3, 4, 3, 4],
      ),
    ).toEqual([3, 4]);
    expect(middleOf('line', () => [], [0, 0, 2, 2])).toEqual([1, 1]);
  });
});
