/**
 * Columns of a record as the file gives them: any name is data (`__proto__` too), and a number keeps every digit or becomes the text of its digits.
 */
import { fail, type Json, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';

export type Columns = Readonly<Record<string, Json>>;

const none: Columns = {};

/** The columns in a parsed member; `bytes` is the record they came from, read once more where a number lost digits. */
export const exactColumns = (given: unknown, bytes: Buffer | undefined, member: string): Result<Columns, Problem> => {
  if (given === null || given === undefined) return ok(none);
  if (!isColumns(given)) return fail(problem('malformed', { path: `/${member}`, found: shorten(given), accepted: 'an object or null' }));
  if (Object.keys(given).length > importLimits.columnsMax) return fail(problem('tooLarge', { subject: 'columns', limit: importLimits.columnsMax }));
  if (!bytes || !losesDigits(given)) return ok(given);
  return ok(again(bytes, member) ?? given);
};

// What JSON.parse gives holds JSON and nothing else, so only the outermost form is checked.
const isColumns = (value: unknown): value is Columns => typeof value === 'object' && value !== null && !Array.isArray(value);

/** True where a number anywhere in it is beyond what a double holds exactly. */
const losesDigits = (value: Json): boolean => {
  if (typeof value === 'number') return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return false;
  for (const part of Object.values(value)) if (losesDigits(part)) return true;
  return false;
};

const again = (bytes: Buffer, member: string): Columns | undefined => {
  const record: unknown = JSON.parse(bytes.toString('utf8'), keepDigits);
  const columns = typeof record === 'object' && record !== null && member in record ? Object.entries(record).find(([name]) => name === member)?.[1] : undefined;
  return isColumns(columns) ? columns : undefined;
};

/** A reviver also receives the text of a number as the file has it. */
const keepDigits = (_key: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown =>
  typeof value === 'number' && losesDigits(value) ? (context?.source ?? String(value)) : value;
