/**
 * Row columns: what is known of every row of a layer without a tile: its kind, where it is and how far it reaches. For filters, labels, arcs and the way there.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts';
import { sceneLimits } from './scene-limits.ts';

export type RowColumns = {
  /** index into the kinds of the scene */
  readonly kind: Uint16Array;
  /** metres east and north of the scene's origin */
  readonly east: Float32Array;
  readonly north: Float32Array;
  /** metres above ground of the highest point */
  readonly top: Float32Array;
  /** whole metres from there to its farthest end; 0 of a point */
  readonly reach: Float32Array;
};

/** Of as many rows each: what is written, in numbers as fine as they are known. */
export type ColumnsOfRows = Readonly<Record<keyof RowColumns, ArrayLike<number> & Iterable<number>>>;

/** Of what is told as differences, steps a metre. */
const perMetre = 10;
const told = ['east', 'north', 'top'] as const;

const writeKinds = (to: ByteWriter, kind: ColumnsOfRows['kind']): void => {
  to.uint(kind.length);
  for (const own of kind) to.uint(own);
};

const readKinds = (from: ByteReader): Result<Uint16Array<ArrayBuffer>> => {
  const count = from.uint();
  if (count > sceneLimits.layerRowsMax) return fail(problem('tooLarge', { subject: 'rows of a layer', found: `${count}`, limit: sceneLimits.layerRowsMax }));
  if (!from.isSound() || count > from.left()) return refused('cut off');
  const kind = new Uint16Array(count);
  for (let row = 0; row < count; row += 1) kind[row] = from.uint();
  return ok(kind);
};

/** The kinds by themselves: all that is needed of the rows to draw them. */
export const encodeRowKinds = (kind: ColumnsOfRows['kind']): Uint8Array<ArrayBuffer> => {
  const to = createByteWriter();
  writeKinds(to, kind);
  return to.bytes();
};

export const decodeRowKinds = (bytes: Uint8Array): Result<Uint16Array<ArrayBuffer>> => {
  const from = createByteReader(bytes);
  const kinds = readKinds(from);
  return !kinds.ok || (from.isSound() && from.isAtEnd()) ? kinds : refused('more or fewer bytes than it counts');
};

export const encodeRowColumns = (columns: ColumnsOfRows): Uint8Array<ArrayBuffer> => {
  const [to, { kind }] = [createByteWriter(), columns];
  writeKinds(to, kind);
  for (const name of told) {
    let before = 0;
    for (let row = 0; row < kind.length; row += 1) {
      const value = Math.round((columns[name][row] ?? 0) * perMetre);
      to.int(value - before);
      before = value;
    }
  }
  for (let row = 0; row < kind.length; row += 1) to.uint(Math.ceil(columns.reach[row] ?? 0));
  return to.bytes();
};

const refused = (found: string) => fail(problem('malformed', { subject: 'row columns', found, accepted: 'five columns of the length they tell' }));

export const decodeRowColumns = (bytes: Uint8Array): Result<RowColumns> => {
  const from = createByteReader(bytes);
  const kind = readKinds(from);
  if (!kind.ok) return kind;
  const count = kind.value.length;
  if (count * (told.length + 1) > from.left()) return refused('cut off');
  const numbers = () => new Float32Array(count);
  const columns = { kind: kind.value, east: numbers(), north: numbers(), top: numbers(), reach: numbers() };
  for (const name of told) {
    let value = 0;
    for (let row = 0; row < count; row += 1) {
      value += from.int();
      columns[name][row] = value / perMetre;
    }
  }
  for (let row = 0; row < count; row += 1) columns.reach[row] = from.uint();
  return from.isSound() && from.isAtEnd() ? ok(columns) : refused('more or fewer bytes than it counts');
};
