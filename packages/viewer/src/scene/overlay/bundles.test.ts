import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DrawnArc } from './arcs.ts';
import { bundle, bundledFromMetres, districtMetres } from './bundles.ts';

const place = fc.tuple(fc.integer({ min: -5_000, max: 5_000 }), fc.constant(10), fc.integer({ min: -5_000, max: 5_000 }));
const colour = fc.constantFrom('#000000', '#ffffff');
const arc: fc.Arbitrary<DrawnArc> = fc.record({ from: place, to: place, colours: fc.tuple(colour, colour), strength: fc.constant(0.5) });

const between = (from: number, to: number): DrawnArc => ({ from: [from, 0, 0], to: [to, 0, 0], colours: ['#000000', '#ffffff'], strength: 0.5 });

describe('bundles of arcs', () => {
  it('lose no arc and none is in two, however wide a district is', () => {
    fc.assert(
      fc.property(fc.array(arc, { maxLength: 60 }), fc.constantFrom(undefined, 256, 1_024), (arcs, metres) => {
        expect(bundle(arcs, metres).reduce((sum, { count }) => sum + count, 0)).toBe(arcs.length);
      }),
    );
  });

  it('join what goes between the same two districts, with its number, and leave what stays within one', () => {
    const arcs = [between(10, 1_010), between(30, 1_050), between(1_010, 10), between(20, 60), between(30, 70)];
    const bundles = bundle(arcs, 500);
    expect(bundles.map(({ count }) => count).sort()).toEqual([1, 1, 1, 2]);
    expect(bundles.find(({ count }) => count === 2)).toMatchObject({ from: [20, 0, 0], to: [1_030, 0, 0] });
  });

  it('are made in an overview only, and districts stay while the view moves a little', () => {
    expect(districtMetres(bundledFromMetres - 1)).toBeUndefined();
    expect(districtMetres(bundledFromMetres)).toBe(256);
    expect(districtMetres(6_000)).toBe(districtMetres(6_600));
  });
});
