/**
 * Writers: the formats in which the agencies publish, as text; and the files that hold it.
 */
import { gzipSync } from 'node:zlib';
import type { PlanGeometry } from './projection.ts';

export type Cell = string | number | boolean | null | undefined;
export type Columns = Readonly<Record<string, Cell>>;
export type Row = { readonly columns: Columns; readonly geometry: PlanGeometry | null; readonly id?: string | number };

/** A file of the fixtures: its path below `fixtures/`, and its bytes. */
export type MadeFile = { readonly path: string; readonly bytes: Uint8Array };

/** Text that must not be quoted in JSON: lets a number keep the spelling its agency gives it, as 791.0. */
export const asWritten = (text: string): string => `\u0001${text}\u0001`;
const unquoted = (json: string): string => json.replace(/"\\u0001([^"]*)\\u0001"/g, '$1');

const featureOf = ({ columns, geometry, id }: Row): string =>
  unquoted(JSON.stringify({ type: 'Feature', ...(id !== undefined && { id }), geometry, properties: columns }));

export const geojson = (name: string, rows: readonly Row[], crs?: string): string => {
  const named = crs ? `"crs":{"type":"name","properties":{"name":"${crs}"}},\n` : '';
  return `{"type":"FeatureCollection","name":"${name}",\n${named}"features":[\n${rows.map(featureOf).join(',\n')}\n]}\n`;
};

export const geojsonLines = (rows: readonly Row[]): string => rows.map((row) => `${featureOf(row)}\n`).join('');

type CsvStyle = { readonly delimiter?: string; readonly decimalComma?: boolean };

const cellText = (cell: Cell, { delimiter = ',', decimalComma = false }: CsvStyle): string => {
  if (cell === null || cell === undefined) return '';
  const text = typeof cell === 'number' && decimalComma ? String(cell).replace('.', ',') : String(cell);
  return text.includes(delimiter) || /["\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (rows: readonly Columns[], style: CsvStyle = {}): string => {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly Cell[]) => cells.map((cell) => cellText(cell, style)).join(style.delimiter ?? ',');
  return `${[line(names), ...rows.map((row) => line(names.map((name) => row[name])))].join('\r\n')}\r\n`;
};

export const textFile = (path: string, text: string): MadeFile => {
  const bytes = new TextEncoder().encode(text);
  return { path, bytes: path.endsWith('.gz') ? gzipSync(bytes, { level: 9 }) : bytes };
};
