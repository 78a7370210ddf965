/**
 * Row columns: what is known of every row of a layer without a tile: its kind and where it is. For filters, labels, arcs and the way there.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { createByteReader, createByteWriter } from './bytes.ts';
import { sceneLimits } from './scene-limits.ts';

export type RowColumns = {
  /** index into the kinds of the scene */
  readonly kind: Uint16Array;
  /** metres east and north of the scene's origin */
  readonly east: Float32Array;
  readonly north: Float32Array;
  /** metres above ground of the highest point */
  readonly top: Float32Array;
};

/** Of as many rows each: what is written, in numbers as fine as they are known. */
export type ColumnsOfRows = Readonly<Record<keyof RowColumns, ArrayLike<number> & Iterable<number>>>;

const perMetre = 10;

export const encodeRowColumns = (columns: ColumnsOfRows): Uint8Array<ArrayBuffer> => {
  const [to, { kind }] = [createByteWriter(), columns];
  to.uint(kind.length);
  for (const own of kind) to.uint(own);
  for (const name of ['east', 'north', 'top'] as const) {
    let before = 0;
    for (let row = 0; row < kind.length; row += 1) {
      const value = Math.round((columns[name][row] ?? 0) * perMetre);
      to.int(value - before);
      before = value;
    }
  }
  return to.bytes();
};

const refused = (found: string) => fail(problem('malformed', { subject: 'row columns', found, accepted: 'four columns of the length they tell' }));

export const decodeRowColumns = (bytes: Uint8Array): Result<RowColumns> => {
  const from = createByteReader(bytes);
  const count = from.uint();
  if (count > sceneLimits.layerRowsMax) return fail(problem('tooLarge', { subject: 'rows of a layer', found: `${count}`, limit: sceneLimits.layerRowsMax }));
  if (!from.isSound() || count * 4 > from.left()) return refused('cut off');
  const columns = { kind: new Uint16Array(count), east: new Float32Array(count), north: new Float32Array(count), top: new Float32Array(count) };
  for (let row = 0; row < count; row += 1) columns.kind[row] = from.uint();
  for (const name of ['east', 'north', 'top'] as const) {
    let value = 0;
    for (let row = 0; row < count; row += 1) {
      value += from.int();
      columns[name][row] = value / perMetre;
    }
  }
  return from.isSound() && from.isAtEnd() ? ok(columns) : refused('more or fewer bytes than it counts');
};
