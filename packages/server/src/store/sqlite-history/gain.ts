/**
 * What a twin's history gains with each change, on the writer's side of the embedded store.
 */
import { type Gained, instantOfMs, msOfInstant, type Sample, samplesOfChange, type TwinChange, type TwinId } from '@cityweave/core';
import { numberOf, type Writing } from '../sqlite/sqlite-file.ts';

type Row = Record<string, unknown>;

export const sampleOfRow = (series: string, row: Row): Sample => ({
  series,
  observedAt: instantOfMs(numberOf(row, 'observed')),
  recordedAt: instantOfMs(numberOf(row, 'recorded')),
  ...(typeof row['said'] === 'string' && { said: JSON.parse(row['said']) }),
});

/** Numbers of the series of a twin that have samples, by their names. */
export const seriesById = (rows: readonly Row[]): Map<string, number> => new Map(rows.map((row) => [String(row['name']), numberOf(row, 's')]));

const putSample = (to: Writing, s: number, { observedAt, recordedAt, said }: Sample): void => {
  to.statement('putSample').run(s, msOfInstant(observedAt), msOfInstant(recordedAt), said ? JSON.stringify(said) : null);
};

const putGained = (to: Writing, id: TwinId, { s, begins, samples, series }: Gained & { readonly s: number | undefined }): void => {
  const number = s ?? Number(to.statement('addSeries').run(id, series).lastInsertRowid);
  if (begins) putSample(to, number, begins);
  for (const sample of samples) putSample(to, number, sample);
};

export const gainHistory = (to: Writing, id: TwinId, change: TwinChange): void => {
  const known = seriesById(to.statement('seriesOf').all(id));
  const last = (series: string): Sample | undefined => {
    const s = known.get(series);
    const row = s === undefined ? undefined : to.statement('lastSample').get(s);
    return row && sampleOfRow(series, row);
  };
  if (change.before || known.size > 0) for (const gained of samplesOfChange(change, last)) putGained(to, id, { ...gained, s: known.get(gained.series) });
};
