/**
 * What a twin's history gains with each change, on the writer's side of the embedded store.
 */
import { compareSamples, type Gained, type Sample, samplesOfChange, type TwinChange, type TwinId } from '@cityweave/core';
import type { Writing } from '../sqlite/sqlite-file.ts';
import { foldSamples } from './fold.ts';
import { putSample, sampleOfRow, seriesById } from './rows.ts';

/** So many samples at once are a recording that is caught up with: they are folded straight away. */
const foldAtOnceFrom = 64;

const putMany = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const sorted = samples.toSorted(compareSamples);
  const last = sorted.pop();
  foldSamples(to, s, { newer: sorted });
  if (last) putSample(to, s, last);
};

const putGained = (to: Writing, id: TwinId, { s, begins, samples, series }: Gained & { readonly s: number | undefined }): void => {
  const number = s ?? Number(to.statement('addSeries').run(id, series).lastInsertRowid);
  if (begins) putSample(to, number, begins);
  if (samples.length >= foldAtOnceFrom) putMany(to, number, samples);
  else for (const sample of samples) putSample(to, number, sample);
};

export const gainHistory = (to: Writing, id: TwinId, change: TwinChange): void => {
  const known = seriesById(to.statement('seriesOf').all(id));
  const last = (series: string): Sample | undefined => {
    const s = known.get(series);
    const row = s === undefined ? undefined : to.statement('lastSample').get(s);
    return row && sampleOfRow(series, row);
  };
  if (!change.before && known.size === 0) return;
  const has = (series: string): boolean => last(series) !== undefined;
  for (const gained of samplesOfChange(change, { has, last })) putGained(to, id, { ...gained, s: known.get(gained.series) });
};
