import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../ground/limits.ts';
import { boxOfCell, cellAt, cellsAcross, gridOf, isMiddleIn, isOverview, middleOf } from './cell.ts';

const degrees = (most: number) => fc.integer({ min: -most * 1e6, max: most * 1e6 }).map((millionths) => millionths / 1e6);
const middle = fc.tuple(degrees(180), degrees(90));
const level = fc.integer({ min: 0, max: 24 });

describe('the grid of cells', () => {
  it('is one cell at level 0, and cuts each in four from level 1 on', () => {
    expect([0, 1, 2, 3].map(gridOf)).toEqual([
      { columns: 1, rows: 1 },
      { columns: 2, rows: 1 },
      { columns: 4, rows: 2 },
      { columns: 8, rows: 4 },
    ]);
    expect(boxOfCell({ column: 0, row: 0 }, 0)).toEqual([-180, -90, 180, 90]);
    expect(boxOfCell({ column: 2, row: 1 }, 2)).toEqual([0, 0, 90, 90]);
  });

  it('has a cell for every place, which lies in the cell and in the one of the level above', () => {
    fc.assert(
      fc.property(middle, level, (place, at) => {
        const cell = cellAt(place, at);
        expect(isMiddleIn(place, boxOfCell(cell, at))).toBe(true);
        const above = cellAt(place, Math.max(1, at - 1));
        if (at > 1) expect([above.column, above.row]).toEqual([Math.floor(cell.column / 2), Math.floor(cell.row / 2)]);
      }),
    );
  });

  it('keeps what stands at the ends of the world, or reaches beyond them, in its last cells', () => {
    expect(cellAt(middleOf([180, 90, 180, 90]), 2)).toEqual({ column: 3, row: 1 });
    expect(cellAt(middleOf([181, -91, 185, -91]), 2)).toEqual({ column: 3, row: 0 });
  });

  it('counts the cells that a box meets, across the antimeridian too', () => {
    expect(cellsAcross([-1, -1, 1, 1], 2)).toBe(4);
    expect(cellsAcross([0, 0, 89, 89], 2)).toBe(1);
    expect(cellsAcross([179, -1, -179, 1], 2)).toBe(4);
    expect(cellsAcross([-180, -90, 180, 90], 3)).toBe(32);
  });

  it('is an overview up to cellLevelMax and cellsMax, and not beyond', () => {
    const size = 360 / 2 ** 20;
    const row = (cells: number) => isOverview([0, 0, (cells - 0.5) * size, size / 2], 20);
    expect([row(limits.cellsMax), row(limits.cellsMax + 1)]).toEqual([true, false]);
    const point = (level: number) => isOverview([1, 1, 1, 1], level);
    expect([point(limits.cellLevelMax), point(limits.cellLevelMax + 1), point(-1), point(1.5)]).toEqual([true, false, false, false]);
  });
});
