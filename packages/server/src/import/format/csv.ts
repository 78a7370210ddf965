/**
 * CSV: a table with a header row, read row by row. A row that cannot be read, or has another number of cells than the header, is refused with its line.
 */
import { pipeline, Readable } from 'node:stream';
import { fail, type Geometry, type Json, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { type CsvError, type Options, parse } from 'csv-parse';
import { isBlank, parseNumber } from '../adapt/columns.ts';
import { importLimits } from '../limits.ts';
import type { Reader, ReaderItem } from '../record.ts';
import type { Source } from '../source.ts';
import { fileFault, readFileChunks } from './file.ts';
import { createLineGuard } from './lines.ts';

type Table = { header: readonly string[] | undefined; fault: Problem | undefined; readonly skipped: ReaderItem[]; rows: number };

export const readCsv: Reader = async function* (path, source, signal) {
  const table: Table = { header: undefined, fault: undefined, skipped: [], rows: 0 };
  try {
    const bytes = Readable.from(bytesOf(path, signal, table), { objectMode: false });
    for await (const row of pipeline(bytes, parse(optionsOf(source, table)), () => undefined)) {
      yield* table.skipped.splice(0);
      const item = takeRow(source, table, row);
      if (item) yield item;
      if (item?.type === 'fault') return;
    }
  } catch (error) {
    table.fault ??= signal.aborted ? problem('cancelled') : faultOf(error);
  }
  yield* table.skipped.splice(0);
  const fault = table.fault ?? (table.header ? undefined : fileFault('line 1', 'nothing', 'a header row'));
  if (fault) yield { type: 'fault', problem: fault };
};

async function* bytesOf(path: string, signal: AbortSignal, table: Table): AsyncGenerator<Buffer> {
  const guard = createLineGuard((line) => {
    table.skipped.push({ type: 'refused', refusal: { where: `line ${line}`, problem: rowTooLarge } });
  });
  for await (const chunk of readFileChunks(path, signal)) {
    if (chunk.type === 'bytes') yield* guard.take(chunk.bytes);
    else table.fault = chunk.problem;
  }
  yield* guard.rest();
}

const rowTooLarge: Problem = problem('tooLarge', { subject: 'the row, in bytes', limit: importLimits.recordBytesMax });

/** The parser would otherwise stop at the first row it cannot read. Quotes within a cell are text: `5" pipe`. */
const optionsOf = (source: Source, table: Table): Options => ({
  delimiter: source.csv.delimiter,
  quote: source.csv.quote,
  info: true,
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
  max_record_size: 2 * importLimits.recordBytesMax,
  on_skip: (error) => {
    if (error) note(table, error);
  },
});

/** What is left for the parser to complain of is a quote that opens and never closes: nothing behind it can be told apart. */
const note = (table: Table, error: CsvError): void => {
  const where = `line ${typeof error['lines'] === 'number' ? error['lines'] : '?'}`;
  table.fault ??= fileFault(
    where,
    `a quote that is not closed (${error.code})`,
    'whole rows, not cut off; a quote at the beginning of a cell is closed at its end',
  );
};

const faultOf = (error: unknown): Problem => fileFault('the table', error instanceof Error ? error.message : 'unreadable', 'a table');

const isRow = (row: unknown): row is { readonly record: readonly string[]; readonly info: { readonly lines: number } } =>
  typeof row === 'object' && row !== null && 'record' in row && Array.isArray(row.record) && 'info' in row;

const takeRow = (source: Source, table: Table, row: unknown): ReaderItem | undefined => {
  if (!isRow(row)) return undefined;
  const where = `line ${row.info.lines}`;
  if (!table.header) return takeHeader(table, row.record);
  table.rows += 1;
  if (table.rows > importLimits.featuresMax) return { type: 'fault', problem: problem('tooLarge', { subject: 'rows', limit: importLimits.featuresMax }) };
  if (row.record.length !== table.header.length)
    return refused(
      where,
      problem('malformed', { path: where, found: `${row.record.length} cells`, accepted: `${table.header.length} cells, as in the header` }),
    );
  const columns = Object.fromEntries(table.header.map((name, index): [string, Json] => [name, row.record[index] || null]));
  const geometry = positionOf(source, columns);
  return geometry.ok ? { type: 'record', record: { where, columns, geometry: geometry.value } } : refused(where, geometry.problem);
};

const refused = (where: string, given: Problem): ReaderItem => ({ type: 'refused', refusal: { where, problem: given } });

const takeHeader = (table: Table, cells: readonly string[]): ReaderItem => {
  const names = cells.map((cell, index) => cell.trim() || `column ${index + 1}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (names.length > importLimits.columnsMax) return { type: 'fault', problem: problem('tooLarge', { subject: 'columns', limit: importLimits.columnsMax }) };
  if (twice !== undefined) return { type: 'fault', problem: fileFault('line 1', `column ${twice} twice`, 'names that differ') };
  table.header = names;
  return { type: 'header' };
};

const positionOf = (source: Source, columns: Readonly<Record<string, Json>>): Result<Geometry | undefined, Problem> => {
  const { position, csv } = source;
  if (!position) return ok(undefined);
  const names = [position.x, position.y, ...(position.z === undefined ? [] : [position.z])];
  const cells = names.map((name) => (Object.hasOwn(columns, name) ? columns[name] : undefined));
  if (isBlank(cells[0]) && isBlank(cells[1])) return ok(undefined);
  const numbers = cells.filter((cell, index) => index < 2 || !isBlank(cell)).map((cell) => coordinate(cell, csv.delimiter));
  const wrong = numbers.indexOf(undefined);
  if (wrong >= 0) return fail(problem('malformed', { path: `column ${names[wrong]}`, found: shorten(cells[wrong] ?? 'nothing'), accepted: 'a finite number' }));
  return ok({ type: 'Point', coordinates: numbers.filter((number) => number !== undefined) });
};

/** Where commas do not part the cells, one may be the decimal mark of a coordinate. */
const coordinate = (cell: Json | undefined, delimiter: string): number | undefined => {
  if (typeof cell !== 'string') return undefined;
  return parseNumber(cell) ?? (delimiter === ',' ? undefined : parseNumber(cell, true));
};
