import { bounded, decodeOutlineTile, encodeOutlineTile, type Outline, type OutlineForm, viewLimits } from '@cityweave/core/scene';
import fc from 'fast-check';
import { PerspectiveCamera } from 'three';
import { describe, expect, it } from 'vitest';
import { type Raised, raise, type Sorts } from './raising/raise.ts';
import { pan, placeCamera, viewAfterKey } from './rig/view.ts';
import type { View } from './staged.ts';
import { boxTile, pickIn } from './tiles/pick.ts';
import { joinLimits, joinTiles } from './tiles/tile-workers.ts';

const square = (x: number, y: number, side: number): Outline['rings'] => [
  {
    isHole: false,
    corners: [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
    ],
  },
];

const tileOf = (form: OutlineForm, outlines: readonly Outline[]) => {
  const decoded = decodeOutlineTile(encodeOutlineTile({ form, outlines }));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problem));
  return decoded.value;
};

const house = (row: number, more: Partial<Outline> = {}): Outline => ({ row, rings: square(0, 0, 10), base: 0, height: 12, roof: 'flat', ...more });

const sorts: Sorts = { widthOf: () => 1, isCrown: () => false, isVeil: () => false, widthMin: 0, boxesWithin: 0 };

const solidOf = ({ solid }: Raised) => solid ?? expect.fail('nothing stands');

describe('a prism', () => {
  it.each(['flat', 'gabled', 'hipped', 'pyramid'] as const)('with a %s roof is as high as it says and stands on its base', (roof) => {
    const { corners, count, index, indices, rows } = solidOf(raise(tileOf('prism', [house(7, { roof })]), sorts));
    const ups = [...corners.subarray(0, count * 3)].filter((_, at) => at % 3 === 1);
    expect([Math.min(...ups), Math.max(...ups)]).toEqual([0, 12]);
    expect(new Set(rows.subarray(0, count))).toEqual(new Set([7]));
    expect(Math.max(...index.subarray(0, indices))).toBeLessThan(count);
  });

  it('shares its corners between walls and a flat roof: two a corner of the footprint', () => {
    expect(solidOf(raise(tileOf('prism', [house(1)]), sorts)).count).toBe(8);
  });
});

describe('a pick', () => {
  const down = (x: number, y: number) => ({ from: [x, 100, -y] as const, along: [0, -1, 0] as const });

  it('meets the roof that it is above, and nothing beside it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -49, max: 149 }), (at) => {
        const tile = tileOf('prism', [house(3)]);
        const x = at / 10;
        const hit = pickIn(boxTile(tile), down(x - tile.centre[0], 5 - tile.centre[1]), () => true);
        if (x > 0 && x < 10) expect(hit).toMatchObject({ row: 3, distance: 88 });
        else if (x < 0 || x > 10) expect(hit).toBeUndefined();
      }),
    );
  });

  it('meets a wall from the side, not the courtyard of a ring, and never what is hidden', () => {
    const yard: Outline = house(4, { rings: [...square(0, 0, 30), ...square(10, 10, 10).map((ring) => ({ ...ring, isHole: true }))] });
    const tile = tileOf('prism', [yard]);
    const from = (x: number, y: number) => [x - tile.centre[0], 6, -(y - tile.centre[1])] as const;
    expect(pickIn(boxTile(tile), { from: from(-50, 15), along: [1, 0, 0] }, () => true)).toMatchObject({ row: 4, distance: 50 });
    expect(pickIn(boxTile(tile), down(15 - tile.centre[0], 15 - tile.centre[1]), () => true)).toBeUndefined();
    expect(pickIn(boxTile(tile), { from: from(-50, 15), along: [1, 0, 0] }, () => false)).toBeUndefined();
  });
});

describe('a pick of a pitched roof', () => {
  const tile = tileOf('prism', [house(5, { roof: 'gabled', rings: square(0, 0, 10) })]);
  const above = (x: number, y: number) => ({ from: [x - tile.centre[0], 100, -(y - tile.centre[1])] as const, along: [0, -1, 0] as const });

  it('meets the ridge at its full height, the slope below it, and the air beside a gable not at all', () => {
    const ridge = pickIn(boxTile(tile), above(5, 5), () => true)?.distance ?? 0;
    expect(ridge).toBeCloseTo(88, 1);
    const slopes = [1, 9].map((at) => [
      pickIn(boxTile(tile), above(5, at), () => true)?.distance ?? 0,
      pickIn(boxTile(tile), above(at, 5), () => true)?.distance ?? 0,
    ]);
    expect(Math.max(...slopes.flat())).toBeGreaterThan(ridge + 1);
    const overEaves = { from: [-50, 11.5, -tile.centre[1] + tile.centre[1]] as const, along: [1, 0, 0] as const };
    const alongEaves = { from: [0, 11.5, 50] as const, along: [0, 0, -1] as const };
    const distances = [overEaves, alongEaves].map((ray) => pickIn(boxTile(tile), ray, () => true)?.distance);
    expect(Math.max(...distances.map((distance) => distance ?? 0))).toBeGreaterThan(46);
  });
});

describe('tiles that are asked for together', () => {
  const asked = (archive: string, offset: number, length: number) => ({
    key: `${archive} ${offset}`,
    layer: 'l',
    archive,
    offset,
    length,
    ...{ asking: 0, widthMin: 0, boxesWithin: 0 },
    tileRow: 0,
  });
  const places = fc.array(fc.record({ archive: fc.constantFrom('a', 'b'), before: fc.nat(20_000), length: fc.integer({ min: 1, max: 300_000 }) }), {
    maxLength: 20,
  });

  it('come in runs of one archive that hold each of them once, none longer than is joined unless it is one tile, and little besides', () => {
    fc.assert(
      fc.property(places, (given) => {
        const ends = { a: 0, b: 0 };
        const tiles = given.map(({ archive, before, length }) => {
          const offset = ends[archive as 'a' | 'b'] + before;
          ends[archive as 'a' | 'b'] = offset + length;
          return asked(archive, offset, length);
        });
        const runs = joinTiles(tiles.toReversed());
        expect(new Set(runs.flat())).toEqual(new Set(tiles));
        expect(runs.flat()).toHaveLength(tiles.length);
        for (const run of runs) {
          const [first, last] = [run[0] ?? expect.fail('an empty run'), run.at(-1) ?? expect.fail('an empty run')];
          expect(new Set(run.map(({ archive }) => archive)).size).toBe(1);
          const bytes = last.offset + last.length - first.offset;
          if (run.length > 1) expect(bytes).toBeLessThanOrEqual(joinLimits.bytesMax);
          expect(bytes - run.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual((run.length - 1) * joinLimits.gapBytesMax);
        }
      }),
    );
    expect(joinTiles([asked('a', 0, 10), asked('a', 10 + joinLimits.gapBytesMax, 10)])).toHaveLength(1);
    expect(joinTiles([asked('a', 0, 10), asked('a', 11 + joinLimits.gapBytesMax, 10)])).toHaveLength(2);
    expect(joinTiles([asked('a', 0, 10), asked('a', 10, joinLimits.bytesMax - 10)])).toHaveLength(1);
    expect(joinTiles([asked('a', 0, 10), asked('a', 10, joinLimits.bytesMax - 9)])).toHaveLength(2);
  });
});

describe('a view', () => {
  const view: View = { east: 0, north: 0, distance: 1_000, heading: 0, tilt: 45 };

  it('stays within its bounds, however it is turned', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (distance, heading, tilt) => {
        const kept = bounded({ ...view, distance, heading, tilt });
        expect(kept.distance).toBeGreaterThanOrEqual(viewLimits.distanceMin);
        expect(kept.distance).toBeLessThanOrEqual(viewLimits.distanceMax);
        expect(kept.heading).toBeGreaterThanOrEqual(0);
        expect(kept.heading).toBeLessThan(360);
        expect(kept.tilt).toBeLessThanOrEqual(viewLimits.tiltMax);
      }),
    );
  });

  it('has a level horizon, whichever way it looks', () => {
    const camera = new PerspectiveCamera();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359 }), fc.integer({ min: 0, max: viewLimits.tiltMax }), (heading, tilt) => {
        placeCamera(camera, { ...view, heading, tilt });
        const [, rightUp = 1] = camera.matrixWorld.elements;
        expect(Math.abs(rightUp)).toBeLessThan(1e-6);
      }),
    );
  });

  it('moves where it looks', () => {
    expect(pan({ ...view, heading: 90 }, 0, 0.1)).toMatchObject({ east: expect.closeTo(100), north: expect.closeTo(0) });
    expect(viewAfterKey(view, '+')?.distance).toBeLessThan(1_000);
    expect(viewAfterKey(view, 'x')).toBeUndefined();
  });
});
