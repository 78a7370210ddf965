import { decodeOutlineTile, encodeOutlineTile, type Outline } from '@cityweave/core/scene';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxTile, pickIn } from '../tiles/pick.ts';
import { warmUp, warmUpTilesMax } from '../tiles/warming-up.ts';
import { addCorner, addTriangle, createMesh, type Mesh } from './mesh.ts';
import { pack } from './pack.ts';
import { keepMeshes, raise, type Sorts } from './raise.ts';
import { boxLimits } from './raise-boxes.ts';

const metres = fc.integer({ min: -30_000, max: 30_000 }).map((cm) => cm / 100);

describe('a packed mesh', () => {
  it('has every corner to half a step and every row, however far the rows lie apart', () => {
    const corner = fc.record({ at: fc.tuple(metres, metres, metres), row: fc.nat(3_000_000) });
    fc.assert(
      fc.property(fc.array(corner, { minLength: 1, maxLength: 40 }), (corners) => {
        const mesh = createMesh();
        for (const { at, row } of corners) addCorner(mesh, at, row);
        const { corners: packed, high, step, base } = pack(mesh, false);
        expect(base).toBe(Math.min(...corners.map(({ row }) => row)));
        for (const [index, { at, row }] of corners.entries()) {
          const [east, up, south, low] = packed.subarray(index * 4, index * 4 + 4);
          expect(Math.abs((east ?? 0) * step - at[0])).toBeLessThanOrEqual(step / 2 + 1e-4);
          expect(Math.abs((up ?? 0) * step - at[2])).toBeLessThanOrEqual(step / 2 + 1e-4);
          expect(Math.abs((south ?? 0) * step + at[1])).toBeLessThanOrEqual(step / 2 + 1e-4);
          expect(base + ((low ?? 0) & 0xffff) + (high?.[index] ?? 0) * 0x1_0000).toBe(row);
        }
      }),
    );
  });

  it('of up to 65,535 corners is indexed by two bytes, beyond that by four', () => {
    const of = (count: number) => {
      const mesh = createMesh();
      for (let at = 0; at < count; at += 1) addCorner(mesh, [0, 0, 0], 0);
      addTriangle(mesh, [0, 0, count - 1]);
      return pack(mesh, false).index;
    };
    expect(of(0xffff)).toBeInstanceOf(Uint16Array);
    expect(of(0x1_0000)).toBeInstanceOf(Uint32Array);
  });
});

/** Where a corner looks, as the graphics card takes it. */
const facedBy = (facing: Int8Array, corner: number): readonly number[] => [...facing.subarray(corner * 4, corner * 4 + 3)].map((part) => part / 127);

const cornersOf = (mesh: Mesh, at: number): readonly (readonly number[])[] =>
  [0, 1, 2].map((place) => [...mesh.corners.subarray((mesh.index[at + place] ?? 0) * 3, (mesh.index[at + place] ?? 0) * 3 + 3)]);

const normalOf = ([a = [], b = [], c = []]: readonly (readonly number[])[]): readonly number[] => {
  const [u, v] = [b.map((part, at) => part - (a[at] ?? 0)), c.map((part, at) => part - (a[at] ?? 0))];
  return [0, 1, 2].map((at) => (u[(at + 1) % 3] ?? 0) * (v[(at + 2) % 3] ?? 0) - (u[(at + 2) % 3] ?? 0) * (v[(at + 1) % 3] ?? 0));
};

describe('meshes that are kept', () => {
  it('are the same as new ones for every tile that is raised into them', () => {
    const bent = [...ring(30).corners.slice(0, 3), [10, 30] as const, [10, 10] as const, [0, 10] as const];
    const shapes = [ring(10).corners, bent, ring(3).corners];
    const tiles = [9, 1, 4].map((many) =>
      tileOf(
        'prism',
        Array.from({ length: many }, (_, row) => ({
          row,
          rings: [{ isHole: false, corners: shapes[(row + many) % 3] ?? bent }],
          base: 0,
          height: 9,
          roof: 'flat',
        })),
      ),
    );
    const meshes = keepMeshes();
    for (const tile of tiles) {
      const [kept, own] = [raise(tile, sorts, meshes()), raise(tile, sorts)];
      expect(pack(kept.solid ?? expect.fail('nothing stands'), true)).toEqual(pack(own.solid ?? expect.fail('nothing stands'), true));
    }
  });
});

describe('the way triangles look', () => {
  it('is said by the last corner of each, whatever they are, and none of them moves or turns over', () => {
    const place = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }));
    const triangles = fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(place, { minLength: 8, maxLength: 8 }), triangles, (places, given) => {
        const mesh = createMesh();
        for (const [at, one] of places.entries()) addCorner(mesh, one, at);
        for (const triangle of given) addTriangle(mesh, triangle);
        const before = given.map((_, at) => cornersOf(mesh, at * 3));
        const { facing } = pack(mesh, true);
        for (const [at, corners] of before.entries()) {
          const after = cornersOf(mesh, at * 3);
          const turns = [0, 1, 2].map((turn) => JSON.stringify([0, 1, 2].map((one) => corners[(one + turn) % 3])));
          expect(turns).toContain(JSON.stringify(after));
          const normal = normalOf(after);
          const length = Math.hypot(...normal);
          const way = facedBy(facing ?? expect.fail('nothing faces'), mesh.index[at * 3 + 2] ?? 0);
          if (length > 0) expect(normal.reduce((sum, part, axis) => sum + (part / length) * (way[axis] ?? 0), 0)).toBeGreaterThan(0.993);
          expect(Math.hypot(...way)).toBeCloseTo(1, 1);
        }
      }),
    );
  });

  it('costs no corner more of what is one ring under a flat roof', () => {
    const bent = [...ring(30).corners.slice(0, 3), [10, 30] as const, [10, 10] as const, [0, 10] as const];
    for (const corners of [ring(10).corners, bent]) {
      const { solid } = raise(tileOf('prism', [{ row: 1, rings: [{ isHole: false, corners }], base: 0, height: 9, roof: 'flat' }]), sorts);
      expect(pack(solid ?? expect.fail('nothing stands'), true).corners).toHaveLength(corners.length * 2 * 4);
    }
  });
});

const sorts: Sorts = { widthOf: () => 4, isCrown: (row) => row === 1, isVeil: (row) => row === 1, widthMin: 0, boxesWithin: 0 };

const tileOf = (form: 'prism' | 'area' | 'point' | 'line', outlines: readonly Outline[]) => {
  const decoded = decodeOutlineTile(encodeOutlineTile({ form, outlines }));
  return decoded.ok ? decoded.value : expect.fail('no tile');
};

const ring = (side: number) => ({
  isHole: false,
  corners: [
    [0, 0],
    [side, 0],
    [side, side],
    [0, side],
  ] as const,
});

/** A house whose roof rises from 4 to 9 metres towards the north. */
const shed: Outline = {
  ...{ row: 3, rings: [ring(10)], base: 0, height: 9, roof: 'flat' },
  solid: {
    corners: [
      [0, 0, 0],
      [10, 0, 0],
      [10, 10, 0],
      [0, 10, 0],
      [0, 0, 4],
      [10, 0, 4],
      [10, 10, 9],
      [0, 10, 9],
    ],
    surfaces: [[[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]],
  },
};

describe('a house with surfaces of its own', () => {
  it('is drawn by them and not by its outline', () => {
    const { solid } = raise(tileOf('prism', [shed]), sorts);
    expect(solid?.count).toBe(8);
    expect(solid?.indices).toBe(5 * 2 * 3);
    expect(Object.keys(raise(tileOf('prism', [shed]), { ...sorts, boxesWithin: 50 }))).toEqual(['solid']);
  });
  it('is met where its roof is', () => {
    const tile = tileOf('prism', [shed]);
    const above = (north: number) =>
      pickIn(boxTile(tile), { from: [5 - tile.centre[0], 100, -(north - tile.centre[1])], along: [0, -1, 0] }, () => true)?.distance;
    expect(above(1)).toBeCloseTo(100 - 4.5, 1);
    expect(above(9)).toBeCloseTo(100 - 8.5, 1);
    expect(above(11)).toBeUndefined();
  });
});

/** Cubic metres within the triangles as they are turned; what stands on the ground needs no floor for it. */
const volumeOf = (mesh: Mesh | undefined): number => {
  const at = (index: number): readonly number[] => [...(mesh?.corners.subarray((mesh.index[index] ?? 0) * 3, (mesh.index[index] ?? 0) * 3 + 3) ?? [])];
  let six = 0;
  for (let index = 0; index < (mesh?.indices ?? 0); index += 3) {
    const [[ax = 0, ay = 0, az = 0], [bx = 0, by = 0, bz = 0], [cx = 0, cy = 0, cz = 0]] = [at(index), at(index + 1), at(index + 2)];
    six += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return six / 6;
};

describe('what is seen from without only', () => {
  const yard = ring(20).corners.map(([x, y]) => [x + 5, y + 5] as const);
  const built = (turn: { readonly outer: boolean; readonly hole: boolean }, more: Partial<Outline>): Outline => {
    const turned = <T>(corners: readonly T[], back: boolean): readonly T[] => (back ? corners.toReversed() : corners);
    const rings = [{ isHole: false, corners: turned(ring(30).corners, turn.outer) }];
    return { row: 0, rings: more.roof ? rings : [...rings, { isHole: true, corners: turned(yard, turn.hole) }], base: 0, height: 10, roof: 'flat', ...more };
  };
  it('looks outward whichever way its rings were drawn, with its yards', () => {
    fc.assert(
      fc.property(fc.record({ outer: fc.boolean(), hole: fc.boolean() }), (turn) => {
        const { solid } = raise(tileOf('prism', [built(turn, {})]), sorts);
        expect(volumeOf(solid)).toBeCloseTo((900 - 400) * 10, 0);
        const { solid: gabled } = raise(tileOf('prism', [built(turn, { roof: 'gabled' })]), sorts);
        expect(volumeOf(gabled)).toBeCloseTo(900 * 6 + (900 * 4) / 2, 0);
      }),
    );
    const crown = raise(tileOf('point', [{ ...built({ outer: false, hole: false }, {}), row: 1, rings: [{ isHole: false, corners: [[0, 0]] }] }]), sorts);
    expect(volumeOf(crown.solid)).toBeGreaterThan(10);
  });
  it('looks outward with and without a corner that turns inward', () => {
    const bent = [...ring(30).corners.slice(0, 3), [10, 30] as const, [10, 10] as const, [0, 10] as const];
    for (const [corners, area] of [
      [ring(30).corners, 900],
      [bent, 700],
    ] as const)
      for (const turned of [corners, corners.toReversed()]) {
        const { solid } = raise(tileOf('prism', [{ row: 7, rings: [{ isHole: false, corners: turned }], base: 0, height: 10, roof: 'flat' }]), sorts);
        expect(volumeOf(solid)).toBeCloseTo(area * 10, 0);
        expect(solid?.count).toBe(corners.length * 2);
        expect([...(solid?.rows.subarray(0, solid.count) ?? [])].every((row) => row === 7)).toBe(true);
      }
  });
  it('looks outward with surfaces of its own that do, whichever of their corners comes first, and with a surface that looks both ways twice', () => {
    const { solid: own } = shed;
    const surfaces = own?.surfaces ?? [];
    for (const [at, first] of [0, 1, 2, 3].flatMap((turn) => surfaces.map((_, surface) => [surface, turn] as const))) {
      const turned = surfaces.map((rings, surface) => (surface === at ? rings.map((ring) => [...ring.slice(first), ...ring.slice(0, first)]) : rings));
      const { solid } = raise(tileOf('prism', [{ ...shed, solid: { corners: own?.corners ?? [], surfaces: turned } }]), sorts);
      expect(volumeOf(solid)).toBeCloseTo(10 * 10 * 6.5, 0);
    }
    const both = { corners: own?.corners ?? [], surfaces: [...surfaces, ...surfaces.map((rings) => rings.map((ring) => ring.toReversed()))] };
    expect(volumeOf(raise(tileOf('prism', [{ ...shed, solid: both }]), sorts).solid)).toBeCloseTo(0, 0);
  });
  it('is not what stands above the ground: one may look at it from below', () => {
    expect(Object.keys(raise(tileOf('prism', [built({ outer: false, hole: false }, { base: 4 })]), sorts))).toEqual(['shell']);
  });
});

describe('what stands far away', () => {
  type Corners = readonly (readonly [number, number])[];
  const within = 1;
  const far = { ...sorts, boxesWithin: within };
  /** A rectangle, one without a quarter, one with a bay, each with its area; then a rectangle and one without a quarter of which a corner is cut off. */
  const shapes: readonly (readonly [boxes: number, corners: (w: number, d: number) => Corners, area: (w: number, d: number) => number])[] = [
    [1, (w, d) => [[0, 0], [w, 0], [w, d], [0, d]], (w, d) => w * d], // biome-ignore format: corners in a row
    [2, (w, d) => [[0, 0], [w, 0], [w, d / 2], [w / 2, d / 2], [w / 2, d], [0, d]], (w, d) => w * d * 0.75], // biome-ignore format: corners in a row
    [3, (w, d) => [[0, 0], [w, 0], [w, d], [w * 0.7, d], [w * 0.7, d / 2], [w * 0.3, d / 2], [w * 0.3, d], [0, d]], (w, d) => w * d * 0.8], // biome-ignore format: corners in a row
    [2, (w, d) => [[0, 0], [w, 0], [w, d - 3], [w - 3, d], [0, d]], (w, d) => w * d - 4.5], // biome-ignore format: corners in a row
    [3, (w, d) => [[3, 0], [w, 0], [w, d / 2], [w / 2, d / 2], [w / 2, d], [0, d], [0, 3]], (w, d) => w * d * 0.75 - 4.5], // biome-ignore format: corners in a row
  ];
  const turned = (corners: Corners, turn: number): Corners =>
    corners.map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)] as const);
  const standing = (corners: Corners, more: Partial<Outline> = {}): Outline => ({
    ...{ row: 7, rings: [{ isHole: false, corners }], base: 0, height: 10, roof: 'flat' },
    ...more,
  });
  /** Of boxes as they are packed: the middle of a roof, then half of a side and how wide half of the other is. */
  const areaOf = ({ corners, count }: Mesh): number => {
    let area = 0;
    for (let at = 1; at < count; at += 2) area += 4 * Math.hypot(corners[at * 3] ?? 0, corners[at * 3 + 2] ?? 0) * (corners[at * 3 + 1] ?? 0);
    return area;
  };

  it('is told as the boxes of which it is made, whichever way it looks and wherever its ring begins: the same area at the same height, each of its row', () => {
    const side = fc.integer({ min: 8, max: 29 });
    fc.assert(
      fc.property(
        fc.record({
          of: fc.constantFrom(...shapes),
          w: side,
          d: side,
          turn: fc.double({ min: 0, max: 6, noNaN: true }),
          back: fc.boolean(),
          begins: fc.nat(7),
        }),
        (given) => {
          const [boxes, shape, area] = given.of;
          const whole = turned(shape(given.w, given.d), given.turn);
          const begins = given.begins % whole.length;
          const corners = [...whole.slice(begins), ...whole.slice(0, begins)];
          const { box, solid } = raise(tileOf('prism', [standing(given.back ? corners.toReversed() : corners)]), far);
          const found = box ?? expect.fail('no boxes');
          expect(solid).toBeUndefined();
          expect(found.count).toBe(boxes * 2);
          expect(areaOf(found) / area(given.w, given.d)).toBeCloseTo(1, 1);
          expect(new Set(found.rows.subarray(0, found.count))).toEqual(new Set([7]));
          for (let at = 0; at < found.count; at += 2) expect(found.corners[at * 3 + 1]).toBeCloseTo(10);
        },
      ),
    );
  });

  it('has no box without a width where its ring goes out and back the same way: such a one would fill the square in which it is looked for', () => {
    const spiked: Corners = [[0, 0], [20, 0], [20, 20], [10, 20], [10, 29], [10, 20], [0, 20]]; // biome-ignore format: corners in a row
    const flat: Corners = [[0, 0], [20, 0], [20, 0.001], [0, 0.001]]; // biome-ignore format: corners in a row
    const { box } = raise(tileOf('prism', [standing(spiked)]), far);
    expect(areaOf(box ?? expect.fail('no boxes'))).toBeCloseTo(400);
    expect(box?.count).toBe(2);
    expect(raise(tileOf('prism', [standing(flat)]), far).box).toBeUndefined();
  });

  it('is told by its walls where no boxes lie within the error of it, or it is too large, or nothing is to be told as boxes', () => {
    const cut = (deep: number): Corners => [[0, 0], [20, 0], [20, 20 - deep * Math.SQRT2], [20 - deep * Math.SQRT2, 20], [0, 20]]; // biome-ignore format: corners in a row
    const [[, rectangle]] = shapes as [(typeof shapes)[number]]; // branding: it is not empty
    const slanted: Corners = [[0, 0], [20, 0], [16, 20], [0, 20]]; // biome-ignore format: corners in a row
    const round = Array.from({ length: boxLimits.cornersMax / 2 + 1 }, (_, at) => [[at * 10, 100 + at], [at * 10 + 10, 100 + at]] as const).flat(); // biome-ignore format: corners in a row
    const stair: Corners = [[0, 0], [70, 0], ...round.toReversed().filter(([x]) => x <= 70)]; // biome-ignore format: corners in a row
    const high = within * boxLimits.spansMax;
    const isTold = (outline: Outline, given = far): boolean => raise(tileOf('prism', [outline]), given).box !== undefined;
    expect(isTold(standing(rectangle(20, 20)))).toBe(true);
    expect(isTold(standing(rectangle(20, 20)), sorts)).toBe(false);
    expect(isTold(standing(slanted))).toBe(false);
    expect([2.95, 3.05].map((deep) => isTold(standing(cut(within * deep))))).toEqual([true, false]);
    expect(stair.length).toBeGreaterThan(boxLimits.cornersMax);
    expect(isTold(standing(stair))).toBe(false);
    expect(isTold(standing(rectangle(20, 20), { height: high }))).toBe(true);
    expect(isTold(standing(rectangle(20, 20), { height: high + 1 }))).toBe(false);
    expect(isTold(standing(rectangle(20, high + 1)))).toBe(false);
    expect(isTold(standing(rectangle(20, 20), { roof: 'gabled' }))).toBe(false);
    expect(isTold(standing(rectangle(20, 20), { base: 4 }))).toBe(false);
    expect(isTold(shed)).toBe(false);
  });
});

describe('what lies and what points', () => {
  const flat = (row: number): Outline => ({ row, rings: [ring(10)], base: 0, height: 0, roof: 'flat' });
  it('is drawn as glass, as ground, as a crown or as a point by what it is', () => {
    expect(Object.keys(raise(tileOf('area', [flat(0)]), sorts))).toEqual(['flat']);
    expect(Object.keys(raise(tileOf('area', [flat(1)]), sorts))).toEqual(['veil']);
    const point = (row: number): Outline => ({ ...flat(row), rings: [{ isHole: false, corners: [[2, 3]] }] });
    expect(Object.keys(raise(tileOf('point', [point(0)]), sorts))).toEqual(['point']);
    expect(Object.keys(raise(tileOf('point', [point(1)]), sorts))).toEqual(['solid']);
  });
  it('a line is never narrower than can be seen where its tile is drawn', () => {
    const line: Outline = {
      ...flat(0),
      rings: [
        {
          isHole: false,
          corners: [
            [0, 0],
            [100, 0],
          ],
        },
      ],
    };
    const wide = (widthMin: number) => {
      const { flat: mesh } = raise(tileOf('line', [line]), { ...sorts, widthMin });
      const souths = [...(mesh?.corners ?? [])].slice(0, (mesh?.count ?? 0) * 3).filter((_, at) => at % 3 === 2);
      return Math.max(...souths) - Math.min(...souths);
    };
    expect(wide(0)).toBeCloseTo(4);
    expect(wide(9)).toBeCloseTo(9);
  });
});

describe('a worker that warms up', () => {
  it('makes warmUpTilesMax tiles and not one more, and none once it has something to do', async () => {
    expect(await warmUp(() => false)).toBe(warmUpTilesMax);
    let looks = 0;
    const isWanted = (): boolean => {
      looks += 1;
      return looks > 3;
    };
    expect(await warmUp(isWanted)).toBe(3);
  });
});
