/**
 * Packed tiles: a directory as it is kept where a scene is open: all that it says of a tile is a whole number of something, and stands beside the others in one array.
 */
import { markDigits, type TileEntry } from '../archive.ts';

/** Of each tile: parent and 1, level, items, length, first row, offset, centimetres of error, twice its top, twice its box, and its mark in two halves. */
const numbersATile = 14;
const perMetre = 100;
const halfOfMark = markDigits / 2;

const numbersOf = ({ parent = -1, level, items, length, firstRow, offset, error, top, box, mark }: TileEntry): readonly number[] => [
  ...[parent + 1, level, items, length, firstRow, offset, Math.round(error * perMetre), top * 2],
  ...box.map((side) => side * 2),
  ...[mark.slice(0, -halfOfMark), mark.slice(-halfOfMark)].map((half) => Number.parseInt(half, 16)),
];

const hexadecimal = (half: number): string => half.toString(16).padStart(halfOfMark, '0');

/** What an archive tells of a tile, of which it knows so many. */
export const packTiles = (tiles: readonly TileEntry[]): ((tile: number) => TileEntry | undefined) => {
  const numbers = Int32Array.from(tiles.flatMap(numbersOf));
  return (tile) => {
    const at = tile * numbersATile;
    const number = (place: number): number => numbers[at + place] ?? 0;
    if (!(at >= 0 && at < numbers.length)) return undefined;
    return {
      parent: number(0) === 0 ? undefined : number(0) - 1,
      ...{ level: number(1), items: number(2), length: number(3), firstRow: number(4), offset: number(5) },
      ...{ error: number(6) / perMetre, top: number(7) / 2, mark: hexadecimal(number(12)) + hexadecimal(number(13)) },
      box: [number(8) / 2, number(9) / 2, number(10) / 2, number(11) / 2],
    };
  };
};
