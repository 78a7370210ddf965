/**
 * Samples as rows of the embedded store and back.
 */
import { instantOfMs, msOfInstant, type Sample } from '@cityweave/core';
import type { InstantOf } from '../history/instants.ts';
import { numberOf, type Writing } from '../sqlite/sqlite-file.ts';

type Row = Record<string, unknown>;

export const sampleOfRow = (series: string, row: Row): Sample => ({
  series,
  observedAt: instantOfMs(numberOf(row, 'observed')),
  recordedAt: instantOfMs(numberOf(row, 'recorded')),
  ...(typeof row['said'] === 'string' && { said: JSON.parse(row['said']) }),
});

/** A row as JSON. */
export const sampleOfText = (series: string, text: string, instantOf: InstantOf): Sample => {
  const [observed, recorded, said] = JSON.parse(text);
  return { series, observedAt: instantOf(observed), recordedAt: instantOf(recorded), ...(said && { said }) };
};

export const bytesOf = (row: Row): Uint8Array => row['bytes'] as Uint8Array; // branding: the column is a blob

/** Numbers of the series of a twin that have samples, by their names. */
export const seriesById = (rows: readonly Row[]): Map<string, number> => new Map(rows.map((row) => [String(row['name']), numberOf(row, 's')]));

export const putSample = (to: Writing, s: number, { observedAt, recordedAt, said }: Sample): void => {
  to.statement('putSample').run(s, msOfInstant(observedAt), msOfInstant(recordedAt), said ? JSON.stringify(said) : null);
};
