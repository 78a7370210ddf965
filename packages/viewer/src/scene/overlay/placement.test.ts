import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declutter, farUpMax, labelsMax, type Seen, wholeBetween } from './labels.ts';
import { type Box, boxAround, createGround, type Disc, discSize, isOver, lineHeight, mergeDiscs } from './placement.ts';

const pixels = fc.double({ min: 0, max: 1_000, noNaN: true });
const discs: fc.Arbitrary<readonly Disc[]> = fc.array(fc.record({ x: pixels, y: pixels, count: fc.integer({ min: 1, max: 300 }) }), { maxLength: 120 });
const label = (row: number, more: Partial<Seen & { readonly weight: number; readonly isChosen: boolean }> = {}): Seen => ({
  label: { row, text: `${row}`, weight: more.weight ?? 1, at: [0, 0, 0], isChosen: more.isChosen ?? false },
  ...{ x: more.x ?? 0, y: more.y ?? 0, width: more.width ?? 60, isSign: more.isSign ?? false },
});
const labels: fc.Arbitrary<readonly Seen[]> = fc
  .array(fc.record({ x: pixels, y: pixels, width: fc.integer({ min: 10, max: 260 }), weight: fc.integer({ min: 1, max: 5 }), isSign: fc.boolean() }), {
    maxLength: 90,
  })
  .map((all) => all.map((each, row) => label(row, each)));

const noneOver = (boxes: readonly Box[]): boolean => boxes.every((one, at) => boxes.slice(at + 1).every((other) => !isOver(one, other)));
const sum = (all: readonly Disc[]): number => all.reduce((total, { count }) => total + count, 0);
const discBoxes = (all: readonly Disc[]): readonly Box[] => all.map(({ x, y }) => boxAround(x, y, discSize(sum(all))));

describe('discs of what was found', () => {
  it('lie on no other, and all of them together tell as many twins as there are', () => {
    fc.assert(
      fc.property(discs, (all) => {
        const shown = mergeDiscs(all, createGround());
        expect(sum(shown)).toBe(sum(all));
        expect(noneOver(discBoxes(shown))).toBe(true);
      }),
    );
  });
  it('are told by the first that they would lie on, and stand beside it from one pixel further on', () => {
    const { width } = discSize(12);
    const beside = (x: number): readonly number[] =>
      mergeDiscs(
        [
          { x: 100, y: 100, count: 10 },
          { x, y: 100, count: 2 },
        ],
        createGround(),
      ).map(({ count }) => count);
    expect(beside(100 + width - 1)).toEqual([12]);
    expect(beside(100 + width)).toEqual([10, 2]);
  });
});

describe('names', () => {
  it('lie on no other and on no disc', () => {
    fc.assert(
      fc.property(discs, labels, (found, names) => {
        const ground = createGround();
        const shown = mergeDiscs(found, ground);
        const boxes = declutter(names, ground).map(({ x, y, width, lift }) => boxAround(x, y - lift - lineHeight / 2, { width, height: lineHeight }));
        expect(noneOver([...discBoxes(shown), ...boxes])).toBe(true);
      }),
    );
  });
  it('give way to the heavier, and there are never more than labelsMax', () => {
    const near = [label(1, { x: 100, y: 100 }), label(2, { x: 110, y: 104, weight: 5 }), label(3, { x: 900, y: 104 })];
    expect(declutter(near, createGround()).map(({ label: { row } }) => row)).toEqual([2, 3]);
    const many = (count: number) => Array.from({ length: count }, (_, row) => label(row, { x: row * 400 }));
    expect([labelsMax, labelsMax + 1].map((count) => declutter(many(count), createGround()).length)).toEqual([labelsMax, labelsMax]);
  });
  it('of what is chosen find room further up where another stands, and are never missing', () => {
    const ground = createGround();
    const disc = { x: 100, y: 100, count: 7 };
    mergeDiscs([disc], ground);
    const chosen = label(1, { x: 100, y: 100, isChosen: true });
    const [stands] = declutter([chosen], ground);
    expect(isOver(boxAround(100, 100 - (stands?.lift ?? 0) - lineHeight / 2, { width: 60, height: lineHeight }), boxAround(100, 100, discSize(7)))).toBe(false);
    const full = createGround();
    full.take({ left: -1_000, right: 1_000, top: -1_000, bottom: 1_000 }, -1);
    expect(declutter([chosen, label(2, { x: 100, y: 100 })], full).map(({ label: { row } }) => row)).toEqual([1]);
  });
  it('of the heaviest that an answer found stand above a field of discs, farUpMax of them', () => {
    const ground = createGround();
    ground.take({ left: 0, right: 1_000, top: 60, bottom: 200 }, -1);
    const many = Array.from({ length: farUpMax + 1 }, (_, row) => label(row, { x: 100 + row * 120, y: 160, isSign: true, weight: 100 - row }));
    expect(declutter(many, ground).map(({ label: { row }, lift }) => [row, lift])).toEqual(many.slice(0, farUpMax).map((_, row) => [row, 102]));
  });
  it('are moved in until no edge cuts them', () => {
    expect([10, 200, 399].map((x) => wholeBetween(x, 100, [0, 400]))).toEqual([54, 200, 346]);
  });
});
