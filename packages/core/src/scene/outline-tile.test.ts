import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteWriter } from './bytes.ts';
import { decodeOutlineTile, encodeOutlineTile, type Outline, outlineForms, roofShapes } from './outline-tile.ts';
import { sceneLimits } from './scene-limits.ts';

const metres = fc.integer({ min: -300_000, max: 300_000 }).map((cm) => cm / 100);
const ring = fc.record({ corners: fc.array(fc.tuple(metres, metres), { minLength: 1, maxLength: 9 }), isHole: fc.boolean() });
const solid = fc
  .array(fc.tuple(metres, metres, metres), { minLength: 3, maxLength: 8 })
  .chain((corners) =>
    fc
      .array(fc.array(fc.array(fc.nat(corners.length - 1), { minLength: 3, maxLength: 5 }), { minLength: 1, maxLength: 2 }), { maxLength: 4 })
      .map((surfaces) => ({ corners, surfaces })),
  );
const outline: fc.Arbitrary<Outline> = fc.record({
  row: fc.nat(100_000),
  rings: fc.array(ring, { minLength: 1, maxLength: 3 }),
  base: fc.integer({ min: -200, max: 200 }),
  height: fc.nat(300),
  roof: fc.constantFrom(...roofShapes),
  solid: fc.option(solid, { nil: undefined }),
});
const tile = fc.record({ form: fc.constantFrom(...outlineForms), outlines: fc.array(outline, { maxLength: 12 }) });

describe('an outline tile', () => {
  it('gives back every row, ring, height and roof, and corners to the centimetre', () => {
    fc.assert(
      fc.property(tile, (given) => {
        const decoded = decodeOutlineTile(encodeOutlineTile(given));
        if (!decoded.ok) return expect(decoded).toBe('decoded');
        const { rows, ringFrom, cornerFrom, isHole, corners, centre, base, height, roof, form } = decoded.value;
        expect(form).toBe(given.form);
        expect([...rows]).toEqual(given.outlines.map((one) => one.row));
        expect([...base]).toEqual(given.outlines.map((one) => one.base));
        expect([...height]).toEqual(given.outlines.map((one) => one.height));
        expect([...roof]).toEqual(given.outlines.map((one) => roofShapes.indexOf(one.roof)));
        const rings = given.outlines.flatMap((one) => one.rings);
        expect(ringFrom.at(-1)).toBe(rings.length);
        expect([...isHole]).toEqual(rings.map((one) => (one.isHole ? 1 : 0)));
        const all = rings.flatMap((one) => one.corners);
        expect(cornerFrom.at(-1)).toBe(all.length);
        for (const [at, [x, y]] of all.entries()) {
          expect(Math.abs((corners[at * 2] ?? Number.NaN) + centre[0] - x)).toBeLessThan(0.006);
          expect(Math.abs((corners[at * 2 + 1] ?? Number.NaN) + centre[1] - y)).toBeLessThan(0.006);
        }
      }),
    );
  });

  it('of a grain gives back corners and heights to half of it, and closes what is squared off without telling how', () => {
    const grain = fc.integer({ min: 1, max: sceneLimits.tileGrainCentimetresMax }).map((centimetres) => centimetres / 100);
    fc.assert(
      fc.property(tile, grain, ({ form, outlines }, grain) => {
        const given = { form, outlines: outlines.map((one) => ({ ...one, solid: undefined })), grain };
        const decoded = decodeOutlineTile(encodeOutlineTile(given));
        if (!decoded.ok) return expect(decoded).toBe('decoded');
        const { corners, centre, height } = decoded.value;
        const all = given.outlines.flatMap((one) => one.rings).flatMap((one) => one.corners);
        for (const [at, [x, y]] of all.entries()) {
          expect(Math.abs((corners[at * 2] ?? Number.NaN) + centre[0] - x)).toBeLessThanOrEqual(grain / 2 + 0.002);
          expect(Math.abs((corners[at * 2 + 1] ?? Number.NaN) + centre[1] - y)).toBeLessThanOrEqual(grain / 2 + 0.002);
        }
        for (const [at, one] of given.outlines.entries())
          expect(Math.abs((height[at] ?? Number.NaN) - one.height)).toBeLessThanOrEqual(Math.max(0.05, grain) / 2 + 0.001);
      }),
    );
  });

  it('of tileGrainCentimetresMax is read, of a coarser grain or none it is refused', () => {
    const of = (grain: number) => {
      const to = createByteWriter();
      for (const value of [1, 0, 0, 0, grain, 0, 0, 0]) to.uint(value);
      return decodeOutlineTile(to.bytes());
    };
    expect(of(sceneLimits.tileGrainCentimetresMax)).toMatchObject({ ok: true });
    for (const grain of [0, sceneLimits.tileGrainCentimetresMax + 1]) expect(of(grain)).toMatchObject({ ok: false, problem: { kind: 'malformed' } });
  });

  it('gives back the surfaces of every item, corner by corner to the centimetre', () => {
    fc.assert(
      fc.property(tile, (given) => {
        const decoded = decodeOutlineTile(encodeOutlineTile(given));
        if (!decoded.ok) return expect(decoded).toBe('decoded');
        const { solids, centre } = decoded.value;
        const all = given.outlines.flatMap((one) => one.solid ?? []);
        expect(solids === undefined).toBe(all.length === 0);
        if (!solids) return;
        expect([...solids.cornerFrom].map((to, at) => to - (solids.cornerFrom[at - 1] ?? 0)).slice(1)).toEqual(
          given.outlines.map((one) => one.solid?.corners.length ?? 0),
        );
        const rings = all.flatMap(({ surfaces }) => surfaces.flat());
        expect([...solids.index]).toEqual(rings.flat());
        expect([...solids.indexFrom].map((to, at) => to - (solids.indexFrom[at - 1] ?? 0)).slice(1)).toEqual(rings.map(({ length }) => length));
        const wanted = all.flatMap(({ corners }) => corners.flatMap(([x, y, up]) => [x - centre[0], y - centre[1], up]));
        for (const [at, value] of wanted.entries()) expect(Math.abs((solids.corners[at] ?? Number.NaN) - value)).toBeLessThan(0.006);
      }),
    );
  });

  it('whose surface leads to a corner of another item is refused', () => {
    const corners: [number, number, number][] = [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ];
    const of = (last: number): Outline => ({
      ...{ row: 0, rings: [{ corners: [[0, 0]], isHole: false }], base: 0, height: 0, roof: 'flat' },
      solid: { corners, surfaces: [[[0, 1, last]]] },
    });
    expect(decodeOutlineTile(encodeOutlineTile({ form: 'prism', outlines: [of(2), of(2)] })).ok).toBe(true);
    expect(decodeOutlineTile(encodeOutlineTile({ form: 'prism', outlines: [of(2), of(3)] })).ok).toBe(false);
  });

  it('that is cut off anywhere, or longer than it says, is refused', () => {
    fc.assert(
      fc.property(tile, fc.nat(), (given, at) => {
        const bytes = encodeOutlineTile(given);
        expect(decodeOutlineTile(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
        expect(decodeOutlineTile(new Uint8Array([...bytes, 0])).ok).toBe(false);
      }),
    );
  });

  it('of any bytes at all is an answer, never an exception, and no larger than its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const decoded = decodeOutlineTile(bytes);
        if (decoded.ok) expect(decoded.value.corners.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('whose sums would wrap, or whose row cannot be, is refused before anybody follows them', () => {
    const to = createByteWriter();
    for (const value of [1, 2, 1, 1, 1, 0, 0]) to.uint(value);
    for (const value of [0, 0, 2 ** 32 - 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0]) to.uint(value);
    expect(decodeOutlineTile(to.bytes())).toMatchObject({ ok: false, problem: { found: expect.stringContaining('add up') } });
    const point: Outline = { row: sceneLimits.layerRowsMax, rings: [{ corners: [[0, 0]], isHole: false }], base: 0, height: 0, roof: 'flat' };
    expect(decodeOutlineTile(encodeOutlineTile({ form: 'point', outlines: [point] })).ok).toBe(false);
    expect(decodeOutlineTile(encodeOutlineTile({ form: 'point', outlines: [{ ...point, row: sceneLimits.layerRowsMax - 1 }] })).ok).toBe(true);
  });

  it('may have tileItemsMax items, and not one more', () => {
    const point = (row: number): Outline => ({ row, rings: [{ corners: [[0, 0]], isHole: false }], base: 0, height: 0, roof: 'flat' });
    const of = (items: number) => encodeOutlineTile({ form: 'point', outlines: Array.from({ length: items }, (_, row) => point(row)) });
    expect(decodeOutlineTile(of(sceneLimits.tileItemsMax)).ok).toBe(true);
    expect(decodeOutlineTile(of(sceneLimits.tileItemsMax + 1))).toMatchObject({ ok: false, problem: { kind: 'tooLarge' } });
  });
});
