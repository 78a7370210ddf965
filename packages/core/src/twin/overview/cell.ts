/**
 * Cell: a part of the grid that the world is cut into, for an overview of many twins: one cell at level 0, and at each next level twice as many columns and rows.
 * The grid is that of CRS84, so that a cell is as high as it is wide in degrees, not in metres.
 */
import { limits } from '../../ground/limits.ts';
import { splitAtAntimeridian } from '../../ground/place/parts.ts';
import type { Box } from '../../ground/place/place.ts';

/** Columns count from the antimeridian to the east, rows from the south pole to the north. */
export type Cell = { readonly column: number; readonly row: number };

/** How many twins have their middle in a cell. */
export type CellCount = Cell & { readonly count: number };

export const cellDegrees = (level: number): number => 360 / 2 ** level;

/** Columns and rows of a level. */
export const gridOf = (level: number): { readonly columns: number; readonly rows: number } => ({ columns: 2 ** level, rows: Math.max(1, 2 ** (level - 1)) });

const within = (value: number, most: number): number => Math.max(0, Math.min(most, Math.floor(value)));

type Middle = readonly [longitude: number, latitude: number];

/** What reaches beyond the ends of the world stands at them. */
export const middleOf = ([west, south, east, north]: Box): Middle => [
  Math.max(-180, Math.min(180, (west + east) / 2)),
  Math.max(-90, Math.min(90, (south + north) / 2)),
];

/** The last column and row have their far edge too. */
export const cellAt = ([longitude, latitude]: Middle, level: number): Cell => {
  const { columns, rows } = gridOf(level);
  const size = cellDegrees(level);
  return { column: within((longitude + 180) / size, columns - 1), row: within((latitude + 90) / size, rows - 1) };
};

export const boxOfCell = ({ column, row }: Cell, level: number): Box => {
  const size = cellDegrees(level);
  return [column * size - 180, row * size - 90, (column + 1) * size - 180, Math.min(90, (row + 1) * size - 90)];
};

export const isMiddleIn = ([longitude, latitude]: Middle, box: Box): boolean =>
  splitAtAntimeridian(box).some(([west, south, east, north]) => longitude >= west && longitude <= east && latitude >= south && latitude <= north);

const across = (box: Box, level: number): number => {
  const [from, to] = [cellAt([box[0], box[1]], level), cellAt([box[2], box[3]], level)];
  return (to.column - from.column + 1) * (to.row - from.row + 1);
};

/** How many cells of a level a box meets. */
export const cellsAcross = (box: Box, level: number): number => splitAtAntimeridian(box).reduce((sum, part) => sum + across(part, level), 0);

/** Whether an overview has cells that are not too fine, and not too many of them. */
export const isOverview = (box: Box, level: number): boolean =>
  Number.isInteger(level) && level >= 0 && level <= limits.cellLevelMax && cellsAcross(box, level) <= limits.cellsMax;
