/**
 * Columns: how the texts and numbers of a file become values: codes, missing values, decimal commas, instants; what cannot be read is refused with its column.
 */
import { fail, Instant, instantOfMs, type Json, normaliseKey, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import type { SourceProperty } from '../source.ts';

export type Row = Readonly<Record<string, Json>>;

/** Reads a column: what the file has under that name, else what its reader worked out; dropped columns are not there. */
export type Cells = (column: string) => Json | undefined;

export const cellsOf =
  (columns: Row, derived: Row | undefined, dropped: ReadonlySet<string>): Cells =>
  (column) => {
    if (dropped.has(column)) return undefined;
    if (Object.hasOwn(columns, column)) return columns[column];
    return derived && Object.hasOwn(derived, column) ? derived[column] : undefined;
  };

/** Nothing is known: null, or a text of nothing but space. */
export const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** The text of a cell as it stands in keys, names and identifiers; empty where nothing is known. */
export const cellText = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return normaliseKey(value);
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value);
};

/** Text that every store and every wire can carry: lone surrogates are replaced. */
export const wellFormed = (value: Json): Json => {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toWellFormed(), wellFormed(part)]));
};

/** The value of a declared property; undefined where the file has none. */
export const convertCell = (value: Json | undefined, property: SourceProperty): Result<Json | undefined, Problem> => {
  if (isBlank(value) || value === undefined) return ok(undefined);
  const text = typeof value === 'object' ? undefined : cellText(value);
  if (text !== undefined && property.missing.some((missing) => normaliseKey(missing) === text)) return ok(undefined);
  const coded = text !== undefined && property.codes && Object.hasOwn(property.codes, text) ? property.codes[text] : undefined;
  const as = property.as ?? (property.unit === undefined ? undefined : 'number');
  const converted = convertTo(coded ?? value, as, property.decimalComma);
  if (converted !== undefined) return ok(wellFormed(converted));
  return fail(
    problem('malformed', { path: `column ${property.column}`, found: shorten(value), accepted: `${acceptedAs[as ?? 'text']}, or a text listed as missing` }),
  );
};

type As = NonNullable<SourceProperty['as']>;

const acceptedAs: Readonly<Record<As, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false, yes or no, 1 or 0',
  instant: 'an instant with offset, or milliseconds since 1970',
  json: 'JSON',
};

const convertTo = (value: Json, as: As | undefined, decimalComma: boolean): Json | undefined => {
  switch (as) {
    case undefined:
      return value;
    case 'text':
      return cellText(value);
    case 'number':
      return typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value, decimalComma) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : booleans.get(cellText(value).toLowerCase());
    case 'instant':
      return parseInstant(value);
    case 'json':
      return typeof value === 'string' ? parseJsonText(value) : value;
  }
};

const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number as text; with a decimal comma dots and spaces group the thousands. */
export const parseNumber = (text: string, decimalComma = false): number | undefined => {
  const plain = decimalComma ? text.replace(/[.\s\u00a0\u202f']/g, '').replace(',', '.') : text.trim();
  if (!numberForm.test(plain)) return undefined;
  const value = Number(plain);
  const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return exact ? value : undefined;
};

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1', 'on'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', 'n', '0', 'off'].map((text) => [text, false] as const),
]);

const instantMsMax = 8.64e15;

export const parseInstant = (value: Json): Instant | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= instantMsMax ? canonical(instantOfMs(value)) : undefined;
  return canonical(value);
};

const canonical = (value: Json): Instant | undefined => {
  const parsed = Instant.safeParse(value);
  return parsed.success ? parsed.data : undefined;
};

const parseJsonText = (text: string): Json | undefined => {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

/** What looks personal by the name of its column; the importer warns, the declaration decides. */
const personal: readonly RegExp[] = [
  /owner/i,
  /(^|_|\b)(first|last|sur|sir|given|middle|maiden|full)_?name/i,
  /(first|last|given|family|maiden)name/i,
  /(person|tenant|resident|occupant|customer|client|patient|contact|applicant|inspector|author|editor|user|guardian)(_|\b|s?_?name|$)/i,
  /e-?mail/i,
  /(^|_|\b)(tele)?phone|mobile_?(no|num)|(^|_)tel(_|$)|(^|_)fax(_|$)/i,
  /birth|(^|_)dob(_|$)|(^|_)age(_|$)|gender|(^|_)sex(_|$)/i,
  /(^|_)ssn(_|$)|social_?security|passport|national_?id|licen[cs]e_?plate|plate_?(no|num)/i,
  /iban|credit_?card|bank_?account|salary|income/i,
];

export const looksPersonal = (column: string): boolean => personal.some((form) => form.test(column));

const part = /\{([^{}]+)\}/g;

/** `"{StreetNumber} {StreetName}"`, or the name of one column. `complete` is false where a part has no value. */
export const fillTemplate = (template: string, cells: Cells): { readonly text: string; readonly complete: boolean } => {
  if (!template.includes('{')) {
    const text = cellText(cells(template));
    return { text, complete: text !== '' };
  }
  let complete = true;
  const text = template.replace(part, (_, column: string) => {
    const filled = cellText(cells(column));
    complete &&= filled !== '';
    return filled;
  });
  return { text: text.replace(/\s+/g, ' ').trim(), complete };
};

/** Several columns as one foreign key or identifier; undefined where one of them has no value. */
export const joinedText = (columns: readonly string[], cells: Cells): string | undefined => {
  const texts = columns.map((column) => cellText(cells(column)));
  return texts.includes('') ? undefined : texts.join('|');
};
