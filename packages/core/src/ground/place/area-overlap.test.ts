import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredShare, overlapOf } from './area.ts';
import { boxOf, polygonOfBox } from './parts.ts';

const edge = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 40 }));
const box = fc.tuple(edge, edge).map(([[x, width], [y, height]]) => [x, y, x + width, y + height] as const);

describe('the overlap of two areas', () => {
  it('of boxes is the box that both have, or nothing', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        const common = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])] as const;
        const found = overlapOf(polygonOfBox([...a]), polygonOfBox([...b]));
        if (common[0] < common[2] && common[1] < common[3]) expect(found && boxOf(found)).toEqual([...common]);
        else expect(found).toBeUndefined();
      }),
    );
  });

  it('with a point is the point, where it lies in the area', () => {
    const area = polygonOfBox([0, 0, 2, 2]);
    expect(overlapOf({ type: 'Point', coordinates: [1, 1] }, area)).toEqual({ type: 'Point', coordinates: [1, 1] });
    expect(overlapOf({ type: 'Point', coordinates: [3, 1] }, area)).toBeUndefined();
  });
});

describe('the share of an area that another one covers', () => {
  const area = polygonOfBox([0, 0, 1, 1]);
  const triangle = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
    ],
  };
  const apart = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [1, 1],
        [1, 0.5],
        [0.5, 1],
        [1, 1],
      ],
    ],
  };

  it('is that of its shape, not of the box around it', () => {
    expect(coveredShare(area, triangle)).toBeCloseTo(0.5, 4);
    expect(coveredShare(apart, triangle)).toBe(0);
    expect([coveredShare(triangle, area), coveredShare(area, polygonOfBox([0, 0, 0.25, 1]))]).toEqual([1, expect.closeTo(0.25, 6)]);
  });

  it('of a line or a point is all or nothing', () => {
    const line = {
      type: 'LineString' as const,
      coordinates: [
        [0.9, 0.2],
        [0.9, 0.9],
      ],
    };
    expect([coveredShare(line, area), coveredShare(line, triangle), coveredShare({ type: 'Point', coordinates: [0.9, 0.9] }, triangle)]).toEqual([1, 0, 0]);
  });
});
