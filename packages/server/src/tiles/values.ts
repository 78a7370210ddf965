/**
 * Values: one property of all that is drawn, as a column by row: numbers, or the index of a text among those met.
 */
import { convert, type Json, type TermId, ValueFlag } from '@cityweave/core';
import type { Told } from './readings.ts';

export type ValueColumn = {
  readonly term: string;
  /** of the numbers; undefined where none was said */
  readonly unit: string | undefined;
  /** the texts that the column's numbers stand for; absent where they are numbers themselves */
  readonly categories?: readonly string[];
  /** NaN where nothing is known */
  readonly values: Float32Array;
  /** how each came about: numbers of `ValueFlag`, from 1 on; 0 where nothing is told. Absent where all that is known was measured */
  readonly flags?: Uint8Array;
  /** members that could not be asked */
  readonly missing: readonly string[];
};

/** Further texts are one: nobody tells more colours apart. */
const categoriesMax = 64;

/** A column that grows: where no unit is wanted the first that is said is that of all; texts get numbers as they are met. */
export type Column = { unit: string | undefined; readonly categories: Map<string, number>; readonly values: Float32Array; readonly flags: Uint8Array };

export const createColumn = (rows: number, unit: string | undefined): Column => ({
  unit,
  categories: new Map(),
  values: new Float32Array(rows).fill(Number.NaN),
  flags: new Uint8Array(rows),
});

const numberIn = (value: number, unit: string | undefined, wanted: string | undefined): number => {
  if (unit === undefined || wanted === undefined || unit === wanted) return value;
  const converted = convert(value, unit, wanted);
  return converted.ok ? converted.value : Number.NaN;
};

const codeOf = ({ categories }: Column, text: string): number => {
  const known = categories.get(text);
  if (known !== undefined) return known;
  if (categories.size >= categoriesMax) return categoriesMax - 1;
  categories.set(text, categories.size);
  return categories.size - 1;
};

type Put = { readonly value: Json; readonly unit?: string | undefined; readonly flag?: ValueFlag | undefined };

export const putValue = (column: Column, row: number, { value, unit, flag = 'MEASURED' }: Put): void => {
  column.flags[row] = 1 + ValueFlag.options.indexOf(flag);
  if (typeof value === 'number') {
    column.unit ??= unit;
    column.values[row] = numberIn(value, unit, column.unit);
  } else if (typeof value === 'string' || typeof value === 'boolean') column.values[row] = codeOf(column, String(value));
};

export type Telling = {
  /** of the scene */
  readonly rows: number;
  /** what every source said, in the order of the sources */
  readonly told: readonly Told[];
  readonly term: TermId;
  /** in which numbers are told; undefined: in the first that is said */
  readonly unit: string | undefined;
};

/** The agency whose twin is drawn decides; the others fill what it leaves open. */
export const columnOf = ({ rows, told, term, unit }: Telling): ValueColumn => {
  const column = createColumn(rows, unit);
  for (const { readings } of told)
    for (const reading of readings) if (reading.isOwn || Number.isNaN(column.values[reading.row])) putValue(column, reading.row, reading);
  const missing = told.flatMap(({ agency, complete }) => (complete ? [] : [agency]));
  const categories = [...column.categories.keys()];
  const flags = column.flags.some((flag) => flag > 1) ? { flags: column.flags } : {};
  return { term, unit: column.unit, values: column.values, missing, ...(categories.length > 0 && { categories }), ...flags };
};

/** Length of the head, the head as JSON filled up with spaces to a multiple of four, the numbers, then a byte of flags a row where there are any; all little endian. */
export const encodeColumn = ({ values, flags, ...told }: ValueColumn): Uint8Array => {
  const text = JSON.stringify({ ...told, ...(flags && { flagged: true }) });
  const headBytes = new TextEncoder().encode(text + ' '.repeat((4 - (new TextEncoder().encode(text).length % 4)) % 4));
  const bytes = new Uint8Array(4 + headBytes.length + values.length * 4 + (flags?.length ?? 0));
  new DataView(bytes.buffer).setUint32(0, headBytes.length, true);
  bytes.set(headBytes, 4);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 4 + headBytes.length);
  if (flags) bytes.set(flags, 4 + headBytes.length + values.byteLength);
  return bytes;
};
